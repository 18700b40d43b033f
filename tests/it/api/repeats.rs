//! Sending twice is sending once.

use referral_exchange::store::Engine;
use serde_json::{Value, json};

use super::{Client, fields, problem};
use crate::support::hub::{ENGINES, Hub};

async fn fifty_at_once(engine: Engine) {
    let served = Hub::founded(engine).await.serve().await;
    let tess = std::sync::Arc::new(Client::signed_in(&served, "tess.example").await);
    let body = tess.json("/pathways/fire-protection/example").await;
    let calls = (0..50).map(|_| {
        let (tess, body) = (std::sync::Arc::clone(&tess), body.clone());
        tokio::spawn(async move {
            let answer = tess.submit("the-same", &body).await;
            let replayed = answer.headers().contains_key("idempotency-replayed");
            (answer.status().as_u16(), replayed, answer.json::<Value>().await.unwrap())
        })
    });
    let mut made = 0;
    let mut references = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        let (status, replayed, body) = call.await.unwrap();
        if status == 201 {
            made += usize::from(!replayed);
            references.push(body["reference"].clone());
        } else {
            assert_eq!((status, &body["type"]), (409, &json!("/problems/conflict")), "{body}");
        }
    }
    references.dedup();
    assert_eq!((made, references.len()), (1, 1));
    assert_eq!(tess.json("/referrals").await["items"].as_array().unwrap().len(), 1);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_identical_submissions_at_once_make_one_referral_on_sqlite() {
    fifty_at_once(ENGINES[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_identical_submissions_at_once_make_one_referral_on_postgres() {
    fifty_at_once(ENGINES[1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_first_answer_and_another_body_is_refused() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let mut body = tess.json("/pathways/fire-protection/example").await;
    // What it is told of an old date is told again.
    body["answers"]["seen_on"] = json!("1990-01-01");
    let first = tess.submit("a", &body).await;
    assert_eq!(first.status(), 201);
    assert!(!first.headers().contains_key("idempotency-replayed"));
    let place = first.headers()["location"].clone();
    let first = first.bytes().await.unwrap();
    let again = tess.submit("a", &body).await;
    assert_eq!((again.status().as_u16(), &again.headers()["location"]), (201, &place));
    assert_eq!(again.headers()["idempotency-replayed"], "true");
    assert_eq!(again.bytes().await.unwrap(), first, "byte for byte");

    let mut other = body.clone();
    other["answers"]["premises_name"] = json!("Canary Hall");
    assert!(!problem(tess.submit("a", &other).await, 422, "key-reused").await.to_string().contains("Canary"));
    // The hash is over the bytes, not over what they mean.
    let spaced = tess.post("/referrals").header("Idempotency-Key", "a").header("Content-Type", "application/json");
    problem(spaced.body(format!(" {body}")).send().await.unwrap(), 422, "key-reused").await;
    // A key is its owner's.
    let omar = Client::signed_in(&served, "omar.placeholder").await;
    let his = omar.submit("a", &body).await;
    assert!(his.status() == 201 && !his.headers().contains_key("idempotency-replayed"));
    assert_eq!(tess.submit("b", &other).await.status(), 201);
    assert_eq!(tess.json("/referrals").await["items"].as_array().unwrap().len(), 2);

    // A refused submission does not use its key up.
    let mut bad = body.clone();
    bad["answers"].as_object_mut().unwrap().remove("premises_name");
    problem(tess.submit("c", &bad).await, 422, "answers").await;
    assert_eq!(tess.submit("c", &body).await.status(), 201);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_must_be_there_once_and_be_one() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let body = tess.json("/pathways/fire-protection/example").await;
    let send = |keys: Vec<String>| {
        let mut call = tess.post("/referrals").json(&body);
        for key in keys {
            call = call.header("Idempotency-Key", key);
        }
        call.send()
    };
    for bad in [vec![], vec!["a b".into()], vec![String::new()], vec!["x".repeat(129)], vec!["a".into(), "a".into()]] {
        let body = problem(send(bad).await.unwrap(), 400, "malformed").await;
        assert_eq!(fields(&body), ["Idempotency-Key"]);
    }
    assert_eq!(tess.json("/referrals").await["items"], json!([]));
    assert_eq!(send(vec!["x".repeat(128)]).await.unwrap().status(), 201);
    served.finish().await;
}
