//! What one side wrote or did stands as new in the other's list until somebody there looks; no list says what it was.

use std::time::Duration;

use referral_exchange::{
    app::{App, Caller, IdempotencyKey, Item, ListQuery, Said},
    domain::{decision::NewDecision, message::Audience, news::News, queue::QueueFilter},
    store::Engine,
};
use serde_json::json;

use crate::support::{
    acts::send,
    hub::{ENGINES, Hub},
    kept_back::{keep, try_send},
};

const COUNTY: &str = "leicestershire-county-council";

fn key(app: &App) -> IdempotencyKey {
    IdempotencyKey::parse(&app.request(None).id.to_string()).unwrap()
}

/// The row of the only referral in the queue of somebody's team, if it stands there.
async fn row(app: &App, caller: &Caller, unread: bool) -> Option<Item> {
    let filter = QueueFilter { unread, ..QueueFilter::default() };
    let query = ListQuery { filter, ..ListQuery::default() };
    app.queue(&app.request(None), caller, &query).await.unwrap().items.pop()
}

async fn news(app: &App, caller: &Caller) -> Option<News> {
    row(app, caller, false).await.unwrap().news
}

/// What the sender's list says of their only referral: what is new, and whether the team waits for them.
async fn sent(app: &App, caller: &Caller) -> (Option<News>, bool) {
    let item = app.sent(&app.request(None), caller, &ListQuery::default()).await.unwrap().items.pop().unwrap();
    (item.news, item.waiting_since.is_some())
}

async fn read(app: &App, caller: &Caller, reference: &str) -> i64 {
    app.read_referral(&app.request(None), caller, reference).await.unwrap().referral.revision
}

async fn says(app: &App, caller: &Caller, reference: &str, audience: Audience) {
    app.write_message(&app.request(None), caller, &key(app), (reference, audience, "Somebody said more.")).await.unwrap();
}

async fn to_the_desk(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |answers| answers["danger_now"] = json!(true)).await.reference.to_string();
    let (theo, fay, cora) =
        (hub.sign_in("theo.invented").await, hub.sign_in("fay.fictional").await, hub.sign_in("cora.pretend").await);
    let revision = read(app, &theo, &reference).await;
    assert_eq!((news(app, &theo).await, row(app, &theo, true).await.is_some()), (None, false));
    says(app, &tess, &reference, Audience::Shared).await;
    assert_eq!((news(app, &theo).await, news(app, &fay).await), (Some(News::Message), Some(News::Message)));
    assert!(row(app, &theo, true).await.unwrap().is_new(), "and what is unread alone shows it");
    // The mark is the desk's own: whoever covers sees none, and takes none away.
    assert_eq!(news(app, &cora).await, None);
    read(app, &cora, &reference).await;
    read(app, &tess, &reference).await;
    assert_eq!(news(app, &theo).await, Some(News::Message));
    assert_eq!(read(app, &fay, &reference).await, revision, "words make nobody's decision stale");
    assert_eq!((news(app, &theo).await, row(app, &theo, true).await.is_some()), (None, false), "one of the desk has looked");
    says(app, &theo, &reference, Audience::Casework).await;
    assert_eq!((news(app, &fay).await, sent(app, &tess).await.0), (None, None), "what a team says among themselves is no news");
    hub.finish().await;
}

async fn to_and_fro(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let theo = hub.sign_in("theo.invented").await;
    read(app, &theo, &reference).await;
    assert!(app.waiting_for_sender(&app.request(None), &tess).await.unwrap().is_empty());
    app.ask_referrer(&app.request(None), &theo, &key(app), (&reference, "Which door?")).await.unwrap();
    assert_eq!(sent(app, &tess).await, (Some(News::Question), true));
    assert_eq!(app.waiting_for_sender(&app.request(None), &tess).await.unwrap().len(), 1);
    read(app, &tess, &reference).await;
    assert_eq!(sent(app, &tess).await, (None, true), "read, and not answered");
    assert_eq!(app.waiting_for_sender(&app.request(None), &tess).await.unwrap().len(), 1);
    hub.clock.advance(Duration::from_mins(1));
    says(app, &tess, &reference, Audience::Shared).await;
    assert_eq!((sent(app, &tess).await, news(app, &theo).await), ((None, false), Some(News::Answer)));
    let revision = read(app, &theo, &reference).await;
    let decision = NewDecision {
        outcome: "enforcement-notice".to_owned(),
        reason_for_file: "Seen.".to_owned(),
        reason_for_referrer: Some("We served a notice.".to_owned()),
        ..NewDecision::default()
    };
    app.decide_referral(&app.request(None), &theo, &key(app), (&reference, &decision, revision)).await.unwrap();
    assert_eq!((sent(app, &tess).await.0, news(app, &theo).await), (Some(News::Decision), None));
    read(app, &tess, &reference).await;
    assert_eq!(sent(app, &tess).await, (None, false));
    assert!(app.waiting_for_sender(&app.request(None), &tess).await.unwrap().is_empty());
    hub.finish().await;
}

/// In a small agency whoever sends often sits in the team that receives, or in the one that covers.
async fn both_sides_at_once(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let theo = hub.sign_in("theo.invented").await;
    let own = send(app, &theo, "own", |_| ()).await.reference.to_string();
    let cora = hub.sign_in("cora.pretend").await;
    let covered = send(app, &cora, "covered", |answers| answers["danger_now"] = json!(true)).await.reference.to_string();
    let fay = hub.sign_in("fay.fictional").await;
    for (sender, reference) in [(&theo, &own), (&cora, &covered)] {
        read(app, &fay, reference).await;
        app.ask_referrer(&app.request(None), &fay, &key(app), (reference, "Which door?")).await.unwrap();
        assert_eq!(sent(app, sender).await.0, Some(News::Question));
        read(app, sender, reference).await;
        assert_eq!(sent(app, sender).await.0, None, "their look takes it away, whichever way they came");
    }
    // What they do themselves for the team is nothing new to them.
    app.ask_referrer(&app.request(None), &theo, &key(app), (&own, "Of myself: which door?")).await.unwrap();
    assert_eq!(sent(app, &theo).await.0, None);
    hub.finish().await;
}

/// Whoever is refused part of it may not be shown what is new: their row says nothing of it, and their look takes no mark away.
async fn no_sign(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let form = ("child-exploitation", json!({ "district": { "not_known": "not-known" } }));
    let reference = try_send(app, &tess, form, keep(&["lives_at"], &[COUNTY])).await.unwrap().reference.to_string();
    let (erin, iris) = (hub.sign_in("erin.hypothetical").await, hub.sign_in("iris.makebelieve").await);
    let team = Some(hub.app.store().team_by_code("exploitation-hub").await.unwrap().unwrap().id);
    let row = async |caller: &Caller, unread: bool| {
        let filter = QueueFilter { unread, ..QueueFilter::default() };
        let query = ListQuery { team, filter, ..ListQuery::default() };
        app.queue(&app.request(None), caller, &query).await.unwrap().items.pop()
    };
    read(app, &erin, &reference).await;
    let revision = read(app, &tess, &reference).await;
    let change = json!({ "lives_at": { "line_1": "3 Canaryhaven Close", "town": "Oakham" } });
    let said = (Said::Json(&change), b"body".as_slice());
    app.amend_answers(&app.request(None), &tess, &key(app), (&reference, None, revision), said).await.unwrap();
    for _ in 0..2 {
        assert!(row(&erin, true).await.is_some_and(|row| row.amended_at.is_some()));
        assert!(row(&iris, false).await.is_some_and(|row| !row.is_new()));
        assert!(row(&iris, true).await.is_none());
        read(app, &iris, &reference).await;
    }
    read(app, &erin, &reference).await;
    assert!(row(&erin, true).await.is_none());
    hub.finish().await;
}

crate::support::on_both! {
    what_the_sender_writes_is_new_to_the_desk_until_one_of_it_looks => to_the_desk,
    each_side_finds_in_its_list_what_the_other_did => to_and_fro,
    a_sender_who_sits_in_the_receiving_or_covering_team_has_seen_what_they_looked_at => both_sides_at_once,
    who_is_refused_a_part_sees_no_mark_and_takes_none_away => no_sign,
}
