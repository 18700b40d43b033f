//! Guessing is slowed down, more with every failure; who knows the answer gets in as soon as the wait is over.

use std::time::Duration;

use referral_exchange::{app::PasswordSettings, store::Engine};
use reqwest::{RequestBuilder, Response, header};
use serde_json::json;

use super::{Client, credentials, problem};
use crate::support::{
    hub::{ENGINES, Hub},
    raw::Raw,
};

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

/// The answers to many tries at once.
async fn at_once(tries: Vec<RequestBuilder>) -> Vec<u16> {
    let sent = tries.into_iter().map(|request| tokio::spawn(async move { request.send().await.unwrap().status().as_u16() }));
    let mut answers = Vec::new();
    for answer in sent.collect::<Vec<_>>() {
        answers.push(answer.await.unwrap());
    }
    answers.sort_unstable();
    answers
}

async fn guesses_at_once(engine: Engine) {
    let served = Hub::founded(engine).await.serve().await;
    let client = Client::nobody(&served);
    let mut wrong = credentials(&served, "tess.example");
    wrong["password"] = json!("not the password");
    let answers = at_once((0..50).map(|_| client.post("/session").json(&wrong)).collect()).await;
    assert_eq!(answers, [[401; 6].as_slice(), &[429; 44]].concat(), "five are free, the sixth brings the wait");
    // Another name each: the address is what they have in common. Six stand against it already.
    let others = (0..60).map(|number| {
        let guess = json!({ "username": format!("nobody.{number}"), "password": "not the password", "code": "000000" });
        client.post("/session").json(&guess)
    });
    let answers = at_once(others.collect()).await;
    assert_eq!(answers, [[401; 15].as_slice(), &[429; 45]].concat(), "twenty are free");
    served.finish().await;
}

/// Strangers fail on a name, and everybody else at the address: whoever is at home there signs in all the same, and the rest
/// wait for a minute at most.
async fn nobody_is_kept_out(engine: Engine) {
    let served = Hub::founded(engine).await.serve().await;
    let client = Client::nobody(&served);
    Client::signed_in(&served, "tess.example").await;
    for round in 0..40 {
        let name = if round % 2 == 0 { "omar.placeholder".to_owned() } else { format!("nobody.{round}") };
        let guess = json!({ "username": name, "password": "not the password", "code": "000000" });
        let answer = client.post("/session").json(&guess).send().await.unwrap();
        match answer.status().as_u16() {
            401 => {}
            429 => {
                let seconds = wait(&answer);
                assert!(seconds <= 60, "{seconds}");
                served.hub.clock.advance(Duration::from_secs(seconds));
            }
            other => panic!("{other}"),
        }
    }
    let refused = client.post("/session").json(&credentials(&served, "omar.placeholder")).send().await.unwrap();
    assert_eq!(refused.status(), 429);
    Client::signed_in(&served, "tess.example").await;
    // A minute later the other's right password counts, too, and from then on that person is at home here.
    served.hub.clock.advance(Duration::from_mins(1));
    Client::signed_in(&served, "omar.placeholder").await;
    let guess = json!({ "username": "nobody.more", "password": "not the password", "code": "000000" });
    let again = at_once((0..9).map(|_| client.post("/session").json(&guess)).collect()).await;
    assert!(again.contains(&429));
    Client::signed_in(&served, "omar.placeholder").await;
    // At home there are tries to be counted as well.
    let mut wrong = credentials(&served, "omar.placeholder");
    wrong["password"] = json!("not the password");
    let answers = at_once((0..20).map(|_| client.post("/session").json(&wrong)).collect()).await;
    assert_eq!(answers, [[401; 6].as_slice(), &[429; 14]].concat());
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_filled_in_is_no_guess() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::nobody(&served);
    let right = credentials(&served, "tess.example");
    for _ in 0..10 {
        for (name, value) in [("username", " "), ("password", ""), ("code", ""), ("code", "12345"), ("code", "1234567")] {
            let mut body = right.clone();
            body[name] = json!(value);
            problem(client.post("/session").json(&body).send().await.unwrap(), 401, "credentials").await;
        }
    }
    assert_eq!(client.post("/session").json(&right).send().await.unwrap().status(), 201);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_says_when_to_come_back_and_counts_no_guess() {
    let narrow = PasswordSettings { memory_kib: 64 * 1024, passes: 1, permits: 1, queue: 1 };
    let served = Hub::founded_slowly(ENGINES[0], narrow).await.serve().await;
    let client = Client::nobody(&served);
    let guess = |number: usize| {
        let guess = json!({ "username": format!("nobody.{number}"), "password": "not the password", "code": "000000" });
        client.post("/session").json(&guess)
    };
    let answers = at_once((0..16).map(guess).collect()).await;
    assert!(answers.contains(&401) && answers.contains(&503), "{answers:?}");
    assert!(answers.iter().all(|status| [401, 503].contains(status)), "{answers:?}");
    served.finish().await;
}

crate::support::on_both! {
    guesses_that_come_at_once_are_slowed_down_like_others => guesses_at_once,
    no_failing_of_others_keeps_anybody_out => nobody_is_kept_out,
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
    let refusals = "SELECT CAST(COUNT(*) AS BIGINT) FROM log_event WHERE outcome = 'refuse' AND actor IS NOT NULL";
    assert_eq!(Raw::owner(&served.hub).await.count(refusals).await, 62, "the wait is on record like the misses");
    served.hub.clock.advance(Duration::from_secs(seconds));
    tess.json(&format!("/referrals/{reference}")).await;
    served.finish().await;
}
