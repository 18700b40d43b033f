//! Readers fail closed: what is not what the log vouches for is not shown, and the refusal is on record. SQL alone can plant no
//! recipient, grant or event that anybody uses.

use std::sync::{Arc, Mutex};

use referral_exchange::{
    app::{Caller, Error, IdempotencyKey, ListQuery},
    domain::{agency::AgencyKind, draft::Part, enquiry::FormKind, file::FileForm, message::Audience},
    store::Engine,
};
use tracing::instrument::WithSubscriber as _;

use crate::support::{
    acts::send,
    files::{attach, fetch, pdf},
    hub::{ENGINES, Hub},
    raw::{Cell, Raw},
};

/// Flips one bit in the middle of a column of the row that a condition names.
async fn flip(raw: &mut Raw, table: &str, column: &str, which: &str) {
    let rows = raw.rows(&format!("SELECT {column} FROM {table} WHERE {which}")).await;
    let Cell::Bytes(mut bytes) = rows[0][0].clone() else { panic!("{table}.{column} holds bytes") };
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let literal = Cell::Bytes(bytes).literal(raw.engine());
    assert!(raw.run(&format!("UPDATE {table} SET {column} = {literal} WHERE {which}")).await > 0);
}

/// The operator's log lines while something is done.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Does something, and gives how many integrity warnings the operator got meanwhile.
async fn warned<T>(act: impl Future<Output = T>) -> (T, usize) {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let answer = act.with_subscriber(subscriber).await;
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let warnings = text.lines().filter(|line| line.contains(r#""ERROR""#) && line.contains(r#""error.kind":"integrity""#));
    (answer, warnings.count())
}

async fn refusals(raw: &mut Raw) -> i64 {
    let bodies = raw.rows("SELECT b.body FROM log_body b JOIN log_event e ON e.id = b.event WHERE e.outcome = 'refuse'").await;
    let is_integrity = |row: &Vec<Cell>| String::from_utf8_lossy(&row[0].bytes()).contains(r#""reason":"integrity""#);
    i64::try_from(bodies.iter().filter(|row| is_integrity(row)).count()).unwrap()
}

const SUBMISSION: &str = "(SELECT id FROM entry WHERE kind = 'submission')";
const HEADLINE: &str = "(SELECT id FROM entry WHERE kind = 'headline')";
const RECEIVER: &str = "(SELECT id FROM team WHERE code = 'fire-protection')";

/// One hub with one referral, which a triager is about to read.
async fn scene(engine: Engine) -> (Hub, Raw, Caller, String) {
    let hub = Hub::founded(engine).await;
    let sender = hub.sign_in("tess.example").await;
    let sent = send(&hub.app, &sender, "integrity", |_| {}).await;
    let caller = hub.sign_in("theo.invented").await;
    let raw = Raw::unguarded(&hub).await;
    (hub, raw, caller, sent.reference.to_string())
}

async fn damage_is_not_shown(engine: Engine) {
    let damages: [(&str, &str, String); 6] = [
        ("entry_bytes", "bytes", format!("entry = {SUBMISSION}")),
        ("entry", "sha256", format!("id = {SUBMISSION}")),
        ("grant_bytes", "bytes", format!("grant_id = (SELECT id FROM grant_made WHERE to_id = {RECEIVER})")),
        ("grant_made", "sha256", format!("to_id = {RECEIVER}")),
        (
            "key_wrap_bytes",
            "bytes",
            "wrap IN (SELECT w.id FROM key_wrap w JOIN account a ON a.id = w.to_id WHERE a.username = 'theo.invented')"
                .to_owned(),
        ),
        ("key_wrap", "sha256", "to_id = (SELECT id FROM account WHERE username = 'theo.invented')".to_owned()),
    ];
    for (table, column, which) in damages {
        let (hub, mut raw, caller, reference) = scene(engine).await;
        flip(&mut raw, table, column, &which).await;
        let (read, warnings) = Box::pin(warned(hub.app.read_referral(&hub.app.request(None), &caller, &reference))).await;
        assert!(matches!(read, Err(Error::Integrity(_))), "{table}.{column}");
        assert!(warnings > 0, "{table}.{column}: the operator hears of it");
        assert_eq!(refusals(&mut raw).await, 1, "{table}.{column}: the refusal is on record");
        hub.abandon().await;
    }
}

/// A published recipient is believed only as its event has it; a key changed under a running hub reaches nobody either.
async fn a_changed_recipient_is_refused(engine: Engine) {
    let (hub, mut raw, caller, reference) = scene(engine).await;
    let foreign = hub.app.recipient_without_secret();
    raw.run(&format!("UPDATE key_published SET recipient = '{foreign}' WHERE owner_kind = 'compartment'")).await;
    let read = hub.app.read_referral(&hub.app.request(None), &caller, &reference).await;
    assert!(matches!(read, Err(Error::Integrity(_))));

    raw.run(&format!("UPDATE key_published SET recipient = '{foreign}' WHERE owner_kind = 'team'")).await;
    let fresh = hub.another_node().await;
    let sender = hub.sign_in("tess.example").await;
    let grants = raw.count("SELECT COUNT(*) FROM grant_made").await;
    let before = refusals(&mut raw).await;
    let (sent, warnings) = Box::pin(warned(try_to_send(&fresh, &sender))).await;
    assert!(matches!(sent, Err(Error::Integrity(_))), "nothing is sealed to it");
    assert_eq!(refusals(&mut raw).await, before + 1, "the sending that stopped is on record");
    assert!(warnings > 0, "and the operator hears of it");
    assert_eq!(raw.count("SELECT COUNT(*) FROM grant_made").await, grants);
    fresh.close().await.unwrap();
    hub.abandon().await;
}

async fn try_to_send(app: &referral_exchange::app::App, sender: &Caller) -> Result<(), Error> {
    use referral_exchange::app::{example, raw_from_json};
    let request = app.request(None);
    let pathway = app.pathway("fire-protection").unwrap();
    let body = example(&pathway.pathway, AgencyKind::Police, request.at.uk_date());
    let raw = raw_from_json(&body["answers"]).unwrap();
    app.submit(&request, sender, &IdempotencyKey::parse("again").unwrap(), b"again", &pathway, raw).await.map(drop)
}

/// A team's next recipient, planted beside a true event that vouches for something else.
async fn a_planted_recipient_is_refused(engine: Engine) {
    let (hub, mut raw, _, _) = scene(engine).await;
    let foreign = hub.app.recipient_without_secret();
    let id = "e".repeat(32);
    raw.run(&format!(
        "INSERT INTO key_published (id, owner_kind, owner, epoch, suite, recipient, published_at, event) \
         SELECT '{id}', owner_kind, owner, 2, suite, '{foreign}', published_at, event FROM key_published WHERE owner_kind = 'team' AND owner = {RECEIVER}"
    ))
    .await;
    raw.run("UPDATE team SET epoch = 2 WHERE code = 'fire-protection'").await;
    let sender = hub.sign_in("tess.example").await;
    let grants = raw.count("SELECT COUNT(*) FROM grant_made").await;
    assert!(matches!(try_to_send(&hub.app, &sender).await, Err(Error::Integrity(_))));
    assert_eq!(raw.count("SELECT COUNT(*) FROM grant_made").await, grants);
    hub.abandon().await;
}

/// A grant planted for a stranger's team, as if it had been told for information, shows the stranger nothing of the content. As a
/// grant of the receiving team it would not even be looked at.
async fn a_planted_grant_opens_nothing(engine: Engine) {
    let (hub, mut raw, _, reference) = scene(engine).await;
    let stranger = hub.sign_in("omar.placeholder").await;
    let team = stranger.main().unwrap().place.team;
    let id = "d".repeat(32);
    raw.run(&format!(
        "INSERT INTO grant_made SELECT '{id}', referral, compartment, epoch, key_id, to_kind, '{team}', to_key, to_epoch, suite, sha256, \
         'copy', held, granted_at, event FROM grant_made WHERE to_id = {RECEIVER}; \
         INSERT INTO grant_bytes SELECT '{id}', b.bytes FROM grant_bytes b JOIN grant_made g ON g.id = b.grant_id WHERE g.to_id = {RECEIVER}"
    ))
    .await;
    let read = hub.app.read_referral(&hub.app.request(None), &stranger, &reference).await;
    assert!(matches!(read, Err(Error::Integrity(_) | Error::Refused)));
    let report = hub.verify().await;
    assert!(report.findings.iter().any(|finding| finding.table == "grant_made" && finding.id == id));
    hub.abandon().await;
}

/// One damaged line hides its words, not the referral, and not the rest of the queue.
async fn a_damaged_headline_leaves_the_queue_standing(engine: Engine) {
    let (hub, mut raw, _, damaged) = scene(engine).await;
    flip(&mut raw, "entry_bytes", "bytes", &format!("entry = {HEADLINE}")).await;
    let sender = hub.sign_in("tess.example").await;
    let whole = send(&hub.app, &sender, "whole", |_| {}).await.reference.to_string();
    let caller = hub.sign_in("theo.invented").await;
    let queue = hub.app.queue(&hub.app.request(None), &caller, &ListQuery::default()).await.unwrap();
    let headline = |reference: &str| {
        let item = queue.items.iter().find(|item| item.reference.to_string() == reference).expect("in the queue");
        item.headline.is_some()
    };
    assert!(!headline(&damaged) && headline(&whole));
    assert_eq!(refusals(&mut raw).await, 1);
    hub.abandon().await;
}

/// A grant that its event does not vouch for stops whatever rests on it, and each act that was stopped is on record as itself.
async fn each_act_is_on_record(engine: Engine) {
    let (hub, mut raw, _, reference) = scene(engine).await;
    let app = &hub.app;
    let caller = hub.sign_in("tess.example").await;
    let key = |text: &str| IdempotencyKey::parse(text).unwrap();
    let part = |text: &str| Part { section: "first".to_owned(), fields: vec![("narrative".to_owned(), text.to_owned())] };
    let begun = app
        .start_draft(&app.request(None), &caller, &key("draft"), (("fire-protection", FormKind::Referral), &part("begun")))
        .await;
    let draft = begun.unwrap().value.to_string();
    let id = attach(app, &caller, &reference, "before", ("shared", "a.pdf", &pdf(9))).await.unwrap().value.id;
    raw.run("UPDATE grant_made SET granted_at = granted_at + 1").await;

    let attached = attach(app, &caller, &reference, "after", ("shared", "b.pdf", &pdf(9))).await;
    assert!(matches!(attached, Err(Error::Integrity(_))), "{:?}", attached.err());
    let got = fetch(app, &caller, (&reference, &id), FileForm::File).await;
    assert!(matches!(got, Err(Error::Integrity(_))), "{:?}", got.err());
    let word = (&*reference, Audience::Shared, "a word");
    let written = app.write_message(&app.request(None), &caller, &key("word"), word).await;
    assert!(matches!(written, Err(Error::Integrity(_))), "{:?}", written.err());
    let saved = app.save_draft(&app.request(None), &caller, (&draft, 1), &part("saved")).await;
    assert!(matches!(saved, Err(Error::Integrity(_))), "{:?}", saved.err());
    let moved = app.change_draft_deputy(&app.request(None), &caller, &draft, None).await;
    assert!(matches!(moved, Err(Error::Integrity(_))), "{:?}", moved.err());
    for action in ["attach-file", "download-file", "write-message", "save-draft", "read-draft"] {
        let sql = format!("SELECT COUNT(*) FROM log_event WHERE outcome = 'refuse' AND action = '{action}'");
        assert_eq!(raw.count(&sql).await, 1, "{action}");
    }
    hub.abandon().await;
}

crate::support::on_both! {
    an_act_that_damage_stops_is_on_record_as_itself => each_act_is_on_record,
    damaged_bytes_and_hashes_are_not_shown_and_leave_an_event => damage_is_not_shown,
    a_recipient_changed_by_sql_is_not_used => a_changed_recipient_is_refused,
    a_recipient_planted_by_sql_is_not_used => a_planted_recipient_is_refused,
    a_grant_planted_by_sql_opens_nothing => a_planted_grant_opens_nothing,
    a_damaged_headline_does_not_hide_the_queue => a_damaged_headline_leaves_the_queue_standing,
}
