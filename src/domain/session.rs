//! Sessions' purposes and limits.

use std::time::Duration;

coded_enum! {
    /// What a session may be used for.
    pub enum SessionPurpose {
        /// Between password and second factor; for nothing else.
        SecondFactor = "second-factor",
        /// Signed in.
        Full = "full",
    }
}

/// A pre-session lives this long (DESIGN 5).
pub const PRE_SESSION: Duration = Duration::from_secs(5 * 60);
/// A session ends after so long without use (facts `security.md` 2.3).
pub const IDLE: Duration = Duration::from_secs(15 * 60);
/// A session ends after so long in any case.
pub const ABSOLUTE: Duration = Duration::from_secs(8 * 60 * 60);
