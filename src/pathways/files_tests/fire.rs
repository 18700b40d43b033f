//! Home fire safety.

use serde_json::json;

use super::{answers, asks, broken, file, library, urgencies};
use crate::domain::urgency::Urgency;

#[test]
fn home_fire_safety_fails_without_a_workable_way_to_reach_them() {
    let pathway = file("fire-prevention");
    let phone = json!("07700900000");
    for (given, fails) in [
        (json!({ "contact_ok": "yes" }), true),
        (json!({ "contact_ok": "yes", "joint_visit": "no" }), true),
        (json!({ "contact_ok": "no" }), true),
        (json!({ "contact_ok": "yes", "contact_ways": ["ring"], "contact_phone": phone }), false),
        (json!({ "contact_ok": "yes", "contact_ways": ["email"], "contact_email": "robin@post.example" }), false),
        (json!({ "contact_ok": "yes", "contact_ways": ["knock"] }), false),
        (json!({ "contact_ok": "yes", "contact_ways": ["carer"], "carer_phone": phone }), false),
        (json!({ "contact_ok": "through-me" }), true),
        (json!({ "contact_ok": "through-me", "carer_phone": phone }), false),
        (json!({ "contact_ok": "through-me", "joint_visit": "yes" }), false),
    ] {
        assert_eq!(broken(&pathway, &given).contains(&"no-way-to-reach".to_owned()), fails, "{given}");
    }
}

#[test]
fn premises_somewhere_else_go_to_the_default_and_everybody_says_who_is_known() {
    let pathway = file("fire-protection");
    let outside = answers(&pathway, &json!({ "district": "outside" }));
    assert_eq!(pathway.route(&outside).team.as_str(), "fire-protection");
    for loaded in library().iter() {
        let conflict = loaded.pathway.question(&loaded.pathway.conflict).expect("the question");
        assert!(conflict.required && conflict.not_known.is_some(), "{}", loaded.pathway.id);
        let district = loaded.pathway.district.as_ref().and_then(|id| loaded.pathway.question(id)).expect("the area");
        assert!(district.kind.choices().iter().any(|choice| choice.code.as_str() == "outside"), "{}", loaded.pathway.id);
    }
}

#[test]
fn a_visit_without_consent_needs_a_serious_reason() {
    let pathway = file("fire-prevention");
    let stops = |share: &str, support: &str, serious: &str| {
        let mut given =
            json!({ "contact_ok": "through-me", "joint_visit": "yes", "consent_share": share, "consent_support": support });
        if asks(&pathway, "override", &answers(&pathway, &given)) {
            given["override"] = json!(serious);
            assert_eq!(asks(&pathway, "override_why", &answers(&pathway, &given)), serious == "yes");
        }
        broken(&pathway, &given) == ["consent-first"]
    };
    assert!(!stops("given", "given", "no"));
    assert!(stops("refused", "given", "no") && !stops("refused", "given", "yes"));
    assert!(stops("given", "refused", "no") && !stops("given", "refused", "yes"));
    assert!(stops("capacity", "not-asked", "no") && !stops("unsafe", "given", "yes"));
}

/// The other two services' rules, made of the file by the edits that its comment names.
#[test]
fn a_service_that_visits_on_risk_alone_or_insists_on_consent_changes_the_file_as_its_comment_says() {
    let text = crate::pathways::library::EMBEDDED.iter().find(|(name, _)| *name == "fire-prevention.toml").expect("the file").1;
    assert!(text.contains("A service that visits on risk alone, as a public task, removes this rule"));
    let blocks = |text: &str, without: &dyn Fn(&str) -> bool| {
        text.split("\n\n").filter(|block| !without(block)).collect::<Vec<_>>().join("\n\n")
    };
    let stops = |text: &str, share: &str, support: &str, serious: &str| {
        let pathway = crate::pathways::parse("fire-prevention.toml", text).unwrap_or_else(|faults| panic!("{faults:?}"));
        let mut given =
            json!({ "contact_ok": "through-me", "joint_visit": "yes", "consent_share": share, "consent_support": support });
        if pathway.question(&crate::domain::code::QuestionId::parse("override").expect("an id")).is_some()
            && asks(&pathway, "override", &answers(&pathway, &given))
        {
            given["override"] = json!(serious);
        }
        broken(&pathway, &given) == ["consent-first"]
    };
    let on_risk = blocks(text, &|block| block.contains("code = \"consent-first\""));
    for (share, support) in [("refused", "given"), ("given", "refused"), ("capacity", "not-asked")] {
        assert!(stops(text, share, support, "no") && !stops(&on_risk, share, support, "no"), "on risk alone: {share}, {support}");
    }
    let asked = |block: &str| block.contains("id = \"override\"") || block.contains("id = \"override_why\"");
    let always = blocks(text, &asked).replace("        { not = { question = \"override\", is = \"yes\" } },\n", "");
    for (share, support) in [("refused", "given"), ("given", "refused"), ("not-needed", "given")] {
        assert!(!stops(text, share, support, "yes") && stops(&always, share, support, "yes"), "always: {share}, {support}");
    }
    assert!(!stops(&always, "given", "given", "no"));
}

#[test]
fn a_threat_of_arson_is_for_today() {
    urgencies(
        &file("fire-prevention"),
        &[
            (json!({ "factors": ["arson-threat"] }), Urgency::Today),
            (json!({ "factors": ["smoking", "mobility"] }), Urgency::Soon),
            (json!({ "factors": ["smoking"] }), Urgency::Routine),
            (json!({ "factors": ["no-alarm", "senses"] }), Urgency::Soon),
        ],
    );
}
