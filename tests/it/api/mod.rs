//! The JSON API as its clients meet it: over TLS, through a cookie, on the real hub.

mod attachments;
mod bodies;
mod closings;
mod desk_acts;
mod document;
mod enquiries;
mod export;
mod fields;
mod forgery;
mod log;
mod pathways;
mod people;
mod problems;
mod proofs;
mod redirections;
mod referrals;
mod repeats;
mod session;
mod shares;
mod throttle;

use std::time::Duration;

use referral_exchange::app::LogItem;
use reqwest::{Method, RequestBuilder, Response, header};
use serde_json::{Value, json};

use crate::support::hub::Served;

/// A client with a cookie jar of its own.
pub struct Client {
    http: reqwest::Client,
    base: String,
    /// What it sends with changing calls.
    pub csrf: String,
}

impl Client {
    /// Somebody who has not signed in.
    pub fn nobody(served: &Served) -> Self {
        let ca = reqwest::Certificate::from_pem(&served.ca).unwrap();
        let http = reqwest::Client::builder().add_root_certificate(ca).cookie_store(true).build().unwrap();
        Self { http, base: format!("{}/api/v1", served.url()), csrf: "none".into() }
    }

    /// A person of the partnership; the clock moves on so that the next code is a new one.
    pub async fn signed_in(served: &Served, username: &str) -> Self {
        let mut client = Self::nobody(served);
        let body = credentials(served, username);
        let answer = client.post("/session").json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201, "{username}");
        let begun: Value = answer.json().await.unwrap();
        begun["csrf_token"].as_str().unwrap().clone_into(&mut client.csrf);
        client
    }

    pub fn call(&self, method: &str, path: &str) -> RequestBuilder {
        self.http.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{}{path}", self.base))
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.call("GET", path)
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.call("POST", path).header("X-CSRF-Token", &self.csrf)
    }

    /// What a call that must succeed answers.
    pub async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json", "{path}");
        assert!(answer.headers().contains_key("x-request-id"));
        answer.json().await.unwrap()
    }

    pub async fn submit(&self, key: &str, body: &Value) -> Response {
        self.post("/referrals").header("Idempotency-Key", key).json(body).send().await.unwrap()
    }

    /// Sends the example of the fire pathway; its reference.
    pub async fn sends_example(&self, key: &str) -> String {
        let body = self.json("/pathways/fire-protection/example").await;
        let answer = self.submit(key, &body).await;
        assert_eq!(answer.status(), 201);
        answer.json::<Value>().await.unwrap()["reference"].as_str().unwrap().to_owned()
    }
}

/// The body of a right sign-in, half a minute after the last one.
pub fn credentials(served: &Served, username: &str) -> Value {
    served.hub.clock.advance(Duration::from_secs(31));
    let person = served.hub.person(username);
    let code = person.code(served.hub.app.now()).unwrap();
    json!({ "username": username, "password": person.password, "code": code })
}

/// Checks that an answer is a problem of this status and type, in every member and header; gives its body without the id.
pub async fn problem(answer: Response, status: u16, kind: &str) -> Value {
    let what = format!("{kind} from {}", answer.url());
    assert_eq!(answer.status(), status, "{what}");
    let headers = answer.headers().clone();
    assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json", "{what}");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{what}");
    assert_eq!(headers.contains_key(header::RETRY_AFTER), matches!(status, 429 | 503), "{what}");
    let mut body: Value = answer.json().await.unwrap();
    let id = body.as_object_mut().unwrap().remove("request_id").unwrap();
    assert_eq!(headers["x-request-id"], id.as_str().unwrap(), "{what}");
    assert_eq!(body["type"], format!("/problems/{kind}"));
    assert_eq!(body["status"], status);
    assert!(body["title"].is_string() && body["errors"].is_array(), "{body}");
    body
}

/// The names of the fields that a problem wants mended.
pub fn fields(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect()
}

/// The events that an agency's officer sees of an act, newest first.
pub async fn events(served: &Served, officer: &str, action: &str) -> Vec<LogItem> {
    let dpo = served.hub.sign_in(officer).await;
    let query = referral_exchange::app::LogQuery {
        action: referral_exchange::domain::action::Action::parse(action),
        limit: Some(100),
        ..referral_exchange::app::LogQuery::default()
    };
    served.hub.app.read_log(&served.hub.app.request(None), &dpo, &query).await.unwrap().items
}
