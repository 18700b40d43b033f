//! What a desk and its sender do with a referral, each act through its public door: done, done once, and seen in what the next call
//! tells.

use serde_json::{Value, json};

use super::Client;
use crate::support::hub::{ENGINES, Hub};

/// Does an act, and the same once more, which is answered as the first was; gives the answer.
async fn does(client: &Client, path: &str, body: &Value) -> Value {
    let send = || client.post(path).header("Idempotency-Key", format!("key{}", path.replace('/', "-"))).json(body).send();
    let first = send().await.unwrap();
    let status = first.status();
    let first: Value = first.json().await.unwrap();
    assert_eq!(status, 201, "{path}: {first}");
    let again = send().await.unwrap();
    assert_eq!((again.status().as_u16(), &again.headers()["idempotency-replayed"]), (201, &"true".parse().unwrap()), "{path}");
    assert_eq!(again.json::<Value>().await.unwrap(), first, "{path}");
    first
}

/// The referral as somebody reads it now.
async fn view(client: &Client, path: &str) -> Value {
    client.json(path).await
}

fn kinds(view: &Value) -> Vec<&str> {
    view["notes"].as_array().map(|notes| notes.iter().map(|note| note["kind"].as_str().unwrap()).collect()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_and_its_sender_do_their_work_over_the_api() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let path = format!("/referrals/{}", tess.sends_example("one").await);
    let (theo, fay) = (Client::signed_in(&served, "theo.invented").await, Client::signed_in(&served, "fay.fictional").await);

    // Who works on it.
    view(&theo, &path).await;
    does(&theo, &format!("{path}/claim"), &json!({})).await;
    assert_eq!(view(&theo, &path).await["assigned_to"], "Theo Invented");
    does(&theo, &format!("{path}/release"), &json!({})).await;
    assert!(view(&theo, &path).await.get("assigned_to").is_none());
    let revision = view(&fay, &path).await["revision"].clone();
    does(&fay, &format!("{path}/assign"), &json!({ "to": "theo.invented", "revision": revision })).await;
    assert_eq!(view(&theo, &path).await["assigned_to"], "Theo Invented");
    let unread = theo.json("/notices?unread=true").await["items"].as_array().unwrap().clone();
    let given = unread.iter().find(|notice| notice["code"] == "given").map(|notice| notice["id"].as_str().unwrap().to_owned());
    if let Some(id) = given {
        does(&theo, &format!("/notices/{id}/read"), &json!({})).await;
        let left = theo.json("/notices?unread=true").await;
        assert!(left["items"].as_array().unwrap().iter().all(|notice| notice["id"] != id.as_str()));
    }

    // What goes beyond those who hold it, and what does not.
    let teams = theo.json("/teams").await;
    let nursing = teams["items"].as_array().unwrap().iter().find(|team| team["name"] == "Community nursing").unwrap();
    let declined = json!({ "team": nursing["id"], "reason": "They need nothing of it." });
    does(&theo, &format!("{path}/not-shared"), &declined).await;
    assert!(kinds(&view(&theo, &path).await).contains(&"not-shared"));
    assert!(!view(&tess, &path).await.to_string().contains("They need nothing of it."));
    let access = json!({
        "team": nursing["id"], "user": "hugh.pseudo", "basis": "public-task", "purpose": "safeguarding",
        "reason": "They plan with us.",
    });
    let given = does(&fay, &format!("{path}/casework-access"), &access).await;
    let hugh = Client::signed_in(&served, "hugh.pseudo").await;
    assert_eq!(view(&hugh, &path).await["shares"][0]["what"], "casework");
    let end = format!("{path}/casework-access/{}/end", given["id"].as_str().unwrap());
    does(&fay, &end, &json!({})).await;
    assert_eq!(hugh.get(&path).send().await.unwrap().status(), 404);

    // Decided, not agreed with, decided again and closed, taken up again.
    does(&tess, &format!("{path}/retraction"), &json!({ "text": "It was the wrong house." })).await;
    assert!(kinds(&view(&theo, &path).await).contains(&"retraction"));
    let asked = theo.json("/queue?retracted=true").await["items"].as_array().unwrap().clone();
    assert!(asked.len() == 1 && asked[0]["retracted_at"].is_string(), "{asked:?}");
    let revision = view(&theo, &path).await["revision"].clone();
    let decision = json!({
        "outcome": "no-action", "reason_for_file": "Seen before.", "reason_for_referrer": "We know of it.", "revision": revision,
    });
    does(&theo, &format!("{path}/decision"), &decision).await;
    assert_eq!(view(&tess, &path).await["state"], "closed");
    does(&tess, &format!("{path}/disagreement"), &json!({ "text": "Nobody looked." })).await;
    let seen = view(&theo, &path).await;
    assert_eq!(seen["state"], "opened");
    assert!(kinds(&seen).contains(&"disagreement"));
    let close = json!({ "reason": "other", "text": "Seen.", "reason_for_referrer": "It ended.", "revision": seen["revision"] });
    let closed = theo.post(&format!("{path}/close")).header("Idempotency-Key", "close").json(&close).send().await.unwrap();
    let status = closed.status();
    assert_eq!(status, 201, "{}", closed.text().await.unwrap());
    let revision = view(&theo, &path).await["revision"].clone();
    does(&theo, &format!("{path}/reopen"), &json!({ "text": "More is known.", "revision": revision })).await;
    assert_eq!(view(&tess, &path).await["state"], "opened");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_keeps_and_says_of_themselves_goes_over_the_api() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let theo = Client::signed_in(&served, "theo.invented").await;
    let saved = does(&theo, "/queue/views", &json!({ "name": "Asked to withdraw", "retracted": true, "unread": true })).await;
    let kept = theo.json("/queue/views").await;
    assert_eq!((&kept["items"][0]["retracted"], &kept["items"][0]["unread"]), (&json!(true), &json!(true)), "{kept}");
    does(&theo, &format!("/queue/views/{}/delete", saved["id"].as_str().unwrap()), &json!({})).await;
    assert_eq!(theo.json("/queue/views").await["items"], json!([]));
    does(&theo, "/absences", &json!({})).await;
    assert_eq!(theo.json("/absences").await["items"][0]["username"], "theo.invented");
    does(&theo, "/absences/end", &json!({})).await;
    assert_eq!(theo.json("/absences").await["items"], json!([]));
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_marked_and_unmarked_and_a_step_marked_over_the_api() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let mut body = tess.json("/pathways/child-exploitation/example").await;
    body["answers"]["district"] = json!("leicester");
    body["answers"]["lives_at"] = json!({ "line_1": "12 Canaryrefuge Lane", "town": "Leicester" });
    let sent: Value = tess.submit("child", &body).await.json().await.unwrap();
    let path = format!("/referrals/{}", sent["reference"].as_str().unwrap());
    let (nia, erin) = (Client::signed_in(&served, "nia.imaginary").await, Client::signed_in(&served, "erin.hypothetical").await);
    assert!(view(&erin, &path).await.to_string().contains("Canaryrefuge"));
    let revision = view(&nia, &path).await["revision"].clone();
    let mark = json!({ "withhold": { "answers": ["lives_at"], "from": ["leicestershire-police"] }, "revision": revision });
    does(&nia, &format!("{path}/withheld"), &mark).await;
    assert!(!view(&erin, &path).await.to_string().contains("Canaryrefuge"));
    assert_eq!(view(&nia, &path).await["marks"][0]["answer"], "lives_at");
    does(&nia, &format!("{path}/withheld/end"), &json!({ "answer": "lives_at", "from": "leicestershire-police" })).await;
    assert!(view(&erin, &path).await.to_string().contains("Canaryrefuge"));

    let body = tess.json("/pathways/fire-prevention/example").await;
    let sent: Value = tess.submit("visit", &body).await.json().await.unwrap();
    let path = format!("/referrals/{}", sent["reference"].as_str().unwrap());
    let fay = Client::signed_in(&served, "fay.fictional").await;
    view(&fay, &path).await;
    does(&fay, &format!("{path}/step"), &json!({ "step": "first-contact" })).await;
    let again = fay.post(&format!("{path}/step")).header("Idempotency-Key", "again").json(&json!({ "step": "first-contact" }));
    assert_eq!(again.send().await.unwrap().status(), 409);
    served.finish().await;
}
