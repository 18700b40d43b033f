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

    /// Fills in the three sections of a draft whose first is open, as somebody would who saw a blocked exit; ends on its tasks.
    pub async fn fill_fire(&self, narrative: &str) {
        self.fill_premises().await;
        self.submit().await;
        self.fill_seen(narrative).await;
        self.submit().await;
        self.choose("involved", "no").await;
        self.submit().await;
    }

    pub async fn fill_premises(&self) {
        self.fill("premises_name", "Example Stores").await;
        self.fill("premises_address.line_1", "1 Example Street").await;
        self.fill("premises_address.town", "Leicester").await;
        self.choose("district", "leicester").await;
        self.choose("premises_use", "shop").await;
    }

    pub async fn fill_seen(&self, narrative: &str) {
        self.choose("in_use", "open-public").await;
        self.choose("sleeping", "not-known").await;
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
    assert!(browser.path().await.ends_with("/ring"));
    browser.is_well(kind).await;
    browser.press("form[action$='/start'] button").await;
    let draft = browser.path().await;
    assert!(draft.starts_with("/drafts/"), "{draft}");
    browser.is_well(kind).await;
    browser.follow("The premises").await;
    browser.is_well(kind).await;
    // Saved with nothing in it: what is wrong is said, and nothing stands in the way of going on.
    browser.submit().await;
    assert!(browser.text(".govuk-error-summary").await.contains("Enter the name of the premises"));
    browser.is_well(kind).await;
    browser.follow("Go on and mend this later").await;
    browser.client.back().await.unwrap();
    browser.fill_premises().await;
    browser.choose("premises_use", "other").await;
    // The question that this answer calls for stands beneath it.
    browser.is_well(kind).await;
    browser.fill("other_use", "A covered car wash").await;
    browser.submit().await;
    browser.fill_seen("<img src=x onerror=\"document.title='ran'\"> A way out is blocked.").await;
    browser.submit().await;
    browser.choose("involved", "no").await;
    browser.submit().await;
    browser.go(&draft).await;
    assert!(browser.text(".govuk-task-list").await.contains("Completed"));
    browser.is_well(kind).await;
    browser.follow("Check your answers").await;
    assert_eq!(browser.heading().await, "Check your answers");
    browser.is_well(kind).await;
    assert!(browser.text("main").await.contains("<img src=x"), "what was typed is shown as text");
    browser.press("a[href$='#premises_name']").await;
    browser.fill("premises_name", "Example Car Wash").await;
    browser.submit().await;
    browser.go(&format!("{draft}/check")).await;
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

/// What was typed is saved without a button, on the server alone, and is there on another device.
#[tokio::test(flavor = "multi_thread")]
async fn a_section_saves_itself_when_a_field_is_left() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(NARROW, &served.url()).await;
    browser.sign_in(&served, "tess.example").await;
    browser.go("/refer/fire-protection/danger").await;
    browser.choose("danger", "no").await;
    browser.submit().await;
    let draft = browser.path().await;
    browser.follow("The premises").await;
    browser.fill("premises_name", "Example Stores").await;
    browser.tab().await;
    let said = "const done = arguments[arguments.length - 1]; const said = document.querySelector('[data-app-saved]'); \
        const look = () => said.textContent.startsWith('Saved at') ? done(true) : setTimeout(look, 50); look()";
    assert_eq!(browser.client.execute_async(said, Vec::new()).await.unwrap(), json!(true));
    let stored = browser.run("return [localStorage.length, sessionStorage.length]").await;
    assert_eq!(stored, json!([0, 0]), "nothing is kept in the browser");

    let elsewhere = Browser::open(PLAIN, &served.url()).await;
    elsewhere.sign_in(&served, "tess.example").await;
    elsewhere.go(&format!("{draft}/section/premises")).await;
    assert_eq!(elsewhere.run("return document.querySelector('[name=premises_name]').value").await, json!("Example Stores"));
    elsewhere.close().await;
    // The button's own saving follows the one before it.
    browser.fill("premises_name", "Example Car Wash").await;
    browser.submit().await;
    assert_ne!(browser.heading().await, "This section was saved in another window");
    browser.client.back().await.unwrap();
    assert_eq!(browser.run("return document.querySelector('[name=premises_name]').value").await, json!("Example Car Wash"));
    browser.submit().await;
    assert_ne!(browser.heading().await, "This section was saved in another window", "Back shows what is saved");
    browser.close().await;
    served.finish().await;
}
