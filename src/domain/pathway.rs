//! What a pathway defines: questions, rules, routes, clocks, outcomes. Values only; `pathways` reads them from files.

// Beside this file: `section` (the form), `rule` (what answers call up), `route`, `copies`, `check`, `consent`, `lawful`.

use jiff::civil::Date;

use super::{
    agency::AgencyKind,
    answers::{Answer, Answers},
    calendar::WorkingCalendar,
    check::Check,
    clock::{Limit, Starts, Step, StepClock},
    code::{Choice, Code, PathwayId, QuestionId, TeamCode},
    compartment::Category,
    consent::Consent,
    copies::{CopyRule, CopyTo},
    enquiry::{Enquiry, FormKind},
    lawful::{self, LawfulBases, LegalChoice},
    legal::{Basis, Purpose, Regime},
    next_step::{NextStep, Way},
    outcome::{Outcome, Retention},
    question::{Question, Sealed},
    route::{Route, Routes},
    rule::{Advice, Flag, Nameless, Risk, Rule, UrgencyRule},
    running_clock::RunningClock,
    section::{Danger, Section},
    sensitivity::Sensitivity,
    time::Timestamp,
    urgency::Urgency,
};

/// One kind of referral, or the enquiry that goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pathway {
    /// Its id; an enquiry has that of its pathway.
    pub id: PathwayId,
    /// Which of the two it is.
    pub kind: FormKind,
    /// The enquiry that goes with it: always there where it is about a person, and nowhere else.
    pub enquiry: Option<Enquiry>,
    /// What people call it.
    pub title: String,
    /// One line under the title.
    pub description: String,
    /// How sensitive its content is.
    pub sensitivity: Sensitivity,
    /// Why its data is processed, unless the sender says otherwise with a reason.
    pub purpose: Purpose,
    /// The lawful bases to choose from; every kind of agency that may send it finds some for `purpose`.
    pub lawful: Vec<LawfulBases>,
    /// Which kinds of agency may send it.
    pub may_submit: Vec<AgencyKind>,
    /// Whether it is about a person by name: then advice can be asked for without naming them.
    pub about_person: bool,
    /// The questions about consent; always there where it is about a person.
    pub consent: Option<Consent>,
    /// The questions that say who can be reached and how without danger; at least one where it is about a person.
    pub safe_contact: Vec<QuestionId>,
    /// The person's own words and wishes; always there where it is about a person.
    pub voice: Option<QuestionId>,
    /// The yes-no question whether anyone involved works for a partner or knows the receiving team.
    pub conflict: QuestionId,
    /// How long the minimum to send takes, in minutes.
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
    /// What stops a sending.
    pub rules: Vec<Rule>,
    /// How gradings in the answers make one; none where nothing is graded by the sender.
    pub risk: Option<Risk>,
    /// Rules for the urgency: the first that holds; otherwise routine.
    pub urgency: Vec<UrgencyRule>,
    /// Hints that answers call up; they never block or delay.
    pub advice: Vec<Advice>,
    /// When nobody may be named in it; mostly never.
    pub nameless: Option<Nameless>,
    /// What a reader must see before anything else, the gravest first.
    pub flags: Vec<Flag>,
    /// Who receives it.
    pub routes: Routes,
    /// Who else receives it in the same act.
    pub copies: Vec<CopyRule>,
    /// Who looks before it is shared; mostly nobody.
    pub check: Option<Check>,
    /// Who reads the answers sealed apart: one for each category that a question uses.
    pub restricted: Vec<Restricted>,
    /// Its limits, by step.
    pub clocks: Clocks,
    /// How it can end.
    pub outcomes: Vec<Outcome>,
    /// Grades a triager may give; often none.
    pub grades: Vec<Choice>,
    /// Whether the deciding team may write to the referrer in its own words, or only choose feedback lines.
    pub free_feedback: bool,
    /// Whether other teams may pass referrals on to those who receive this one. Not where a victim or witness must never arrive.
    pub takes_redirected: bool,
    /// How long it is kept.
    pub retention: Retention,
    /// Who answers for this definition, by role.
    pub owner: String,
    /// When the definition must be looked at again.
    pub review_by: Date,
    /// What happens next, for the page after sending.
    pub next_steps: Vec<NextStep>,
}

/// Who reads the answers of one category, which are sealed apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restricted {
    /// The category.
    pub category: Category,
    /// The teams it is granted to, at least one; never the receiving team unless named here.
    pub teams: Vec<TeamCode>,
    /// Who can read the answers, in words shown beside the questions.
    pub who: String,
}

/// The limits of a pathway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clocks {
    /// From receipt to the triage decision.
    pub triage: StepClock,
    /// The other steps that have one, each once.
    pub others: Vec<(Step, StepClock)>,
}

impl Clocks {
    /// The clock of a step; none where the pathway sets no limit.
    pub fn of(&self, step: Step) -> Option<&StepClock> {
        if step == Step::Triage {
            return Some(&self.triage);
        }
        self.others.iter().find(|(other, _)| *other == step).map(|(_, clock)| clock)
    }
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
    /// Where the answer is kept: a page for people who cannot open a category leaves its rows out.
    pub sealed: Sealed,
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

    /// The sections to answer before sending; the others may follow.
    pub fn minimum(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|section| !section.later)
    }

    /// The section in which a question is asked.
    pub fn section_of(&self, id: &QuestionId) -> Option<&Section> {
        self.sections.iter().find(|section| section.questions.iter().any(|question| question.id == *id))
    }

    /// The question with this id.
    pub fn question(&self, id: &QuestionId) -> Option<&Question> {
        self.questions().find(|question| question.id == *id)
    }

    /// The outcome with this code.
    pub fn outcome(&self, code: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.code.as_str() == code)
    }

    /// The code by which a referrer hears of a line, where the lines alone tell them: the same for all lines that say the same.
    pub fn told_by(&self, line: &str) -> Option<&Code> {
        let lines = || self.outcomes.iter().flat_map(|outcome| &outcome.feedback);
        let said = lines().find(|known| known.code.as_str() == line)?;
        lines().find(|known| known.title == said.title).map(|known| &known.code)
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

    /// The hints these answers, given on a day, call up.
    pub fn advice<'a>(&'a self, answers: &'a Answers, day: Date) -> impl Iterator<Item = &'a Advice> {
        let fits = move |advice: &&Advice| advice.age.as_ref().is_none_or(|age| age.holds(answers, day));
        self.advice.iter().filter(|advice| advice.when.holds(answers)).filter(fits)
    }

    /// What to leave out where these answers go without a name; none where they need not.
    pub fn leave_out(&self, answers: &Answers) -> Option<&str> {
        self.nameless.as_ref().filter(|nameless| nameless.when.holds(answers)).map(|nameless| nameless.text.as_str())
    }

    /// What a reader of these answers must see first. A flag that looks at a question which these answers do not call up, or
    /// at nothing that was answered, does not stand: nobody was asked, so that nothing is "not known".
    pub fn flags<'a>(&'a self, answers: &'a Answers) -> impl Iterator<Item = &'a str> {
        let asked = |id: &&QuestionId| self.question(id).is_none_or(|question| question.is_shown(answers));
        let stands = move |flag: &&Flag| {
            let looks_at = flag.when.questions();
            let any_answer = looks_at.iter().any(|id| answers.get(id).is_some());
            any_answer && flag.when.holds(answers) && looks_at.iter().all(asked)
        };
        self.flags.iter().filter(stands).map(|flag| flag.text.as_str())
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
        self.routes.choose(answers, self.district(answers), self.urgency(answers))
    }

    /// Whether somebody involved works for a partner or knows the receiving team: then it goes to the route's restricted team.
    /// Not to know is not to say no: it goes there, too.
    pub fn is_conflicted(&self, answers: &Answers) -> bool {
        answers.get(&self.conflict).is_some_and(|answer| answer.is_yes() || answer.is_not_known())
    }

    /// Whether a question is about who is involved of those who receive or check it: it decides who may have what is sent, and
    /// is of no use, and a danger, to those who have it already. What it alone calls up is about that as well.
    pub fn is_about_involved(&self, question: &Question) -> bool {
        let decides = |id: &QuestionId| *id == self.conflict || self.check.as_ref().is_some_and(|check| *id == check.party);
        decides(&question.id) || question.show_when.as_ref().is_some_and(|when| when.questions().into_iter().all(decides))
    }

    /// Who else receives these answers: each team once, and never the receiving team again.
    pub fn copies<'a>(&'a self, answers: &Answers) -> Vec<CopyTo<'a>> {
        let receiving = &self.route(answers).team;
        let mut copies: Vec<CopyTo<'a>> = Vec::new();
        for copy in self.copies.iter().filter_map(|rule| rule.of(answers)) {
            if copy.team != receiving && copies.iter().all(|known| known.team != copy.team) {
                copies.push(copy);
            }
        }
        copies
    }

    /// What stops these answers from being sent.
    pub fn broken<'a>(&'a self, answers: &'a Answers) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(|rule| rule.when.holds(answers))
    }

    /// What happens next with a referral that goes this way.
    pub fn steps<'a>(&'a self, way: Way, answers: &'a Answers) -> impl Iterator<Item = &'a str> {
        self.next_steps.iter().filter(move |step| step.holds(way, answers)).map(|step| step.text.as_str())
    }

    /// What happens next whichever team has it: the lines that are true of every way.
    pub fn steps_of_every_way<'a>(&'a self, answers: &'a Answers) -> impl Iterator<Item = &'a str> {
        let general = self.next_steps.iter().filter(|step| step.ways.is_empty());
        general.filter(|step| step.when.as_ref().is_none_or(|when| when.holds(answers))).map(|step| step.text.as_str())
    }

    /// Whether somebody could be harmed now or soon by what these answers say, so that the page with whom to ring comes first.
    pub fn is_alarming(&self, answers: &Answers) -> bool {
        self.sections.iter().any(|section| self.alarms(section, answers))
    }

    /// The same of what one section asks.
    pub fn alarms(&self, section: &Section, answers: &Answers) -> bool {
        let asks = |id: &QuestionId| section.questions.iter().any(|question| question.id == *id);
        let Danger { question, also, .. } = &self.danger;
        let is_now = asks(question) && answers.get(question).is_some_and(Answer::is_yes);
        is_now || also.as_ref().is_some_and(|also| also.questions().into_iter().any(asks) && also.holds(answers))
    }

    /// The highest grade that these answers give.
    pub fn risk(&self, answers: &Answers) -> Option<&Code> {
        self.risk.as_ref()?.of(answers)
    }

    /// That grade as its question says it, and whether it could be higher.
    pub fn risk_words(&self, answers: &Answers) -> Option<String> {
        let (risk, grade) = (self.risk.as_ref()?, self.risk(answers)?);
        let title = risk.questions.iter().find_map(|id| self.question(id)?.kind.title_of(grade))?;
        Some(if risk.is_open(answers) { format!("{title} or higher: not every grade is known") } else { title.to_owned() })
    }

    /// The lawful bases that a kind of agency may name: the default first.
    pub fn legal_choices(&self, kind: AgencyKind) -> Vec<LegalChoice<'_>> {
        lawful::choices(&self.lawful, kind, self.purpose)
    }

    /// What an agency of this kind rests on unless it says otherwise: the first of its choices, or, where the pathway has none
    /// for it because it only receives, what suits the kind of agency.
    pub fn default_legal(&self, kind: AgencyKind) -> (Basis, Purpose) {
        let first = self.legal_choices(kind).first().map(|choice| (choice.basis, choice.purpose));
        first.unwrap_or_else(|| (Basis::default_for(kind, Regime::default_for(kind, self.purpose)), self.purpose))
    }

    /// The answers of one category, or those of none: what one compartment holds.
    pub fn part(&self, answers: &Answers, category: Option<Category>) -> Answers {
        let kept = |id: &QuestionId| self.question(id).is_some_and(|question| question.sealed.category() == category);
        answers.only(|id| kept(id))
    }

    /// Parts of the answers to one submission as one, in the order of the questions.
    pub fn whole(&self, parts: impl IntoIterator<Item = Answers>) -> Answers {
        let parts: Vec<Answers> = parts.into_iter().collect();
        let mut whole = parts.iter().find_map(Answers::sender_kind).map_or_else(Answers::default, Answers::from_sender);
        for question in self.questions() {
            if let Some(answer) = parts.iter().find_map(|part| part.get(&question.id)) {
                whole.push(question.id.clone(), answer.clone());
            }
        }
        whole
    }

    /// When the triage decision is due for answers received at a moment.
    pub fn triage_due(&self, answers: &Answers, received: Timestamp, calendar: &WorkingCalendar) -> Timestamp {
        self.clocks.triage.limit(answers, self.urgency(answers)).due(received, calendar)
    }

    /// The clocks of these answers, not begun: the triage decision's first.
    pub fn running_clocks(&self, answers: &Answers) -> Vec<RunningClock> {
        self.clocks_at(answers, self.urgency(answers))
    }

    /// The same where the urgency is settled already.
    pub fn clocks_at(&self, answers: &Answers, urgency: Urgency) -> Vec<RunningClock> {
        let others = self.clocks.others.iter().map(|(step, clock)| (*step, clock));
        let all = std::iter::once((Step::Triage, &self.clocks.triage)).chain(others);
        all.map(|(step, clock)| RunningClock::new(step, clock.limit(answers, urgency), clock.pauses)).collect()
    }

    /// The same clocks after something from which some of them run, at that moment.
    pub fn begun(
        &self,
        clocks: Vec<RunningClock>,
        (with, at): (Starts, Timestamp),
        calendar: &WorkingCalendar,
    ) -> Vec<RunningClock> {
        let begins = |clock: &RunningClock| self.clocks.of(clock.step).is_none_or(|own| own.starts == with);
        clocks.into_iter().map(|clock| if begins(&clock) { clock.start(at, calendar) } else { clock }).collect()
    }

    /// The limit of a step for answers of an urgency; none where the pathway sets none.
    pub fn limit(&self, step: Step, answers: &Answers, urgency: Urgency) -> Option<Limit> {
        Some(self.clocks.of(step)?.limit(answers, urgency))
    }

    /// When the limit of a step falls for answers received at a moment; none where the pathway sets no limit.
    pub fn due(&self, step: Step, answers: &Answers, received: Timestamp, calendar: &WorkingCalendar) -> Option<Timestamp> {
        Some(self.clocks.of(step)?.limit(answers, self.urgency(answers)).due(received, calendar))
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
                sealed: question.sealed,
            }
        };
        self.visible(answers).map(row).collect()
    }

    /// The line a queue shows: the headline questions' answers on one line, at most 200 characters.
    pub fn headline(&self, answers: &Answers) -> String {
        let part = |id: &QuestionId| {
            let answer = answers.get(id).filter(|answer| !answer.is_not_known())?;
            let question = self.question(id)?;
            let words = answer.words(question).replace('\n', ", ");
            // A bare yes says nothing: it stands behind what it answers.
            Some(if question.kind.is_yes_or_no() { format!("{}: {}", question.short, words.to_lowercase()) } else { words })
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
