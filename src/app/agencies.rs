//! Agencies, teams, accounts and places: set-up and its later changes.

use super::{Added, App, Caller, Error, gate::bare, idempotency::Once, work_contacts::WorkContact};
use crate::{
    audit::Details,
    crypto::{AgeSuite, Identity, Recipient},
    domain::{
        account::AccountState,
        action::Action,
        actor::Actor,
        agency::{AgencyKind, TeamState},
        ids::{AgencyId, KeyId, TeamId, UserId},
        key::OwnerKind,
        relation::Relation,
        role::Role,
        text::{AgencyName, PersonName, TeamName, Username},
        time::Timestamp,
    },
    policy::{Object, RequestContext, State},
    store::{Tx, accounts::Account, agencies::Agency, keys::PublishedKey, teams::Team},
};

/// Who makes agencies, teams and accounts: first set-up, or a signed-in administrator or operator.
pub enum Founder<'c> {
    /// First set-up, until the hub opens.
    SetUp,
    /// A signed-in person.
    Caller(&'c Caller),
}

impl Founder<'_> {
    /// Whether it is somebody with a place in this role.
    fn has_place_as(&self, role: Role) -> bool {
        matches!(self, Self::Caller(caller) if caller.places().iter().any(|named| named.place.role == role))
    }

    /// The actor for an act on an agency, and its relation to it.
    pub(super) fn acting_on(&self, agency: AgencyId, role: Role) -> Result<(Actor, Relation), Error> {
        match self {
            Self::SetUp => Ok((Actor::SetUp, Relation::None)),
            Self::Caller(caller) => {
                let place = caller.places().iter().map(|named| &named.place).find(|place| place.role == role);
                let relation = place.filter(|place| place.agency == agency).map_or(Relation::None, |_| Relation::OwnAgency);
                let actor = place.map_or_else(|| caller.acting(), |place| Ok(caller.acting_from(place)))?;
                Ok((actor, relation))
            }
        }
    }
}

/// The codes by which pathway files and people name agencies and teams: small letters, digits, hyphens.
pub(super) fn code(text: &str) -> Result<String, Error> {
    let plain = (2..=60).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if plain { Ok(text.to_owned()) } else { Err(Error::Malformed("a code is 2 to 60 small letters, digits and hyphens")) }
}

/// Writes an account and how its person is reached at work.
///
/// # Errors
/// [`Error::Conflict`] when somebody has the user name.
pub(super) async fn write_account(tx: &mut Tx, account: &Account, contact: &WorkContact, at: Timestamp) -> Result<(), Error> {
    match tx.insert_account(account, at).await {
        Err(error) if error.is_duplicate_in("account") => return Err(Error::Conflict("this user name is taken")),
        other => other?,
    }
    Ok(tx.change_work_contact(account.id, contact.title.as_ref(), contact.phone.as_ref()).await?)
}

impl App {
    /// A recovery recipient whose secret is thrown away at once: for demonstrations, where nothing has to be recovered.
    pub fn recipient_without_secret(&self) -> String {
        Identity::random(&*self.random).recipient().as_str().to_owned()
    }

    /// Enrols an agency with its recovery recipient, whose secret this hub never sees.
    pub async fn enrol_agency(
        &self,
        request: &RequestContext,
        founder: &Founder<'_>,
        (short, name, kind): (&str, AgencyName, AgencyKind),
        recovery: &str,
    ) -> Result<AgencyId, Error> {
        let id = AgencyId::random(&*self.random);
        let (actor, _) = founder.acting_on(id, Role::HubOperator)?;
        let state = State::Hub(self.hub_state().await?);
        let permit = self.ask(bare(actor, Action::EnrolAgency, Object::Hub, Relation::None, state, request)).await?;
        let recovery = Recipient::parse(recovery).map_err(|_| Error::Malformed("a recovery recipient begins with age1"))?;
        let mut tx = self.store.begin().await?;
        let key = PublishedKey {
            id: KeyId::random(&*self.random),
            owner_kind: OwnerKind::Recovery,
            owner: id.to_string(),
            epoch: 1,
            suite: AgeSuite::CURRENT.id(),
            recipient: recovery.as_str().to_owned(),
            published_at: request.at,
            event: tx.event(),
        };
        tx.insert_agency(&Agency { id, code: code(short)?, name, kind, recovery_key: key.id }, request.at).await?;
        tx.publish_key(&key).await?;
        tx.commit(permit, &Details { keys: vec![key.id], ..Details::default() }).await?;
        Ok(id)
    }

    /// Makes a team; it awaits its key, and nothing can be routed to it before.
    pub async fn make_team(
        &self,
        request: &RequestContext,
        founder: &Founder<'_>,
        agency: AgencyId,
        team: (&str, TeamName),
    ) -> Result<TeamId, Error> {
        self.make_team_once(request, founder, agency, team, None).await
    }

    /// The same, remembering the answer to the request that asked for it.
    pub(super) async fn make_team_once(
        &self,
        request: &RequestContext,
        founder: &Founder<'_>,
        agency: AgencyId,
        (short, name): (&str, TeamName),
        once: Option<&Once<'_>>,
    ) -> Result<TeamId, Error> {
        let operates = founder.has_place_as(Role::HubOperator);
        let role = if operates { Role::HubOperator } else { Role::AgencyAdministrator };
        let (actor, relation) = founder.acting_on(agency, role)?;
        let permit = self.ask(bare(actor, Action::MakeTeam, Object::Agency(agency), relation, State::None, request)).await?;
        // Whoever makes a team that pathway files name decides who receives: not one agency for itself.
        if role == Role::AgencyAdministrator && matches!(founder, Founder::Caller(_)) && self.library.names_team(short) {
            return Err(Error::Conflict("referrals are routed to the team with this code: the hub’s operator makes it"));
        }
        let id = TeamId::random(&*self.random);
        let mut tx = self.store.begin().await?;
        if let Some(once) = once {
            once.remember(&mut tx, &Added { id: id.to_string(), at: request.at }).await?;
        }
        let team = Team { id, code: code(short)?, agency, name, state: TeamState::AwaitingKey, epoch: 0 };
        match tx.insert_team(&team, request.at).await {
            Err(error) if error.is_duplicate_in("team") => return Err(Error::Conflict("another team has this code")),
            other => other?,
        }
        tx.commit(permit, &Details::default()).await?;
        Ok(id)
    }

    /// Makes an invited person's account: no password, no key yet, and how they are reached at work as far as it is known.
    pub async fn make_account(
        &self,
        request: &RequestContext,
        founder: &Founder<'_>,
        agency: AgencyId,
        (username, name, contact): (Username, PersonName, WorkContact),
    ) -> Result<UserId, Error> {
        let (actor, relation) = founder.acting_on(agency, Role::AgencyAdministrator)?;
        let permit = self.ask(bare(actor, Action::MakeAccount, Object::Agency(agency), relation, State::None, request)).await?;
        let id = UserId::random(&*self.random);
        let account = Account { id, username, name, agency, state: AccountState::Invited, version: 1, key: None };
        let mut tx = self.store.begin().await?;
        write_account(&mut tx, &account, &contact, request.at).await?;
        tx.commit(permit, &Details { about: Some(id), ..Details::default() }).await?;
        Ok(id)
    }

    /// First set-up ends; from now on only people and jobs act.
    pub async fn open_hub(&self, request: &RequestContext) -> Result<(), Error> {
        let state = State::Hub(self.hub_state().await?);
        let permit = self.ask(bare(Actor::SetUp, Action::OpenHub, Object::Hub, Relation::None, state, request)).await?;
        let mut tx = self.store.begin().await?;
        if !tx.open_hub().await? {
            return Err(Error::Conflict("set-up has already ended"));
        }
        tx.commit(permit, &Details::default()).await?;
        Ok(())
    }

    pub(super) async fn team(&self, id: TeamId) -> Result<Team, Error> {
        self.store.team(id).await?.ok_or(Error::Unseen)
    }

    /// The kind of agency that a caller sends for: forms, examples and schemas may differ by it.
    pub async fn sender_kind(&self, caller: &Caller) -> Result<AgencyKind, Error> {
        Ok(self.agency(caller.agency()).await?.kind)
    }

    /// The kind of agency that a referral was sent by.
    pub async fn sender_kind_of(&self, view: &super::ReferralView) -> Result<AgencyKind, Error> {
        Ok(self.agency(view.referral.referrer_agency).await?.kind)
    }

    /// Name and agency of the team with this code, for the pages that say who is told.
    pub async fn team_named(&self, code: &str) -> Result<Option<(String, String)>, Error> {
        let Some(team) = self.store.team_by_code(code).await? else { return Ok(None) };
        Ok(Some((team.name.as_str().to_owned(), self.agency(team.agency).await?.name.as_str().to_owned())))
    }

    /// Every agency of the partnership, by name.
    pub async fn agencies(&self) -> Result<Vec<(AgencyId, String)>, Error> {
        let mut agencies: Vec<_> =
            self.store.agencies().await?.into_iter().map(|agency| (agency.id, agency.name.as_str().to_owned())).collect();
        agencies.sort_by(|(_, one), (_, other)| one.cmp(other));
        Ok(agencies)
    }

    pub(super) async fn agency(&self, id: AgencyId) -> Result<Agency, Error> {
        self.store.agency(id).await?.ok_or(Error::Unseen)
    }
}
