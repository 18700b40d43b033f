//! The shortest whole journey, through the use cases: sent by a school, opened by the fire service, on record.

use referral_exchange::{
    app::{Error, IdempotencyKey, ListQuery, LogQuery, example, raw_from_json},
    domain::{agency::AgencyKind, referral::ReferralState, relation::Relation},
    store::Engine,
};

use crate::support::hub::{ENGINES, Hub};

async fn walk(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;

    let sender = hub.sign_in("tess.example").await;
    let request = app.request(None);
    let pathway = app.pathway("fire-protection").unwrap();
    let body = example(&pathway.pathway, AgencyKind::Police, request.at.uk_date());
    let key = IdempotencyKey::parse("one").unwrap();
    let raw = || raw_from_json(&body["answers"]).unwrap();
    let sent = app.submit(&request, &sender, &key, b"body", &pathway, raw()).await.unwrap();
    let again = app.submit(&request, &sender, &key, b"body", &pathway, raw()).await.unwrap();
    assert!(!sent.replayed && again.replayed && sent.value == again.value);
    let other = app.submit(&request, &sender, &key, b"other", &pathway, raw()).await;
    assert!(matches!(other, Err(Error::KeyReused)));
    let mine = app.sent(&app.request(None), &sender, &ListQuery::default()).await.unwrap();
    assert_eq!(mine.items.len(), 1);
    assert!(mine.items[0].headline.as_ref().is_some_and(|line| !line.is_empty()));

    let triager = hub.sign_in("theo.invented").await;
    let queue = app.queue(&app.request(None), &triager, &ListQuery::default()).await.unwrap();
    assert_eq!(queue.items.len(), 1);
    assert!(queue.items[0].unread);
    let reference = sent.value.reference.to_string();
    let opened = app.read_referral(&app.request(None), &triager, &reference).await.unwrap();
    assert_eq!(opened.relation, Relation::ReceivingTeam);
    assert_eq!(opened.referral.stage.state(), ReferralState::Opened);
    assert!(opened.answers.is_some_and(|answers| !answers.is_empty()));

    let officer = hub.sign_in("omar.placeholder").await;
    let stranger = app.read_referral(&app.request(None), &officer, &reference).await;
    let nobodys = app.read_referral(&app.request(None), &officer, "7K3F-9QXD-2").await;
    assert!(matches!((stranger, nobodys), (Err(Error::Unseen), Err(Error::Unseen))));

    let dpo = hub.sign_in("dora.madeup").await;
    let log =
        app.read_log(&app.request(None), &dpo, &LogQuery { reference: Some(reference), ..LogQuery::default() }).await.unwrap();
    let mut acts: Vec<_> = log.items.iter().map(|item| (item.action.as_str(), item.actor.as_deref().unwrap_or("-"))).collect();
    // All within one standing moment, so their order is not told.
    acts.sort_unstable();
    assert_eq!(
        acts,
        [
            ("list-queue", "theo.invented"),
            ("list-sent", "tess.example"),
            ("read-referral", "theo.invented"),
            ("submit-referral", "tess.example"),
        ]
    );
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_reaches_its_team_and_the_log_on_sqlite() {
    Box::pin(walk(ENGINES[0])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_reaches_its_team_and_the_log_on_postgres() {
    Box::pin(walk(ENGINES[1])).await;
}
