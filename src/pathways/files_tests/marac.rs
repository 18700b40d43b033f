//! High-risk domestic abuse.

use serde_json::{Value, json};

use super::{answers, asks, file, not_known, question, urgencies};
use crate::domain::{code::Code, decision::NewDecision, next_step::Way, question::Kind, urgency::Urgency};

#[test]
fn judgement_raises_and_never_lowers() {
    let pathway = file("marac");
    for (tool, judgement, expected) in [
        (Some("standard"), "high", Some("high")),
        (Some("high"), "standard", Some("high")),
        (Some("medium"), "standard", Some("medium")),
        (None, "medium", Some("medium")),
    ] {
        let mut given = json!({ "judgement": judgement, "harmer_knows": "no" });
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
            (json!({ "topics": ["none"], "judgement": "standard", "harmer_knows": "no" }), Urgency::Routine),
            (json!({ "topics": not_known(), "judgement": "standard" }), Urgency::Soon),
            (json!({ "topics": ["none"], "tool_grade": "high", "judgement": "standard" }), Urgency::Soon),
            (json!({ "topics": ["kill", "separation"], "judgement": "standard" }), Urgency::Today),
            (json!({ "topics": ["none"], "judgement": "standard", "harmer_knows": "yes" }), Urgency::Today),
        ],
    );
    assert!(pathway.rules.is_empty(), "no computed grade stops a referral");
}

#[test]
fn a_score_or_criterion_of_high_risk_counts_whatever_the_judgement() {
    let pathway = file("marac");
    let dash = |score: &Value, grade: &Value| {
        json!({ "criteria": ["judgement"], "tool": "dash", "tool_score": score, "tool_grade": grade, "judgement": "standard",
                "topics": ["none"], "harmer_knows": "no" })
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
        let told: Vec<_> = pathway.advice(&answers, jiff::civil::date(2026, 11, 27)).map(|advice| advice.code.as_str()).collect();
        assert!(advice.is_empty() || told.contains(&advice), "{given}: {told:?}");
        assert!(advice == "below" || !told.contains(&"below"), "{given}: {told:?}");
    }
}

#[test]
fn sharing_below_high_risk_against_their_will_asks_for_a_reason_with_and_without_a_tool() {
    let pathway = file("marac");
    let told = |given: &Value| {
        pathway
            .advice(&answers(&pathway, given), jiff::civil::date(2026, 11, 27))
            .any(|advice| advice.code.as_str() == "below-and-refused")
    };
    let refused = json!({ "criteria": ["judgement"], "tool": "none", "judgement": "standard", "consent_share": "refused" });
    let with = |changes: &[(&str, &str)]| {
        let mut given = refused.clone();
        for (name, value) in changes {
            given[*name] = json!(value);
        }
        given
    };
    assert!(told(&refused));
    assert!(told(&with(&[("tool", "dash"), ("tool_grade", "medium")])));
    assert!(!told(&with(&[("tool", "dash"), ("tool_grade", "high")])));
    assert!(!told(&with(&[("judgement", "high")])));
    assert!(!told(&with(&[("consent_share", "given")])));
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
fn children_are_listed_or_none_is_said_or_nobody_knows() {
    let pathway = file("marac");
    let known = question(&pathway, "children_known");
    assert!(known.required && known.not_known.is_some(), "not knowing is never none");
    let flagged = |given| pathway.flags(&answers(&pathway, &given)).any(|flag| flag.contains("whether there are children"));
    assert!(flagged(json!({ "children_known": { "not_known": "not-known" } })));
    assert!(!flagged(json!({ "children_known": "none" })));
    assert!(asks(&pathway, "children", &answers(&pathway, &json!({ "children_known": "yes" }))));
    assert!(!asks(&pathway, "children", &answers(&pathway, &json!({ "children_known": "none" }))));
    assert!(question(&pathway, "children").required);
}

#[test]
fn whoever_causes_harm_is_never_contacted() {
    let pathway = file("marac");
    let Kind::Group(group) = question(&pathway, "harmers").kind else { panic!("a group") };
    for asked in &group.questions {
        assert!(
            !matches!(asked.kind, Kind::Phone | Kind::Email | Kind::Address { .. }),
            "{} would tell how to reach them",
            asked.id
        );
    }
    assert!(pathway.next_steps.iter().any(|step| step.text.starts_with("Nobody contacts the person who causes harm")));
    for (knows, warned) in [(json!("yes"), true), (not_known(), true), (json!("no"), false)] {
        let given = answers(&pathway, &json!({ "harmer_knows": knows }));
        assert_eq!(
            pathway.advice(&given, jiff::civil::date(2026, 11, 27)).any(|advice| advice.code.as_str() == "never-tell"),
            warned,
            "{knows}"
        );
    }
}

#[test]
fn contact_is_promised_only_where_it_was_not_forbidden() {
    let pathway = file("marac");
    let promised = |contact: Value| {
        let given = answers(&pathway, &json!({ "contact_ok": contact, "consent_support": "given" }));
        pathway.steps(Way::AtOnce, &given).map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert!(promised(json!("yes")).contains("contacts the person within two working days"));
    // Whoever has not said that they want help is not called by somebody whom they do not know.
    for support in ["refused", "not-asked"] {
        let given = answers(&pathway, &json!({ "contact_ok": "yes", "consent_support": support }));
        let told = pathway.steps(Way::AtOnce, &given).collect::<Vec<_>>().join(" ");
        assert!(told.contains("rings you first") && !told.contains("contacts the person within"), "{support}");
    }
    for contact in [json!("no"), json!("through-me"), not_known()] {
        let told = promised(contact.clone());
        assert!(told.contains("rings you within two working days") && !told.contains("contacts the person within"), "{contact}");
    }
}

#[test]
fn whoever_causes_harm_knowing_makes_it_urgent() {
    let calm = |knows: Value| {
        json!({ "danger_now": false, "topics": ["none"], "tool": "none", "judgement": "standard", "criteria": ["judgement"],
                "harmer_knows": knows })
    };
    let expected = [(json!("yes"), Urgency::Today), (not_known(), Urgency::Soon), (json!("no"), Urgency::Routine)];
    urgencies(&file("marac"), &expected.map(|(knows, urgency)| (calm(knows), urgency)));
}

#[test]
fn a_decision_never_grades_below_what_the_answers_give() {
    let pathway = file("marac");
    let given = answers(&pathway, &json!({ "tool_grade": "high", "judgement": "standard" }));
    let assessed = pathway.risk(&given);
    let outcome = pathway.outcomes.iter().find(|outcome| !outcome.feedback.is_empty()).expect("an outcome with a line");
    let decide = |grade: Option<&str>, assessed: Option<&Code>| {
        let decision = NewDecision {
            outcome: outcome.code.to_string(),
            grade: grade.map(str::to_owned),
            reason_for_file: "As the meeting saw it.".to_owned(),
            feedback: Some(outcome.feedback[0].code.to_string()),
            ..NewDecision::default()
        };
        decision.check(&pathway, assessed).map(|decision| decision.grade.map(|grade| grade.to_string()))
    };
    for low in ["standard", "medium"] {
        let faults = decide(Some(low), assessed).expect_err(low);
        assert!(matches!(faults.as_slice(), [("grade", words)] if words.contains("never lowers")), "{faults:?}");
        assert_eq!(decide(Some(low), None), Ok(Some(low.to_owned())), "nothing was graded before");
    }
    assert_eq!(decide(Some("high"), assessed), Ok(Some("high".to_owned())));
    assert_eq!(decide(None, assessed), Ok(None), "no grade lowers nothing");
}
