//! Team birth: how a team gets its key.

use super::{App, Caller, Error, gate::bare};
use crate::{
    audit::Details,
    crypto::RecipientOf,
    domain::{
        account::MembershipState,
        action::Action,
        actor::{Actor, Place},
        ids::TeamId,
        key::{HolderKind, OwnerKind},
        notice::NoticeCode,
        relation::Relation,
        renewal::Subject,
        role::Role,
    },
    policy::{Object, RequestContext, State},
    store::teams::Team,
};

/// A team as other teams may see it.
#[derive(Debug, Clone)]
pub struct TeamView {
    /// Its id.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// Its agency's name.
    pub agency: String,
    /// Its agency's code.
    pub agency_code: String,
}

impl App {
    /// The first lead makes the team's key, in their own session: wrapped to themselves and to the agency's recovery recipient.
    pub async fn bear_team(&self, request: &RequestContext, caller: &Caller, team: TeamId) -> Result<(), Error> {
        let team = self.team_of(request, caller, Action::BearTeam, team).await?;
        let (actor, relation, place) = leading(caller, &team)?;
        let act = bare(actor, Action::BearTeam, Object::Team(team.id), relation, State::Team(team.state), request);
        let permit = self.ask(act).await?;
        let place = place.ok_or(Error::Refused)?;
        if self.waiting_reset(caller.user()).await?.is_some() {
            return Err(Error::Conflict("your password was reset: another lead makes the team’s key and admits you"));
        }
        let own = self.owned_key(caller.session_row().key, OwnerKind::User, caller.user()).await?;
        let agency = self.agency(team.agency).await?;
        let recovery = self.owned_key(agency.recovery_key, OwnerKind::Recovery, agency.id).await?;
        let watchers = self.tell_watchers(&team, caller.user(), NoticeCode::TeamReborn).await?;

        let mut tx = self.store.begin().await?;
        let epoch = team.epoch + 1;
        let (identity, key) = self.new_key(&tx, OwnerKind::Team, &team.id.to_string(), epoch, request.at);
        if !tx.advance_team(team.id, team.epoch).await? {
            return Err(Error::Conflict("another lead has just made this team's key"));
        }
        tx.publish_key(&key).await?;
        let holders = [
            (HolderKind::User, own, RecipientOf::User(caller.user())),
            (HolderKind::Recovery, recovery, RecipientOf::Recovery(agency.id)),
        ];
        for (kind, holder, to) in holders {
            let wrap = self.wrap_team(&tx, &identity, (team.id, key.id, epoch), kind, &holder, to);
            tx.insert_team_wrap(&wrap, request.at).await?;
        }
        // A place in force is looked at when the act is written; one that waits must come into force now.
        if place.state == MembershipState::Waiting && !tx.activate_membership(place.id, place.version).await? {
            return Err(Error::Conflict("your place in this team has just changed; look again"));
        }
        if team.epoch > 0 {
            // It had keys before, and lost everybody who held one: what is open gets a key that it can open, and those who watch
            // over the agency hear who has made it.
            self.begin_renewal(&mut tx, team.agency, Subject::Team(team.id), request.at).await?;
            self.tell(&mut tx, &watchers, request.at).await?;
        }
        tx.commit(permit, &Details { keys: vec![key.id], ..Details::default() }).await?;
        Ok(())
    }

    /// Every team with its agency: from each of them something may have been done.
    pub async fn every_team(&self) -> Result<Vec<TeamView>, Error> {
        Ok(self.teams_read().await?.into_iter().map(|(_, view)| view).collect())
    }

    /// Every team, with how it is shown.
    pub(super) async fn teams_read(&self) -> Result<Vec<(Team, TeamView)>, Error> {
        let agencies = self.store.agencies().await?;
        let read = |team: Team| {
            let agency = agencies.iter().find(|agency| agency.id == team.agency);
            let (agency, agency_code) =
                agency.map(|agency| (agency.name.as_str().to_owned(), agency.code.clone())).unwrap_or_default();
            let view = TeamView { id: team.id, name: team.name.as_str().to_owned(), agency, agency_code };
            (team, view)
        };
        Ok(self.store.teams().await?.into_iter().map(read).collect())
    }
}

/// The caller acting as lead of a team, whether their place waits or is in force.
fn leading(caller: &Caller, team: &Team) -> Result<(Actor, Relation, Option<Place>), Error> {
    let mut places = caller.places().iter().map(|named| &named.place);
    match places.find(|place| place.team == team.id && place.role == Role::Lead) {
        Some(place) => Ok((caller.acting_from(place), Relation::OwnTeam, Some(place.clone()))),
        None => Ok((caller.acting()?, Relation::None, None)),
    }
}
