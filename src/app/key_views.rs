//! The keys of an agency's teams, for those who look after them: fingerprints, epochs, holders, what is being renewed.

use super::{App, Caller, Error, Founder, ReconciliationView, gate::bare};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        ids::TeamId,
        key::OwnerKind,
        relation::Relation,
        renewal::{Renewal, Subject},
        role::Role,
        time::Timestamp,
    },
    policy::{Object, RequestContext, State},
    store::{accounts::Account, teams::Team},
};

/// How many renewals a page shows.
const SHOWN: i64 = 20;

/// The keys of an agency's teams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysView {
    /// Its teams, by name.
    pub teams: Vec<TeamKeyView>,
    /// What is being renewed, and what was lately; the newest first.
    pub renewals: Vec<RenewalView>,
    /// When keys and grants were last held against the log, and what did not agree.
    pub reconciliation: Option<ReconciliationView>,
}

/// The key of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamKeyView {
    /// The team.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// The fingerprint of its present key, in groups of four; empty while nobody holds one.
    pub fingerprint: String,
    /// When each of its keys was made, the first first.
    pub epochs: Vec<(i64, Timestamp)>,
    /// Who holds the present one, by name; the agency's recovery recipient holds it as well.
    pub holders: Vec<String>,
}

/// A renewal, with the name of whose keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalView {
    /// The renewal.
    pub renewal: Renewal,
    /// The team's or person's name.
    pub of: String,
}

impl App {
    /// The keys of the teams of the caller's agency; looking is on record.
    ///
    /// # Errors
    /// [`Error::Refused`] for all but its administrators and officers.
    pub async fn keys(&self, request: &RequestContext, caller: &Caller) -> Result<KeysView, Error> {
        let agency = caller.agency();
        let places = caller.places().iter().map(|named| &named.place);
        let may = places.filter(|place| place.agency == agency).find(|place| place.role == Role::Dpo);
        let (actor, relation) = match may {
            Some(officer) => (caller.acting_from(officer), Relation::OwnAgency),
            None => Founder::Caller(caller).acting_on(agency, Role::AgencyAdministrator)?,
        };
        let permit = self.ask(bare(actor, Action::ReadKeys, Object::Agency(agency), relation, State::None, request)).await?;
        let mut teams = Vec::new();
        for team in self.store.teams().await?.into_iter().filter(|team| team.agency == agency) {
            teams.push(self.team_key_view(team).await?);
        }
        let renewals = self.store.renewals(agency, SHOWN).await?;
        let mut shown = Vec::new();
        for renewal in renewals {
            let of = match renewal.subject {
                Subject::Team(team) => self.team(team).await?.name.as_str().to_owned(),
                Subject::Person(user) => {
                    self.store.account(user).await?.map(|account| account.name.as_str().to_owned()).unwrap_or_default()
                }
            };
            shown.push(RenewalView { renewal, of });
        }
        self.store.record(vec![(permit, Details::default())]).await?.pop().ok_or(Error::Conflict("nothing was recorded"))??;
        Ok(KeysView { teams, renewals: shown, reconciliation: self.reconciliation_view().await? })
    }

    async fn team_key_view(&self, team: Team) -> Result<TeamKeyView, Error> {
        let epochs = self.store.team_epochs(team.id).await?;
        let (mut fingerprint, mut holders) = (String::new(), Vec::new());
        if team.has_key() {
            let key = self.checked_key_of(OwnerKind::Team, &team.id.to_string(), team.epoch).await?;
            fingerprint = key.recipient.fingerprint();
            for user in self.store.holders_of_team_key(team.id, team.epoch).await? {
                let account = self.store.account(user).await?.filter(Account::is_ready);
                let here = self.store.places(user).await?.iter().any(|place| place.team == team.id && place.opens());
                holders.extend(account.filter(|_| here).map(|account| account.name.as_str().to_owned()));
            }
        }
        Ok(TeamKeyView { id: team.id, name: team.name.as_str().to_owned(), fingerprint, epochs, holders })
    }
}
