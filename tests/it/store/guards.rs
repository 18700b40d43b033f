//! What is written once stays: against the hub's own role by privilege, against the owner by trigger.

use std::sync::Arc;

use referral_exchange::{
    app::{App, BlobDirectory, Error, KeyFiles, Parts, PathwayLibrary, PolicyFiles, SystemRandom, TestScanner},
    audit::row::Erasable,
    domain::ports::Clock,
    store::{Db, Engine, migrate::is_written_once},
};

use crate::support::{
    acts::{erase, hold, keep_form, release, send, shared_and_recalled},
    files::attach,
    hub::{CHEAP, ENGINES, Hub},
    raw::Raw,
};

async fn written_once_tables(raw: &mut Raw) -> Vec<String> {
    let names: Vec<String> = raw.schema().await.into_keys().filter(|table| is_written_once(table)).collect();
    assert!(names.len() >= 13, "{names:?}");
    names
}

fn code(error: &sqlx::Error) -> String {
    let cause = error.as_database_error().unwrap_or_else(|| panic!("{error}"));
    format!("{} {}", cause.code().unwrap_or_default(), cause.message())
}

/// Ways to rewrite, each of a row or of all.
fn attempts(engine: Engine, table: &str, column: &str) -> Vec<String> {
    let mut attempts = vec![
        format!("UPDATE {table} SET {column} = {column}"),
        format!("DELETE FROM {table}"),
        format!("DELETE FROM {table} WHERE {column} IN (SELECT {column} FROM {table} LIMIT 1)"),
    ];
    match engine {
        Engine::Sqlite => attempts.extend([
            format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"),
            format!("REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"),
            format!("UPDATE OR REPLACE {table} SET {column} = {column}"),
            format!("INSERT INTO {table} SELECT * FROM {table} WHERE true LIMIT 1 ON CONFLICT DO UPDATE SET {column} = excluded.{column}"),
        ]),
        Engine::Postgres => attempts.push(format!("TRUNCATE {table} CASCADE")),
    }
    attempts
}

/// A hub with at least a row in every table but the groups', which need 256 events.
async fn told(engine: Engine) -> Hub {
    let hub = Hub::founded(engine).await;
    let sender = hub.sign_in("tess.example").await;
    let sent = send(&hub.app, &sender, "guards", |_| {}).await;
    let file = ("shared", "a.txt", &b"The door was open."[..]);
    attach(&hub.app, &sender, &sent.reference.to_string(), "guards-file", file).await.unwrap();
    let held = hold(&hub, hub.person("cora.pretend").team_id).await;
    release(&hub, held).await;
    let triager = hub.sign_in("theo.invented").await;
    shared_and_recalled(&hub, &triager, &sent.reference.to_string()).await;
    let headline = Raw::owner(&hub).await.texts("SELECT id FROM entry WHERE kind = 'headline'").await.remove(0);
    erase(&hub.app, Erasable::Entry, &headline).await;
    keep_form(&hub, "tess.example").await;
    hub.app.sequence().await.unwrap();
    hub
}

async fn the_owner_meets_triggers(engine: Engine) {
    let hub = Box::pin(told(engine)).await;
    let mut raw = Raw::owner(&hub).await;
    let tables = raw.schema().await;
    for table in written_once_tables(&mut raw).await {
        let column = &tables[&table].last().unwrap().name;
        // An empty table has no row to rewrite: a made-up one stands in.
        let is_empty = raw.count(&format!("SELECT COUNT(*) FROM {table}")).await == 0;
        if table == "log_group" && is_empty {
            let hash = if engine == Engine::Sqlite { "x'00'" } else { "'\\x00'" };
            raw.run(&format!("INSERT INTO log_group (level, idx, hash) VALUES (24, 0, {hash})")).await;
        }
        if table == "grant_barred" && is_empty {
            let made_up = "SELECT 'made-up', c.referral, c.id, (SELECT MIN(id) FROM agency), 1, (SELECT MIN(id) FROM log_event)";
            let columns = "id, referral, compartment, agency, at, event";
            raw.run(&format!("INSERT INTO grant_barred ({columns}) {made_up} FROM compartment c LIMIT 1")).await;
        }
        if table == "grant_refused" && is_empty {
            let made_up =
                "SELECT 'made-up', r.id, 'lives_at', (SELECT MIN(id) FROM agency), 1, 0, 1, 1, (SELECT MIN(id) FROM log_event)";
            let columns = "id, referral, question, agency, refused, by_sender, revision, at, event";
            raw.run(&format!("INSERT INTO grant_refused ({columns}) {made_up} FROM reference r LIMIT 1")).await;
        }
        let before = raw.count(&format!("SELECT COUNT(*) FROM {table}")).await;
        assert!(before > 0, "{table}");
        for sql in attempts(engine, &table, column) {
            let error = raw.attempt(&sql).await.expect_err(&sql);
            // A cascade may meet the trigger of the table that refers to this one.
            assert!(error.to_string().contains("is written once"), "{sql}: {error}");
        }
        assert_eq!(raw.count(&format!("SELECT COUNT(*) FROM {table}")).await, before, "{table}");
    }
    hub.abandon().await;
}

async fn the_hubs_own_role_meets_privileges(engine: Engine) {
    let hub = Box::pin(told(engine)).await;
    if engine == Engine::Sqlite {
        // SQLite knows no roles; the hub's own connections are what is left to check: their triggers fire on REPLACE, too.
        let Db::Sqlite { write, .. } = Db::open(&hub.url).await.unwrap() else { panic!("SQLite") };
        let error = sqlx::query("REPLACE INTO entry SELECT * FROM entry LIMIT 1").execute(&write).await.unwrap_err();
        assert!(error.to_string().contains("entry is written once"), "{error}");
        let settings: (i64, i64, i64, String) = sqlx::query_as(
            "SELECT (SELECT foreign_keys FROM pragma_foreign_keys), (SELECT secure_delete FROM pragma_secure_delete), \
             (SELECT synchronous FROM pragma_synchronous), (SELECT journal_mode FROM pragma_journal_mode)",
        )
        .fetch_one(&write)
        .await
        .unwrap();
        assert_eq!(settings, (1, 1, 2, "wal".to_owned()));
        write.close().await;
        return hub.finish().await;
    }
    let mut raw = Raw::app(&hub).await;
    let tables = raw.schema().await;
    for table in written_once_tables(&mut raw).await {
        let column = &tables[&table].last().unwrap().name;
        let mut refused = attempts(engine, &table, column);
        refused.extend([
            format!("DROP TABLE {table}"),
            format!("ALTER TABLE {table} DISABLE TRIGGER ALL"),
            format!("ALTER TABLE {table} DISABLE TRIGGER {table}_no_rewriting"),
            format!("DROP TRIGGER {table}_no_rewriting ON {table}"),
            format!("CREATE TRIGGER other BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"),
            format!("CREATE RULE other AS ON INSERT TO {table} DO INSTEAD NOTHING"),
            format!("ALTER TABLE {table} RENAME TO other"),
            format!("ALTER TABLE {table} OWNER TO exchange_app"),
            format!("GRANT ALL ON {table} TO exchange_app"),
        ]);
        for sql in refused {
            let outcome = raw.attempt(&sql).await;
            // A role that owns nothing and may grant nothing grants nothing; PostgreSQL says so in a warning.
            if sql.starts_with("GRANT") && outcome.is_ok() {
                let rights = format!(
                    "SELECT CAST(COUNT(*) AS BIGINT) FROM information_schema.role_table_grants WHERE grantee = 'exchange_app' \
                     AND table_name = '{table}' AND privilege_type NOT IN ('SELECT', 'INSERT')"
                );
                assert_eq!(raw.count(&rights).await, 0, "{table}");
                continue;
            }
            let error = outcome.expect_err(&sql);
            assert!(code(&error).starts_with("42501 "), "{sql}: {error}");
        }
    }
    for sql in [
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "DROP FUNCTION refuse_rewriting() CASCADE",
        "CREATE TEMP TABLE other (id TEXT, what TEXT); CREATE TRIGGER other AFTER INSERT ON other FOR EACH ROW EXECUTE FUNCTION take_erased()",
        "CREATE TABLE other (n BIGINT)",
        "UPDATE _sqlx_migrations SET success = false",
    ] {
        let error = raw.attempt(sql).await.expect_err(sql);
        assert!(code(&error).starts_with("42501 "), "{sql}: {error}");
    }
    hub.finish().await;
}

async fn a_hub_that_could_alter_its_log_does_not_start(engine: Engine) {
    let hub = Box::pin(told(engine)).await;
    assert_eq!(Db::open(&hub.url).await.unwrap().alterable_written_once().await.unwrap(), Vec::<String>::new());
    if let Some(owner) = &hub.owner_url {
        let mut raw = Raw::owner(&hub).await;
        let all = written_once_tables(&mut raw).await;
        let db = Db::open(owner).await.unwrap();
        assert_eq!(db.alterable_written_once().await.unwrap(), all);
        let refused = start(&hub, db).await.map(drop).unwrap_err();
        let Error::Configuration(words) = refused else { panic!("{refused:?}") };
        assert!(words.contains("could alter") && all.iter().all(|table| words.contains(table.as_str())), "{words}");

        // One right too many on one table is enough.
        for right in ["UPDATE", "DELETE", "TRUNCATE", "TRIGGER"] {
            raw.run(&format!("GRANT {right} ON log_body TO exchange_app")).await;
            let db = Db::open(&hub.url).await.unwrap();
            assert_eq!(db.alterable_written_once().await.unwrap(), ["log_body"], "{right}");
            assert!(matches!(start(&hub, db).await.map(drop), Err(Error::Configuration(_))), "{right}");
            raw.run(&format!("REVOKE {right} ON log_body FROM exchange_app")).await;
        }
        // So is a right on one column, or one that reaches the role by way of another.
        raw.run("GRANT UPDATE (body) ON log_body TO exchange_app").await;
        assert_eq!(Db::open(&hub.url).await.unwrap().alterable_written_once().await.unwrap(), ["log_body"], "a column's right");
        raw.run("REVOKE UPDATE (body) ON log_body FROM exchange_app; GRANT DELETE ON entry TO PUBLIC").await;
        assert_eq!(Db::open(&hub.url).await.unwrap().alterable_written_once().await.unwrap(), ["entry"], "everybody's right");
        raw.run("REVOKE DELETE ON entry FROM PUBLIC").await;
    }
    hub.finish().await;
}

async fn start(hub: &Hub, db: Db) -> Result<Arc<App>, Error> {
    App::start(Parts {
        db,
        keys: KeyFiles::read(&hub.folder.path().join("keys")).unwrap(),
        blobs: Arc::new(BlobDirectory::new(&hub.folder.path().join("blobs"), Arc::new(SystemRandom))),
        scanner: Arc::new(TestScanner),
        mail: None,
        passwords: CHEAP,
        clock: Arc::clone(&hub.clock) as Arc<dyn Clock>,
        random: Arc::new(SystemRandom),
        policy: PolicyFiles::embedded(),
        pathways: PathwayLibrary::embedded().unwrap(),
        origin: "test.referral-exchange.example/log".to_owned(),
        partnership: "Exampleshire Safeguarding Partnership".to_owned(),
        name: "Referral Exchange".to_owned(),
        helpline: None,
        demonstration: true,
    })
    .await
}

crate::support::on_both! {
    every_written_once_table_refuses_its_owner_by_trigger => the_owner_meets_triggers,
    every_written_once_table_refuses_the_hubs_role_by_privilege => the_hubs_own_role_meets_privileges,
    start_up_refuses_a_role_that_could_alter_what_is_written_once => a_hub_that_could_alter_its_log_does_not_start,
}
