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
    // A page that was open before it was stopped says what is so, and not that her place is gone.
    let stale = post(&lena, &format!("{at}/check"), &fields(&lena.get("/account/absence").await, &[("decision", "pass")])).await;
    assert_eq!(stale.status.as_u16(), 409);
    assert!(stale.body.contains("It was decided meanwhile"), "{}", stale.body);

    let sender = Client::new(&served);
    sender.sign_in(&served, "tess.example").await;
    let start = sender.get("/").await;
    assert!(
        start.body.contains(&format!("href=\"{at}\"")) && start.body.contains("Stopped at the check: nobody has received it.")
    );
    let page = sender.get(&at).await;
    assert!(!page.body.contains("Due by"), "nobody decides on what nobody has: {}", page.body);
    assert!(sender.get("/sent").await.body.contains("Waits for you: send it or let it go"));
    assert!(page.body.contains("Lena Sample stopped this at the check: Another way helps more."));
    assert!(page.body.contains("Send it anyway") && page.body.contains("Do not send it") && page.body.contains("Who told you?"));
    assert!(page.body.contains("Lena Sample stopped it at the check"), "the history has it, with its time: {}", page.body);
    let sent = post(&sender, &format!("{at}/send-anyway"), &fields(&page, &[])).await;
    assert_eq!(sent.location(), format!("{at}/sent"));
    let petra = Client::new(&served);
    petra.sign_in(&served, "petra.phantom").await;
    let received = petra.get(&at).await;
    assert!(received.status.as_u16() == 200 && !received.body.contains("stopped it at the check"), "{}", received.body);
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

#[tokio::test(flavor = "multi_thread")]
async fn history_says_who_passed_it_on_from_the_check_or_that_it_went_on_by_itself() {
    let hub = notice::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let answers = with(&json!({ "lead_party": false }));
    let mut sent = Vec::new();
    for _ in 0..3 {
        sent.push(send(&hub.app, &tess, &answers).await);
    }
    let until = sent[0].check.as_ref().unwrap().until;
    let at: Vec<String> = sent.iter().map(|receipt| format!("/referrals/{}", receipt.reference)).collect();
    let served = hub.serve().await;
    let lena = Client::new(&served);
    lena.sign_in(&served, "lena.sample").await;
    let page = lena.get(&at[0]).await;
    assert!(!page.body.contains("passed it on"), "not yet: {}", page.body);
    let passed = post(&lena, &format!("{}/check", at[0]), &fields(&page, &[("decision", "pass")])).await;
    assert_eq!(passed.location(), "/checks");
    let sender = Client::new(&served);
    sender.sign_in(&served, "tess.example").await;
    let page = sender.get(&at[1]).await;
    let hastened = post(&sender, &format!("{}/send-anyway", at[1]), &fields(&page, &[])).await;
    assert_eq!(hastened.location(), format!("{}/sent", at[1]));
    served.hub.clock.advance(until.since(served.hub.app.now()));
    assert_eq!(served.hub.app.mind_checks().await.unwrap(), 1);

    // The sender, the team that received it, and the lead read the same line; but that it was sent on without waiting is for the
    // sender's side alone.
    for name in ["tess.example", "petra.phantom", "lena.sample"] {
        let reader = Client::new(&served);
        reader.sign_in(&served, name).await;
        for (at, line) in at.iter().zip([
            "Lena Sample checked it for Ashgrove Academy and passed it on",
            "Tess Example sent it on after the check",
            "It went on by itself; nobody of Ashgrove Academy had checked it",
        ]) {
            let page = reader.get(at).await;
            let is_told = name != "petra.phantom" || !line.contains("after the check");
            assert_eq!(page.body.contains(line), is_told, "{name}: {line}: {}", page.body);
            let others = ["checked it for", "sent it on after", "went on by itself;"];
            let said = others.iter().filter(|words| page.body.contains(**words)).count();
            assert_eq!(said, usize::from(is_told), "{name}: {at}");
        }
    }
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn check_answers_says_that_the_lead_is_away_and_that_nobody_checks_it_first() {
    let hub = notice::founded(ENGINES[0]).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let receipt = send(app, &tess, &with(&json!({ "lead_party": false }))).await;
    let served = hub.serve().await;
    let lena = Client::new(&served);
    lena.sign_in(&served, "lena.sample").await;
    let at = format!("/referrals/{}", receipt.reference);
    let page = lena.get(&at).await;
    let stop = [("decision", "stop"), ("reason", "other-way"), ("text", "It was Tuesday.")];
    post(&lena, &format!("{at}/check"), &fields(&page, &stop)).await;
    let sender = Client::new(&served);
    sender.sign_in(&served, "tess.example").await;
    let page = sender.get(&at).await;
    let begun = post(&sender, &format!("{at}/change"), &fields(&page, &[])).await;
    let check = format!("{}/check", begun.location());
    let before = sender.get(&check).await;
    assert!(before.body.contains("who checks it first for your agency"), "{}", before.body);

    let page = lena.get("/account/absence").await;
    let away = post(&lena, "/account/absence", &fields(&page, &[("until", "24/11/2026")])).await;
    assert!(away.status.is_redirection(), "{}", away.body);
    let after = sender.get(&check).await;
    let says = "is away until 24 November 2026, so nobody of your agency checks it first";
    let lines = after.words("main li");
    assert!(lines.iter().any(|line| line.starts_with("Lena Sample") && line.ends_with(says)), "{lines:?}");
    assert!(!after.body.contains("who checks it first for your agency"));
    let sent = sender.post(&check.replace("/check", "/send"), &[("csrf_token", &after.token())]).await;
    let sent = sender.get(sent.location()).await;
    assert!(sent.body.contains("has received your referral") && !sent.body.contains("checks it first"), "{}", sent.body);
    served.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_says_when_what_it_was_to_put_right_has_been_sent_on_meanwhile() {
    let hub = notice::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let receipt = send(&hub.app, &tess, &with(&json!({ "lead_party": false }))).await;
    let at = format!("/referrals/{}", receipt.reference);
    let served = hub.serve().await;
    let lena = Client::new(&served);
    lena.sign_in(&served, "lena.sample").await;
    let page = lena.get(&at).await;
    let stop = [("decision", "stop"), ("reason", "other-way"), ("text", "")];
    post(&lena, &format!("{at}/check"), &fields(&page, &stop)).await;
    let sender = Client::new(&served);
    sender.sign_in(&served, "tess.example").await;
    let page = sender.get(&at).await;
    let begun = post(&sender, &format!("{at}/change"), &fields(&page, &[])).await;
    let check = format!("{}/check", begun.location());
    let before = sender.get(&check).await;
    assert!(before.body.contains("It takes the place of") && !before.body.contains("has been sent on meanwhile"));
    // In another tab it is sent as it was.
    let other = sender.get(&at).await;
    let sent = post(&sender, &format!("{at}/send-anyway"), &fields(&other, &[])).await;
    assert!(sent.location().ends_with("/sent"), "{}", sent.body);
    let after = sender.get(&check).await;
    assert!(after.body.contains("has been sent on meanwhile") && !after.body.contains("It takes the place of"), "{}", after.body);
    assert!(after.links("main a").contains(&at));
    served.finish().await;
}
