//! What answers call up: rules that stop a sending, urgency, hints, and how a risk is graded.

use super::{
    answers::{Answer, Answers},
    code::{Code, PathwayId, QuestionId},
    condition::Condition,
    urgency::Urgency,
};

/// While its condition holds, these answers cannot be sent as this pathway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its code.
    pub code: Code,
    /// When it stops a sending.
    pub when: Condition,
    /// The question beside which its message stands.
    pub question: QuestionId,
    /// What to do, as a sentence without full stop.
    pub message: String,
    /// Where the form ends and other ways begin: the heading of that page.
    pub title: Option<String>,
    /// What that page says.
    pub text: Option<String>,
    /// The pathways it offers instead; some may not be in force here.
    pub pathways: Vec<PathwayId>,
}

impl Rule {
    /// Whether it leads to a page of its own rather than to a mended answer.
    pub const fn stops_the_form(&self) -> bool {
        self.title.is_some()
    }
}

/// When a condition holds, this is how urgent it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrgencyRule {
    /// The condition.
    pub when: Condition,
    /// The urgency.
    pub urgency: Urgency,
}

/// A hint that certain answers call up; it never blocks or delays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Its code.
    pub code: Code,
    /// When it is shown.
    pub when: Condition,
    /// The words.
    pub text: String,
    /// The pathway it points to; that one may not be in force here.
    pub pathway: Option<PathwayId>,
}

/// How several gradings make one: the highest of those given. So judgement raises an assessment's grade and never lowers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// Choice questions that offer the grades.
    pub questions: Vec<QuestionId>,
    /// The grades, the lowest first.
    pub order: Vec<Code>,
}

impl Risk {
    /// The highest grade given; none while no question is answered with a grade.
    pub fn of(&self, answers: &Answers) -> Option<&Code> {
        let rank = |id: &QuestionId| match answers.get(id)? {
            Answer::Choice(code) => self.order.iter().position(|grade| grade == code),
            _ => None,
        };
        self.order.get(self.questions.iter().filter_map(rank).max()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judgement_raises_a_grade_and_never_lowers_it() {
        let id = |text: &str| QuestionId::parse(text).expect("an id");
        let code = |text: &str| Code::parse(text).expect("a code");
        let risk =
            Risk { questions: vec![id("tool"), id("judgement")], order: vec![code("standard"), code("medium"), code("high")] };
        let graded = |tool: Option<&str>, judgement: Option<&str>| {
            let given = [("tool", tool), ("judgement", judgement)];
            let answers = given.into_iter().filter_map(|(name, grade)| Some((id(name), Answer::Choice(code(grade?)))));
            risk.of(&Answers::from_pairs(answers)).map(|grade| grade.as_str().to_owned())
        };
        assert_eq!(graded(Some("medium"), Some("high")).as_deref(), Some("high"));
        assert_eq!(graded(Some("high"), Some("standard")).as_deref(), Some("high"));
        assert_eq!(graded(Some("medium"), None).as_deref(), Some("medium"));
        assert_eq!(graded(None, Some("no-grade")), None);
        assert_eq!(graded(None, None), None);
    }
}
