//! High-risk domestic abuse.

use serde_json::{Value, json};

use super::{answers, asks, file, not_known, question, urgencies};
use crate::domain::{question::Kind, urgency::Urgency};

#[test]
fn judgement_raises_and_never_lowers() {
    let pathway = file("marac");
    for (tool, judgement, expected) in [
        (Some("standard"), "high", Some("high")),
        (Some("high"), "standard", Some("high")),
        (Some("medium"), "standard", Some("medium")),
        (None, "medium", Some("medium")),
    ] {
        let mut given = json!({ "judgement": judgement });
        if let Some(tool) = tool {
            given["tool_grade"] = json!(tool);
        }
        let answers = answers(&pathway, &given);
        assert_eq!(pathway.risk(&answers).map(ToString::to_string).as_deref(), expected, "{given}");
        assert_eq!(
            pathway.urgency(&answers) != Urgency::Routine,
            expected == Some("high") || !given.as_object().expect("some").contains_key("topics")
        );
    }
    assert_eq!(
        pathway
            .risk(&answers(&pathway, &json!({ "tool_grade": not_known(), "judgement": "high" })))
            .map(ToString::to_string)
            .as_deref(),
        Some("high")
    );
    urgencies(
        &pathway,
        &[
            (json!({ "topics": ["none"], "judgement": "standard" }), Urgency::Routine),
            (json!({ "topics": not_known(), "judgement": "standard" }), Urgency::Soon),
            (json!({ "topics": ["none"], "tool_grade": "high", "judgement": "standard" }), Urgency::Soon),
            (json!({ "topics": ["kill", "separation"], "judgement": "standard" }), Urgency::Today),
        ],
    );
    assert!(pathway.rules.is_empty(), "no computed grade stops a referral");
}

#[test]
fn a_score_or_criterion_of_high_risk_counts_whatever_the_judgement() {
    let pathway = file("marac");
    let dash = |score: &Value, grade: &Value| {
        json!({ "criteria": ["judgement"], "tool": "dash", "tool_score": score, "tool_grade": grade, "judgement": "standard",
                "topics": ["none"] })
    };
    for (given, grade, is_open, urgency, advice) in [
        (dash(&json!(24), &not_known()), "high", false, Urgency::Soon, "score"),
        (dash(&json!(14), &json!("standard")), "high", false, Urgency::Soon, "score"),
        (dash(&json!(13), &json!("medium")), "medium", false, Urgency::Routine, "below"),
        (dash(&not_known(), &not_known()), "standard", true, Urgency::Soon, "grade-not-known"),
        (
            json!({ "criteria": ["visible"], "tool": "none", "judgement": "standard", "topics": ["none"] }),
            "high",
            false,
            Urgency::Soon,
            "",
        ),
    ] {
        let answers = answers(&pathway, &given);
        assert_eq!(pathway.risk(&answers).map(ToString::to_string).as_deref(), Some(grade), "{given}");
        assert_eq!(pathway.risk.as_ref().is_some_and(|risk| risk.is_open(&answers)), is_open, "{given}");
        assert_eq!(pathway.urgency(&answers), urgency, "{given}");
        let told: Vec<_> = pathway.advice(&answers).map(|advice| advice.code.as_str()).collect();
        assert!(advice.is_empty() || told.contains(&advice), "{given}: {told:?}");
        assert!(advice == "below" || !told.contains(&"below"), "{given}: {told:?}");
    }
}

#[test]
fn of_a_risk_tool_only_name_version_and_score_are_kept() {
    let pathway = file("marac");
    assert!(matches!(question(&pathway, "tool_score").kind, Kind::Number { .. }));
    let none = answers(&pathway, &json!({ "tool": "none" }));
    let used = answers(&pathway, &json!({ "tool": "dash" }));
    for part in ["tool_version", "tool_score", "tool_grade", "tool_with", "tool_on"] {
        assert!(asks(&pathway, part, &used) && !asks(&pathway, part, &none), "{part}");
    }
}

#[test]
fn children_are_listed_or_none_is_said() {
    let pathway = file("marac");
    let known = question(&pathway, "children_known");
    assert!(known.required && known.not_known.is_none());
    assert!(asks(&pathway, "children", &answers(&pathway, &json!({ "children_known": "yes" }))));
    assert!(!asks(&pathway, "children", &answers(&pathway, &json!({ "children_known": "none" }))));
    assert!(question(&pathway, "children").required);
}

#[test]
fn whoever_causes_harm_is_never_contacted() {
    let pathway = file("marac");
    let Kind::Group(group) = question(&pathway, "harmers").kind else { panic!("a group") };
    for asked in &group.questions {
        assert!(!matches!(asked.kind, Kind::Phone | Kind::Address { .. }), "{} would tell how to reach them", asked.id);
    }
    assert!(pathway.next_steps.iter().any(|step| step.text.starts_with("Nobody contacts the person who causes harm")));
    for (knows, warned) in [(json!("yes"), true), (not_known(), true), (json!("no"), false)] {
        let given = answers(&pathway, &json!({ "harmer_knows": knows }));
        assert_eq!(pathway.advice(&given).any(|advice| advice.code.as_str() == "never-tell"), warned, "{knows}");
    }
}
