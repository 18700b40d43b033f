//! Sections of a form, and the question that comes before them all.

use super::{
    code::{Code, QuestionId},
    question::Question,
};

/// One task and one screen: questions that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its code.
    pub id: Code,
    /// Its heading.
    pub title: String,
    /// Why it is asked, and who reads the answers.
    pub intro: Option<String>,
    /// Whether it may follow after sending; none of its questions is required.
    pub later: bool,
    /// Its questions, at least one.
    pub questions: Vec<Question>,
}

/// "Is anyone in danger now?", asked first of all, and the stop page behind "yes". The record can still be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Danger {
    /// The yes-no question; always the form's first, and required.
    pub question: QuestionId,
    /// The heading of the stop page.
    pub title: String,
    /// What to do, line by line.
    pub lines: Vec<String>,
    /// Whom to ring, the first first.
    pub ring: Vec<Ring>,
}

/// Somebody to ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// The number.
    pub number: String,
    /// Who answers, and what to say.
    pub who: String,
    /// When they answer, in words; at any hour, if none.
    pub hours: Option<String>,
    /// Only for these districts; empty for all.
    pub districts: Vec<Code>,
}

impl Danger {
    /// Whom to ring for a district; for an unknown one, everybody.
    pub fn ring_in<'a>(&'a self, district: Option<&'a Code>) -> impl Iterator<Item = &'a Ring> {
        self.ring
            .iter()
            .filter(move |ring| ring.districts.is_empty() || district.is_none_or(|district| ring.districts.contains(district)))
    }
}
