//! What somebody may not see and what does not exist look the same: to the caller, in the log and to the database.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock},
};

use referral_exchange::{app::Error, store::Engine};
use tracing::{Instrument as _, field::Visit};
use tracing_subscriber::{Layer, layer::SubscriberExt as _, registry::LookupSpan};

use crate::support::{
    acts::send,
    hub::{ENGINES, Hub},
    raw::{Cell, Raw},
};

/// The beginnings of the statements that ran inside a span of this module, by the span's number.
type Statements = Arc<Mutex<HashMap<u64, Vec<String>>>>;

struct Recorder(Statements);

#[derive(Default)]
struct Words(HashMap<&'static str, String>);

impl Visit for Words {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

struct Number(u64);

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        id: &tracing::Id,
        context: tracing_subscriber::layer::Context<'_, S>,
    ) {
        let mut words = Words::default();
        attributes.record(&mut words);
        if let (Some(number), Some(span)) = (words.0.get("watched.number"), context.span(id)) {
            span.extensions_mut().insert(Number(number.parse().unwrap()));
        }
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: tracing_subscriber::layer::Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        let Some(scope) = context.event_scope(event) else { return };
        let number = scope.into_iter().find_map(|span| span.extensions().get::<Number>().map(|number| number.0));
        if let Some(number) = number {
            let mut words = Words::default();
            event.record(&mut words);
            let statement = format!("{} {}", words.0["summary"], words.0.get("rows_affected").map_or("", String::as_str));
            self.0.lock().unwrap().entry(number).or_default().push(statement);
        }
    }
}

/// For the whole test program, since SQLite's statements run on threads of their own; only spans of this module are watched.
fn statements() -> &'static Statements {
    static STATEMENTS: OnceLock<Statements> = OnceLock::new();
    STATEMENTS.get_or_init(|| {
        let statements = Statements::default();
        let wanted = tracing_subscriber::filter::filter_fn(|metadata| {
            metadata.target() == "sqlx::query" || metadata.target() == module_path!()
        });
        let subscriber = tracing_subscriber::registry().with(Recorder(Arc::clone(&statements)).with_filter(wanted));
        tracing::subscriber::set_global_default(subscriber).expect("no other test installs a subscriber for all");
        statements
    })
}

async fn the_same_whatever_is_asked(engine: Engine) {
    let statements = statements();
    let hub = Hub::founded(engine).await;
    let sender = hub.sign_in("tess.example").await;
    let existing = send(&hub.app, &sender, "unseen", |_| {}).await.reference.to_string();
    let stranger = hub.sign_in("omar.placeholder").await;
    let mut raw = Raw::owner(&hub).await;
    let asked = [existing.as_str(), "7K3F-9QXD-2", "no reference at all", "'; DROP TABLE referral; --", ""];
    let numbered = u64::from(engine == Engine::Postgres) * 100;
    // Once before, so that every statement has been prepared and the stranger's misses have a row to count in.
    let _ = hub.app.read_referral(&hub.app.request(None), &stranger, "0000-0000-1").await;

    let mut looks = Vec::new();
    for (reference, number) in asked.iter().zip(numbered..) {
        let span = tracing::info_span!("watched", watched.number = number);
        let read = hub.app.read_referral(&hub.app.request(None), &stranger, reference).instrument(span).await;
        let error = read.map(drop).expect_err("not the stranger's");
        assert!(matches!(error, Error::Unseen), "{reference}");
        let ran = statements.lock().unwrap().remove(&number).expect("statements ran");
        assert!(ran.len() >= 4, "{ran:?}");
        let event = raw.rows("SELECT e.*, b.body FROM log_event e JOIN log_body b ON b.event = e.id JOIN pending_event p ON p.event = e.id ORDER BY e.at, e.id").await;
        looks.push((error.to_string(), ran, event.len()));
    }
    for (look, reference) in looks.iter().zip(asked) {
        assert_eq!((&look.0, &look.1), (&looks[0].0, &looks[0].1), "{reference}");
    }

    // Their events say the same, but for their own id, salt and request.
    let columns = "e.at, e.action, e.actor, e.agency, e.team, e.role, e.relation, e.referral, e.outcome, e.basis, e.purpose";
    let events = raw
        .rows(&format!(
            "SELECT {columns}, b.body FROM log_event e JOIN log_body b ON b.event = e.id \
             WHERE e.action = 'read-referral' AND e.outcome = 'refuse' ORDER BY e.id"
        ))
        .await;
    assert_eq!(events.len(), asked.len() + 1);
    let without_ids = |row: &Vec<Cell>| {
        let mut body: serde_json::Value = serde_json::from_slice(&row.last().unwrap().bytes()).unwrap();
        let body = body.as_object_mut().unwrap();
        for own in ["id", "request"] {
            assert!(body.remove(own).is_some());
        }
        (row[..row.len() - 1].to_vec(), serde_json::Value::from(body.clone()).to_string())
    };
    let (columns, body) = without_ids(&events[0]);
    assert!(body.contains(r#""kind":"unseen""#) && body.contains(r#""reason":"unseen""#), "{body}");
    assert_eq!(columns[7], Cell::Null, "no referral is named");
    for event in &events {
        assert_eq!(without_ids(event), (columns.clone(), body.clone()));
        assert!(!body.contains(&existing));
    }
    hub.finish().await;
}

crate::support::on_both! {
    unseen_nonexistent_and_malformed_look_the_same => the_same_whatever_is_asked,
}
