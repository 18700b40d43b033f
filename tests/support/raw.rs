//! The database as somebody sees it who has stolen the owner's role, or the file: past every use case, guard and key.

use std::collections::BTreeMap;

use referral_exchange::store::Engine;
use sqlx::{
    AssertSqlSafe, Column as _, Connection as _, Executor as _, PgConnection, Row as _, SqliteConnection, TypeInfo as _,
    ValueRef as _,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

use super::hub::Hub;

/// One connection.
pub enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    Null,
}

/// A column as the schema has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// `int`, `text` or `bytes`.
    pub kind: &'static str,
    pub nullable: bool,
}

impl Cell {
    /// As SQL on this engine.
    pub fn literal(&self, engine: Engine) -> String {
        match (self, engine) {
            (Self::Int(number), _) => number.to_string(),
            (Self::Text(text), _) => format!("'{}'", text.replace('\'', "''")),
            (Self::Bytes(bytes), Engine::Sqlite) => format!("x'{}'", hex(bytes)),
            (Self::Bytes(bytes), Engine::Postgres) => format!("'\\x{}'::bytea", hex(bytes)),
            (Self::Null, _) => "NULL".to_owned(),
        }
    }

    /// As findings would write it.
    pub fn shown(&self) -> String {
        match self {
            Self::Int(number) => number.to_string(),
            Self::Text(text) => text.clone(),
            Self::Bytes(bytes) => hex(bytes),
            Self::Null => String::new(),
        }
    }

    /// The bytes that stand in the file for it.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            other => other.shown().into_bytes(),
        }
    }
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

impl Raw {
    /// As the owner: of the file, or of the PostgreSQL database.
    pub async fn owner(hub: &Hub) -> Self {
        Self::connect(hub.owner_url.as_deref().unwrap_or(&hub.url)).await
    }

    /// As the running hub's own role.
    pub async fn app(hub: &Hub) -> Self {
        Self::connect(&hub.url).await
    }

    /// As one who is past every guard: no triggers, no references, no checks.
    pub async fn unguarded(hub: &Hub) -> Self {
        let Some(owner) = &hub.owner_url else {
            let mut raw = Self::connect(&hub.url).await;
            raw.run("PRAGMA foreign_keys = OFF").await;
            raw.run("PRAGMA ignore_check_constraints = ON").await;
            for trigger in raw.texts("SELECT name FROM sqlite_schema WHERE type = 'trigger'").await {
                raw.run(&format!("DROP TRIGGER {trigger}")).await;
            }
            return raw;
        };
        // The server's administrator, in the same database: replication's role fires no trigger and checks no reference.
        let mut raw = Self::connect(&owner.replace(super::postgres::OWNER, "postgres")).await;
        raw.run("SET session_replication_role = replica").await;
        let checks = "SELECT CAST('ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || conname AS TEXT) FROM pg_constraint \
             WHERE contype = 'c' AND connamespace = 'public'::regnamespace";
        for statement in raw.texts(checks).await {
            raw.run(&statement).await;
        }
        raw
    }

    async fn connect(url: &str) -> Self {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let options = SqliteConnectOptions::new()
                .filename(path)
                .journal_mode(SqliteJournalMode::Wal)
                .busy_timeout(std::time::Duration::from_secs(10))
                .foreign_keys(true)
                .pragma("recursive_triggers", "ON");
            Self::Sqlite(SqliteConnection::connect_with(&options).await.unwrap())
        } else {
            Self::Postgres(PgConnection::connect(url).await.unwrap())
        }
    }

    pub const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs statements that must succeed; gives the number of rows they touched.
    pub async fn run(&mut self, sql: &str) -> u64 {
        self.attempt(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Runs statements that may fail.
    pub async fn attempt(&mut self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(one) => one.execute(sqlx::raw_sql(sql)).await.map(|done| done.rows_affected()),
            Self::Postgres(one) => one.execute(sqlx::raw_sql(sql)).await.map(|done| done.rows_affected()),
        }
    }

    /// The rows of a query, whatever their kinds.
    pub async fn rows(&mut self, sql: &str) -> Vec<Vec<Cell>> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(one) => {
                let rows = sqlx::query(sql).fetch_all(one).await.unwrap();
                let cell = |row: &sqlx::sqlite::SqliteRow, at: usize| {
                    let raw = row.try_get_raw(at).unwrap();
                    match raw.type_info().name() {
                        _ if raw.is_null() => Cell::Null,
                        "INTEGER" => Cell::Int(row.get(at)),
                        "BLOB" => Cell::Bytes(row.get(at)),
                        _ => Cell::Text(row.get(at)),
                    }
                };
                rows.iter().map(|row| (0..row.len()).map(|at| cell(row, at)).collect()).collect()
            }
            Self::Postgres(one) => {
                let rows = sqlx::query(sql).fetch_all(one).await.unwrap();
                let cell = |row: &sqlx::postgres::PgRow, at: usize| match row.columns()[at].type_info().name() {
                    _ if row.try_get_raw(at).unwrap().is_null() => Cell::Null,
                    "INT8" => Cell::Int(row.get(at)),
                    "BYTEA" => Cell::Bytes(row.get(at)),
                    "BOOL" => Cell::Int(i64::from(row.get::<bool, _>(at))),
                    _ => Cell::Text(row.get(at)),
                };
                rows.iter().map(|row| (0..row.len()).map(|at| cell(row, at)).collect()).collect()
            }
        }
    }

    /// The first column of a query, as text.
    pub async fn texts(&mut self, sql: &str) -> Vec<String> {
        self.rows(sql).await.into_iter().map(|row| row[0].shown()).collect()
    }

    /// One number.
    pub async fn count(&mut self, sql: &str) -> i64 {
        match self.rows(sql).await.first().map(|row| row[0].clone()) {
            Some(Cell::Int(number)) => number,
            other => panic!("{sql}: {other:?}"),
        }
    }

    /// Every table of the product with its columns, in their order.
    pub async fn schema(&mut self) -> BTreeMap<String, Vec<Column>> {
        let sql = match self.engine() {
            Engine::Sqlite => {
                "SELECT m.name, p.name, p.type, CASE WHEN p.\"notnull\" = 1 OR p.pk > 0 THEN 0 ELSE 1 END FROM sqlite_schema m \
                 JOIN pragma_table_info(m.name) p WHERE m.type = 'table' ORDER BY m.name, p.cid"
            }
            Engine::Postgres => {
                "SELECT CAST(c.table_name AS TEXT), CAST(c.column_name AS TEXT), CAST(c.data_type AS TEXT), \
                 CAST(CASE WHEN c.is_nullable = 'YES' THEN 1 ELSE 0 END AS BIGINT) \
                 FROM information_schema.columns c WHERE c.table_schema = 'public' ORDER BY c.table_name, c.ordinal_position"
            }
        };
        let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
        for row in self.rows(sql).await {
            let [table, name, kind, nullable] = &row[..] else { panic!("four cells") };
            let table = table.shown();
            if table.starts_with('_') || table.starts_with("sqlite_") {
                continue;
            }
            let kind = match kind.shown().to_ascii_uppercase().as_str() {
                "INTEGER" | "BIGINT" => "int",
                "TEXT" => "text",
                "BLOB" | "BYTEA" => "bytes",
                other => panic!("{table} has a column of type {other}"),
            };
            let column = Column { name: name.shown(), kind, nullable: *nullable == Cell::Int(1) };
            tables.entry(table).or_default().push(column);
        }
        tables
    }
}
