//! Grants: what makes a compartment readable, and the only thing that does.

use sqlx::QueryBuilder;

use super::{
    Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    compartment::CompartmentKind,
    grant::GrantReason,
    ids::{CompartmentId, EventId, GrantId, KeyId, ReferralId, UserId},
    key::HolderKind,
    time::Timestamp,
};

written_once! {
    /// A row of `grant_made`.
    GrantRow, "grant_made", key id,
    insert "INSERT INTO grant_made (id, referral, compartment, epoch, key_id, to_kind, to_id, to_key, to_epoch, suite, sha256, \
            reason, held, granted_at, event) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    page "SELECT * FROM grant_made WHERE id > $1 ORDER BY id LIMIT $2",
    { id: String, referral: String, compartment: String, epoch: i64, key_id: String, to_kind: String, to_id: String,
      to_key: String, to_epoch: i64, suite: i64, sha256: Vec<u8>, reason: String, held: i64, granted_at: i64, event: String }
}

written_once! {
    /// A row of `grant_released`.
    ReleaseRow, "grant_released", key grant_id,
    insert "INSERT INTO grant_released (grant_id, released_at, event) VALUES ($1, $2, $3)",
    page "SELECT * FROM grant_released WHERE grant_id > $1 ORDER BY grant_id LIMIT $2",
    { grant_id: String, released_at: i64, event: String }
}

/// That a grant is to no key of old, for a row: a person who set a new one has lost what was wrapped to the one before.
macro_rules! to_present_key {
    ($row:literal) => {
        concat!(
            "(",
            $row,
            ".to_kind <> 'user' OR EXISTS (SELECT 1 FROM account v WHERE v.id = ",
            $row,
            ".to_id AND v.key_id = ",
            $row,
            ".to_key))"
        )
    };
}

/// The condition that a grant counts, for a row: it is not held, or it has been released; it is there, and to a present key.
macro_rules! live_of {
    ($row:literal) => {
        concat!(
            "(",
            $row,
            ".held = 0 OR EXISTS (SELECT 1 FROM grant_released x WHERE x.grant_id = ",
            $row,
            ".id)) AND EXISTS (SELECT 1 FROM grant_bytes y WHERE y.grant_id = ",
            $row,
            ".id) AND ",
            $crate::store::grants::to_present_key!($row)
        )
    };
}

/// The same, for the row called `g`.
macro_rules! live {
    () => {
        $crate::store::grants::live_of!("g")
    };
}
pub(in crate::store) use {live, live_of, to_present_key};

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
    /// What it was made for.
    pub reason: GrantReason,
    /// Whether it counts for nothing until it is released.
    pub held: bool,
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
    /// What released it, where it was held.
    pub(crate) release: Option<ReleaseRow>,
}

/// A holder of a compartment, for those who may know who else holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderOf {
    /// Team, person or recovery recipient.
    pub kind: HolderKind,
    /// Its id, hexadecimal.
    pub id: String,
    /// What the grant was made for.
    pub reason: GrantReason,
}

/// A grant that counts for nothing yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldGrant {
    /// Its id.
    pub id: GrantId,
    /// To what kind of holder.
    pub to_kind: HolderKind,
    /// The holder's id, hexadecimal.
    pub to: String,
    /// The compartment.
    pub compartment: CompartmentId,
    /// Its kind.
    pub kind: CompartmentKind,
}

#[derive(sqlx::FromRow)]
struct GrantWithBytes {
    #[sqlx(flatten)]
    grant: GrantRow,
    bytes: Vec<u8>,
    kind: String,
    let_go_at: Option<i64>,
    let_go_by: Option<String>,
}

impl GrantWithBytes {
    fn found(self) -> Result<Found, Error> {
        let row = self.grant;
        let release = self.let_go_at.zip(self.let_go_by);
        let release = release.map(|(released_at, event)| ReleaseRow { grant_id: row.id.clone(), released_at, event });
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
            reason: known(GrantReason::parse(&row.reason), "grant_made.reason")?,
            held: row.held != 0,
            event: sound(EventId::parse(&row.event), "grant_made.event")?,
            bytes: self.bytes,
        };
        Ok(Found { grant, kind: known(CompartmentKind::parse(&self.kind), "compartment.kind")?, row, release })
    }
}

impl Store {
    /// The live grants that any of these holders has on these referrals, one query for a page of a list.
    pub(crate) async fn grants_of(&self, holders: &[String], referrals: &[ReferralId]) -> Result<Vec<Found>, Error> {
        if holders.is_empty() || referrals.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<GrantWithBytes> = on!(self, p => {
            let mut query = QueryBuilder::new(concat!(
                "SELECT g.*, b.bytes, c.kind, x.released_at AS let_go_at, x.event AS let_go_by FROM grant_made g ",
                "JOIN grant_bytes b ON b.grant_id = g.id JOIN compartment c ON c.id = g.compartment ",
                "LEFT JOIN grant_released x ON x.grant_id = g.id WHERE (g.held = 0 OR x.grant_id IS NOT NULL) AND ",
                to_present_key!("g"),
                " AND g.to_id IN ("
            ));
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

    /// Every grant that somebody ever had on a compartment by name and whose bytes are there, to whatever key of theirs; held ones
    /// that nothing released are left out. For telling what was theirs, and never for opening it.
    pub(crate) async fn grants_ever_to(&self, user: UserId, compartment: CompartmentId) -> Result<Vec<Found>, Error> {
        const SQL: &str = "SELECT g.*, b.bytes, c.kind, x.released_at AS let_go_at, x.event AS let_go_by FROM grant_made g \
             JOIN grant_bytes b ON b.grant_id = g.id JOIN compartment c ON c.id = g.compartment \
             LEFT JOIN grant_released x ON x.grant_id = g.id WHERE (g.held = 0 OR x.grant_id IS NOT NULL) \
             AND g.to_kind = 'user' AND g.to_id = $1 AND g.compartment = $2 ORDER BY g.epoch, g.id";
        let rows: Vec<GrantWithBytes> =
            on!(self, p => sqlx::query_as(SQL).bind(user.to_string()).bind(compartment.to_string()).fetch_all(p).await)?;
        rows.into_iter().map(GrantWithBytes::found).collect()
    }

    /// Who holds the `shared` compartment of a referral, held grants left out, in the order granted.
    pub async fn holders_of_shared(&self, referral: ReferralId) -> Result<Vec<HolderOf>, Error> {
        const SQL: &str = concat!(
            "SELECT g.to_kind, g.to_id, g.reason FROM grant_made g JOIN compartment c ON c.id = g.compartment ",
            "WHERE g.referral = $1 AND c.kind = 'shared' AND ",
            live!(),
            " ORDER BY g.granted_at, g.to_kind DESC, g.id"
        );
        self.holders_by(SQL, referral).await
    }

    /// The grants by which somebody covers, on a `shared` compartment, each with its holder's id.
    pub async fn cover_grants(&self, shared: CompartmentId) -> Result<Vec<(GrantId, String)>, Error> {
        const SQL: &str = concat!(
            "SELECT g.id, g.to_id FROM grant_made g WHERE g.compartment = $1 AND g.reason = 'cover' AND ",
            live!(),
            " ORDER BY g.id"
        );
        let rows: Vec<(String, String)> = on!(self, p => sqlx::query_as(SQL).bind(shared.to_string()).fetch_all(p).await)?;
        rows.into_iter().map(|(id, to)| Ok((sound(GrantId::parse(&id), "grant_made.id")?, to))).collect()
    }

    /// Who holds what is kept apart in a referral because the pathway names them for it, each once.
    pub async fn holders_of_categories(&self, referral: ReferralId) -> Result<Vec<HolderOf>, Error> {
        const SQL: &str = concat!(
            "SELECT g.to_kind, g.to_id, g.reason FROM grant_made g JOIN compartment c ON c.id = g.compartment ",
            "WHERE g.referral = $1 AND c.kind = 'restricted' AND g.reason = 'category' AND ",
            live!(),
            " ORDER BY g.granted_at, g.to_kind DESC, g.id"
        );
        self.holders_by(SQL, referral).await
    }

    async fn holders_by(&self, sql: &'static str, referral: ReferralId) -> Result<Vec<HolderOf>, Error> {
        let rows: Vec<(String, String, String)> =
            on!(self, p => sqlx::query_as(sql).bind(referral.to_string()).fetch_all(p).await)?;
        let mut holders: Vec<HolderOf> = Vec::new();
        for (kind, id, reason) in rows {
            let kind = known(HolderKind::parse(&kind), "grant_made.to_kind")?;
            let holder = HolderOf { kind, id, reason: known(GrantReason::parse(&reason), "grant_made.reason")? };
            // One that holds several epochs is one holder; one that holds it for two reasons is told with both.
            if !holders.contains(&holder) {
                holders.push(holder);
            }
        }
        Ok(holders)
    }

    /// When what was held back was released, and by whom; nobody where a clock did it.
    pub async fn let_go(&self, referral: ReferralId) -> Result<Option<(Timestamp, Option<UserId>)>, Error> {
        const SQL: &str = "SELECT x.released_at, e.actor FROM grant_made g JOIN grant_released x ON x.grant_id = g.id \
             JOIN log_event e ON e.id = x.event WHERE g.referral = $1 ORDER BY x.released_at, x.grant_id LIMIT 1";
        let row: Option<(i64, Option<String>)> =
            on!(self, p => sqlx::query_as(SQL).bind(referral.to_string()).fetch_optional(p).await)?;
        Ok(row.map(|(at, actor)| (Timestamp::from_millis(at), actor.and_then(|actor| UserId::parse(&actor).ok()))))
    }

    /// The held grants of a referral that nothing has released.
    pub async fn held_grants(&self, referral: ReferralId) -> Result<Vec<HeldGrant>, Error> {
        let rows = on!(self, p => sqlx::query_as::<_, HeldRow>(HELD).bind(referral.to_string()).fetch_all(p).await)?;
        rows.into_iter().map(HeldRow::grant).collect()
    }
}

/// The grants of a referral that count for nothing yet. `$1` is the referral.
const HELD: &str = "SELECT g.id, g.to_kind, g.to_id, g.compartment, c.kind FROM grant_made g \
     JOIN compartment c ON c.id = g.compartment WHERE g.referral = $1 AND g.held = 1 \
     AND NOT EXISTS (SELECT 1 FROM grant_released x WHERE x.grant_id = g.id) ORDER BY g.id";

#[derive(sqlx::FromRow)]
struct HeldRow {
    id: String,
    to_kind: String,
    to_id: String,
    compartment: String,
    kind: String,
}

impl HeldRow {
    fn grant(self) -> Result<HeldGrant, Error> {
        Ok(HeldGrant {
            id: sound(GrantId::parse(&self.id), "grant_made.id")?,
            to_kind: known(HolderKind::parse(&self.to_kind), "grant_made.to_kind")?,
            to: self.to_id,
            compartment: sound(CompartmentId::parse(&self.compartment), "grant_made.compartment")?,
            kind: known(CompartmentKind::parse(&self.kind), "compartment.kind")?,
        })
    }
}

impl Tx {
    /// Whether these are still the grants of a referral that count for nothing yet; held so until the transaction ends, since a
    /// renewal makes further ones.
    pub async fn still_held(&mut self, referral: ReferralId, grants: &[HeldGrant]) -> Result<bool, Error> {
        let sql = held!(self, "SELECT id FROM compartment WHERE referral = $1");
        let _: Vec<(String,)> = within!(self, c => sqlx::query_as(sql).bind(referral.to_string()).fetch_all(c).await)?;
        let rows = within!(self, c => sqlx::query_as::<_, HeldRow>(HELD).bind(referral.to_string()).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|row| row.id).eq(grants.iter().map(|grant| grant.id.to_string())))
    }

    /// Makes a grant; its event is this transaction's.
    ///
    /// # Errors
    /// [`Error::Superseded`] when it is wrapped to a team's key of old, or to one that nobody holds.
    pub async fn insert_grant(&mut self, grant: &Grant, at: Timestamp) -> Result<(), Error> {
        const BYTES: &str = "INSERT INTO grant_bytes (grant_id, bytes) VALUES ($1, $2)";
        if grant.to_kind == HolderKind::Team {
            // A team whose key nobody holds opens nothing by it.
            let sql = held!(self, "SELECT CASE WHEN keyless = 1 THEN -1 ELSE epoch END FROM team WHERE id = $1");
            let present: Option<(i64,)> = within!(self, c => sqlx::query_as(sql).bind(&grant.to).fetch_optional(c).await)?;
            if present.is_some_and(|(epoch,)| epoch != grant.to_epoch) {
                return Err(Error::Superseded("team"));
            }
        }
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
            reason: grant.reason.code().to_owned(),
            held: grant.held.into(),
            granted_at: at.millis(),
            event: grant.event.to_string(),
        };
        row.insert(self).await?;
        within!(self, c => sqlx::query(BYTES).bind(&row.id).bind(&grant.bytes).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Lets a held grant count from this commit on; its event is this transaction's.
    pub async fn release_grant(&mut self, grant: GrantId, at: Timestamp) -> Result<(), Error> {
        let row = ReleaseRow { grant_id: grant.to_string(), released_at: at.millis(), event: self.event().to_string() };
        row.insert(self).await
    }
}
