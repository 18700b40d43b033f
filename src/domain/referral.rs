//! A referral's life: states and the moves between them.

use super::{ids::UserId, time::Timestamp};

coded_enum! {
    /// The state as rows, policy and JSON name it.
    pub enum ReferralState {
        /// Not sent yet; only ever asked about, never stored.
        New = "new",
        /// With the receiving team; nobody there has opened it.
        Received = "received",
        /// Somebody in the receiving team has opened it.
        Opened = "opened",
    }
}

/// Where a sent referral stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
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
            Self::Received => ReferralState::Received,
            Self::Opened { .. } => ReferralState::Opened,
        }
    }

    /// The receiving team opens it: the first time moves it on, later times change nothing.
    #[must_use]
    pub const fn open(self, by: UserId, at: Timestamp) -> Self {
        match self {
            Self::Received => Self::Opened { by, at },
            Self::Opened { .. } => self,
        }
    }
}

impl ReferralState {
    /// The state in words, for pages.
    pub const fn title(self) -> &'static str {
        match self {
            Self::New => "Not sent",
            Self::Received => "Received, not yet opened",
            Self::Opened => "Opened",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_counts_once() {
        let (first, second) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        let opened = Stage::Received.open(first, Timestamp::from_millis(1));
        assert_eq!(opened, Stage::Opened { by: first, at: Timestamp::from_millis(1) });
        assert_eq!(opened.open(second, Timestamp::from_millis(9)), opened);
        assert_eq!((Stage::Received.state(), opened.state()), (ReferralState::Received, ReferralState::Opened));
    }
}
