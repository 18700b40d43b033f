//! Two schemas, one meaning; and every written-once table has its guards and its digest over every column.

use std::collections::BTreeMap;

use referral_exchange::store::{Engine, migrate::is_written_once, verify::vouched_columns};

use crate::support::{
    hub::{ENGINES, Hub},
    raw::Raw,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_two_schemas_are_the_same_table_by_table() {
    let (sqlite, postgres) = (Hub::empty(ENGINES[0]).await, Hub::empty(ENGINES[1]).await);
    let (mut one, mut other) = (Raw::owner(&sqlite).await, Raw::owner(&postgres).await);
    let (one_schema, other_schema) = (one.schema().await, other.schema().await);
    assert!(one_schema.len() > 25, "{}", one_schema.len());
    assert_eq!(one_schema, other_schema);

    let indexes_of = async |raw: &mut Raw, sql: &str| {
        let mut names = raw.texts(sql).await;
        names.sort();
        names
    };
    let made = indexes_of(&mut one, "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").await;
    let named = indexes_of(
        &mut other,
        "SELECT CAST(c.relname AS TEXT) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid \
         WHERE c.relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid)",
    )
    .await;
    assert!(!made.is_empty());
    assert_eq!(made, named, "indexes by name");

    // SQLite keeps constraints only as text; every one that PostgreSQL knows by a name of ours stands there, too.
    let checks = other
        .texts(
            "SELECT CAST(conname AS TEXT) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'u') \
             AND conrelid <> '_sqlx_migrations'::regclass ORDER BY 1",
        )
        .await;
    let texts = one.texts("SELECT sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL").await.join("\n");
    assert!(checks.len() > 10, "{checks:?}");
    for name in checks {
        assert!(texts.contains(&format!("CONSTRAINT {name} ")), "{name}");
    }
    // References, table to table.
    let references = |rows: Vec<Vec<crate::support::raw::Cell>>| {
        let mut pairs: Vec<String> =
            rows.iter().map(|row| format!("{}.{} -> {}", row[0].shown(), row[1].shown(), row[2].shown())).collect();
        pairs.sort();
        pairs
    };
    let here = one
        .rows("SELECT m.name, f.\"from\", f.\"table\" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'")
        .await;
    let there = other
        .rows(
            "SELECT CAST(CAST(c.conrelid AS regclass) AS TEXT), CAST(a.attname AS TEXT), CAST(CAST(c.confrelid AS regclass) AS TEXT) \
             FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) WHERE c.contype = 'f'",
        )
        .await;
    assert!(here.len() > 20);
    assert_eq!(references(here), references(there));
    sqlite.finish().await;
    postgres.finish().await;
}

async fn every_guard_stands(engine: Engine) {
    let hub = Hub::empty(engine).await;
    let mut raw = Raw::owner(&hub).await;
    let sql = match engine {
        Engine::Sqlite => "SELECT name, tbl_name FROM sqlite_schema WHERE type = 'trigger'",
        // Enabled ones only ('O': fires in the origin role).
        Engine::Postgres => {
            "SELECT CAST(tgname AS TEXT), CAST(CAST(tgrelid AS regclass) AS TEXT) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
        }
    };
    let mut guards: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in raw.rows(sql).await {
        guards.entry(row[1].shown()).or_default().push(row[0].shown());
    }
    for table in raw.schema().await.into_keys() {
        let mut found = guards.remove(&table).unwrap_or_default();
        found.sort();
        let mut expected: Vec<String> = match (is_written_once(&table), engine) {
            (false, _) => vec![],
            (true, Engine::Sqlite) => vec![format!("{table}_no_delete"), format!("{table}_no_update")],
            (true, Engine::Postgres) => vec![format!("{table}_no_rewriting"), format!("{table}_no_truncate")],
        };
        // An erasure takes the bytes that it names; those may then go.
        match (table.as_str(), engine) {
            ("log_erased", Engine::Sqlite) => {
                expected.extend(["entry", "grant", "kept", "wrap"].map(|what| format!("log_erased_takes_{what}")));
            }
            ("log_erased", Engine::Postgres) => expected.push("log_erased_takes".to_owned()),
            ("entry_bytes" | "grant_bytes" | "entry_kept_bytes" | "key_wrap_bytes", Engine::Postgres) => {
                expected.insert(0, format!("{table}_no_delete"));
            }
            _ => {}
        }
        assert_eq!(found, expected, "{table}");
    }
    assert!(guards.is_empty(), "{guards:?}");
    hub.finish().await;
}

/// A column that no digest covers could be rewritten unseen.
async fn every_digest_covers_every_column(engine: Engine) {
    let hub = Hub::empty(engine).await;
    let schema = Raw::owner(&hub).await.schema().await;
    let vouched = vouched_columns();
    for (table, columns) in &vouched {
        let names: Vec<&str> = schema[*table].iter().map(|column| column.name.as_str()).collect();
        assert_eq!(columns, &names, "{table}");
    }
    // The other written-once tables hold bytes hashed in a row above, or the log itself, which the tree covers.
    let covered: Vec<&str> = vouched.iter().map(|(table, _)| *table).collect();
    for table in schema.keys().filter(|table| is_written_once(table)) {
        let by_another = (table.starts_with("log_") && table != "log_erased") || table.ends_with("_bytes");
        assert!(by_another != covered.contains(&table.as_str()), "{table} is covered one way");
    }
    hub.finish().await;
}

crate::support::on_both! {
    every_written_once_table_has_its_guards_and_no_other_has => every_guard_stands,
    every_vouched_row_is_digested_over_every_column => every_digest_covers_every_column,
}
