//! Prevent.

use serde_json::json;

use super::{answers, file, not_known, urgencies};
use crate::domain::{clock::Limit, urgency::Urgency};

#[test]
fn the_safeguarding_lead_looks_first_unless_it_is_urgent_or_they_are_a_party() {
    let pathway = file("prevent");
    let check = pathway.check.clone().expect("a check");
    assert_eq!(check.absent_after, Limit::WorkingDays(1));
    assert!(check.who.as_str() == "safeguarding-lead" && check.reasons.len() >= 3);
    for (can_wait, party, skipped) in
        [("yes", json!(false), false), ("no", json!(false), true), ("yes", json!(true), true), ("yes", not_known(), true)]
    {
        let given = answers(&pathway, &json!({ "can_wait": can_wait, "lead_is_party": party }));
        assert_eq!(check.is_skipped(&given), skipped, "{can_wait} {party}");
    }
    urgencies(
        &pathway,
        &[
            (json!({ "cues": ["weapons"], "can_wait": "yes" }), Urgency::Today),
            (json!({ "cues": ["none"], "can_wait": "no" }), Urgency::Soon),
            (json!({ "cues": not_known(), "can_wait": "yes" }), Urgency::Routine),
        ],
    );
    assert_eq!(pathway.grades, [], "the risk framework is the police's");
}
