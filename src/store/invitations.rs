//! Invitations of people who have not joined yet.

use super::{Error, Store, Tx, credentials::SecondFactorRow};
use crate::domain::{ids::UserId, time::Timestamp};

/// An invitation, as its row holds it.
#[derive(Clone)]
pub struct InvitationRow {
    /// Keyed hash of its code.
    pub code: Vec<u8>,
    /// When it runs out.
    pub expires_at: Timestamp,
    /// What goes into the person's authenticator app; none before the code has been given.
    pub factor: Option<SecondFactorRow>,
    /// Keyed hash of the ticket that was given for the code, and when; none before.
    pub ticket: Option<(Vec<u8>, Timestamp)>,
}

#[derive(sqlx::FromRow)]
struct Row {
    code: Vec<u8>,
    expires_at: i64,
    factor: Option<Vec<u8>>,
    factor_key_version: Option<i64>,
    ticket: Option<Vec<u8>>,
    taken_up_at: Option<i64>,
}

impl Row {
    fn invitation(self) -> InvitationRow {
        let factor = self.factor.zip(self.factor_key_version);
        InvitationRow {
            code: self.code,
            expires_at: Timestamp::from_millis(self.expires_at),
            factor: factor.map(|(sealed, key_version)| SecondFactorRow { sealed, key_version, last_step: 0 }),
            ticket: self.ticket.zip(self.taken_up_at.map(Timestamp::from_millis)),
        }
    }
}

impl Store {
    /// The invitation of an account that has not joined yet.
    pub async fn invitation(&self, user: UserId) -> Result<Option<InvitationRow>, Error> {
        const SQL: &str = "SELECT code, expires_at, factor, factor_key_version, ticket, taken_up_at FROM invitation \
             WHERE account = $1";
        let row = on!(self, p => sqlx::query_as::<_, Row>(SQL).bind(user.to_string()).fetch_optional(p).await)?;
        Ok(row.map(Row::invitation))
    }

    /// Removes invitations that ran out before this.
    pub async fn forget_invitations(&self, before: Timestamp) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM invitation WHERE expires_at < $1";
        let mut tx = self.begin().await?;
        within!(tx, c => sqlx::query(SQL).bind(before.millis()).execute(c).await.map(drop))?;
        tx.finish().await
    }
}

impl Tx {
    /// Invites somebody; an earlier code of theirs, and the ticket given for it, are of no use any more. False when they have
    /// joined meanwhile.
    pub async fn invite(&mut self, user: UserId, code: &[u8; 32], at: Timestamp, expires_at: Timestamp) -> Result<bool, Error> {
        const SQL: &str = "INSERT INTO invitation (account, code, made_at, expires_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (account) DO UPDATE SET code = excluded.code, made_at = excluded.made_at, \
             expires_at = excluded.expires_at, factor = NULL, factor_key_version = NULL, ticket = NULL, taken_up_at = NULL";
        let still = held!(self, "SELECT id FROM account WHERE id = $1 AND state = 'invited'");
        let invited = within!(self, c => sqlx::query_as::<_, (String,)>(still).bind(user.to_string()).fetch_optional(c).await)?;
        if invited.is_none() {
            return Ok(false);
        }
        within!(self, c => sqlx::query(SQL)
            .bind(user.to_string())
            .bind(&code[..])
            .bind(at.millis())
            .bind(expires_at.millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(true)
    }

    /// Keeps the ticket given for the code, in place of an earlier one, and what goes into the person's authenticator app;
    /// false when the code is of no use any more.
    pub async fn take_up(
        &mut self,
        user: UserId,
        (code, ticket): (&[u8; 32], &[u8; 32]),
        factor: &SecondFactorRow,
        at: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "UPDATE invitation SET factor = $3, factor_key_version = $4, ticket = $6, taken_up_at = $5 \
             WHERE account = $1 AND code = $2 AND expires_at > $5";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(user.to_string())
            .bind(&code[..])
            .bind(&factor.sealed)
            .bind(factor.key_version)
            .bind(at.millis())
            .bind(&ticket[..])
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Somebody joins by this ticket: their invitation is gone. False when it is of no use any more: another was given since, it
    /// was given before `since`, or the invitation has run out.
    pub async fn use_invitation(
        &mut self,
        user: UserId,
        ticket: &[u8; 32],
        at: Timestamp,
        since: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "DELETE FROM invitation WHERE account = $1 AND ticket = $2 AND expires_at > $3 AND taken_up_at > $4";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(user.to_string())
            .bind(&ticket[..])
            .bind(at.millis())
            .bind(since.millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Somebody has joined without one: an invitation that was made for them is gone.
    pub async fn end_invitation(&mut self, user: UserId) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM invitation WHERE account = $1";
        Ok(within!(self, c => sqlx::query(SQL).bind(user.to_string()).execute(c).await.map(drop))?)
    }
}
