//! That a sender does not agree stands where the team looks first, until it has decided anew.

use referral_exchange::{
    app::{App, Caller, IdempotencyKey},
    domain::decision::NewDecision,
};

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
};

async fn decide(app: &App, caller: &Caller, name: &str, reference: &str) {
    let revision = app.read_referral(&app.request(None), caller, reference).await.unwrap().referral.revision;
    let decision = NewDecision {
        outcome: "no-action".to_owned(),
        reason_for_file: "Seen before.".to_owned(),
        reason_for_referrer: Some("We know of it.".to_owned()),
        ..NewDecision::default()
    };
    let key = IdempotencyKey::parse(name).unwrap();
    app.decide_referral(&app.request(None), caller, &key, (reference, &decision, revision)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_team_reads_first_that_the_sender_does_not_agree() {
    let hub = Hub::founded(ENGINES[0]).await;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &tess, "one", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    decide(&hub.app, &theo, "first", &reference).await;
    let served = hub.serve().await;
    let app = &served.hub.app;
    let no = IdempotencyKey::parse("no").unwrap();
    let team = Client::new(&served);
    team.sign_in(&served, "fay.fictional").await;
    let first = async || team.get(&format!("/referrals/{reference}")).await.words(".app-facts").concat();
    assert!(!first().await.contains("does not agree"));
    app.disagree(&app.request(None), &tess, &no, (&reference, "The door is still locked.")).await.unwrap();
    let facts = first().await;
    assert!(facts.contains("The sender does not agree Look at it again. Tess Example said so on "), "{facts}");
    served.hub.clock.advance(std::time::Duration::from_mins(2));
    decide(app, &theo, "second", &reference).await;
    assert!(!first().await.contains("does not agree"), "it was looked at again");
    served.finish().await;
}
