//! What comes in is exactly what a call takes, or refused without an echo.

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Frame};
use serde_json::json;

use super::{Client, credentials, fields, problem};
use crate::support::hub::{ENGINES, Hub};

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_make_no_sense_are_refused_by_kind() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let good = tess.json("/pathways/fire-protection/example").await.to_string();
    let unknown = good.replacen('{', "{\"canary\":\"canary\",", 1);
    let twice = good.replacen('{', "{\"pathway\":\"fire-protection\",", 1);
    let answer_twice = good.replacen("\"answers\":{", "\"answers\":{\"danger_now\":true,", 1);
    assert!([&unknown, &twice, &answer_twice].iter().all(|body| **body != good));
    let large = good.replacen("\"answers\":{", &format!("\"answers\":{{\"narrative\":\"{}\",", "x".repeat(300_000)), 1);
    let json_type = "application/json";
    for (what, media, body, status, kind) in [
        ("nothing", json_type, "", 400, "malformed"),
        ("half", json_type, &good[..good.len() / 2], 400, "malformed"),
        ("a list", json_type, "[]", 400, "malformed"),
        ("a text", json_type, "\"canary\"", 400, "malformed"),
        ("more after the end", json_type, &format!("{good} canary"), 400, "malformed"),
        ("no pathway", json_type, "{\"answers\":{}}", 400, "malformed"),
        ("no answers", json_type, "{\"pathway\":\"fire-protection\"}", 400, "malformed"),
        ("a pathway that is no text", json_type, "{\"pathway\":7,\"answers\":{}}", 400, "malformed"),
        ("an unknown member", json_type, &unknown, 400, "malformed"),
        ("a member twice", json_type, &twice, 400, "malformed"),
        ("an answer twice", json_type, &answer_twice, 400, "malformed"),
        ("an unknown pathway", json_type, "{\"pathway\":\"canary\",\"answers\":{}}", 404, "unseen"),
        ("answers that are none", json_type, "{\"pathway\":\"fire-protection\",\"answers\":7}", 422, "answers"),
        ("a form", "application/x-www-form-urlencoded", &good, 415, "media-type"),
        ("a text type", "text/plain", &good, 415, "media-type"),
        ("no type", "", &good, 415, "media-type"),
        ("another alphabet", "application/json; charset=utf-16", &good, 415, "media-type"),
        ("too much", json_type, &large, 413, "too-large"),
    ] {
        let call = tess.post("/referrals").header("Idempotency-Key", "k").header("Content-Type", media);
        let answer = call.body(body.to_owned()).send().await.unwrap();
        assert_eq!(answer.status(), status, "{what}");
        let body = problem(answer, status, kind).await;
        assert!(!body.to_string().contains("canary"), "{what}: {body}");
    }
    let encoded = tess.post("/referrals").header("Idempotency-Key", "k").header("Content-Encoding", "gzip");
    problem(encoded.header("Content-Type", json_type).body(good.clone()).send().await.unwrap(), 415, "media-type").await;
    assert_eq!(tess.json("/referrals").await["items"], json!([]));
    for accept in ["text/html", "image/png", "nonsense"] {
        assert_eq!(tess.get("/me").header("Accept", accept).send().await.unwrap().status(), 200, "{accept}");
    }
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_another_form_than_the_schema_says_are_told_by_field() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let mut body = tess.json("/pathways/fire-protection/example").await;
    body["answers"]["danger_now"] = json!("yes");
    body["answers"]["hazards"] = json!(["alarm", "alarm"]);
    body["answers"]["in_use"] = json!(true);
    body["answers"]["narrative"] = json!(["canary"]);
    let call = tess.post("/referrals").header("Idempotency-Key", "forms").json(&body);
    let told = problem(call.send().await.unwrap(), 422, "answers").await;
    let mut names = fields(&told);
    names.sort_unstable();
    assert_eq!(names, ["danger_now", "hazards", "in_use", "narrative"], "{told}");
    assert!(!told.to_string().contains("canary"), "{told}");
    served.finish().await;
}

/// A body in pieces says no length beforehand; it is stopped all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_body_without_a_length_is_stopped() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::nobody(&served);
    let in_pieces = |length: usize| {
        let text = format!("{{\"username\":\"{}\"}}", "x".repeat(length));
        // Mapped, a body forgets how long it is.
        let body = Full::new(text.into_bytes().into()).map_frame(|frame: Frame<Bytes>| frame);
        assert_eq!(body.size_hint().exact(), None);
        client.post("/session").header("Content-Type", "application/json").body(reqwest::Body::wrap(body))
    };
    problem(in_pieces(1000).send().await.unwrap(), 400, "malformed").await;
    problem(in_pieces(256 * 1024).send().await.unwrap(), 413, "too-large").await;
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_takes_exactly_its_members() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::nobody(&served);
    let right = credentials(&served, "tess.example");
    for member in ["username", "password", "code"] {
        let mut body = right.clone();
        body.as_object_mut().unwrap().remove(member);
        problem(client.post("/session").json(&body).send().await.unwrap(), 400, "malformed").await;
        body[member] = json!(7);
        problem(client.post("/session").json(&body).send().await.unwrap(), 400, "malformed").await;
    }
    let mut body = right.clone();
    body["remember"] = json!(true);
    problem(client.post("/session").json(&body).send().await.unwrap(), 400, "malformed").await;
    assert_eq!(client.post("/session").json(&right).send().await.unwrap().status(), 201, "none of these used the code up");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_have_only_the_fields_a_call_knows() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let lead = Client::signed_in(&served, "fay.fictional").await;
    let dpo = Client::signed_in(&served, "dora.madeup").await;
    for path in ["/referrals", "/queue"] {
        for query in ["?canary=1", "?limit=1&limit=1", "?limit=0", "?limit=101", "?limit=-1", "?limit=canary", "?cursor=canary"] {
            let body = problem(lead.get(&format!("{path}{query}")).send().await.unwrap(), 400, "malformed").await;
            assert!(!body.to_string().contains("canary"), "{body}");
        }
        lead.json(&format!("{path}?limit=100&cursor=")).await;
    }
    let state = problem(lead.get("/queue?state=canary").send().await.unwrap(), 400, "malformed").await;
    assert_eq!(fields(&state), ["state"]);
    for (query, field) in [
        ("?use=canary", "use"),
        ("?action=canary", "action"),
        ("?from=canary", "from"),
        ("?to=2026-11-31", "to"),
        ("?cursor=canary", "cursor"),
        ("?limit=101", "limit"),
    ] {
        let body = problem(dpo.get(&format!("/log{query}")).send().await.unwrap(), 400, "malformed").await;
        assert_eq!(fields(&body), [field]);
        assert!(!body.to_string().contains("canary"));
    }
    problem(dpo.get("/log?canary=1").send().await.unwrap(), 400, "malformed").await;
    problem(dpo.get("/log/0?canary=1").send().await.unwrap(), 400, "malformed").await;
    dpo.json("/log?reference=&actor=&action=&from=&to=&use=&cursor=").await;
    served.finish().await;
}
