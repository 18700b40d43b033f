//! How sensitive a pathway's content is (facts `pathways.md` 2.2).

coded_enum! {
    /// Four levels, from a premises to a named-person list.
    pub enum Sensitivity {
        /// Premises or place, no personal story.
        L1 = "L1",
        /// Ordinary personal data.
        L2 = "L2",
        /// Special-category, criminal allegation or victim-safety data.
        L3 = "L3",
        /// Named people only.
        L4 = "L4",
    }
}

impl Sensitivity {
    /// The handling marking that stands at head and foot of what is printed (Government Security Classifications).
    pub const fn marking(self) -> &'static str {
        match self {
            Self::L1 => "OFFICIAL",
            Self::L2 | Self::L3 | Self::L4 => "OFFICIAL-SENSITIVE",
        }
    }
}
