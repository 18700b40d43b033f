//! The answer that a repeated request gets again.

use super::{Error, Store, Tx};
use crate::domain::{ids::UserId, time::Timestamp};

/// A remembered answer.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Remembered {
    /// HMAC-SHA-256 of the request's route and body.
    pub request_sha256: Vec<u8>,
    /// The status answered.
    pub status: i64,
    /// The body answered: references and codes, never content.
    pub body: String,
}

impl Store {
    /// The answer remembered for a person's key since a moment.
    pub async fn remembered(&self, user: UserId, key: &str, since: Timestamp) -> Result<Option<Remembered>, Error> {
        const SQL: &str =
            "SELECT request_sha256, status, body FROM idempotency WHERE account = $1 AND request_key = $2 AND created_at >= $3";
        Ok(on!(self, p => sqlx::query_as(SQL).bind(user.to_string()).bind(key).bind(since.millis()).fetch_optional(p).await)?)
    }
}

impl Tx {
    /// Remembers an answer, in the transaction that earns it; answers of that person older than `forget_before` go.
    ///
    /// # Errors
    /// A duplicate in `idempotency` when the key has an answer already: somebody was faster with the same request.
    pub async fn remember(
        &mut self,
        user: UserId,
        key: &str,
        answer: &Remembered,
        at: Timestamp,
        forget_before: Timestamp,
    ) -> Result<(), Error> {
        const FORGET: &str = "DELETE FROM idempotency WHERE account = $1 AND created_at < $2";
        const SQL: &str = "INSERT INTO idempotency (account, request_key, request_sha256, status, body, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6)";
        within!(self, c => sqlx::query(FORGET).bind(user.to_string()).bind(forget_before.millis()).execute(c).await.map(drop))?;
        within!(self, c => sqlx::query(SQL)
            .bind(user.to_string())
            .bind(key)
            .bind(&answer.request_sha256)
            .bind(answer.status)
            .bind(&answer.body)
            .bind(at.millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
