//! Who opened what was shared with them: a line for each person and kind of act, from the events, each held against the hub's key.

use std::collections::BTreeMap;

use super::{App, Error, Reached};
use crate::{
    crypto::RecipientOf,
    domain::{
        action::Action,
        ids::{TeamId, UserId},
        time::Timestamp,
    },
    store::shares::Share,
};

/// That somebody opened what was shared with them, or downloaded of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningView {
    /// Who, and how they are reached at work.
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
    /// Who opened a share, the latest first. What fails its check tells nothing.
    pub(super) async fn opened(&self, share: &Share) -> Result<Vec<Opened>, Error> {
        let ends = self.store.openings_of(share.compartment, MOST).await?;
        let ids: Vec<_> = ends.iter().map(|(id, _)| *id).collect();
        let times: BTreeMap<String, i64> = ends.iter().map(|(id, times)| (id.to_string(), *times)).collect();
        let mut found: BTreeMap<(UserId, TeamId, bool), Opened> = BTreeMap::new();
        for stored in self.store.events_in(&ids).await? {
            let Ok(Some(body)) = stored.check(self.store.authenticator()) else { continue };
            let user = body.actor.user.as_deref().and_then(|id| UserId::parse(id).ok());
            let team = body.actor.team.as_deref().and_then(|id| TeamId::parse(id).ok());
            let Some((by, team)) = user.zip(team) else { continue };
            let at = Timestamp::parse(&body.at).map_err(|_| Error::Integrity("an event has no time"))?;
            let is_file = body.action == Action::DownloadFile.code();
            let times = times.get(&body.id).and_then(|times| u64::try_from(*times).ok()).unwrap_or(1);
            let opened = found.entry((by, team, is_file)).or_insert(Opened { by, team, is_file, first: at, last: at, times });
            opened.first = opened.first.min(at);
            opened.last = opened.last.max(at);
        }
        let mut found: Vec<Opened> = found.into_values().collect();
        found.sort_by_key(|opened| std::cmp::Reverse(opened.last));
        Ok(found)
    }

    /// The same with names, for those who shared it.
    pub(super) async fn openings(&self, share: &Share) -> Result<Vec<OpeningView>, Error> {
        let mut views = Vec::new();
        for Opened { by, team, is_file, first, last, times } in self.opened(share).await? {
            let (by, team) = (self.reached(by, team).await?, self.holder_name(RecipientOf::Team(team)).await?);
            views.push(OpeningView { by, team, first, last, times, is_file });
        }
        Ok(views)
    }
}
