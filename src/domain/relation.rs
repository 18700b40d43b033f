//! How the caller stands to what they ask about.

coded_enum! {
    /// The relation of a place to a referral, team, agency or account; worked out before the policy is asked.
    pub enum Relation {
        /// Sent this referral.
        Referrer = "referrer",
        /// The referrer's named deputy.
        Deputy = "deputy",
        /// Checks it before it is shared.
        Checker = "checker",
        /// In the team that sent it.
        ReferrersTeam = "referrers-team",
        /// In the team that received it.
        ReceivingTeam = "receiving-team",
        /// Holds a grant by a share, a copy or a category.
        Granted = "granted",
        /// Party to a meeting that considers it.
        MeetingParty = "meeting-party",
        /// The thing asked about is the caller's own account or session.
        Own = "own",
        /// The thing asked about belongs to the caller's team.
        OwnTeam = "own-team",
        /// The thing asked about belongs to the caller's agency.
        OwnAgency = "own-agency",
        /// None of these.
        None = "none",
    }
}
