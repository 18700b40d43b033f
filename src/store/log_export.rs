//! The whole log between two moments, for the operator's export.

use super::{Error, Store, error::sound};

/// What of the log lies between two moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogRange {
    /// Not before this moment, milliseconds.
    pub from: i64,
    /// Before this moment, milliseconds.
    pub to: i64,
    /// How many events.
    pub rows: u64,
    /// The first and last of their places; none when there are none.
    pub places: Option<(i64, i64)>,
}

impl LogRange {
    /// Whether a moment lies in it; between its places stand events that do not.
    pub const fn holds(&self, at: i64) -> bool {
        self.from <= at && at < self.to
    }
}

impl Store {
    /// Counts the sequenced events between two moments.
    pub async fn log_range(&self, from: Option<i64>, to: Option<i64>) -> Result<LogRange, Error> {
        const SQL: &str = "SELECT COUNT(*), MIN(s.idx), MAX(s.idx) FROM log_sequence s JOIN log_event e ON e.id = s.event \
             WHERE s.idx >= $1 AND s.idx < $2 AND e.at >= $3 AND e.at < $4";
        let (from, to) = (from.unwrap_or(0), to.unwrap_or(i64::MAX));
        let Some((since, before)) = self.places_between(from, to).await? else {
            return Ok(LogRange { from, to, rows: 0, places: None });
        };
        let (rows, first, last): (i64, Option<i64>, Option<i64>) =
            on!(self, p => sqlx::query_as(SQL).bind(since).bind(before).bind(from).bind(to).fetch_one(p).await)?;
        Ok(LogRange { from, to, rows: sound(u64::try_from(rows), "log_sequence")?, places: first.zip(last) })
    }
}
