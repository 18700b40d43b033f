use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::{
    domain::{clock::Limit, time::Timestamp, urgency::Urgency, validate::validate},
    pathways::{Library, Loaded, definition_json, example, raw_from_json, raw_from_request},
};

const SENDER: AgencyKind = AgencyKind::Police;
const TODAY: Date = date(2026, 11, 22);

fn library() -> Library {
    Library::embedded().expect("the library")
}

fn fire() -> Pathway {
    library().find("fire-protection").expect("the pathway").pathway.clone()
}

fn is_valid(pathway: &Pathway, body: &Value) -> bool {
    raw_from_request(pathway, &body["answers"]).is_ok_and(|raw| validate(pathway, raw, SENDER, TODAY).is_ok())
}

fn each(mut check: impl FnMut(&Loaded, &jsonschema::Validator)) {
    for loaded in library().iter() {
        let schema = schema(&loaded.pathway, SENDER);
        assert!(jsonschema::meta::is_valid(&schema), "{}", loaded.pathway.id);
        check(loaded, &jsonschema::validator_for(&schema).expect("a schema"));
    }
}

#[test]
fn schema_and_form_accept_the_example() {
    each(|loaded, validator| {
        let body = example(&loaded.pathway, SENDER, TODAY);
        assert!(validator.is_valid(&body), "{:?}", validator.iter_errors(&body).map(|e| e.to_string()).collect::<Vec<_>>());
        assert!(is_valid(&loaded.pathway, &body));
    });
}

#[test]
fn schema_and_form_refuse_the_example_with_any_required_answer_broken() {
    each(|loaded, validator| {
        let body = example(&loaded.pathway, SENDER, TODAY);
        for question in loaded.pathway.questions().filter(|question| body["answers"].get(question.id.as_str()).is_some()) {
            let id = question.id.as_str();
            let mut absent = body.clone();
            absent["answers"].as_object_mut().expect("an object").remove(id);
            assert_eq!(validator.is_valid(&absent), !question.required, "{id} left out");
            assert_eq!(is_valid(&loaded.pathway, &absent), !question.required, "{id} left out");
            for broken in [
                json!(12),
                json!(null),
                json!({ "wrong": "x" }),
                json!({ "not_known": "no-such-reason" }),
                json!(["no-such-code"]),
            ] {
                let mut body = body.clone();
                body["answers"][id] = broken;
                assert!(!validator.is_valid(&body), "{id} broken, by schema");
                assert!(!is_valid(&loaded.pathway, &body), "{id} broken, by form");
            }
        }
    });
}

#[test]
fn no_form_is_taken_that_the_schema_refuses() {
    let every = include_str!("../../tests/data/every-kind.toml");
    let every = crate::pathways::parse("every-kind.toml", every).expect("a pathway");
    let library = library();
    let mut taken = 0;
    for pathway in library.iter().map(|loaded| &loaded.pathway).chain([&every]) {
        let validator = jsonschema::validator_for(&schema(pathway, SENDER)).expect("a schema");
        let base = example(pathway, SENDER, TODAY);
        for question in pathway.questions().filter(|question| base["answers"].get(question.id.as_str()).is_some()) {
            let first = question.kind.choices().first().map_or("x", |choice| choice.code.as_str());
            let forms = [
                json!(true),
                json!("yes"),
                json!("true"),
                json!(1),
                json!("1"),
                json!(1.5),
                json!(-1),
                json!(""),
                json!([]),
                json!(first),
                json!(format!(" {first}")),
                json!([first]),
                json!([first, first]),
                json!([[first]]),
                json!([first, ""]),
                json!("2020-06-04"),
                json!("4/6/2020"),
                json!(" 2020-06-04"),
                json!("£1,200"),
                json!("1200.5"),
                json!({}),
                json!([{}]),
                json!({ "day": "4", "month": "6", "year": "2020" }),
                json!({ "born": "2010" }),
                json!({ "years": "10" }),
                json!({ "years": 10, "estimated": "yes" }),
                json!({ "years": 10, "estimated": true }),
                json!({ "number": "1", "expires": "31/1/2030" }),
                json!({ "number": "1", "expires": "2030-01-31" }),
                json!({ "not_known": "not-known" }),
                json!({ "not_known": true }),
                json!({ "not_known": "not-known", "more": "x" }),
            ];
            for form in forms {
                let mut body = base.clone();
                body["answers"][question.id.as_str()] = form.clone();
                if is_valid(pathway, &body) {
                    taken += 1;
                    assert!(validator.is_valid(&body), "{} {}: {form}", pathway.id, question.id);
                }
            }
        }
    }
    assert!(taken > 100, "most questions take one of these forms");
}

#[test]
fn the_example_can_be_told_apart_and_lengthened() {
    each(|loaded, validator| {
        let mut body = example(&loaded.pathway, SENDER, TODAY);
        let spare = format!(" {}", "x".repeat(49));
        let mut lengthened = 0;
        let answers = body["answers"].as_object_mut().expect("an object");
        for value in answers.values_mut() {
            match value {
                Value::String(text) if text.contains(' ') => {
                    text.push_str(&spare);
                    lengthened += 1;
                }
                Value::Object(parts) => {
                    for part in parts.values_mut() {
                        if let Value::String(text) = part
                            && text.contains(' ')
                        {
                            text.push_str(&spare);
                            lengthened += 1;
                        }
                    }
                }
                _ => {}
            }
        }
        assert!(lengthened > 0);
        assert!(validator.is_valid(&body) && is_valid(&loaded.pathway, &body), "{}", loaded.pathway.id);
    });
}

#[test]
fn schema_and_form_agree_on_hidden_questions_and_strangers() {
    each(|loaded, validator| {
        if loaded.pathway.id.as_str() != "fire-protection" {
            return;
        }
        let base = example(&loaded.pathway, SENDER, TODAY);
        for (use_of, other, good) in
            [("other", true, true), ("other", false, false), ("shop", true, false), ("shop", false, true)]
        {
            let mut body = base.clone();
            body["answers"]["premises_use"] = json!(use_of);
            if other {
                body["answers"]["other_use"] = json!("a covered car wash");
            }
            assert_eq!(validator.is_valid(&body), good, "{use_of} {other}");
            assert_eq!(is_valid(&loaded.pathway, &body), good, "{use_of} {other}");
        }
        let mut body = base.clone();
        body["answers"]["stranger"] = json!("x");
        assert!(!validator.is_valid(&body) && !is_valid(&loaded.pathway, &body));
        let mut body = base;
        body["stranger"] = json!(1);
        assert!(!validator.is_valid(&body));
    });
}

#[test]
fn the_definition_has_the_members_of_the_contract() {
    each(|loaded, _| {
        let shown = definition_json(&loaded.pathway, &loaded.version, true);
        assert_eq!(shown["version"], json!(loaded.version));
        assert_eq!(shown["questions"].as_array().map(Vec::len), Some(loaded.pathway.questions().count()));
        for outcome in shown["outcomes"].as_array().expect("outcomes") {
            assert!(outcome["code"].is_string() && outcome["title"].is_string());
            assert!(
                outcome["feedback"]
                    .as_array()
                    .is_some_and(|lines| lines.iter().all(|line| line["code"].is_string() && line["text"].is_string()))
            );
        }
        assert!(shown["grades"].is_array() && shown["id"].is_string() && shown["title"].is_string());
    });
}

#[test]
fn urgency_clock_and_advice_follow_the_answers() {
    let (library, pathway) = (library(), fire());
    let received = Timestamp::parse("2026-11-20T10:00:00Z").expect("a time");
    let table = [
        (json!({}), Urgency::Routine, "2026-12-04T17:00:00.000Z", &[][..]),
        (json!({ "danger_now": true }), Urgency::Today, "2026-11-20T14:00:00.000Z", &[]),
        (json!({ "sleeping": true }), Urgency::Soon, "2026-11-25T17:00:00.000Z", &["sleeping-at-work"]),
        (json!({ "sleeping": { "not_known": "not-seen" } }), Urgency::Soon, "2026-11-25T17:00:00.000Z", &[]),
        (json!({ "in_use": "closed", "hazards": ["waste"] }), Urgency::Routine, "2026-12-04T17:00:00.000Z", &[]),
        (json!({ "in_use": "open-public", "hazards": ["exit-blocked"] }), Urgency::Soon, "2026-11-25T17:00:00.000Z", &[]),
        (
            json!({ "premises_use": "private-home", "sleeping": true }),
            Urgency::Soon,
            "2026-11-25T17:00:00.000Z",
            &["private-home"],
        ),
    ];
    for (changes, urgency, due, advice) in table {
        let mut body = example(&pathway, SENDER, TODAY);
        body["answers"]["in_use"] = json!("closed");
        for (id, value) in changes.as_object().expect("an object") {
            body["answers"][id] = value.clone();
        }
        let answers = validate(&pathway, raw_from_json(&body["answers"]).expect("raw"), SENDER, TODAY).expect("valid");
        assert_eq!(pathway.urgency(&answers), urgency, "{changes}");
        assert_eq!(pathway.triage_due(&answers, received, library.calendar()).rfc3339(), due, "{changes}");
        assert_eq!(
            pathway.advice(&answers, jiff::civil::date(2026, 11, 27)).map(|a| a.code.as_str()).collect::<Vec<_>>(),
            advice,
            "{changes}"
        );
        assert_eq!(pathway.route(&answers).team.as_str(), "fire-protection");
    }
    assert_eq!(pathway.clocks.triage.default, Limit::WorkingDays(10));
}

/// Answers that conditions look at, some absent, some not known.
fn any_answers() -> impl Strategy<Value = Value> {
    let truth = prop_oneof![Just(None), Just(Some(json!(true))), Just(Some(json!(false)))];
    let sleeping = prop_oneof![
        Just(None),
        Just(Some(json!(true))),
        Just(Some(json!(false))),
        Just(Some(json!({ "not_known": "not-seen" })))
    ];
    let in_use = prop_oneof![
        Just(None),
        Just(Some(json!("closed"))),
        Just(Some(json!("open-public"))),
        Just(Some(json!({ "not_known": "not-known" })))
    ];
    let hazards = proptest::sample::subsequence(vec!["exit-blocked", "alarm", "waste", "doors", "other"], 0..=5);
    (truth, sleeping, in_use, hazards).prop_map(|(danger, sleeping, in_use, hazards)| {
        let hazards = (!hazards.is_empty()).then(|| json!(hazards));
        let given = [("danger_now", danger), ("sleeping", sleeping), ("in_use", in_use), ("hazards", hazards)];
        Value::Object(given.into_iter().filter_map(|(id, value)| Some((id.to_owned(), value?))).collect())
    })
}

fn any_condition() -> impl Strategy<Value = Condition> {
    let id = |text: &str| QuestionId::parse(text).expect("an id");
    let code = |text: &str| Code::parse(text).expect("a code");
    let leaf = prop_oneof![
        Just(Condition::Is(id("danger_now"), code("yes"))),
        Just(Condition::Is(id("sleeping"), code("no"))),
        Just(Condition::Answered(id("sleeping"))),
        Just(Condition::Answered(id("hazards"))),
        Just(Condition::Is(id("in_use"), code("closed"))),
        Just(Condition::In(id("in_use"), vec![code("closed"), code("empty")])),
        Just(Condition::In(id("hazards"), vec![code("alarm"), code("waste")])),
        (1..4_usize).prop_map(move |count| Condition::AtLeast(QuestionId::parse("hazards").expect("an id"), count)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..3).prop_map(Condition::All),
            proptest::collection::vec(inner.clone(), 1..3).prop_map(Condition::Any),
            inner.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn schema_and_engine_decide_conditions_alike(given in any_answers(), condition in any_condition()) {
        let pathway = fire();
        // Every question optional, so that any part of the form may be absent.
        let mut loose = pathway.clone();
        for question in loose.sections.iter_mut().flat_map(|section| &mut section.questions) {
            question.required = false;
        }
        let answers = validate(&loose, raw_from_json(&given).expect("raw"), SENDER, TODAY).expect("valid");
        for truth in [true, false] {
            let validator = jsonschema::validator_for(&Form { pathway: &pathway, sender: SENDER, group: None }.decided(&condition, truth)).expect("a schema");
            prop_assert_eq!(validator.is_valid(&given), condition.decide(&answers) == Some(truth), "{:?}", condition);
        }
    }

    #[test]
    fn schema_and_engine_decide_conditions_over_every_kind_alike(
        kept in proptest::collection::vec(0..3_u8, 40),
        at in 0..40_usize,
        count in 1..4_usize,
        children in 1..4_usize,
    ) {
        let text = include_str!("../../tests/data/every-kind.toml");
        let pathway = crate::pathways::parse("every-kind.toml", text).expect("a pathway");
        let mut loose = pathway.clone();
        for question in loose.sections.iter_mut().flat_map(|section| &mut section.questions) {
            question.required = false;
            question.not_known = Some(crate::domain::question::NotKnown::default());
        }
        let mut given = example(&loose, SENDER, TODAY)["answers"].clone();
        let members = given.as_object_mut().expect("an object");
        if let Some(Value::Array(items)) = members.get_mut("children") {
            *items = vec![items[0].clone(); children];
        }
        for (question, keep) in loose.questions().zip(kept) {
            match keep {
                0 => _ = members.remove(question.id.as_str()),
                1 if question.kind != Kind::File && question.show_when.is_none() => {
                    members.insert(question.id.to_string(), json!({ "not_known": "not-known" }));
                }
                _ => {}
            }
        }
        // What hangs on an answer taken away goes with it.
        members.remove("teller_reach");
        if members.get("consent") != Some(&json!("given")) {
            members.remove("children");
        }
        members.remove("police_only");
        let ids: Vec<QuestionId> = pathway.questions().map(|question| question.id.clone()).collect();
        let id = |text: &str| QuestionId::parse(text).expect("an id");
        let code = |text: &str| Code::parse(text).expect("a code");
        let conditions = [
            Condition::Answered(ids[at % ids.len()].clone()),
            Condition::AtLeast(id("children"), count),
            Condition::AtLeast(id("signs"), count),
            Condition::Is(id("consent"), code("given")),
            Condition::In(id("sender_kind"), vec![code("police"), code("council")]),
        ];
        let answers = validate(&loose, raw_from_json(&given).expect("raw"), SENDER, TODAY);
        prop_assert!(answers.is_ok(), "{:?}", answers.err());
        let answers = answers.expect("valid");
        for condition in conditions {
            for truth in [true, false] {
                let schema = Form { pathway: &pathway, sender: SENDER, group: None }.decided(&condition, truth);
                let validator = jsonschema::validator_for(&schema).expect("a schema");
                prop_assert_eq!(validator.is_valid(&given), condition.decide(&answers) == Some(truth), "{:?}", condition);
            }
        }
    }
}
