//! How soon a human must look: worked out from the answers by the pathway's rules.

coded_enum! {
    /// The more urgent comes first.
    pub enum Urgency {
        /// Today: the covering team is told as well.
        Today = "today",
        /// Within days.
        Soon = "soon",
        /// In the ordinary run of work.
        Routine = "routine",
    }
}

impl Urgency {
    /// The urgency in words, for pages.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Today => "Today",
            Self::Soon => "Soon",
            Self::Routine => "Routine",
        }
    }
}
