//! What a pathway defines: questions, rules, routes, clocks, outcomes. Values only; `pathways` reads them from files.

use jiff::civil::Date;

use super::{
    agency::AgencyKind,
    answers::{Answer, Answers},
    calendar::WorkingCalendar,
    clock::StepClock,
    code::{Choice, Code, PathwayId, QuestionId},
    condition::Condition,
    legal::Purpose,
    outcome::{Outcome, Retention},
    question::Question,
    route::{Route, Routes},
    sensitivity::Sensitivity,
    time::Timestamp,
    urgency::Urgency,
};

/// One kind of referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pathway {
    /// Its id.
    pub id: PathwayId,
    /// What people call it.
    pub title: String,
    /// One line under the title.
    pub description: String,
    /// How sensitive its content is.
    pub sensitivity: Sensitivity,
    /// Why its data is processed, unless the sender says otherwise with a reason.
    pub purpose: Purpose,
    /// Which kinds of agency may send it.
    pub may_submit: Vec<AgencyKind>,
    /// How long the form takes, in minutes.
    pub minutes: u8,
    /// What to have to hand before starting.
    pub to_hand: Vec<String>,
    /// The emergency question and its stop page.
    pub danger: Danger,
    /// The form, in order.
    pub sections: Vec<Section>,
    /// The question whose answer is the district, for routing and counting.
    pub district: Option<QuestionId>,
    /// The questions whose answers make the line a queue shows.
    pub headline: Vec<QuestionId>,
    /// Rules for the urgency: the first that holds; otherwise routine.
    pub urgency: Vec<UrgencyRule>,
    /// Hints that answers call up; they never block or delay.
    pub advice: Vec<Advice>,
    /// Who receives it.
    pub routes: Routes,
    /// Its limits, by step.
    pub clocks: Clocks,
    /// How it can end.
    pub outcomes: Vec<Outcome>,
    /// Grades a triager may give; often none.
    pub grades: Vec<Choice>,
    /// Whether the deciding team may write to the referrer in its own words, or only choose feedback lines.
    pub free_feedback: bool,
    /// How long it is kept.
    pub retention: Retention,
    /// Who answers for this definition, by role.
    pub owner: String,
    /// When the definition must be looked at again.
    pub review_by: Date,
    /// What happens next, for the page after sending.
    pub next_steps: Vec<String>,
}

/// A page's worth or more of questions that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its code.
    pub id: Code,
    /// Its heading.
    pub title: String,
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
}

/// When a condition holds, this is how urgent it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrgencyRule {
    /// The condition.
    pub when: Condition,
    /// The urgency.
    pub urgency: Urgency,
}

/// A hint that certain answers call up.
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

/// The limits of a pathway, one field for each step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clocks {
    /// From receipt to the triage decision.
    pub triage: StepClock,
}

/// One row of a check-answers or summary page.
#[derive(Clone, PartialEq, Eq)]
pub struct SummaryRow<'a> {
    /// The heading it stands under.
    pub section: &'a str,
    /// The question.
    pub question: &'a QuestionId,
    /// The row's label.
    pub label: &'a str,
    /// The answer in words; `Not provided` for an optional one left out. May hold line breaks.
    pub text: String,
    /// Whether the answer is "not known".
    pub not_known: bool,
}

impl std::fmt::Debug for SummaryRow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SummaryRow({}: …)", self.question)
    }
}

/// The longest queue line, in characters.
const HEADLINE: usize = 200;

impl Pathway {
    /// Every question, in order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.sections.iter().flat_map(|section| &section.questions)
    }

    /// The question with this id.
    pub fn question(&self, id: &QuestionId) -> Option<&Question> {
        self.questions().find(|question| question.id == *id)
    }

    /// The outcome with this code.
    pub fn outcome(&self, code: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.code.as_str() == code)
    }

    /// Whether an agency of this kind may send it.
    pub fn may_submit(&self, kind: AgencyKind) -> bool {
        self.may_submit.contains(&kind)
    }

    /// The questions to ask, given what is answered so far.
    pub fn visible<'a>(&'a self, answers: &'a Answers) -> impl Iterator<Item = (&'a Section, &'a Question)> {
        let pairs = self.sections.iter().flat_map(|section| section.questions.iter().map(move |question| (section, question)));
        pairs.filter(|(_, question)| question.is_shown(answers))
    }

    /// How urgent these answers are.
    pub fn urgency(&self, answers: &Answers) -> Urgency {
        self.urgency.iter().find(|rule| rule.when.holds(answers)).map_or(Urgency::Routine, |rule| rule.urgency)
    }

    /// The hints these answers call up.
    pub fn advice<'a>(&'a self, answers: &'a Answers) -> impl Iterator<Item = &'a Advice> {
        self.advice.iter().filter(|advice| advice.when.holds(answers))
    }

    /// The district these answers name, if known.
    pub fn district<'a>(&self, answers: &'a Answers) -> Option<&'a Code> {
        match answers.get(self.district.as_ref()?)? {
            Answer::Choice(code) => Some(code),
            _ => None,
        }
    }

    /// Who receives these answers.
    pub fn route(&self, answers: &Answers) -> &Route {
        self.routes.choose(self.district(answers), self.urgency(answers))
    }

    /// When the triage decision is due for answers received at a moment.
    pub fn triage_due(&self, answers: &Answers, received: Timestamp, calendar: &WorkingCalendar) -> Timestamp {
        self.clocks.triage.limit(answers, self.urgency(answers)).due(received, calendar)
    }

    /// The rows of a summary page: every question that these answers show.
    pub fn summary<'a>(&'a self, answers: &'a Answers) -> Vec<SummaryRow<'a>> {
        let row = |(section, question): (&'a Section, &'a Question)| {
            let answer = answers.get(&question.id);
            SummaryRow {
                section: &section.title,
                question: &question.id,
                label: &question.short,
                text: answer.map_or_else(|| "Not provided".to_owned(), |answer| answer.words(question)),
                not_known: answer.is_some_and(Answer::is_not_known),
            }
        };
        self.visible(answers).map(row).collect()
    }

    /// The line a queue shows: the headline questions' answers on one line, at most 200 characters.
    pub fn headline(&self, answers: &Answers) -> String {
        let part = |id: &QuestionId| {
            let answer = answers.get(id).filter(|answer| !answer.is_not_known())?;
            Some(answer.words(self.question(id)?).replace('\n', ", "))
        };
        let line = self.headline.iter().filter_map(part).collect::<Vec<_>>().join(" · ");
        match line.char_indices().nth(HEADLINE - 1) {
            Some((cut, last)) if cut + last.len_utf8() < line.len() => format!("{}…", line.get(..cut).unwrap_or_default()),
            _ => line,
        }
    }
}

impl Question {
    /// Whether it is asked, given what is answered so far.
    pub fn is_shown(&self, answers: &Answers) -> bool {
        self.show_when.as_ref().is_none_or(|condition| condition.holds(answers))
    }
}
