//! Requests that a foreign page made a browser send are refused and on record; scripts, which send no origin, are not.

use reqwest::header;

use super::{Client, credentials, events, problem};
use crate::support::hub::{ENGINES, Hub};

#[tokio::test(flavor = "multi_thread")]
async fn a_changing_call_needs_the_token_of_its_own_session() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    let omar = Client::signed_in(&served, "omar.placeholder").await;
    let body = tess.json("/pathways/fire-protection/example").await;
    let send = || tess.call("POST", "/referrals").header("Idempotency-Key", "one").json(&body);
    problem(send().send().await.unwrap(), 403, "cross-site").await;
    for token in ["", "x", &omar.csrf, &tess.csrf.to_uppercase(), &tess.csrf[1..]] {
        problem(send().header("X-CSRF-Token", token).send().await.unwrap(), 403, "cross-site").await;
    }
    let twice = send().header("X-CSRF-Token", &tess.csrf).header("X-CSRF-Token", &tess.csrf);
    problem(twice.send().await.unwrap(), 403, "cross-site").await;
    problem(tess.call("DELETE", "/session").send().await.unwrap(), 403, "cross-site").await;
    assert_eq!(send().header("X-CSRF-Token", &tess.csrf).send().await.unwrap().status(), 201);
    let refused = tess.json("/referrals").await["items"].as_array().unwrap().len();
    assert_eq!(refused, 1, "what was refused left nothing behind");
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_origin_is_refused_and_its_absence_is_not() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let own = served.url();
    let lead = Client::signed_in(&served, "nia.imaginary").await;
    let body = lead.json("/pathways/fire-protection/example").await;
    let table = [
        (vec![], true),
        (vec![("Origin", own.as_str())], true),
        (vec![("Sec-Fetch-Site", "same-origin")], true),
        (vec![("Sec-Fetch-Site", "none")], true),
        (vec![("Origin", own.as_str()), ("Sec-Fetch-Site", "same-origin")], true),
        (vec![("Origin", "https://evil.example")], false),
        (vec![("Origin", "https://localhost")], false),
        (vec![("Origin", "http://localhost")], false),
        (vec![("Origin", "null")], false),
        (vec![("Origin", own.as_str()), ("Origin", "https://evil.example")], false),
        (vec![("Sec-Fetch-Site", "same-site")], false),
        (vec![("Sec-Fetch-Site", "cross-site")], false),
        (vec![("Origin", own.as_str()), ("Sec-Fetch-Site", "cross-site")], false),
    ];
    let mut sent = 0;
    for (number, (headers, good)) in table.iter().enumerate() {
        let with = |mut call: reqwest::RequestBuilder| {
            for (name, value) in headers {
                call = call.header(*name, *value);
            }
            call
        };
        let call = with(lead.post("/referrals").header("Idempotency-Key", format!("key-{number}")).json(&body));
        let sign_in = with(Client::nobody(&served).call("POST", "/session").json(&credentials(&served, "omar.placeholder")));
        if *good {
            assert_eq!(call.send().await.unwrap().status(), 201, "{headers:?}");
            assert_eq!(sign_in.send().await.unwrap().status(), 201, "{headers:?}");
            sent += 1;
        } else {
            problem(call.send().await.unwrap(), 403, "cross-site").await;
            let answer = sign_in.send().await.unwrap();
            assert!(!answer.headers().contains_key(header::SET_COOKIE));
            problem(answer, 403, "cross-site").await;
        }
        assert_eq!(with(lead.get("/me")).send().await.unwrap().status(), 200, "reading changes nothing: {headers:?}");
    }
    // The referrals are the council's own acts; refusals stand beside them.
    let submits = events(&served, "dev.specimen", "submit-referral").await;
    let count = |outcome: &str| submits.iter().filter(|event| event.outcome == outcome).count();
    assert_eq!((count("allow"), count("refuse")), (sent, table.len() - sent));
    let cross = submits.iter().filter(|event| event.outcome == "refuse");
    assert!(cross.clone().all(|event| event.reason.as_deref() == Some("cross-site") && event.actor.is_some()));
    served.finish().await;
}
