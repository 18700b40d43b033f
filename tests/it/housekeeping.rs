//! The jobs of the house: on record where an officer reads it, bounded, and stopped by nothing that one row has wrong.

use std::time::Duration;

use referral_exchange::{
    app::{App, Caller, IdempotencyKey, LogQuery, Receipt, Saved},
    domain::{draft::Part, enquiry::FormKind, reference::Reference, referral::ReferralState, time::Timestamp},
    store::Engine,
};
use serde_json::json;
use tracing::instrument::WithSubscriber as _;

use crate::support::{
    hub::{ENGINES, Hub},
    notice::{self, read, send, with},
    raw::Raw,
};

const DAY: Duration = Duration::from_hours(24);

fn part(text: String) -> Part {
    Part { section: "first".to_owned(), fields: vec![("narrative".to_owned(), text)] }
}

async fn begin(app: &App, caller: &Caller) -> Reference {
    let key = IdempotencyKey::parse("begin").unwrap();
    let first = part("canary begun".to_owned());
    app.start_draft(&app.request(None), caller, &key, (("fire-protection", FormKind::Referral), &first)).await.unwrap().value
}

/// Those acts on a reference that an officer reads of.
async fn officer_reads(hub: &Hub, reference: Reference) -> Vec<String> {
    let dina = hub.sign_in("dina.proforma").await;
    let query = LogQuery { reference: Some(reference.to_string()), ..LogQuery::default() };
    let page = hub.app.read_log(&hub.app.request(None), &dina, &query).await.unwrap();
    page.items.into_iter().map(|item| item.action).collect()
}

async fn ended_on_record(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let quinn = hub.sign_in("quinn.mock").await;
    let reference = begin(app, &quinn).await;
    hub.clock.advance(31 * DAY);
    assert_eq!(app.expire_drafts().await.unwrap(), 1);
    assert_eq!(officer_reads(&hub, reference).await, ["expire-draft", "start-draft"]);
    hub.finish().await;
}

async fn savings_are_bounded(engine: Engine) {
    const THERE: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM entry e JOIN entry_bytes b ON b.entry = e.id";
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let quinn = hub.sign_in("quinn.mock").await;
    let reference = begin(app, &quinn).await;
    let mut raw = Raw::owner(&hub).await;
    let mut most = 0;
    for saved in 1..=130 {
        let saving = part(format!("canary {saved}"));
        let done = app.save_draft(&app.request(None), &quinn, (&reference.to_string(), saved), &saving).await.unwrap();
        assert!(matches!(done, Saved::Done { .. }));
        most = most.max(raw.count(THERE).await);
    }
    assert!((50..=101).contains(&most), "{most} savings stood at once");
    let view = app.read_draft(&app.request(None), &quinn, &reference.to_string()).await.unwrap();
    assert_eq!(view.parts[0].part.fields[0].1, "canary 130", "the newest stays");
    app.delete_draft(&app.request(None), &quinn, &reference.to_string()).await.unwrap();
    assert_eq!(raw.count(THERE).await, 0);
    hub.finish().await;
}

/// A form that no program reads any more, and a damaged row: the first goes on all the same, the second keeps none behind it.
async fn others_go_on(engine: Engine) {
    let hub = notice::founded(engine).await;
    let app = &hub.app;
    let mut sent: Vec<Receipt> = Vec::new();
    for _ in 0..3 {
        let tess = hub.sign_in("tess.example").await;
        sent.push(send(app, &tess, &with(&json!({ "lead_party": false }))).await);
    }
    let mut raw = Raw::unguarded(&hub).await;
    let version = "77".repeat(32);
    raw.run(&format!("UPDATE referral SET pathway_version = '{version}' WHERE reference = '{}'", sent[0].reference)).await;
    raw.run(&format!(
        "UPDATE grant_made SET to_id = 'x' WHERE held = 1 AND to_kind = 'team' AND referral = \
         (SELECT id FROM referral WHERE reference = '{}')",
        sent[1].reference
    ))
    .await;
    hub.clock.advance(4 * DAY);
    assert_eq!(app.mind_checks().await.unwrap(), 2);
    for (receipt, state) in sent.iter().zip(["received", "checking", "received"]) {
        let sql = format!("SELECT state FROM referral WHERE reference = '{}'", receipt.reference);
        assert_eq!(raw.texts(&sql).await, [state]);
    }
    let paul = hub.sign_in("paul.figment").await;
    let view = read(app, &paul, &sent[2]).await.unwrap();
    assert_eq!(view.referral.stage.state(), ReferralState::Opened);
    hub.abandon().await;
}

/// A draft whose row is damaged keeps no other from ending.
async fn other_drafts_end(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let app = &hub.app;
    let quinn = hub.sign_in("quinn.mock").await;
    begin(app, &quinn).await;
    let tess = hub.sign_in("tess.example").await;
    let reference = begin(app, &tess).await;
    let mut raw = Raw::unguarded(&hub).await;
    raw.run(&format!("UPDATE compartment SET id = 'x' WHERE referral <> (SELECT id FROM draft WHERE reference = '{reference}')"))
        .await;
    hub.clock.advance(31 * DAY);
    assert_eq!(app.expire_drafts().await.unwrap(), 1);
    assert_eq!(raw.texts("SELECT reference FROM draft WHERE state = 'expired'").await, [reference.to_string()]);
    hub.abandon().await;
}

crate::support::on_both! {
    an_officer_reads_that_time_ended_a_draft => ended_on_record,
    the_savings_of_a_draft_never_grow_past_a_hundred => savings_are_bounded,
    what_cannot_be_read_keeps_no_other_notice_waiting => others_go_on,
    a_damaged_draft_keeps_no_other_from_ending => other_drafts_end,
}

/// The operator's log lines while something is done.
#[derive(Clone, Default)]
struct Lines(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_is_warned_at_the_start_and_each_day_once_the_bank_holidays_run_out_within_six_months() {
    let hub = Hub::founded(ENGINES[0]).await;
    let warned = async |act: std::pin::Pin<Box<dyn Future<Output = ()> + '_>>| {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
        act.with_subscriber(subscriber).await;
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        text.lines().filter(|line| line.contains("WARN") && line.contains("31 December 2028")).count()
    };
    let start = async || hub.another_node().await.close().await.unwrap();
    for (day, times) in [("2028-06-29T12:00:00Z", 0), ("2028-07-01T12:00:00Z", 1)] {
        hub.clock.advance(Timestamp::parse(day).unwrap().since(hub.app.now()));
        assert_eq!(warned(Box::pin(start())).await, times, "{day}: at a start");
        assert_eq!(warned(Box::pin(async { hub.app.warn_of_holidays() })).await, times, "{day}: on any day");
    }
    hub.finish().await;
}
