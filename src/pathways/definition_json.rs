//! A pathway as `GET /pathways/{id}` shows it.

use serde_json::{Map, Value, json};

use super::schema::condition_json;
use crate::domain::{
    code::Choice,
    pathway::Pathway,
    question::{Kind, NOT_KNOWN, Question},
    section::Section,
};

/// The definition with its version: `{id,title,version,…,questions,outcomes,grades}`.
pub fn definition_json(pathway: &Pathway, version: &str) -> Value {
    let questions: Vec<Value> = pathway
        .sections
        .iter()
        .flat_map(|section| section.questions.iter().map(|question| one(Some(section), question)))
        .collect();
    let outcomes: Vec<Value> = pathway
        .outcomes
        .iter()
        .map(|outcome| {
            let feedback: Vec<Value> =
                outcome.feedback.iter().map(|line| json!({ "code": line.code.as_str(), "text": line.title })).collect();
            json!({ "code": outcome.code.as_str(), "title": outcome.title, "closes": outcome.closes, "feedback": feedback })
        })
        .collect();
    json!({
        "id": pathway.id.as_str(),
        "title": pathway.title,
        "version": version,
        "description": pathway.description,
        "sensitivity": pathway.sensitivity.code(),
        "purpose": pathway.purpose.code(),
        "may_submit": pathway.may_submit.iter().map(|kind| kind.code()).collect::<Vec<_>>(),
        "questions": questions,
        "outcomes": outcomes,
        "advice": pathway.enquiry.is_some(),
        "grades": pathway.grades.iter().map(|grade| grade.code.as_str()).collect::<Vec<_>>(),
    })
}

fn choices(of: &[Choice]) -> Vec<Value> {
    let one = |choice: &Choice| {
        let mut shown = json!({ "code": choice.code.as_str(), "title": choice.title });
        if let (Some(shown), Some(hint)) = (shown.as_object_mut(), &choice.hint) {
            shown.insert("hint".to_owned(), json!(hint));
        }
        shown
    };
    of.iter().map(one).collect()
}

/// One question; inside a group it has no section of its own.
fn one(section: Option<&Section>, question: &Question) -> Value {
    let mut shown = Map::new();
    let mut set = |name: &str, value: Value| _ = shown.insert(name.to_owned(), value);
    set("id", json!(question.id.as_str()));
    if let Some(section) = section {
        set("section", json!(section.title));
        set("later", json!(section.later));
    }
    set("label", json!(question.label));
    set("kind", json!(question.kind.code()));
    set("required", json!(question.required));
    if let Some(hint) = &question.hint {
        set("hint", json!(hint));
    }
    match &question.kind {
        Kind::Text { max } => set("max", json!(max)),
        Kind::LongText { min, max } => {
            set("max", json!(max));
            if *min > 0 {
                set("min", json!(min));
            }
        }
        Kind::Choice(of) | Kind::Many(of) => set("options", json!(choices(of))),
        Kind::Date(date) => {
            set("when", json!(date.when.code()));
            set("precision", json!(date.precision.code()));
            set("approximate", json!(date.approximate));
        }
        Kind::Address(of) => set("use", json!(of.code())),
        Kind::Number { least, most } => {
            set("least", json!(least));
            set("most", json!(most));
        }
        Kind::Group(group) => {
            set("item", json!(group.item));
            set("least", json!(group.least));
            set("most", json!(group.most));
            set("questions", group.questions.iter().map(|question| one(None, question)).collect());
        }
        Kind::YesNo
        | Kind::Age
        | Kind::Person
        | Kind::Phone
        | Kind::Email
        | Kind::Vehicle
        | Kind::Document
        | Kind::Money
        | Kind::File => {}
    }
    if let Some(allowed) = &question.not_known {
        let plain = json!({ "code": NOT_KNOWN, "title": "Not known" });
        set("not_known", json!(std::iter::once(plain).chain(choices(&allowed.reasons)).collect::<Vec<_>>()));
    }
    if let Some(when) = &question.show_when {
        set("show_when", condition_json(when));
    }
    set("personal", json!(question.personal));
    set("sealed", json!(question.sealed.code()));
    if question.withhold {
        set("withhold", json!(true));
    }
    Value::Object(shown)
}
