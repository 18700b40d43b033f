//! The page after sending: true hours, and the same for everybody who sends.

use std::time::Duration;

use referral_exchange::{
    app::{IdempotencyKey, ListQuery, example_given, raw_from_json},
    domain::{agency::AgencyKind, queue::QueueFilter, referral::ReferralState, time::Timestamp, validate::examine},
};
use serde_json::json;

use crate::support::{
    client::Client,
    hub::{ENGINES, Hub},
};

/// A limit in hours may end when nobody of the team is there: then the page says until when it is read.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_ends_while_the_team_is_away_says_until_when_it_is_read() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    // A Friday at ten in the evening: the team reads every day from eight to six, and has a day.
    served.hub.clock.set(Timestamp::parse("2026-11-20T22:00:00Z").unwrap());
    let app = &served.hub.app;
    let tess = served.hub.sign_in("tess.example").await;
    let slavery = app.pathway("modern-slavery").unwrap();
    let said = json!({ "under_18_now": "no", "consent_nrm": "given", "still_in_it": "yes", "safe_tonight": "safe",
        "age": { "years": 30 } });
    let (sender, day) = (AgencyKind::Education, app.now().uk_date());
    let given = examine(&slavery.pathway, raw_from_json(&said).unwrap(), sender, day).answers;
    assert_eq!(given.len(), 5);
    let body = example_given(&slavery.pathway, (sender, day), &given);
    let raw = raw_from_json(&body["answers"]).unwrap();
    let key = IdempotencyKey::parse("adult").unwrap();
    let sent = app.submit(&app.request(None), &tess, &key, body.to_string().as_bytes(), &slavery, raw).await.unwrap().value;
    assert!(sent.due_at.rfc3339().starts_with("2026-11-21T22:"), "a day: {}", sent.due_at.rfc3339());

    let client = Client::new(&served);
    client.sign_in(&served, "tess.example").await;
    let page = client.get(&format!("/referrals/{}/sent", sent.reference)).await;
    let lines = page.words("main li").join("\n");
    let expected = "Nobody there reads at that hour: it is read before, by Saturday 21 November 2026 at 6pm.";
    assert!(
        lines.contains("Modern slavery team decides by Saturday 21 November 2026 at 10") && lines.contains(expected),
        "{lines}"
    );
    served.finish().await;
}

/// Whoever sits in the team that receives is a sender like others, and their looking again opens nothing for the team.
#[tokio::test(flavor = "multi_thread")]
async fn a_sender_of_the_receiving_team_sees_the_page_after_sending_and_opens_it_for_nobody() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let theo = Client::new(&served);
    theo.sign_in(&served, "theo.invented").await;
    let sent = theo.refer(&[]).await;
    assert_eq!(theo.get(&sent).await.heading(), "Referral sent");
    let own = theo.get(sent.trim_end_matches("/sent")).await;
    assert_eq!(own.status.as_u16(), 200);

    let app = &served.hub.app;
    served.hub.clock.advance(Duration::from_mins(5));
    let fay = served.hub.sign_in("fay.fictional").await;
    let team = app.store().team_by_code("fire-protection").await.unwrap().unwrap().id;
    let filter = QueueFilter { unread: true, ..QueueFilter::default() };
    let query = ListQuery { team: Some(team), filter, ..ListQuery::default() };
    let unread = app.queue(&app.request(None), &fay, &query).await.unwrap().items;
    assert_eq!(
        unread.iter().map(|item| item.state).collect::<Vec<_>>(),
        [ReferralState::Received],
        "her colleague has not taken it up"
    );
    let reference = sent.split('/').nth(2).unwrap();
    let view = app.read_referral(&app.request(None), &fay, reference).await.unwrap();
    assert_eq!(view.referral.stage.state(), ReferralState::Opened, "she has");
    served.finish().await;
}
