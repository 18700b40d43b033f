//! Dates that cannot all be true: an end before its beginning is refused, all else is worth a hint and no more.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::{AgencyKind, answers, answers_of, example, file, library, not_known, question, raw_from_json};
use crate::domain::{
    answers::FieldError,
    hint::Hint,
    question::{DateRange, Kind, Question},
    validate::examine,
};

const TODAY: Date = date(2026, 11, 28);

/// The fields that are refused, and those that get a hint.
fn told(pathway: &str, given: &Value) -> (Vec<String>, Vec<String>) {
    let pathway = file(pathway);
    let sender = AgencyKind::Police;
    let mut whole = example(&pathway, sender, TODAY)["answers"].take();
    for (id, answer) in given.as_object().expect("answers") {
        whole[id] = answer.clone();
    }
    let examined = examine(&pathway, raw_from_json(&whole).expect("reads"), sender, TODAY);
    let refused = examined.errors.iter().filter(|error| error.message.contains("before the date you gave earlier"));
    let hints = pathway.hints(&answers_of(&pathway, sender, given), TODAY);
    (refused.map(FieldError::name).collect(), hints.iter().filter_map(Hint::field).collect())
}

/// A child of an age, missing once.
fn missing(item: &Value, age: &Value) -> Value {
    json!({ "child_age": age, "episodes": [item] })
}

#[test]
fn an_end_before_its_beginning_is_refused() {
    let item = json!({ "from": "2026-05-02", "to": "2026-05-01" });
    assert_eq!(told("child-exploitation", &missing(&item, &json!({ "years": 14 }))).0, ["episodes.0.to"]);
    let item =
        json!({ "from": "2026-05", "to": "2026-05-01", "offered": "yes", "interview_result": "done", "interview_on": "2025" });
    assert_eq!(told("child-exploitation", &missing(&item, &json!({ "years": 14 }))).0, ["episodes.0.interview_on"]);
    let item = json!({ "from": "2026-05-02", "to": "2026", "police_talk": "2024" });
    assert_eq!(told("child-exploitation", &missing(&item, &json!({ "years": 14 }))).0, ["episodes.0.police_talk"]);
    for (ended, refused) in [("2010", true), ("~2010", false), ("2015", false), ("2016-01", false)] {
        let given = json!({ "still_in_it": "left", "began": "2015-06", "ended": ended });
        assert_eq!(!told("modern-slavery", &given).0.is_empty(), refused, "{ended}");
    }
    let unknown = json!({ "still_in_it": "left", "began": not_known(), "ended": "2010" });
    assert_eq!(told("modern-slavery", &unknown).0, [""; 0], "not knowing contradicts nothing");
}

#[test]
fn what_happened_before_a_birth_is_a_hint_and_never_refused() {
    let born = |day: &str| json!({ "born": day });
    let item = json!({ "from": "1999-01-01" });
    let (refused, hints) = told("child-exploitation", &missing(&item, &born("2012-05-01")));
    assert_eq!((refused, hints), (vec![], vec!["episodes.0.from".to_owned()]));
    for (pathway, given, hinted) in [
        ("marac", json!({ "age": born("1990"), "incident_on": "1980" }), "incident_on"),
        ("prevent", json!({ "age": born("2012"), "noticed_on": "2000" }), "noticed_on"),
        ("modern-slavery", json!({ "under_18_now": "no", "age": born("1990"), "began": "1980" }), "began"),
        (
            "modern-slavery",
            json!({ "under_18_now": "no", "still_in_it": "left", "age": born("1990"), "began": not_known(), "ended": "1980" }),
            "ended",
        ),
    ] {
        let (refused, hints) = told(pathway, &given);
        assert!(refused.is_empty() && hints.contains(&hinted.to_owned()), "{pathway}: {refused:?} {hints:?}");
    }
}

#[test]
fn what_is_far_back_where_a_form_is_about_now_is_a_hint() {
    for (pathway, given, hinted) in [
        ("fire-protection", json!({ "seen_on": "1920-01-01" }), "seen_on"),
        ("marac", json!({ "incident_on": "1900" }), "incident_on"),
        ("prevent", json!({ "noticed_on": "1950" }), "noticed_on"),
    ] {
        assert_eq!(told(pathway, &given), (vec![], vec![hinted.to_owned()]), "{pathway}");
    }
    assert_eq!(told("fire-protection", &json!({ "seen_on": "2026-11-01" })).1, [""; 0]);
}

#[test]
fn a_hint_names_the_field_as_errors_do_and_repeats_no_answer() {
    let items = json!([{ "from": "2026-01-01" }, { "from": "1999-01-01" }]);
    let given = json!({ "child_age": { "born": "2012-05-01" }, "episodes": items });
    let pathway = file("child-exploitation");
    let hints = pathway.hints(&answers(&pathway, &given), TODAY);
    let hints: Vec<&Hint> = hints.iter().filter(|hint| hint.question.is_some()).collect();
    let [hint] = hints.as_slice() else { panic!("one hint: {hints:?}") };
    assert_eq!(hint.field().as_deref(), Some("episodes.1.from"));
    assert!(hint.text.starts_with("Missing episodes 2, From: this is before they were born"), "{}", hint.text);
    assert!(!hint.text.contains("1999") && !hint.text.contains("2012"), "{}", hint.text);
}

/// A new date has to say what it cannot lie before, or how far back it makes sense.
#[test]
fn every_date_of_every_file_is_held_against_something_unless_it_begins_what_may_be_long() {
    const BEGINNINGS: &[&str] = &["place_first"];
    let inside = |question: &Question| match &question.kind {
        Kind::Group(group) => group.questions.clone(),
        _ => vec![question.clone()],
    };
    for loaded in library().iter() {
        for asked in loaded.pathway.questions().flat_map(inside) {
            let Kind::Date(kind) = &asked.kind else { continue };
            assert_eq!(kind.when, DateRange::TodayOrPast, "{}: {}", loaded.pathway.id, asked.id);
            let held = !asked.not_before.is_empty() || asked.within_months.is_some();
            assert!(held || BEGINNINGS.contains(&asked.id.as_str()), "{}: {}", loaded.pathway.id, asked.id);
        }
    }
    assert_eq!(question(&file("modern-slavery"), "ended").not_before.len(), 2);
}
