//! Sealed bytes go with an event that names them, in no other way, and are missed in every other case.

use referral_exchange::{
    app::{Depth, verifier_key},
    audit::row::Erasable,
    domain::file::FileForm,
    store::Engine,
};

use crate::support::{
    acts::{erase, job_permit, send},
    files::{attach, fetch, photograph},
    hub::{ENGINES, Hub},
    raw::{Cell, Raw},
};

const HEADLINE: &str = "(SELECT id FROM entry WHERE kind = 'headline')";
const WRAP: &str = "(SELECT MIN(id) FROM key_wrap)";
const GRANT: &str = "(SELECT MIN(id) FROM grant_made)";

async fn sent(engine: Engine) -> (Hub, Raw) {
    let hub = Hub::founded(engine).await;
    let sender = hub.sign_in("tess.example").await;
    send(&hub.app, &sender, "erasure", |_| {}).await;
    hub.app.sequence().await.unwrap();
    let raw = Raw::owner(&hub).await;
    (hub, raw)
}

async fn one(raw: &mut Raw, id: &str) -> String {
    let tables = ["entry", "grant_made", "key_wrap"].map(|table| format!("SELECT id FROM {table} WHERE id = {id}"));
    raw.texts(&tables.join(" UNION ")).await.remove(0)
}

async fn findings(hub: &Hub) -> Vec<(String, String, String)> {
    let report = hub.app.verify(&verifier_key(&hub.app.verifier_key()).unwrap(), Depth::Full).await.unwrap();
    report.findings.into_iter().map(|finding| (finding.table, finding.id, finding.what)).collect()
}

async fn an_event_erases(engine: Engine) {
    let (hub, mut raw) = sent(engine).await;
    for (what, id, bytes, key) in [
        (Erasable::Entry, HEADLINE, "entry_bytes", "entry"),
        (Erasable::Grant, GRANT, "grant_bytes", "grant_id"),
        (Erasable::Wrap, WRAP, "key_wrap_bytes", "wrap"),
    ] {
        let id = one(&mut raw, id).await;
        let left = format!("SELECT COUNT(*) FROM {bytes} WHERE {key} = '{id}'");
        // Dropped, nothing is gone; the event is what erases.
        let mut tx = hub.app.store().begin().await.unwrap();
        tx.erase(what, &id).await.unwrap();
        drop(tx);
        assert_eq!(raw.count(&left).await, 1, "{what}");
        erase(&hub.app, what, &id).await;
        assert_eq!(raw.count(&left).await, 0, "{what}");
        let named = format!("\"erased\":[{{\"kind\":\"{what}\",\"id\":\"{id}\"}}]");
        let bodies = raw.rows("SELECT body FROM log_body").await;
        assert!(bodies.iter().any(|row| String::from_utf8_lossy(&row[0].bytes()).contains(&named)), "the event names it");
        // Once is all.
        let mut tx = hub.app.store().begin().await.unwrap();
        assert!(tx.erase(what, &id).await.unwrap_err().is_duplicate_in("log_erased"));
    }
    hub.finish().await;
}

/// The hub's own role writes down an erasure and needs no right to delete; on the bytes themselves it has none.
async fn only_through_the_log(engine: Engine) {
    let (hub, mut owner) = sent(engine).await;
    let id = one(&mut owner, HEADLINE).await;
    let mut raw = if engine == Engine::Postgres { Raw::app(&hub).await } else { Raw::owner(&hub).await };
    let delete = format!("DELETE FROM entry_bytes WHERE entry = '{id}'");
    assert!(raw.attempt(&delete).await.is_err());
    let unknown = format!("INSERT INTO log_erased SELECT '{id}', 'referral', MIN(id) FROM log_event");
    assert!(raw.attempt(&unknown).await.is_err(), "only what can be erased");
    let nowhere = format!("INSERT INTO log_erased (id, what, event) VALUES ('{id}', 'entry', 'none')");
    assert!(raw.attempt(&nowhere).await.is_err(), "no erasure without an event");
    assert_eq!(raw.count("SELECT COUNT(*) FROM entry_bytes").await, 2);
    // A table of the session's own, of the same name, draws nothing off.
    if engine == Engine::Postgres {
        raw.run("CREATE TEMP TABLE entry_bytes (entry TEXT, bytes BYTEA); CREATE TEMP TABLE log_erased (LIKE public.log_erased)")
            .await;
        raw.run(&format!("INSERT INTO public.log_erased SELECT '{id}', 'entry', MIN(id) FROM log_event")).await;
        assert_eq!(owner.count(&format!("SELECT COUNT(*) FROM entry_bytes WHERE entry = '{id}'")).await, 0);
        hub.abandon().await;
    } else {
        hub.finish().await;
    }
}

async fn every_other_loss_is_found(engine: Engine) {
    let (hub, mut raw) = sent(engine).await;
    for (what, id, bytes, key, row) in [
        (Erasable::Entry, HEADLINE, "entry_bytes", "entry", "entry"),
        (Erasable::Grant, GRANT, "grant_bytes", "grant_id", "grant_made"),
        (Erasable::Wrap, WRAP, "key_wrap_bytes", "wrap", "key_wrap"),
    ] {
        let id = one(&mut raw, id).await;
        let kept = raw.rows(&format!("SELECT bytes FROM {bytes} WHERE {key} = '{id}'")).await.remove(0).remove(0);
        let put = |cell: &Cell| format!("INSERT INTO {bytes} ({key}, bytes) VALUES ('{id}', {})", cell.literal(engine));
        let mut past = Raw::unguarded(&hub).await;

        // Gone, with nothing written down.
        past.run(&format!("DELETE FROM {bytes} WHERE {key} = '{id}'")).await;
        let found = findings(&hub).await;
        assert!(found.iter().any(|(table, at, words)| table == row && *at == id && words.contains("missing")), "{found:?}");

        // Gone, with an erasure written down that no event knows.
        past.run(&format!("INSERT INTO log_erased SELECT '{id}', '{what}', MIN(id) FROM log_event")).await;
        let found = findings(&hub).await;
        let unvouched = |words: &str| words == "no event vouches for this row";
        assert!(found.iter().any(|(table, at, words)| table == "log_erased" && *at == id && unvouched(words)), "{found:?}");
        past.run(&format!("DELETE FROM log_erased WHERE id = '{id}'; {}", put(&kept))).await;
        assert_eq!(findings(&hub).await, []);

        // Erased, and put back.
        erase(&hub.app, what, &id).await;
        hub.app.sequence().await.unwrap();
        past.run(&format!("DELETE FROM {bytes} WHERE {key} = '{id}'; {}", put(&kept))).await;
        let found = findings(&hub).await;
        assert!(
            found.iter().any(|(table, at, words)| table == "log_erased" && *at == id && words.contains("still there")),
            "{found:?}"
        );
        past.run(&format!("DELETE FROM {bytes} WHERE {key} = '{id}'")).await;
        assert_eq!(findings(&hub).await, []);
    }
    // An erasure of what never was.
    let mut tx = hub.app.store().begin().await.unwrap();
    let nothing = "f".repeat(32);
    tx.erase(Erasable::Entry, &nothing).await.unwrap();
    tx.commit(job_permit(hub.app.now()).await, &referral_exchange::audit::Details::default()).await.unwrap();
    let found = findings(&hub).await;
    assert!(
        found
            .iter()
            .any(|(table, at, words)| table == "log_erased" && *at == nothing && words.contains("nothing that was ever there")),
        "{found:?}"
    );
    hub.abandon().await;
}

/// A description takes its file along: the picture as it came, too.
async fn a_file_goes_with_its_description(engine: Engine) {
    let hub = Hub::founded(engine).await;
    let sender = hub.sign_in("tess.example").await;
    let reference = send(&hub.app, &sender, "file", |_| {}).await.reference.to_string();
    let kept = attach(&hub.app, &sender, &reference, "kept", ("shared", "a.txt", b"It stays.")).await.unwrap().value.id;
    let gone = attach(&hub.app, &sender, &reference, "gone", ("shared", "b.jpg", &photograph().0)).await.unwrap().value.id;
    hub.app.sequence().await.unwrap();
    let mut raw = Raw::owner(&hub).await;
    let blobs = || std::fs::read_dir(hub.folder.path().join("blobs")).unwrap().count();
    assert_eq!(blobs(), 3);
    erase(&hub.app, Erasable::Entry, &gone).await;
    let named = "SELECT COUNT(*) FROM log_erased x JOIN attachment a ON a.id = x.id WHERE x.what = 'attachment'";
    assert_eq!(raw.count(&format!("{named} AND a.entry = '{gone}'")).await, 2);
    assert_eq!(findings(&hub).await, [], "until the sweep comes by, both are right");
    assert_eq!((hub.app.sweep_blobs().await.unwrap(), blobs()), (2, 1));
    assert_eq!(findings(&hub).await, []);
    let of_kept = format!("SELECT id FROM attachment WHERE entry = '{kept}'");
    let still = fetch(&hub.app, &sender, (&reference, &kept), FileForm::File).await.unwrap();
    assert_eq!(still.2, b"It stays.");

    // Gone with nothing written down, or with what no event knows.
    let blob = raw.texts(&of_kept).await.remove(0);
    std::fs::remove_file(hub.folder.path().join("blobs").join(&blob)).unwrap();
    let missing =
        |found: &[(String, String, String)], words: &str| found.iter().any(|(_, id, what)| *id == blob && what.contains(words));
    assert!(missing(&findings(&hub).await, "its blob is missing"));
    Raw::unguarded(&hub)
        .await
        .run(&format!("INSERT INTO log_erased SELECT '{blob}', 'attachment', MIN(id) FROM log_event"))
        .await;
    let found = findings(&hub).await;
    assert!(missing(&found, "no event vouches for this row"), "{found:?}");
    assert!(missing(&found, "the other was not"), "{found:?}");
    hub.abandon().await;
}

crate::support::on_both! {
    a_file_is_erased_with_its_description => a_file_goes_with_its_description,
    an_event_erases_what_it_names => an_event_erases,
    sealed_bytes_go_only_through_the_log => only_through_the_log,
    a_loss_that_no_event_names_and_an_erasure_undone_are_found => every_other_loss_is_found,
}
