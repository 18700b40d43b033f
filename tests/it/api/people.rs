//! People over the API: invited like on the pages, and by nobody else.

use serde_json::{Value, json};

use super::{Client, problem};
use crate::support::hub::{ENGINES, Hub};

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_invites_over_the_api_and_a_repeated_answer_has_no_code() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let abel = Client::signed_in(&served, "abel.template").await;
    let team = served.hub.person("pia.supposed").team_id.to_string();
    let body =
        json!({ "name": "Ivy Fancied", "username": "ivy.fancied", "phone": "0116 496 0000", "team": team, "role": "triager" });
    let posts = async |path: &str, key: &str, body: &Value| {
        abel.post(path).header("Idempotency-Key", key).json(body).send().await.unwrap()
    };
    let made = posts("/people", "ivy", &body).await;
    assert_eq!(made.status(), 201);
    let made: Value = made.json().await.unwrap();
    assert_eq!((made["username"].as_str(), made["code"].as_str().map(str::len)), (Some("ivy.fancied"), Some(23)));
    let again = posts("/people", "ivy", &body).await;
    assert_eq!((again.status().as_u16(), again.headers()["Idempotency-Replayed"].to_str().unwrap()), (201, "true"));
    let again: Value = again.json().await.unwrap();
    assert_eq!((&again["id"], &again["expires_at"], &again["code"]), (&made["id"], &made["expires_at"], &Value::Null));
    problem(posts("/people", "other", &body).await, 409, "conflict").await;
    for (field, value) in [("role", "hub-operator"), ("username", "i"), ("phone", "none")] {
        let mut wrong = body.clone();
        wrong[field] = json!(value);
        problem(posts("/people", "wrong", &wrong).await, 400, "malformed").await;
    }
    let mut elsewhere = body.clone();
    elsewhere["team"] = json!(served.hub.person("theo.invented").team_id.to_string());
    elsewhere["username"] = json!("ida.fancied");
    problem(posts("/people", "elsewhere", &elsewhere).await, 404, "unseen").await;

    let page = abel.json("/people?limit=1").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    let rest = abel.json(&format!("/people?cursor={}", page["next"].as_str().unwrap())).await;
    assert!(!rest["items"].as_array().unwrap().contains(&page["items"][0]));
    let path = format!("/people/{}", made["id"].as_str().unwrap());
    let ivy = abel.json(&path).await;
    assert_eq!(
        (&ivy["state"], &ivy["places"][0]["role"], &ivy["places"][0]["waits"]),
        (&json!("invited"), &json!("triager"), &json!(true))
    );
    let second = posts(&format!("{path}/invite"), "second", &json!({})).await;
    let second: Value = second.json().await.unwrap();
    assert_ne!(second["code"], made["code"], "a new code, and the old one is of no use any more");

    let omar = Client::signed_in(&served, "adam.notional").await;
    problem(omar.get(&path).send().await.unwrap(), 404, "unseen").await;
    let theirs = omar.post(&format!("{path}/invite")).header("Idempotency-Key", "x").json(&json!({})).send().await.unwrap();
    problem(theirs, 404, "unseen").await;
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_resets_over_the_api_and_the_code_is_told_once() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let abel = Client::signed_in(&served, "abel.template").await;
    let path = format!("/people/{}", served.hub.person("quinn.mock").user);
    let resets = async |of: &Client, key: &str| {
        of.post(&format!("{path}/reset")).header("Idempotency-Key", key).json(&json!({})).send().await.unwrap()
    };
    let quinn = abel.json(&path).await;
    assert_eq!((&quinn["state"], &quinn["reset_at"]), (&json!("ready"), &Value::Null));
    let made: Value = resets(&abel, "reset").await.json().await.unwrap();
    assert_eq!((made["username"].as_str(), made["code"].as_str().map(str::len)), (Some("quinn.mock"), Some(23)));
    let again = resets(&abel, "reset").await;
    assert_eq!((again.status().as_u16(), again.headers()["Idempotency-Replayed"].to_str().unwrap()), (201, "true"));
    assert_eq!(again.json::<Value>().await.unwrap()["code"], Value::Null);
    let quinn = abel.json(&path).await;
    assert_eq!((&quinn["state"], quinn["reset_at"].is_string()), (&json!("invited"), true));
    problem(resets(&abel, "other").await, 409, "conflict").await;
    let adam = Client::signed_in(&served, "adam.notional").await;
    problem(resets(&adam, "theirs").await, 404, "unseen").await;

    let owed = abel.json("/give-back").await;
    assert_eq!((owed["items"].as_array().map(Vec::len), &owed["next"]), (Some(0), &Value::Null));
    let given = abel.post(&format!("/give-back/{}", served.hub.person("quinn.mock").user));
    problem(given.header("Idempotency-Key", "back").json(&json!({})).send().await.unwrap(), 404, "unseen").await;
    let dina = Client::signed_in(&served, "dina.proforma").await;
    let asked = dina.post("/keys/reconcile").header("Idempotency-Key", "now").json(&json!({})).send().await.unwrap();
    assert_eq!(asked.status(), 201);
    assert!(dina.json("/keys").await["reconciliation"]["asked_at"].is_string());
    served.finish().await;
}
