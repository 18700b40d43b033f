//! The JSON form of an answer, as the schema describes it for each kind of question: what comes in another form is refused,
//! never guessed at.

use serde_json::{Map, Value};

use super::answers::{MEMBER, raw_from_json};
use crate::domain::{
    answers::{FieldError, RawAnswers},
    parts::PartForm,
    pathway::Pathway,
    question::{Kind, Question},
};

/// Reads the `answers` of a request as [`raw_from_json`] does, each in the form that its question takes and no other: `true`
/// and not `"yes"`, a number and not its digits in a text, each code of a list once.
///
/// # Errors
/// One error for each answer of another form, none of them with what was sent. Answers to questions that the pathway does not
/// have are left to whoever checks the answers.
pub fn raw_from_request(pathway: &Pathway, answers: &Value) -> Result<RawAnswers, Vec<FieldError>> {
    let read = raw_from_json(answers);
    let mut errors = answers.as_object().map(|members| misformed(pathway.questions(), members)).unwrap_or_default();
    let others = read.as_ref().err().into_iter().flatten();
    let others: Vec<_> = others.filter(|other| errors.iter().all(|error| error.field != other.field)).cloned().collect();
    errors.extend(others);
    if errors.is_empty() { read } else { Err(errors) }
}

fn misformed<'q>(questions: impl Iterator<Item = &'q Question>, members: &Map<String, Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for question in questions {
        let Some(value) = members.get(question.id.as_str()) else { continue };
        let items = value.as_array().filter(|items| !items.is_empty());
        if let (Kind::Group(group), Some(items)) = (&question.kind, items) {
            for (at, item) in items.iter().enumerate() {
                let inside = item.as_object().map(|members| misformed(group.questions.iter(), members)).unwrap_or_default();
                let of_item =
                    |error: FieldError| FieldError { field: question.id.clone(), item: Some((at, error.field)), ..error };
                errors.extend(inside.into_iter().map(of_item));
            }
        } else if let Some((part, words)) = fault(&question.kind, value) {
            errors.push(FieldError { part, ..FieldError::new(question.id.clone(), words) });
        }
    }
    errors
}

/// What is wrong with the form of one answer, and with which part of it.
fn fault(kind: &Kind, value: &Value) -> Option<(Option<&'static str>, &'static str)> {
    if let Some(reason) = value.as_object().and_then(|members| members.get(MEMBER)) {
        return (!is_plain(reason)).then_some((None, "Send the reason's code with not_known, as a text"));
    }
    let unless = |fits: bool, words| (!fits).then_some((None, words));
    match kind {
        Kind::YesNo => unless(value.is_boolean(), "Send true or false"),
        Kind::Number { .. } => unless(value.is_u64(), "Send a whole number"),
        Kind::Text { .. } | Kind::LongText { .. } | Kind::Phone | Kind::Email => {
            unless(value.as_str().is_some_and(|text| !text.trim().is_empty()), "Send a text that is not blank, or leave it out")
        }
        Kind::Choice(_) => unless(is_plain(value), "Send one of the codes, as a text"),
        Kind::Date(_) => unless(is_plain(value), "Send a date like 2026-06-04, as a text"),
        Kind::Money => unless(is_amount(value), "Send an amount in pounds like 120.50, as a text"),
        Kind::Many(_) => match value.as_array() {
            Some(codes) if codes.iter().enumerate().any(|(at, code)| codes.iter().take(at).any(|other| other == code)) => {
                Some((None, "Send each code once"))
            }
            Some(codes) => unless(!codes.is_empty() && codes.iter().all(is_plain), "Send a list of codes, or leave it out"),
            None => Some((None, "Send a list of codes, or leave it out")),
        },
        Kind::Age => {
            let fits = value.as_object().is_some_and(|parts| {
                let known = parts.keys().all(|name| ["born", "years", "estimated"].contains(&name.as_str()));
                known && !parts.is_empty() && (!parts.contains_key("born") || parts.len() == 1) && texts_are_plain(parts)
            });
            unless(fits, "Send an object with born, or with years and perhaps estimated")
        }
        Kind::Person | Kind::Address(_) | Kind::Vehicle | Kind::Document => match value.as_object() {
            Some(parts) if !parts.is_empty() && texts_are_plain(parts) => {
                let mut dates = kind.parts().iter().filter(|part| part.form == PartForm::Date);
                let wrong = dates.find(|part| parts.get(part.name).is_some_and(|date| !is_whole_date(date)));
                wrong.map(|part| (Some(part.name), "Send a date like 2030-01-31, as a text"))
            }
            _ => Some((None, "Send an object of the parts that are known, or leave it out")),
        },
        // A list is looked at item by item; an empty one, and anything else, is no answer.
        Kind::Group(_) => Some((None, "Send a list of objects, or leave it out")),
        // Files are no part of the answers, in whatever form.
        Kind::File => None,
    }
}

/// A text as it is meant: not blank, and nothing around it.
fn is_plain(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty() && text == text.trim())
}

fn texts_are_plain(parts: &Map<String, Value>) -> bool {
    parts.values().filter(|part| part.is_string()).all(is_plain)
}

fn is_amount(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

fn is_whole_date(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pathway() -> Pathway {
        crate::pathways::parse("every-kind.toml", include_str!("../../tests/data/every-kind.toml")).expect("a pathway")
    }

    fn told(answers: &Value) -> Vec<(String, String)> {
        let errors = raw_from_request(&pathway(), answers).err().unwrap_or_default();
        errors.into_iter().map(|error| (error.name(), error.message)).collect()
    }

    #[test]
    fn each_kind_takes_the_form_of_the_schema_and_no_other() {
        let not_known = json!({ "not_known": "not-known" });
        for (id, good, bad) in [
            (
                "danger_now",
                vec![json!(true), not_known.clone()],
                vec![json!({ "not_known": "" }), json!("yes"), json!(1), json!([true])],
            ),
            ("people", vec![json!(3)], vec![json!("3"), json!(3.5), json!(-3)]),
            ("wishes", vec![json!("To be left alone.")], vec![json!(true), json!(7), json!(" "), json!(["words"])]),
            ("consent", vec![json!("given")], vec![json!(true), json!(["given"]), json!(" given")]),
            (
                "signs",
                vec![json!(["one"]), json!(["one", "two"])],
                vec![json!("one"), json!(["one", "one"]), json!([]), json!([1])],
            ),
            ("day", vec![json!("2026-06-04")], vec![json!(" 2026-06-04"), json!({ "day": "4", "month": "6", "year": "2026" })]),
            ("debt", vec![json!("120.5")], vec![json!(120), json!("£120"), json!("1,200"), json!("")]),
            ("age", vec![json!({ "years": 9 })], vec![json!(9), json!("9"), json!({ "day": "1", "month": "2", "year": "2010" })]),
            ("car", vec![json!({ "colour": "red" })], vec![json!("red"), json!({}), json!({ "colour": "" })]),
            (
                "children",
                vec![not_known, json!([{ "lives_there": true }])],
                vec![json!("none"), json!([]), json!({ "name": "x" })],
            ),
        ] {
            for form in good {
                assert_eq!(told(&json!({ id: form })), [], "{id}: {form}");
            }
            for form in bad {
                let names: Vec<_> = told(&json!({ id: form })).into_iter().map(|(name, _)| name).collect();
                assert_eq!(names, [id], "{id}: {form}");
            }
        }
    }

    #[test]
    fn every_wrong_form_is_told_at_once_by_its_name() {
        let answers = json!({
            "danger_now": "canary",
            "signs": ["two", "two"],
            "papers": { "number": "7", "expires": "31/1/2030" },
            "children": [{ "lives_there": true }, { "lives_there": "canary", "child_age": 7 }],
            "stranger": "canary",
        });
        let told = told(&answers);
        let names: Vec<_> = told.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["danger_now", "papers.expires", "signs", "children.1.child_age", "children.1.lives_there"]);
        assert!(told.iter().all(|(_, words)| words.starts_with("Send ") && !words.contains("canary")), "{told:?}");
        assert_eq!(super::raw_from_request(&pathway(), &json!("canary")).err().map(|errors| errors.len()), Some(1));
    }
}
