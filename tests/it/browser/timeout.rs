//! Before a session ends its pages say so; once it has, what was on the screen is covered and what was typed is kept.

use std::time::Duration;

use crate::support::{
    browser::{Browser, NARROW, PLAIN},
    client::Client,
    hub::{ENGINES, Hub, Served},
};

use super::eyes::Eyes;

/// Moves the browser's own clock on, as if somebody had gone away; the hub's stands.
async fn away(browser: &Browser, minutes: u32) {
    browser.run(&format!("const now = Date.now; Date.now = () => now.call(Date) + {minutes} * 60000")).await;
}

async fn section(browser: &Browser, served: &Served) -> String {
    browser.sign_in(served, "tess.example").await;
    browser.go("/refer/fire-protection/danger").await;
    browser.choose("danger", "no").await;
    browser.submit().await;
    let section = format!("{}/section/seen", browser.path().await);
    browser.go(&section).await;
    section
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialog_warns_before_the_end_and_one_button_keeps_the_session() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(NARROW, &served.url()).await;
    let mut eyes = Eyes::open();
    section(&browser, &served).await;
    let told = browser.text("[data-app-limits]").await;
    assert!(told.contains("you are signed out at") && told.contains("after 15 minutes"), "{told}");
    assert!(!browser.has("dialog[open]").await);

    served.hub.clock.advance(Duration::from_mins(14));
    away(&browser, 14).await;
    browser.wait_for("dialog[open]").await;
    let focus = browser.run("return document.activeElement.textContent.trim()").await;
    assert_eq!(focus, "Stay signed in", "the one thing to do has the focus");
    eyes.look(&browser, "timeout-warning").await;
    browser.picture("timeout-warning-320").await;
    browser.click("dialog button[type=submit]").await;
    browser.wait_for("dialog:not([open])").await;
    // The hub was asked: the session lives past the time at which it would have ended.
    assert_ne!(browser.text("[data-app-limits]").await, told);
    served.hub.clock.advance(Duration::from_mins(14));
    browser.go("/account").await;
    assert_eq!(browser.heading().await, "Your account");
    assert_eq!(browser.stopped().await, serde_json::json!([]));
    eyes.assert_nothing_found();
    browser.close().await;
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_a_session_is_over_its_page_is_covered_and_what_was_typed_is_kept() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(NARROW, &served.url()).await;
    let mut eyes = Eyes::open();
    let section = section(&browser, &served).await;
    browser.run("window.fetch = ((real) => (to, how) => how?.body?.get?.('autosave') ? Promise.reject(new Error('no network')) : real(to, how))(window.fetch)").await;
    browser.fill("narrative", "Canarytimeout: a way out is blocked.").await;
    served.hub.clock.advance(Duration::from_mins(20));
    away(&browser, 20).await;
    browser.wait_for("a[href^='/referrals'], input[name=username]").await;
    assert_eq!(browser.path().await, "/sign-in");
    assert!(browser.text("main").await.contains("What you typed is kept"));
    browser.sign_in(&served, "tess.example").await;
    browser.go(&section).await;
    assert!(browser.text("main").await.contains("Canarytimeout"), "it is offered");

    // A page without a form is covered, and stays so.
    browser.go("/sent").await;
    served.hub.clock.advance(Duration::from_mins(20));
    away(&browser, 20).await;
    browser.wait_for("body.app-covered").await;
    let seen = browser.run("return document.body.innerText").await;
    let seen = seen.as_str().unwrap();
    assert!(seen.contains("You are signed out") && seen.contains("Sign in again to go on"), "{seen}");
    assert!(!seen.contains("My referrals") && !seen.contains("Tess"), "{seen}");
    browser.press_keys("\u{e00c}").await;
    assert!(browser.has("dialog[open]").await, "Escape uncovers nothing");
    eyes.look(&browser, "timeout-over").await;
    browser.picture("timeout-over-320").await;
    browser.press("dialog a").await;
    assert_eq!(browser.path().await, "/sign-in");
    eyes.assert_nothing_found();
    browser.close().await;
    served.finish().await;
}

/// Another window may have kept the session alive: then what a script sends must not act.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_added_to_a_referral_by_a_clock() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let referral = client.refer(&[]).await.trim_end_matches("/sent").to_owned();
    let browser = Browser::open(NARROW, &served.url()).await;
    browser.sign_in(&served, "tess.example").await;
    browser.go(&format!("{referral}/add/seen")).await;
    let text = browser.drawn().await;
    assert!(text.contains(&"opinion".to_owned()), "{text:?}");
    browser.fill("opinion", "Canarytimeout: it may be worse.").await;
    away(&browser, 20).await;
    browser.wait_for("body:not(.app-covered) dialog:not([open])").await;
    assert_eq!(browser.find("[name=opinion]").await.prop("value").await.unwrap().unwrap(), "Canarytimeout: it may be worse.");
    assert!(!client.get(&referral).await.body.contains("Canarytimeout"));
    browser.close().await;
    served.finish().await;
}

/// Without a connection the browser's own error page would take the place of what was typed.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_connection_the_form_stays_and_nothing_typed_is_lost() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(NARROW, &served.url()).await;
    let section = section(&browser, &served).await;
    browser.run("window.real = window.fetch; window.fetch = () => Promise.reject(new Error('no network'))").await;
    browser.fill("narrative", "Typed on the stairs.").await;
    let save = "form[data-app-autosave] .govuk-button-group button";
    browser.click(save).await;
    browser.wait_for("[data-app-saved]:not(:empty)").await;
    browser.click(save).await;
    assert_eq!(browser.path().await, section, "the page stays");
    assert!(browser.text("[data-app-saved]").await.contains("There is no connection"));
    assert_eq!(browser.find("[name=narrative]").await.prop("value").await.unwrap().unwrap(), "Typed on the stairs.");
    browser.run("window.fetch = window.real").await;
    browser.press(save).await;
    browser.go(&section).await;
    assert_eq!(browser.find("[name=narrative]").await.prop("value").await.unwrap().unwrap(), "Typed on the stairs.");
    browser.close().await;
    served.finish().await;
}

/// On a slow line people press again: the second press is the first one, and nobody is told that they were faster themselves.
#[tokio::test(flavor = "multi_thread")]
async fn two_presses_on_a_slow_line_are_one_saving() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(NARROW, &served.url()).await;
    let section = section(&browser, &served).await;
    browser.fill("narrative", "Typed on a slow line.").await;
    // Each asking of the hub takes until it is let go; what saves itself does not get there.
    browser
        .run(
            "window.waiting = []; window.real = window.fetch; \
             window.fetch = (to, how) => how?.body?.get?.('autosave') ? Promise.reject(new Error('no network')) \
             : new Promise(go => window.waiting.push(go)).then(() => window.real(to, how))",
        )
        .await;
    let save = "form[data-app-autosave] .govuk-button-group button";
    for _ in 0..3 {
        browser.click(save).await;
    }
    assert_eq!(browser.text("[data-app-saved]").await, "Asking the hub…");
    assert_eq!(browser.run("return window.waiting.length").await, serde_json::json!(1), "it is asked once");
    browser.run("window.waiting.forEach(go => go())").await;
    browser.wait_for("body:not(:has([data-app-saved])), form:not([action$='/section/seen'])").await;
    let heading = browser.text("h1").await;
    assert!(!heading.contains("changed"), "{heading}");
    browser.go(&section).await;
    assert_eq!(browser.find("[name=narrative]").await.prop("value").await.unwrap().unwrap(), "Typed on a slow line.");
    browser.close().await;
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_page_says_when_the_session_ends() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(PLAIN, &served.url()).await;
    browser.sign_in(&served, "tess.example").await;
    browser.go("/").await;
    let footer = browser.text("footer").await;
    assert!(footer.contains("If you do nothing here you are signed out at") && footer.contains("in any case at"), "{footer}");
    // Shortly before the end that nothing moves, only that one is told.
    for _ in 0..47 {
        served.hub.clock.advance(Duration::from_mins(10));
        browser.go("/account").await;
    }
    let footer = browser.text("footer").await;
    assert!(footer.contains("eight hours after you signed in") && !footer.contains("If you do nothing"), "{footer}");
    browser.close().await;
    served.finish().await;
}
