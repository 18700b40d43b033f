//! The four steps as other systems take them.

use std::{collections::BTreeMap, fs::Permissions, os::unix::fs::PermissionsExt as _};

use serde_json::{Value, json};

use super::{
    AGREEMENT, ANSWER, CASEWORK, CHILD, FOR_FILE, OWN, QUESTION, SECRETS, TOLD, answers, parties, strangers_find_nothing,
};
use crate::{
    api::Client,
    support::{
        binary::transcript,
        hub::{ENGINES, Hub, Served},
    },
};

async fn posts(client: &Client, path: &str, key: &str, body: &Value) -> Value {
    let answer = client.post(path).header("Idempotency-Key", key).json(body).send().await.unwrap();
    let status = answer.status();
    let told: Value = answer.json().await.unwrap();
    assert_eq!(status, 201, "{path}: {told}");
    told
}

fn texts<'v>(view: &'v Value, part: &str) -> Vec<&'v str> {
    view[part].as_array().unwrap().iter().map(|said| said["text"].as_str().unwrap()).collect()
}

/// The id of what somebody wrote.
fn id_of<'v>(view: &'v Value, text: &str) -> &'v Value {
    let messages = view["messages"].as_array().unwrap();
    &messages.iter().find(|message| message["text"] == text).unwrap()["id"]
}

/// How often each act of each person stands in the log or on the page of who saw it.
fn counted<'v>(items: &'v Value, who: &str, times: Option<&str>) -> BTreeMap<(&'v str, &'v str), u64> {
    let mut counts = BTreeMap::new();
    for item in items["items"].as_array().unwrap() {
        let count = times.map_or(1, |times| item[times].as_u64().unwrap());
        *counts.entry((item[who].as_str().unwrap_or("-"), item["action"].as_str().unwrap())).or_default() += count;
    }
    counts
}

/// The team's day; gives what the school is to find.
async fn decides_and_shares(served: &Served, path: &str, agreement: &Value) {
    let toby = Client::signed_in(served, "toby.fabled").await;
    let queue = toby.json(&format!("/queue?team={}", served.hub.person("toby.fabled").team_id)).await;
    assert_eq!(queue["items"].as_array().unwrap().len(), 1, "{queue}");
    assert!(queue["items"][0]["headline"].as_str().unwrap().contains(CHILD));
    let view = toby.json(path).await;
    assert_eq!(view["answers"]["child"]["given_name"], CHILD);
    let question = json!({ "audience": "shared", "text": QUESTION, "question": true });
    posts(&toby, &format!("{path}/messages"), "question", &question).await;

    let tess = Client::signed_in(served, "tess.example").await;
    assert_eq!(texts(&tess.json(path).await, "messages"), [QUESTION]);
    posts(&tess, &format!("{path}/messages"), "answer", &json!({ "audience": "shared", "text": ANSWER })).await;

    let toby = Client::signed_in(served, "toby.fabled").await;
    posts(&toby, &format!("{path}/messages"), "own", &json!({ "audience": "casework", "text": OWN })).await;
    let view = toby.json(path).await;
    assert_eq!(texts(&view, "messages"), [QUESTION, ANSWER, OWN]);
    let decision = json!({
        "outcome": "panel", "grade": "high", "reason_for_file": FOR_FILE, "reason_for_referrer": TOLD,
        "revision": view["revision"],
    });
    posts(&toby, &format!("{path}/decision"), "decision", &decision).await;
    let stale = toby.post(&format!("{path}/decision")).header("Idempotency-Key", "again").json(&decision).send().await.unwrap();
    assert_eq!(stale.status(), 409, "what was decided on has moved on");
    let view = toby.json(path).await;
    assert_eq!((&view["state"], &view["decision"]["grade"]), (&json!("decided"), &json!("high")));

    let share = json!({
        "team": served.hub.person("hugh.pseudo").team_id.to_string(),
        "entries": [id_of(&view, ANSWER), id_of(&view, OWN)],
        "basis": "public-task", "purpose": "safeguarding", "agreement": agreement, "revision": view["revision"],
    });
    posts(&toby, &format!("{path}/shares"), "share", &share).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_is_referred_decided_on_and_shared_and_the_officer_sees_who_saw_what() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let abel = Client::signed_in(&served, "abel.template").await;
    let agreement = json!({
        "title": AGREEMENT, "agencies": parties(&served.hub).await.map(|agency| agency.to_string()),
        "pathways": ["child-exploitation"], "purposes": ["safeguarding"], "starts": "2026-01-01",
    });
    let agreement = posts(&abel, "/agreements", "agreement", &agreement).await["id"].clone();

    // The school refers.
    let tess = Client::signed_in(&served, "tess.example").await;
    let body = json!({ "pathway": "child-exploitation", "answers": answers(&served.hub) });
    let sent = posts(&tess, "/referrals", "refer", &body).await;
    assert_eq!((&sent["received_by"]["team"], &sent["state"]), (&json!("Child exploitation hub"), &json!("received")));
    let reference = sent["reference"].as_str().unwrap();
    let path = format!("/referrals/{reference}");

    // The team asks, is answered, grades, decides and shares.
    decides_and_shares(&served, &path, &agreement).await;

    // Health sees what was chosen.
    let hugh = Client::signed_in(&served, "hugh.pseudo").await;
    assert_eq!(hugh.json("/shared").await["items"][0]["reference"], *reference);
    let given = hugh.json(&path).await;
    assert_eq!((texts(&given, "messages"), &given["answers"]), (vec![ANSWER, OWN], &Value::Null));
    let given_agreement = (&given["shares"][0]["agreement"], &given["shares"][0]["agreement_fit"]);
    assert_eq!(given_agreement, (&agreement, &json!("in-force")));
    for word in SECRETS.into_iter().filter(|word| !["Canaryanswered", "Canaryown"].contains(word)) {
        assert!(!given.to_string().contains(word), "{word} was not chosen");
    }

    // The school sees its outcome and nothing of the team's own.
    let tess = Client::signed_in(&served, "tess.example").await;
    assert_eq!(tess.json("/referrals").await["items"][0]["state"], "decided");
    let view = tess.json(&path).await;
    assert_eq!(view["decision"], json!({ "outcome": "panel", "reason_for_referrer": TOLD }));
    assert!(!view["entries"].as_array().unwrap().iter().any(|entry| entry["compartment"] != "shared"), "{view}");
    for word in CASEWORK.into_iter().chain(["Health", "high"]) {
        assert!(!view.to_string().contains(word), "{word}: {view}");
    }

    strangers_find_nothing(&served, reference).await;
    seen_by_officers(&served, reference).await;
    the_shell_tells_nothing(served, reference).await;
}

/// The officer of the team's agency sees exactly who did what; that of health what reached the copies; that of an agency with no
/// part in it nothing.
async fn seen_by_officers(served: &Served, reference: &str) {
    let log = format!("/log?reference={reference}&limit=100");
    let access = format!("/referrals/{reference}/access?limit=100");
    let dina = Client::signed_in(served, "dina.proforma").await;
    let found = dina.json(&log).await;
    assert_eq!((&found["pending"], &found["next"]), (&json!(0), &Value::Null));
    let given = [(("hugh.pseudo", "list-shared"), 1), (("hugh.pseudo", "read-referral"), 1), (("toby.fabled", "share"), 1)];
    let own = [
        (("tess.example", "list-sent"), 1),
        (("tess.example", "read-referral"), 2),
        (("tess.example", "submit-referral"), 1),
        (("tess.example", "write-message"), 1),
        (("toby.fabled", "ask-referrer"), 1),
        (("toby.fabled", "decide-referral"), 1),
        (("toby.fabled", "list-queue"), 1),
        (("toby.fabled", "read-referral"), 4),
        (("toby.fabled", "write-message"), 1),
    ];
    assert_eq!(counted(&found, "actor", None), given.into_iter().chain(own).collect());
    let found = dina.json(&access).await;
    let mut seen = BTreeMap::from([
        (("Dina Proforma", "read-access"), 1),
        (("Hugh Pseudo", "list-shared"), 1),
        (("Hugh Pseudo", "read-referral"), 1),
        (("Tess Example", "list-sent"), 1),
        (("Tess Example", "read-referral"), 2),
        (("Toby Fabled", "list-queue"), 1),
        (("Toby Fabled", "read-referral"), 4),
        (("Toby Fabled", "share"), 1),
    ]);
    assert_eq!(counted(&found, "name", Some("times")), seen);
    // The team that gave it learns the same.
    let toby = Client::signed_in(served, "toby.fabled").await;
    seen.insert(("Toby Fabled", "read-access"), 1);
    assert_eq!(counted(&toby.json(&access).await, "name", Some("times")), seen);

    let health = Client::signed_in(served, "dara.quasi").await;
    let looked = (("dina.proforma", "read-access"), 1);
    assert_eq!(counted(&health.json(&log).await, "actor", None), given.into_iter().chain([looked]).collect());
    let dora = Client::signed_in(served, "dora.madeup").await;
    assert_eq!(dora.json(&log).await["items"], json!([]));
}

/// What the operator's commands print names neither the referral nor anything in it.
async fn the_shell_tells_nothing(served: Served, reference: &str) {
    let hub = served.stop().await;
    let data = hub.folder.path().to_str().unwrap();
    std::fs::write(hub.folder.path().join("log.vkey"), hub.app.verifier_key()).unwrap();
    for file in std::fs::read_dir(data).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
        std::fs::set_permissions(file, Permissions::from_mode(0o600)).unwrap();
    }
    for arguments in [
        &["audit", "verify", "--json", "--data", data][..],
        &["audit", "export", "--data", data],
        &["audit", "export", "--format", "json", "--data", data],
        &["pathway", "check", "pathways/child-exploitation.toml", "--data", data],
    ] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let (code, printed, talk) = transcript(folder, arguments);
        assert_eq!(code, 0, "{arguments:?}: {talk}");
        for word in SECRETS.iter().chain([&reference]) {
            assert!(!printed.contains(word) && !talk.contains(word), "{arguments:?} prints {word}");
        }
    }
    hub.finish().await;
}
