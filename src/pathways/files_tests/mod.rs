//! The rules that the pathway files must keep, each by its name, shown with tables of answers: here what holds for every
//! file, beside it one file for each subject. Never here: how files are read, or what a malformed one is told.
//! Only compiled for tests; what professionals expect to be asked is in `checklist_tests`.

mod child_exploitation;
mod dates;
mod enquiries;
mod fire;
mod flags;
mod foreign_national_offender;
mod hints;
mod marac;
mod modern_slavery;
mod prevent;

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{answers_from_json, example, library::Library, raw_from_json, schema};
use crate::domain::{
    agency::AgencyKind,
    answers::Answers,
    clock::{Limit, Step},
    code::QuestionId,
    compartment::Category,
    pathway::Pathway,
    question::{Kind, Question, Sealed},
    urgency::Urgency,
    validate::validate,
};

/// Read once: many tests look at the same files.
fn library() -> &'static Library {
    static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::embedded().expect("the files inside the program"));
    &LIBRARY
}

fn file(id: &str) -> Pathway {
    library().find(id).expect("the pathway").pathway.clone()
}

/// Some answers, as a school would give them.
fn answers(pathway: &Pathway, given: &Value) -> Answers {
    answers_of(pathway, AgencyKind::Education, given)
}

fn answers_of(pathway: &Pathway, sender: AgencyKind, given: &Value) -> Answers {
    answers_from_json(pathway, given, sender).unwrap_or_else(|errors| panic!("{given}: {errors:?}"))
}

fn id(text: &str) -> QuestionId {
    QuestionId::parse(text).expect("an id")
}

fn question(pathway: &Pathway, name: &str) -> Question {
    pathway.question(&id(name)).unwrap_or_else(|| panic!("{name}")).clone()
}

/// Whether a question is asked of somebody who has given these answers.
fn asks(pathway: &Pathway, name: &str, answers: &Answers) -> bool {
    question(pathway, name).is_shown(answers)
}

fn broken(pathway: &Pathway, given: &Value) -> Vec<String> {
    let answers = answers(pathway, given);
    pathway.broken(&answers).map(|rule| rule.code.as_str().to_owned()).collect()
}

fn copies(pathway: &Pathway, given: &Value) -> Vec<String> {
    pathway.copies(&answers(pathway, given)).iter().map(|copy| copy.team.as_str().to_owned()).collect()
}

fn not_known() -> Value {
    json!({ "not_known": "not-known" })
}

fn urgencies(pathway: &Pathway, table: &[(Value, Urgency)]) {
    for (given, expected) in table {
        assert_eq!(pathway.urgency(&answers(pathway, given)), *expected, "{}: {given}", pathway.id);
    }
}

fn people() -> Vec<Pathway> {
    library().iter().map(|loaded| loaded.pathway.clone()).filter(|pathway| pathway.about_person).collect()
}

#[test]
fn there_are_eight_pathways() {
    let ids: Vec<_> = library().iter().map(|loaded| loaded.pathway.id.as_str()).collect();
    let expected = [
        "child-exploitation",
        "child-exploitation-information",
        "fire-prevention",
        "fire-protection",
        "foreign-national-offender",
        "marac",
        "modern-slavery",
        "prevent",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn the_minimum_to_send_is_twelve_screens_and_five_minutes_at_most() {
    for loaded in library().iter() {
        // How many screens they are is the walks' to count.
        let (pathway, sections) = (&loaded.pathway, loaded.pathway.minimum().count());
        assert!(sections <= 9 && pathway.minutes <= 5, "{}: {sections} sections", pathway.id);
        assert!(
            sections < pathway.sections.len() || pathway.id.as_str() == "fire-protection",
            "{}: the rest follows",
            pathway.id
        );
    }
}

#[test]
fn every_example_is_accepted_from_every_kind_of_agency_that_may_send_it() {
    let today = jiff::civil::date(2026, 11, 27);
    for loaded in library().iter() {
        let pathway = &loaded.pathway;
        for kind in &pathway.may_submit {
            let body = example(pathway, *kind, today);
            let schema = jsonschema::validator_for(&schema(pathway, *kind)).expect("a schema");
            let faults: Vec<_> = schema.iter_errors(&body).map(|fault| fault.to_string()).collect();
            assert_eq!(faults, Vec::<String>::new(), "{} from {kind}: {body}", pathway.id);
            let raw = raw_from_json(&body["answers"]).expect("answers");
            let answers = validate(pathway, raw, *kind, today);
            let answers = answers.unwrap_or_else(|errors| panic!("{} from {kind}: {errors:?}", pathway.id));
            assert_eq!(pathway.broken(&answers).count(), 0, "{} from {kind}", pathway.id);
            assert!(!pathway.is_conflicted(&answers), "{} reaches the receiving team", pathway.id);
            assert!(pathway.check.as_ref().is_none_or(|check| check.is_skipped(&answers)), "{} waits for nobody", pathway.id);
        }
    }
}

#[test]
fn consent_to_share_and_consent_to_be_helped_are_two_questions() {
    for pathway in people() {
        let consent = pathway.consent.clone().expect("consent");
        assert!(pathway.question(&consent.share).is_some());
        // The desk for foreign nationals offers the person no help.
        let offers_help = pathway.id.as_str() != "foreign-national-offender";
        assert_eq!(consent.support.is_some(), offers_help, "{}", pathway.id);
        assert!(consent.support.is_none_or(|support| support != consent.share));
    }
}

#[test]
fn safe_contact_is_asked_before_where_somebody_lives() {
    for pathway in people() {
        let position = |wanted: &QuestionId| pathway.questions().position(|question| question.id == *wanted).expect("asked");
        let lives = position(&id("lives_at"));
        let block =
            ["contact_ok", "contact_ways", "contact_phone", "contact_email", "contact_times", "contact_answers", "contact_never"];
        for part in block {
            assert!(pathway.safe_contact.contains(&id(part)), "{}: {part}", pathway.id);
            assert!(position(&id(part)) < lives, "{}: {part} comes late", pathway.id);
        }
        let unsafe_now = answers(&pathway, &json!({ "contact_ok": "no" }));
        assert!(!asks(&pathway, "contact_phone", &unsafe_now), "{}: no number where contact is not safe", pathway.id);
        assert!(!asks(&pathway, "contact_phone", &answers(&pathway, &json!({}))), "nor where nobody has said");
    }
}

#[test]
fn each_safe_way_calls_up_what_it_needs_and_no_more() {
    for pathway in people() {
        let ways = question(&pathway, "contact_ways");
        for way in ways.kind.choices() {
            let code = way.code.as_str();
            let given = answers(&pathway, &json!({ "contact_ok": "yes", "contact_ways": [code] }));
            for (called, by) in [
                ("contact_phone", &["ring", "voicemail", "text"][..]),
                ("contact_email", &["email"]),
                ("carer_phone", &["carer"]),
            ] {
                let Some(asked) = pathway.question(&id(called)) else { continue };
                assert_eq!(asked.is_shown(&given), by.contains(&code), "{}: {called} for {code}", pathway.id);
                // A carer's number may be called up without a tick as well, so that it is needed by a rule.
                assert!(asked.required || called == "carer_phone", "{}: {called}", pathway.id);
            }
        }
        assert!(ways.required, "{}: whoever says that some way is safe says which", pathway.id);
    }
}

#[test]
fn a_home_visit_is_not_sent_with_a_number_that_nobody_answers() {
    let pathway = file("fire-prevention");
    let today = jiff::civil::date(2026, 11, 27);
    let sent = |changes: Value| {
        let mut body = example(&pathway, AgencyKind::Education, today);
        for (id, value) in changes.as_object().expect("changes") {
            body["answers"][id] = value.clone();
        }
        if changes.get("contact_ways").is_some() && changes.get("contact_phone").is_none() {
            body["answers"].as_object_mut().expect("answers").remove("contact_phone");
        }
        let raw = raw_from_json(&body["answers"]).expect("answers");
        let checked = validate(&pathway, raw, AgencyKind::Education, today);
        checked.err().unwrap_or_default().iter().map(|error| error.field.to_string()).collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    assert_eq!(sent(json!({ "contact_phone": "0116 496 0000" })), none);
    for short in ["999", "101", "496 0000"] {
        assert_eq!(sent(json!({ "contact_phone": short })), ["contact_phone"], "{short}");
        assert_eq!(
            sent(json!({ "contact_ways": ["carer"], "carer_phone": short })),
            ["carer_phone"],
            "{short} is no carer's number either"
        );
    }
    assert_eq!(sent(json!({ "contact_ways": ["email"] })), ["contact_email"]);
    assert_eq!(sent(json!({ "contact_ways": ["email"], "contact_phone": "0116 496 0000" })), ["contact_phone", "contact_email"]);
    assert_eq!(sent(json!({ "contact_ways": ["email"], "contact_email": "robin@post.example" })), none);
    assert_eq!(sent(json!({ "contact_ways": ["carer"] })), ["carer_phone"]);
}

#[test]
fn the_persons_own_words_are_asked_for_and_may_be_not_known() {
    for pathway in people() {
        let voice = pathway.voice.clone().expect("a voice");
        let voice = pathway.question(&voice).expect("the question");
        assert!(voice.required && voice.not_known.as_ref().is_some_and(|not_known| not_known.reasons.len() >= 3));
        assert!(pathway.section_of(&voice.id).is_some_and(|section| !section.later), "{}", pathway.id);
    }
}

#[test]
fn every_pathway_asks_whether_anybody_involved_works_for_a_partner() {
    for loaded in library().iter() {
        let pathway = &loaded.pathway;
        let conflict = pathway.question(&pathway.conflict).expect("the question");
        assert!(conflict.not_known.is_some() && conflict.required, "{}", pathway.id);
        for route in pathway.routes.all() {
            assert_ne!(route.restricted, route.restricted_elsewhere, "{}", pathway.id);
            assert!(route.restricted.as_str().ends_with("-restricted"), "{}", pathway.id);
        }
    }
}

#[test]
fn the_answer_is_chosen_from_lines_in_prevent_intelligence_and_foreign_nationals() {
    for loaded in library().iter() {
        let chosen =
            ["prevent", "foreign-national-offender", "child-exploitation-information"].contains(&loaded.pathway.id.as_str());
        assert_eq!(loaded.pathway.free_feedback, !chosen, "{}", loaded.pathway.id);
    }
    let desk = file("foreign-national-offender");
    for outcome in desk.outcomes.iter().filter(|outcome| outcome.code.as_str() != "stopped") {
        assert_eq!(outcome.feedback.len(), 1);
        assert_eq!(outcome.feedback[0].title, "It was received and assessed.", "no result is told");
    }
}

#[test]
fn none_of_these_stands_alone() {
    for (pathway, name, none, other) in [
        ("marac", "topics", "none", "choking"),
        ("marac", "staff_safety", "none-known", "weapons"),
        ("prevent", "cues", "none", "weapons"),
        ("modern-slavery", "indicators", "none", "debt"),
    ] {
        let pathway = file(pathway);
        let errors = answers_from_json(&pathway, &json!({ name: [none, other] }), AgencyKind::Police).expect_err(name);
        assert!(errors[0].message.ends_with("alone, or take it out"), "{}", errors[0].message);
        let shape = &schema(&pathway, AgencyKind::Police)["properties"]["answers"]["properties"][name];
        assert!(shape.to_string().contains("\"maxItems\":1"), "{name}: {shape}");
        assert!(answers_from_json(&pathway, &json!({ name: [none] }), AgencyKind::Police).is_ok());
    }
}

#[test]
fn the_words_beside_what_is_kept_apart_say_who_holds_it() {
    for loaded in library().iter() {
        for restricted in &loaded.pathway.restricted {
            assert!(restricted.who.contains("and you who write"), "{}: the sender holds it, too", loaded.pathway.id);
        }
    }
}

#[test]
fn what_is_sealed_apart_is_granted_to_no_receiving_team() {
    for loaded in library().iter() {
        let pathway = &loaded.pathway;
        for restricted in &pathway.restricted {
            for team in &restricted.teams {
                assert!(pathway.routes.all().all(|route| route.team != *team), "{}: {team}", pathway.id);
            }
        }
    }
    for (pathway, category, team) in [
        ("child-exploitation-information", Category::Source, "force-intelligence"),
        ("child-exploitation", Category::Health, "health-safeguarding"),
        ("marac", Category::Health, "health-safeguarding"),
        ("marac", Category::Equality, "county-insight"),
    ] {
        let restricted = file(pathway).restricted;
        let teams: Vec<_> = restricted.iter().filter(|one| one.category == category).flat_map(|one| &one.teams).collect();
        assert_eq!(teams.iter().map(|team| team.as_str()).collect::<Vec<_>>(), [team], "{pathway}");
    }
}

#[test]
fn limits_by_step_and_urgency() {
    use Limit::{Days, Hours, Months, WorkingDays};
    use Urgency::{Routine, Soon, Today};
    for (name, step, urgency, limit) in [
        ("child-exploitation", Step::Triage, Today, Hours(4)),
        ("child-exploitation", Step::Triage, Routine, WorkingDays(1)),
        ("child-exploitation", Step::Assessment, Routine, WorkingDays(10)),
        ("child-exploitation", Step::Review, Routine, Days(84)),
        ("child-exploitation-information", Step::Triage, Routine, WorkingDays(5)),
        ("prevent", Step::Triage, Today, Hours(4)),
        ("prevent", Step::Triage, Routine, WorkingDays(5)),
        ("modern-slavery", Step::Triage, Soon, Hours(24)),
        ("modern-slavery", Step::FirstContact, Today, Hours(8)),
        ("modern-slavery", Step::Review, Routine, Days(30)),
        ("foreign-national-offender", Step::Triage, Soon, WorkingDays(1)),
        ("fire-protection", Step::Triage, Routine, WorkingDays(10)),
        ("fire-protection", Step::Triage, Soon, WorkingDays(3)),
        ("fire-prevention", Step::Triage, Today, Hours(4)),
        ("marac", Step::Triage, Routine, WorkingDays(1)),
        ("marac", Step::FirstContact, Soon, WorkingDays(2)),
        ("marac", Step::Review, Routine, Months(12)),
    ] {
        let pathway = file(name);
        let clock = pathway.clocks.of(step).expect("a clock");
        assert_eq!(clock.limit(&Answers::default(), urgency), limit, "{name} {step} {urgency}");
    }
}

#[test]
fn every_route_says_when_a_human_reads_it_and_who_covers() {
    for (name, team, cover) in [
        ("prevent", "prevent-team", "police-control"),
        ("modern-slavery", "slavery-team", "police-control"),
        ("foreign-national-offender", "fno-desk", "police-control"),
        ("fire-protection", "fire-protection", "fire-control"),
        ("fire-prevention", "fire-prevention", "fire-control"),
        ("marac", "marac-team", "police-control"),
        ("child-exploitation-information", "exploitation-hub", "police-control"),
    ] {
        let pathway = file(name);
        for district in [json!("leicester"), json!("rutland"), not_known()] {
            let given = answers(&pathway, &json!({ "district": district }));
            let route = pathway.route(&given);
            assert_eq!((route.team.as_str(), route.cover.as_str()), (team, cover), "{name} {district}");
            assert!(!route.hours.is_empty() && route.emergency.contains("999"));
        }
    }
}

#[test]
fn every_safe_way_of_making_contact_can_be_kept_from_somebody() {
    let ways = library().iter().flat_map(|loaded| {
        let ways = loaded.pathway.safe_contact.iter().map(|id| question(&loaded.pathway, id.as_str()));
        ways.filter(|way| matches!(way.kind, Kind::Phone | Kind::Email | Kind::Address(_)) && way.sealed == Sealed::Shared)
    });
    let ways: Vec<_> = ways.collect();
    assert!(ways.len() > 10);
    for way in ways {
        assert!(way.can_be_withheld(), "{}", way.id);
    }
}
