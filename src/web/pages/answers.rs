//! Between a form's fields and answers: what was posted for each question, and each question as a field.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::field::{ChoiceView, FieldKind, FieldView};
use crate::domain::{
    agency::AgencyKind,
    answers::{FieldError, RawAnswer, RawAnswers},
    pathway::Pathway,
    question::{Kind, NOT_KNOWN, Question},
    section::Section,
    validate::shown,
};

/// What an address is posted as, in order.
pub(super) const ADDRESS: [(&str, &str); 5] = [
    ("line_1", "Address line 1"),
    ("line_2", "Address line 2 (optional)"),
    ("town", "Town or city"),
    ("postcode", "Postcode (optional)"),
    ("uprn", "Property reference number, UPRN (optional)"),
];
const DATE: [&str; 3] = ["day", "month", "year"];
/// More choices than this are a drop-down list.
const MOST_RADIOS: usize = 16;

/// Names and values, as a form posts them.
pub(super) type Fields = Vec<(String, String)>;

/// The answers posted to a pathway's form.
pub(super) struct Given<'p> {
    fields: &'p [(String, String)],
    /// Every question that the answers show, in order.
    pub(super) shown: Vec<&'p Question>,
    /// The answers to those.
    pub(super) raw: RawAnswers,
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
        let (mut raw, mut doubled) = (before, Vec::new());
        for question in pathway.questions() {
            let answer = answer(question, fields);
            let unknown = unknown(question, fields);
            if unknown.is_some() && !answer.is_empty() {
                let words = "Give an answer or select not known, not both";
                doubled.push(FieldError::new(question.id.clone(), words));
            }
            if let Some(chosen) = unknown.or_else(|| (!answer.is_empty()).then_some(answer)) {
                raw.insert(question.id.clone(), chosen);
            }
        }
        let shown = shown(pathway, &raw, sender, today);
        raw.retain(|id, _| shown.iter().any(|question| question.id == *id));
        doubled.retain(|error| shown.iter().any(|question| question.id == error.field));
        Self { fields, shown, raw, doubled }
    }

    /// The filled-in fields of a section's questions that are not shown now: kept in the form, should they be shown again.
    pub(super) fn set_aside(&self, section: &Section) -> Fields {
        let hidden = section.questions.iter().filter(|question| self.shown.iter().all(|shown| shown.id != question.id));
        hidden.flat_map(|question| self.of(question)).filter(|(_, value)| !value.is_empty()).collect()
    }

    fn of(&self, question: &Question) -> Fields {
        let names = names(question);
        self.fields.iter().filter(|(name, _)| names.contains(name)).cloned().collect()
    }

    /// A question as a field with its answer, and what is wrong with it.
    pub(super) fn field(&self, question: &Question, errors: &[FieldError]) -> FieldView {
        let mut field = blank(question);
        field.values = match &question.kind {
            Kind::Date { .. } => DATE.iter().map(|part| first(self.fields, &format!("{}-{part}", question.id))).collect(),
            Kind::Address => ADDRESS.iter().map(|(part, _)| first(self.fields, &format!("{}.{part}", question.id))).collect(),
            _ => all(self.fields, question.id.as_str()),
        };
        field.not_known_code = ticked(question, self.fields).unwrap_or_default();
        let mine = errors.iter().filter(|error| error.field == question.id);
        for error in mine {
            match error.part {
                Some(part) => field.part_errors.push((part.to_owned(), error.message.clone())),
                None => _ = field.error.get_or_insert_with(|| error.message.clone()),
            }
        }
        field
    }
}

/// Whether a field is a question's: the one of the longest id that the name begins with.
pub(super) fn is_of(pathway: &Pathway, name: &str, question: &str) -> bool {
    let begins = |id: &str| name.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']));
    let owner = pathway.questions().map(|question| question.id.as_str()).filter(|id| begins(id)).max_by_key(|id| id.len());
    owner == Some(question)
}

/// The fields of a section's questions, in the order posted.
pub(super) fn of_section(pathway: &Pathway, section: &Section, fields: &[(String, String)]) -> Fields {
    let mine = |name: &str| section.questions.iter().any(|question| is_of(pathway, name, question.id.as_str()));
    fields.iter().filter(|(name, _)| mine(name)).cloned().collect()
}

fn all(fields: &[(String, String)], name: &str) -> Vec<String> {
    fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
}

fn first(fields: &[(String, String)], name: &str) -> String {
    all(fields, name).into_iter().next().unwrap_or_default()
}

/// The names under which a question's answer is posted.
fn names(question: &Question) -> Vec<String> {
    let id = &question.id;
    let mut names: Vec<String> = match question.kind {
        Kind::Date { .. } => DATE.iter().map(|part| format!("{id}-{part}")).collect(),
        Kind::Address => ADDRESS.iter().map(|(part, _)| format!("{id}.{part}")).collect(),
        _ => vec![id.to_string()],
    };
    names.push(format!("{id}-{NOT_KNOWN}"));
    names
}

fn answer(question: &Question, fields: &[(String, String)]) -> RawAnswer {
    let id = &question.id;
    let parts = |names: &mut dyn Iterator<Item = (&str, String)>| {
        let given: BTreeMap<String, String> = names.map(|(part, name)| (part.to_owned(), first(fields, &name))).collect();
        RawAnswer::Parts(given)
    };
    match question.kind {
        Kind::Date { .. } => parts(&mut DATE.iter().map(|part| (*part, format!("{id}-{part}")))),
        Kind::Address => parts(&mut ADDRESS.iter().map(|(part, _)| (*part, format!("{id}.{part}")))),
        Kind::Many(_) => RawAnswer::Many(all(fields, id.as_str())),
        _ => {
            let value = first(fields, id.as_str());
            // Among radios, not known is one of the choices: a radio cannot be taken back.
            if is_one_of(question) && reason(&value).is_some() { RawAnswer::Text(String::new()) } else { RawAnswer::Text(value) }
        }
    }
}

fn is_one_of(question: &Question) -> bool {
    matches!(question.kind, Kind::Choice(_) | Kind::YesNo)
}

/// The reason in a choice that says "not known".
fn reason(value: &str) -> Option<&str> {
    if value == NOT_KNOWN { Some(NOT_KNOWN) } else { value.strip_prefix(NOT_KNOWN)?.strip_prefix(':') }
}

/// The code of the way in which the question was said not to be known.
fn ticked(question: &Question, fields: &[(String, String)]) -> Option<String> {
    if is_one_of(question) {
        return reason(&first(fields, question.id.as_str())).map(str::to_owned);
    }
    let codes = all(fields, &format!("{}-{NOT_KNOWN}", question.id));
    // A reason says more than the bare tick beside it.
    let chosen = codes.iter().find(|code| *code != NOT_KNOWN).or_else(|| codes.first());
    chosen.filter(|code| !code.is_empty()).cloned()
}

fn unknown(question: &Question, fields: &[(String, String)]) -> Option<RawAnswer> {
    ticked(question, fields).map(|code| RawAnswer::NotKnown(Some(code)))
}

/// A question as a field without an answer.
pub(super) fn blank(question: &Question) -> FieldView {
    let kind = match &question.kind {
        Kind::Text { .. } if question.personal => FieldKind::Name,
        Kind::Text { .. } => FieldKind::Text,
        Kind::LongText { .. } => FieldKind::LongText,
        Kind::Choice(choices) if choices.len() > MOST_RADIOS => FieldKind::Select,
        Kind::Choice(_) | Kind::YesNo => FieldKind::Radios,
        Kind::Many(_) => FieldKind::Checkboxes,
        Kind::Date { .. } => FieldKind::Date,
        Kind::Phone => FieldKind::Phone,
        Kind::Address => FieldKind::Address,
    };
    let mut field = FieldView::new(question.id.as_str(), kind, &question.label);
    question.hint.as_deref().unwrap_or_default().clone_into(&mut field.hint);
    field.optional = !question.required;
    if let Kind::LongText { max } = question.kind {
        field.max_length = u32::try_from(max).unwrap_or(u32::MAX);
    }
    field.choices = match &question.kind {
        Kind::YesNo => vec![ChoiceView::new("yes", "Yes"), ChoiceView::new("no", "No")],
        kind => kind.choices().iter().map(|choice| ChoiceView::new(choice.code.as_str(), &choice.title)).collect(),
    };
    if let Some(allowed) = &question.not_known {
        let one_of = is_one_of(question);
        let way = |code: &str, title: &str| {
            let code = if one_of && code != NOT_KNOWN { format!("{NOT_KNOWN}:{code}") } else { code.to_owned() };
            ChoiceView::new(&code, title)
        };
        let bare = way(NOT_KNOWN, "Not known");
        let reasons = allowed.reasons.iter().map(|reason| way(reason.code.as_str(), &format!("Not known: {}", reason.title)));
        let ways = std::iter::once(bare).chain(reasons);
        if one_of { field.choices.extend(ways) } else { field.not_known = ways.collect() }
    }
    field
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
