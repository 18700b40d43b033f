//! When a session ends, as its pages tell it: in words for whoever reads, in seconds for the script that warns.

use std::time::Duration;

use serde::Serialize;

use crate::{app::Caller, domain::time::Timestamp};

/// When a session ends, seen from one request. Seconds count from that request: a browser's own clock may be wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Seconds until it ends if nothing is done.
    pub idle_in: u64,
    /// That time of day, "10:57am".
    pub idle_at: String,
    /// Seconds until it ends whatever is done.
    pub ends_in: u64,
    /// That time of day.
    pub ends_at: String,
}

impl Limits {
    /// Those of whoever is signed in.
    pub(super) fn of(caller: &Caller, at: Timestamp) -> Self {
        let session = caller.session_row();
        Self {
            idle_in: seconds(session.idle_expires_at.since(at)),
            idle_at: time_of_day(session.idle_expires_at),
            ends_in: seconds(session.expires_at.since(at)),
            ends_at: time_of_day(session.expires_at),
        }
    }

    /// Whether doing something moves the end no further.
    pub fn is_last(&self) -> bool {
        self.idle_in >= self.ends_in
    }
}

/// Whole seconds, rounded up: a page that acts at the end must not come before it, or what it does would count as use.
fn seconds(left: Duration) -> u64 {
    left.as_secs() + u64::from(left.subsec_nanos() > 0)
}

/// "10:42am".
pub(super) fn time_of_day(at: Timestamp) -> String {
    at.zoned().strftime("%-I:%M%P").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_never_ends_before_the_session_does() {
        let left = [0, 1, 999, 1000, 1001, 899_001].map(Duration::from_millis);
        assert_eq!(left.map(seconds), [0, 1, 1, 1, 2, 900]);
    }
}
