//! What somebody types outlives their session, without scripts and on a phone, and stays out of sight of whoever is next.

use std::time::Duration;

use crate::support::{
    browser::{Browser, Kind, NARROW, PLAIN},
    hub::{ENGINES, Hub},
};

const WORDS: &str = "Canarykept: a way out is blocked.";

async fn interrupted(kind: Kind) {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(kind, &served.url()).await;
    browser.sign_in(&served, "tess.example").await;
    browser.go("/refer/fire-protection/danger").await;
    browser.choose("danger", "no").await;
    browser.submit().await;
    let section = format!("{}/section/seen", browser.path().await);
    browser.go(&section).await;
    browser.fill_seen(WORDS).await;
    served.hub.clock.advance(Duration::from_mins(20));
    browser.press("form[data-app-autosave] .govuk-button-group button").await;
    assert_eq!(browser.path().await, "/sign-in");
    assert!(browser.text("main").await.contains("What you typed is kept"));
    assert!(!browser.client.source().await.unwrap().contains("Canarykept"));

    // Whoever signs in next on this computer, and follows the same way, finds nothing.
    browser.sign_in(&served, "omar.placeholder").await;
    browser.go(&section).await;
    assert!(!browser.client.source().await.unwrap().contains("Canarykept"));
    browser.press(".app-account form[action='/sign-out'] button").await;

    browser.sign_in(&served, "tess.example").await;
    browser.go(&section).await;
    assert!(browser.text("main").await.contains(WORDS));
    browser.press("main form[method='get'] button").await;
    assert!(browser.text("main").await.contains("It is not saved until you press a save button"));
    browser.press("form[data-app-autosave] .govuk-button-group button").await;
    browser.go(&section).await;
    assert_eq!(browser.find("[name='narrative']").await.prop("value").await.unwrap().unwrap(), WORDS);
    assert!(!browser.has("#kept-heading").await && !browser.overflows().await);
    browser.close().await;
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_comes_back_without_scripts() {
    interrupted(PLAIN).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_comes_back_on_a_small_phone() {
    interrupted(NARROW).await;
}
