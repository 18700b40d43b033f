//! The life of an account.

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
