//! Every kind of question: the schema, the form and the example say the same.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{answers_from_json, answers_to_json, definition_json, example, parse, raw_from_json, schema};
use crate::domain::{
    agency::AgencyKind,
    answers::{Answers, FieldError},
    pathway::Pathway,
    question::Kind,
    validate::{examine, validate},
};

const TODAY: Date = date(2026, 11, 27);
const SENDER: AgencyKind = AgencyKind::Council;

fn pathway() -> Pathway {
    parse("every-kind.toml", include_str!("../../tests/data/every-kind.toml")).expect("a pathway")
}

fn checked(body: &Value, sender: AgencyKind) -> Option<Answers> {
    validate(&pathway(), raw_from_json(&body["answers"]).ok()?, sender, TODAY).ok()
}

fn validator(sender: AgencyKind) -> jsonschema::Validator {
    let schema = schema(&pathway(), sender);
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::validator_for(&schema).expect("a schema")
}

fn with(changes: &[(&str, Value)]) -> Value {
    let mut body = example(&pathway(), SENDER, TODAY);
    for (pointer, value) in changes {
        match pointer.rsplit_once('/') {
            Some((parent, member)) => {
                body["answers"].pointer_mut(&format!("/{parent}")).expect("the parent")[member] = value.clone();
            }
            None => body["answers"][*pointer] = value.clone(),
        }
    }
    body
}

#[test]
fn the_example_answers_every_question_shown_and_fits_for_every_sender() {
    for sender in [AgencyKind::Police, AgencyKind::Council] {
        let body = example(&pathway(), sender, TODAY);
        let validator = validator(sender);
        assert!(validator.is_valid(&body), "{:?}", validator.iter_errors(&body).map(|e| e.to_string()).collect::<Vec<_>>());
        let answers = checked(&body, sender).expect("valid");
        assert_eq!(body["answers"].get("police_only").is_some(), sender == AgencyKind::Police);
        let pathway = pathway();
        let unanswered: Vec<_> = pathway
            .visible(&answers)
            .filter(|(_, question)| answers.get(&question.id).is_none() && question.kind != Kind::File)
            .map(|(_, question)| question.id.as_str())
            .collect();
        assert_eq!(unanswered, Vec::<&str>::new());
        let kinds: std::collections::BTreeSet<_> = pathway.questions().map(|question| question.kind.code()).collect();
        assert_eq!(kinds.len(), Kind::CODES.split(", ").count(), "every kind is there");
        let json = answers_to_json(&answers);
        assert_eq!(answers_from_json(&pathway, &json, sender).as_ref(), Ok(&answers));
    }
}

/// Where, what is put there, and whether schema and form take it.
fn table() -> Vec<(&'static str, Value, bool)> {
    vec![
        ("day", json!("2026-11-27"), true),
        ("day", json!("2026-11"), false),
        ("day", json!("~2026-11-27"), false),
        ("day", json!({ "not_known": "not-known" }), false),
        ("since", json!("2026"), true),
        ("since", json!("2026-06"), true),
        ("since", json!("~2026-06"), true),
        ("since", json!("~2026-06-04"), true),
        ("since", json!("2026-13"), false),
        ("since", json!("June 2026"), false),
        ("seen_about", json!("~2026-06-04"), true),
        ("seen_about", json!("~2026-06"), false),
        ("month", json!("2026-06"), true),
        ("month", json!("~2026-06"), false),
        ("age", json!({ "years": 0 }), true),
        ("age", json!({ "years": 120, "estimated": true }), true),
        ("age", json!({ "years": 121 }), false),
        ("age", json!({ "years": "14" }), false),
        ("age", json!({ "years": 14.5 }), false),
        ("age", json!({ "born": "2011-03-09" }), true),
        ("age", json!({ "born": "2011" }), true),
        ("age", json!({ "born": "2011", "years": 14 }), false),
        ("age", json!({ "born": "2011", "estimated": true }), false),
        ("age", json!({ "estimated": true }), false),
        ("age", json!({}), false),
        ("age", json!({ "not_known": "not-known" }), true),
        ("age", json!(14), false),
        ("who", json!({ "known_as": "Rob" }), true),
        ("who", json!({ "given_name": "Robin", "family_name": "Example", "known_as": "Rob" }), true),
        ("who", json!({}), false),
        ("who", json!({ "nickname": "Rob" }), false),
        ("who", json!({ "given_name": "x".repeat(101) }), false),
        ("who", json!("Robin Example"), false),
        ("home", json!({ "line_1": "1 Way", "town": "Anytown", "write_to": true }), true),
        ("home", json!({ "line_1": "1 Way", "town": "Anytown", "write_to": false }), true),
        ("home", json!({ "line_1": "1 Way", "town": "Anytown", "write_to": "yes" }), false),
        ("home", json!({ "line_1": "1 Way" }), false),
        ("home", json!({ "not_known": "no-fixed-address" }), true),
        ("place", json!({ "line_1": "1 Way", "town": "Anytown", "write_to": true }), false),
        ("car", json!({ "registration": "ab12 cde" }), true),
        ("car", json!({ "registration": "AB12-CDE" }), false),
        ("car", json!({ "registration": "A".repeat(13) }), false),
        ("car", json!({ "colour": "red" }), true),
        ("car", json!({}), true),
        ("papers", json!({ "type": "Passport", "expires": "2030-01-31" }), true),
        ("papers", json!({ "state": "Ruritania" }), false),
        ("papers", json!({ "number": "1", "expires": "soon" }), false),
        ("debt", json!("0"), true),
        ("debt", json!("120.5"), true),
        ("debt", json!("99999999.99"), true),
        ("debt", json!("999999999"), false),
        ("debt", json!("1.234"), false),
        ("debt", json!("-1"), false),
        ("debt", json!(120), false),
        ("people", json!(1), true),
        ("people", json!(0), false),
        ("people", json!(501), false),
        ("people", json!(1.5), false),
        ("safe_phone", json!("0116 496 0000"), true),
        ("safe_phone", json!("999"), false),
        ("safe_phone", json!("ask at the desk"), false),
        ("safe_email", json!("robin@post.example"), true),
        ("safe_email", json!("robin@post"), false),
        ("safe_email", json!("robin"), false),
        ("safe_email", json!({ "not_known": "none" }), true),
        ("safe_email", json!({ "not_known": "not-known" }), false),
        ("photographs", json!("x"), false),
        ("police_only", json!("a word or two"), false),
        ("children", json!({ "not_known": "none" }), true),
        ("children", json!("none"), false),
        ("children", json!([{}]), false),
        ("children", json!([1]), false),
        ("children/0/name", json!({ "known_as": "Rob" }), true),
        ("children/0/name", json!(null), false),
        ("children/0/lives_there", json!(true), true),
        ("children/0/marks", json!(["a", "b"]), true),
        ("children/0/marks", json!(["c"]), false),
        ("children/0/stranger", json!("x"), false),
        ("children/0/child_age", json!({ "not_known": "not-known" }), true),
        ("teller_reach", json!("07700900000"), false),
        ("consent", json!("refused"), false),
    ]
}

#[test]
fn schema_and_form_agree_on_every_kind() {
    let validator = validator(SENDER);
    let mut wrong = Vec::new();
    for (place, value, good) in table() {
        let mut body = with(&[(place, value.clone())]);
        // What hangs on the answer goes with it.
        if place == "children/0/lives_there" {
            body["answers"]["children"][0].as_object_mut().expect("a child").remove("lives_where");
        }
        if value == json!({}) && place == "car" {
            // Blank and optional: the form takes it as left out, the schema asks to leave it out.
            assert!(checked(&body, SENDER).is_some());
            continue;
        }
        let (by_schema, by_form) = (validator.is_valid(&body), checked(&body, SENDER).is_some());
        if (by_schema, by_form) != (good, good) {
            wrong.push(format!("{place} {value}: schema {by_schema}, form {by_form}, expected {good}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn conditions_inside_a_group_see_the_item_and_what_was_asked_before() {
    let validator = validator(SENDER);
    let child = |more: Value| {
        let mut child = json!({ "name": { "known_as": "Rob" }, "lives_there": true, "told": false });
        for (id, value) in more.as_object().expect("members") {
            child[id] = value.clone();
        }
        child
    };
    let home = json!({ "line_1": "1 Way", "town": "Anytown" });
    let table = [
        (json!([child(json!({}))]), true),
        (json!([child(json!({})), child(json!({})), child(json!({}))]), true),
        (json!([child(json!({})), child(json!({})), child(json!({})), child(json!({}))]), false),
        (json!([child(json!({ "lives_there": false }))]), false),
        (json!([child(json!({ "lives_there": false, "lives_where": home }))]), true),
        (json!([child(json!({ "lives_where": home }))]), false),
        (json!([child(json!({})), { "name": { "known_as": "Ann" }, "lives_there": true }]), false),
    ];
    for (children, good) in table {
        let body = with(&[("children", children.clone())]);
        assert_eq!((validator.is_valid(&body), checked(&body, SENDER).is_some()), (good, good), "{children}");
    }
}

#[test]
fn an_error_in_a_group_names_the_item_and_the_part() {
    let body = with(&[("children/0/lives_where", json!({ "line_1": "1 Way" }))]);
    let raw = raw_from_json(&body["answers"]).expect("raw");
    let errors = validate(&pathway(), raw, SENDER, TODAY).expect_err("an error");
    assert_eq!(errors.iter().map(FieldError::name).collect::<Vec<_>>(), ["children.0.lives_where.town"]);
}

#[test]
fn answers_of_every_kind_have_words() {
    let body = with(&[
        ("age", json!({ "years": 14, "estimated": true })),
        ("since", json!("~2026-06")),
        ("debt", json!("1200.5")),
        ("home", json!({ "line_1": "1 Way", "town": "Anytown" })),
    ]);
    let (pathway, answers) = (pathway(), checked(&body, SENDER).expect("valid"));
    let rows = pathway.summary(&answers);
    let words = |id: &str| rows.iter().find(|row| row.question.as_str() == id).map(|row| row.text.as_str()).expect("a row");
    assert_eq!(words("age"), "About 14 years old");
    assert_eq!(words("since"), "about June 2026");
    assert_eq!(words("debt"), "£1,200.50");
    assert_eq!(words("home"), "1 Way\nAnytown\nDo not write to this address");
    assert!(words("children").starts_with("Name: Robin Example\n"));
    assert!(rows.iter().all(|row| row.question.as_str() != "photographs" || row.text == "Not provided"));
}

#[test]
fn the_definition_tells_all_that_a_kind_has() {
    let shown = definition_json(&pathway(), "v", true);
    let question = |id: &str| shown["questions"].as_array().expect("a list").iter().find(|q| q["id"] == id).expect("it").clone();
    assert_eq!(question("since")["precision"], "part-known");
    assert_eq!(question("home")["use"], "lives");
    assert_eq!((question("people")["least"].clone(), question("people")["most"].clone()), (json!(1), json!(500)));
    assert_eq!(question("district")["options"][0]["hint"], "Near.");
    assert_eq!(question("teller")["sealed"], "source");
    assert_eq!(question("teller")["later"], true);
    let children = question("children");
    assert_eq!((children["item"].clone(), children["questions"].as_array().map(Vec::len)), (json!("child"), Some(6)));
}

/// A change to the form of every kind, and the fault it brings.
const FAULTS: &[(&str, &str, &str)] = &[
    ("least = 1\nmost = 500", "least = 501\nmost = 500", "make `least` no greater than `most`"),
    ("least = 1\nmost = 500", "least = 1", "add `most`"),
    ("most = 500", "most = 10000", "from 0 to 9999"),
    ("least = 1\nmost = 3", "least = 4\nmost = 3", "make `least` no greater than `most`"),
    ("most = 3", "most = 21", "from 1 to 20"),
    ("item = \"child\"\n", "", "add `item`"),
    ("use = \"lives\"", "use = \"post\"", "set `use` to one of: place, lives"),
    ("precision = \"part-known\"", "precision = \"guess\"", "set `precision` to one of: whole, part-known"),
    ("id = \"photographs\"\n", "id = \"photographs\"\nrequired = true\n", "take `required` from `photographs`"),
    ("id = \"marks\"\nkind = \"many\"", "id = \"marks\"\nkind = \"file\"", "a group holds no file"),
    ("id = \"marks\"\nkind = \"many\"", "id = \"marks\"\nkind = \"group\"", "a group holds no group"),
    ("id = \"marks\"\n", "id = \"marks\"\nsealed = \"source\"\n", "a group is sealed as a whole"),
    ("id = \"marks\"\n", "id = \"marks\"\nnot_before = \"told\"\n", "only a date is held against it"),
    ("id = \"day\"\n", "id = \"day\"\nnot_before = \"home\"\n", "make the `not_before` question a date or an age"),
    ("id = \"day\"\n", "id = \"day\"\nnot_before = [\"age\", \"never\"]\n", "no question has the id `never`"),
    ("id = \"day\"\n", "id = \"day\"\nnot_before = \"since\"\n", "ask `since` earlier"),
    ("id = \"day\"\n", "id = \"day\"\nnot_before = \"child_age\"\n", "`child_age` is asked inside a group"),
    ("id = \"day\"\n", "id = \"day\"\nnot_before = 3\n", "make `not_before` a text"),
    ("id = \"day\"\n", "id = \"day\"\nwithin_months = 0\n", "from 1 to 1200"),
    ("id = \"age\"\n", "id = \"age\"\nwithin_months = 2\n", "take `within_months` from `age`"),
    ("id = \"marks\"\n", "id = \"signs\"\n", "another has the id `signs`"),
    ("{ question = \"lives_there\", is = \"no\" }", "{ question = \"told\", is = \"no\" }", "`told` is asked later"),
    ("{ question = \"children\", at_least = 2 }", "{ question = \"told\", is = \"no\" }", "`told` is asked inside a group"),
    ("{ question = \"children\", at_least = 2 }", "{ question = \"children\", at_least = 4 }", "from 1 to 3"),
    (
        "{ question = \"children\", at_least = 2 }",
        "{ question = \"teller_may_be_named\", is = \"no\" }",
        "may not look at `source`",
    ),
    ("voice = \"wishes\"", "voice = \"told\"", "`told` is asked inside a group"),
    ("district = [\"here\"]", "district = [\"there\"]", "no choice `there`"),
];

#[test]
fn each_fault_of_a_kind_says_what_to_mend() {
    let form = include_str!("../../tests/data/every-kind.toml");
    for (from, to, words) in FAULTS {
        assert!(form.contains(from), "the form no longer holds: {from}");
        let faults = parse("every-kind.toml", &form.replacen(from, to, 1)).expect_err("a fault").0;
        assert!(faults.iter().any(|fault| fault.message.contains(words)), "{to}: {faults:#?}");
    }
}

/// Any JSON, some of it near to answers.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(|yes| json!(yes)),
        any::<i64>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,20}".prop_map(|text| json!(text)),
        "[~0-9./-]{0,12}".prop_map(|text| json!(text)),
        prop::sample::select(vec!["one", "yes", "no", "here", "not-known", "2026-06-04", "~2026"]).prop_map(|text| json!(text)),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let names = prop_oneof![
            prop::sample::select(vec![
                "not_known",
                "years",
                "estimated",
                "born",
                "line_1",
                "town",
                "postcode",
                "write_to",
                "given_name",
                "registration",
                "type",
                "number",
                "expires",
                "name",
                "lives_there",
                "day",
                "month",
                "year",
                "about",
            ])
            .prop_map(str::to_owned),
            "[a-z_]{1,6}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((names, inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn no_reader_panics_on_any_json_and_what_it_takes_reads_back(values in prop::collection::vec(any_json(), 27)) {
        let pathway = pathway();
        let body = example(&pathway, SENDER, TODAY);
        let validator = validator(SENDER);
        for (question, value) in pathway.questions().zip(values) {
            let mut body = body.clone();
            body["answers"][question.id.as_str()] = value;
            if let Some(answers) = checked(&body, SENDER) {
                let canonical = answers_to_json(&answers);
                prop_assert_eq!(answers_from_json(&pathway, &canonical, SENDER), Ok(answers));
                let canonical = json!({ "pathway": "every-kind", "answers": canonical });
                prop_assert!(validator.is_valid(&canonical), "{}", canonical);
            } else {
                prop_assert!(!validator.is_valid(&body) || matches!(question.kind, Kind::Date(_) | Kind::Age | Kind::Document
                    | Kind::Phone | Kind::Email | Kind::Address(_) | Kind::Choice(_) | Kind::Text { .. } | Kind::LongText { .. } | Kind::Person
                    | Kind::Vehicle | Kind::Group(_)), "{}: only the hub refuses it", question.id);
            }
        }
        let _ = raw_from_json(&json!(null));
    }

    #[test]
    fn every_amount_reads_back(pence in 0..=9_999_999_999_u64) {
        let text = crate::domain::answers::pounds(pence, false);
        let body = with(&[("debt", json!(text))]);
        prop_assert!(validator(SENDER).is_valid(&body));
        let answers = checked(&body, SENDER).expect("valid");
        prop_assert_eq!(&answers_to_json(&answers)["debt"], &json!(text));
    }

    #[test]
    fn every_part_of_a_date_and_every_age_reads_back(year in 1907..=2026_i16, month in 1..=12_i8, years in 0..=120_u8, estimated in any::<bool>()) {
        let born = format!("{year:04}-{month:02}");
        prop_assume!(born.as_str() <= "2026-11");
        let age = if estimated { json!({ "years": years, "estimated": true }) } else { json!({ "years": years }) };
        for (since, age) in [(born.clone(), age), (format!("~{year}"), json!({ "born": born }))] {
            let body = with(&[("since", json!(since)), ("age", age.clone())]);
            prop_assert!(validator(SENDER).is_valid(&body));
            let json = answers_to_json(&checked(&body, SENDER).expect("valid"));
            prop_assert_eq!((&json["since"], &json["age"]), (&json!(since), &age));
        }
    }
}

#[test]
fn far_more_items_than_a_group_takes_are_one_error_and_none_is_looked_at() {
    let told = |items: usize, item: Value| {
        let body = with(&[("children", Value::Array(vec![item; items]))]);
        let pathway = pathway();
        let examined = examine(&pathway, raw_from_json(&body["answers"]).expect("reads"), SENDER, TODAY);
        let errors: Vec<String> = examined.errors.iter().map(FieldError::name).collect();
        (errors, examined.items.len())
    };
    for item in [json!({ "told": "" }), json!({ "told": "yes", "stranger": "x" })] {
        let (errors, looked_at) = told(20_000, item);
        assert_eq!((errors.iter().filter(|name| *name == "children").count(), looked_at), (1, 0), "{errors:?}");
        assert!(errors.len() < 5, "{}", errors.len());
    }
    // Some blank ones too many are still passed over.
    let (_, looked_at) = told(23, json!({ "told": "" }));
    assert_eq!(looked_at, 23);
}
