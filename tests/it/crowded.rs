//! What a looping script writes: a referral stays one that can be opened, and lists of any length are read.

use referral_exchange::{
    app::{Error, IdempotencyKey},
    domain::{ids::EventId, message::Audience},
    store::Engine,
};

use crate::support::{
    acts::send,
    hub::{ENGINES, Hub},
    raw::Raw,
};

async fn full(engine: Engine) {
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM entry_bytes";
    const BYTES: &str = "INSERT INTO entry_bytes (entry, bytes) SELECT e.id, b.bytes FROM entry e JOIN entry_bytes b \
         ON b.entry = (SELECT MIN(h.id) FROM entry h WHERE h.kind = 'headline' AND h.version = 1) WHERE e.version = 7";
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(app, &tess, "one", |_| ()).await.reference.to_string();
    let mut raw = Raw::owner(&hub).await;
    let missing = 1999 - raw.count(COUNT).await;
    raw.run(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {missing}) \
         INSERT INTO entry (id, referral, compartment, epoch, kind, version, author, at, suite, size, sha256, event) \
         SELECT 'f' || CAST(100000 + n.i AS TEXT) || substr(e.id, 8), e.referral, e.compartment, e.epoch, e.kind, 7, e.author, \
         e.at, e.suite, e.size, e.sha256, e.event FROM n JOIN entry e ON e.kind = 'headline'"
    ))
    .await;
    raw.run(BYTES).await;
    assert_eq!(raw.count(COUNT).await, 1999);
    let write = async |key: &str| {
        let key = IdempotencyKey::parse(key).unwrap();
        app.write_message(&app.request(None), &tess, &key, (&reference, Audience::Shared, "one more")).await
    };
    write("fits").await.unwrap();
    let refused = write("too-many").await;
    assert!(matches!(refused, Err(Error::Conflict(words)) if words.contains("2,000")), "{refused:?}");
    assert_eq!(raw.count(COUNT).await, 2000);
    hub.abandon().await;
}

async fn long_lists(engine: Engine) {
    let hub = Hub::empty(engine).await;
    let store = hub.app.store();
    let known: Vec<EventId> =
        store.sequenced_from(0, 10).await.unwrap().iter().map(|row| row.event.as_ref().unwrap().id).collect();
    let mut asked: Vec<EventId> = (0..70_000).map(|_| EventId::random(hub.app.random())).collect();
    asked.extend(&known);
    assert_eq!(store.events_in(&asked).await.unwrap().len(), known.len());
    hub.finish().await;
}

crate::support::on_both! {
    a_referral_that_is_full_takes_no_more => full,
    a_list_longer_than_a_query_is_read => long_lists,
}
