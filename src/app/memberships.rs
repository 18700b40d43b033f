//! Places in teams: given, changed and ended by the administrators of the team's agency. Nobody changes their own.

use serde_json::json;

use super::{
    Added, Answered, App, Caller, Error, Founder, IdempotencyKey,
    admissions::of_member,
    gate::bare,
    idempotency::{Once, acted},
    people::towards,
    team_keys::NextTeamKey,
};
use crate::{
    audit::{Details, row::Erasable},
    domain::{
        account::MembershipState,
        action::Action,
        actor::Place,
        ids::{KeyId, MembershipId, TeamId, UserId, WrapId},
        notice::{NoticeCode, Telling},
        renewal::Subject,
        role::Role,
        time::Timestamp,
    },
    policy::{Object, RequestContext, State},
    store::{Tx, teams::Team},
};

/// What becomes of a team when somebody leaves its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remains {
    /// Others hold the key, a lead among them.
    Led,
    /// Others hold it, and none of them is a lead: nobody can hand it on.
    WithoutLead,
    /// Nobody else holds it: what the team has can be opened by the agency's recovery alone.
    Nobody,
}

/// What somebody holds of a team's key.
pub(super) struct HeldKey {
    wraps: Vec<WrapId>,
    /// The key that the team gets when they leave it; none where they held none.
    next: Option<NextTeamKey>,
}

impl App {
    /// Gives a person a place in a team. A place that needs the team's key waits until a lead hands it over.
    pub async fn give_place(
        &self,
        request: &RequestContext,
        founder: &Founder<'_>,
        user: UserId,
        team: TeamId,
        role: Role,
    ) -> Result<MembershipId, Error> {
        let team = self.team(team).await?;
        self.insert_place(request, founder, user, (&team, role), None).await
    }

    /// Gives somebody of the caller's agency a place in one of its teams, or another role where they have one; once for each key.
    /// A role that holds the team's key is waited for; one that does not takes it away.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the agency's administrators, and of their own places; [`Error::Unseen`] for people and teams
    /// of other agencies; [`Error::Conflict`] when nobody would be left who can hand on the team's key.
    pub async fn set_place(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (user, team, role): (UserId, TeamId, Role),
    ) -> Result<Answered<Added>, Error> {
        let body = json!([user.to_string(), team.to_string(), role.code()]).to_string();
        let act = async |once: &Once<'_>| {
            self.own_person(request, caller, (Action::GivePlace, user)).await?;
            let team = self.own_team(request, caller, Action::GivePlace, team).await?;
            let held = self.store.places(user).await?.into_iter().find(|place| place.team == team.id);
            match held {
                None => self.insert_place(request, &Founder::Caller(caller), user, (&team, role), Some(once)).await.map(drop)?,
                Some(place) => self.change_role(request, caller, (user, &team, place), role, once).await?,
            }
            Ok(Added { id: team.id.to_string(), at: request.at })
        };
        self.once(request, caller, key, ("POST /people/places", body.as_bytes()), act).await
    }

    async fn insert_place(
        &self,
        request: &RequestContext,
        founder: &Founder<'_>,
        user: UserId,
        (team, role): (&Team, Role),
        once: Option<&Once<'_>>,
    ) -> Result<MembershipId, Error> {
        let (actor, relation) = founder.acting_on(team.agency, Role::AgencyAdministrator)?;
        let relation = towards(founder, user, relation);
        let act = bare(actor, Action::GivePlace, Object::Team(team.id), relation, State::Team(team.state), request);
        let permit = self.ask(act).await?;
        if matches!(founder, Founder::Caller(_)) && !Role::OF_AGENCIES.contains(&role) {
            return Err(Error::Malformed("an agency gives no such role"));
        }
        let place = self.new_place(team, role);
        let waits =
            place.state == MembershipState::Waiting && self.store.account(user).await?.is_some_and(|account| account.is_ready());
        let news = if waits { self.tell_waiting(team.id, user).await? } else { Vec::new() };
        let mut tx = self.store.begin().await?;
        if let Some(once) = once {
            once.remember(&mut tx, &Added { id: team.id.to_string(), at: request.at }).await?;
        }
        match tx.insert_membership(user, &place, request.at).await {
            Err(error) if error.is_duplicate_in("membership") => {
                return Err(Error::Conflict("this person has a place in that team"));
            }
            other => other?,
        }
        self.tell(&mut tx, &news, request.at).await?;
        tx.commit(permit, &Details { about: Some(user), ..Details::default() }).await?;
        Ok(place.id)
    }

    /// A place in a team that is still to be given.
    pub(super) fn new_place(&self, team: &Team, role: Role) -> Place {
        let id = MembershipId::random(&*self.random);
        Place { id, version: 1, team: team.id, agency: team.agency, role, state: first_state(role) }
    }

    async fn change_role(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (user, team, place): (UserId, &Team, Place),
        role: Role,
        once: &Once<'_>,
    ) -> Result<(), Error> {
        let founder = Founder::Caller(caller);
        let (actor, relation) = founder.acting_on(team.agency, Role::AgencyAdministrator)?;
        let relation = towards(&founder, user, relation);
        let act = bare(actor, Action::ChangeRole, Object::Team(team.id), relation, State::Team(team.state), request);
        let permit = self.ask(act).await?;
        if !Role::OF_AGENCIES.contains(&role) {
            return Err(Error::Malformed("an agency gives no such role"));
        }
        if place.role == role {
            return Err(Error::Conflict("this person has that role already"));
        }
        if place.opens() && (place.role == Role::Lead || !role.holds_team_key()) {
            self.keeps_its_key(team.id, user, role.holds_team_key()).await?;
        }
        let state = if role.holds_team_key() == place.role.holds_team_key() { place.state } else { first_state(role) };
        let taken = if role.holds_team_key() { None } else { Some(self.held_key(user, team.id).await?) };
        let waits =
            state == MembershipState::Waiting && self.store.account(user).await?.is_some_and(|account| account.is_ready());
        let news = if waits { self.tell_waiting(team.id, user).await? } else { Vec::new() };
        let mut tx = self.store.begin().await?;
        once.remember(&mut tx, &Added { id: team.id.to_string(), at: request.at }).await?;
        if !tx.change_membership(place.id, place.version, (role, state)).await? {
            return Err(Error::Conflict(CHANGED));
        }
        let keys = match taken {
            Some(held) => {
                let keys = self.leave_key(&mut tx, &held, request.at).await?;
                self.begin_renewal(&mut tx, team.agency, Subject::Person(user), request.at).await?;
                keys
            }
            None => Vec::new(),
        };
        self.tell(&mut tx, &news, request.at).await?;
        tx.commit(permit, &Details { keys, about: Some(user), ..Details::default() }).await?;
        Ok(())
    }

    /// Ends a person's place in a team: from this commit on, nothing rests on it any more, and what they held of the team's key is
    /// gone.
    ///
    /// # Errors
    /// As [`App::set_place`], but people of other agencies lose a place in a team of the caller's as well.
    pub async fn end_place(&self, request: &RequestContext, caller: &Caller, user: UserId, team: TeamId) -> Result<(), Error> {
        self.end_place_with(request, caller, (user, team), None).await.map(drop)
    }

    /// The same, once for each key.
    ///
    /// # Errors
    /// As [`App::end_place`]; [`Error::KeyReused`].
    pub async fn end_place_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (user, team): (UserId, TeamId),
    ) -> Result<Answered<Added>, Error> {
        let body = json!([user.to_string(), team.to_string()]).to_string();
        let act = async |once: &Once<'_>| self.end_place_with(request, caller, (user, team), Some(once)).await;
        self.once(request, caller, key, ("POST /people/places/end", body.as_bytes()), act).await
    }

    async fn end_place_with(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (user, team): (UserId, TeamId),
        once: Option<&Once<'_>>,
    ) -> Result<Added, Error> {
        let team = self.own_team(request, caller, Action::EndPlace, team).await?;
        let founder = Founder::Caller(caller);
        let (actor, relation) = founder.acting_on(team.agency, Role::AgencyAdministrator)?;
        let relation = towards(&founder, user, relation);
        let act = bare(actor, Action::EndPlace, Object::Team(team.id), relation, State::Team(team.state), request);
        let permit = self.ask(act).await?;
        let place = self.store.places(user).await?.into_iter().find(|place| place.team == team.id).ok_or(Error::Unseen)?;
        if place.opens() {
            self.keeps_its_key(team.id, user, false).await?;
        }
        let held = self.held_key(user, team.id).await?;
        let mut news = vec![of_member(user, NoticeCode::PlaceEnded, user, team.id)];
        if place.opens() {
            news.extend(self.tell_of_leaving(team.id, user, NoticeCode::MemberGone).await?);
        }
        let mut tx = self.store.begin().await?;
        let done = acted(&tx, request.at);
        if let Some(once) = once {
            once.remember(&mut tx, &done).await?;
        }
        if !tx.end_membership(place.id, place.version).await? {
            return Err(Error::Conflict(CHANGED));
        }
        let keys = self.leave_key(&mut tx, &held, request.at).await?;
        if place.opens() {
            // What was given to the person by name may have rested on this place.
            self.begin_renewal(&mut tx, team.agency, Subject::Person(user), request.at).await?;
        }
        self.tell(&mut tx, &news, request.at).await?;
        tx.commit(permit, &Details { keys, about: Some(user), ..Details::default() }).await?;
        Ok(done)
    }

    /// What somebody holds of a team's key, of every epoch: read before the transaction in which they leave it.
    pub(super) async fn held_key(&self, user: UserId, team: TeamId) -> Result<HeldKey, Error> {
        let wraps = self.store.wraps_held(user, team).await?;
        let next = if wraps.is_empty() { None } else { self.next_team_key(self.team(team).await?, Some(user)).await? };
        Ok(HeldKey { wraps, next })
    }

    /// Somebody leaves a team's key, in the transaction that ends or suspends their place, after it did: what they hold of it is
    /// erased, and the team gets its next key, since they may have copied this one. Every way out of a key comes by here. Gives
    /// the keys that the event names.
    pub(super) async fn leave_key(&self, tx: &mut Tx, held: &HeldKey, at: Timestamp) -> Result<Vec<KeyId>, Error> {
        for wrap in &held.wraps {
            tx.erase(Erasable::Wrap, wrap).await?;
        }
        match &held.next {
            Some(next) => self.make_team_key(tx, next, at).await,
            None => Ok(Vec::new()),
        }
    }

    /// Whom to tell that somebody holds a team's key no more: its leads; and where nobody is left, those who watch over the agency.
    pub(super) async fn tell_of_leaving(&self, team: TeamId, user: UserId, code: NoticeCode) -> Result<Vec<Telling>, Error> {
        if self.remains(team, user).await? == Remains::Nobody {
            return self.tell_watchers(&self.team(team).await?, user, NoticeCode::TeamKeyless).await;
        }
        let leads = self.leads_with_key(team).await?.into_iter().filter(|lead| *lead != user);
        Ok(leads.map(|lead| of_member(lead, code, user, team)).collect())
    }

    /// Those who are told when a team's key is in nobody's hands, or in new ones that no holder handed it to: the data protection
    /// officers and administrators of its agency and the hub's operators, so that no single one of them can bring it about unseen.
    pub(super) async fn tell_watchers(&self, team: &Team, about: UserId, code: NoticeCode) -> Result<Vec<Telling>, Error> {
        let mut watchers = self.officers(team.agency, &[Role::Dpo, Role::AgencyAdministrator]).await?;
        for operator in self.store.people_with(Role::HubOperator).await? {
            if !watchers.contains(&operator) {
                watchers.push(operator);
            }
        }
        watchers.retain(|user| *user != about);
        Ok(watchers.into_iter().map(|to| Telling { urgent: true, ..of_member(to, code, about, team.id) }).collect())
    }

    /// What becomes of a team if somebody leaves its key.
    pub(super) async fn remains(&self, team: TeamId, without: UserId) -> Result<Remains, Error> {
        let others = self.store.members(team).await?.into_iter();
        let others: Vec<Place> =
            others.filter(|(user, place)| *user != without && place.opens()).map(|(_, place)| place).collect();
        Ok(match (others.iter().any(|place| place.role == Role::Lead), others.is_empty()) {
            (true, _) => Remains::Led,
            (false, false) => Remains::WithoutLead,
            (false, true) => Remains::Nobody,
        })
    }

    /// Fails where a team would be left without anybody who can hand on its key, or open what it holds.
    async fn keeps_its_key(&self, team: TeamId, without: UserId, stays: bool) -> Result<(), Error> {
        match self.remains(team, without).await? {
            Remains::Led => Ok(()),
            Remains::WithoutLead => {
                Err(Error::Conflict("this is the team’s last lead: make somebody who holds its key a lead first"))
            }
            Remains::Nobody if stays => {
                Err(Error::Conflict("nobody else holds the team’s key: have them hand it to a lead first"))
            }
            Remains::Nobody => Err(Error::Conflict("nobody else holds the team’s key: have somebody admitted as its lead first")),
        }
    }

    /// One of the caller's agency's teams. Of others' nothing is told, on record.
    pub(super) async fn own_team(
        &self,
        request: &RequestContext,
        caller: &Caller,
        action: Action,
        team: TeamId,
    ) -> Result<Team, Error> {
        let found = self.team_of(request, caller, action, team).await?;
        if found.agency == caller.agency() || !caller.has_role(Role::AgencyAdministrator) {
            return Ok(found);
        }
        self.team_of(request, caller, action, TeamId::from_bytes([0; 16])).await
    }
}

const CHANGED: &str = "the place has changed meanwhile";

/// A place that holds the team's key waits for it.
const fn first_state(role: Role) -> MembershipState {
    if role.holds_team_key() { MembershipState::Waiting } else { MembershipState::Active }
}
