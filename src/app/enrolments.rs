//! Agencies come in with the first person who looks after them: let in by the hub's operator, who names that person and nobody
//! else. What stands in the new agency from then on is its administrators' business.

use serde_json::json;

use super::{
    Answered, App, Caller, Error, Founder, IdempotencyKey, InvitationMade, Invited,
    agencies::{code, write_account},
    gate::bare,
    idempotency::Once,
    recovery_keys::recovery_recipient,
    work_contacts::WorkContact,
};
use crate::{
    audit::Details,
    crypto::{AgeSuite, Recipient},
    domain::{
        account::AccountState,
        action::Action,
        agency::{AgencyKind, TeamState},
        ids::{AgencyId, KeyId, TeamId, UserId},
        key::OwnerKind,
        relation::Relation,
        role::Role,
        text::{AgencyName, PersonName, TeamName, Username, WorkPhone},
        time::Timestamp,
    },
    policy::{DenialReason, Object, RequestContext, State},
    store::{Tx, accounts::Account, agencies::Agency, keys::PublishedKey, teams::Team},
};

/// Somebody who comes in together with the team they sit in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstPerson {
    /// What they will sign in with.
    pub username: Username,
    /// Their name.
    pub name: PersonName,
    /// Where they are rung at work.
    pub phone: Option<WorkPhone>,
    /// Code and name of their team; it is made with them.
    pub team: (String, TeamName),
}

/// An agency that comes in.
#[derive(Debug, Clone)]
pub struct NewAgency {
    /// Its short, stable code.
    pub code: String,
    /// Its name.
    pub name: AgencyName,
    /// What it is in law.
    pub kind: AgencyKind,
    /// Its recovery recipient.
    pub recovery: RecoveryRecipient,
    /// Who looks after its people.
    pub administrator: FirstPerson,
}

/// A recovery recipient, read and sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryRecipient(Recipient);

impl RecoveryRecipient {
    /// Reads `age1…`.
    ///
    /// # Errors
    /// [`Error::Malformed`] for any other text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        recovery_recipient(text).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// An agency of the partnership, as the hub's operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolledAgency {
    /// The agency.
    pub id: AgencyId,
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// What it is in law.
    pub kind: AgencyKind,
    /// Its recovery recipient's fingerprint, for comparing by voice.
    pub recovery_fingerprint: String,
    /// Who looks after its people, and whether each has joined.
    pub administrators: Vec<(String, AccountState)>,
    /// The administrator who may be given another code: the first, while none has joined.
    pub waits_for: Option<UserId>,
}

/// An agency that was written, and what its event tells.
pub(super) struct Written {
    pub(super) key: KeyId,
    pub(super) account: Account,
    pub(super) team: TeamId,
    pub(super) invited: Invited,
}

impl App {
    /// Reads the code of an agency or a team: 2 to 60 small letters, digits and hyphens.
    ///
    /// # Errors
    /// [`Error::Malformed`] for any other text.
    pub fn read_code(text: &str) -> Result<String, Error> {
        code(text)
    }

    /// Lets an agency in, with its first administrator, whose invitation code is told this once; once for each key.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the hub's operators; [`Error::Conflict`] when a code or the user name is taken.
    pub async fn let_in(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        new: &NewAgency,
    ) -> Result<Answered<InvitationMade>, Error> {
        let person = &new.administrator;
        let phone = person.phone.as_ref().map(WorkPhone::as_str);
        let body = json!([
            [&new.code, new.name.as_str(), new.kind.code(), new.recovery.as_str()],
            [person.username.as_str(), person.name.as_str(), &person.team.0, person.team.1.as_str()],
            phone
        ]);
        let act = async |once: &Once<'_>| {
            let (actor, _) = Founder::Caller(caller).acting_on(AgencyId::from_bytes([0; 16]), Role::HubOperator)?;
            let state = State::Hub(self.hub_state().await?);
            let permit = self.ask(bare(actor, Action::EnrolAgency, Object::Hub, Relation::None, state, request)).await?;
            let mut tx = self.store.begin().await?;
            let Written { key, account, invited, .. } = self.write_agency(&mut tx, new, &mut Vec::new(), request.at).await?.1;
            once.remember(&mut tx, &InvitationMade::of(&account, request.at)).await?;
            tx.commit(permit, &Details { keys: vec![key], about: Some(account.id), ..Details::default() }).await?;
            Ok(InvitationMade::with(account.id, invited))
        };
        self.once(request, caller, key, ("POST /agencies", body.to_string().as_bytes()), act).await
    }

    /// Makes the first administrator of an agency another code, while none of its administrators has joined; once for each key.
    /// The code they were given before is of no use any more.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the hub's operators; [`Error::Unseen`] when there is no such agency; [`Error::Conflict`]
    /// when it has an administrator, who does this from then on.
    pub async fn invite_administrator(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        agency: AgencyId,
    ) -> Result<Answered<InvitationMade>, Error> {
        let route = format!("POST /agencies/{agency}/invite");
        let act = async |once: &Once<'_>| {
            let (actor, _) = Founder::Caller(caller).acting_on(agency, Role::HubOperator)?;
            let about = |object| bare(actor.clone(), Action::InviteAdministrator, object, Relation::None, State::None, request);
            let permit = self.ask(about(Object::Agency(agency))).await?;
            if self.store.agency(agency).await?.is_none() {
                self.refuse(about(Object::Unseen), DenialReason::Unseen, None).await?;
                return Err(Error::Unseen);
            }
            let waiting = first_waiting(&self.administrators(agency).await?);
            let account = waiting.ok_or(Error::Conflict("this agency has an administrator, who invites its people"))?;
            let mut tx = self.store.begin().await?;
            once.remember(&mut tx, &InvitationMade::of(&account, request.at)).await?;
            let invited = self.write_invitation(&mut tx, &account, request.at).await?;
            tx.commit(permit, &Details { about: Some(account.id), ..Details::default() }).await?;
            Ok(InvitationMade::with(account.id, invited))
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    /// Every agency of the partnership by name, for the hub's operators; looking is on record.
    ///
    /// # Errors
    /// [`Error::Refused`] for everybody else.
    pub async fn enrolled_agencies(&self, request: &RequestContext, caller: &Caller) -> Result<Vec<EnrolledAgency>, Error> {
        self.look_at_agencies(request, caller).await?;
        let mut agencies = Vec::new();
        for agency in self.store.agencies().await? {
            let administrators = self.administrators(agency.id).await?;
            let recovery = self.owned_key(agency.recovery_key, OwnerKind::Recovery, agency.id).await?.recipient;
            agencies.push(EnrolledAgency {
                id: agency.id,
                name: agency.name.as_str().to_owned(),
                code: agency.code,
                kind: agency.kind,
                recovery_fingerprint: recovery.fingerprint(),
                waits_for: first_waiting(&administrators).map(|account| account.id),
                administrators: administrators.iter().map(|one| (one.name.as_str().to_owned(), one.state)).collect(),
            });
        }
        Ok(agencies)
    }

    /// Puts on record that the caller looks at the agencies of the partnership.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the hub's operators.
    pub async fn look_at_agencies(&self, request: &RequestContext, caller: &Caller) -> Result<(), Error> {
        let (actor, _) = Founder::Caller(caller).acting_on(AgencyId::from_bytes([0; 16]), Role::HubOperator)?;
        let state = State::Hub(self.hub_state().await?);
        let permit = self.ask(bare(actor, Action::ReadAgencies, Object::Hub, Relation::None, state, request)).await?;
        for recorded in self.store.record(vec![(permit, Details::default())]).await? {
            recorded?;
        }
        Ok(())
    }

    /// The accounts of those who look after an agency's people, the first of them first.
    async fn administrators(&self, agency: AgencyId) -> Result<Vec<Account>, Error> {
        let mut found: Vec<Account> = Vec::new();
        for (user, place) in self.store.members_of_agency(agency).await? {
            if place.role == Role::AgencyAdministrator && found.iter().all(|known| known.id != user) {
                found.push(self.store.account(user).await?.ok_or(Error::Integrity("a place is nobody's"))?);
            }
        }
        Ok(found)
    }

    /// Writes an agency with its recovery recipient and its first administrator. `teams` are those made so far.
    pub(super) async fn write_agency(
        &self,
        tx: &mut Tx,
        new: &NewAgency,
        teams: &mut Vec<Team>,
        at: Timestamp,
    ) -> Result<(AgencyId, Written), Error> {
        let id = AgencyId::random(&*self.random);
        let key = PublishedKey {
            id: KeyId::random(&*self.random),
            owner_kind: OwnerKind::Recovery,
            owner: id.to_string(),
            epoch: 1,
            suite: AgeSuite::CURRENT.id(),
            recipient: new.recovery.as_str().to_owned(),
            published_at: at,
            event: tx.event(),
        };
        let agency = Agency { id, code: code(&new.code)?, name: new.name.clone(), kind: new.kind, recovery_key: key.id };
        match tx.insert_agency(&agency, at).await {
            Err(error) if error.is_duplicate_in("agency") => return Err(Error::Conflict(AGENCY_TAKEN)),
            other => other?,
        }
        tx.publish_key(&key).await?;
        let place = (id, Role::AgencyAdministrator);
        let (account, team, invited) = self.write_first_person(tx, place, &new.administrator, teams, at).await?;
        Ok((id, Written { key: key.id, account, team, invited }))
    }

    /// Writes somebody's account, their team unless it is among those made so far, their place in it, and their invitation.
    pub(super) async fn write_first_person(
        &self,
        tx: &mut Tx,
        (agency, role): (AgencyId, Role),
        person: &FirstPerson,
        teams: &mut Vec<Team>,
        at: Timestamp,
    ) -> Result<(Account, TeamId, Invited), Error> {
        let (short, name) = &person.team;
        let team = if let Some(made) = teams.iter().find(|team| team.code == *short && team.agency == agency) {
            made.clone()
        } else {
            let id = TeamId::random(&*self.random);
            let team = Team { id, code: code(short)?, agency, name: name.clone(), state: TeamState::AwaitingKey, epoch: 0 };
            match tx.insert_team(&team, at).await {
                Err(error) if error.is_duplicate_in("team") => return Err(Error::Conflict(TEAM_TAKEN)),
                other => other?,
            }
            teams.push(team.clone());
            team
        };
        let account = Account {
            id: UserId::random(&*self.random),
            username: person.username.clone(),
            name: person.name.clone(),
            agency,
            state: AccountState::Invited,
            version: 1,
            key: None,
        };
        write_account(tx, &account, &WorkContact { title: None, phone: person.phone.clone() }, at).await?;
        tx.insert_membership(account.id, &self.new_place(&team, role), at).await?;
        let invited = self.write_invitation(tx, &account, at).await?;
        Ok((account, team.id, invited))
    }
}

/// What whoever names a code that is taken is told.
pub const AGENCY_TAKEN: &str = "another agency has this code";
/// The same of a team.
pub const TEAM_TAKEN: &str = "another team has this code";

/// The first of an agency's administrators, while none of them has joined.
fn first_waiting(administrators: &[Account]) -> Option<Account> {
    let all_wait = administrators.iter().all(|account| account.state == AccountState::Invited);
    administrators.first().filter(|_| all_wait).cloned()
}
