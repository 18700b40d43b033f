//! The life of a session: begun with password and code, moved on by use, ended by time or by its owner.

use std::time::Duration;

use referral_exchange::domain::time::Timestamp;
use reqwest::{Response, header};
use serde_json::{Value, json};

use super::{Client, credentials, problem};
use crate::support::hub::{ENGINES, Hub, Served};

async fn served() -> Served {
    Hub::founded(ENGINES[0]).await.serve().await
}

fn cookie(answer: &Response) -> (String, Vec<String>) {
    let set: Vec<_> = answer.headers().get_all(header::SET_COOKIE).iter().collect();
    assert_eq!(set.len(), 1);
    let mut parts = set[0].to_str().unwrap().split("; ").map(str::to_owned);
    let pair = parts.next().unwrap();
    let mut attributes: Vec<_> = parts.collect();
    attributes.sort();
    (pair, attributes)
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_answers_who_and_until_when_and_sets_a_guarded_cookie() {
    let served = served().await;
    let client = Client::nobody(&served);
    let answer = client.post("/session").json(&credentials(&served, "tess.example")).send().await.unwrap();
    let now = served.hub.app.now();
    assert_eq!(answer.status(), 201);
    let (pair, attributes) = cookie(&answer);
    assert!(pair.starts_with("__Host-session=") && pair.len() > 40, "{}", pair.len());
    assert_eq!(attributes, ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"]);
    let body: Value = answer.json().await.unwrap();
    let mut members: Vec<_> = body.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["csrf_token", "expires_at", "idle_expires_at", "user"]);
    let user = json!({
        "username": "tess.example", "name": "Tess Example", "agency": "Ashgrove Academy",
        "team": "Ashgrove safeguarding", "role": "practitioner",
    });
    assert_eq!(body["user"], user);
    let moment = |name: &str| Timestamp::parse(body[name].as_str().unwrap()).unwrap();
    assert_eq!(moment("idle_expires_at").since(now), Duration::from_mins(15));
    assert_eq!(moment("expires_at").since(now), Duration::from_hours(8));

    let me = client.json("/me").await;
    assert_eq!(me["user"], user);
    let team = &me["teams"][0];
    assert_eq!(me["teams"].as_array().unwrap().len(), 1);
    assert_eq!(team["id"], served.hub.person("tess.example").team_id.to_string());
    assert_eq!((&team["name"], &team["agency"], &team["role"]), (&user["team"], &user["agency"], &json!("practitioner")));
    let again = client.post("/session").json(&credentials(&served, "tess.example")).send().await.unwrap();
    assert_ne!(cookie(&again).0, pair, "every sign-in has a cookie of its own");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anything_wrong_is_one_and_the_same_401() {
    let served = served().await;
    let client = Client::nobody(&served);
    let right = credentials(&served, "tess.example");
    assert_eq!(client.post("/session").json(&right).send().await.unwrap().status(), 201);
    let with = |field: &str, value: &str| {
        let mut body = right.clone();
        body[field] = json!(value);
        body
    };
    let mut seen = Vec::new();
    for (what, body) in [
        ("a replayed code", right.clone()),
        ("another password", with("password", "canary-password")),
        ("another's name", with("username", "omar.placeholder")),
        ("nobody's name", with("username", "canary.nobody")),
        ("no name at all", with("username", "")),
        ("an impossible name", with("username", "canary \u{0} name")),
    ] {
        let nobody = Client::nobody(&served);
        let answer = nobody.post("/session").json(&body).send().await.unwrap();
        assert!(!answer.headers().contains_key(header::SET_COOKIE), "{what}");
        assert!(answer.headers().contains_key(header::WWW_AUTHENTICATE), "{what}");
        let body = problem(answer, 401, "credentials").await;
        assert!(!body.to_string().contains("canary"), "{what}");
        seen.push(body);
        problem(nobody.get("/me").send().await.unwrap(), 401, "not-signed-in").await;
    }
    for code in ["", "12345", "abcdef", "000000 "] {
        let mut body = credentials(&served, "lena.sample");
        body["code"] = json!(code);
        seen.push(problem(Client::nobody(&served).post("/session").json(&body).send().await.unwrap(), 401, "credentials").await);
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:?}");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_unused_after_a_quarter_of_an_hour_and_used_after_eight_hours() {
    let served = served().await;
    let minutes = |count| served.hub.clock.advance(Duration::from_mins(count));
    let idle = Client::signed_in(&served, "tess.example").await;
    minutes(14);
    idle.json("/me").await;
    minutes(14);
    idle.json("/me").await;
    minutes(15);
    problem(idle.get("/me").send().await.unwrap(), 401, "not-signed-in").await;
    minutes(1);
    problem(idle.get("/me").send().await.unwrap(), 401, "not-signed-in").await;

    let busy = Client::signed_in(&served, "tess.example").await;
    for _ in 0..47 {
        minutes(10);
        busy.json("/me").await;
    }
    minutes(9);
    busy.json("/me").await;
    minutes(1);
    problem(busy.get("/me").send().await.unwrap(), 401, "not-signed-in").await;
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_this_session_and_everywhere_ends_all() {
    let served = served().await;
    let (first, second) = (Client::signed_in(&served, "tess.example").await, Client::signed_in(&served, "tess.example").await);
    let answer = first.call("DELETE", "/session").header("X-CSRF-Token", &first.csrf).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers()["clear-site-data"], "\"cache\",\"cookies\",\"storage\"");
    let (pair, attributes) = cookie(&answer);
    assert_eq!(pair, "__Host-session=");
    assert_eq!(attributes, ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Strict", "Secure"]);
    problem(first.get("/me").send().await.unwrap(), 401, "not-signed-in").await;
    second.json("/me").await;

    let person = served.hub.sign_in("tess.example").await;
    served.hub.app.sign_out_everywhere(&served.hub.app.request(None), &person).await.unwrap();
    problem(second.get("/me").send().await.unwrap(), 401, "not-signed-in").await;
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_that_is_not_ours_or_stands_twice_is_nobodys() {
    let served = served().await;
    let client = Client::nobody(&served);
    let answer = client.post("/session").json(&credentials(&served, "tess.example")).send().await.unwrap();
    let (pair, _) = cookie(&answer);
    let value = pair.split_once('=').unwrap().1.to_owned();
    let stranger = Client::nobody(&served);
    let with = |cookies: String| stranger.get("/me").header(header::COOKIE, cookies).send();
    assert_eq!(with(pair.clone()).await.unwrap().status(), 200, "the cookie is all that it takes");
    for bad in [
        format!("session={value}"),
        format!("__Host-pre-session={value}"),
        format!("__Host-session={value}x"),
        format!("__Host-session={}", value.to_uppercase()),
        format!("{pair}; __Host-session=x"),
        "__Host-session=".to_owned(),
    ] {
        problem(with(bad).await.unwrap(), 401, "not-signed-in").await;
    }
    served.finish().await;
}
