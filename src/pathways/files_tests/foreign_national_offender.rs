//! Foreign national offenders.

use serde_json::json;

use super::{answers, answers_from_json, broken, file, not_known, question, urgencies};
use crate::domain::{agency::AgencyKind, code::PathwayId, urgency::Urgency};

#[test]
fn a_victim_or_not_sure_is_blocked_with_safeguarding_routes() {
    let pathway = file("foreign-national-offender");
    let clear = json!({ "person_role": "suspect", "harm_signs": "no", "conduct_kind": ["arrest"], "supervisor": "yes" });
    assert_eq!(broken(&pathway, &clear), Vec::<String>::new());
    for (name, answer) in [
        ("person_role", "victim"),
        ("person_role", "witness"),
        ("person_role", "not-sure"),
        ("person_role", "both"),
        ("harm_signs", "yes"),
        ("harm_signs", "not-sure"),
    ] {
        let mut given = clear.clone();
        given[name] = json!(answer);
        assert_eq!(broken(&pathway, &given), ["victim-or-witness"], "{name}: {answer}");
    }
    let rule = pathway.rules.iter().find(|rule| rule.code.as_str() == "victim-or-witness").expect("the rule");
    let offered: Vec<_> = rule.pathways.iter().map(PathwayId::as_str).collect();
    assert!(rule.stops_the_form() && offered == ["modern-slavery", "marac", "child-exploitation"]);
    let part = question(&pathway, "person_role");
    assert!(part.required && part.not_known.is_none() && part.show_when.is_none());
}

#[test]
fn conduct_is_the_reason_and_nationality_alone_never() {
    let pathway = file("foreign-national-offender");
    let conduct = question(&pathway, "conduct");
    assert!(conduct.required && question(&pathway, "conduct_kind").required);
    for too_little in ["x", "He is Romanian", "He is from another country and I do not like the look of him."] {
        let errors = answers_from_json(&pathway, &json!({ "conduct": too_little }), AgencyKind::Police).expect_err(too_little);
        assert_eq!(errors[0].message, "Say more about what the person has done: a few sentences");
    }
    assert_eq!(broken(&pathway, &json!({ "conduct_kind": ["none"] })), ["conduct-needed"]);
    assert_eq!(broken(&pathway, &json!({ "supervisor": "no" })), ["supervisor-first"]);
    assert!(!pathway.may_submit(AgencyKind::Health) && !pathway.may_submit(AgencyKind::Education));
    urgencies(
        &pathway,
        &[
            (json!({ "time_limit": "day" }), Urgency::Today),
            (json!({ "time_limit": not_known() }), Urgency::Soon),
            (json!({ "time_limit": "none", "conduct_kind": ["wanted"] }), Urgency::Soon),
            (json!({ "time_limit": "none", "conduct_kind": ["arrest"] }), Urgency::Routine),
        ],
    );
}

#[test]
fn somebody_who_may_be_a_child_is_shown_the_childrens_route_and_flagged() {
    let pathway = file("foreign-national-offender");
    for (age, shown) in [("yes", true), ("not-sure", true), ("no", false)] {
        let given = answers(&pathway, &json!({ "danger_now": false, "under_18": age }));
        let to: Vec<_> = pathway
            .advice(&given, jiff::civil::date(2026, 11, 27))
            .filter_map(|advice| advice.pathway.as_ref().map(PathwayId::as_str))
            .collect();
        assert_eq!(to == ["child-exploitation"], shown, "{age}: {to:?}");
        assert_eq!(pathway.flags(&given).any(|flag| flag.contains("may be a child")), shown, "{age}");
    }
    assert!(question(&pathway, "under_18").required);
}
