//! Events of the log as their readers see them: each checked, ids turned into names.

use std::collections::HashMap;

use super::{App, Error};
use crate::{
    audit::body::Body,
    domain::{action::Action, ids::UserId, time::Timestamp},
    store::log_view::Sequenced,
};

/// One event as its readers see it.
#[derive(Debug, Clone)]
pub struct LogItem {
    /// The leaf's index.
    pub index: i64,
    /// When the request began.
    pub at: Timestamp,
    /// The act.
    pub action: String,
    /// The act in words.
    pub sentence: String,
    /// User name of who acted; a job's name; none when nobody was signed in.
    pub actor: Option<String>,
    /// The name of who acted.
    pub actor_name: Option<String>,
    /// The name of the team acted from.
    pub team: Option<String>,
    /// Agency's name.
    pub agency: Option<String>,
    /// Role at that moment.
    pub role: Option<String>,
    /// Relation.
    pub relation: String,
    /// Lawful basis.
    pub basis: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// `allow` or `refuse`.
    pub outcome: String,
    /// Why it was refused.
    pub reason: Option<String>,
    /// The referral's reference.
    pub reference: Option<String>,
    /// The use that was made of the log, where it was read.
    pub log_use: Option<String>,
}

impl App {
    /// Events as readers see them, each checked first; one that fails stops the page.
    pub(super) async fn log_items(&self, rows: Vec<Sequenced>) -> Result<Vec<LogItem>, Error> {
        let mut checked = Vec::with_capacity(rows.len());
        for row in rows {
            let body = row.event.check(self.store.authenticator())?;
            checked.push((row, body));
        }
        let referrals: Vec<String> = checked.iter().filter_map(|(row, _)| row.event.columns.referral.clone()).collect();
        let references: HashMap<String, String> = self.store.references(&referrals).await?.into_iter().collect();
        let users: Vec<UserId> =
            checked.iter().filter_map(|(row, _)| UserId::parse(row.event.columns.actor.as_deref()?).ok()).collect();
        let people: HashMap<String, (String, String)> = self
            .store
            .account_names(&users)
            .await?
            .into_iter()
            .map(|(id, username, name)| (id.to_string(), (username.as_str().to_owned(), name.as_str().to_owned())))
            .collect();
        let agencies: HashMap<String, String> = self
            .store
            .agencies()
            .await?
            .into_iter()
            .map(|agency| (agency.id.to_string(), agency.name.as_str().to_owned()))
            .collect();
        let teams: HashMap<String, String> =
            self.store.teams().await?.into_iter().map(|team| (team.id.to_string(), team.name.as_str().to_owned())).collect();
        let names = Names { references, people, agencies, teams };
        Ok(checked.into_iter().map(|(row, body)| item(row, body.as_ref(), &names)).collect())
    }
}

/// What the ids of a page's events are called.
struct Names {
    references: HashMap<String, String>,
    /// User name and name.
    people: HashMap<String, (String, String)>,
    agencies: HashMap<String, String>,
    teams: HashMap<String, String>,
}

fn item(row: Sequenced, body: Option<&Body>, names: &Names) -> LogItem {
    let columns = row.event.columns;
    let person = columns.actor.as_ref().and_then(|id| names.people.get(id));
    let job = body.and_then(|body| body.actor.job.clone());
    LogItem {
        index: row.index,
        at: Timestamp::from_millis(columns.at),
        sentence: Action::parse(&columns.action).map_or_else(|| columns.action.clone(), |action| action.sentence().to_owned()),
        action: columns.action,
        actor: person.map(|(username, _)| username.clone()).or(job),
        actor_name: person.map(|(_, name)| name.clone()),
        team: columns.team.as_ref().and_then(|id| names.teams.get(id)).cloned(),
        agency: columns.agency.as_ref().and_then(|id| names.agencies.get(id)).cloned(),
        role: columns.role,
        relation: columns.relation,
        basis: columns.basis,
        purpose: columns.purpose,
        outcome: columns.outcome,
        reason: body.and_then(|body| body.reason.clone()),
        log_use: body.and_then(|body| body.log_use.clone()),
        reference: columns.referral.as_ref().and_then(|id| names.references.get(id)).cloned(),
    }
}
