//! Sessions' purposes and limits.

use std::time::Duration;

coded_enum! {
    /// What a session's cookie is for. Everything derived from it depends on this, so that neither can serve as the other.
    pub enum SessionPurpose {
        /// Between password and second factor; for nothing else.
        PreSession = "pre-session",
        /// Signed in.
        Session = "session",
    }
}

/// A pre-session lives this long.
pub const PRE_SESSION: Duration = Duration::from_mins(5);
/// A session ends after so long without use (facts `security.md` 2.3).
pub const IDLE: Duration = Duration::from_mins(15);
/// A session ends after so long in any case.
pub const ABSOLUTE: Duration = Duration::from_hours(8);
