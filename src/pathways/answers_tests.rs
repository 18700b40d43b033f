use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::{
    domain::{code::Code, validate::validate},
    pathways::{Library, example},
};

const SENDER: AgencyKind = AgencyKind::Police;
const TODAY: Date = date(2026, 11, 22);

fn fire() -> Pathway {
    Library::embedded().expect("the library").find("fire-protection").expect("the pathway").pathway.clone()
}

fn answers_of(body: &Value) -> Answers {
    validate(&fire(), raw_from_json(&body["answers"]).expect("raw"), SENDER, TODAY).expect("valid")
}

#[test]
fn the_field_that_stands_for_all_is_a_code() {
    assert_eq!(whole("x").name(), "answers");
}

#[test]
fn answers_read_back_as_they_were() {
    let answers = answers_of(&example(&fire(), SENDER, TODAY));
    let json = answers_to_json(&answers);
    assert_eq!(answers_from_json(&fire(), &json, SENDER).as_ref(), Ok(&answers));
    assert_eq!(answers_to_json(&answers_from_json(&fire(), &json, SENDER).expect("read back")), json);
}

#[test]
fn not_known_reads_back_with_and_without_its_reason() {
    for (code, reason) in [("not-known", None), ("second-hand", Some("second-hand"))] {
        let mut body = example(&fire(), SENDER, TODAY);
        body["answers"]["sleeping"] = json!({ "not_known": code });
        let answers = answers_of(&body);
        let id = QuestionId::parse("sleeping").expect("an id");
        let reason = reason.map(|code| Code::parse(code).expect("a code"));
        assert_eq!(answers.get(&id), Some(&Answer::NotKnown(reason)));
        assert_eq!(answers_to_json(&answers)["sleeping"], json!({ "not_known": code }));
    }
}

#[test]
fn forms_that_no_answer_has_are_refused_without_echo() {
    let bad = [
        json!(null),
        json!(7.5),
        json!(-7),
        json!([{}]),
        json!([{ "name": 1.5 }]),
        json!([{ "name": "x" }, "canary"]),
        json!({ "line_1": true }),
        json!({ "years": "canary" }),
        json!([1]),
        json!([""]),
        json!(["canary", " "]),
        json!([["a"]]),
        json!({ "not_known": 3 }),
        json!({ "not_known": "not-known", "more": "canary" }),
        json!({ "line_1": ["canary"] }),
    ];
    for value in bad {
        let errors = raw_from_json(&json!({ "hazards": value })).expect_err("an error");
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].name(), "hazards");
        assert!(!errors[0].message.contains("canary"));
    }
    for whole in [json!([]), json!("canary"), json!({ "Canary Word": "x" })] {
        let errors = raw_from_json(&whole).expect_err("an error");
        assert_eq!(errors[0].name(), "answers");
        assert!(!format!("{errors:?}").to_lowercase().contains("canary"));
    }
}

#[test]
fn yes_and_no_may_be_truths_or_words() {
    for (sent, kept) in [(json!(true), true), (json!("yes"), true), (json!(false), false), (json!("no"), false)] {
        let mut body = example(&fire(), SENDER, TODAY);
        body["answers"]["danger_now"] = sent;
        assert_eq!(answers_to_json(&answers_of(&body))["danger_now"], json!(kept));
    }
}

proptest! {
    #[test]
    fn any_text_reads_back(story in "\\PC{1,300}", name in "[^\\p{C}]{1,100}", ticks in proptest::collection::btree_set(0..12_usize, 1..12)) {
        let pathway = fire();
        let mut body = example(&pathway, SENDER, TODAY);
        let hazards = pathway.question(&QuestionId::parse("hazards").expect("an id")).expect("the question");
        body["answers"]["narrative"] = json!(story);
        body["answers"]["premises_name"] = json!(name);
        body["answers"]["hazards"] = ticks.iter().map(|n| json!(hazards.kind.choices()[*n].code.as_str())).collect();
        if let Ok(answers) = validate(&pathway, raw_from_json(&body["answers"]).expect("raw"), SENDER, TODAY) {
            let text = answers_to_json(&answers).to_string();
            let json: Value = serde_json::from_str(&text).expect("JSON");
            prop_assert_eq!(answers_from_json(&pathway, &json, SENDER), Ok(answers));
        } else {
            prop_assert!(story.trim().is_empty() || name.trim().is_empty());
        }
    }
}
