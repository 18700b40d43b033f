//! Outcomes: how a referral can end, and the lines a referrer may hear.

use super::code::{Choice, Code};

/// One way a referral can end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The stable code.
    pub code: Code,
    /// The words.
    pub title: String,
    /// When to choose it.
    pub hint: Option<String>,
    /// Whether nothing further happens, so that deciding so also closes the referral unless whoever decides says otherwise.
    pub closes: bool,
    /// Lines for the referrer, at least one.
    pub feedback: Vec<Choice>,
}

/// How long a referral is kept after it closes, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Whole years after closing.
    pub years: u16,
    /// Where the period comes from, in words.
    pub basis: String,
}
