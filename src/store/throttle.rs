//! Tries and misses, counted by the hash of what they came from; shared by all nodes of a hub.

use super::{Error, Store, Tx};
use crate::domain::time::Timestamp;

coded_enum! {
    /// What tries are counted by.
    pub enum ThrottleKind {
        /// The account named, known or not.
        Account = "account",
        /// The peer's address.
        Address = "address",
        /// An account at an address from which it has signed in before.
        Familiar = "familiar",
        /// The session.
        Session = "session",
    }
}

/// What is known of one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Throttled {
    /// Tries since the last success or the last long quiet.
    pub failures: i64,
    /// The last try, milliseconds.
    pub last_at: i64,
    /// Refused until this moment, milliseconds.
    pub blocked_until: i64,
}

/// A transaction that counts, and does nothing else: no act can slip into the database through it without an event of its own.
/// Dropped, it counted nothing.
pub struct Counting(Tx);

impl Store {
    /// What is known of a subject.
    pub async fn throttled(&self, kind: ThrottleKind, subject: &[u8; 32]) -> Result<Option<Throttled>, Error> {
        const SQL: &str = "SELECT failures, last_at, blocked_until FROM throttle WHERE kind = $1 AND subject = $2";
        Ok(on!(self, p => sqlx::query_as(SQL).bind(kind.code()).bind(&subject[..]).fetch_optional(p).await)?)
    }

    /// Begins to count.
    pub async fn begin_counting(&self) -> Result<Counting, Error> {
        Ok(Counting(self.begin().await?))
    }
}

impl Counting {
    /// Counts one try and gives the subject as it now is; those older than `forget_before` no longer count. The subject stays
    /// this transaction's until it ends, so of tries that come at once each sees what the one before it left.
    pub async fn count(
        &mut self,
        kind: ThrottleKind,
        subject: &[u8; 32],
        at: Timestamp,
        forget_before: Timestamp,
    ) -> Result<Throttled, Error> {
        const SQL: &str = "INSERT INTO throttle (kind, subject, failures, last_at, blocked_until) VALUES ($1, $2, 1, $3, 0) \
             ON CONFLICT (kind, subject) DO UPDATE SET last_at = $3, \
             failures = CASE WHEN throttle.last_at < $4 THEN 1 ELSE throttle.failures + 1 END \
             RETURNING failures, last_at, blocked_until";
        let counted = within!(self.0, c => sqlx::query_as(SQL)
            .bind(kind.code())
            .bind(&subject[..])
            .bind(at.millis())
            .bind(forget_before.millis())
            .fetch_one(c)
            .await)?;
        Ok(counted)
    }

    /// Refuses a subject until a moment; an earlier, longer refusal stands.
    pub async fn block(&mut self, kind: ThrottleKind, subject: &[u8; 32], until: Timestamp) -> Result<(), Error> {
        const SQL: &str = "UPDATE throttle SET blocked_until = $3 WHERE kind = $1 AND subject = $2 AND blocked_until < $3";
        within!(self.0, c => sqlx::query(SQL).bind(kind.code()).bind(&subject[..]).bind(until.millis()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Takes tries back, with the refusal that they brought, if none has taken its place since.
    pub async fn take_back(
        &mut self,
        kind: ThrottleKind,
        subject: &[u8; 32],
        tries: i64,
        blocked_until: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "UPDATE throttle SET failures = CASE WHEN failures > $3 THEN failures - $3 ELSE 0 END, \
             blocked_until = CASE WHEN blocked_until = $4 THEN 0 ELSE blocked_until END WHERE kind = $1 AND subject = $2";
        within!(self.0, c => sqlx::query(SQL)
            .bind(kind.code())
            .bind(&subject[..])
            .bind(tries)
            .bind(blocked_until.millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Knows a subject, with nothing counted against it.
    pub async fn clear(&mut self, kind: ThrottleKind, subject: &[u8; 32], at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO throttle (kind, subject, failures, last_at, blocked_until) VALUES ($1, $2, 0, $3, 0) \
             ON CONFLICT (kind, subject) DO UPDATE SET failures = 0, last_at = $3, blocked_until = 0";
        within!(self.0, c => sqlx::query(SQL).bind(kind.code()).bind(&subject[..]).bind(at.millis()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Forgets a subject.
    pub async fn forget(&mut self, kind: ThrottleKind, subject: &[u8; 32]) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM throttle WHERE kind = $1 AND subject = $2";
        within!(self.0, c => sqlx::query(SQL).bind(kind.code()).bind(&subject[..]).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Keeps what was counted.
    pub async fn keep(self) -> Result<(), Error> {
        self.0.finish().await
    }
}
