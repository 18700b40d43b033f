//! Who opened what was shared with them: a line for each person and kind of act, from the events, each held against the hub's key.

use std::collections::{BTreeMap, BTreeSet};

use super::{App, Error, Reached};
use crate::{
    domain::{
        action::Action,
        ids::{CompartmentId, TeamId, UserId},
        time::Timestamp,
    },
    store::shares::Share,
};

/// That somebody opened what was shared with them, or downloaded of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningView {
    /// Who: two people may have the same name, role and team.
    pub user: UserId,
    /// How they are named, and how they are reached at work.
    pub by: Reached,
    /// The team they did it from, with its agency.
    pub team: String,
    /// The first time.
    pub first: Timestamp,
    /// The last time.
    pub last: Timestamp,
    /// How often.
    pub times: u64,
    /// Whether it was a file that they downloaded.
    pub is_file: bool,
}

/// The openings of one kind by one person from one team.
pub(super) struct Opened {
    pub(super) by: UserId,
    team: TeamId,
    is_file: bool,
    first: Timestamp,
    last: Timestamp,
    times: u64,
}

/// The most rows that are read of one share: two for each person and kind of act.
const MOST: i64 = 400;

impl App {
    /// Who opened shares, by their compartments, the latest first: so many queries however many shares and people there are. What
    /// fails its check tells nothing.
    pub(super) async fn opened(&self, shares: &[&Share]) -> Result<BTreeMap<CompartmentId, Vec<Opened>>, Error> {
        let compartments: Vec<CompartmentId> = shares.iter().map(|share| share.compartment).collect();
        let ends = self.store.openings_of(&compartments, MOST).await?;
        let ids: Vec<_> = ends.iter().map(|end| end.event).collect();
        let events = self.store.events_in(&ids).await?;
        let mut bodies = BTreeMap::new();
        for stored in &events {
            if let Ok(Some(body)) = stored.check(self.store.authenticator()) {
                bodies.insert(body.id.clone(), body);
            }
        }
        let mut found: BTreeMap<(CompartmentId, UserId, TeamId, bool), Opened> = BTreeMap::new();
        for end in ends {
            let Some(body) = bodies.get(&end.event.to_string()) else { continue };
            let user = body.actor.user.as_deref().and_then(|id| UserId::parse(id).ok());
            let team = body.actor.team.as_deref().and_then(|id| TeamId::parse(id).ok());
            let Some((by, team)) = user.zip(team) else { continue };
            let at = Timestamp::parse(&body.at).map_err(|_| Error::Integrity("an event has no time"))?;
            let is_file = body.action == Action::DownloadFile.code();
            let times = u64::try_from(end.times).unwrap_or(1);
            let opened = found.entry((end.compartment, by, team, is_file));
            let opened = opened.or_insert(Opened { by, team, is_file, first: at, last: at, times });
            opened.first = opened.first.min(at);
            opened.last = opened.last.max(at);
        }
        let mut by_share: BTreeMap<CompartmentId, Vec<Opened>> = BTreeMap::new();
        for ((compartment, ..), opened) in found {
            by_share.entry(compartment).or_default().push(opened);
        }
        for opened in by_share.values_mut() {
            opened.sort_by_key(|opened| std::cmp::Reverse(opened.last));
        }
        Ok(by_share)
    }

    /// The same with names, for those who shared them.
    pub(super) async fn openings(&self, shares: &[&Share]) -> Result<BTreeMap<CompartmentId, Vec<OpeningView>>, Error> {
        if shares.is_empty() {
            return Ok(BTreeMap::new());
        }
        let opened = self.opened(shares).await?;
        let people: BTreeSet<(UserId, TeamId)> = opened.values().flatten().map(|opened| (opened.by, opened.team)).collect();
        let reached = self.all_reached(&people).await?;
        let teams = if people.is_empty() { Vec::new() } else { self.teams_read().await? };
        let named = |id: TeamId| {
            let found = teams.iter().find(|(team, _)| team.id == id);
            found.map(|(_, view)| format!("{} ({})", view.name, view.agency)).ok_or(Error::Integrity("a team is nobody's"))
        };
        let view = |Opened { by, team, is_file, first, last, times }: Opened| {
            let by_whom = reached.get(&(by, team)).cloned().unwrap_or_default();
            Ok(OpeningView { user: by, by: by_whom, team: named(team)?, first, last, times, is_file })
        };
        opened.into_iter().map(|(id, opened)| Ok((id, opened.into_iter().map(view).collect::<Result<_, Error>>()?))).collect()
    }
}
