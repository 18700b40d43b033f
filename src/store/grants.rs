//! Grants: what makes a compartment readable, and the only thing that does.

use sqlx::QueryBuilder;

use super::{
    Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    compartment::CompartmentKind,
    ids::{CompartmentId, EventId, GrantId, KeyId, ReferralId},
    key::HolderKind,
    time::Timestamp,
};

written_once! {
    /// A row of `grant_made`.
    GrantRow, "grant_made", key id,
    insert "INSERT INTO grant_made (id, referral, compartment, epoch, key_id, to_kind, to_id, to_key, to_epoch, suite, sha256, \
            granted_at, event) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    page "SELECT * FROM grant_made WHERE id > $1 ORDER BY id LIMIT $2",
    { id: String, referral: String, compartment: String, epoch: i64, key_id: String, to_kind: String, to_id: String,
      to_key: String, to_epoch: i64, suite: i64, sha256: Vec<u8>, granted_at: i64, event: String }
}

/// A compartment's identity wrapped to one holder.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The referral.
    pub referral: ReferralId,
    /// The compartment.
    pub compartment: CompartmentId,
    /// The compartment's epoch.
    pub epoch: i64,
    /// The compartment's published key.
    pub key: KeyId,
    /// To what kind of holder.
    pub to_kind: HolderKind,
    /// The holder's id, hexadecimal.
    pub to: String,
    /// The holder's published key.
    pub to_key: KeyId,
    /// The holder's epoch.
    pub to_epoch: i64,
    /// The suite.
    pub suite: i64,
    /// SHA-256 of the wrapped bytes.
    pub sha256: [u8; 32],
    /// The event that made it.
    pub event: EventId,
    /// The wrapped bytes.
    pub bytes: Vec<u8>,
}

/// A grant with its compartment's kind and the row that its event vouches for.
pub(crate) struct Found {
    pub(crate) grant: Grant,
    pub(crate) kind: CompartmentKind,
    pub(crate) row: GrantRow,
}

#[derive(sqlx::FromRow)]
struct GrantWithBytes {
    #[sqlx(flatten)]
    grant: GrantRow,
    bytes: Vec<u8>,
    kind: String,
}

impl GrantWithBytes {
    fn found(self) -> Result<Found, Error> {
        let row = self.grant;
        let grant = Grant {
            id: sound(GrantId::parse(&row.id), "grant_made.id")?,
            referral: sound(ReferralId::parse(&row.referral), "grant_made.referral")?,
            compartment: sound(CompartmentId::parse(&row.compartment), "grant_made.compartment")?,
            epoch: row.epoch,
            key: sound(KeyId::parse(&row.key_id), "grant_made.key_id")?,
            to_kind: known(HolderKind::parse(&row.to_kind), "grant_made.to_kind")?,
            to: row.to_id.clone(),
            to_key: sound(KeyId::parse(&row.to_key), "grant_made.to_key")?,
            to_epoch: row.to_epoch,
            suite: row.suite,
            sha256: sound(row.sha256.as_slice().try_into(), "grant_made.sha256")?,
            event: sound(EventId::parse(&row.event), "grant_made.event")?,
            bytes: self.bytes,
        };
        Ok(Found { grant, kind: known(CompartmentKind::parse(&self.kind), "compartment.kind")?, row })
    }
}

impl Store {
    /// The live grants that any of these holders has on these referrals, one query for a page of a list.
    pub(crate) async fn grants_of(&self, holders: &[String], referrals: &[ReferralId]) -> Result<Vec<Found>, Error> {
        if holders.is_empty() || referrals.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<GrantWithBytes> = on!(self, p => {
            let mut query = QueryBuilder::new(
                "SELECT g.*, b.bytes, c.kind FROM grant_made g JOIN grant_bytes b ON b.grant_id = g.id \
                 JOIN compartment c ON c.id = g.compartment WHERE g.to_id IN (",
            );
            let mut list = query.separated(", ");
            for holder in holders {
                list.push_bind(holder);
            }
            query.push(") AND g.referral IN (");
            let mut list = query.separated(", ");
            for referral in referrals {
                list.push_bind(referral.to_string());
            }
            query.push(") ORDER BY g.referral, g.compartment, g.epoch, g.id");
            query.build_query_as().fetch_all(p).await
        })?;
        rows.into_iter().map(GrantWithBytes::found).collect()
    }
}

impl Tx {
    /// Makes a grant; its event is this transaction's.
    pub async fn insert_grant(&mut self, grant: &Grant, at: Timestamp) -> Result<(), Error> {
        const BYTES: &str = "INSERT INTO grant_bytes (grant_id, bytes) VALUES ($1, $2)";
        let row = GrantRow {
            id: grant.id.to_string(),
            referral: grant.referral.to_string(),
            compartment: grant.compartment.to_string(),
            epoch: grant.epoch,
            key_id: grant.key.to_string(),
            to_kind: grant.to_kind.code().to_owned(),
            to_id: grant.to.clone(),
            to_key: grant.to_key.to_string(),
            to_epoch: grant.to_epoch,
            suite: grant.suite,
            sha256: grant.sha256.to_vec(),
            granted_at: at.millis(),
            event: grant.event.to_string(),
        };
        row.insert(self).await?;
        within!(self, c => sqlx::query(BYTES).bind(&row.id).bind(&grant.bytes).execute(c).await.map(drop))?;
        Ok(())
    }
}
