//! The form engine: raw answers in, answers that fit the pathway out, or what to mend, field by field.
//!
//! One rule for every door: an answer to a question that the other answers hide is refused unless it is blank, and so is
//! an answer to a question the pathway does not have. Pages send only what they showed; a system that sends more is told,
//! because a silently dropped answer is a fact that nobody reads.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    agency::AgencyKind,
    answers::{Answer, Answers, FieldError, RawAnswer, RawAnswers, is_blank},
    code::QuestionId,
    condition::{Condition, Left},
    part_date::PartDate,
    parts::Age,
    pathway::Pathway,
    phone::leads_somewhere,
    question::{Group, Kind, Question},
    read::{Fault, missing, read},
    rule::Rule,
};

/// From this age on a person is an adult.
const ADULT: u8 = 18;

/// How many items beyond the most that an answer holds may be sent blank.
const SPARE: usize = 20;

/// Answers held against their pathway: those that fit, and what is wrong with the others.
pub struct Examined<'p> {
    /// The answers that fit, rules apart.
    pub answers: Answers,
    /// Every question that these answers show, in order.
    pub shown: Vec<&'p Question>,
    /// For each item of each group shown, blank ones included, the questions that are shown in it.
    pub items: BTreeMap<(QuestionId, usize), Vec<&'p Question>>,
    /// One error for each field that does not fit (its most important one), in the order of the questions; unknown fields
    /// last. A question whose asking hangs on a faulty answer has none.
    pub errors: Vec<FieldError>,
    /// The rules that stop a sending.
    pub broken: Vec<&'p Rule>,
}

/// Holds answers against their pathway, complete or not. `today` is the date in the United Kingdom.
pub fn examine(pathway: &Pathway, mut raw: RawAnswers, sender: AgencyKind, today: Date) -> Examined<'_> {
    let mut held = Held::new(Answers::from_sender(sender), BTreeSet::new(), today);
    for question in pathway.questions() {
        held.hold(question, raw.remove(&question.id));
    }
    let Held { answers, shown, items, unsettled, mut errors, .. } = held;
    errors.extend(strangers(raw));
    // Broken is what no answer that is still to come or to mend can save.
    let is_broken = |rule: &&Rule| rule.when.left(&answers, &|id| unsettled.contains(id)) == Left::Always;
    let broken = pathway.rules.iter().filter(is_broken).collect();
    Examined { answers, shown, items, errors, broken }
}

/// Checks answers against their pathway and its rules. `today` is the date in the United Kingdom.
///
/// # Errors
/// As in [`Examined::errors`]; last, the message of each rule that stops the sending, beside its question.
pub fn validate(pathway: &Pathway, raw: RawAnswers, sender: AgencyKind, today: Date) -> Result<Answers, Vec<FieldError>> {
    let Examined { answers, mut errors, broken, .. } = examine(pathway, raw, sender, today);
    for rule in broken {
        if errors.iter().all(|error| error.field != rule.question) {
            errors.push(FieldError::new(rule.question.clone(), rule.message.clone()));
        }
    }
    if errors.is_empty() { Ok(answers) } else { Err(errors) }
}

/// Reads back answers that were checked when they were sent, or one compartment's part of them: each must fit its question,
/// but none need be there, and neither conditions nor rules nor today's date are looked at again.
///
/// # Errors
/// One error for each answer that fits no question of this version of the pathway.
pub fn read_back(pathway: &Pathway, raw: RawAnswers, sender: AgencyKind) -> Result<Answers, Vec<FieldError>> {
    let mut errors = Vec::new();
    let answers = back(pathway.questions(), raw, Answers::from_sender(sender), &mut errors);
    if errors.is_empty() { Ok(answers) } else { Err(errors) }
}

fn back<'p>(
    questions: impl Iterator<Item = &'p Question>,
    mut raw: RawAnswers,
    mut answers: Answers,
    errors: &mut Vec<FieldError>,
) -> Answers {
    for question in questions {
        let Some(given) = raw.remove(&question.id) else { continue };
        if let (Kind::Group(group), RawAnswer::Group(items)) = (&question.kind, given.clone()) {
            let mut inside = Vec::new();
            let item = |item| back(group.questions.iter(), item, Answers::default(), &mut inside);
            let items: Vec<Answers> = items.into_iter().map(item).collect();
            if !inside.is_empty() {
                errors.push(FieldError::new(question.id.clone(), "An item does not fit its questions"));
            }
            answers.push(question.id.clone(), Answer::Group(items));
            continue;
        }
        match read(question, &given, Date::MAX) {
            Ok(answer) => answers.push(question.id.clone(), answer),
            Err(faults) => errors.extend(faults.into_iter().map(|fault| told(question, None, fault))),
        }
    }
    errors.extend(strangers(raw));
    answers
}

fn strangers(raw: RawAnswers) -> impl Iterator<Item = FieldError> {
    raw.into_keys().map(|id| FieldError::new(id, "Leave this out: the pathway has no such question"))
}

fn told(question: &Question, item: Option<(usize, QuestionId)>, (part, message): Fault) -> FieldError {
    FieldError { field: question.id.clone(), item, part, message }
}

/// Questions being answered one after the other.
struct Held<'p> {
    /// The answers that fit.
    answers: Answers,
    shown: Vec<&'p Question>,
    items: BTreeMap<(QuestionId, usize), Vec<&'p Question>>,
    /// Questions whose answer, or whose very asking, cannot be known until an error above is mended.
    unsettled: BTreeSet<&'p QuestionId>,
    errors: Vec<FieldError>,
    /// The answers that conditions look at besides: those outside the group.
    outside: Option<Answers>,
    today: Date,
}

impl<'p> Held<'p> {
    fn new(answers: Answers, unsettled: BTreeSet<&'p QuestionId>, today: Date) -> Self {
        Self { answers, shown: Vec::new(), items: BTreeMap::new(), unsettled, errors: Vec::new(), outside: None, today }
    }

    fn hold(&mut self, question: &'p Question, given: Option<RawAnswer>) {
        // Blank items of a group are drawn again.
        let group = if let Kind::Group(group) = &question.kind { Some(&**group) } else { None };
        let given = given.filter(|answer| group.is_some() || !answer.is_empty());
        let is_shown = match &self.outside {
            None => question.is_shown(&self.answers),
            Some(outside) => question.is_shown(&outside.beside(&self.answers)),
        };
        let hangs = question.show_when.as_ref().is_some_and(|when| when.questions().iter().any(|id| self.unsettled.contains(id)));
        if is_shown {
            self.shown.push(question);
        }
        let before = self.errors.len();
        let read = match (is_shown, given) {
            (true, Some(RawAnswer::Group(items))) if group.is_some() => {
                group.and_then(|group| self.hold_items(question, group, items))
            }
            (true, Some(given)) if !given.is_empty() => self.keep(question, read(question, &given, self.today)),
            (false, Some(given)) if !given.is_empty() => {
                self.wrong(question, "Leave this out: the other answers make it not apply");
                None
            }
            _ => None,
        };
        if read.is_none() && is_shown && question.required && self.errors.len() == before {
            let fault = missing(question);
            self.errors.push(told(question, None, fault));
        }
        if hangs {
            self.errors.truncate(before);
            self.unsettled.insert(&question.id);
        } else if self.errors.len() > before {
            self.unsettled.insert(&question.id);
        }
        if let Some(answer) = read {
            self.answers.push(question.id.clone(), answer);
        }
    }

    fn wrong(&mut self, question: &Question, message: impl Into<String>) {
        self.errors.push(FieldError::new(question.id.clone(), message));
    }

    /// What was answered before: of a group's items in the item, or else outside.
    fn before(&self, id: &QuestionId) -> Option<&Answer> {
        self.answers.get(id).or_else(|| self.outside.as_ref()?.get(id))
    }

    /// That an answer contradicts what was said before, where it does in any case.
    fn contradiction(&self, question: &Question, answer: &Answer) -> Option<&'static str> {
        match answer {
            Answer::Age(age) => self.of_minor(question, *age),
            Answer::Date(date) => self.of_order(question, *date),
            _ => None,
        }
    }

    /// An age, against whether the person is under 18.
    fn of_minor(&self, question: &Question, age: Age) -> Option<&'static str> {
        let Answer::Choice(said) = self.before(question.minor.as_ref()?)? else { return None };
        let (fewest, most) = age.on(self.today);
        match said.as_str() {
            "no" if most < ADULT => Some("This age is under 18, and you said that they are not: put right one of the two"),
            "yes" if fewest >= ADULT => {
                Some("This age is 18 or over, and you said that they are under 18: put right one of the two")
            }
            _ => None,
        }
    }

    /// What is wrong with an answer that fits its question. What was sent before it was looked at in this way reads back.
    fn misgiving(&self, question: &Question, answer: &Answer) -> Option<String> {
        match answer {
            Answer::Phone(number) if !leads_somewhere(number) => {
                let noun = &question.noun;
                Some(format!("Enter {noun} in full, with the area code: a short number like 999 or 101 does not reach them"))
            }
            answer => self.contradiction(question, answer).map(str::to_owned),
        }
    }

    /// A date, against those that it cannot lie before. A guess contradicts nothing, and a birth is a matter of a hint alone.
    fn of_order(&self, question: &Question, date: PartDate) -> Option<&'static str> {
        let ends_first = |id: &QuestionId| match self.before(id) {
            Some(Answer::Date(earlier)) => date.is_surely_before(*earlier),
            _ => false,
        };
        let words = "This is before the date you gave earlier: put right one of the two";
        question.not_before.iter().any(ends_first).then_some(words)
    }

    fn keep(&mut self, question: &Question, read: Result<Answer, Vec<Fault>>) -> Option<Answer> {
        let faults = match read {
            Ok(answer) => match self.misgiving(question, &answer) {
                None => return Some(answer),
                Some(words) => vec![(None, words)],
            },
            Err(faults) => faults,
        };
        self.errors.extend(faults.into_iter().map(|fault| told(question, None, fault)));
        None
    }

    /// The items of a group; blank ones count as not there, but each keeps its number.
    fn hold_items(&mut self, question: &'p Question, group: &'p Group, items: Vec<RawAnswers>) -> Option<Answer> {
        if items.len() > group.most.saturating_add(SPARE) {
            // Not one of them is looked at: the work that a request asks for must not grow with how many it sends.
            self.wrong(question, at_most(group));
            return None;
        }
        // What the group's questions look at, and no more: it is copied for each item. No group stands in a group.
        let conditions = group.questions.iter().filter_map(|asked| asked.show_when.as_ref());
        let held_against = group.questions.iter().flat_map(|asked| asked.minor.iter().chain(&asked.not_before));
        let looked_at: BTreeSet<&QuestionId> = conditions.flat_map(Condition::questions).chain(held_against).collect();
        let outside = self.answers.only(|id| looked_at.contains(id));
        let before = self.errors.len();
        let mut kept = Vec::new();
        for (at, mut raw) in items.into_iter().enumerate() {
            let was_blank = is_blank(&raw);
            let mut inside = Held::new(Answers::default(), self.unsettled.clone(), self.today);
            inside.outside = Some(outside.clone());
            for asked in &group.questions {
                inside.hold(asked, raw.remove(&asked.id));
            }
            let Held { answers, shown, errors, .. } = inside;
            self.items.insert((question.id.clone(), at), shown);
            if was_blank {
                continue;
            }
            let of_item = |error: FieldError| FieldError { field: question.id.clone(), item: Some((at, error.field)), ..error };
            self.errors.extend(errors.into_iter().chain(strangers(raw)).map(of_item));
            kept.push(answers);
        }
        let (count, noun) = (kept.len(), &group.item);
        if count > group.most {
            self.wrong(question, at_most(group));
        } else if count < group.least && (count > 0 || question.required) {
            let fault = if count == 0 {
                missing(question).1
            } else {
                format!("Give at least {} of these: each is one {noun}", group.least)
            };
            self.wrong(question, fault);
        }
        (count > 0 && self.errors.len() == before).then_some(Answer::Group(kept))
    }
}

fn at_most(group: &Group) -> String {
    format!("Give at most {} of these: each is one {}", group.most, group.item)
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
