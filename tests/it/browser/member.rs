//! The whole life of a member, in the browser: invited, admitted, refers, is moved, and goes.

use std::time::Duration;

use referral_exchange::demo::code;

use crate::support::{
    browser::{Browser, NARROW},
    hub::{ENGINES, Hub, Served},
};

const PASSWORD: &str = "seven grey owls at noon";

/// Somebody who is not of the founded partnership, with what only they know.
struct Ivy {
    secret: String,
}

impl Ivy {
    fn code(&self, served: &Served) -> String {
        served.hub.clock.advance(Duration::from_secs(31));
        code(&self.secret, served.hub.app.now()).unwrap()
    }

    async fn gives_password(browser: &Browser) {
        browser.go("/sign-in").await;
        browser.fill("username", "ivy.fancied").await;
        browser.fill("password", PASSWORD).await;
        browser.submit().await;
    }

    async fn signs_in(&self, browser: &Browser, served: &Served) {
        Self::gives_password(browser).await;
        browser.fill("code", &self.code(served)).await;
        browser.submit().await;
        assert_eq!(browser.heading().await, "What do you want to do?");
    }
}

async fn signs_out(browser: &Browser) {
    browser.press(".app-account form[action='/sign-out'] button").await;
}

/// The administrator invites her; gives the code, and the address of her page.
async fn invited(browser: &Browser, served: &Served) -> (String, String) {
    browser.sign_in(served, "abel.template").await;
    browser.go("/people/add").await;
    browser.fill("name", "Ivy Fancied").await;
    browser.fill("username", "ivy.fancied").await;
    chooses_team(browser, served, "police-neighbourhoods").await;
    browser.choose("role", "practitioner").await;
    browser.submit().await;
    let code = browser.text("dd.app-secret").await;
    browser.follow("Go on to their page").await;
    let page = browser.path().await;
    signs_out(browser).await;
    (code, page)
}

async fn chooses_team(browser: &Browser, served: &Served, team: &str) {
    let team = served.hub.app.store().team_by_code(team).await.unwrap().unwrap().id;
    browser.click(&format!("select[name=team] option[value='{team}']")).await;
}

async fn joins(browser: &Browser, served: &Served, invitation: &str) -> Ivy {
    browser.go("/join").await;
    browser.fill("username", "ivy.fancied").await;
    browser.fill("code", invitation).await;
    browser.submit().await;
    let ivy = Ivy { secret: browser.text("p.app-secret").await.replace(' ', "") };
    browser.fill("password", PASSWORD).await;
    browser.fill("code", &ivy.code(served)).await;
    browser.submit().await;
    ivy
}

/// What she reads to her lead from her start page, where she waits; then the lead compares it and hands the team's key over.
async fn admitted(browser: &Browser, served: &Served, team: &str) {
    let waits = browser.text(".govuk-inset-text").await;
    assert!(waits.contains(team) && waits.contains("Pia Supposed"), "{waits}");
    let read = browser.text("p.app-secret").await;
    signs_out(browser).await;
    browser.sign_in(served, "pia.supposed").await;
    browser.follow(&format!("1 person waits for the key of {team}")).await;
    browser.follow("Ivy Fancied").await;
    assert_eq!(browser.text("p.app-secret").await, read);
    browser.choose("compared", "yes").await;
    browser.press("main form:not([action$='/refuse']) button").await;
    assert!(browser.text("main").await.contains("Nobody waits."));
    signs_out(browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_invited_admitted_refers_is_moved_and_goes() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(NARROW, &served.url()).await;
    let (invitation, page) = invited(&browser, &served).await;
    let ivy = joins(&browser, &served, &invitation).await;
    admitted(&browser, &served, "Police neighbourhoods").await;

    ivy.signs_in(&browser, &served).await;
    assert!(!browser.has("p.app-secret").await, "she waits no more");
    browser.go("/refer/fire-protection/danger").await;
    browser.choose("danger", "no").await;
    browser.submit().await;
    let draft = browser.path().await;
    browser.follow("The premises").await;
    browser.fill_fire("A way out is blocked.").await;
    browser.go(&format!("{draft}/check")).await;
    browser.submit().await;
    assert_eq!(browser.heading().await, "Referral sent");
    signs_out(&browser).await;

    // Moved: another team, and the first place ends.
    browser.sign_in(&served, "abel.template").await;
    browser.go(&format!("{page}/place")).await;
    chooses_team(&browser, &served, "police-control").await;
    browser.choose("role", "triager").await;
    browser.submit().await;
    assert_eq!(browser.path().await, page);
    browser.press("main a[href*='/places/']").await;
    assert!(browser.text("main").await.contains("Police neighbourhoods"));
    browser.submit().await;
    assert!(!browser.text("main").await.contains("Police neighbourhoods"));
    signs_out(&browser).await;
    ivy.signs_in(&browser, &served).await;
    admitted(&browser, &served, "Police control room").await;
    ivy.signs_in(&browser, &served).await;
    browser.go("/queue").await;
    assert!(browser.heading().await.contains("Police control room"));

    // Gone, while she is signed in: an administrator does it in a browser of their own.
    let other = Browser::open(NARROW, &served.url()).await;
    other.sign_in(&served, "abel.template").await;
    other.go(&format!("{page}/leave")).await;
    assert_eq!(other.heading().await, "Has Ivy Fancied left?");
    other.submit().await;
    assert!(other.text("main").await.contains("Has left"));
    other.close().await;
    browser.go("/queue").await;
    assert!(browser.path().await.starts_with("/sign-in"), "her session ended with it");
    Ivy::gives_password(&browser).await;
    assert!(
        browser.text(".govuk-error-summary").await.contains("Enter a user name and password that match"),
        "she is told what a stranger is told"
    );
    browser.close().await;
    served.finish().await;
}
