//! The teams of an agency, looked after by its administrators: made, watched over, with who answers for each.

use serde_json::json;

use super::{
    Added, Answered, App, Caller, Error, Founder, IdempotencyKey,
    files::invalid,
    gate::bare,
    idempotency::{Once, acted},
};
use crate::{
    audit::Details,
    domain::{
        account::MembershipState,
        action::Action,
        agency::TeamState,
        ids::{AgencyId, TeamId, UserId},
        relation::Relation,
        role::Role,
        team_register::TeamRegister,
        text::TeamName,
    },
    policy::{DenialReason, Object, RequestContext, State},
    store::teams::Team,
};

/// A team of the agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyTeam {
    /// The team.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// The code by which pathway files name it.
    pub code: String,
    /// Whether it has a key.
    pub state: TeamState,
    /// Its people, in the order in which they came.
    pub members: Vec<TeamMember>,
    /// How many of them hold its key.
    pub key_holders: usize,
    /// Who answers for it.
    pub register: TeamRegister,
    /// Whether that is to be looked at again.
    pub review_due: bool,
}

/// Somebody with a place in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamMember {
    /// The account.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// What they do there.
    pub role: Role,
    /// Whether they wait for the team's key.
    pub waits: bool,
    /// Whether the team's agency employs them.
    pub own: bool,
}

impl App {
    /// The teams of the caller's agency, by name; looking is on record.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but its administrators.
    pub async fn agency_teams(&self, request: &RequestContext, caller: &Caller) -> Result<Vec<AgencyTeam>, Error> {
        self.look_at_people(request, caller, None).await?;
        let mut teams = Vec::new();
        for team in self.store.teams().await?.into_iter().filter(|team| team.agency == caller.agency()) {
            teams.push(self.agency_team_view(request, team).await?);
        }
        Ok(teams)
    }

    /// One of them; looking is on record.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the agency's administrators; [`Error::Unseen`] for teams of other agencies.
    pub async fn agency_team(&self, request: &RequestContext, caller: &Caller, team: TeamId) -> Result<AgencyTeam, Error> {
        self.look_at_people(request, caller, None).await?;
        let team = self.store.team(team).await?.filter(|team| team.agency == caller.agency()).ok_or(Error::Unseen)?;
        self.agency_team_view(request, team).await
    }

    async fn agency_team_view(&self, request: &RequestContext, team: Team) -> Result<AgencyTeam, Error> {
        let (mut members, mut key_holders) = (Vec::new(), 0);
        for (user, place) in self.store.members(team.id).await? {
            let account = self.store.account(user).await?.ok_or(Error::Integrity("a place is nobody's"))?;
            key_holders += usize::from(place.opens());
            members.push(TeamMember {
                user,
                name: account.name.as_str().to_owned(),
                role: place.role,
                waits: place.state == MembershipState::Waiting,
                own: account.agency == team.agency,
            });
        }
        let register = self.store.team_register(team.id).await?;
        Ok(AgencyTeam {
            id: team.id,
            name: team.name.as_str().to_owned(),
            code: team.code,
            state: team.state,
            key_holders,
            members,
            review_due: register.is_due(request.at.uk_date()),
            register,
        })
    }

    /// Makes a team of the caller's agency, or of the one named, which awaits its key; once for each key.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the agency's administrators and hub operators; [`Error::Invalid`] on `agency` where there
    /// is none with the code; [`Error::Conflict`] when another team has the code, or a pathway names it and no operator asks.
    pub async fn add_team(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (agency, code, name): (Option<&str>, &str, TeamName),
    ) -> Result<Answered<Added>, Error> {
        let body = json!([agency, code, name.as_str()]).to_string();
        let act = async |once: &Once<'_>| {
            let founder = Founder::Caller(caller);
            let agency = match agency {
                Some(code) => self.agency_coded(code).await?,
                None => caller.agency(),
            };
            let team = self.make_team_once(request, &founder, agency, (code, name), Some(once)).await?;
            Ok(Added { id: team.to_string(), at: request.at })
        };
        self.once(request, caller, key, ("POST /teams", body.as_bytes()), act).await
    }

    async fn agency_coded(&self, code: &str) -> Result<AgencyId, Error> {
        let found = self.store.agencies().await?.into_iter().find(|agency| agency.code == code);
        found.map(|agency| agency.id).ok_or_else(|| invalid("agency", "No agency has this code"))
    }

    /// Says who answers for a team of the caller's agency; once for each key.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but the agency's administrators; [`Error::Unseen`] for teams of other agencies;
    /// [`Error::Malformed`] when somebody is named who has no place in it, or twice.
    pub async fn set_team_register(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (team, register): (TeamId, TeamRegister),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /teams/{team}/register");
        let named = [register.lead, register.deputy].map(|user| user.map(|user| user.to_string()));
        let body = json!([named, register.review.map(|day| day.to_string())]).to_string();
        let act = async |once: &Once<'_>| {
            let team = self.own_team(request, caller, Action::SetTeamRegister, team).await?;
            let (actor, relation) = Founder::Caller(caller).acting_on(team.agency, Role::AgencyAdministrator)?;
            let act = bare(actor, Action::SetTeamRegister, Object::Team(team.id), relation, State::Team(team.state), request);
            let permit = self.ask(act).await?;
            let members = self.store.members(team.id).await?;
            let is_there = |user: &UserId| members.iter().any(|(member, _)| member == user);
            let twice = register.lead.is_some() && register.lead == register.deputy;
            if twice || ![register.lead, register.deputy].iter().flatten().all(is_there) {
                return Err(Error::Malformed("who answers for a team, and their deputy, are two people with a place in it"));
            }
            let mut tx = self.store.begin().await?;
            let done = acted(&tx, request.at);
            once.remember(&mut tx, &done).await?;
            tx.set_team_register(team.id, &register).await?;
            tx.commit(permit, &Details { about: register.lead, ..Details::default() }).await?;
            Ok(done)
        };
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    /// One of the teams whose key the caller is to make. Of others nothing is told, on record.
    ///
    /// # Errors
    /// [`Error::Unseen`].
    pub async fn team_to_bear(&self, request: &RequestContext, caller: &Caller, team: TeamId) -> Result<(TeamId, String), Error> {
        if let Some(found) = self.teams_to_bear(caller).await?.into_iter().find(|(id, _)| *id == team) {
            return Ok(found);
        }
        let act = bare(caller.acting()?, Action::BearTeam, Object::Unseen, Relation::None, State::None, request);
        self.refuse(act, DenialReason::Unseen, None).await?;
        Err(Error::Unseen)
    }

    /// The caller's teams whose key they are to make: they are its lead, and it has none yet.
    pub async fn teams_to_bear(&self, caller: &Caller) -> Result<Vec<(TeamId, String)>, Error> {
        let mut teams = Vec::new();
        // A key that nobody has compared makes no other.
        if self.waiting_reset(caller.user()).await?.is_some() {
            return Ok(teams);
        }
        for named in caller.places().iter().filter(|named| named.place.role == Role::Lead) {
            if self.team(named.place.team).await?.state == TeamState::AwaitingKey {
                teams.push((named.place.team, named.team.as_str().to_owned()));
            }
        }
        Ok(teams)
    }
}
