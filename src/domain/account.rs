//! The life of an account.

use std::time::Duration;

coded_enum! {
    /// Where an account stands.
    pub enum AccountState {
        /// Made; no password and second factor yet.
        Invited = "invited",
        /// Password and second factor set, key published.
        Ready = "ready",
        /// Cannot sign in.
        Disabled = "disabled",
    }
}

/// An account that nobody has signed in to for so long is told of as dormant.
pub const DORMANT: Duration = Duration::from_hours(24 * 90);

coded_enum! {
    /// Where a place in a team stands.
    pub enum MembershipState {
        /// Given, but a lead has not yet handed over the team's key.
        Waiting = "waiting",
        /// In force.
        Active = "active",
        /// Ended.
        Ended = "ended",
    }
}
