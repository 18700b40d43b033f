//! "I am not sure which form": a few questions that lead to a suggestion. It never decides and stops nobody.

use super::{
    code::{Code, PathwayId},
    section::Ring,
};

/// The questions, in order, and what is left when none is answered yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screening {
    /// The heading.
    pub title: String,
    /// What stands above the questions.
    pub intro: Option<String>,
    /// One to four questions.
    pub questions: Vec<ScreeningQuestion>,
    /// Where it ends when every answer is no.
    pub otherwise: Otherwise,
}

/// One yes-no question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreeningQuestion {
    /// Its id.
    pub id: Code,
    /// The question.
    pub label: String,
    /// Help below it.
    pub hint: Option<String>,
    /// The form that yes suggests.
    pub pathway: PathwayId,
    /// Why, in a sentence or two.
    pub why: String,
}

/// The end when nothing was suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Otherwise {
    /// The heading.
    pub title: String,
    /// What to do.
    pub text: String,
    /// Forms that may fit all the same.
    pub pathways: Vec<PathwayId>,
    /// Whom to ring, at least one.
    pub ring: Vec<Ring>,
}

impl Screening {
    /// The questions answered yes, in order: each suggests its form. Whoever answers yes to none is left with
    /// [`Screening::otherwise`].
    pub fn suggested(&self, is_yes: impl Fn(&Code) -> bool) -> Vec<&ScreeningQuestion> {
        self.questions.iter().filter(|question| is_yes(&question.id)).collect()
    }

    /// Every pathway it names.
    pub fn pathways(&self) -> impl Iterator<Item = &PathwayId> {
        self.questions.iter().map(|question| &question.pathway).chain(&self.otherwise.pathways)
    }
}
