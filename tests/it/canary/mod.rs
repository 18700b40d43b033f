//! Words that nobody but the entitled may read stand in no file, row, event, line or address.

mod net;
mod planted;
mod story;

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use net::{Net, every_cell_is_clean, files};
use referral_exchange::{
    store::Engine,
    telemetry::{self, Format},
};

use crate::support::hub::{ENGINES, Hub};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// On one thread, so that every line of ours goes to the writer that listens.
async fn words_stay_within(engine: Engine) {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = telemetry::subscriber(Format::Json, "trace", move || writer.clone()).unwrap();
    let listening = tracing::subscriber::set_default(subscriber);
    tracing::info!("listening");
    let hub = Hub::founded(engine).await;
    let mut words = Box::pin(story::story(&hub)).await;
    assert!(words.len() > 30);
    let (hub, planted) = Box::pin(planted::planted(hub)).await;
    words.extend(planted.words);
    let net = Net::of(&words);
    for told in planted.told {
        net.assert_without("an address, a title or a header", told.as_bytes());
    }
    every_cell_is_clean(&hub, &net).await;

    // The files as they stand, write-ahead log and keys included, and again once the hub has closed its database.
    let before = files(hub.folder.path());
    if engine == Engine::Sqlite {
        assert!(
            before.iter().any(|(name, bytes)| name.ends_with("-wal") && !bytes.is_empty()),
            "the write-ahead log is looked at"
        );
    }
    for (name, bytes) in before {
        net.assert_without(&name, &bytes);
    }
    let folder = hub.folder.path().to_owned();
    hub.app.sequence().await.unwrap();
    hub.app.close().await.unwrap();
    for (name, bytes) in files(&folder) {
        net.assert_without(&name, &bytes);
    }
    hub.abandon().await;
    drop(listening);
    let lines = captured.0.lock().unwrap().clone();
    assert!(Net::of(&["listening".to_owned()]).caught(&lines).is_some(), "lines were captured");
    net.assert_without("the lines for the operator", &lines);
}

#[tokio::test]
async fn words_stay_within_sqlite() {
    Box::pin(words_stay_within(ENGINES[0])).await;
}

#[tokio::test]
async fn words_stay_within_postgres() {
    Box::pin(words_stay_within(ENGINES[1])).await;
}
