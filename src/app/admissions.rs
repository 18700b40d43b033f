//! Admission: a lead who holds a team's key hands it to somebody who waits for it, having compared their key with them, or says
//! that they do not.

use serde_json::json;

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey, Reached, ResetView,
    gate::bare,
    idempotency::{Once, acted},
};
use crate::{
    audit::Details,
    crypto::RecipientOf,
    domain::{
        account::{AccountState, MembershipState},
        action::Action,
        actor::Place,
        admission::NotAdmitted,
        ids::{TeamId, UserId},
        key::{HolderKind, OwnerKind},
        notice::{Addressee, NoticeCode, Telling},
        relation::Relation,
        role::Role,
    },
    policy::{DenialReason, Object, Permit, RequestContext, State},
    store::{keys::TeamKeyWrap, teams::Team},
};

/// Somebody who waits for the key of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingMember {
    /// The team.
    pub team: TeamId,
    /// Its name.
    pub team_name: String,
    /// Whether the team has had other keys before its present one.
    pub has_older_keys: bool,
    /// The account.
    pub user: UserId,
    /// What they sign in with.
    pub username: String,
    /// Their name.
    pub name: String,
    /// The name of the agency that employs them.
    pub agency: String,
    /// What they are to do in the team.
    pub role: Role,
    /// Where they are rung at work; none where no number was given. Whoever compares keys should know a number of their own.
    pub phone: Option<String>,
    /// The fingerprint of their key, in groups; none while they have not set a password and second factor.
    pub fingerprint: Option<String>,
    /// The reset by which they came to that key, where nobody has admitted it yet; what they had before opens nothing.
    pub reset: Option<ResetView>,
    /// Whether it was the caller who made it: then another lead compares the key.
    pub reset_by_caller: bool,
}

/// Who is to get a team's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The team.
    pub team: TeamId,
    /// The member.
    pub user: UserId,
    /// The fingerprint that the lead compared with them: what has another by now is not given the key.
    pub fingerprint: String,
    /// Whether they get the keys that the team had before, too, and with them what it received then.
    pub older: bool,
}

/// Where somebody waits, and who can hand the key over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitsFor {
    /// The name of the team.
    pub team: String,
    /// The leads who hold its key.
    pub leads: Vec<Reached>,
}

impl App {
    /// Who waits for the key of a team that the caller leads; looking is on record, an event a team.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but leads who hold a team's key.
    pub async fn admissions(&self, request: &RequestContext, caller: &Caller) -> Result<Vec<WaitingMember>, Error> {
        let mut waiting = Vec::new();
        let led: Vec<&Place> = led(caller).collect();
        if led.is_empty() {
            let place = caller.main().ok_or(Error::Refused)?;
            let team = self.team(place.place.team).await?;
            self.look_at_waiting(request, caller, &team).await?;
        }
        for place in led {
            let team = self.team(place.team).await?;
            self.look_at_waiting(request, caller, &team).await?;
            waiting.extend(self.waiting_for(caller, &team).await?);
        }
        Ok(waiting)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but leads of the team who hold its key; [`Error::Unseen`] when there is no such team, or nobody
    /// like that waits for its key.
    pub async fn admission(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (team, user): (TeamId, UserId),
    ) -> Result<WaitingMember, Error> {
        let team = self.team_of(request, caller, Action::ReadAdmissions, team).await?;
        self.look_at_waiting(request, caller, &team).await?;
        self.waiting_for(caller, &team).await?.into_iter().find(|member| member.user == user).ok_or(Error::Unseen)
    }

    /// How many are ready and wait for the key of a team that the caller leads, by the team's name.
    pub async fn admissions_waiting(&self, caller: &Caller) -> Result<Vec<(String, usize)>, Error> {
        let mut teams = Vec::new();
        for place in led(caller) {
            let team = self.team(place.team).await?;
            let ready = self
                .waiting_for(caller, &team)
                .await?
                .into_iter()
                .filter(|member| member.fingerprint.is_some() && !member.reset_by_caller)
                .count();
            if ready > 0 {
                teams.push((team.name.as_str().to_owned(), ready));
            }
        }
        Ok(teams)
    }

    /// For each place of the caller that waits for a key: who can hand it over.
    pub async fn waits_for(&self, caller: &Caller) -> Result<Vec<WaitsFor>, Error> {
        let mut waits = Vec::new();
        // Whoever is to make a team's key waits for nobody.
        let own = self.teams_to_bear(caller).await?;
        let is_own = |team: TeamId| own.iter().any(|(id, _)| *id == team);
        for named in caller.places().iter().filter(|named| named.place.state == MembershipState::Waiting) {
            if is_own(named.place.team) {
                continue;
            }
            let mut leads = Vec::new();
            let maker = self.waiting_reset(caller.user()).await?.map(|reset| reset.made_by);
            for user in self.leads_with_key(named.place.team).await? {
                if Some(user) == maker {
                    continue;
                }
                leads.push(self.reached(user, named.place.team).await?);
            }
            waits.push(WaitsFor { team: named.team.as_str().to_owned(), leads });
        }
        Ok(waits)
    }

    /// The fingerprint of the caller's key, in groups: what they read to a lead who admits them.
    pub async fn own_fingerprint(&self, caller: &Caller) -> Result<String, Error> {
        let key = self.owned_key(caller.session_row().key, OwnerKind::User, caller.user()).await?;
        Ok(key.recipient.fingerprint())
    }

    /// Hands a team's key to somebody who waits for it; once for each key. They and the other leads are told.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but leads who hold the team's key; [`Error::Unseen`] when nobody like that waits;
    /// [`Error::Conflict`] when they have set no password yet, have another key than was compared, or were just admitted.
    pub async fn admit(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        admission: &Admission,
    ) -> Result<Answered<Added>, Error> {
        let Admission { team, user, fingerprint, older } = admission;
        let body = json!([team.to_string(), user.to_string(), fingerprint, older]).to_string();
        let act = async |once: &Once<'_>| {
            let compared = (Some(fingerprint.as_str()), *older);
            self.give_team_key(request, caller, (*team, *user), compared, Some(once)).await
        };
        self.once(request, caller, key, ("POST /admissions", body.as_bytes()), act).await
    }

    /// The same, where there is nothing to compare: for founders of demonstrations, and tests.
    pub async fn admit_member(&self, request: &RequestContext, caller: &Caller, team: TeamId, user: UserId) -> Result<(), Error> {
        self.give_team_key(request, caller, (team, user), (None, true), None).await.map(drop)
    }

    /// Says that somebody who waits does not get the team's key: their place ends. They are told, and the administrators of the
    /// team's agency; of a key that was not theirs its data protection officers as well.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but leads who hold the team's key; [`Error::Unseen`] when nobody like that waits.
    pub async fn refuse_member(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (team, user, why): (TeamId, UserId, NotAdmitted),
    ) -> Result<Answered<Added>, Error> {
        let body = json!([team.to_string(), user.to_string(), why.code()]).to_string();
        let act = async |once: &Once<'_>| {
            let team = self.team_of(request, caller, Action::RefuseMember, team).await?;
            let permit = self.as_lead(request, caller, Action::RefuseMember, &team).await?;
            let place = self.waiting_place(&team, user).await?;
            let (code, roles): (_, &[Role]) = match why {
                NotAdmitted::OtherKey => (NoticeCode::KeyDiffers, &[Role::AgencyAdministrator, Role::Dpo]),
                NotAdmitted::NotExpected => (NoticeCode::MemberRefused, &[Role::AgencyAdministrator]),
            };
            let urgent = why == NotAdmitted::OtherKey;
            let told = self.officers(team.agency, roles).await?.into_iter();
            let told = told.map(|to| Telling { urgent, ..of_member(to, code, user, team.id) });
            let mut news: Vec<Telling> = told.collect();
            news.push(of_member(user, NoticeCode::NotAdmitted, user, team.id));
            let mut tx = self.store.begin().await?;
            let done = acted(&tx, request.at);
            once.remember(&mut tx, &done).await?;
            if !tx.end_membership(place.id, place.version).await? {
                return Err(Error::Conflict("another lead has just dealt with it"));
            }
            self.tell(&mut tx, &news, request.at).await?;
            tx.commit(permit, &Details { about: Some(user), ..Details::default() }).await?;
            Ok(done)
        };
        self.once(request, caller, key, ("POST /admissions/refuse", body.as_bytes()), act).await
    }

    /// Whom to tell that somebody waits for a team's key: the leads who hold it.
    pub(super) async fn tell_waiting(&self, team: TeamId, user: UserId) -> Result<Vec<Telling>, Error> {
        let leads = self.leads_with_key(team).await?.into_iter();
        Ok(leads.map(|lead| of_member(lead, NoticeCode::MemberWaits, user, team)).collect())
    }

    /// Whom to tell that somebody has joined and waits from now on: the leads of each of their teams.
    pub(super) async fn tell_of_readiness(&self, user: UserId) -> Result<Vec<Telling>, Error> {
        let mut news = Vec::new();
        for place in self.store.places(user).await?.into_iter().filter(|place| place.state == MembershipState::Waiting) {
            news.extend(self.tell_waiting(place.team, user).await?);
        }
        Ok(news)
    }

    async fn give_team_key(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (team, user): (TeamId, UserId),
        (compared, older): (Option<&str>, bool),
        once: Option<&Once<'_>>,
    ) -> Result<Added, Error> {
        let team = self.team_of(request, caller, Action::AdmitMember, team).await?;
        let permit = self.as_lead(request, caller, Action::AdmitMember, &team).await?;
        let place = self.waiting_place(&team, user).await?;
        let member = self.store.account(user).await?.ok_or(Error::Unseen)?;
        let member_key = member.key.filter(|_| member.state == AccountState::Ready);
        let member_key = member_key.ok_or(Error::Conflict("this person has not yet set a password and second factor"))?;
        let member_key = self.owned_key(member_key, OwnerKind::User, user).await?;
        if compared.is_some_and(|compared| !same_fingerprint(compared, &member_key.recipient.fingerprint())) {
            return Err(Error::Conflict(OTHER_KEY));
        }
        if self.waiting_reset(user).await?.is_some_and(|reset| reset.made_by == caller.user()) {
            return Err(Error::Conflict(OWN_RESET));
        }
        let own = Self::own_identity(caller, &permit)?;
        let mut wrapped = Vec::new();
        for epoch in if older { 1 } else { team.epoch }..=team.epoch {
            match self.team_identity(caller, &permit, &own, team.id, epoch).await? {
                Some(identity) => {
                    let published = self.checked_key_of(OwnerKind::Team, &team.id.to_string(), epoch).await?;
                    wrapped.push((identity, published.id, epoch));
                }
                None if epoch == team.epoch => return Err(Error::Refused),
                // Nobody hands over what they do not hold.
                None => {}
            }
        }
        let mut news = Vec::new();
        // Founders tell nobody: those they admit have not begun.
        if compared.is_some() {
            news.push(of_member(user, NoticeCode::Admitted, user, team.id));
            let others = self.leads_with_key(team.id).await?.into_iter().filter(|lead| *lead != caller.user() && *lead != user);
            news.extend(others.map(|lead| of_member(lead, NoticeCode::MemberAdmitted, user, team.id)));
        }
        let mut tx = self.store.begin().await?;
        let done = acted(&tx, request.at);
        if let Some(once) = once {
            once.remember(&mut tx, &done).await?;
        }
        let mut keys = vec![member_key.id];
        for (identity, key, epoch) in &wrapped {
            let to = RecipientOf::User(user);
            let wrap: TeamKeyWrap = self.wrap_team(&tx, identity, (team.id, *key, *epoch), HolderKind::User, &member_key, to);
            tx.insert_team_wrap(&wrap, request.at).await?;
            keys.push(*key);
        }
        if !tx.team_stands_at(team.id, team.epoch).await? {
            return Err(Error::Conflict("the team has just got another key; look again"));
        }
        if !tx.activate_membership(place.id, place.version).await? {
            return Err(Error::Conflict(ADMITTED));
        }
        if !tx.reset_admitted(user, member_key.id, request.at).await? {
            return Err(Error::Conflict(OTHER_KEY));
        }
        tx.ask_back(user, request.at).await?;
        self.tell(&mut tx, &news, request.at).await?;
        tx.commit(permit, &Details { keys, about: Some(user), ..Details::default() }).await?;
        Ok(done)
    }

    /// The team that an address names. One that is none is unseen, on record.
    pub(super) async fn team_of(
        &self,
        request: &RequestContext,
        caller: &Caller,
        action: Action,
        team: TeamId,
    ) -> Result<Team, Error> {
        if let Some(team) = self.store.team(team).await? {
            return Ok(team);
        }
        let act = bare(caller.acting()?, action, Object::Unseen, Relation::None, State::None, request);
        self.refuse(act, DenialReason::Unseen, None).await?;
        Err(Error::Unseen)
    }

    /// Permission to do something as lead of a team, who holds its key.
    async fn as_lead(&self, request: &RequestContext, caller: &Caller, action: Action, team: &Team) -> Result<Permit, Error> {
        let (actor, relation) = match led(caller).find(|place| place.team == team.id) {
            Some(place) => (caller.acting_from(place), Relation::OwnTeam),
            None => (caller.acting()?, Relation::None),
        };
        self.ask(bare(actor, action, Object::Team(team.id), relation, State::Team(team.state), request)).await
    }

    async fn look_at_waiting(&self, request: &RequestContext, caller: &Caller, team: &Team) -> Result<(), Error> {
        let permit = self.as_lead(request, caller, Action::ReadAdmissions, team).await?;
        for recorded in self.store.record(vec![(permit, Details::default())]).await? {
            recorded?;
        }
        Ok(())
    }

    /// The place of somebody who waits for a team's key.
    async fn waiting_place(&self, team: &Team, user: UserId) -> Result<Place, Error> {
        let members = self.store.members(team.id).await?;
        match members.into_iter().find(|(id, _)| *id == user) {
            Some((_, place)) if place.state == MembershipState::Waiting => Ok(place),
            Some(_) => Err(Error::Conflict(ADMITTED)),
            None => Err(Error::Unseen),
        }
    }

    async fn waiting_for(&self, caller: &Caller, team: &Team) -> Result<Vec<WaitingMember>, Error> {
        let mut waiting = Vec::new();
        for (user, place) in self.store.members(team.id).await? {
            let account = self.store.account(user).await?.filter(|account| account.state != AccountState::Disabled);
            let Some(account) = account.filter(|_| place.state == MembershipState::Waiting && place.role.holds_team_key()) else {
                continue;
            };
            let fingerprint = match account.key.filter(|_| account.is_ready()) {
                Some(key) => Some(self.owned_key(key, OwnerKind::User, user).await?.recipient.fingerprint()),
                None => None,
            };
            let by_caller = self.waiting_reset(user).await?.is_some_and(|reset| reset.made_by == caller.user());
            waiting.push(WaitingMember {
                reset: self.reset_shown(user).await?,
                reset_by_caller: by_caller,
                team: team.id,
                team_name: team.name.as_str().to_owned(),
                has_older_keys: team.epoch > 1,
                user,
                username: account.username.as_str().to_owned(),
                name: account.name.as_str().to_owned(),
                agency: self.agency(account.agency).await?.name.as_str().to_owned(),
                role: place.role,
                phone: self.store.work_contact(user).await?.1.map(|phone| phone.as_str().to_owned()),
                fingerprint,
            });
        }
        Ok(waiting)
    }

    /// The leads of a team who hold its key and can sign in.
    pub(super) async fn leads_with_key(&self, team: TeamId) -> Result<Vec<UserId>, Error> {
        let mut leads = Vec::new();
        for (user, place) in self.store.members(team).await? {
            if place.opens() && place.role == Role::Lead && self.store.account(user).await?.is_some_and(|one| one.is_ready()) {
                leads.push(user);
            }
        }
        Ok(leads)
    }
}

const OTHER_KEY: &str = "this person has another key by now: compare it with them again";
const OWN_RESET: &str = "you reset their password, so another lead compares their key: whoever knew the code lets nobody in";
const ADMITTED: &str = "another lead has just admitted them";

/// The teams whose key the caller holds as their lead.
fn led(caller: &Caller) -> impl Iterator<Item = &Place> {
    caller.admitted().filter(|place| place.role == Role::Lead)
}

/// Whether two fingerprints are the same, however they are grouped and written.
fn same_fingerprint(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    digits(one) == digits(other)
}

/// A notice about a member of a team.
pub(super) const fn of_member(to: UserId, code: NoticeCode, about: UserId, team: TeamId) -> Telling {
    Telling { to: Addressee::User(to), code, referral: None, about: Some(about), about_team: Some(team), urgent: false }
}
