//! The turns a referral can take before it reaches its team, in the browser on a small phone: stopped by a rule of its form,
//! looked at first by somebody of its own agency, or kept from people who are involved.

use referral_exchange::domain::pathway::Pathway;
use serde_json::json;

use super::eyes::Eyes;
use crate::support::{
    answers::{Set, fields},
    browser::{Browser, NARROW},
    hub::{ENGINES, Hub, Served},
    walker::{Walk, signed_in, walker_of},
};

async fn look(browser: &Browser, eyes: &mut Eyes, name: &str) {
    browser.picture(&format!("turn-{name}-320")).await;
    browser.picture_at(&format!("turn-{name}-1200"), 1200).await;
    eyes.look(browser, name).await;
}

async fn sign_in(browser: &Browser, served: &Served, username: &str) {
    browser.client.delete_all_cookies().await.unwrap();
    browser.sign_in(served, username).await;
}

/// Begins a draft and answers one section of it; gives the draft's address.
async fn begin(browser: &Browser, pathway: &Pathway, section: &str, answers: &Set) -> String {
    browser.go(&format!("/refer/{}/danger", pathway.id)).await;
    browser.choose("danger", "no").await;
    browser.submit().await;
    let draft = browser.path().await;
    browser.go(&format!("{draft}/section/{section}")).await;
    let asked = pathway.questions().filter_map(|question| Some((question, answers.get(question.id.as_str())?)));
    let all: Vec<_> = asked.flat_map(|(question, answer)| fields(question, question.id.as_str(), answer)).collect();
    browser.answer(&all).await;
    browser.submit().await;
    draft
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_must_not_be_sent_ends_with_the_ways_that_are_open() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let browser = Browser::open(NARROW, &served.url()).await;
    let mut eyes = Eyes::open();
    let mut stopped = 0;
    for versioned in served.hub.app.pathways() {
        let pathway = &versioned.pathway;
        for rule in pathway.rules.iter().filter(|rule| rule.stops_the_form()) {
            sign_in(&browser, &served, walker_of(pathway).0).await;
            let broken = served.hub.form(pathway).breaking(rule).unwrap();
            let section = pathway.section_of(&rule.question).unwrap();
            let draft = begin(&browser, pathway, section.id.as_str(), &broken).await;
            browser.go(&format!("{draft}/check")).await;
            assert_eq!(browser.heading().await, *rule.title.as_ref().unwrap());
            look(&browser, &mut eyes, &format!("stop-{}", rule.code)).await;
            for other in &rule.pathways {
                assert!(browser.has(&format!("main a[href='/refer/{other}']")).await, "{other}");
            }
            assert!(browser.has("main a[href^='tel:']").await, "whom to ring");
            browser.follow("Change the answer that leads here").await;
            assert!(browser.path().await.ends_with(section.id.as_str()));
            stopped += 1;
        }
    }
    assert!(stopped >= 2, "{stopped}");
    eyes.assert_nothing_found();
    browser.close().await;
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_checked_stopped_and_sent_all_the_same() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let versioned = served.hub.app.pathways().into_iter().find(|versioned| versioned.pathway.check.is_some()).unwrap();
    let pathway = &versioned.pathway;
    let check = pathway.check.as_ref().unwrap();
    let form = served.hub.form(pathway);
    let mut answers = form.example();
    answers.insert(check.party.to_string(), json!(false));
    answers.insert("can_wait".to_owned(), json!("yes"));
    let answers = form.completed(answers);
    let browser = Browser::open(NARROW, &served.url()).await;
    let mut eyes = Eyes::open();

    // Written without a browser, looked at and sent in one.
    let client = signed_in(&served, pathway).await;
    let mut walk = Walk::new(&client, pathway);
    let draft = walk.begin(&answers).await;
    walk.fill_all(&draft, &answers, false).await;
    sign_in(&browser, &served, "tess.example").await;
    browser.go(&format!("{draft}/check")).await;
    look(&browser, &mut eyes, "check-before").await;
    browser.submit().await;
    assert!(browser.text("main").await.contains("Lena Sample (Ashgrove Academy) checks it first."));
    look(&browser, &mut eyes, "check-sent").await;
    let referral = browser.path().await.trim_end_matches("/sent").to_owned();
    browser.go(&referral).await;
    look(&browser, &mut eyes, "check-own").await;

    sign_in(&browser, &served, "lena.sample").await;
    look(&browser, &mut eyes, "check-home").await;
    browser.go("/checks").await;
    look(&browser, &mut eyes, "check-list").await;
    browser.press("tbody a").await;
    look(&browser, &mut eyes, "check-referral").await;
    browser.fill("text", "Ring me before you send this.").await;
    browser.press("button[value=stop]").await;
    assert!(browser.text(".govuk-error-summary").await.contains("Choose why you stop it"));
    look(&browser, &mut eyes, "check-missing").await;
    browser.choose("reason", check.reasons[0].code.as_str()).await;
    browser.press("button[value=stop]").await;
    assert_eq!(browser.heading().await, "To check");
    look(&browser, &mut eyes, "check-list-stopped").await;

    sign_in(&browser, &served, "tess.example").await;
    browser.go(&referral).await;
    assert!(browser.text("main").await.contains(&check.reasons[0].title));
    look(&browser, &mut eyes, "check-stopped").await;
    browser.press("form[action$='/send-anyway'] button").await;
    assert_eq!(browser.heading().await, "Referral sent");
    look(&browser, &mut eyes, "check-anyway").await;
    eyes.assert_nothing_found();
    browser.close().await;
    served.finish().await;
}
