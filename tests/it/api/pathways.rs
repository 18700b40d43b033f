//! Pathways: what each asks, and that what the hub tells is true of what it takes.

use referral_exchange::app::pathway_files;
use serde_json::{Value, json};

use super::{Client, events, problem};
use crate::support::hub::{ENGINES, Hub};

#[tokio::test(flavor = "multi_thread")]
async fn pathways_are_listed_and_told() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let list = tess.json("/pathways").await;
    assert_eq!(list["next"], Value::Null);
    let fire = list["items"].as_array().unwrap().iter().find(|item| item["id"] == "fire-protection").unwrap();
    let members: Vec<_> = fire.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["id", "title", "version", "sensitivity", "may_submit", "advice"]);
    assert_eq!((&fire["sensitivity"], &fire["may_submit"], &fire["advice"]), (&json!("L1"), &json!(true), &json!(false)));
    assert_eq!(fire["version"].as_str().unwrap().len(), 64);

    let told = tess.json("/pathways/fire-protection").await;
    assert_eq!((&told["id"], &told["title"], &told["version"]), (&fire["id"], &fire["title"], &fire["version"]));
    assert!(
        told["questions"].as_array().unwrap().iter().all(|question| question["id"].is_string() && question["kind"].is_string())
    );
    for outcome in told["outcomes"].as_array().unwrap() {
        assert!(outcome["code"].is_string() && outcome["title"].is_string());
        assert!(outcome["feedback"].as_array().unwrap().iter().all(|line| line["code"].is_string() && line["text"].is_string()));
    }
    assert!(told["grades"].is_array());
    for path in ["/pathways/nothing", "/pathways/nothing/schema", "/pathways/nothing/example", "/pathways/%00", "/pathways/%FF"] {
        problem(tess.get(path).send().await.unwrap(), 404, "unseen").await;
    }
    // An officer reads them too, but sends none.
    let dora = Client::signed_in(&served, "dora.madeup").await;
    let list = dora.json("/pathways").await;
    assert!(list["items"].as_array().unwrap().iter().all(|item| item["may_submit"] == false));
    let body = dora.json("/pathways/fire-protection/example").await;
    problem(dora.submit("one", &body).await, 403, "refused").await;
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_decide_learns_no_outcome_that_the_lines_hide() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let path = "/pathways/foreign-national-offender";
    let tess = Client::signed_in(&served, "tess.example").await.json(path).await;
    let texts: Vec<_> =
        tess["outcomes"].as_array().unwrap().iter().map(|outcome| outcome["feedback"][0]["text"].clone()).collect();
    assert_eq!(texts.len(), 2, "each line once: {texts:?}");
    assert_ne!(texts[0], texts[1]);
    let words = tess["outcomes"].to_string();
    assert!(!words.contains("race") && !words.contains("closes") && !words.contains("anted"), "{words}");
    let pathway = served.hub.app.pathway("foreign-national-offender").unwrap();
    let desk = Client::signed_in(&served, "paul.figment").await.json(path).await;
    assert_eq!(desk["outcomes"].as_array().unwrap().len(), pathway.pathway.outcomes.len(), "the desk chooses among all");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_that_can_receive_are_told() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let list = tess.json("/teams").await;
    let teams = list["items"].as_array().unwrap();
    let fire = teams.iter().find(|team| team["name"] == "Fire Protection").unwrap();
    assert_eq!(fire["agency"], "Leicestershire Fire and Rescue Service");
    assert_eq!(fire["id"], served.hub.person("fay.fictional").team_id.to_string());
    assert_eq!(fire["pathways"], serde_json::json!(["fire-protection"]));
    assert!(fire["agency_code"].is_string());
    assert_eq!(fire.as_object().unwrap().len(), 5);
    assert!(teams.iter().all(|team| team["name"] != "Fire information governance"), "it has no key and receives nothing");
    assert_eq!(list["next"], Value::Null);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_fits_the_schema_and_is_taken_as_it_is() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let mut sendable = 0;
    for item in tess.json("/pathways").await["items"].as_array().unwrap() {
        let id = item["id"].as_str().unwrap();
        let schema = tess.json(&format!("/pathways/{id}/schema")).await;
        let example = tess.json(&format!("/pathways/{id}/example")).await;
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        assert!(validator.is_valid(&example), "{id}");
        if item["may_submit"] == false {
            problem(tess.submit(id, &example).await, 403, "refused").await;
            continue;
        }
        sendable += 1;
        let answer = tess.submit(id, &example).await;
        assert_eq!(answer.status(), 201, "{id}");
        let sent: Value = answer.json().await.unwrap();
        let members: Vec<_> = sent.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            members,
            ["reference", "pathway", "state", "due_at", "received_by", "hours", "covered_by", "next_steps", "copies", "hints"]
        );
        assert_eq!((&sent["pathway"], &sent["state"]), (&json!(id), &json!("received")));
        assert!(sent["received_by"]["team"].is_string() && sent["received_by"]["agency"].is_string());
        assert!(sent["hours"].is_string() && sent["covered_by"]["team"].is_string(), "who covers out of hours: {sent}");
        assert!(sent["next_steps"].as_array().is_some_and(|steps| !steps.is_empty()));
    }
    assert!(sendable >= 5, "the first practitioner may send {sendable}");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_that_may_not_send_is_refused_and_on_record() {
    let folder = tempfile::tempdir().unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/pathways/fire-protection.toml");
    let text = std::fs::read_to_string(file).unwrap();
    let line = text.lines().find(|line| line.starts_with("may_submit = ")).unwrap();
    std::fs::write(folder.path().join("fire-protection.toml"), text.replace(line, "may_submit = [\"police\"]")).unwrap();
    let pathways = pathway_files(Some(folder.path())).unwrap();
    let served = Hub::founded_with(ENGINES[0], pathways).await.serve().await;
    let omar = Client::signed_in(&served, "omar.placeholder").await;
    let body = omar.json("/pathways/fire-protection/example").await;
    let list = omar.json("/pathways").await;
    let items = list["items"].as_array().unwrap();
    assert!(items.iter().any(|item| item["id"] == "fire-protection" && item["may_submit"] == false));
    problem(omar.submit("one", &body).await, 403, "refused").await;
    // The refusal comes before the answers are looked at.
    problem(omar.submit("two", &json!({ "pathway": "fire-protection", "answers": {} })).await, 403, "refused").await;
    let quinn = Client::signed_in(&served, "quinn.mock").await;
    assert_eq!(quinn.submit("one", &body).await.status(), 201);
    let refused = events(&served, "dev.specimen", "submit-referral").await;
    let seen: Vec<_> = refused.iter().map(|event| (event.outcome.as_str(), event.actor.as_deref())).collect();
    assert_eq!(seen, [("refuse", Some("omar.placeholder")); 2]);
    served.finish().await;
}
