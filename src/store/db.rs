//! The two databases behind one type, and the macros that give both the same SQL text.

use std::{str::FromStr, time::Duration};

use sqlx::{
    PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::Error;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one machine.
    Sqlite,
    /// For partnerships that outgrow one machine.
    Postgres,
}

/// An open database. SQLite has one writing connection, since it never lets two write, and several for reading.
#[derive(Debug, Clone)]
pub enum Db {
    /// Embedded SQLite.
    Sqlite {
        /// The one connection that writes.
        write: SqlitePool,
        /// Connections that only read.
        read: SqlitePool,
    },
    /// PostgreSQL.
    Postgres(PgPool),
}

/// Runs an expression with a pool for reading: `on!(store, p => sqlx::query(SQL).fetch_all(p).await)`.
macro_rules! on {
    ($store:expr, $pool:ident => $expression:expr) => {
        match &$store.db {
            $crate::store::Db::Sqlite { read: $pool, .. } => $expression,
            $crate::store::Db::Postgres($pool) => $expression,
        }
    };
}

/// Runs an expression with the transaction's connection: `within!(tx, c => sqlx::query(SQL).execute(c).await)`.
macro_rules! within {
    ($tx:expr, $connection:ident => $expression:expr) => {
        match &mut $tx.inner {
            $crate::store::tx::Inner::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $expression
            }
            $crate::store::tx::Inner::Postgres(transaction) => {
                let $connection = &mut **transaction;
                $expression
            }
        }
    };
}

/// One SQL text whose rows stay as they are until the transaction ends: PostgreSQL locks them, SQLite has one writer anyway.
macro_rules! held {
    ($tx:expr, $sql:literal) => {
        match $tx.engine() {
            $crate::store::Engine::Sqlite => $sql,
            $crate::store::Engine::Postgres => concat!($sql, " FOR SHARE"),
        }
    };
}

/// A written-once row: its struct, its digest, its INSERT and the page that `audit verify` reads.
macro_rules! written_once {
    ($(#[$meta:meta])* $row:ident, $table:literal, key $key:ident, insert $insert:literal, page $page:literal,
     { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, sqlx::FromRow)]
        pub(crate) struct $row { $(pub(crate) $field: $type),+ }

        impl $crate::audit::row::WrittenOnce for $row {
            const TABLE: &'static str = $table;

            fn id(&self) -> String {
                self.$key.clone()
            }

            fn columns(&self) -> Vec<(&'static str, $crate::audit::row::Value)> {
                vec![$((stringify!($field), self.$field.clone().into())),+]
            }
        }

        impl $row {
            /// The columns that the digest covers, by name.
            pub(crate) const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];

            /// Writes the row and has the transaction's event vouch for it.
            pub(crate) async fn insert(&self, tx: &mut $crate::store::Tx) -> Result<(), $crate::store::Error> {
                within!(tx, c => sqlx::query($insert)$(.bind(&self.$field))+.execute(c).await.map(drop))?;
                tx.vouch($crate::audit::row::WrittenOnce::vouch(self));
                Ok(())
            }

            /// The rows after an id, in the order of ids.
            pub(crate) async fn page(store: &$crate::store::Store, after: &str, limit: i64) -> Result<Vec<Self>, $crate::store::Error> {
                Ok(on!(store, p => sqlx::query_as::<_, Self>($page).bind(after).bind(limit).fetch_all(p).await)?)
            }
        }
    };
}

impl Db {
    /// Opens `sqlite:PATH` (made when absent) or `postgres://…`.
    ///
    /// # Errors
    /// [`Error::Address`] for any other address, [`Error::Unavailable`] when it does not answer.
    pub async fn open(url: &str) -> Result<Self, Error> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Self::open_sqlite(path).await;
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url).map_err(|_| Error::Address("it is not a PostgreSQL address"))?;
            // A commit that was acknowledged must survive: never let a role's or a database's setting weaken it.
            let options = options.options([("synchronous_commit", "on")]);
            let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(10)).connect_with(options);
            return Ok(Self::Postgres(pool.await?));
        }
        Err(Error::Address("it must begin with sqlite: or postgres://"))
    }

    async fn open_sqlite(path: &str) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            // Deleted content must not linger in free pages.
            .pragma("secure_delete", "ON")
            // Otherwise INSERT OR REPLACE would delete a written-once row past its trigger.
            .pragma("recursive_triggers", "ON");
        let pool = |connections| {
            SqlitePoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(30)).idle_timeout(None)
        };
        let write = pool(1).connect_with(options.clone()).await?;
        let read = pool(4).connect_with(options).await?;
        Ok(Self::Sqlite { write, read })
    }

    /// Opens an existing database for reading only, as it stands at this moment: one connection in one transaction that never
    /// ends, so that whoever verifies is not confused by what is written meanwhile. Nothing is written, a write fails.
    ///
    /// # Errors
    /// As [`Db::open`]; [`Error::Unavailable`] also when the database is not there.
    pub async fn open_read_only(url: &str) -> Result<Self, Error> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            // Without a write-ahead log nobody has it open, and even the files beside it that reading needs can be spared.
            let alone = !std::path::Path::new(&format!("{path}-wal")).exists();
            let options =
                SqliteConnectOptions::new().filename(path).read_only(true).immutable(alone).busy_timeout(Duration::from_secs(10));
            let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
            let pool =
                pool.after_connect(|connection, _| Box::pin(async { sqlx::query("BEGIN").execute(connection).await.map(drop) }));
            let pool = pool.connect_with(options).await?;
            return Ok(Self::Sqlite { write: pool.clone(), read: pool });
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            let options = PgConnectOptions::from_str(url).map_err(|_| Error::Address("it is not a PostgreSQL address"))?;
            let pool = PgPoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
            let pool =
                pool.after_connect(|connection, _| Box::pin(async { sqlx::query(BEGIN).execute(connection).await.map(drop) }));
            return Ok(Self::Postgres(pool.acquire_timeout(Duration::from_secs(10)).connect_with(options).await?));
        }
        Err(Error::Address("it must begin with sqlite: or postgres://"))
    }

    /// Which database it is.
    pub const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Whether a hub was ever started on it.
    ///
    /// # Errors
    /// [`Error`] when it cannot be read; an empty database is no error.
    pub async fn is_founded(&self) -> Result<bool, Error> {
        const SQL: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM hub";
        let found: Result<(i64,), sqlx::Error> = match self {
            Self::Sqlite { read, .. } => sqlx::query_as(SQL).fetch_one(read).await,
            Self::Postgres(pool) => sqlx::query_as(SQL).fetch_one(pool).await,
        };
        Ok(found?.0 > 0)
    }

    /// Closes every connection; SQLite's write-ahead log is folded into the file first.
    pub async fn close(&self) -> Result<(), Error> {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                // Opened for reading only, it is one pool under both names: closed by now, with nothing to fold.
                if write.is_closed() {
                    return Ok(());
                }
                sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(write).await?;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
        Ok(())
    }
}
