//! What can be asked of a database before a hub runs on it.

use super::{Db, Error};
use crate::{domain::time::Timestamp, policy::HubState};

impl Db {
    /// The hub that was ever started on this database: its state, and whether all in it is invented. None on an empty one.
    ///
    /// # Errors
    /// [`Error`] when it cannot be read.
    pub async fn hub_there(&self) -> Result<Option<(HubState, bool)>, Error> {
        const SQL: &str = "SELECT state, demonstration FROM hub WHERE id = 1";
        let found: Result<Option<(String, i64)>, sqlx::Error> = match self {
            Self::Sqlite { read, .. } => sqlx::query_as(SQL).fetch_optional(read).await,
            Self::Postgres(pool) => sqlx::query_as(SQL).fetch_optional(pool).await,
        };
        let row = match found.map_err(Error::from) {
            // No such table yet: an empty database.
            Err(Error::Query(sqlx::Error::Database(_))) => None,
            other => other?,
        };
        let hub = |(state, invented): (String, i64)| {
            let state = HubState::parse(&state).ok_or(Error::Damaged("hub.state"))?;
            Ok((state, invented != 0))
        };
        row.map(hub).transpose()
    }

    /// The time by the database's own clock; an embedded one has this machine's.
    ///
    /// # Errors
    /// [`Error`] when it does not answer.
    pub async fn clock(&self) -> Result<Timestamp, Error> {
        const SQLITE: &str = "SELECT CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)";
        const POSTGRES: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
        let (millis,): (i64,) = match self {
            Self::Sqlite { read, .. } => sqlx::query_as(SQLITE).fetch_one(read).await?,
            Self::Postgres(pool) => sqlx::query_as(POSTGRES).fetch_one(pool).await?,
        };
        Ok(Timestamp::from_millis(millis))
    }

    /// When the newest act that has its place in the log was done.
    ///
    /// # Errors
    /// [`Error`] when it does not answer.
    pub async fn newest_event(&self) -> Result<Option<Timestamp>, Error> {
        const SQL: &str = "SELECT e.at FROM log_sequence s JOIN log_event e ON e.id = s.event ORDER BY s.idx DESC LIMIT 1";
        let row: Option<(i64,)> = match self {
            Self::Sqlite { read, .. } => sqlx::query_as(SQL).fetch_optional(read).await?,
            Self::Postgres(pool) => sqlx::query_as(SQL).fetch_optional(pool).await?,
        };
        Ok(row.map(|(millis,)| Timestamp::from_millis(millis)))
    }
}
