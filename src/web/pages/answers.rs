//! Between a form's fields and answers: what was posted for each question.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::field::FieldView;
use crate::domain::{
    agency::AgencyKind,
    answers::{Answer, Answers, FieldError, RawAnswer, RawAnswers, pounds},
    code::{Code, QuestionId},
    part_date::PartDate,
    parts::{Age, Document},
    pathway::Pathway,
    question::{Group, Kind, NOT_KNOWN, NotKnown, Question},
    section::Section,
    validate::{Examined, examine},
};

/// What a date is posted as, in order.
pub(super) const DATE: [&str; 3] = ["day", "month", "year"];

/// Names and values, as a form posts them.
pub(super) type Fields = Vec<(String, String)>;

/// The buttons that change how many items a group has.
const ADD: &str = "add";
const REMOVE: &str = "remove";

/// The answers posted to a pathway's form.
pub(super) struct Given<'p> {
    pub(super) fields: &'p [(String, String)],
    /// Every question that the answers show, in order.
    pub(super) shown: Vec<&'p Question>,
    /// For each item of each group posted, the questions shown in it.
    pub(super) items: BTreeMap<(QuestionId, usize), Vec<&'p Question>>,
    /// The answers to those.
    pub(super) raw: RawAnswers,
    /// Those of them that fit.
    pub(super) answers: Answers,
    /// Questions that were both answered and ticked as not known.
    pub(super) doubled: Vec<FieldError>,
}

impl<'p> Given<'p> {
    /// Reads what was posted. Fields of no question are left out; the pathway's own are the only ones there are.
    pub(super) fn read(pathway: &'p Pathway, fields: &'p [(String, String)], sender: AgencyKind, today: Date) -> Self {
        Self::over(pathway, RawAnswers::new(), fields, sender, today)
    }

    /// The same, over what was said before: conditions look at both.
    pub(super) fn over(
        pathway: &'p Pathway,
        before: RawAnswers,
        fields: &'p [(String, String)],
        sender: AgencyKind,
        today: Date,
    ) -> Self {
        let mut reading = Reading { fields, doubled: Vec::new() };
        let mut raw = before;
        for (id, answer) in reading.raw(pathway.questions(), None) {
            // A group left blank takes nothing back of what was said before.
            if !answer.is_empty() || !raw.contains_key(&id) {
                raw.insert(id, answer);
            }
        }
        let doubled = reading.doubled;
        let Examined { answers, shown, items, .. } = examine(pathway, raw.clone(), sender, today);
        raw.retain(|id, answer| {
            if let RawAnswer::Group(given) = answer {
                for (at, item) in given.iter_mut().enumerate() {
                    let inside = items.get(&(id.clone(), at));
                    item.retain(|asked, _| inside.is_some_and(|shown| shown.iter().any(|question| question.id == *asked)));
                }
            }
            shown.iter().any(|question| question.id == *id)
        });
        let mut given = Self { fields, shown, items, raw, answers, doubled: Vec::new() };
        given.doubled = doubled.into_iter().filter(|error| given.is_shown(error)).collect();
        given
    }

    fn is_shown(&self, error: &FieldError) -> bool {
        let of = |shown: &[&Question], id: &QuestionId| shown.iter().any(|question| question.id == *id);
        let inside =
            |(at, id): &(usize, QuestionId)| self.items.get(&(error.field.clone(), *at)).is_some_and(|shown| of(shown, id));
        of(&self.shown, &error.field) && error.item.as_ref().is_none_or(inside)
    }

    /// What was filled in for questions of a section that the page does not draw: kept in the form, should they be asked again.
    pub(super) fn set_aside(&self, section: &Section, drawn: &[FieldView]) -> Fields {
        let hidden = section.questions.iter().filter(|question| drawn.iter().all(|field| field.id != question.id.as_str()));
        hidden.flat_map(|question| self.of(question)).filter(|(_, value)| !value.is_empty()).collect()
    }

    fn of(&self, question: &Question) -> Fields {
        self.fields.iter().filter(|(name, _)| belongs(question, question.id.as_str(), name)).cloned().collect()
    }
}

/// Whether a field is a question's: the one of the longest id that the name begins with.
pub(super) fn is_of(pathway: &Pathway, name: &str, question: &str) -> bool {
    let begins = |id: &str| name.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']));
    let owner = pathway.questions().map(|question| question.id.as_str()).filter(|id| begins(id)).max_by_key(|id| id.len());
    owner == Some(question)
}

/// The fields of a section's questions, in the order posted; of each name no more values than a question takes, so that what
/// is kept is bounded by the form and not by what somebody posts.
pub(super) fn of_section(pathway: &Pathway, section: &Section, fields: &[(String, String)]) -> Fields {
    let most = 1 + pathway.questions().map(most_values).max().unwrap_or_default();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut mine = |name| {
        let count = seen.entry(name).or_default();
        *count += 1;
        let is =
            |question: &Question| is_of(pathway, name, question.id.as_str()) && belongs(question, question.id.as_str(), name);
        *count <= most && section.questions.iter().any(is)
    };
    fields.iter().filter(|(name, _)| mine(name)).cloned().collect()
}

/// The most values that one field of a question can have: its choices, or the reasons why it is not known.
fn most_values(question: &Question) -> usize {
    let reasons = question.not_known.as_ref().map_or(0, |known| known.reasons.len() + 1);
    let own = question.kind.choices().len().max(reasons);
    match &question.kind {
        Kind::Group(group) => group.questions.iter().map(most_values).fold(own, usize::max),
        _ => own,
    }
}

/// The fields after "Add another" or "Remove" was pressed, if one was: a button of a form, so that no script is needed.
pub(super) fn regrouped(pathway: &Pathway, fields: &[(String, String)]) -> Option<Fields> {
    let pressed = |button: &str| fields.iter().find(|(name, _)| name == button).map(|(_, value)| value.as_str());
    let find = |id: &str| pathway.questions().find(|question| question.id.as_str() == id);
    let (question, removed) = match (pressed(ADD), pressed(REMOVE)) {
        (Some(id), _) => (find(id)?, None),
        (None, Some(value)) => {
            let (id, at) = value.split_once('.')?;
            (find(id)?, Some(at.parse::<usize>().ok()?))
        }
        (None, None) => return None,
    };
    let Kind::Group(group) = &question.kind else { return None };
    let count = item_count(question, group, fields).max(1);
    let id = question.id.as_str();
    let mut changed = Fields::new();
    for (name, value) in fields {
        if name == ADD || name == REMOVE || *name == items_name(id) {
            continue;
        }
        match (item_of(id, name), removed) {
            (Some((at, _)), Some(removed)) if at == removed => {}
            (Some((at, rest)), Some(removed)) if at > removed => {
                changed.push((format!("{id}.{}.{rest}", at - 1), value.clone()));
            }
            _ => changed.push((name.clone(), value.clone())),
        }
    }
    let count = match removed {
        Some(at) if at < count => count - 1,
        Some(_) => count,
        None => (count + 1).min(group.most),
    };
    changed.push((items_name(id), count.to_string()));
    Some(changed)
}

fn items_name(id: &str) -> String {
    format!("{id}-items")
}

/// The item and the rest of a field's name inside a group: `children.0.name.town` is `(0, "name.town")`.
fn item_of<'n>(id: &str, name: &'n str) -> Option<(usize, &'n str)> {
    let (at, rest) = name.strip_prefix(id)?.strip_prefix('.')?.split_once('.')?;
    // One spelling for each item: no sign, no leading zero.
    let number: usize = at.parse().ok().filter(|number: &usize| number.to_string() == at)?;
    Some((number, rest))
}

/// How many items of a group were posted; never more than it may have.
pub(super) fn item_count(question: &Question, group: &Group, fields: &[(String, String)]) -> usize {
    let id = question.id.as_str();
    let said = first(fields, &items_name(id)).parse().unwrap_or(0);
    let seen = fields.iter().filter_map(|(name, _)| item_of(id, name)).map(|(at, _)| at.saturating_add(1)).max().unwrap_or(0);
    seen.max(said).min(group.most)
}

/// An answer as its question's form would post it.
pub(super) fn typed(question: &Question, answer: &Answer) -> Fields {
    typed_as(question, question.id.as_str(), answer)
}

/// The same under another name than the question's own.
fn typed_as(question: &Question, name: &str, answer: &Answer) -> Fields {
    let id = name.to_owned();
    let one = |value: String| vec![(id.clone(), value)];
    let tick = |part: &str, ticked: bool| ticked.then(|| (format!("{id}{part}"), "yes".to_owned()));
    let date = |date: &PartDate| {
        let [day, month, year] = DATE.map(|part| format!("{id}-{part}"));
        let year = std::iter::once((year, date.year().to_string()));
        let rest =
            [(day, date.day()), (month, date.month())].into_iter().filter_map(|(name, part)| Some((name, part?.to_string())));
        year.chain(rest).chain(tick("-about", date.is_about())).collect()
    };
    match answer {
        Answer::Text(text) | Answer::Phone(text) => one(text.clone()),
        Answer::Number(number) => one(number.to_string()),
        Answer::Choice(code) => one(code.to_string()),
        Answer::Many(codes) => codes.iter().map(|code| (id.clone(), code.to_string())).collect(),
        Answer::YesNo(yes) => one(if *yes { "yes" } else { "no" }.to_owned()),
        Answer::NotKnown(reason) if is_one_of(question) => {
            one(reason.as_ref().map_or_else(|| NOT_KNOWN.to_owned(), |code| format!("{NOT_KNOWN}:{code}")))
        }
        Answer::NotKnown(reason) => {
            let value = reason.as_ref().map_or(NOT_KNOWN, Code::as_str);
            vec![(format!("{id}-{NOT_KNOWN}"), value.to_owned())]
        }
        Answer::Date(known) => date(known),
        Answer::Age(Age::Born(born)) => date(born),
        Answer::Age(Age::Years { years, estimated }) => {
            std::iter::once((format!("{id}.years"), years.to_string())).chain(tick(".estimated", *estimated)).collect()
        }
        Answer::Person(person) => parts(&id, person.parts()),
        Answer::Address(address) => parts(&id, address.parts()).into_iter().chain(tick(".write_to", address.write_to)).collect(),
        Answer::Vehicle(vehicle) => parts(&id, vehicle.parts()),
        Answer::Document(document) => {
            let expires = document.expires.map(|date| date.to_string());
            let Document { of_type, number, state, .. } = document;
            let all = [("type", of_type), ("number", number), ("state", state), ("expires", &expires)];
            parts(&id, all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))))
        }
        Answer::Money(pence) => one(pounds(*pence, false)),
        Answer::Group(items) => {
            let Kind::Group(group) = &question.kind else { return Fields::new() };
            let item = |(at, item): (usize, &Answers)| {
                let asked = |question: &Question| {
                    let answer = item.get(&question.id)?;
                    Some(typed_as(question, &format!("{id}.{at}.{}", question.id), answer))
                };
                group.questions.iter().filter_map(asked).flatten().collect::<Vec<_>>()
            };
            let count = (items_name(&id), items.len().to_string());
            items.iter().enumerate().flat_map(item).chain([count]).collect()
        }
    }
}

/// Named parts as fields.
fn parts<'p>(id: &str, parts: impl Iterator<Item = (&'static str, &'p str)>) -> Fields {
    parts.map(|(name, value)| (format!("{id}.{name}"), value.to_owned())).collect()
}

/// Every value of a field.
pub(super) fn all(fields: &[(String, String)], name: &str) -> Vec<String> {
    fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
}

/// The first value of a field; blank when there is none.
pub(super) fn first(fields: &[(String, String)], name: &str) -> String {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// Whether a field belongs to a question whose answer is posted under a name.
fn belongs(question: &Question, base: &str, name: &str) -> bool {
    let Some(rest) = name.strip_prefix(base) else { return false };
    if rest.strip_prefix('-') == Some(NOT_KNOWN) {
        return true;
    }
    let is_date = || rest.strip_prefix('-').is_some_and(|part| DATE.contains(&part));
    let part = || rest.strip_prefix('.');
    match &question.kind {
        Kind::Date(kind) => is_date() || (kind.approximate && rest == "-about"),
        Kind::Age => is_date() || matches!(part(), Some("years" | "estimated")),
        Kind::File => false,
        Kind::Group(group) => {
            let inside = |(at, _): (usize, &str)| {
                group.questions.iter().any(|asked| belongs(asked, &format!("{base}.{at}.{}", asked.id), name))
            };
            rest == "-items" || item_of(base, name).filter(|(at, _)| *at < group.most).is_some_and(inside)
        }
        kind if kind.parts().is_empty() => rest.is_empty(),
        kind => part().is_some_and(|part| kind.parts().iter().any(|known| known.name == part)),
    }
}

/// Fields being read.
struct Reading<'f> {
    fields: &'f [(String, String)],
    doubled: Vec<FieldError>,
}

impl Reading<'_> {
    /// The answers to questions, those of an item of a group under its name.
    fn raw<'q>(&mut self, questions: impl Iterator<Item = &'q Question>, item: Option<(&QuestionId, usize)>) -> RawAnswers {
        let mut raw = RawAnswers::new();
        for question in questions {
            let id = &question.id;
            let base = item.map_or_else(|| id.to_string(), |(group, at)| format!("{group}.{at}.{id}"));
            let answer = match &question.kind {
                Kind::Group(group) => {
                    let count = item_count(question, group, self.fields);
                    RawAnswer::Group((0..count).map(|at| self.raw(group.questions.iter(), Some((id, at)))).collect())
                }
                _ => answer(question, &base, self.fields),
            };
            let unknown = ticked(question, &base, self.fields).map(|code| RawAnswer::NotKnown(Some(code)));
            if unknown.is_some() && !answer.is_empty() {
                let named = question.not_known.as_ref().map_or_else(|| "not known".to_owned(), NotKnown::named);
                let words = format!("Give an answer or select {named}, not both");
                let error = match item {
                    Some((group, at)) => FieldError { item: Some((at, id.clone())), ..FieldError::new(group.clone(), words) },
                    None => FieldError::new(id.clone(), words),
                };
                self.doubled.push(error);
            }
            let is_group = matches!(answer, RawAnswer::Group(_));
            if let Some(chosen) = unknown.or_else(|| (is_group || !answer.is_empty()).then_some(answer)) {
                raw.insert(id.clone(), chosen);
            }
        }
        raw
    }
}

fn answer(question: &Question, base: &str, fields: &[(String, String)]) -> RawAnswer {
    let mut parts: BTreeMap<String, String> = BTreeMap::new();
    let mut take = |part: &str, name: String| {
        let value = first(fields, &name);
        if !value.is_empty() {
            parts.insert(part.to_owned(), value);
        }
    };
    match &question.kind {
        Kind::Date(_) | Kind::Age => {
            for part in DATE {
                take(part, format!("{base}-{part}"));
            }
            if question.kind == Kind::Age {
                for part in ["years", "estimated"] {
                    take(part, format!("{base}.{part}"));
                }
            } else {
                take("about", format!("{base}-about"));
            }
            // A lone tick is no answer.
            let is_lone = !parts.is_empty() && parts.keys().all(|part| part == "about" || part == "estimated");
            RawAnswer::Parts(if is_lone { BTreeMap::new() } else { parts })
        }
        Kind::Many(_) => RawAnswer::Many(all(fields, base)),
        Kind::File => RawAnswer::Text(String::new()),
        kind if !kind.parts().is_empty() => {
            for part in kind.parts() {
                take(part.name, format!("{base}.{}", part.name));
            }
            RawAnswer::Parts(parts)
        }
        _ => {
            let value = first(fields, base);
            // Among radios, not known is one of the choices: a radio cannot be taken back.
            if is_one_of(question) && reason(&value).is_some() { RawAnswer::Text(String::new()) } else { RawAnswer::Text(value) }
        }
    }
}

/// Whether one choice of several is made, by radio or drop-down list.
pub(super) const fn is_one_of(question: &Question) -> bool {
    matches!(question.kind, Kind::Choice(_) | Kind::YesNo)
}

/// The reason in a choice that says "not known".
fn reason(value: &str) -> Option<&str> {
    if value == NOT_KNOWN { Some(NOT_KNOWN) } else { value.strip_prefix(NOT_KNOWN)?.strip_prefix(':') }
}

/// The code of the way in which the question was said not to be known.
pub(super) fn ticked(question: &Question, base: &str, fields: &[(String, String)]) -> Option<String> {
    if is_one_of(question) {
        return reason(&first(fields, base)).map(str::to_owned);
    }
    let codes = all(fields, &format!("{base}-{NOT_KNOWN}"));
    // A reason says more than the bare tick beside it.
    let chosen = codes.iter().find(|code| *code != NOT_KNOWN).or_else(|| codes.first());
    chosen.filter(|code| !code.is_empty()).cloned()
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
