//! Whatever fails has one shape; whoever is not signed in gets nowhere, and is counted.

use referral_exchange::api::ROUTES;
use reqwest::header;

use super::{Client, problem};
use crate::support::hub::{ENGINES, Hub};

#[tokio::test(flavor = "multi_thread")]
async fn every_closed_route_refuses_nobody_and_records_it_once_a_minute() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let nobody = Client::nobody(&served);
    let store = served.hub.app.store();
    let closed: Vec<_> = ROUTES.iter().filter(|route| !route.public).collect();
    let pending = async || {
        served.hub.app.sequence().await.unwrap();
        let mut count = 0;
        while let Some(last) = store.sequenced_from(count, 500).await.unwrap().last() {
            count = last.index + 1;
        }
        count
    };
    let before = pending().await;
    for route in &closed {
        let path = route.path.replace("{id}", "fire-protection").replace("{reference}", "7K3F-9QXD-2").replace("{index}", "0");
        for _ in 0..3 {
            let call = nobody.call(route.method, &path).header("X-CSRF-Token", "x").header("Idempotency-Key", "x");
            problem(call.send().await.unwrap(), 401, "not-signed-in").await;
        }
        assert!(route.action.is_some(), "{}", route.name);
    }
    let after = pending().await;
    assert_eq!(after - before, i64::try_from(closed.len()).unwrap(), "the first of each route; the rest are counted");
    for route in ROUTES.iter().filter(|route| route.public && route.method == "GET") {
        assert_eq!(nobody.get(route.path).send().await.unwrap().status(), 200, "{}", route.name);
    }
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_404_for_every_verb() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    for path in ["/nothing", "", "/me/", "/referrals/7K3F-9QXD-2/nothing", "/log/0/nothing", "/../v1/nothing", "//me"] {
        for method in ["GET", "POST", "DELETE", "PUT"] {
            problem(tess.call(method, path).send().await.unwrap(), 404, "unseen").await;
        }
    }
    for (method, path) in [
        ("PUT", "/session"),
        ("GET", "/session"),
        ("POST", "/me"),
        ("PATCH", "/referrals"),
        ("DELETE", "/referrals/7K3F-9QXD-2"),
        ("OPTIONS", "/queue"),
        ("TRACE", "/log"),
    ] {
        for client in [&tess, &Client::nobody(&served)] {
            let answer = client.call(method, path).send().await.unwrap();
            assert!(!answer.headers().contains_key(header::ALLOW), "{method} {path}");
            problem(answer, 404, "unseen").await;
        }
    }
    let head = tess.call("HEAD", "/me").send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(head.headers()[header::CONTENT_TYPE], "application/json");
    assert!(head.bytes().await.unwrap().is_empty());
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_is_503_and_says_when_to_try_again() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let tess = Client::signed_in(&served, "tess.example").await;
    served.hub.app.store().close().await.unwrap();
    for path in ["/me", "/referrals", "/log/checkpoint"] {
        problem(tess.get(path).send().await.unwrap(), 503, "unavailable").await;
    }
    served.stop().await.abandon().await;
}
