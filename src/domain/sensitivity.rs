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
