//! Bringing the schema up to date with the owner's role, and giving the app's role no more than it needs.

use sqlx::{AssertSqlSafe, PgPool, migrate::Migrator};

use super::{Db, Error};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Names of written-once tables, and of no other, begin so.
pub const WRITTEN_ONCE_PREFIXES: [&str; 5] = ["log_", "entry", "grant_", "key_", "attachment"];

/// Whether a table takes INSERT only.
pub fn is_written_once(table: &str) -> bool {
    WRITTEN_ONCE_PREFIXES.iter().any(|prefix| table.starts_with(prefix))
}

impl Db {
    /// Runs every migration that has not run yet. On PostgreSQL this needs the owner's role; `app_role` then gets SELECT and
    /// INSERT everywhere, UPDATE and DELETE only where rows may change.
    pub async fn migrate(&self, app_role: Option<&str>) -> Result<(), Error> {
        match self {
            Self::Sqlite { write, .. } => SQLITE.run(write).await?,
            Self::Postgres(pool) => {
                POSTGRES.run(pool).await?;
                if let Some(role) = app_role {
                    grant(pool, role).await?;
                }
            }
        }
        Ok(())
    }

    /// Whether the schema is the one this program was built with.
    pub async fn is_current(&self) -> Result<bool, Error> {
        const SQL: &str = "SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM _sqlx_migrations WHERE success";
        let wanted = SQLITE.iter().map(|migration| migration.version).max().unwrap_or(0);
        let found: Result<(i64,), sqlx::Error> = match self {
            Self::Sqlite { read, .. } => sqlx::query_as(SQL).fetch_one(read).await,
            Self::Postgres(pool) => sqlx::query_as(SQL).fetch_one(pool).await,
        };
        match found {
            Ok((version,)) => Ok(version == wanted),
            Err(error) => match error.into() {
                // No table of migrations yet: an empty database.
                Error::Query(sqlx::Error::Database(_)) => Ok(false),
                other => Err(other),
            },
        }
    }

    /// The written-once tables that the role of this connection could alter; `serve` refuses to run with any.
    /// SQLite has no roles: there the triggers alone stand guard.
    pub async fn alterable_written_once(&self) -> Result<Vec<String>, Error> {
        const SQL: &str = "SELECT CAST(c.relname AS TEXT) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind = 'r' AND n.nspname = current_schema() AND (pg_has_role(c.relowner, 'USAGE') \
             OR has_any_column_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE') \
             OR has_table_privilege(c.oid, 'TRUNCATE') OR has_table_privilege(c.oid, 'TRIGGER')) ORDER BY 1";
        let Self::Postgres(pool) = self else { return Ok(Vec::new()) };
        let tables: Vec<(String,)> = sqlx::query_as(SQL).fetch_all(pool).await?;
        Ok(tables.into_iter().map(|(table,)| table).filter(|table| is_written_once(table)).collect())
    }
}

async fn grant(pool: &PgPool, role: &str) -> Result<(), Error> {
    const TABLES: &str = "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1";
    let plain = !role.is_empty() && role.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !plain {
        return Err(Error::Address("the app's role name may hold letters, digits, _ and - only"));
    }
    let tables: Vec<(String,)> = sqlx::query_as(TABLES).fetch_all(pool).await?;
    for (table,) in tables {
        let rights = if table == "_sqlx_migrations" {
            "SELECT"
        } else if is_written_once(&table) {
            "SELECT, INSERT"
        } else {
            "SELECT, INSERT, UPDATE, DELETE"
        };
        // Both names are plain words: the table's from our own migrations, the role's checked above.
        let sql = format!("REVOKE ALL ON \"{table}\" FROM \"{role}\"; GRANT {rights} ON \"{table}\" TO \"{role}\"");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await?;
    }
    Ok(())
}
