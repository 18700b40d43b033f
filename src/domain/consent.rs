//! Consent: to share what is written, and to be helped. Two questions, because people say yes to one and no to the other.

use super::{
    answers::{Answer, Answers},
    code::QuestionId,
};

/// The choice questions about consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Whether the person agrees to the sharing, or why they were not asked.
    pub share: QuestionId,
    /// Whether the person agrees to be helped; none where the pathway offers the person no help.
    pub support: Option<QuestionId>,
}

/// The choice that says no, in every pathway.
const REFUSED: &str = "refused";

impl Consent {
    /// Whether the person said no to the sharing. Whoever rests on consent all the same is told so, and it is on record.
    pub fn is_refused(&self, answers: &Answers) -> bool {
        matches!(answers.get(&self.share), Some(Answer::Choice(code)) if code.as_str() == REFUSED)
    }
}
