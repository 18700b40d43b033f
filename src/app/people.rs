//! The people of an agency, looked after by its administrators: who there is, what places they have, who is still to join.

use serde_json::json;

use super::{
    Answered, App, Caller, Error, Founder, IdempotencyKey, InvitationMade, Invited, agencies::write_account, gate::bare,
    idempotency::Once, work_contacts::WorkContact,
};
use crate::{
    audit::Details,
    domain::{
        account::{AccountState, DORMANT, MembershipState},
        action::Action,
        actor::Place,
        ids::{TeamId, UserId},
        relation::Relation,
        role::Role,
        text::{JobTitle, PersonName, Username, WorkPhone},
        time::Timestamp,
        training::Training,
    },
    policy::{Object, RequestContext, State},
    store::{accounts::Account, people::Person},
};

/// How many people stand on one page, unless told.
const ON_A_PAGE: u8 = 50;

/// Somebody of an agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonView {
    /// The account.
    pub user: UserId,
    /// What they sign in with.
    pub username: String,
    /// Their name.
    pub name: String,
    /// Whether they have joined.
    pub state: AccountState,
    /// When their invitation runs out, or ran out; none when they have joined or none was made.
    pub invited_until: Option<Timestamp>,
    /// When their password was reset, while nobody has admitted the key that they made or will make after it.
    pub reset_at: Option<Timestamp>,
    /// When they last signed in, as far as it was noted.
    pub last_sign_in: Option<Timestamp>,
    /// Whether they could sign in and have not for [`DORMANT`].
    pub dormant: bool,
    /// How their last safeguarding training stands.
    pub training: Training,
    /// Their places, the main one first, also in teams of other agencies.
    pub places: Vec<HeldPlace>,
}

/// A place that somebody has in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPlace {
    /// The team.
    pub team: TeamId,
    /// Its name.
    pub name: String,
    /// The name of the agency that hosts it.
    pub agency: String,
    /// The role there.
    pub role: Role,
    /// Whether it waits for the team's key.
    pub waits: bool,
    /// Whether the team is one of the reader's agency, so that its administrators may end the place.
    pub own: bool,
}

/// Some of an agency's people, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeoplePage {
    /// The people.
    pub people: Vec<PersonView>,
    /// After whom the next page begins; none on the last.
    pub next: Option<UserId>,
}

/// Somebody to be invited.
pub struct NewPerson {
    /// What they will sign in with.
    pub username: Username,
    /// Their name.
    pub name: PersonName,
    /// How they are reached at work.
    pub contact: WorkContact,
    /// Their first place: in which team of the agency, and as what.
    pub place: (TeamId, Role),
}

impl App {
    /// The people of the caller's agency, by name; looking is on record. So many at once, or fifty.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but its administrators.
    pub async fn people(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (after, limit): (Option<UserId>, Option<u8>),
    ) -> Result<PeoplePage, Error> {
        self.look_at_people(request, caller, None).await?;
        let limit = limit.unwrap_or(ON_A_PAGE);
        let mut found = self.store.people_of(caller.agency(), after, u32::from(limit) + 1).await?;
        let more = found.len() > usize::from(limit);
        found.truncate(usize::from(limit));
        let next = found.last().filter(|_| more).map(|person| person.account.id);
        Ok(PeoplePage { people: self.person_views(request, caller, found).await?, next })
    }

    /// One of them; looking is on record.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the agency's administrators; [`Error::Unseen`] for people of other agencies.
    pub async fn person_of_agency(&self, request: &RequestContext, caller: &Caller, user: UserId) -> Result<PersonView, Error> {
        let person = self.store.person(user).await?.filter(|person| person.account.agency == caller.agency());
        self.look_at_people(request, caller, person.as_ref().map(|person| person.account.id)).await?;
        self.person_views(request, caller, vec![person.ok_or(Error::Unseen)?]).await?.pop().ok_or(Error::Unseen)
    }

    /// Makes somebody's account with their first place, and the invitation by which they join: all of it or nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the agency's administrators; [`Error::Conflict`] when the user name is taken;
    /// [`Error::Unseen`] when the team is none of the agency.
    pub async fn add_person(
        &self,
        request: &RequestContext,
        caller: &Caller,
        new: NewPerson,
    ) -> Result<(UserId, Invited), Error> {
        self.add_person_with(request, caller, new, None).await
    }

    /// The same, once for each key. Repeated, the answer has no code: whoever lost it asks for a new invitation.
    ///
    /// # Errors
    /// As [`App::add_person`]; [`Error::KeyReused`].
    pub async fn add_person_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        new: NewPerson,
    ) -> Result<Answered<InvitationMade>, Error> {
        let (team, role) = new.place;
        let (title, phone) =
            (new.contact.title.as_ref().map(JobTitle::as_str), new.contact.phone.as_ref().map(WorkPhone::as_str));
        let body = json!([new.username.as_str(), new.name.as_str(), title, phone, team.to_string(), role.code()]).to_string();
        let act = async |once: &Once<'_>| {
            let (user, invited) = self.add_person_with(request, caller, new, Some(once)).await?;
            Ok(InvitationMade::with(user, invited))
        };
        self.once(request, caller, key, ("POST /people", body.as_bytes()), act).await
    }

    async fn add_person_with(
        &self,
        request: &RequestContext,
        caller: &Caller,
        new: NewPerson,
        once: Option<&Once<'_>>,
    ) -> Result<(UserId, Invited), Error> {
        let founder = Founder::Caller(caller);
        // Whoever may not is told that before anything is looked up.
        let (actor, relation) = founder.acting_on(caller.agency(), Role::AgencyAdministrator)?;
        let object = Object::Agency(caller.agency());
        let made = self.ask(bare(actor.clone(), Action::MakeAccount, object, relation, State::None, request)).await?;
        let (team, role) = new.place;
        let team = self.store.team(team).await?.filter(|team| team.agency == caller.agency()).ok_or(Error::Unseen)?;
        if !Role::OF_AGENCIES.contains(&role) {
            return Err(Error::Malformed("an agency gives no such role"));
        }
        let user = UserId::random(&*self.random);
        let (object, state) = (Object::Team(team.id), State::Team(team.state));
        let placed = self.ask(bare(actor.clone(), Action::GivePlace, object, relation, state, request)).await?;
        let act = bare(actor, Action::InvitePerson, Object::Account(user), relation, State::None, request);
        let invited = self.ask(act).await?;
        let account = Account {
            id: user,
            username: new.username,
            name: new.name,
            agency: caller.agency(),
            state: AccountState::Invited,
            version: 1,
            key: None,
        };
        let mut tx = self.store.begin().await?;
        if let Some(once) = once {
            once.remember(&mut tx, &InvitationMade::of(&account, request.at)).await?;
        }
        write_account(&mut tx, &account, &new.contact, request.at).await?;
        tx.insert_membership(user, &self.new_place(&team, role), request.at).await?;
        let invitation = self.write_invitation(&mut tx, &account, request.at).await?;
        let about = || Details { about: Some(user), ..Details::default() };
        self.store.commit_together(tx, (made, about()), vec![(placed, about()), (invited, Details::default())]).await?;
        Ok((user, invitation))
    }

    /// The teams of the caller's agency, by name: those in which its administrators give places.
    pub async fn own_teams(&self, caller: &Caller) -> Result<Vec<(TeamId, String)>, Error> {
        let teams = self.store.teams().await?.into_iter().filter(|team| team.agency == caller.agency());
        let mut teams: Vec<_> = teams.map(|team| (team.id, team.name.as_str().to_owned())).collect();
        teams.sort_by(|(_, one), (_, other)| one.cmp(other));
        Ok(teams)
    }

    /// Puts on record that the caller looks at the people of their agency, or at one of them.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but its administrators.
    pub async fn look_at_people(&self, request: &RequestContext, caller: &Caller, about: Option<UserId>) -> Result<(), Error> {
        let agency = caller.agency();
        let (actor, relation) = Founder::Caller(caller).acting_on(agency, Role::AgencyAdministrator)?;
        let act = bare(actor, Action::ReadPeople, Object::Agency(agency), relation, State::None, request);
        let permit = self.ask(act).await?;
        for recorded in self.store.record(vec![(permit, Details { about, ..Details::default() })]).await? {
            recorded?;
        }
        Ok(())
    }

    async fn person_views(
        &self,
        request: &RequestContext,
        caller: &Caller,
        found: Vec<Person>,
    ) -> Result<Vec<PersonView>, Error> {
        let ids: Vec<UserId> = found.iter().map(|person| person.account.id).collect();
        let (places, teams) = (self.store.places_of(&ids).await?, self.teams_read().await?);
        let held = |place: &Place| {
            let (_, view) = teams.iter().find(|(team, _)| team.id == place.team)?;
            Some(HeldPlace {
                team: place.team,
                name: view.name.clone(),
                agency: view.agency.clone(),
                role: place.role,
                waits: place.state == MembershipState::Waiting,
                own: place.agency == caller.agency(),
            })
        };
        let is_old = |last: Timestamp| request.at.since(last) >= DORMANT;
        let view = |Person { account, invited_until, reset_at, last_sign_in, trained_on }: Person| PersonView {
            reset_at,
            last_sign_in,
            dormant: account.is_ready() && last_sign_in.is_some_and(is_old),
            training: Training::of(trained_on, request.at.uk_date()),
            user: account.id,
            username: account.username.as_str().to_owned(),
            name: account.name.as_str().to_owned(),
            state: account.state,
            invited_until,
            places: places.iter().filter(|(user, _)| *user == account.id).filter_map(|(_, place)| held(place)).collect(),
        };
        Ok(found.into_iter().map(view).collect())
    }
}

/// The relation of somebody who looks after an agency to a person: nobody looks after themselves.
pub(super) fn towards(caller: &Founder<'_>, user: UserId, relation: Relation) -> Relation {
    match caller {
        Founder::Caller(caller) if caller.user() == user => Relation::Own,
        _ => relation,
    }
}
