//! A place in a queue that somebody keeps under a name.

use super::{
    ids::{SavedViewId, TeamId},
    queue::{QueueFilter, QueueView},
    text::ViewName,
};

/// The most that one person keeps.
pub const MOST: usize = 20;

/// Which queue, which view of it, and what narrows that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The team.
    pub team: TeamId,
    /// The view.
    pub view: QueueView,
    /// What narrows it.
    pub filter: QueueFilter,
}

/// The same under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Its id.
    pub id: SavedViewId,
    /// What its owner calls it.
    pub name: ViewName,
    /// What it shows.
    pub kept: Kept,
}
