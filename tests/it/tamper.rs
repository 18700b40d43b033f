//! Tampering past every guard is found: each column of each written-once table, each row taken away, each row planted.

use std::collections::BTreeMap;

use referral_exchange::{
    app::{Depth, Finding, IdempotencyKey, Report, verifier_key},
    audit::row::Erasable,
    domain::action::Action,
    policy::DenialReason,
    store::{Engine, migrate::is_written_once},
};

use crate::support::{
    acts::{erase, hold, keep_form, release, send, shared_and_recalled},
    files::{attach, photograph},
    hub::{ENGINES, Hub},
    kept_back::{keep, try_send},
    raw::{Cell, Column, Raw},
};

/// A hub with a story: referrals sent, listed and read, refusals, more than one group of leaves, several checkpoints.
async fn told(engine: Engine) -> Hub {
    let hub = Hub::founded(engine).await;
    keep_form(&hub, "tess.example").await;
    let sender = hub.sign_in("tess.example").await;
    let form = ("child-exploitation", serde_json::json!({ "district": "leicester" }));
    let kept = try_send(&hub.app, &sender, form, keep(&["lives_at"], &["leicestershire-police"])).await.unwrap();
    let kept = kept.reference.to_string();
    let revision = hub.app.read_referral(&hub.app.request(None), &sender, &kept).await.unwrap().referral.revision;
    let (mark, as_key) = (keep(&["contact_phone"], &["leicestershire-police"]), IdempotencyKey::parse("mark").unwrap());
    hub.app.withhold_answers(&hub.app.request(None), &sender, &as_key, (&kept, &mark, revision)).await.unwrap();
    let mut references = Vec::new();
    for number in 0..3 {
        references.push(send(&hub.app, &sender, &format!("tamper-{number}"), |_| {}).await.reference.to_string());
    }
    let held = hold(&hub, hub.person("cora.pretend").team_id).await;
    release(&hub, held).await;
    hub.app.sequence().await.unwrap();
    let triager = hub.sign_in("theo.invented").await;
    hub.app.queue(&hub.app.request(None), &triager, &referral_exchange::app::ListQuery::default()).await.unwrap();
    for reference in &references {
        hub.app.read_referral(&hub.app.request(None), &triager, reference).await.unwrap();
    }
    let mut raw = Raw::owner(&hub).await;
    // Of the last referral: the first gets a file below, for which its grants are wanted.
    let last = format!("(SELECT id FROM referral WHERE reference = '{}')", references[2]);
    for (what, sql) in [
        (Erasable::Entry, format!("SELECT id FROM entry WHERE kind = 'headline' AND referral = {last}")),
        (Erasable::Grant, format!("SELECT id FROM grant_made WHERE referral = {last} ORDER BY id")),
    ] {
        erase(&hub.app, what, &raw.texts(&sql).await[0]).await;
    }
    hub.app.sequence().await.unwrap();
    while hub.app.store().log_size().await.unwrap() + hub.app.store().count_pending().await.unwrap() < 260 {
        hub.clock.advance(std::time::Duration::from_mins(1));
        let request = hub.app.request(None);
        hub.app.refuse_nobody(&request, "tamper", Action::ReadReferral, DenialReason::NotSignedIn).await.unwrap();
    }
    let (photograph, _) = photograph();
    attach(&hub.app, &triager, &references[0], "file", ("shared", "a.jpg", &photograph)).await.unwrap();
    shared_and_recalled(&hub, &triager, &references[0]).await;
    let report = hub.verify().await;
    assert_eq!((report.attachments, report.findings), (2, vec![]));
    hub
}

async fn verify(hub: &Hub) -> Report {
    hub.app.verify(&verifier_key(&hub.app.verifier_key()).unwrap(), Depth::Full).await.unwrap()
}

/// Copies of the written-once tables, from which each case is undone.
struct Bench {
    raw: Raw,
    tables: BTreeMap<String, Vec<Column>>,
}

impl Bench {
    async fn over(hub: &Hub) -> Self {
        let mut raw = Raw::unguarded(hub).await;
        let tables: BTreeMap<_, _> = raw.schema().await.into_iter().filter(|(name, _)| is_written_once(name)).collect();
        assert!(tables.len() >= 13, "{:?}", tables.keys());
        for (table, columns) in &tables {
            if raw.engine() == Engine::Postgres {
                for column in columns {
                    // Refused for key columns, which stay as they are.
                    let _ = raw.attempt(&format!("ALTER TABLE {table} ALTER COLUMN {} DROP NOT NULL", column.name)).await;
                }
            }
            raw.run(&format!("CREATE TABLE copy_of_{table} AS SELECT * FROM {table}")).await;
        }
        Self { raw, tables }
    }

    async fn undo(&mut self, table: &str) {
        self.raw.run(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM copy_of_{table}")).await;
    }

    /// The rows a walk visits: all of a small table, else the first, the last and some between.
    async fn visited(&mut self, table: &str, whole: bool) -> Vec<Vec<Cell>> {
        let rows = self.raw.rows(&format!("SELECT * FROM {table} ORDER BY 1, 2")).await;
        assert!(!rows.is_empty(), "{table} has rows, or the walk proves nothing");
        let step = if whole { 1 } else { (rows.len() / 2).max(1) };
        rows.into_iter().step_by(step).collect()
    }

    /// The condition that names one row of a table.
    fn which(&self, table: &str, row: &[Cell]) -> String {
        let same = self.tables[table].iter().zip(row).map(|(column, cell)| match cell {
            Cell::Null => format!("{} IS NULL", column.name),
            cell => format!("{} = {}", column.name, cell.literal(self.raw.engine())),
        });
        same.collect::<Vec<_>>().join(" AND ")
    }
}

/// One step away from a value.
fn altered(column: &str, cell: &Cell, kind: &str) -> Cell {
    match (column, cell) {
        // A place that is taken already would be no change but a refusal.
        ("idx" | "size", Cell::Int(number)) => Cell::Int(number + 100_000),
        (_, Cell::Int(number)) => Cell::Int(number + 1),
        (_, Cell::Text(text)) => {
            let mut letters: Vec<char> = text.chars().collect();
            let last = letters.last_mut().expect("no empty text is stored");
            *last = if *last == '0' { '1' } else { '0' };
            Cell::Text(letters.into_iter().collect())
        }
        (_, Cell::Bytes(bytes)) => {
            let mut bytes = bytes.clone();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            Cell::Bytes(bytes)
        }
        (_, Cell::Null) if kind == "int" => Cell::Int(1),
        (_, Cell::Null) => Cell::Text("1".to_owned()),
    }
}

/// Tables whose findings may stand for those of another: the row that vouches, or the row that the bytes belong to.
fn stand_ins(table: &str) -> Vec<&str> {
    let mut names = vec![table];
    names.extend(match table {
        "log_body" | "log_scope" | "log_sequence" => vec!["log_event"],
        "log_event" => vec!["log_body", "log_sequence", "log_scope", "pending_event"],
        "entry_bytes" => vec!["entry"],
        "entry_kept_bytes" => vec!["entry_kept"],
        "grant_bytes" => vec!["grant_made"],
        "grant_made" => vec!["grant_released"],
        "key_wrap_bytes" => vec!["key_wrap"],
        _ => vec![],
    });
    names
}

/// What findings may call a row: the values of its naming columns, before and after.
fn names_of(columns: &[Column], rows: &[&[Cell]]) -> Vec<String> {
    let mut names = Vec::new();
    for row in rows {
        let cell = |name: &str| columns.iter().position(|column| column.name == name).map(|at| row[at].shown());
        names.extend(
            ["id", "event", "entry", "kept", "grant_id", "share", "wrap", "idx", "size"].iter().filter_map(|name| cell(name)),
        );
        if let (Some(level), Some(idx)) = (cell("level"), cell("idx")) {
            names.push(format!("{level}/{idx}"));
        }
    }
    names
}

fn is_named(findings: &[Finding], table: &str, names: &[String]) -> bool {
    findings.iter().any(|finding| stand_ins(table).contains(&finding.table.as_str()) && names.contains(&finding.id))
}

async fn every_column(engine: Engine) {
    let hub = Box::pin(told(engine)).await;
    let mut bench = Bench::over(&hub).await;
    let mut unseen = Vec::new();
    let mut cases = 0;
    for (table, columns) in bench.tables.clone() {
        let whole = matches!(table.as_str(), "log_checkpoint" | "log_group" | "log_erased" | "entry_bytes");
        for (number, row) in bench.visited(&table, whole).await.into_iter().enumerate() {
            for (at, column) in columns.iter().enumerate() {
                let mut changes = vec![altered(&column.name, &row[at], column.kind)];
                if number == 0 && row[at] != Cell::Null {
                    changes.push(Cell::Null);
                }
                for change in changes {
                    let mut after = row.clone();
                    after[at] = change.clone();
                    let which = bench.which(&table, &row);
                    let set = change.literal(engine);
                    // A key column, and on SQLite any column that may not be null, refuses NULL whoever asks.
                    match bench.raw.attempt(&format!("UPDATE {table} SET {} = {set} WHERE {which}", column.name)).await {
                        Ok(touched) => assert_eq!(touched, 1, "{table}.{}", column.name),
                        Err(_) if change == Cell::Null => continue,
                        Err(error) => panic!("{table}.{}: {error}", column.name),
                    }
                    cases += 1;
                    let report = verify(&hub).await;
                    let shapeless = change == Cell::Null && !column.nullable;
                    let found = is_named(&report.findings, &table, &names_of(&columns, &[&row, &after]))
                        || (shapeless && !report.findings.is_empty());
                    if !found {
                        unseen.push(format!("{table}.{}: {:?} -> {change:?}: {:?}", column.name, row[at], report.findings));
                    }
                    bench.undo(&table).await;
                }
            }
        }
    }
    assert!(unseen.is_empty(), "{} of {cases} changes were not found:\n{}", unseen.len(), unseen.join("\n"));
    assert!(cases > 150, "{cases}");
    assert_eq!(verify(&hub).await.findings, [], "every case was undone");
    hub.abandon().await;
}

async fn every_deletion(engine: Engine) {
    let hub = Box::pin(told(engine)).await;
    let mut bench = Bench::over(&hub).await;
    let mut unseen = Vec::new();
    for (table, columns) in bench.tables.clone() {
        // Every later checkpoint says all that a lost one said, and the newest can be lost with the tail: only a partner that
        // keeps one can tell.
        if table == "log_checkpoint" {
            continue;
        }
        for row in bench.visited(&table, matches!(table.as_str(), "log_group" | "entry" | "grant_made" | "key_wrap")).await {
            let which = bench.which(&table, &row);
            assert_eq!(bench.raw.run(&format!("DELETE FROM {table} WHERE {which}")).await, 1);
            let report = verify(&hub).await;
            if !is_named(&report.findings, &table, &names_of(&columns, &[&row])) {
                unseen.push(format!("{table}: {row:?}: {:?}", report.findings));
            }
            bench.undo(&table).await;
        }
    }
    assert!(unseen.is_empty(), "{} deletions were not found:\n{}", unseen.len(), unseen.join("\n"));
    assert_eq!(verify(&hub).await.findings, []);
    hub.abandon().await;
}

/// A copy of a row under another id: what somebody can plant who has the database but not the event key.
async fn plant(bench: &mut Bench, table: &str, changes: &[(&str, &str)]) {
    let value = |column: &Column| {
        let other = changes.iter().find(|(name, _)| *name == column.name);
        other.map_or_else(|| column.name.clone(), |(_, sql)| (*sql).to_owned())
    };
    let cells: Vec<String> = bench.tables[table].iter().map(value).collect();
    let first = &bench.tables[table][0].name;
    let sql = format!("INSERT INTO {table} SELECT {} FROM copy_of_{table} ORDER BY {first} LIMIT 1", cells.join(", "));
    assert_eq!(bench.raw.run(&sql).await, 1, "{table}");
}

async fn plants_and_swaps(engine: Engine) {
    let hub = Box::pin(told(engine)).await;
    let mut bench = Bench::over(&hub).await;
    let (id, quoted) = ("f".repeat(32), format!("'{}'", "f".repeat(32)));
    let named = |report: &Report, table: &str, id: &str| is_named(&report.findings, table, &[id.to_owned()]);

    for (table, changes) in [
        ("log_event", vec![("id", quoted.as_str())]),
        ("entry", vec![("id", &quoted)]),
        (
            "attachment",
            vec![("id", &quoted), ("form", "'file'"), ("entry", "(SELECT MIN(id) FROM entry WHERE kind <> 'attachment')")],
        ),
        ("grant_made", vec![("id", &quoted)]),
        ("grant_released", vec![("grant_id", &quoted)]),
        (
            "grant_barred",
            vec![("id", &quoted), ("agency", "(SELECT MIN(id) FROM agency WHERE id NOT IN (SELECT agency FROM grant_barred))")],
        ),
        ("grant_refused", vec![("id", &quoted), ("revision", "99")]),
        ("grant_share", vec![("id", &quoted)]),
        ("grant_share_end", vec![("share", &quoted)]),
        ("key_published", vec![("id", &quoted), ("epoch", "99")]),
        ("key_wrap", vec![("id", &quoted)]),
    ] {
        plant(&mut bench, table, &changes).await;
        assert!(named(&verify(&hub).await, table, &id), "{table}: a planted row is found");
        bench.undo(table).await;
    }

    // A whole forged event, with body and a place to wait in: nothing is missing but the hub's key.
    plant(&mut bench, "log_event", &[("id", &quoted)]).await;
    plant(&mut bench, "log_body", &[("event", &quoted)]).await;
    bench.raw.run(&format!("INSERT INTO pending_event (event, at) VALUES ({quoted}, 0)")).await;
    assert!(named(&verify(&hub).await, "log_event", &id));
    let sequenced = hub.app.sequence().await.unwrap();
    assert_eq!((sequenced.placed, sequenced.refused), (0, 1));
    // The same with a place in the order.
    bench.raw.run("DELETE FROM pending_event").await;
    let size = hub.app.store().log_size().await.unwrap();
    plant(&mut bench, "log_sequence", &[("idx", &size.to_string()), ("event", &quoted)]).await;
    assert!(named(&verify(&hub).await, "log_event", &id));
    for table in ["log_event", "log_body", "log_sequence"] {
        bench.undo(table).await;
    }

    // Two ciphertexts change places.
    let entries = bench.raw.texts("SELECT entry FROM entry_bytes ORDER BY entry LIMIT 2").await;
    let [one, other] = &entries[..] else { panic!("two entries") };
    bench
        .raw
        .run(&format!(
            "UPDATE entry_bytes SET bytes = (SELECT c.bytes FROM copy_of_entry_bytes c \
             WHERE c.entry <> entry_bytes.entry AND c.entry IN ('{one}', '{other}')) WHERE entry IN ('{one}', '{other}')"
        ))
        .await;
    let report = verify(&hub).await;
    assert!(named(&report, "entry", one) && named(&report, "entry", other), "{:?}", report.findings);
    bench.undo("entry_bytes").await;

    // A checkpoint signed anew by somebody else's key, over the very same root.
    let row = &bench.raw.rows("SELECT size, root FROM log_checkpoint ORDER BY size LIMIT 1").await[0];
    let (Cell::Int(size), Cell::Bytes(root)) = (&row[0], &row[1]) else { panic!("a size and a root") };
    let note = signed_by_another(&hub, *size, root);
    bench.raw.run(&format!("UPDATE log_checkpoint SET note = '{note}' WHERE size = {size}")).await;
    assert!(named(&verify(&hub).await, "log_checkpoint", &size.to_string()));
    bench.undo("log_checkpoint").await;

    // Something written under a checkpoint that is good: a stranger's line, or the hub's own once more.
    let good = bench.raw.texts(&format!("SELECT note FROM log_checkpoint WHERE size = {size}")).await.remove(0);
    for more in [note.lines().last().unwrap(), good.lines().last().unwrap(), "\u{2014} witness.example AAAAAAA="] {
        bench.raw.run(&format!("UPDATE log_checkpoint SET note = '{good}{more}\n' WHERE size = {size}")).await;
        assert!(named(&verify(&hub).await, "log_checkpoint", &size.to_string()), "{more}");
        bench.undo("log_checkpoint").await;
    }

    // A gap as wide as numbers go neither hangs nor hides.
    bench.raw.run(&format!("UPDATE log_sequence SET idx = {} WHERE idx = (SELECT MAX(idx) FROM log_sequence)", i64::MAX)).await;
    assert!(verify(&hub).await.findings.iter().any(|finding| finding.table == "log_sequence"));
    bench.undo("log_sequence").await;

    // Text that is no text: SQLite alone would store it.
    if engine == Engine::Sqlite {
        let last = "(SELECT MAX(id) FROM entry)";
        bench.raw.run(&format!("UPDATE entry SET kind = CAST(x'ff' AS TEXT) WHERE id = {last}")).await;
        assert!(!verify(&hub).await.findings.is_empty());
        bench.undo("entry").await;
    }
    assert_eq!(verify(&hub).await.findings, []);
    hub.abandon().await;
}

/// Policy and pathway files are known by their hash; what they say cannot be changed under it.
async fn files_in_force(engine: Engine) {
    let hub = Box::pin(told(engine)).await;
    let mut raw = Raw::unguarded(&hub).await;
    for (table, columns, key) in
        [("pathway_file", &["content", "pathway"][..], "version"), ("policy_file", &["model", "policy", "cases"], "digest")]
    {
        let keys = raw.texts(&format!("SELECT {key} FROM {table}")).await;
        assert!(!keys.is_empty());
        for (id, column) in keys.iter().flat_map(|id| columns.iter().map(move |column| (id, column))) {
            raw.run(&format!("UPDATE {table} SET {column} = {column} || '#' WHERE {key} = '{id}'")).await;
            let findings = verify(&hub).await.findings;
            assert!(is_named(&findings, table, std::slice::from_ref(id)), "{table}.{column}: {findings:?}");
            let length = format!("LENGTH({column}) - 1");
            raw.run(&format!("UPDATE {table} SET {column} = SUBSTR({column}, 1, {length}) WHERE {key} = '{id}'")).await;
        }
    }
    // A file under another's hash.
    let other = "0".repeat(64);
    raw.run(&format!("INSERT INTO policy_file SELECT '{other}', model, policy, cases, stored_at FROM policy_file LIMIT 1")).await;
    assert!(is_named(&verify(&hub).await.findings, "policy_file", std::slice::from_ref(&other)));
    raw.run(&format!("DELETE FROM policy_file WHERE digest = '{other}'")).await;
    assert_eq!(verify(&hub).await.findings, []);
    hub.abandon().await;
}

fn signed_by_another(hub: &Hub, size: i64, root: &[u8]) -> String {
    use referral_exchange::audit::{Checkpoint, SigningKey, TreeHash};
    let origin = hub.app.verifier_key().split('+').next().unwrap().to_owned();
    let key = SigningKey::from_seed(&origin, &zeroize::Zeroizing::new([5; 32])).unwrap();
    let checkpoint = Checkpoint::new(&origin, size.unsigned_abs(), TreeHash::from_slice(root).unwrap()).unwrap();
    checkpoint.sign(&key).unwrap().to_string()
}

async fn waiting_events(engine: Engine) {
    let hub = Box::pin(told(engine)).await;
    hub.sign_in("tess.example").await;
    let report = verify(&hub).await;
    assert_eq!((report.pending, report.findings), (1, vec![]), "an event that waits for its place is no fault");
    let mut raw = Raw::unguarded(&hub).await;
    raw.run("INSERT INTO log_scope (event, compartment) SELECT event, 'ffffffffffffffffffffffffffffffff' FROM pending_event")
        .await;
    assert!(verify(&hub).await.findings.iter().any(|finding| finding.table == "log_scope"), "nor may it be misfiled");
    hub.abandon().await;
}

/// However many events somebody plants, readable or not, those of the hub get their places.
async fn planted_crowd(engine: Engine) {
    let hub = Box::pin(told(engine)).await;
    let mut bench = Bench::over(&hub).await;
    let ids: Vec<String> =
        (0..1100).map(|number| if number % 7 == 0 { format!("not-an-id-{number}") } else { format!("{number:032x}") }).collect();
    for id in &ids {
        let id = format!("'{id}'");
        plant(&mut bench, "log_event", &[("id", &id)]).await;
        bench.raw.run(&format!("INSERT INTO pending_event (event, at) VALUES ({id}, 0)")).await;
    }
    hub.sign_in("tess.example").await;
    let sequenced = hub.app.sequence().await.unwrap();
    assert_eq!((sequenced.placed, sequenced.refused), (1, 1100));
    let findings = verify(&hub).await.findings;
    assert!(ids.iter().all(|id| is_named(&findings, "log_event", std::slice::from_ref(id))), "each of them is named");
    hub.abandon().await;
}

crate::support::on_both! {
    every_changed_column_is_found => every_column,
    every_missing_row_is_found => every_deletion,
    planted_rows_swaps_and_foreign_signatures_are_found => plants_and_swaps,
    files_that_were_in_force_are_held_to_their_hashes => files_in_force,
    events_that_wait_are_no_fault_unless_misfiled => waiting_events,
    a_crowd_of_planted_events_keeps_no_other_from_its_place => planted_crowd,
}
