//! The start page and the list of whoever sent a referral say that the team waits for their answer, and the queue that it came.

use referral_exchange::app::IdempotencyKey;

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
};

#[tokio::test(flavor = "multi_thread")]
async fn lists_say_that_the_team_waits_and_that_the_answer_came() {
    let hub = Hub::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &tess, "one", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    hub.app.read_referral(&hub.app.request(None), &theo, &reference).await.unwrap();
    let key = |text: &str| IdempotencyKey::parse(text).unwrap();
    hub.app.ask_referrer(&hub.app.request(None), &theo, &key("ask"), (&reference, "Which canarydoor?")).await.unwrap();
    let served = hub.serve().await;
    let [sender, team] = [Client::new(&served), Client::new(&served)];
    sender.sign_in(&served, "tess.example").await;
    team.sign_in(&served, "theo.invented").await;
    let start = sender.get("/").await;
    assert!(start.body.contains("New on what you sent") && start.body.contains("The team waits for your answer since"));
    assert!(start.links("a").contains(&format!("/referrals/{reference}#messages")), "{:?}", start.links("a"));
    let list = sender.get("/sent").await.body;
    assert!(list.contains("The team waits for your answer since") && list.contains("New question from the team"), "{list}");
    assert!(!start.body.contains("canarydoor") && !list.contains("canarydoor"), "that there is one, and not what");
    // Whoever decides now is told that this ends the question.
    let revision = team.get(&format!("/referrals/{reference}/decision")).await.value("revision");
    let csrf = team.get(&format!("/referrals/{reference}/decision")).await.token();
    let fields = [
        ("csrf_token", csrf.as_str()),
        ("revision", revision.as_str()),
        ("step", "preview"),
        ("choice", "enforcement-notice"),
        ("reason_for_file", "Seen."),
        ("reason_for_referrer", "We served a notice."),
    ];
    let preview = team.post(&format!("/referrals/{reference}/decision"), &fields).await;
    assert!(preview.body.contains("It ends with this decision: they are no longer asked."), "{}", preview.body);
    let app = &served.hub.app;
    let answer = (reference.as_str(), referral_exchange::domain::message::Audience::Shared, "The left one.");
    app.write_message(&app.request(None), &tess, &key("answer"), answer).await.unwrap();
    assert!(team.get("/queue?unread=yes").await.body.contains("New answer from the sender"));
    assert!(!sender.get("/").await.body.contains("waits for your answer"));
    team.get(&format!("/referrals/{reference}")).await;
    assert!(!team.get("/queue").await.body.contains("New answer from the sender"), "it was read");
    served.finish().await;
}
