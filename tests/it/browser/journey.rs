//! Whole journeys: with and without scripts, on a wide window and a small phone.

use serde_json::json;

use crate::support::{
    browser::{Browser, Kind, NARROW, PLAIN, WIDE},
    hub::{ENGINES, Hub, Served},
};

impl Browser {
    /// Signs in through both pages.
    pub async fn sign_in(&self, served: &Served, username: &str) {
        self.go("/sign-in").await;
        self.fill("username", username).await;
        self.fill("password", &served.hub.person(username).password).await;
        self.submit().await;
        assert_eq!(self.path().await, "/sign-in/code");
        self.fill("code", &served.next_code(username)).await;
        self.submit().await;
        assert_eq!(self.heading().await, "What do you want to do?");
    }

    /// Fills in the form that is open, as somebody would who saw a blocked exit.
    pub async fn fill_fire(&self, narrative: &str) {
        self.fill("premises_name", "Example Stores").await;
        self.fill("premises_address.line_1", "1 Example Street").await;
        self.fill("premises_address.town", "Leicester").await;
        for (name, value) in
            [("district", "leicester"), ("premises_use", "shop"), ("in_use", "open-public"), ("sleeping", "not-known")]
        {
            self.choose(name, value).await;
        }
        for (part, value) in [("day", "4"), ("month", "June"), ("year", "2026")] {
            self.fill(&format!("seen_on-{part}"), value).await;
        }
        self.choose("hazards", "exit-blocked").await;
        self.fill("narrative", narrative).await;
    }

    async fn is_well(&self, kind: Kind) {
        let path = self.path().await;
        assert!(!self.overflows().await, "{path} is wider than {}", kind.width);
        if kind.scripts {
            assert_eq!(self.stopped().await, json!([]), "{path}");
        }
    }
}

async fn walk(kind: Kind) {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(kind, &served.url()).await;
    browser.sign_in(&served, "tess.example").await;
    browser.is_well(kind).await;
    browser.follow("Fire safety of premises").await;
    browser.is_well(kind).await;
    browser.follow("Start now").await;
    browser.is_well(kind).await;
    browser.submit().await;
    assert!(browser.text(".govuk-error-summary").await.contains("Select yes if anyone is in danger now"));
    browser.choose("danger", "yes").await;
    browser.submit().await;
    browser.is_well(kind).await;
    browser.follow("Make the record").await;
    browser.submit().await;
    assert!(browser.text(".govuk-error-summary").await.contains("Enter the name of the premises"));
    browser.is_well(kind).await;
    browser.fill_fire("<img src=x onerror=\"document.title='ran'\"> A way out is blocked.").await;
    browser.choose("premises_use", "other").await;
    browser.submit().await;
    browser.fill("other_use", "A covered car wash").await;
    browser.submit().await;
    assert_eq!(browser.heading().await, "Check your answers");
    browser.is_well(kind).await;
    assert!(browser.text("main").await.contains("<img src=x"), "what was typed is shown as text");
    browser.press("button[name=change][value=premises_name]").await;
    browser.fill("premises_name", "Example Car Wash").await;
    browser.submit().await;
    browser.submit().await;
    assert_eq!(browser.heading().await, "Referral sent");
    browser.is_well(kind).await;
    let sent = browser.path().await;
    browser.follow("See this referral").await;
    let reference = browser.heading().await.replace("Referral ", "");
    assert_eq!(sent, format!("/referrals/{reference}/sent"));
    browser.is_well(kind).await;
    if kind.width < 640 {
        browser.click(".govuk-service-navigation__toggle").await;
    }
    browser.follow("My referrals").await;
    assert!(browser.text("tbody").await.contains("Example Car Wash"));
    browser.is_well(kind).await;
    browser.press(".app-account form[action='/sign-out'] button").await;
    assert!(browser.text("main").await.contains("You have signed out."));
    browser.client.back().await.unwrap();
    assert!(!browser.text("body").await.contains("Example Car Wash"), "Back shows nothing");

    browser.sign_in(&served, "theo.invented").await;
    browser.go("/queue").await;
    browser.is_well(kind).await;
    browser.follow(&reference).await;
    assert!(browser.text("main").await.contains("A way out is blocked."));
    browser.is_well(kind).await;
    browser.press(".app-account form[action='/sign-out'] button").await;

    browser.sign_in(&served, "dora.madeup").await;
    browser.go("/log").await;
    browser.is_well(kind).await;
    browser.click("select[name=use] option[value=lawfulness]").await;
    browser.fill("reference", &reference).await;
    browser.submit().await;
    assert!(browser.text("tbody").await.contains("Theo Invented"));
    assert!(browser.text("tbody").await.contains("opened a referral"));
    browser.is_well(kind).await;
    assert_ne!(browser.client.title().await.unwrap(), "ran");
    browser.close().await;
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_is_sent_opened_and_audited_on_a_wide_window() {
    walk(WIDE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_is_sent_opened_and_audited_on_a_small_phone() {
    walk(NARROW).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_is_sent_opened_and_audited_without_scripts() {
    walk(PLAIN).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_finds_the_content_and_the_errors() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(WIDE, &served.url()).await;
    browser.go("/sign-in").await;
    assert_eq!(browser.tab().await, "Skip to main content");
    browser.fill("username", "tess.example").await;
    browser.fill("password", "wrong").await;
    browser.submit().await;
    let focus = browser.run("return document.activeElement.className").await;
    assert_eq!(focus, json!("govuk-error-summary"), "the summary has the focus");
    assert!(browser.client.title().await.unwrap().starts_with("Error: "));
    assert_eq!(browser.run("return document.querySelector('[name=password]').value").await, json!(""));
    browser.close().await;
    served.finish().await;
}
