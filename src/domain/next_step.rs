//! What happens next, as the sender is told it: some of it only of certain answers, or where the referral
//! went a certain way.

use super::{answers::Answers, condition::Condition};

coded_enum! {
    /// The way that a referral goes to its readers.
    pub enum Way {
        /// To the receiving team, at once.
        AtOnce = "at-once",
        /// To whoever checks it first.
        Checked = "checked",
        /// To a few people by name.
        Named = "named",
    }
}

/// One line of what happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStep {
    /// The line.
    pub text: String,
    /// The ways of which it is true; empty for all.
    pub ways: Vec<Way>,
    /// The answers of which it is true; none for all.
    pub when: Option<Condition>,
}

impl NextStep {
    /// Whether it is true of these answers, sent this way.
    pub fn holds(&self, way: Way, answers: &Answers) -> bool {
        let goes = self.ways.is_empty() || self.ways.contains(&way);
        goes && self.when.as_ref().is_none_or(|when| when.holds(answers))
    }
}
