//! Sections of a form, and the question that comes before them all.

use super::{
    code::{Code, QuestionId},
    condition::Condition,
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
    /// Whether nothing after it is begun before all in it is answered.
    pub gate: bool,
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
    /// Answers later in the form that show the same page: they may mean danger, too.
    pub also: Option<Condition>,
}

coded_enum! {
    /// When a number is answered.
    pub enum Answering {
        /// Day and night.
        Always = "always",
        /// In working hours.
        WorkingHours = "working-hours",
        /// Outside them: evenings, nights, weekends and bank holidays.
        OutsideThem = "outside-working-hours",
    }
}

impl Answering {
    /// Whether somebody answers while people are at work, or while they are not.
    pub const fn answers(self, at_work: bool) -> bool {
        match self {
            Self::Always => true,
            Self::WorkingHours => at_work,
            Self::OutsideThem => !at_work,
        }
    }
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
    /// The same by the clock, so that whoever answers now stands first.
    pub answering: Answering,
    /// Only for these districts; empty for all.
    pub districts: Vec<Code>,
}

impl Danger {
    /// Whom to ring for a district; for an unknown one, everybody. Whoever answers now comes first, else in the file's order.
    pub fn ring_in(&self, district: Option<&Code>, at_work: bool) -> Vec<&Ring> {
        let serves =
            |ring: &&Ring| ring.districts.is_empty() || district.is_none_or(|district| ring.districts.contains(district));
        let mut rings: Vec<&Ring> = self.ring.iter().filter(serves).collect();
        rings.sort_by_key(|ring| !ring.answering.answers(at_work));
        rings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_answers_now_stands_first() {
        let ring = |number: &str, answering| Ring {
            number: number.into(),
            who: "Somebody".into(),
            hours: None,
            answering,
            districts: vec![],
        };
        let danger = Danger {
            question: QuestionId::parse("danger").expect("an id"),
            title: "Ring".into(),
            lines: vec![],
            ring: vec![ring("999", Answering::Always), ring("1", Answering::WorkingHours), ring("2", Answering::OutsideThem)],
            also: None,
        };
        let order = |at_work| danger.ring_in(None, at_work).into_iter().map(|ring| ring.number.as_str()).collect::<Vec<_>>();
        assert_eq!(order(true), ["999", "1", "2"]);
        assert_eq!(order(false), ["999", "2", "1"]);
    }
}
