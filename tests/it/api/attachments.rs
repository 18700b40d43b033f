//! Files over TLS: what a client sends, what it is told, and what it gets back.

use referral_exchange::store::Engine;
use reqwest::{Response, StatusCode, header};
use serde_json::{Value, json};

use super::{Client, fields, problem};
use crate::support::{
    files::{content_type, form, pdf, photograph},
    hub::Hub,
};

async fn add(client: &Client, reference: &str, key: &str, body: Vec<u8>) -> Response {
    let request = client.post(&format!("/referrals/{reference}/attachments")).header("Idempotency-Key", key);
    request.header(header::CONTENT_TYPE, content_type()).body(body).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_always_a_download() {
    let served = Hub::founded(Engine::Sqlite).await.serve().await;
    let sender = Client::signed_in(&served, "tess.example").await;
    let reference = sender.sends_example("one").await;
    let content = pdf(200_000);
    // The file first, as the fields are named in the description of the call; and last.
    let first = form(&[("description", "The plan"), ("audience", "shared")], Some(("Plän 1.pdf", &content)));
    let answer = add(&sender, &reference, "a", first.clone()).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let made: Value = answer.json().await.unwrap();
    let answer = add(&sender, &reference, "a", first).await;
    assert_eq!((answer.status(), &answer.headers()["idempotency-replayed"]), (StatusCode::CREATED, &"true".parse().unwrap()));
    assert_eq!(answer.json::<Value>().await.unwrap(), made);
    let other = add(&sender, &reference, "a", form(&[("audience", "shared")], Some(("b.pdf", &content)))).await;
    problem(other, 422, "key-reused").await;

    let triager = Client::signed_in(&served, "theo.invented").await;
    let listed = triager.json(&format!("/referrals/{reference}")).await["attachments"].clone();
    let [file] = &listed.as_array().unwrap()[..] else { panic!("{listed}") };
    assert_eq!((&file["id"], &file["at"]), (&made["id"], &made["at"]));
    assert_eq!((file["size"].as_u64(), file["type"].as_str()), (Some(200_000), Some("application/pdf")));
    assert_eq!((file["description"].as_str(), file["scan"].as_str()), (Some("The plan"), Some("clean")));

    let path = format!("/referrals/{reference}/attachments/{}", made["id"].as_str().unwrap());
    let answer = triager.get(&path).header(header::ACCEPT_ENCODING, "gzip").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("content-length", "200000"),
        ("content-disposition", "attachment; filename=\"Pl_n 1.pdf\"; filename*=UTF-8''Pl%C3%A4n%201.pdf"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.headers()[name], value, "{name}");
    }
    assert!(!answer.headers().contains_key("content-encoding"));
    assert_eq!(answer.bytes().await.unwrap(), content);

    let original = triager.get(&format!("{path}/original")).send().await.unwrap();
    problem(original, 404, "unseen").await;
    let stop = triager.post(&format!("{path}/quarantine")).header("Idempotency-Key", "q").json(&json!({ "reason": "harmful" }));
    assert_eq!(stop.send().await.unwrap().status(), StatusCode::CREATED);
    problem(sender.get(&path).send().await.unwrap(), 409, "conflict").await;
    let file = sender.json(&format!("/referrals/{reference}")).await["attachments"][0].clone();
    assert_eq!((&file["quarantined"], &file["quarantine"]["reason"]), (&json!(true), &json!("harmful")));
    assert!(file["quarantine"]["by"].as_str().unwrap().starts_with("Theo Invented, "));
    let lead = Client::signed_in(&served, "fay.fictional").await;
    let end = async |who: &Client, key: &str, reason: &str| {
        let call = who.post(&format!("{path}/quarantine/end")).header("Idempotency-Key", key);
        call.json(&json!({ "reason": reason })).send().await.unwrap()
    };
    problem(end(&triager, "e1", "slip").await, 403, "refused").await;
    problem(end(&lead, "e2", "because").await, 400, "malformed").await;
    assert_eq!(end(&lead, "e3", "slip").await.status(), StatusCode::CREATED);
    problem(end(&lead, "e4", "slip").await, 409, "conflict").await;
    let file = sender.json(&format!("/referrals/{reference}")).await["attachments"][0].clone();
    assert_eq!((&file["quarantined"], &file["quarantine"]["ended"]["reason"]), (&json!(false), &json!("slip")));
    // Whatever must be stopped is stopped without a reason, too.
    let unnamed =
        triager.post(&format!("{path}/quarantine")).header("Idempotency-Key", "unnamed").body("{\"reason\":\"child-image\"}");
    assert_eq!(unnamed.send().await.unwrap().status(), 415, "a reason is not passed over");
    let stop = triager.post(&format!("{path}/quarantine")).header("Idempotency-Key", "plain").send().await.unwrap();
    assert_eq!(stop.status(), StatusCode::CREATED);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_as_it_came_is_asked_for_by_itself() {
    let served = Hub::founded(Engine::Sqlite).await.serve().await;
    let sender = Client::signed_in(&served, "tess.example").await;
    let reference = sender.sends_example("one").await;
    let (photograph, clean) = photograph();
    let answer = add(&sender, &reference, "a", form(&[("audience", "shared")], Some(("a.jpg", &photograph)))).await;
    let made: Value = answer.json().await.unwrap();
    let path = format!("/referrals/{reference}/attachments/{}", made["id"].as_str().unwrap());
    assert_eq!(sender.get(&path).send().await.unwrap().bytes().await.unwrap(), clean);
    assert_eq!(sender.get(&format!("{path}/original")).send().await.unwrap().bytes().await.unwrap(), photograph);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_is_told_in_plain_words() {
    let served = Hub::founded(Engine::Sqlite).await.serve().await;
    let sender = Client::signed_in(&served, "tess.example").await;
    let reference = sender.sends_example("one").await;
    let shared = [("audience", "shared")];
    let large = form(&shared, Some(("a.pdf", &pdf(25 * 1024 * 1024 + 1))));
    problem(add(&sender, &reference, "a", large).await, 413, "too-large").await;
    problem(add(&sender, &reference, "a", form(&shared, Some(("a.pdf", b"MZ\0")))).await, 415, "file-type").await;
    let empty = problem(add(&sender, &reference, "a", form(&shared, Some(("a.pdf", b"")))).await, 422, "answers").await;
    assert_eq!(fields(&empty), ["file"]);
    let none = problem(add(&sender, &reference, "a", form(&[], Some(("a.pdf", &pdf(9))))).await, 422, "answers").await;
    assert_eq!(fields(&none), ["audience"]);
    let file: Option<(&str, &[u8])> = Some(("a.pdf", b"%PDF-1.7 x"));
    problem(add(&sender, &reference, "a", form(&[("audience", "everybody")], file)).await, 400, "malformed").await;
    problem(add(&sender, &reference, "a", form(&[("audience", "shared"), ("role", "dpo")], file)).await, 400, "malformed").await;
    problem(add(&sender, &reference, "a", form(&[("audience", "casework")], file)).await, 403, "refused").await;
    problem(add(&sender, "0000-0000-0", "a", form(&shared, file)).await, 404, "unseen").await;
    let path = format!("/referrals/{reference}/attachments");
    let json = sender.post(&path).header("Idempotency-Key", "a").json(&serde_json::json!({})).send().await.unwrap();
    problem(json, 415, "file-type").await;
    let keyless = sender.post(&path).header(header::CONTENT_TYPE, content_type()).body(form(&shared, file)).send().await.unwrap();
    problem(keyless, 400, "malformed").await;
    // The largest that is taken.
    let largest = form(&shared, Some(("a.pdf", &pdf(25 * 1024 * 1024))));
    assert_eq!(add(&sender, &reference, "a", largest).await.status(), StatusCode::CREATED);
    served.finish().await;
}
