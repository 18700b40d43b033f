//! Why somebody was given a key.

coded_enum! {
    /// What a grant was made for. Lists and pages tell a copy from a queue by it; the key it gives is the same.
    pub enum GrantReason {
        /// A side of the referral: the sender's or the receiving team.
        Party = "party",
        /// The team that covers outside the hours, because it is for today.
        Cover = "cover",
        /// A team that is told as well, for information.
        Copy = "copy",
        /// Somebody who checks it before it is shared.
        Checker = "checker",
        /// The sender's named deputy.
        Deputy = "deputy",
        /// A person of a restricted team who is left after the sender struck out whoever is involved.
        Named = "named",
        /// A team that the pathway names for a restricted category.
        Category = "category",
        /// The recipient of chosen items.
        Share = "share",
        /// Somebody who may read along in the receiving team's own words until that is ended.
        Standing = "standing",
    }
}

impl GrantReason {
    /// Whether its holder is a side of the referral or covers for one: a copy is for information, and lets nobody act.
    pub const fn is_to_act(self) -> bool {
        matches!(self, Self::Party | Self::Cover)
    }
}
