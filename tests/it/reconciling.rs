//! Keys and grants against the log, both ways: what somebody plants or takes with the rights of the database's owner is refused where
//! it is used, found without being used, told to the data protection officers, and shown.

use referral_exchange::{
    app::{Error, KeysView, NoticeQuery},
    domain::notice::NoticeCode,
    store::Engine,
};

use crate::support::{
    acts::send,
    client::Client,
    hub::{ENGINES, Hub},
    newcomer::key,
    raw::Raw,
};

const RECEIVER: &str = "(SELECT id FROM team WHERE code = 'fire-protection')";

/// Asks for a run, has the job do it, and gives how much it found; every officer is told of that, once.
async fn reconciled(hub: &Hub) -> usize {
    let app = &hub.app;
    let dina = hub.sign_in("dina.proforma").await;
    app.ask_reconciliation(&app.request(None), &dina, &key(app)).await.unwrap();
    let found = app.reconcile_keys().await.unwrap().unwrap();
    for officer in ["dina.proforma", "dora.madeup"] {
        let officer = hub.sign_in(officer).await;
        let told = app.notices(&app.request(None), &officer, &NoticeQuery::default()).await.unwrap().items;
        let alarms = told.iter().filter(|notice| notice.code == NoticeCode::KeysDiffer).count();
        assert_eq!(alarms, usize::from(found > 0));
    }
    found
}

/// Whether the page of keys names a row.
async fn shown(hub: &Hub, table: &str, id: &str) -> bool {
    let adam = hub.sign_in("adam.notional").await;
    let KeysView { reconciliation, .. } = hub.app.keys(&hub.app.request(None), &adam).await.unwrap();
    reconciliation.unwrap().differences.iter().any(|(_, place, row)| (place.as_str(), row.as_str()) == (table, id))
}

async fn planted_recipient(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let mut raw = Raw::owner(&hub).await;
    assert_eq!(reconciled(&hub).await, 0, "as it was made, all agrees");
    let (foreign, id) = (hub.app.recipient_without_secret(), "e".repeat(32));
    raw.run(&format!(
        "INSERT INTO key_published (id, owner_kind, owner, epoch, suite, recipient, published_at, event) \
         SELECT '{id}', owner_kind, owner, 2, suite, '{foreign}', published_at, event FROM key_published \
         WHERE owner_kind = 'user' AND owner = (SELECT id FROM account WHERE username = 'theo.invented')"
    ))
    .await;
    raw.run(&format!("UPDATE account SET key_id = '{id}' WHERE username = 'theo.invented'")).await;
    let fay = hub.sign_in("fay.fictional").await;
    let team = fay.main().unwrap().place.team.to_string();
    let used = hub.app.replace_team_key(&hub.app.request(None), &fay, &key(&hub.app), &team).await;
    assert!(matches!(used, Err(Error::Integrity(_))), "nothing is wrapped to it: {used:?}");
    assert!(reconciled(&hub).await > 0);
    assert!(shown(&hub, "key_published", &id).await);
    hub.abandon().await;
}

async fn planted_grant(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let tess = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &tess, "earlier", |_| {}).await.reference.to_string();
    let stranger = hub.sign_in("omar.placeholder").await;
    let (team, id) = (stranger.main().unwrap().place.team, "d".repeat(32));
    let mut raw = Raw::owner(&hub).await;
    raw.run(&format!(
        "INSERT INTO grant_made SELECT '{id}', referral, compartment, epoch, key_id, to_kind, '{team}', to_key, to_epoch, suite, sha256, \
         'copy', held, granted_at, event FROM grant_made WHERE to_id = {RECEIVER}; \
         INSERT INTO grant_bytes SELECT '{id}', b.bytes FROM grant_bytes b JOIN grant_made g ON g.id = b.grant_id WHERE g.to_id = {RECEIVER}"
    ))
    .await;
    let read = hub.app.read_referral(&hub.app.request(None), &stranger, &reference).await.map(drop);
    assert!(matches!(read, Err(Error::Integrity(_) | Error::Refused)), "{read:?}");
    assert!(reconciled(&hub).await > 0);
    assert!(shown(&hub, "grant_made", &id).await);
    hub.abandon().await;
}

async fn planted_event(engine: Engine) {
    let hub = Hub::founded(engine).await;
    hub.app.sequence().await.unwrap();
    let mut raw = Raw::owner(&hub).await;
    let (id, schema) = ("f".repeat(32), raw.schema().await);
    for (table, named) in [("log_event", "id"), ("log_body", "event")] {
        let cells: Vec<String> = schema[table]
            .iter()
            .map(|column| if column.name == named { format!("'{id}'") } else { column.name.clone() })
            .collect();
        raw.run(&format!("INSERT INTO {table} SELECT {} FROM {table} ORDER BY {named} LIMIT 1", cells.join(", "))).await;
    }
    raw.run(&format!("INSERT INTO pending_event (event, at) VALUES ('{id}', 0)")).await;
    assert_eq!(hub.app.sequence().await.unwrap().refused, 1, "it gets no place in the log");
    assert!(reconciled(&hub).await > 0);
    assert!(shown(&hub, "log_event", &id).await);
    let refusals = "SELECT COUNT(*) FROM log_event WHERE action = 'reconcile-keys' AND outcome = 'refuse'";
    assert_eq!(raw.count(refusals).await, 1, "what it found is on record");
    hub.abandon().await;
}

async fn taken_away(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let tess = hub.sign_in("tess.example").await;
    send(&hub.app, &tess, "earlier", |_| {}).await;
    let mut raw = Raw::unguarded(&hub).await;
    let id = raw.texts(&format!("SELECT id FROM grant_made WHERE to_id = {RECEIVER}")).await.remove(0);
    raw.run(&format!("DELETE FROM grant_bytes WHERE grant_id = '{id}'; DELETE FROM grant_made WHERE id = '{id}'")).await;
    assert!(reconciled(&hub).await > 0);
    assert!(shown(&hub, "grant_made", &id).await, "the event that made it says that it was there");
    hub.abandon().await;
}

async fn nightly(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    app.sequence().await.unwrap();
    assert_eq!(app.reconcile_keys().await.unwrap(), None, "not before a day has passed");
    hub.clock.advance(std::time::Duration::from_hours(25));
    assert_eq!(app.reconcile_keys().await.unwrap(), Some(0));
    assert_eq!(app.reconcile_keys().await.unwrap(), None);
    for refused in ["tess.example", "theo.invented"] {
        let caller = hub.sign_in(refused).await;
        let asked = app.ask_reconciliation(&app.request(None), &caller, &key(app)).await.map(drop);
        assert!(matches!(asked, Err(Error::Refused)), "{refused}: {asked:?}");
    }
    hub.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_has_keys_reconciled_on_the_page() {
    let served = Hub::founded(ENGINES[0]).await.serve().await;
    let dina = Client::new(&served);
    dina.sign_in(&served, "dina.proforma").await;
    let page = dina.get("/keys").await;
    assert!(page.body.contains("Nobody has held them against the log yet."));
    let (action, hidden) = page.last_form();
    assert_eq!(action, "/keys/reconcile");
    let hidden: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let asked = dina.post(&action, &hidden).await;
    assert_eq!((asked.status.as_u16(), asked.location()), (303, "/keys"));
    // The house's own job may have done it a moment before.
    served.hub.app.reconcile_keys().await.unwrap();
    let page = dina.get("/keys").await;
    assert!(page.body.contains("all agree with the log"), "{}", page.body);
    served.finish().await;
}

crate::support::on_both! {
    a_recipient_planted_by_the_owner_is_refused_found_and_told => planted_recipient,
    a_grant_planted_by_the_owner_is_refused_found_and_told => planted_grant,
    an_event_planted_by_the_owner_is_refused_found_and_told => planted_event,
    a_grant_taken_away_is_found_by_its_event => taken_away,
    keys_are_reconciled_nightly_and_by_nobody_else => nightly,
}
