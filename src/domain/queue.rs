//! A team's queue: the views a desk works from, and what narrows them.

use super::{ids::AgencyId, referral::ReferralState, urgency::Urgency};

coded_enum! {
    /// A view of a queue.
    pub enum QueueView {
        /// Open, and nobody works on it.
        Unassigned = "unassigned",
        /// Open, and the reader works on it.
        Mine = "mine",
        /// All that is open, with what the team covers for.
        Team = "team",
        /// Open, and whoever works on it is away.
        Away = "away",
        /// Open, and a question to the referrer is.
        Waiting = "waiting",
        /// Open with another team, and here for information only.
        Copies = "copies",
        /// Closed, the latest first.
        Closed = "closed",
    }
}

impl QueueView {
    /// The view in words, for pages.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Unassigned => "Unassigned",
            Self::Mine => "Mine",
            Self::Team => "Team",
            Self::Away => "With somebody away",
            Self::Waiting => "Waiting",
            Self::Copies => "For information",
            Self::Closed => "Closed",
        }
    }
}

/// What narrows a view; nothing set shows all of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueueFilter {
    /// Only this pathway, by its id.
    pub pathway: Option<String>,
    /// Only this urgency.
    pub urgency: Option<Urgency>,
    /// Only what this agency sent.
    pub agency: Option<AgencyId>,
    /// Only this state.
    pub state: Option<ReferralState>,
    /// Only what is overdue.
    pub overdue: bool,
    /// Only what nobody of the team has opened.
    pub unread: bool,
    /// Only what its sender asked to withdraw.
    pub retracted: bool,
}

impl QueueFilter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How many referrals each view holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueCounts {
    /// In [`QueueView::Unassigned`].
    pub unassigned: u64,
    /// In [`QueueView::Mine`].
    pub mine: u64,
    /// In [`QueueView::Team`].
    pub team: u64,
    /// In [`QueueView::Away`].
    pub away: u64,
    /// In [`QueueView::Waiting`].
    pub waiting: u64,
    /// In [`QueueView::Copies`].
    pub copies: u64,
    /// In [`QueueView::Closed`].
    pub closed: u64,
}

impl QueueCounts {
    /// How many a view holds.
    pub const fn of(self, view: QueueView) -> u64 {
        match view {
            QueueView::Unassigned => self.unassigned,
            QueueView::Mine => self.mine,
            QueueView::Team => self.team,
            QueueView::Away => self.away,
            QueueView::Waiting => self.waiting,
            QueueView::Copies => self.copies,
            QueueView::Closed => self.closed,
        }
    }
}
