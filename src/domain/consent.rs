//! Consent: to share what is written, and to be helped. Two questions, because people say yes to one and no to the other.

use super::code::QuestionId;

/// The choice questions about consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Whether the person agrees to the sharing, or why they were not asked.
    pub share: QuestionId,
    /// Whether the person agrees to be helped; none where the pathway offers the person no help.
    pub support: Option<QuestionId>,
}
