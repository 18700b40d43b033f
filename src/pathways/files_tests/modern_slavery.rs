//! Modern slavery.

use serde_json::{Value, json};

use super::{answers, answers_of, asks, copies, example, file, not_known, question, raw_from_json};
use crate::domain::{agency::AgencyKind, urgency::Urgency, validate::examine};

#[test]
fn under_18_or_unsure_needs_no_consent_and_the_council_is_told_in_the_same_act() {
    let pathway = file("modern-slavery");
    for age in ["yes", "not-sure"] {
        let child = answers(&pathway, &json!({ "under_18_now": age }));
        for consent in ["consent_nrm", "consent_support", "consent_police", "will_work", "refusal_reason"] {
            assert!(!asks(&pathway, consent, &child), "{age}: {consent}");
        }
        assert!(asks(&pathway, "victim", &child) && asks(&pathway, "council", &child));
        let (city, county, rutland) = ("city-front-door", "county-front-door", "rutland-front-door");
        for (district, council, told) in [
            (json!("leicester"), not_known(), vec![city]),
            (json!("leicester"), json!("elsewhere"), vec![city]),
            (json!("rutland"), json!("leicester"), vec![rutland, city]),
            (json!("rutland"), json!("rutland"), vec![rutland]),
            (json!("blaby"), json!("leicestershire"), vec![county]),
            (json!("north-west"), not_known(), vec![county]),
            (not_known(), json!("leicester"), vec![city]),
            (json!("outside"), json!("rutland"), vec![rutland]),
            (json!("outside"), json!("elsewhere"), vec![county]),
            (not_known(), not_known(), vec![county]),
        ] {
            let given = json!({ "under_18_now": age, "district": district, "council": council });
            assert_eq!(copies(&pathway, &given), told, "the area where the child is decides: {given}");
        }
        assert_ne!(pathway.urgency(&child), Urgency::Routine);
    }
    assert_eq!(copies(&pathway, &json!({ "under_18_now": "no" })), Vec::<String>::new());
}

#[test]
fn an_adult_who_refuses_or_was_not_asked_is_not_passed_over() {
    let pathway = file("modern-slavery");
    for (given, code) in [
        (json!({ "under_18_now": "no", "consent_nrm": "given", "consent_police": "refused" }), "police-refused"),
        (json!({ "under_18_now": "no", "consent_nrm": "not-asked", "consent_police": "given" }), "ask-first"),
        (json!({ "under_18_now": "no", "consent_nrm": "given", "consent_police": "not-asked" }), "ask-first"),
        (json!({ "under_18_now": "no", "consent_nrm": "refused", "consent_support": "given" }), "help-anyway"),
    ] {
        assert!(
            pathway
                .advice(&answers(&pathway, &given), jiff::civil::date(2026, 11, 27))
                .any(|advice| advice.code.as_str() == code),
            "{code}"
        );
    }
}

#[test]
fn an_adult_is_asked_three_consents() {
    let pathway = file("modern-slavery");
    let adult = answers(&pathway, &json!({ "under_18_now": "no" }));
    for consent in ["consent_nrm", "consent_support", "consent_police"] {
        assert!(asks(&pathway, consent, &adult) && question(&pathway, consent).required, "{consent}");
    }
}

#[test]
fn who_refuses_is_named_only_if_willing_to_work_with_the_authorities() {
    let pathway = file("modern-slavery");
    for (consent, willing, named) in [
        ("refused", Some("no"), false),
        ("refused", Some("not-sure"), false),
        ("refused", None, false),
        ("refused", Some("yes"), true),
        ("given", None, true),
        ("not-asked", None, true),
        ("capacity", None, true),
    ] {
        let mut given = json!({ "under_18_now": "no", "consent_nrm": consent });
        if let Some(willing) = willing {
            given["will_work"] = json!(willing);
        }
        let given = answers(&pathway, &given);
        for part in [
            "victim",
            "age",
            "contact_ok",
            "lives_at",
            "decision_to",
            "references",
            "support_kinds",
            "care_needs",
            "police_force",
            "crime_reference",
        ] {
            assert_eq!(asks(&pathway, part, &given), named, "{consent} {willing:?}: {part}");
        }
        assert_eq!(pathway.leave_out(&given).is_none(), named, "{consent} {willing:?}: the form says what to leave out");
        assert_eq!(asks(&pathway, "refusal_reason", &given), consent == "refused");
        assert!(asks(&pathway, "victim_gender", &given) && asks(&pathway, "nationality", &given), "a notification needs them");
    }
    let unsaid = answers(&pathway, &json!({ "under_18_now": "no" }));
    assert!(!asks(&pathway, "victim", &unsaid), "consent comes before the name");
}

#[test]
fn only_first_responders_enter_the_national_branch_and_others_are_routed_to_one() {
    let pathway = file("modern-slavery");
    for kind in AgencyKind::ALL {
        let given = answers_of(&pathway, *kind, &json!({ "under_18_now": "no", "consent_nrm": "given" }));
        let responder = matches!(kind, AgencyKind::Police | AgencyKind::Council);
        for part in ["first_responder", "nation", "setting", "credibility", "nrm_reference"] {
            assert_eq!(asks(&pathway, part, &given), responder, "{kind}: {part}");
        }
        assert_eq!(pathway.route(&given).team.as_str(), "slavery-team", "{kind}: the police can enter it");
        assert_eq!(
            pathway.advice(&given, jiff::civil::date(2026, 11, 27)).any(|advice| advice.code.as_str() == "not-first-responder"),
            !responder,
            "{kind}"
        );
    }
}

#[test]
fn whoever_reads_sees_first_that_the_police_are_not_wanted() {
    let first = |consent: &str| {
        let given = json!({ "under_18_now": "no", "consent_nrm": "given", "consent_police": consent, "contact_ok": "yes" });
        let pathway = file("modern-slavery");
        let given = answers(&pathway, &given);
        pathway.flags(&given).map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert!(first("refused").contains("does not want the police to contact them"));
    assert!(first("not-asked").contains("Nobody has asked"));
    assert!(!first("given").contains("police"));
}

#[test]
fn a_child_not_known_to_be_free_or_safe_tonight_is_for_today() {
    let pathway = file("modern-slavery");
    for (age, still, tonight, urgency) in [
        ("not-sure", not_known(), not_known(), Urgency::Today),
        ("yes", json!("left"), not_known(), Urgency::Today),
        ("yes", json!("left"), json!("safe"), Urgency::Soon),
        ("no", json!("left"), not_known(), Urgency::Soon),
    ] {
        let given = json!({ "danger_now": false, "under_18_now": age, "still_in_it": still, "safe_tonight": tonight });
        assert_eq!(pathway.urgency(&answers(&pathway, &given)), urgency, "{given}");
    }
}

#[test]
fn what_ended_before_it_began_has_to_be_put_right() {
    let pathway = file("modern-slavery");
    let today = jiff::civil::date(2026, 11, 27);
    let mut body = example(&pathway, AgencyKind::Police, today)["answers"].clone();
    assert!(!asks(&pathway, "ended", &answers(&pathway, &json!({ "still_in_it": "yes" }))), "what goes on has not ended");
    body["still_in_it"] = json!("left");
    let mut wrong = |began: &str, ended: &str| {
        (body["began"], body["ended"]) = (json!(began), json!(ended));
        let looked = examine(&pathway, raw_from_json(&body).expect("answers"), AgencyKind::Police, today);
        looked.errors.iter().any(|error| error.field.as_str() == "ended" && error.message.contains("put right one of the two"))
    };
    assert!(wrong("2026-06-30", "2026-06-28"));
    assert!(wrong("2026-06", "2025"));
    // The same day, a month that leaves it open, or a guess: nobody is told that they are wrong.
    for (began, ended) in
        [("2026-06-30", "2026-06-30"), ("2026-06-30", "2026-06"), ("~2026-06-30", "2026-06-28"), ("2026", "~2025")]
    {
        assert!(!wrong(began, ended), "{began} {ended}");
    }
}

#[test]
fn an_age_that_contradicts_under_18_has_to_be_put_right() {
    let pathway = file("modern-slavery");
    let today = jiff::civil::date(2026, 11, 27);
    let mut body = example(&pathway, AgencyKind::Police, today)["answers"].clone();
    let mut wrong = |under: &str, age: Value| {
        body["under_18_now"] = json!(under);
        // Of an adult the age is asked only where they agree; a child is asked for no consent.
        if under == "no" {
            body["consent_nrm"] = json!("given");
        } else if let Some(members) = body.as_object_mut() {
            members.remove("consent_nrm");
        }
        body["age"] = age;
        let raw = raw_from_json(&body).expect("answers");
        let looked = examine(&pathway, raw, AgencyKind::Police, today);
        looked.errors.iter().any(|error| error.field.as_str() == "age" && error.message.contains("put right one of the two"))
    };
    assert!(wrong("no", json!({ "years": 15 })));
    assert!(wrong("no", json!({ "born": "2011-03-09" })));
    assert!(wrong("yes", json!({ "years": 30 })));
    // Eighteen today, born in a year that leaves it open, or not sure: nobody is told that they are wrong.
    assert!(!wrong("no", json!({ "born": "2008-11-27" })));
    assert!(!wrong("no", json!({ "born": "2008" })));
    assert!(!wrong("not-sure", json!({ "years": 30 })));
}

#[test]
fn the_decision_goes_to_somebody_else_only_with_their_agreement() {
    let pathway = file("modern-slavery");
    let choices = question(&pathway, "decision_to").kind.choices().to_vec();
    let codes: Vec<&str> = choices.iter().map(|choice| choice.code.as_str()).collect();
    assert_eq!(codes, ["person", "me", "other"]);
    assert!(choices[1..].iter().all(|choice| choice.title.ends_with("and they agree")), "the permission is in the tick itself");
}
