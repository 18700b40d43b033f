//! Prevent.

use serde_json::json;

use super::{answers, file, library, not_known, urgencies};
use crate::domain::{
    clock::{Limit, Starts, Step},
    running_clock::{Run, RunningClock},
    time::Timestamp,
    urgency::Urgency,
};

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

#[test]
fn a_review_begins_with_the_decision_and_not_before() {
    for (id, limit) in [("prevent", Limit::Months(6)), ("child-exploitation", Limit::Days(84)), ("marac", Limit::Months(12))] {
        let pathway = file(id);
        let clocks = pathway.running_clocks(&answers(&pathway, &json!({ "danger_now": false })));
        let calendar = library().calendar();
        let at = Timestamp::from_millis(1_795_600_000_000);
        let received = pathway.begun(clocks, (Starts::Receipt, at), calendar);
        let review = |clocks: &[RunningClock]| *clocks.iter().find(|clock| clock.step == Step::Review).expect("a review");
        assert_eq!((review(&received).run, review(&received).limit), (Run::Unstarted, limit), "{id}");
        assert!(received.iter().filter(|clock| clock.step != Step::Review).all(RunningClock::is_running), "{id}");
        let decided = pathway.begun(received, (Starts::Decision, at), calendar);
        assert_eq!(review(&decided).due(), Some(limit.due(at, calendar)), "{id}");
    }
}
