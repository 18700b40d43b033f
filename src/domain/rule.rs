//! What answers call up: rules that stop a sending, urgency, hints, flags for the reader, and how a risk is graded.

use jiff::civil::Date;

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
    /// The age at which alone it is shown, if it is about one.
    pub age: Option<AgeBound>,
    /// The words.
    pub text: String,
    /// The pathway it points to; that one may not be in force here.
    pub pathway: Option<PathwayId>,
}

/// When these answers go without a name, and what the form then says beside every free text and at the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nameless {
    /// When nobody may be named.
    pub when: Condition,
    /// What to leave out, as sentences.
    pub text: String,
}

/// An age that a hint is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeBound {
    /// The question that asks for the age.
    pub question: QuestionId,
    /// Whole years, at least; none for no bound.
    pub from: Option<u8>,
    /// Whole years, fewer than; none for no bound.
    pub under: Option<u8>,
}

impl AgeBound {
    /// Whether the person is certainly of such an age on the day on which it was answered.
    pub fn holds(&self, answers: &Answers, day: Date) -> bool {
        let Some(Answer::Age(age)) = answers.get(&self.question) else { return false };
        let (fewest, most) = age.on(day);
        self.from.is_none_or(|from| fewest >= from) && self.under.is_none_or(|under| most < under)
    }
}

/// What whoever reads these answers must see first: a danger, and what must not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// When it stands.
    pub when: Condition,
    /// The words, as a sentence.
    pub text: String,
}

/// How several gradings make one: the highest of those given. So judgement raises an assessment's grade and never lowers it,
/// and a score or a criterion that is met counts beside the grades that people gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// Choice questions that offer the grades.
    pub questions: Vec<QuestionId>,
    /// The grades, the lowest first.
    pub order: Vec<Code>,
    /// What gives a grade besides: a score, a criterion.
    pub marks: Vec<Mark>,
}

/// When a condition holds, this grade is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The condition.
    pub when: Condition,
    /// The grade.
    pub grade: Code,
}

impl Risk {
    /// Whether a grade ranks below another; one without a rank ranks below none.
    pub fn is_lower(&self, grade: &Code, than: &Code) -> bool {
        let rank = |code: &Code| self.order.iter().position(|grade| grade == code);
        rank(grade).zip(rank(than)).is_some_and(|(grade, than)| grade < than)
    }

    /// The highest grade given; none while nothing gives one.
    pub fn of(&self, answers: &Answers) -> Option<&Code> {
        let rank = |code: &Code| self.order.iter().position(|grade| grade == code);
        let given = self.questions.iter().filter_map(|id| match answers.get(id)? {
            Answer::Choice(code) => rank(code),
            _ => None,
        });
        let marked = self.marks.iter().filter(|mark| mark.when.holds(answers)).filter_map(|mark| rank(&mark.grade));
        self.order.get(given.chain(marked).max()?)
    }

    /// A code that one of the questions offers and that has no rank: it would count for nothing.
    pub fn unranked<'a>(&self, mut offered: impl Iterator<Item = &'a Code>) -> Option<&'a Code> {
        offered.find(|code| !self.order.contains(code))
    }

    /// Whether a grade that could be higher is not known: not to know is not to say that it is low.
    pub fn is_open(&self, answers: &Answers) -> bool {
        let unknown = |id: &QuestionId| answers.get(id).is_some_and(Answer::is_not_known);
        self.of(answers) != self.order.last() && self.questions.iter().any(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judgement_raises_a_grade_and_never_lowers_it() {
        let id = |text: &str| QuestionId::parse(text).expect("an id");
        let code = |text: &str| Code::parse(text).expect("a code");
        let risk = Risk {
            questions: vec![id("tool"), id("judgement")],
            order: vec![code("standard"), code("medium"), code("high")],
            marks: vec![Mark { when: Condition::AtLeast(id("score"), 14), grade: code("high") }],
        };
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
        let given = |score: Answer, tool: Answer| {
            Answers::from_pairs([(id("score"), score), (id("tool"), tool), (id("judgement"), Answer::Choice(code("standard")))])
        };
        let unknown = || Answer::NotKnown(None);
        let high = given(Answer::Number(14), unknown());
        assert_eq!((risk.of(&high), risk.is_open(&high)), (Some(&code("high")), false), "the score counts by itself");
        let below = given(Answer::Number(13), unknown());
        assert_eq!((risk.of(&below), risk.is_open(&below)), (Some(&code("standard")), true), "the tool's grade may be higher");
        let unscored = given(unknown(), Answer::Choice(code("medium")));
        assert_eq!((risk.of(&unscored), risk.is_open(&unscored)), (Some(&code("medium")), false));
    }
}
