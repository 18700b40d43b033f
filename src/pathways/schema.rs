//! The JSON Schema (2020-12) of a submission, made from the same definition that checks it.
//!
//! It says all that a schema can: kinds, codes, lengths, what is required and when. Whether a date is real or past, and a
//! postcode or number well formed, is left to the hub.

use serde_json::{Map, Value, json};

use crate::domain::{
    agency::AgencyKind,
    code::{Choice, Code, QuestionId},
    condition::Condition,
    pathway::Pathway,
    question::{Kind, NOT_KNOWN, Question, SENDER_KIND},
};

/// The schema of the body of `POST /referrals` for senders of this kind of agency: `{pathway,answers}`.
pub fn schema(pathway: &Pathway, sender: AgencyKind) -> Value {
    let form = Form { pathway, sender };
    let mut members = Map::new();
    let mut required: Vec<&str> = Vec::new();
    let mut rules: Vec<Value> = Vec::new();
    for question in pathway.questions() {
        let id = question.id.as_str();
        members.insert(id.to_owned(), member(question));
        match &question.show_when {
            None if question.required => required.push(id),
            None => {}
            Some(when) => {
                let then = if question.required { json!({ "required": [id] }) } else { json!(true) };
                let hidden = object([(id.to_owned(), json!(false))], "properties");
                rules.push(json!({ "if": form.decided(when, true), "then": then, "else": hidden }));
            }
        }
    }
    let mut answers = json!({
        "type": "object",
        "properties": members,
        "required": required,
        "additionalProperties": false,
    });
    if let (Some(answers), false) = (answers.as_object_mut(), rules.is_empty()) {
        answers.insert("allOf".to_owned(), json!(rules));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": pathway.title,
        "description": pathway.description,
        "type": "object",
        "properties": { "pathway": { "const": pathway.id.as_str() }, "answers": answers },
        "required": ["pathway", "answers"],
        "additionalProperties": false,
    })
}

fn object(members: impl IntoIterator<Item = (String, Value)>, key: &str) -> Value {
    json!({ key: members.into_iter().collect::<Map<_, _>>() })
}

fn codes(choices: &[Choice]) -> Vec<&str> {
    choices.iter().map(|choice| choice.code.as_str()).collect()
}

/// A text that is not blank and at most so many characters.
fn text(max: usize) -> Value {
    json!({ "type": "string", "pattern": "\\S", "maxLength": max })
}

fn member(question: &Question) -> Value {
    let kind = match &question.kind {
        Kind::Text { max } | Kind::LongText { max } => text(*max),
        Kind::Choice(of) => json!({ "enum": codes(of) }),
        Kind::Many(of) => json!({ "type": "array", "items": { "enum": codes(of) }, "minItems": 1, "uniqueItems": true }),
        Kind::YesNo => json!({ "type": "boolean" }),
        Kind::Date { .. } => json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Kind::Phone => json!({ "type": "string", "pattern": "^[+0-9() -]+$", "maxLength": 30 }),
        Kind::Address => json!({
            "type": "object",
            "properties": {
                "line_1": text(100), "line_2": text(100), "town": text(100), "postcode": text(10),
                "uprn": { "type": "string", "pattern": "^[0-9]{1,12}$" },
            },
            "required": ["line_1", "town"],
            "additionalProperties": false,
        }),
    };
    let mut shown = match &question.not_known {
        None => kind,
        Some(allowed) => {
            let reasons: Vec<&str> = std::iter::once(NOT_KNOWN).chain(codes(&allowed.reasons)).collect();
            let unknown = json!({
                "type": "object",
                "properties": { "not_known": { "enum": reasons } },
                "required": ["not_known"],
                "additionalProperties": false,
            });
            json!({ "oneOf": [kind, unknown] })
        }
    };
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("title".to_owned(), json!(question.label));
        if let Some(hint) = &question.hint {
            shown.insert("description".to_owned(), json!(hint));
        }
    }
    shown
}

/// The form that conditions look at.
#[derive(Clone, Copy)]
struct Form<'p> {
    pathway: &'p Pathway,
    sender: AgencyKind,
}

impl Form<'_> {
    /// A schema that the answers fit exactly when the condition is certainly true (or, with `truth` false, certainly false).
    fn decided(self, condition: &Condition, truth: bool) -> Value {
        let each = |parts: &[Condition]| parts.iter().map(|part| self.decided(part, truth)).collect::<Vec<_>>();
        match condition {
            Condition::Not(part) => self.decided(part, !truth),
            Condition::All(parts) if truth => json!({ "allOf": each(parts) }),
            Condition::Any(parts) if !truth => json!({ "allOf": each(parts) }),
            Condition::All(parts) | Condition::Any(parts) => json!({ "anyOf": each(parts) }),
            Condition::Is(id, code) => self.has(id, std::slice::from_ref(code), truth),
            Condition::In(id, of) => self.has(id, of, truth),
            Condition::AtLeast(id, count) if truth => known(id, &json!({ "type": "array", "minItems": count })),
            Condition::AtLeast(id, count) => known(id, &json!({ "type": "array", "maxItems": count - 1 })),
            Condition::Answered(id) if id.as_str() == SENDER_KIND => json!(truth),
            Condition::Answered(id) => {
                let answered = known(id, &json!({ "not": { "type": "object", "required": ["not_known"] } }));
                if truth { answered } else { json!({ "not": answered }) }
            }
        }
    }

    fn has(self, id: &QuestionId, of: &[Code], truth: bool) -> Value {
        if id.as_str() == SENDER_KIND {
            return json!(of.iter().any(|code| code.as_str() == self.sender.code()) == truth);
        }
        let wanted: Vec<&str> = of.iter().map(Code::as_str).collect();
        let one_of = match self.pathway.question(id).map(|question| &question.kind) {
            Some(Kind::YesNo) => {
                let wanted: Vec<bool> = wanted.iter().map(|code| *code == "yes").collect();
                json!({ "type": "boolean", "enum": wanted })
            }
            Some(Kind::Many(_)) => json!({ "type": "array", "contains": { "enum": wanted } }),
            _ => json!({ "type": "string", "enum": wanted }),
        };
        if truth { known(id, &one_of) } else { known(id, &json!({ "type": one_of["type"], "not": one_of })) }
    }
}

/// The question is answered, and fits.
fn known(id: &QuestionId, fits: &Value) -> Value {
    json!({ "required": [id.as_str()], "properties": { id.as_str(): fits } })
}

/// A condition as files spell it, for the definition.
pub(super) fn condition_json(condition: &Condition) -> Value {
    let each = |parts: &[Condition]| parts.iter().map(condition_json).collect::<Vec<_>>();
    match condition {
        Condition::All(parts) => json!({ "all": each(parts) }),
        Condition::Any(parts) => json!({ "any": each(parts) }),
        Condition::Not(part) => json!({ "not": condition_json(part) }),
        Condition::Is(id, code) => json!({ "question": id.as_str(), "is": code.as_str() }),
        Condition::In(id, of) => json!({ "question": id.as_str(), "in": of.iter().map(Code::as_str).collect::<Vec<_>>() }),
        Condition::AtLeast(id, count) => json!({ "question": id.as_str(), "at_least": count }),
        Condition::Answered(id) => json!({ "question": id.as_str(), "answered": true }),
    }
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
