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
        /// Who opened it first.
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
        }
    }

    /// Whoever checks it stops it: only while it is being checked.
    pub const fn stop(self, by: UserId, at: Timestamp) -> Option<Self> {
        match self {
            Self::Checking { .. } => Some(Self::Stopped { by, at }),
            Self::Stopped { .. } | Self::Withdrawn | Self::Received | Self::Opened { .. } => None,
        }
    }

    /// It goes to the receiving team: passed on, sent anyway, or let go by the clock. What the team has it cannot get again.
    pub const fn release(self) -> Option<Self> {
        match self {
            Self::Checking { .. } | Self::Stopped { .. } => Some(Self::Received),
            Self::Withdrawn | Self::Received | Self::Opened { .. } => None,
        }
    }

    /// The sender leaves it at the stop; after that it cannot be sent any more, only written anew.
    pub const fn withdraw(self) -> Option<Self> {
        match self {
            Self::Stopped { .. } => Some(Self::Withdrawn),
            Self::Checking { .. } | Self::Withdrawn | Self::Received | Self::Opened { .. } => None,
        }
    }

    /// The receiving team opens it: the first time moves it on, later times change nothing.
    #[must_use]
    pub const fn open(self, by: UserId, at: Timestamp) -> Self {
        match self {
            Self::Received => Self::Opened { by, at },
            Self::Checking { .. } | Self::Stopped { .. } | Self::Withdrawn | Self::Opened { .. } => self,
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_checked_is_passed_on_or_stopped_and_what_is_stopped_may_still_go() {
        let (lead, at) = (UserId::from_bytes([3; 16]), Timestamp::from_millis(5));
        let checking = Stage::Checking { until: at };
        let stopped = Stage::Stopped { by: lead, at };
        let opened = Stage::Opened { by: lead, at };
        assert_eq!(checking.release(), Some(Stage::Received));
        assert_eq!(checking.stop(lead, at), Some(stopped));
        assert_eq!(stopped.release(), Some(Stage::Received));
        for (stage, moved) in [(stopped, stopped.stop(lead, at)), (Stage::Received, Stage::Received.stop(lead, at))] {
            assert_eq!(moved, None, "{stage:?}");
        }
        assert_eq!(stopped.withdraw(), Some(Stage::Withdrawn));
        for stage in [Stage::Received, Stage::Withdrawn, opened] {
            assert_eq!((stage.release(), stage.withdraw()), (None, None), "{stage:?}");
        }
        assert_eq!(checking.withdraw(), None);
        for stage in [checking, stopped] {
            assert_eq!(stage.open(lead, at), stage, "nobody opens what the team does not have");
        }
    }

    #[test]
    fn opening_counts_once() {
        let (first, second) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        let opened = Stage::Received.open(first, Timestamp::from_millis(1));
        assert_eq!(opened, Stage::Opened { by: first, at: Timestamp::from_millis(1) });
        assert_eq!(opened.open(second, Timestamp::from_millis(9)), opened);
        assert_eq!((Stage::Received.state(), opened.state()), (ReferralState::Received, ReferralState::Opened));
    }
}
