//! Answers as JSON: what clients send, and the canonical form that is sealed.

use serde_json::{Map, Value, json};

use crate::domain::{
    agency::AgencyKind,
    answers::{Answer, Answers, FieldError, RawAnswer, RawAnswers, pounds},
    code::QuestionId,
    parts::Age,
    pathway::Pathway,
    question::NOT_KNOWN,
    validate::read_back,
};

/// The member of a "not known" answer.
pub(super) const MEMBER: &str = "not_known";

/// The error that stands for the whole of `answers`.
fn whole(message: &str) -> FieldError {
    // "answers" is a code by the rules of codes; a test below says so.
    let field = QuestionId::parse("answers");
    #[expect(clippy::expect_used, reason = "a constant that a test reads")]
    let field = field.expect("a constant code");
    FieldError::new(field, message)
}

/// Parts that are written as `true`, and parts that are written as numbers.
const TICKS: [&str; 2] = ["estimated", "write_to"];
const NUMBERS: [&str; 1] = ["years"];

/// Reads the `answers` of a request: an object keyed by question id; texts, codes, lists of codes, `true` and `false`, whole
/// numbers, objects for answers of several parts, lists of objects for groups, and `{"not_known":"<code>"}`.
///
/// # Errors
/// One error for each member of the wrong form; no value or unknown name is echoed.
pub fn raw_from_json(value: &Value) -> Result<RawAnswers, Vec<FieldError>> {
    let Some(members) = value.as_object() else {
        return Err(vec![whole("Send the answers as an object keyed by question id")]);
    };
    let mut raw = RawAnswers::new();
    let mut errors = Vec::new();
    for (name, value) in members {
        let Ok(id) = QuestionId::parse(name) else {
            errors.push(whole("Leave out the member whose name is not a question id"));
            continue;
        };
        match raw_answer(value) {
            Some(answer) => _ = raw.insert(id, answer),
            None => errors.push(FieldError::new(
                id,
                "Send a text, true or false, a whole number, a list of codes, an object of parts, a list of objects or \
                 {\"not_known\":\"<code>\"}",
            )),
        }
    }
    if errors.is_empty() { Ok(raw) } else { Err(errors) }
}

fn raw_answer(value: &Value) -> Option<RawAnswer> {
    match value {
        Value::String(text) => Some(RawAnswer::Text(text.clone())),
        Value::Bool(yes) => Some(RawAnswer::Text(if *yes { "yes" } else { "no" }.to_owned())),
        Value::Number(number) => number.as_u64().map(RawAnswer::Number),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items.iter().map(raw_item).collect::<Option<_>>().map(RawAnswer::Group)
        }
        Value::Array(items) => {
            // An item that says nothing would be lost without a word.
            let said = |item: &Value| item.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
            items.iter().map(said).collect::<Option<_>>().map(RawAnswer::Many)
        }
        Value::Object(parts) if parts.contains_key(MEMBER) => {
            let code = parts.get(MEMBER)?.as_str()?;
            (parts.len() == 1).then(|| RawAnswer::NotKnown(Some(code.to_owned())))
        }
        Value::Object(parts) => {
            let part = |(name, value): (&String, &Value)| Some((name.clone(), raw_part(name, value)?));
            parts.iter().map(part).collect::<Option<_>>().map(RawAnswer::Parts)
        }
        Value::Null => None,
    }
}

/// One item of a group: at least one answer.
fn raw_item(item: &Value) -> Option<RawAnswers> {
    let members = item.as_object().filter(|members| !members.is_empty())?;
    members.iter().map(|(name, value)| Some((QuestionId::parse(name).ok()?, raw_answer(value)?))).collect()
}

fn raw_part(name: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !TICKS.contains(&name) && !NUMBERS.contains(&name) => Some(text.clone()),
        Value::Bool(yes) if TICKS.contains(&name) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Number(number) if NUMBERS.contains(&name) => Some(number.as_u64()?.to_string()),
        _ => None,
    }
}

/// The canonical JSON of answers: members in the order of the questions; it reads back through [`answers_from_json`].
pub fn answers_to_json(answers: &Answers) -> Value {
    let mut members = Map::new();
    for (id, answer) in answers.iter() {
        let value = match answer {
            Answer::Text(text) | Answer::Phone(text) => json!(text),
            Answer::Choice(code) => json!(code.as_str()),
            Answer::Many(codes) => codes.iter().map(|code| json!(code.as_str())).collect(),
            Answer::YesNo(yes) => json!(yes),
            Answer::Date(date) => json!(date.to_string()),
            Answer::Age(Age::Born(born)) => json!({ "born": born.to_string() }),
            Answer::Age(Age::Years { years, estimated: true }) => json!({ "years": years, "estimated": true }),
            Answer::Age(Age::Years { years, estimated: false }) => json!({ "years": years }),
            Answer::Person(person) => parts(person.parts()),
            Answer::Address(address) => {
                let mut shown = parts(address.parts());
                if let (true, Some(shown)) = (address.write_to, shown.as_object_mut()) {
                    shown.insert("write_to".to_owned(), json!(true));
                }
                shown
            }
            Answer::Vehicle(vehicle) => parts(vehicle.parts()),
            Answer::Document(document) => {
                let expires = document.expires.map(|date| date.to_string());
                let all = [
                    ("type", &document.of_type),
                    ("number", &document.number),
                    ("state", &document.state),
                    ("expires", &expires),
                ];
                parts(all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))))
            }
            Answer::Money(pence) => json!(pounds(*pence, false)),
            Answer::Number(number) => json!(number),
            Answer::Group(items) => items.iter().map(answers_to_json).collect(),
            Answer::NotKnown(reason) => json!({ MEMBER: reason.as_ref().map_or(NOT_KNOWN, |code| code.as_str()) }),
        };
        members.insert(id.to_string(), value);
    }
    Value::Object(members)
}

fn parts<'a>(of: impl Iterator<Item = (&'static str, &'a str)>) -> Value {
    Value::Object(of.map(|(name, value)| (name.to_owned(), json!(value))).collect())
}

/// Reads sealed answers back, by the version of the pathway they were sent under and the kind of agency that sent them: all
/// of them, or one compartment's part.
///
/// # Errors
/// As [`raw_from_json`] and [`read_back`]: the sealed answers are not of this version of the pathway.
pub fn answers_from_json(pathway: &Pathway, value: &Value, sender: AgencyKind) -> Result<Answers, Vec<FieldError>> {
    read_back(pathway, raw_from_json(value)?, sender)
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
