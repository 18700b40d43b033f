//! Advice without naming anybody, over the API.

use serde_json::{Value, json};

use super::{Client, fields, problem};
use crate::support::hub::{ENGINES, Hub};

async fn ask(client: &Client, key: &str, body: &Value) -> reqwest::Response {
    client.post("/enquiries").header("Idempotency-Key", key).json(body).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_pathway_that_offers_it_takes_the_example_of_its_enquiry() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let mut asked = 0;
    for item in tess.json("/pathways").await["items"].as_array().unwrap() {
        let id = item["id"].as_str().unwrap();
        let path = |part: &str| format!("/pathways/{id}/enquiry{part}");
        if item["advice"] == false {
            for part in ["", "/schema", "/example"] {
                problem(tess.get(&path(part)).send().await.unwrap(), 404, "unseen").await;
            }
            problem(ask(&tess, id, &json!({ "pathway": id, "answers": {} })).await, 404, "unseen").await;
            continue;
        }
        let told = tess.json(&path("")).await;
        assert_eq!((&told["id"], &told["version"], &told["advice"]), (&item["id"], &item["version"], &json!(false)));
        assert!(
            told["questions"].as_array().unwrap().iter().all(|question| {
                ["yes-no", "choice", "many", "long-text", "text"].contains(&question["kind"].as_str().unwrap())
            })
        );
        let example = tess.json(&path("/example")).await;
        let schema = tess.json(&path("/schema")).await;
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        assert!(validator.is_valid(&example), "{id}");
        if item["may_submit"] == false {
            problem(ask(&tess, id, &example).await, 403, "refused").await;
            continue;
        }
        let answer = ask(&tess, id, &example).await;
        assert_eq!(answer.status(), 201, "{id}");
        asked += 1;
        let mut wrong = example.clone();
        wrong["answers"].as_object_mut().unwrap().remove("advice_worry");
        let faults = problem(ask(&tess, "wrong", &wrong).await, 422, "answers").await;
        assert_eq!(fields(&faults), ["advice_worry"], "{id}");
        let mut naming = example.clone();
        naming["answers"]["advice_worry"] = json!("He is called on 07700 900123 at home, and was born on 3 May 2010.");
        let told: Value = ask(&tess, &format!("{id}-naming"), &naming).await.json().await.unwrap();
        let hint = told["hints"].as_array().unwrap().iter().find(|hint| hint["field"] == "advice_worry").unwrap();
        let words = hint["text"].as_str().unwrap();
        assert!(words.contains("a telephone number and a full date"), "{id}: taken all the same: {told}");
        assert!(!told.to_string().contains("07700") && !told.to_string().contains("2010"), "{told}");
        wrong["enquiry"] = json!("0000-0000-0");
        problem(ask(&tess, "made-of", &wrong).await, 400, "malformed").await;
    }
    assert_eq!(asked, 5, "a school asks all but the foreign nationals' desk");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_asked_answered_and_referred() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let body = tess.json("/pathways/marac/enquiry/example").await;
    let sent: Value = ask(&tess, "one", &body).await.json().await.unwrap();
    let reference = sent["reference"].as_str().unwrap();
    let again = ask(&tess, "one", &body).await;
    assert_eq!(again.headers()["idempotency-replayed"], "true");
    assert_eq!(again.json::<Value>().await.unwrap(), sent);

    let mara = Client::signed_in(&served, "mara.storybook").await;
    let queue = mara.json(&format!("/queue?team={}", served.hub.person("mara.storybook").team_id)).await;
    let item = queue["items"].as_array().unwrap().iter().find(|item| item["reference"] == reference).unwrap();
    assert_eq!((&item["kind"], &item["unread"]), (&json!("enquiry"), &json!(true)));
    let view = mara.json(&format!("/referrals/{reference}")).await;
    assert_eq!((&view["kind"], view.get("answered_at")), (&json!("enquiry"), None));
    assert!(!view["actions"].as_array().unwrap().contains(&json!("take-up-enquiry")));
    let message = json!({ "audience": "shared", "text": "Refer it." });
    let path = format!("/referrals/{reference}/messages");
    let answer = mara.post(&path).header("Idempotency-Key", "answer").json(&message).send().await.unwrap();
    assert_eq!(answer.status(), 201);

    let own = tess.json("/referrals").await;
    assert!(own["items"][0]["answered_at"].is_string(), "{own}");
    let mut referral = tess.json("/pathways/marac/example").await;
    referral["enquiry"] = json!("0000-0000-0");
    problem(tess.submit("unseen", &referral).await, 404, "unseen").await;
    referral["enquiry"] = json!(reference);
    let made: Value = tess.submit("made", &referral).await.json().await.unwrap();
    let made = made["reference"].as_str().unwrap();
    for client in [&tess, &mara] {
        assert_eq!(client.json(&format!("/referrals/{made}")).await["enquiry"], reference);
        assert_eq!(client.json(&format!("/referrals/{reference}")).await["referrals"], json!([made]));
    }
    served.finish().await;
}
