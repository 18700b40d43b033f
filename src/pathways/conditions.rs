//! Conditions of a pathway file: `{ question = "…", is = "…" }`, `in`, `at_least`, `answered`, `not_known`, and `all`, `any`,
//! `not`.

use toml::{Spanned, de::DeValue};

use super::{
    known::Known,
    possible,
    reader::{Reader, Table},
};
use crate::domain::{
    code::{Code, QuestionId},
    compartment::Category,
    condition::Condition,
    question::Kind,
};

const FORMS: &str = "write one of `all`, `any`, `not`, or `question` with one of `is`, `in`, `at_least`, `answered`, `not_known`";
const DEEPEST: usize = 8;

/// Reads a condition; every question and code it names must exist, and it must be able to hold.
pub(super) fn condition<'t>(reader: &'t Reader<'t>, value: &'t Spanned<DeValue<'t>>, known: &Known) -> Option<Condition> {
    condition_within(reader, value, known, None)
}

/// As [`condition`], for a question that is itself sealed apart: it may look at others of its own category.
pub(super) fn condition_within<'t>(
    reader: &'t Reader<'t>,
    value: &'t Spanned<DeValue<'t>>,
    known: &Known,
    category: Option<Category>,
) -> Option<Condition> {
    let read = nested(reader, value, known, category, DEEPEST)?;
    if !possible::can_hold(&read, known) {
        let words = "mend this condition: it can never hold, because it contradicts itself or the conditions of the questions \
                     it names";
        reader.fault(&value.span(), words);
    }
    Some(read)
}

fn nested<'t>(
    reader: &'t Reader<'t>,
    value: &'t Spanned<DeValue<'t>>,
    known: &Known,
    category: Option<Category>,
    depth: usize,
) -> Option<Condition> {
    let table = reader.as_table("condition", value)?;
    let Some(depth) = depth.checked_sub(1) else {
        table.fault("flatten this condition: it is nested too deeply");
        return None;
    };
    let parts = |table: &Table<'t>, key| {
        let items = table.need_list(key);
        let parts: Vec<_> = items.iter().filter_map(|item| nested(reader, item, known, category, depth)).collect();
        (parts.len() == items.len() && !parts.is_empty()).then_some(parts)
    };
    let read = if table.value("all").is_some() {
        parts(&table, "all").map(Condition::All)
    } else if table.value("any").is_some() {
        parts(&table, "any").map(Condition::Any)
    } else if let Some(part) = table.value("not") {
        nested(reader, part, known, category, depth).map(|part| Condition::Not(Box::new(part)))
    } else if table.value("question").is_some() {
        if table.len() != 2 {
            table.fault(FORMS);
            return None;
        }
        about(&table, known, category)
    } else {
        table.fault(FORMS);
        return None;
    };
    table.end();
    read
}

fn about(table: &Table<'_>, known: &Known, own: Option<Category>) -> Option<Condition> {
    let value = table.need("question")?;
    let id = table.reader.code("question", value, QuestionId::parse)?;
    let Some(kind) = known.kinds.get(&id) else {
        let words = known.absent(&id);
        table.reader.fault(&value.span(), words);
        // The other keys are fine as far as can be told.
        for key in ["is", "in", "at_least", "answered", "not_known"] {
            table.value(key);
        }
        return None;
    };
    if let Some(category) = known.restricted.get(&id).filter(|category| Some(**category) != own) {
        let words = format!("conditions may not look at `{category}` answers: urgency and routing would tell them");
        table.reader.fault(&value.span(), words);
    }
    if let Some(value) = table.value("is") {
        return code_of(table.reader, value, &id, kind).map(|code| Condition::Is(id, code));
    }
    if table.value("in").is_some() {
        let items = table.need_list("in");
        let codes: Vec<_> = items.iter().filter_map(|item| code_of(table.reader, item, &id, kind)).collect();
        return (!codes.is_empty() && codes.len() == items.len()).then_some(Condition::In(id, codes));
    }
    if let Some(value) = table.value("at_least") {
        let most = match kind {
            Kind::Many(choices) => choices.len(),
            Kind::Group(group) => group.most,
            Kind::Number { most, .. } => usize::try_from(*most).unwrap_or(usize::MAX),
            _ => {
                let words =
                    format!("`at_least` counts ticks or items or compares numbers, but `{id}` is of kind {}", kind.code());
                table.reader.fault(&value.span(), words);
                return None;
            }
        };
        let most = u16::try_from(most).unwrap_or(u16::MAX);
        let count = table.reader.number("at_least", value, 1..=most)?;
        return Some(Condition::AtLeast(id, usize::from(count)));
    }
    if let Some(value) = table.value("not_known") {
        let reason = table.reader.code("not_known", value, Code::parse)?;
        let reasons = known.unknowns.get(&id).map_or(&[][..], Vec::as_slice);
        if !reasons.contains(&reason) {
            let words = format!("`{id}` is not unknown for the reason `{reason}`: use one that its `not_known` lists");
            table.reader.fault(&value.span(), words);
            return None;
        }
        return Some(Condition::NotKnown(id, reason));
    }
    if let Some(value) = table.value("answered") {
        return match value.get_ref().as_bool() {
            Some(true) => Some(Condition::Answered(id)),
            Some(false) => Some(Condition::Not(Box::new(Condition::Answered(id)))),
            None => {
                table.reader.fault(&value.span(), "set `answered` to true or false");
                None
            }
        };
    }
    table.fault(FORMS);
    None
}

fn code_of(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>, id: &QuestionId, kind: &Kind) -> Option<Code> {
    let code = reader.code("code", value, Code::parse)?;
    let offered: Vec<&str> = match kind {
        Kind::YesNo => vec!["yes", "no"],
        _ => kind.choices().iter().map(|choice| choice.code.as_str()).collect(),
    };
    if offered.contains(&code.as_str()) {
        return Some(code);
    }
    let words = if offered.is_empty() {
        format!("`{id}` has no codes to compare with: use `answered`")
    } else {
        format!("`{id}` has no choice `{code}`: use one of {}", offered.join(", "))
    };
    reader.fault(&value.span(), words);
    None
}
