//! Passing a referral on to another pathway over the API.

use serde_json::{Value, json};

use super::{Client, fields, problem};
use crate::support::hub::{ENGINES, Hub};

#[tokio::test(flavor = "multi_thread")]
async fn another_pathway_takes_it_up_and_the_answers_say_what_they_were_given_on() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let reference = tess.sends_example("one").await;
    let path = format!("/referrals/{reference}");
    let theo = Client::signed_in(&served, "theo.invented").await;
    let first = theo.json(&path).await;
    assert!(first.get("answered_on").is_none());
    let teams = theo.json("/teams").await;
    let named = |name: &str| teams["items"].as_array().unwrap().iter().find(|team| team["name"] == name).unwrap();
    let desks = || teams["items"].as_array().unwrap().iter();
    assert!(desks().all(|team| team["name"] != "Foreign nationals desk"), "it is given nothing by others");
    let control = desks().find(|team| team["name"] == "Police control room").unwrap();
    assert_eq!(control["pathways"], json!([]), "a share can go there, a referral cannot be passed on");
    let slavery = named("Modern slavery team");
    assert_eq!(slavery["pathways"], json!(["modern-slavery"]));

    let body = |pathway: &str| json!({ "team": slavery["id"], "pathway": pathway, "text": "They sleep there.", "revision": first["revision"] });
    let posts = async |name: &str, body: &Value| {
        theo.post(&format!("{path}/redirect")).header("Idempotency-Key", name).json(body).send().await.unwrap()
    };
    let told = problem(posts("wrong", &body("marac")).await, 422, "answers").await;
    assert_eq!(fields(&told), ["team"]);
    let told = problem(posts("none", &body("nothing")).await, 422, "answers").await;
    assert_eq!(fields(&told)[0], "pathway");
    assert_eq!(posts("right", &body("modern-slavery")).await.status(), 201);
    assert_eq!(posts("right", &body("modern-slavery")).await.headers()["idempotency-replayed"], "true");

    let mara = Client::signed_in(&served, "mara.storybook").await;
    let view = mara.json(&path).await;
    assert_eq!((&view["pathway"], &view["state"]), (&json!("modern-slavery"), &json!("opened")));
    assert_eq!(view["answered_on"], json!({ "pathway": "fire-protection", "pathway_version": first["pathway_version"] }));
    assert_eq!(view["answers"], first["answers"]);
    served.finish().await;
}
