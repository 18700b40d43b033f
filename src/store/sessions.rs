//! Sessions: found by the hash of what the cookie derives.

use super::{
    Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    ids::{KeyId, SessionId, UserId},
    session::SessionPurpose,
    time::Timestamp,
};

/// A session's row.
#[derive(Clone)]
pub struct Session {
    /// Its public id.
    pub id: SessionId,
    /// SHA-256 of the lookup value.
    pub lookup: Vec<u8>,
    /// Whose it is.
    pub user: UserId,
    /// Between password and code, or full.
    pub purpose: SessionPurpose,
    /// The person's identity under the session's key.
    pub wrapped_identity: Vec<u8>,
    /// The person's published key.
    pub key: KeyId,
    /// Ends unless used before.
    pub idle_expires_at: Timestamp,
    /// Ends in any case.
    pub expires_at: Timestamp,
}

/// When a live session began, and when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimes {
    /// Its public id.
    pub id: SessionId,
    /// When somebody signed in.
    pub begun_at: Timestamp,
    /// Ends unless used before.
    pub idle_expires_at: Timestamp,
    /// Ends in any case.
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    lookup: Vec<u8>,
    account: String,
    purpose: String,
    wrapped_identity: Vec<u8>,
    key_id: String,
    idle_expires_at: i64,
    expires_at: i64,
}

impl Row {
    fn session(self) -> Result<Session, Error> {
        Ok(Session {
            id: sound(SessionId::parse(&self.id), "session.id")?,
            lookup: self.lookup,
            user: sound(UserId::parse(&self.account), "session.account")?,
            purpose: known(SessionPurpose::parse(&self.purpose), "session.purpose")?,
            wrapped_identity: self.wrapped_identity,
            key: sound(KeyId::parse(&self.key_id), "session.key_id")?,
            idle_expires_at: Timestamp::from_millis(self.idle_expires_at),
            expires_at: Timestamp::from_millis(self.expires_at),
        })
    }
}

pub(super) async fn held_alive(tx: &mut Tx, id: SessionId, at: Timestamp) -> Result<bool, Error> {
    let sql = held!(tx, "SELECT id FROM session WHERE id = $1 AND ended_at IS NULL AND idle_expires_at > $2 AND expires_at > $2");
    let row: Option<(String,)> =
        within!(tx, c => sqlx::query_as(sql).bind(id.to_string()).bind(at.millis()).fetch_optional(c).await)?;
    Ok(row.is_some())
}

impl Store {
    /// The live session with this lookup hash.
    pub async fn session(&self, lookup: &[u8; 32], at: Timestamp) -> Result<Option<Session>, Error> {
        const SQL: &str = "SELECT id, lookup, account, purpose, wrapped_identity, key_id, idle_expires_at, expires_at FROM session \
             WHERE lookup = $1 AND ended_at IS NULL AND idle_expires_at > $2 AND expires_at > $2";
        let row = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(&lookup[..]).bind(at.millis()).fetch_optional(p).await)?;
        row.map(Row::session).transpose()
    }

    /// The session with this lookup hash, whether or not it has run out; none that somebody ended.
    pub async fn session_of_any_age(&self, lookup: &[u8; 32]) -> Result<Option<Session>, Error> {
        const SQL: &str = "SELECT id, lookup, account, purpose, wrapped_identity, key_id, idle_expires_at, expires_at FROM session \
             WHERE lookup = $1 AND ended_at IS NULL";
        let row = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(&lookup[..]).fetch_optional(p).await)?;
        row.map(Row::session).transpose()
    }

    /// A person's live sessions, the newest first.
    pub async fn sessions_of(&self, user: UserId, at: Timestamp) -> Result<Vec<SessionTimes>, Error> {
        const SQL: &str = "SELECT id, created_at, idle_expires_at, expires_at FROM session WHERE account = $1 AND purpose = 'session' \
             AND ended_at IS NULL AND idle_expires_at > $2 AND expires_at > $2 ORDER BY created_at DESC, id";
        let rows: Vec<(String, i64, i64, i64)> =
            on!(self, p => sqlx::query_as(SQL).bind(user.to_string()).bind(at.millis()).fetch_all(p).await)?;
        let session = |(id, begun_at, idle_expires_at, expires_at): (String, i64, i64, i64)| {
            Ok(SessionTimes {
                id: sound(SessionId::parse(&id), "session.id")?,
                begun_at: Timestamp::from_millis(begun_at),
                idle_expires_at: Timestamp::from_millis(idle_expires_at),
                expires_at: Timestamp::from_millis(expires_at),
            })
        };
        rows.into_iter().map(session).collect()
    }

    /// How many live sessions a person has.
    pub async fn live_sessions(&self, user: UserId, at: Timestamp) -> Result<i64, Error> {
        const SQL: &str = "SELECT COUNT(*) FROM session WHERE account = $1 AND purpose = 'session' AND ended_at IS NULL \
             AND idle_expires_at > $2 AND expires_at > $2";
        let (count,): (i64,) = on!(self, p => sqlx::query_as(SQL).bind(user.to_string()).bind(at.millis()).fetch_one(p).await)?;
        Ok(count)
    }

    /// Moves the idle limit on after use; never past the absolute one.
    pub async fn touch_session(&self, id: SessionId, idle_expires_at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "UPDATE session SET idle_expires_at = CASE WHEN $2 < expires_at THEN $2 ELSE expires_at END \
             WHERE id = $1 AND ended_at IS NULL AND idle_expires_at < $2";
        let mut tx = self.begin().await?;
        within!(tx, c => sqlx::query(SQL).bind(id.to_string()).bind(idle_expires_at.millis()).execute(c).await.map(drop))?;
        tx.finish().await
    }

    /// Removes what is of no use any more: sessions that ended or ran out, counts of failures, and remembered
    /// answers, older than a moment; and the homes of accounts that nobody came from since another.
    pub async fn forget_old(&self, before: Timestamp, homes_before: Timestamp) -> Result<(), Error> {
        const SESSIONS: &str = "DELETE FROM session WHERE expires_at < $1";
        const FAILURES: &str =
            "DELETE FROM throttle WHERE last_at < CASE WHEN kind = 'familiar' THEN $2 ELSE $1 END AND blocked_until < $1";
        const ANSWERS: &str = "DELETE FROM idempotency WHERE created_at < $1";
        let mut tx = self.begin().await?;
        within!(tx, c => sqlx::query(SESSIONS).bind(before.millis()).execute(c).await.map(drop))?;
        within!(tx, c => sqlx::query(FAILURES).bind(before.millis()).bind(homes_before.millis()).execute(c).await.map(drop))?;
        within!(tx, c => sqlx::query(ANSWERS).bind(before.millis()).execute(c).await.map(drop))?;
        tx.finish().await
    }
}

impl Tx {
    /// Starts a session.
    pub async fn insert_session(&mut self, session: &Session, at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO session (id, lookup, account, purpose, wrapped_identity, key_id, created_at, idle_expires_at, \
             expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        within!(self, c => sqlx::query(SQL)
            .bind(session.id.to_string())
            .bind(&session.lookup)
            .bind(session.user.to_string())
            .bind(session.purpose.code())
            .bind(&session.wrapped_identity)
            .bind(session.key.to_string())
            .bind(at.millis())
            .bind(session.idle_expires_at.millis())
            .bind(session.expires_at.millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Ends one session; its wrapped identity goes with it.
    pub async fn end_session(&mut self, id: SessionId, at: Timestamp) -> Result<bool, Error> {
        const SQL: &str = "UPDATE session SET ended_at = $2, wrapped_identity = $3 WHERE id = $1 AND ended_at IS NULL";
        let rows = within!(self, c => sqlx::query(SQL).bind(id.to_string()).bind(at.millis()).bind(&[][..] as &[u8]).execute(c).await.map(|done| done.rows_affected()))?;
        self.moved(id);
        Ok(rows == 1)
    }

    /// Ends every session of a person but one.
    pub async fn end_other_sessions(&mut self, user: UserId, kept: SessionId, at: Timestamp) -> Result<(), Error> {
        const SQL: &str =
            "UPDATE session SET ended_at = $3, wrapped_identity = $4 WHERE account = $1 AND id <> $2 AND ended_at IS NULL";
        within!(self, c => sqlx::query(SQL)
            .bind(user.to_string())
            .bind(kept.to_string())
            .bind(at.millis())
            .bind(&[][..] as &[u8])
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Ends every session of a person.
    pub async fn end_sessions(&mut self, user: UserId, at: Timestamp) -> Result<u64, Error> {
        const LIST: &str = "SELECT id FROM session WHERE account = $1 AND ended_at IS NULL";
        const SQL: &str = "UPDATE session SET ended_at = $2, wrapped_identity = $3 WHERE account = $1 AND ended_at IS NULL";
        let ids: Vec<(String,)> = within!(self, c => sqlx::query_as(LIST).bind(user.to_string()).fetch_all(c).await)?;
        let rows = within!(self, c => sqlx::query(SQL).bind(user.to_string()).bind(at.millis()).bind(&[][..] as &[u8]).execute(c).await.map(|done| done.rows_affected()))?;
        for (id,) in ids {
            self.moved(id);
        }
        Ok(rows)
    }
}
