//! The check before sharing, as its people meet it: the list, the stop with its reason, and sending all the same.

use serde_json::json;

use crate::support::{
    client::{Client, Page},
    hub::ENGINES,
    notice::{self, send, with},
};

fn fields<'a>(page: &'a Page, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, String)> {
    let own = [("csrf_token", page.token()), ("form_token", page.value("form_token"))];
    own.into_iter().chain(more.iter().map(|(name, value)| (*name, (*value).to_owned()))).collect()
}

async fn post(client: &Client, path: &str, fields: &[(&str, String)]) -> Page {
    let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    client.post(path, &pairs).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_stops_it_with_a_reason_and_the_sender_sends_it_anyway() {
    let hub = notice::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let receipt = send(&hub.app, &tess, &with(&json!({ "lead_party": false, "informant": "somebody" }))).await;
    let at = format!("/referrals/{}", receipt.reference);
    let served = hub.serve().await;

    let lena = Client::new(&served);
    lena.sign_in(&served, "lena.sample").await;
    let start = lena.get("/").await;
    let first = start.words("main li a").into_iter().next();
    assert_eq!(first.as_deref(), Some("1 notice waits for your check"), "before everything else: {}", start.body);
    let list = lena.get("/checks").await;
    assert_eq!((list.status.as_u16(), list.heading().as_str()), (200, "To check"));
    assert!(
        list.body.contains(&receipt.reference.to_string()) && list.body.contains("By itself on Monday 23 November 2026 at 5pm")
    );
    let page = lena.get(&at).await;
    assert!(page.body.contains("Pass it on") && page.body.contains("who checks for the sender’s agency"));
    assert!(!page.body.contains("Who told you?"), "a category that is not hers is not there");

    let missing =
        post(&lena, &format!("{at}/check"), &fields(&page, &[("decision", "stop"), ("text", "Speak to us first.")])).await;
    assert_eq!(missing.status.as_u16(), 422);
    assert!(missing.body.contains("Choose why you stop it") && missing.body.contains("Speak to us first."), "words are kept");
    let stop = [("decision", "stop"), ("reason", "other-way"), ("text", "Speak to us first.")];
    assert_eq!(post(&lena, &format!("{at}/check"), &fields(&missing, &stop)).await.location(), "/checks");

    let sender = Client::new(&served);
    sender.sign_in(&served, "tess.example").await;
    let page = sender.get(&at).await;
    assert!(!page.body.contains("Due by"), "nobody decides on what nobody has: {}", page.body);
    assert!(sender.get("/sent").await.body.contains("Waits for you: send it or let it go"));
    assert!(page.body.contains("Lena Sample stopped this at the check: Another way helps more."));
    assert!(page.body.contains("Send it anyway") && page.body.contains("Do not send it") && page.body.contains("Who told you?"));
    let sent = post(&sender, &format!("{at}/send-anyway"), &fields(&page, &[])).await;
    assert_eq!(sent.location(), format!("{at}/sent"));
    assert!(sender.get(sent.location()).await.body.contains("has received your referral"));
    assert!(!sender.get(&at).await.body.contains("Send it anyway"));
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stopped_is_changed_in_a_draft_that_holds_its_answers() {
    let hub = notice::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let answers = with(&json!({ "lead_party": false, "account": "He said that on Monday.", "informant": "somebody" }));
    let receipt = send(&hub.app, &tess, &answers).await;
    let at = format!("/referrals/{}", receipt.reference);
    let served = hub.serve().await;
    let lena = Client::new(&served);
    lena.sign_in(&served, "lena.sample").await;
    let page = lena.get(&at).await;
    let stop = [("decision", "stop"), ("reason", "other-way"), ("text", "It was Tuesday.")];
    assert_eq!(post(&lena, &format!("{at}/check"), &fields(&page, &stop)).await.location(), "/checks");

    let sender = Client::new(&served);
    sender.sign_in(&served, "tess.example").await;
    let page = sender.get(&at).await;
    assert!(page.body.contains("Change it and send it again"));
    let begun = post(&sender, &format!("{at}/change"), &fields(&page, &[])).await;
    let draft = begun.location().to_owned();
    assert!(draft.starts_with("/drafts/"), "{draft}");
    let check = sender.get(&format!("{draft}/check")).await;
    assert!(check.body.contains("He said that on Monday.") && check.body.contains("somebody"), "{}", check.body);
    assert!(check.body.contains(&format!("It takes the place of <span class=\"app-number\">{}</span>", receipt.reference)));
    let sent = sender.post(&format!("{draft}/send"), &[("csrf_token", &check.token())]).await;
    assert!(sent.location().ends_with("/sent"), "{}", sent.body);
    let ended = sender.get(&at).await;
    assert!(ended.body.contains("It was changed and sent again:") && !ended.body.contains("Send it anyway"), "{}", ended.body);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_after_sending_says_who_checks_first_and_when_it_goes_on() {
    let hub = notice::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let receipt = send(&hub.app, &tess, &with(&json!({ "lead_party": false }))).await;
    let served = hub.serve().await;
    let sender = Client::new(&served);
    sender.sign_in(&served, "tess.example").await;
    let page = sender.get(&format!("/referrals/{}/sent", receipt.reference)).await;
    assert!(page.body.contains("Lena Sample (Ashgrove Academy) checks it first"), "{}", page.body);
    assert!(page.body.contains("If nobody has acted by Monday 23 November 2026 at 5pm, it goes on by itself."));
    let due = receipt.due_at;
    assert!(due > receipt.check.as_ref().unwrap().until, "the time to decide begins when the team has it");
    assert!(page.body.contains("at the latest."), "{}", page.body);
    served.finish().await;
}
