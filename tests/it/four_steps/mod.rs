//! Four steps, whole: a school refers a child; the exploitation team asks, is answered, grades, decides and shares chosen entries
//! with health under an agreement; the school sees its outcome; and whoever has no part in it finds nothing, while the officer of
//! the team's agency sees who saw what. Once over the API, once in Chromium.

mod in_chromium;
mod over_the_api;

use referral_exchange::{app::Versioned, domain::ids::AgencyId};
use serde_json::json;

use crate::support::{
    answers::Set,
    hub::{Hub, Served},
};

/// The child, as the school names them.
const CHILD: &str = "Canarychild";
/// What the school saw.
const SEEN: &str = "Canaryseen: a second phone, and a car at the gate.";
/// What the team asks.
const QUESTION: &str = "Canaryasked: which days was the car there?";
/// What the school answers.
const ANSWER: &str = "Canaryanswered: on Mondays and Thursdays.";
/// What the team notes for itself.
const OWN: &str = "Canaryown: the same car was seen in May.";
/// Why the team decides so, for its file.
const FOR_FILE: &str = "Canaryfile: two accounts agree.";
/// What the school reads of the decision.
const TOLD: &str = "Canarytold: the panel meets next week.";
/// What the agreement is called.
const AGREEMENT: &str = "Children at risk";

/// All of it that is for those who have a part in it.
const SECRETS: [&str; 7] = [CHILD, "Canaryseen", "Canaryasked", "Canaryanswered", "Canaryown", "Canaryfile", "Canarytold"];
/// What only the team and its officer's colleagues may open: the school must not.
const CASEWORK: [&str; 2] = ["Canaryown", "Canaryfile"];

/// Who has no part in it: an officer of a district, the administrator of the team's own agency, the operator of the hub.
const STRANGERS: [&str; 3] = ["omar.placeholder", "abel.template", "otis.mirage"];

/// The form for a child who may be exploited.
fn form_of(hub: &Hub) -> Versioned {
    hub.app.pathway("child-exploitation").unwrap()
}

/// What the school sends: the fewest answers, nothing of which is kept apart, about a child in no area of the partnership, so that
/// the exploitation team receives it.
fn answers(hub: &Hub) -> Set {
    let versioned = form_of(hub);
    let form = hub.form(&versioned.pathway);
    let mut answers = form.fewest();
    for (question, answer) in [
        ("danger_now", json!(false)),
        ("missing_now", json!(false)),
        ("safe_tonight", json!("safe")),
        ("district", json!("outside")),
        ("child", json!({ "given_name": CHILD })),
        ("child_age", json!({ "years": 14 })),
        ("exploitation", json!(["criminal"])),
        ("narrative", json!(SEEN)),
    ] {
        answers.insert(question.to_owned(), answer);
    }
    assert!(form.fits(&answers), "{answers:?}");
    answers
}

/// The agencies that agreed: that of the team, and that of health.
async fn parties(hub: &Hub) -> [AgencyId; 2] {
    let of = async |username: &str| hub.app.store().account(hub.person(username).user).await.unwrap().unwrap().agency;
    [of("toby.fabled").await, of("hugh.pseudo").await]
}

/// Whoever has no part in it finds nothing by any door.
async fn strangers_find_nothing(served: &Served, reference: &str) {
    for stranger in STRANGERS {
        crate::every_route::finds_nothing(served, stranger, reference, &SECRETS).await;
    }
}
