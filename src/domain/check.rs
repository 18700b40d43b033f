//! The check before sharing: somebody in the sender's agency looks first, and can stop it only with a reason.

use super::{
    answers::Answers,
    clock::Limit,
    code::{Choice, Code, QuestionId},
    condition::Condition,
};

/// The one duty of whoever checks.
pub const SAFEGUARDING_LEAD: &str = "safeguarding-lead";

/// Who looks first, and when nobody needs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The duty of whoever checks: [`SAFEGUARDING_LEAD`].
    pub who: Code,
    /// After this long without an answer it goes on by itself.
    pub absent_after: Limit,
    /// When it is sent at once.
    pub unless: Option<Condition>,
    /// The yes-no question whether the checker is a party.
    pub party: QuestionId,
    /// The reasons for which the checker may stop it, at least one; the sender reads the one chosen.
    pub reasons: Vec<Choice>,
}

impl Check {
    /// Whether these answers go to the receiving team without a check: they are urgent, or whoever would check is a party or
    /// may be one.
    pub fn is_skipped(&self, answers: &Answers) -> bool {
        self.may_be_party(answers) || self.unless.as_ref().is_some_and(|unless| unless.holds(answers))
    }

    /// Whether whoever would check is a party, or may be one. Then they neither read it first nor stand in for the sender.
    pub fn may_be_party(&self, answers: &Answers) -> bool {
        answers.get(&self.party).is_some_and(|answer| answer.is_not_known() || answer.is_yes())
    }
}
