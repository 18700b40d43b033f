//! Four steps over the API: a school refers a child, the team that decides shares chosen entries with health, health sees exactly
//! those, and nothing once they are recalled.

use serde_json::{Value, json};

use super::{Client, fields, problem};
use crate::support::hub::{ENGINES, Hub};

async fn posts(client: &Client, path: &str, key: &str, body: &Value) -> reqwest::Response {
    client.post(path).header("Idempotency-Key", key).json(body).send().await.unwrap()
}

/// The entries of restricted categories.
fn kept_apart(view: &Value) -> Vec<&Value> {
    view["entries"].as_array().unwrap().iter().filter(|entry| entry["compartment"] == "restricted").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn health_sees_what_was_chosen_and_nothing_once_it_is_recalled() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let body = tess.json("/pathways/child-exploitation/example").await;
    let answer = tess.submit("refer", &body).await;
    assert_eq!(answer.status(), 201);
    let sent: Value = answer.json().await.unwrap();
    let path = format!("/referrals/{}", sent["reference"].as_str().unwrap());
    let receiver = sent["received_by"]["team"].as_str().unwrap().to_owned();
    let username = match receiver.as_str() {
        "Child exploitation hub" => "toby.fabled",
        "City children's front door" => "nia.imaginary",
        "County children's front door" => "iris.makebelieve",
        _ => "rory.whimsy",
    };
    let team = Client::signed_in(&served, username).await;
    let health = Client::signed_in(&served, "hugh.pseudo").await;
    let first = team.json(&path).await;
    assert!(first["actions"].as_array().unwrap().iter().any(|action| action == "share"), "{first}");
    let note = json!({ "audience": "casework", "text": "Seen with an older adult in May." });
    assert_eq!(posts(&team, &format!("{path}/messages"), "note", &note).await.status(), 201);
    let before = health.json(&path).await;
    let seen = team.json(&path).await;
    let of = |kind: &str| -> Vec<&str> {
        let entries = seen["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == kind);
        entries.map(|entry| entry["id"].as_str().unwrap()).collect()
    };
    let teams = team.json("/teams").await;
    let of_health = teams["items"].as_array().unwrap().iter().find(|team| team["name"] == "Health safeguarding").unwrap();
    let share = json!({
        "team": of_health["id"], "entries": of("message"), "basis": "public-task", "purpose": "safeguarding", "urgent": true,
    });
    let shares = format!("{path}/shares");
    let unknown = json!({ "team": "x", "entries": ["y"], "basis": "public-task", "purpose": "safeguarding" });
    let bad = posts(&team, &shares, "bad", &unknown).await;
    assert_eq!(fields(&problem(bad, 422, "answers").await), ["team", "entries"]);
    let answer = posts(&team, &shares, "share", &share).await;
    assert_eq!(answer.status(), 201);
    let made: Value = answer.json().await.unwrap();
    let again = posts(&team, &shares, "share", &share).await;
    assert_eq!(again.headers()["idempotency-replayed"], "true");
    assert_eq!(again.json::<Value>().await.unwrap(), made);
    problem(posts(&team, &shares, "twice", &share).await, 409, "conflict").await;

    let list = health.json("/shared").await;
    assert_eq!(list["items"][0]["reference"], sent["reference"]);
    assert_eq!((&list["items"][0]["urgent"], &list["items"][0]["team"]), (&json!(true), &json!(receiver)));
    // This pathway names that team for one category, too: the share adds what was chosen, and nothing else.
    let given = health.json(&path).await;
    assert_eq!(
        (&given["relation"], &given["messages"][0]["text"]),
        (&json!("granted"), &json!("Seen with an older adult in May."))
    );
    assert_eq!(given["answers"], before["answers"]);
    assert_eq!(kept_apart(&given), kept_apart(&before));
    assert_eq!(given["entries"].as_array().unwrap().len(), before["entries"].as_array().unwrap().len() + 1);
    assert_eq!(given["shares"][0]["id"], made["id"]);
    assert!(tess.json(&path).await.get("shares").is_none(), "the sender sees no casework");
    let to_a_share = json!({ "audience": "share", "text": "Hello" });
    problem(posts(&team, &format!("{path}/messages"), "to-a-share", &to_a_share).await, 400, "malformed").await;

    // Whoever holds nothing else of it is told neither where it stands nor when it is due.
    let omar = Client::signed_in(&served, "omar.placeholder").await;
    let by_name =
        json!({ "user": "omar.placeholder", "entries": of("message"), "basis": "public-task", "purpose": "safeguarding" });
    let answer = posts(&team, &shares, "by-name", &by_name).await;
    assert_eq!(answer.status(), 201);
    let other: Value = answer.json().await.unwrap();
    let given = omar.json(&path).await;
    assert_eq!((&given["state"], &given["due_at"], &given["answers"]), (&json!("shared"), &Value::Null, &Value::Null));
    let recalled = format!("{shares}/{}/recall", other["id"].as_str().unwrap());
    assert_eq!(posts(&team, &recalled, "recall-other", &json!({})).await.status(), 201);
    problem(omar.get(&path).send().await.unwrap(), 404, "unseen").await;

    let recall = format!("{shares}/{}/recall", made["id"].as_str().unwrap());
    problem(posts(&health, &recall, "theirs", &json!({})).await, 403, "refused").await;
    assert_eq!(posts(&team, &recall, "recall", &json!({})).await.status(), 201);
    let after = health.json(&path).await;
    assert_eq!((&after["entries"], after.get("shares")), (&before["entries"], None), "as if it had never been");
    assert_eq!(health.json("/shared").await["items"], json!([]));
    assert!(team.json(&path).await["shares"][0]["ended_at"].is_string());
    served.finish().await;
}
