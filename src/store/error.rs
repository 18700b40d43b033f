//! What can go wrong when remembering.

/// A storage failure. "Not found" is not one: that is `Option`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot be reached, or did not answer in time; trying again may help.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// The table of this name already holds a row that the new one may not equal.
    #[error("the table {0} already holds such a row")]
    Duplicate(String),
    /// The key that something was sealed to, or wrapped to, has been replaced a moment before.
    #[error("a key has been replaced: {0}")]
    Superseded(&'static str),
    /// Another constraint refused the row: by its name, or in SQLite's words where it tells no name.
    #[error("the database refused a row: {0}")]
    Constraint(String),
    /// The answer does not have the shape that the schema promises: the schema, or the file, was tampered with.
    #[error("a stored value is not of its column's kind")]
    Shape(#[source] sqlx::Error),
    /// A stored value cannot be what it should be (`table.column`).
    #[error("a stored value is damaged: {0}")]
    Damaged(&'static str),
    /// The schema could not be brought up to date.
    #[error("the schema could not be migrated")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database address cannot be used.
    #[error("the database address cannot be used: {0}")]
    Address(&'static str),
    /// Any other answer of the database.
    #[error("the database refused the query")]
    Query(#[source] sqlx::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Unavailable(error)
            }
            sqlx::Error::Database(cause) => {
                // PostgreSQL: deadlock, serialisation, shutting down, connection trouble. SQLite: busy, locked.
                let code = cause.code().unwrap_or_default();
                let passing = ["40P01", "40001", "57P01", "57P02", "57P03", "5", "6", "261", "517"];
                // SQLite: a malformed file, no database at all. PostgreSQL: corrupted data, a corrupted index.
                let broken = ["11", "26", "267", "523", "779", "XX001", "XX002"];
                if broken.contains(&code.as_ref()) {
                    tracing::error!(error.kind = "integrity", code = %code, "the database's files are damaged");
                    Self::Damaged("the database's files")
                } else if passing.contains(&code.as_ref()) || code.starts_with("08") {
                    Self::Unavailable(error)
                } else if cause.is_unique_violation() {
                    Self::Duplicate(cause.table().map_or_else(|| table_in(cause.message()), str::to_owned))
                } else if cause.is_foreign_key_violation() || cause.is_check_violation() {
                    Self::Constraint(cause.constraint().map_or_else(|| constraint_in(cause.message()), str::to_owned))
                } else {
                    Self::Query(error)
                }
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Shape(error),
            _ => Self::Query(error),
        }
    }
}

/// SQLite names columns instead of the table: `UNIQUE constraint failed: idempotency.account, …`.
fn table_in(message: &str) -> String {
    constraint_in(message).split('.').next().unwrap_or_default().to_owned()
}

/// SQLite names a check after the last colon: `CHECK constraint failed: team_state_known`.
fn constraint_in(message: &str) -> String {
    message.rsplit(": ").next().unwrap_or_default().to_owned()
}

impl Error {
    /// Whether a uniqueness rule on this table refused the row, on either database.
    pub fn is_duplicate_in(&self, table: &str) -> bool {
        matches!(self, Self::Duplicate(holder) if holder == table)
    }
}

/// A stored value that must parse.
pub(super) fn sound<T, E>(value: Result<T, E>, place: &'static str) -> Result<T, Error> {
    value.map_err(|_| Error::Damaged(place))
}

/// A stored code that must be known.
pub(super) fn known<T>(value: Option<T>, place: &'static str) -> Result<T, Error> {
    value.ok_or(Error::Damaged(place))
}
