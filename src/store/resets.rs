//! Resets: who was let set a new password and second factor, by whom, and whether their new key has been admitted.

use super::{Error, Store, Tx, error::sound, grants::live_of};
use crate::domain::{
    ids::{KeyId, UserId},
    key::OwnerKind,
    time::Timestamp,
};

/// The last reset of somebody's password and second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reset {
    /// The administrator who knows, or knew, the code.
    pub made_by: UserId,
    /// When.
    pub made_at: Timestamp,
    /// When they set new ones, and their new key was made.
    pub key_made_at: Option<Timestamp>,
    /// When a lead admitted that key: until then nothing is granted to it.
    pub admitted_at: Option<Timestamp>,
}

impl Reset {
    /// Whether the key still waits to be compared.
    pub const fn waits(&self) -> bool {
        self.admitted_at.is_none()
    }
}

/// How much was given to somebody alone, and how much of it others hold as well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Alone {
    /// Drafts that can still be sent.
    pub drafts: i64,
    /// Those of them that another person holds.
    pub drafts_held: i64,
    /// Referrals given to them by name.
    pub referrals: i64,
    /// Those of them that another person or team holds.
    pub referrals_held: i64,
}

/// A grant `g` by which the compartment `c` was given to a person by name: of a draft that can still be sent, of what a referral
/// shares, or of what is kept apart in it, for a reason that the referral's own record bears out.
macro_rules! given_by_name {
    () => {
        "g.to_kind = 'user' AND g.reason IN ('party', 'deputy', 'checker', 'named') \
         AND EXISTS (SELECT 1 FROM grant_bytes y WHERE y.grant_id = g.id) AND (c.kind IN ('shared', 'restricted') \
         OR c.kind = 'draft' AND EXISTS (SELECT 1 FROM draft d WHERE d.id = g.referral AND d.state = 'open'))"
    };
}

/// That whoever holds `g` holds the newest key of the compartment `c` by their present key.
macro_rules! has_newest {
    () => {
        "EXISTS (SELECT 1 FROM grant_made n JOIN account w ON w.id = n.to_id AND w.key_id = n.to_key \
         JOIN grant_bytes z ON z.grant_id = n.id WHERE n.compartment = g.compartment AND n.to_id = g.to_id AND n.epoch = c.epoch)"
    };
}
pub(super) use {given_by_name, has_newest};

#[derive(sqlx::FromRow)]
struct ResetRow {
    made_by: String,
    made_at: i64,
    key_made_at: Option<i64>,
    admitted_at: Option<i64>,
}

impl Store {
    /// Somebody's last reset.
    pub async fn reset_of(&self, user: UserId) -> Result<Option<Reset>, Error> {
        const SQL: &str = "SELECT made_by, made_at, key_made_at, admitted_at FROM account_reset WHERE account = $1";
        let row: Option<ResetRow> = on!(self, p => sqlx::query_as(SQL).bind(user.to_string()).fetch_optional(p).await)?;
        row.map(|row| {
            Ok(Reset {
                made_by: sound(UserId::parse(&row.made_by), "account_reset.made_by")?,
                made_at: Timestamp::from_millis(row.made_at),
                key_made_at: row.key_made_at.map(Timestamp::from_millis),
                admitted_at: row.admitted_at.map(Timestamp::from_millis),
            })
        })
        .transpose()
    }

    /// How many keys somebody has published.
    pub async fn last_epoch(&self, user: UserId) -> Result<i64, Error> {
        const SQL: &str = "SELECT COALESCE(MAX(epoch), 0) FROM key_published WHERE owner_kind = $1 AND owner = $2";
        let (epoch,): (i64,) =
            on!(self, p => sqlx::query_as(SQL).bind(OwnerKind::User.code()).bind(user.to_string()).fetch_one(p).await)?;
        Ok(epoch)
    }

    /// What was given to somebody alone: all of it, or only what their present key does not open.
    pub async fn given_alone(&self, user: UserId, only_lost: bool) -> Result<Alone, Error> {
        const SQL: &str = concat!(
            "SELECT CAST(CASE WHEN c.kind = 'draft' THEN 1 ELSE 0 END AS BIGINT) AS is_draft, COUNT(DISTINCT g.referral), ",
            "COUNT(DISTINCT CASE WHEN EXISTS (SELECT 1 FROM grant_made o WHERE o.compartment = g.compartment ",
            "AND o.epoch = c.epoch AND o.to_kind <> 'recovery' AND o.to_id <> g.to_id AND ",
            live_of!("o"),
            ") THEN g.referral END) FROM grant_made g JOIN compartment c ON c.id = g.compartment WHERE g.to_id = $1 AND ",
            given_by_name!(),
            " AND c.kind <> 'restricted' AND ($2 = 0 OR NOT ",
            has_newest!(),
            ") GROUP BY CASE WHEN c.kind = 'draft' THEN 1 ELSE 0 END"
        );
        let rows: Vec<(i64, i64, i64)> =
            on!(self, p => sqlx::query_as(SQL).bind(user.to_string()).bind(i64::from(only_lost)).fetch_all(p).await)?;
        let mut alone = Alone::default();
        for (is_draft, all, held) in rows {
            if is_draft == 1 {
                (alone.drafts, alone.drafts_held) = (all, held);
            } else {
                (alone.referrals, alone.referrals_held) = (all, held);
            }
        }
        Ok(alone)
    }
}

impl Tx {
    /// An account's password, second factor and key are gone: whoever has it sets new ones. False when it changed meanwhile.
    pub async fn reset_account(&mut self, user: UserId, version: i64, by: UserId, at: Timestamp) -> Result<bool, Error> {
        const ACCOUNT: &str =
            "UPDATE account SET state = 'invited', key_id = NULL, version = version + 1 WHERE id = $1 AND version = $2";
        const RESET: &str = "INSERT INTO account_reset (account, made_by, made_at) VALUES ($1, $2, $3) \
             ON CONFLICT (account) DO UPDATE SET made_by = excluded.made_by, made_at = excluded.made_at, key_made_at = NULL, \
             admitted_at = NULL";
        let id = user.to_string();
        let rows =
            within!(self, c => sqlx::query(ACCOUNT).bind(&id).bind(version).execute(c).await.map(|done| done.rows_affected()))?;
        self.moved(user);
        for sql in ["DELETE FROM credential WHERE account = $1", "DELETE FROM second_factor WHERE account = $1"] {
            within!(self, c => sqlx::query(sql).bind(&id).execute(c).await.map(drop))?;
        }
        within!(self, c => sqlx::query(RESET).bind(&id).bind(by.to_string()).bind(at.millis()).execute(c).await.map(drop))?;
        Ok(rows == 1)
    }

    /// Another administrator made the code anew by which somebody sets new ones.
    pub async fn reset_code_is_of(&mut self, user: UserId, by: UserId) -> Result<(), Error> {
        const SQL: &str = "UPDATE account_reset SET made_by = $2 WHERE account = $1 AND key_made_at IS NULL";
        Ok(within!(self, c => sqlx::query(SQL).bind(user.to_string()).bind(by.to_string()).execute(c).await.map(drop))?)
    }

    /// They have set new ones, and their new key is made.
    pub async fn reset_made_key(&mut self, user: UserId, at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "UPDATE account_reset SET key_made_at = $2 WHERE account = $1 AND key_made_at IS NULL";
        Ok(within!(self, c => sqlx::query(SQL).bind(user.to_string()).bind(at.millis()).execute(c).await.map(drop))?)
    }

    /// A lead has admitted the key that they made, and no other: false where it was reset again meanwhile.
    pub async fn reset_admitted(&mut self, user: UserId, key: KeyId, at: Timestamp) -> Result<bool, Error> {
        const SQL: &str = "UPDATE account_reset SET admitted_at = $2 WHERE account = $1 AND admitted_at IS NULL";
        let sql = held!(self, "SELECT key_id FROM account WHERE id = $1");
        let id = user.to_string();
        let row: Option<(Option<String>,)> = within!(self, c => sqlx::query_as(sql).bind(&id).fetch_optional(c).await)?;
        if row.and_then(|(present,)| present) != Some(key.to_string()) {
            return Ok(false);
        }
        within!(self, c => sqlx::query(SQL).bind(&id).bind(at.millis()).execute(c).await.map(drop))?;
        Ok(true)
    }
}
