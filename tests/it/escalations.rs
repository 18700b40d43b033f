//! What is urgent and unopened is passed up, once, and by a job without keys.

use std::time::Duration;

use referral_exchange::{app::ListQuery, store::Engine};
use serde_json::json;

use crate::support::{
    hub::ENGINES,
    notice::{self, read, send, with},
    raw::Raw,
};

async fn passed_up(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let urgent = with(&json!({ "danger_now": true }));
    let (seen, unseen) = (send(app, &tess, &urgent).await, send(app, &tess, &urgent).await);
    send(app, &tess, &notice::plain()).await;
    let paul = hub.sign_in("paul.figment").await;
    read(app, &paul, &seen).await.unwrap();
    hub.clock.advance(Duration::from_mins(58));
    assert_eq!(app.mind_urgent().await.unwrap(), 0, "there is still time");
    hub.clock.advance(Duration::from_mins(2));
    // Two nodes mind the same clock: it is passed up once.
    let other = hub.another_node().await;
    let (one, two) = tokio::join!(app.mind_urgent(), other.mind_urgent());
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(app.mind_urgent().await.unwrap(), 0);
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(raw.count("SELECT COUNT(*) FROM log_event WHERE action = 'escalate' AND actor IS NULL").await, 1);
    let paul = hub.sign_in("paul.figment").await;
    let query = ListQuery { team: Some(hub.person("paul.figment").team_id), ..ListQuery::default() };
    let items = app.queue(&app.request(None), &paul, &query).await.unwrap().items;
    let passed: Vec<_> = items.iter().filter(|item| item.escalated_at.is_some()).map(|item| item.reference).collect();
    assert_eq!(passed, [unseen.reference]);
    hub.finish().await;
}

crate::support::on_both! {
    what_is_urgent_and_unopened_is_passed_up_once => passed_up,
}
