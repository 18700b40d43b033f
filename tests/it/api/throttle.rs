//! Guessing is slowed down, more with every failure; who knows the answer gets in as soon as the wait is over.

use std::time::Duration;

use reqwest::{Response, header};
use serde_json::json;

use super::{Client, credentials, problem};
use crate::support::hub::{ENGINES, Hub};

fn wait(answer: &Response) -> u64 {
    answer.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_wait_longer_each_time_and_the_right_one_works_after() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::nobody(&served);
    let right = credentials(&served, "tess.example");
    let mut wrong = right.clone();
    wrong["password"] = json!("not the password");
    let attempt = async |body: &serde_json::Value| client.post("/session").json(body).send().await.unwrap();
    for _ in 0..6 {
        problem(attempt(&wrong).await, 401, "credentials").await;
    }
    let mut waits = Vec::new();
    for _ in 0..4 {
        let refused = attempt(&right).await;
        let seconds = wait(&refused);
        problem(refused, 429, "throttled").await;
        waits.push(seconds);
        served.hub.clock.advance(Duration::from_millis(seconds * 1000 - 1));
        assert_eq!(wait(&attempt(&right).await), 1, "a part of a second is a whole one");
        served.hub.clock.advance(Duration::from_millis(1));
        problem(attempt(&wrong).await, 401, "credentials").await;
    }
    assert_eq!(waits, [2, 4, 8, 16]);
    served.hub.clock.advance(Duration::from_secs(32));
    let other = Client::signed_in(&served, "omar.placeholder").await;
    other.json("/me").await;
    let right = credentials(&served, "tess.example");
    assert_eq!(attempt(&right).await.status(), 201);
    // What failed before counts no more.
    problem(attempt(&wrong).await, 401, "credentials").await;
    assert_eq!(attempt(&credentials(&served, "tess.example")).await.status(), 201);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_misses_waits_and_successes_never_do() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let reference = tess.sends_example("one").await;
    for _ in 0..70 {
        tess.json(&format!("/referrals/{reference}")).await;
    }
    for _ in 0..61 {
        problem(tess.get("/referrals/7K3F-9QXD-2").send().await.unwrap(), 404, "unseen").await;
    }
    let refused = tess.get("/referrals/7K3F-9QXD-2").send().await.unwrap();
    let seconds = wait(&refused);
    problem(refused, 429, "throttled").await;
    served.hub.clock.advance(Duration::from_secs(seconds));
    tess.json(&format!("/referrals/{reference}")).await;
    served.finish().await;
}
