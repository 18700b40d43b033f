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

    /// Whether it stays open whom to ring in a district: others have a number of their own and this one, or an unknown one, has
    /// none, or there is nothing but 999 and the like.
    pub fn leaves_open(&self, district: Option<&Code>) -> bool {
        let depends = self.ring.iter().any(|ring| !ring.districts.is_empty());
        let is_named = district.is_some_and(|district| self.ring.iter().any(|ring| ring.districts.contains(district)));
        let is_short = |ring: &Ring| ring.number.chars().filter(char::is_ascii_digit).count() <= 3;
        (depends && !is_named) || self.ring.iter().all(is_short)
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

    #[test]
    fn it_stays_open_whom_to_ring_where_a_district_has_no_number_of_its_own() {
        let area = |name: &str| Code::parse(name).expect("a code");
        let ring = |number: &str, districts: &[&str]| Ring {
            number: number.into(),
            who: "Somebody".into(),
            hours: None,
            answering: Answering::Always,
            districts: districts.iter().map(|name| area(name)).collect(),
        };
        let danger = |ring: Vec<Ring>| Danger {
            question: QuestionId::parse("danger").expect("an id"),
            title: "Ring".into(),
            lines: vec![],
            ring,
            also: None,
        };
        let by_area = danger(vec![ring("999", &[]), ring("0116 496 0101", &["city"])]);
        assert!(!by_area.leaves_open(Some(&area("city"))));
        assert!(by_area.leaves_open(Some(&area("elsewhere"))) && by_area.leaves_open(None));
        let everywhere = danger(vec![ring("999", &[]), ring("0116 496 0101", &[])]);
        assert!(!everywhere.leaves_open(None) && !everywhere.leaves_open(Some(&area("elsewhere"))));
        assert!(danger(vec![ring("999", &[]), ring("101", &[])]).leaves_open(None), "nobody of the partnership is named");
    }
}
