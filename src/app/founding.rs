//! A live hub is founded: its agencies come in, its first operator and administrators are invited, all in one commit; and it
//! opens. Whatever stops it before leaves a hub that is still being set up, and the same answers take it on.

use super::{
    App, Error, Founder, Invited,
    enrolments::{FirstPerson, NewAgency},
    gate::bare,
};
use crate::{
    audit::Details,
    domain::{
        account::AccountState,
        action::Action,
        actor::Actor,
        agency::TeamState,
        ids::{AgencyId, TeamId},
        relation::Relation,
        role::Role,
    },
    policy::{HubState, Object, Permit, RequestContext, State},
    store::{accounts::Account, teams::Team},
};

/// What a hub is founded with.
#[derive(Debug, Clone)]
pub struct Founding {
    /// The agencies, at least one; the first of them employs the operator.
    pub agencies: Vec<NewAgency>,
    /// Who runs the hub.
    pub operator: FirstPerson,
}

/// Somebody's invitation into a new hub.
pub struct FirstInvitation {
    /// What they will be.
    pub role: Role,
    /// The agency that employs them.
    pub agency: String,
    /// Name, user name and code.
    pub invited: Invited,
}

impl App {
    /// Brings in everything that a hub begins with, in one commit, and gives the invitations: the operator's, and then one for
    /// each agency. A second time, with the same answers, it only makes new codes. The hub is not open yet.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the hub is open, or was begun with other answers; [`Error::Malformed`] without an agency;
    /// [`Error::Conflict`] when two of them have the same code or user name.
    pub async fn found(&self, founding: &Founding) -> Result<Vec<FirstInvitation>, Error> {
        let request = self.request(None);
        if self.hub_state().await? != HubState::SettingUp {
            return Err(Error::Configuration("there is a hub in this database already; name an empty one".into()));
        }
        if self.store.agencies().await?.is_empty() && self.store.teams().await?.is_empty() {
            self.found_at_once(&request, founding).await
        } else {
            self.invite_again(&request, founding).await
        }
    }

    /// Whether first set-up has ended, so that people can sign in.
    pub async fn is_open(&self) -> Result<bool, Error> {
        Ok(self.hub_state().await? == HubState::Open)
    }

    async fn found_at_once(&self, request: &RequestContext, founding: &Founding) -> Result<Vec<FirstInvitation>, Error> {
        let Some(first) = founding.agencies.first() else { return Err(Error::Malformed("a hub begins with an agency")) };
        let may =
            async |action, object, state| self.ask(bare(Actor::SetUp, action, object, Relation::None, state, request)).await;
        let mut acts: Vec<(Permit, Details)> = Vec::new();
        let (mut teams, mut keys, mut invitations): (Vec<Team>, _, _) = (Vec::new(), Vec::new(), Vec::new());
        let mut tx = self.store.begin().await?;
        let mut home = None;
        let mut people: Vec<(AgencyId, TeamId, Account)> = Vec::new();
        for new in &founding.agencies {
            let (agency, written) = self.write_agency(&mut tx, new, &mut teams, request.at).await?;
            home = home.or(Some(agency));
            keys.push(written.key);
            people.push((agency, written.team, written.account));
            let agency = new.name.as_str().to_owned();
            invitations.push(FirstInvitation { role: Role::AgencyAdministrator, agency, invited: written.invited });
        }
        let home = home.ok_or(Error::Malformed("a hub begins with an agency"))?;
        let place = (home, Role::HubOperator);
        let (operator, team, invited) =
            self.write_first_person(&mut tx, place, &founding.operator, &mut teams, request.at).await?;
        let agency = first.name.as_str().to_owned();
        invitations.insert(0, FirstInvitation { role: Role::HubOperator, agency, invited });
        people.push((home, team, operator));

        let hub = State::Hub(HubState::SettingUp);
        for _ in founding.agencies.iter().skip(1) {
            acts.push((may(Action::EnrolAgency, Object::Hub, hub).await?, Details::default()));
        }
        for team in &teams {
            acts.push((may(Action::MakeTeam, Object::Agency(team.agency), State::None).await?, Details::default()));
        }
        for (agency, team, account) in &people {
            let about = || Details { about: Some(account.id), ..Details::default() };
            acts.push((may(Action::MakeAccount, Object::Agency(*agency), State::None).await?, about()));
            acts.push((may(Action::GivePlace, Object::Team(*team), State::Team(TeamState::AwaitingKey)).await?, about()));
            acts.push((may(Action::InvitePerson, Object::Account(account.id), State::None).await?, Details::default()));
        }
        // One event vouches for all that the transaction wrote once: it names every key.
        let enrolled = may(Action::EnrolAgency, Object::Hub, hub).await?;
        self.store.commit_together(tx, (enrolled, Details { keys, ..Details::default() }), acts).await?;
        Ok(invitations)
    }

    /// An earlier set-up stopped before the hub opened: what is there must be what is asked for now.
    async fn invite_again(&self, request: &RequestContext, founding: &Founding) -> Result<Vec<FirstInvitation>, Error> {
        let other =
            || Error::Configuration("an earlier set-up of this database was begun with other answers; name an empty one".into());
        let (agencies, teams) = (self.store.agencies().await?, self.store.teams().await?);
        let (mut invitations, mut wanted) = (Vec::new(), 0);
        let again = async |agency: AgencyId, name: &str, person: &FirstPerson, role: Role| {
            let account = self.store.account_by_username(&person.username).await?.ok_or_else(other)?;
            let places = self.store.places(account.id).await?;
            let team = teams.iter().find(|team| team.code == person.team.0 && team.name == person.team.1).ok_or_else(other)?;
            let same = account.agency == agency && account.name == person.name && account.state == AccountState::Invited;
            if !same || !places.iter().any(|place| place.team == team.id && place.role == role) {
                return Err(other());
            }
            let invited = self.invite(request, &Founder::SetUp, account.id).await?;
            Ok(FirstInvitation { role, agency: name.to_owned(), invited })
        };
        let mut home = None;
        for new in &founding.agencies {
            let found = agencies.iter().find(|known| known.code == new.code).ok_or_else(other)?;
            let recipient = self.checked_key(found.recovery_key).await?.recipient;
            if found.name != new.name || found.kind != new.kind || recipient.as_str() != new.recovery.as_str() {
                return Err(other());
            }
            home = home.or(Some((found.id, new.name.as_str())));
            wanted += 1;
            invitations.push(again(found.id, new.name.as_str(), &new.administrator, Role::AgencyAdministrator).await?);
        }
        let (home, name) = home.ok_or_else(other)?;
        if agencies.len() != wanted {
            return Err(other());
        }
        invitations.insert(0, again(home, name, &founding.operator, Role::HubOperator).await?);
        Ok(invitations)
    }
}
