//! Leases: one worker at a time over all nodes, with a fencing token that the worker's transactions check.

use super::{Error, Store, Tx};
use crate::domain::time::Timestamp;

impl Store {
    /// Takes or renews a lease. `Some(token)` while the caller holds it; the token grows when the holder changes.
    pub async fn take_lease(&self, name: &str, holder: &str, at: Timestamp, until: Timestamp) -> Result<Option<i64>, Error> {
        const SQL: &str = "INSERT INTO lease (name, holder, token, expires_at) VALUES ($1, $2, 1, $4) \
             ON CONFLICT (name) DO UPDATE SET expires_at = $4, \
             token = CASE WHEN lease.holder = $2 THEN lease.token ELSE lease.token + 1 END, holder = $2 \
             WHERE lease.holder = $2 OR lease.expires_at <= $3 RETURNING token";
        let mut tx = self.begin().await?;
        let row: Option<(i64,)> = within!(tx, c => sqlx::query_as(SQL)
            .bind(name)
            .bind(holder)
            .bind(at.millis())
            .bind(until.millis())
            .fetch_optional(c)
            .await)?;
        tx.finish().await?;
        Ok(row.map(|(token,)| token))
    }

    /// Ends a lease, whoever holds it; the next to take it gets a new token.
    pub async fn end_lease(&self, name: &str) -> Result<(), Error> {
        const SQL: &str = "UPDATE lease SET expires_at = 0 WHERE name = $1";
        let mut tx = self.begin().await?;
        within!(tx, c => sqlx::query(SQL).bind(name).execute(c).await.map(drop))?;
        tx.finish().await
    }

    /// Gives a lease up, so that another need not wait for it to run out.
    pub async fn give_up_lease(&self, name: &str, token: i64) -> Result<(), Error> {
        const SQL: &str = "UPDATE lease SET expires_at = 0 WHERE name = $1 AND token = $2";
        let mut tx = self.begin().await?;
        within!(tx, c => sqlx::query(SQL).bind(name).bind(token).execute(c).await.map(drop))?;
        tx.finish().await
    }
}

impl Tx {
    /// Whether this token still is the lease's newest; held so until the transaction ends.
    pub(super) async fn fenced(&mut self, name: &str, token: i64) -> Result<bool, Error> {
        let sql = held!(self, "SELECT token FROM lease WHERE name = $1");
        let row: Option<(i64,)> = within!(self, c => sqlx::query_as(sql).bind(name).fetch_optional(c).await)?;
        Ok(row == Some((token,)))
    }
}
