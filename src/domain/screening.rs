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

/// Where a person stands after some answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screened<'a> {
    /// This question comes next.
    Ask(&'a ScreeningQuestion),
    /// This question was answered yes: its form is suggested.
    Suggest(&'a ScreeningQuestion),
    /// Every answer was no.
    Otherwise(&'a Otherwise),
}

impl Screening {
    /// Where somebody stands who has given these answers, in the order of the questions. Answers after the first yes, or
    /// after the last question, count for nothing.
    pub fn after(&self, answers: &[bool]) -> Screened<'_> {
        let yes = self.questions.iter().zip(answers).find(|(_, yes)| **yes);
        match (yes, self.questions.get(answers.len())) {
            (Some((question, _)), _) => Screened::Suggest(question),
            (None, Some(next)) => Screened::Ask(next),
            (None, None) => Screened::Otherwise(&self.otherwise),
        }
    }

    /// The question with this id.
    pub fn question(&self, id: &str) -> Option<&ScreeningQuestion> {
        self.questions.iter().find(|question| question.id.as_str() == id)
    }

    /// Every pathway it names.
    pub fn pathways(&self) -> impl Iterator<Item = &PathwayId> {
        self.questions.iter().map(|question| &question.pathway).chain(&self.otherwise.pathways)
    }
}
