//! What somebody has lost that was given to them by name, and others can give back: a row for each compartment, made when a lead
//! admits their new key.

use sqlx::QueryBuilder;

use super::{
    Error, Store, Tx,
    error::{known, sound},
    grants::live,
    resets::{given_by_name, has_newest},
};
use crate::domain::{
    compartment::CompartmentKind,
    ids::{CompartmentId, KeyId, ReferralId, UserId},
    reference::Reference,
    time::Timestamp,
};

/// How many a page takes up at once; the rest come when those are done.
const AT_ONCE: i64 = 200;

/// A compartment that somebody is to have back, from whoever holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// To whom.
    pub user: UserId,
    /// Of which referral or draft.
    pub referral: ReferralId,
    /// Its reference.
    pub reference: Reference,
    /// Which compartment.
    pub compartment: CompartmentId,
    /// Its kind.
    pub kind: CompartmentKind,
}

#[derive(sqlx::FromRow)]
struct OwedRow {
    account: String,
    referral: String,
    code: String,
    compartment: String,
    kind: String,
}

impl OwedRow {
    fn owed(self) -> Result<Owed, Error> {
        Ok(Owed {
            user: sound(UserId::parse(&self.account), "give_back.account")?,
            referral: sound(ReferralId::parse(&self.referral), "give_back.referral")?,
            reference: sound(Reference::parse(&self.code), "reference.code")?,
            compartment: sound(CompartmentId::parse(&self.compartment), "give_back.compartment")?,
            kind: known(CompartmentKind::parse(&self.kind), "compartment.kind")?,
        })
    }
}

impl Store {
    /// Whether somebody is still to be given anything back.
    pub async fn is_owed(&self, user: UserId) -> Result<bool, Error> {
        const SQL: &str = "SELECT account FROM give_back WHERE account = $1 AND given_at IS NULL LIMIT 1";
        let row: Option<(String,)> = on!(self, p => sqlx::query_as(SQL).bind(user.to_string()).fetch_optional(p).await)?;
        Ok(row.is_some())
    }

    /// What these holders can give back to others than one of them: they hold its newest key, and nobody has done it yet.
    pub async fn owed_by(&self, holders: &[String], but: UserId) -> Result<Vec<Owed>, Error> {
        if holders.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<OwedRow> = on!(self, p => {
            let mut query = QueryBuilder::new(
                "SELECT t.account, t.referral, f.code, t.compartment, c.kind FROM give_back t \
                 JOIN compartment c ON c.id = t.compartment JOIN reference f ON f.id = t.referral \
                 WHERE t.given_at IS NULL AND t.account <> ",
            );
            query.push_bind(but.to_string());
            query.push(" AND (c.kind <> 'draft' OR EXISTS (SELECT 1 FROM draft d WHERE d.id = t.referral AND d.state = 'open'))");
            query.push(" AND EXISTS (SELECT 1 FROM grant_made g WHERE g.compartment = t.compartment AND g.epoch = c.epoch AND g.to_id IN (");
            let mut list = query.separated(", ");
            for holder in holders {
                list.push_bind(holder);
            }
            query.push(concat!(") AND ", live!(), ") ORDER BY t.asked_at, t.account, t.referral, t.compartment LIMIT "));
            query.push_bind(AT_ONCE);
            query.build_query_as().fetch_all(p).await
        })?;
        rows.into_iter().map(OwedRow::owed).collect()
    }
}

impl Tx {
    /// Asks those who hold it for what was given to somebody by name and their present key does not open.
    pub async fn ask_back(&mut self, user: UserId, at: Timestamp) -> Result<(), Error> {
        const SQL: &str = concat!(
            "INSERT INTO give_back (account, compartment, referral, asked_at) ",
            "SELECT DISTINCT g.to_id, g.compartment, g.referral, CAST($2 AS BIGINT) FROM grant_made g ",
            "JOIN compartment c ON c.id = g.compartment WHERE g.to_id = $1 AND ",
            given_by_name!(),
            " AND NOT ",
            has_newest!(),
            " ON CONFLICT (account, compartment) DO UPDATE SET asked_at = excluded.asked_at, given_at = NULL, given_by = NULL"
        );
        Ok(within!(self, c => sqlx::query(SQL).bind(user.to_string()).bind(at.millis()).execute(c).await.map(drop))?)
    }

    /// Somebody gave it back; false when another just did.
    pub async fn gave_back(
        &mut self,
        (user, compartment): (UserId, CompartmentId),
        by: UserId,
        at: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str =
            "UPDATE give_back SET given_at = $3, given_by = $4 WHERE account = $1 AND compartment = $2 AND given_at IS NULL";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(user.to_string())
            .bind(compartment.to_string())
            .bind(at.millis())
            .bind(by.to_string())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Whether this is somebody's present key, with which they can sign in and which no reset leaves waiting; held until the
    /// transaction ends.
    pub async fn is_present_key(&mut self, user: UserId, key: KeyId) -> Result<bool, Error> {
        const WAITS: &str = "SELECT account FROM account_reset WHERE account = $1 AND admitted_at IS NULL";
        let sql = held!(self, "SELECT key_id FROM account WHERE id = $1 AND state = 'ready'");
        let id = user.to_string();
        let row: Option<(Option<String>,)> = within!(self, c => sqlx::query_as(sql).bind(&id).fetch_optional(c).await)?;
        let waits: Option<(String,)> = within!(self, c => sqlx::query_as(WAITS).bind(&id).fetch_optional(c).await)?;
        Ok(waits.is_none() && row.and_then(|(present,)| present) == Some(key.to_string()))
    }

    /// Whether a compartment still stands at an epoch, held so until the transaction ends.
    pub async fn compartment_stands_at(&mut self, id: CompartmentId, epoch: i64) -> Result<bool, Error> {
        let sql = held!(self, "SELECT epoch FROM compartment WHERE id = $1");
        let row: Option<(i64,)> = within!(self, c => sqlx::query_as(sql).bind(id.to_string()).fetch_optional(c).await)?;
        Ok(row == Some((epoch,)))
    }
}
