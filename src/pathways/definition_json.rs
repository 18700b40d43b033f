//! A pathway as `GET /pathways/{id}` shows it.

use serde_json::{Map, Value, json};

use super::schema::condition_json;
use crate::domain::{
    code::{Choice, QuestionId},
    outcome::Outcome,
    pathway::Pathway,
    question::{Kind, NOT_KNOWN, Question},
    section::Section,
};

/// The definition with its version: `{id,title,version,…,questions,outcomes,grades}`.
///
/// Where the referrer must not learn how a referral ended, only those who decide on it (`decides`) see its outcomes: others see the
/// lines that they may read, each once, by the code of the first that says it.
pub fn definition_json(pathway: &Pathway, version: &str, decides: bool) -> Value {
    let questions: Vec<Value> = pathway
        .sections
        .iter()
        .flat_map(|section| section.questions.iter().map(|question| one(Some(section), question)))
        .collect();
    let outcomes = if decides || pathway.free_feedback { outcomes(pathway) } else { told(pathway) };
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

fn outcomes(pathway: &Pathway) -> Vec<Value> {
    let line = |line: &Choice| json!({ "code": line.code.as_str(), "text": line.title });
    let one = |outcome: &Outcome| {
        let feedback: Vec<Value> = outcome.feedback.iter().map(line).collect();
        json!({ "code": outcome.code.as_str(), "title": outcome.title, "closes": outcome.closes, "feedback": feedback })
    };
    pathway.outcomes.iter().map(one).collect()
}

/// The lines that a referrer may read, each once: of lines that say the same the first stands for all, so that its code tells no
/// outcome from another.
fn told(pathway: &Pathway) -> Vec<Value> {
    let mut lines: Vec<&Choice> = Vec::new();
    for line in pathway.outcomes.iter().flat_map(|outcome| &outcome.feedback) {
        if lines.iter().all(|known| known.title != line.title) {
            lines.push(line);
        }
    }
    let one = |line: &Choice| {
        let code = line.code.as_str();
        json!({ "code": code, "title": line.title, "feedback": [{ "code": code, "text": line.title }] })
    };
    lines.into_iter().map(one).collect()
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
            if !question.not_before.is_empty() {
                set("not_before", json!(question.not_before.iter().map(QuestionId::as_str).collect::<Vec<_>>()));
            }
            if let Some(months) = question.within_months {
                set("within_months", json!(months));
            }
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
        let plain = (!allowed.is_none).then(|| json!({ "code": NOT_KNOWN, "title": "Not known" }));
        set("not_known", json!(plain.into_iter().chain(choices(&allowed.reasons)).collect::<Vec<_>>()));
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
