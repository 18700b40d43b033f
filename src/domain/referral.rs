//! A referral's life: states and the moves between them.

use super::{ids::UserId, time::Timestamp};

coded_enum! {
    /// The state as rows, policy and JSON name it.
    pub enum ReferralState {
        /// Not sent yet; only ever asked about, never stored.
        New = "new",
        /// With whoever checks it before it is shared; the receiving team's grant is held.
        Checking = "checking",
        /// Whoever checked it stopped it, with a reason; the sender may still send it.
        Stopped = "stopped",
        /// The sender left it at that: it was never shared, and the receiving team's key to it is gone.
        Withdrawn = "withdrawn",
        /// With the receiving team; nobody there has opened it.
        Received = "received",
        /// Somebody in the receiving team has opened it.
        Opened = "opened",
        /// The receiving team has decided, and goes on with it.
        Decided = "decided",
        /// The receiving team is done with it.
        Closed = "closed",
    }
}

/// Where a sent referral stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// With whoever checks it. It goes on by itself when they have not acted.
    Checking {
        /// When it goes on by itself.
        until: Timestamp,
    },
    /// Stopped by whoever checked it.
    Stopped {
        /// Who stopped it.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// Never shared: stopped, and the sender left it at that.
    Withdrawn,
    /// With the receiving team, unopened.
    Received,
    /// Opened by the receiving team.
    Opened {
        /// Who opened it first, or had it taken up again.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// Decided by the receiving team, which goes on with it.
    Decided {
        /// Who decided last.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// Done with.
    Closed {
        /// Who closed it.
        by: UserId,
        /// When.
        at: Timestamp,
    },
}

impl Stage {
    /// The state's code.
    pub const fn state(self) -> ReferralState {
        match self {
            Self::Checking { .. } => ReferralState::Checking,
            Self::Stopped { .. } => ReferralState::Stopped,
            Self::Withdrawn => ReferralState::Withdrawn,
            Self::Received => ReferralState::Received,
            Self::Opened { .. } => ReferralState::Opened,
            Self::Decided { .. } => ReferralState::Decided,
            Self::Closed { .. } => ReferralState::Closed,
        }
    }

    /// Whoever checks it stops it: only while it is being checked.
    pub const fn stop(self, by: UserId, at: Timestamp) -> Option<Self> {
        match self {
            Self::Checking { .. } => Some(Self::Stopped { by, at }),
            _ => None,
        }
    }

    /// It goes to the receiving team: passed on, sent anyway, or let go by the clock. What the team has it cannot get again.
    pub const fn release(self) -> Option<Self> {
        match self {
            Self::Checking { .. } | Self::Stopped { .. } => Some(Self::Received),
            _ => None,
        }
    }

    /// The sender leaves it at the stop; after that it cannot be sent any more, only written anew.
    pub const fn withdraw(self) -> Option<Self> {
        match self {
            Self::Stopped { .. } => Some(Self::Withdrawn),
            _ => None,
        }
    }

    /// The receiving team opens it: the first time moves it on, later times change nothing.
    #[must_use]
    pub const fn open(self, by: UserId, at: Timestamp) -> Self {
        match self {
            Self::Received => Self::Opened { by, at },
            _ => self,
        }
    }

    /// The receiving team decides: what it has opened, or anew what it decided before.
    pub const fn decide(self, by: UserId, at: Timestamp) -> Option<Self> {
        match self {
            Self::Opened { .. } | Self::Decided { .. } => Some(Self::Decided { by, at }),
            _ => None,
        }
    }

    /// The receiving team is done with it: after a decision, or without one for a reason on record.
    pub const fn close(self, by: UserId, at: Timestamp) -> Option<Self> {
        match self {
            Self::Opened { .. } | Self::Decided { .. } => Some(Self::Closed { by, at }),
            _ => None,
        }
    }

    /// The receiving team passes it to another, which has not opened it.
    pub const fn redirect(self) -> Option<Self> {
        match self {
            Self::Opened { .. } | Self::Decided { .. } => Some(Self::Received),
            _ => None,
        }
    }

    /// The receiving team takes it up again.
    pub const fn reopen(self, by: UserId, at: Timestamp) -> Option<Self> {
        match self {
            Self::Closed { .. } => Some(Self::Opened { by, at }),
            _ => None,
        }
    }
}

impl ReferralState {
    /// The state in words, for pages.
    pub const fn title(self) -> &'static str {
        match self {
            Self::New => "Not sent",
            Self::Checking => "Being checked before it is shared",
            Self::Stopped => "Stopped at the check",
            Self::Withdrawn => "Not sent after the check",
            Self::Received => "Received, not yet opened",
            Self::Opened => "Opened",
            Self::Decided => "Decided",
            Self::Closed => "Closed",
        }
    }

    /// Whether the receiving team has it and is not done with it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::Opened | Self::Decided)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every stage, with what each move makes of it: stop, release, withdraw, decide, close, redirect, reopen.
    #[test]
    fn every_move_leaves_from_where_it_may_and_from_nowhere_else() {
        let (by, at) = (UserId::from_bytes([3; 16]), Timestamp::from_millis(5));
        let [checking, stopped] = [Stage::Checking { until: at }, Stage::Stopped { by, at }];
        let [opened, decided, closed] = [Stage::Opened { by, at }, Stage::Decided { by, at }, Stage::Closed { by, at }];
        let (received, withdrawn) = (Stage::Received, Stage::Withdrawn);
        let table = [
            (checking, [Some(stopped), Some(received), None, None, None, None, None]),
            (stopped, [None, Some(received), Some(withdrawn), None, None, None, None]),
            (withdrawn, [None; 7]),
            (received, [None; 7]),
            (opened, [None, None, None, Some(decided), Some(closed), Some(received), None]),
            (decided, [None, None, None, Some(decided), Some(closed), Some(received), None]),
            (closed, [None, None, None, None, None, None, Some(opened)]),
        ];
        for (stage, moved) in table {
            let moves = [
                stage.stop(by, at),
                stage.release(),
                stage.withdraw(),
                stage.decide(by, at),
                stage.close(by, at),
                stage.redirect(),
                stage.reopen(by, at),
            ];
            assert_eq!(moves, moved, "{stage:?}");
            let opens = if stage == received { opened } else { stage };
            assert_eq!(stage.open(by, at), opens, "nobody opens what the team does not have, nor twice: {stage:?}");
        }
        let open: Vec<_> = table.iter().filter(|(stage, _)| stage.state().is_open()).map(|(stage, _)| *stage).collect();
        assert_eq!(open, [received, opened, decided]);
    }

    #[test]
    fn opening_counts_once() {
        let (first, second) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        let opened = Stage::Received.open(first, Timestamp::from_millis(1));
        assert_eq!(opened, Stage::Opened { by: first, at: Timestamp::from_millis(1) });
        assert_eq!(opened.open(second, Timestamp::from_millis(9)), opened);
    }
}
