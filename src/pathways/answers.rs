//! Answers as JSON: what clients send, and the canonical form that is sealed.

use serde_json::{Map, Value, json};

use crate::domain::{
    agency::AgencyKind,
    answers::{Answer, Answers, FieldError, RawAnswer, RawAnswers},
    code::QuestionId,
    pathway::Pathway,
    question::NOT_KNOWN,
    validate::read_back,
};

/// The member of a "not known" answer.
const MEMBER: &str = "not_known";

/// The error that stands for the whole of `answers`.
fn whole(message: &str) -> FieldError {
    // "answers" is a code by the rules of codes; a test below says so.
    let field = QuestionId::parse("answers");
    #[expect(clippy::expect_used, reason = "a constant that a test reads")]
    let field = field.expect("a constant code");
    FieldError::new(field, message)
}

/// Reads the `answers` of a request: an object keyed by question id; texts, codes, lists of codes, `true` and `false`,
/// objects for addresses, and `{"not_known":"<code>"}`.
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
                "Send a text, true or false, a list of codes, an address object or {\"not_known\":\"<code>\"}",
            )),
        }
    }
    if errors.is_empty() { Ok(raw) } else { Err(errors) }
}

fn raw_answer(value: &Value) -> Option<RawAnswer> {
    match value {
        Value::String(text) => Some(RawAnswer::Text(text.clone())),
        Value::Bool(yes) => Some(RawAnswer::Text(if *yes { "yes" } else { "no" }.to_owned())),
        Value::Array(items) => {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>().map(RawAnswer::Many)
        }
        Value::Object(parts) if parts.contains_key(MEMBER) => {
            let code = parts.get(MEMBER)?.as_str()?;
            (parts.len() == 1).then(|| RawAnswer::NotKnown(Some(code.to_owned())))
        }
        Value::Object(parts) => {
            let part = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
            parts.iter().map(part).collect::<Option<_>>().map(RawAnswer::Parts)
        }
        Value::Null | Value::Number(_) => None,
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
            Answer::Address(address) => {
                Value::Object(address.parts().map(|(name, value)| (name.to_owned(), json!(value))).collect())
            }
            Answer::NotKnown(reason) => json!({ MEMBER: reason.as_ref().map_or(NOT_KNOWN, |code| code.as_str()) }),
        };
        members.insert(id.to_string(), value);
    }
    Value::Object(members)
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
