//! Sealed items.

use sqlx::QueryBuilder;

use super::{
    AT_ONCE, Engine, Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    compartment::EntryKind,
    ids::{CompartmentId, EntryId, EventId, ReferralId, UserId},
    time::Timestamp,
};

written_once! {
    /// A row of `entry`.
    EntryRow, "entry", key id,
    insert "INSERT INTO entry (id, referral, compartment, epoch, kind, version, author, at, suite, size, sha256, event) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    page "SELECT * FROM entry WHERE id > $1 ORDER BY id LIMIT $2",
    { id: String, referral: String, compartment: String, epoch: i64, kind: String, version: i64, author: String, at: i64,
      suite: i64, size: i64, sha256: Vec<u8>, event: String }
}

/// A sealed item with its ciphertext.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// The referral.
    pub referral: ReferralId,
    /// The compartment that seals it.
    pub compartment: CompartmentId,
    /// The compartment's epoch.
    pub epoch: i64,
    /// What it is.
    pub kind: EntryKind,
    /// Its version, from 1.
    pub version: i64,
    /// Who wrote it.
    pub author: UserId,
    /// When.
    pub at: Timestamp,
    /// The suite.
    pub suite: i64,
    /// SHA-256 of the ciphertext.
    pub sha256: [u8; 32],
    /// The event that wrote it.
    pub event: EventId,
    /// The ciphertext.
    pub bytes: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct EntryWithBytes {
    #[sqlx(flatten)]
    entry: EntryRow,
    bytes: Vec<u8>,
}

/// An entry with the row that its event vouches for.
pub(crate) struct Found {
    pub(crate) entry: Entry,
    pub(crate) row: EntryRow,
}

impl EntryWithBytes {
    fn found(self) -> Result<Found, Error> {
        let row = self.entry;
        let entry = Entry {
            id: sound(EntryId::parse(&row.id), "entry.id")?,
            referral: sound(ReferralId::parse(&row.referral), "entry.referral")?,
            compartment: sound(CompartmentId::parse(&row.compartment), "entry.compartment")?,
            epoch: row.epoch,
            kind: known(EntryKind::parse(&row.kind), "entry.kind")?,
            version: row.version,
            author: sound(UserId::parse(&row.author), "entry.author")?,
            at: Timestamp::from_millis(row.at),
            suite: row.suite,
            sha256: sound(row.sha256.as_slice().try_into(), "entry.sha256")?,
            event: sound(EventId::parse(&row.event), "entry.event")?,
            bytes: self.bytes,
        };
        Ok(Found { entry, row })
    }
}

impl Store {
    /// The sealed items of these compartments, in the order written.
    pub(crate) async fn entries_in(&self, compartments: &[CompartmentId]) -> Result<Vec<Found>, Error> {
        self.entries("", compartments).await
    }

    /// The entry that describes a file, with the compartment that seals it, wherever it is: whether the caller holds that
    /// compartment is for them to show.
    pub(crate) async fn file_entry(&self, referral: ReferralId, id: EntryId) -> Result<Option<Found>, Error> {
        const SQL: &str = "SELECT e.*, b.bytes FROM entry e JOIN entry_bytes b ON b.entry = e.id \
             WHERE e.referral = $1 AND e.id = $2 AND e.kind = 'attachment'";
        let row: Option<EntryWithBytes> =
            on!(self, p => sqlx::query_as(SQL).bind(referral.to_string()).bind(id.to_string()).fetch_optional(p).await)?;
        row.map(EntryWithBytes::found).transpose()
    }

    /// The headlines of these compartments, one query for a page of a list.
    pub(crate) async fn headlines_in(&self, compartments: &[CompartmentId]) -> Result<Vec<Found>, Error> {
        self.entries(" AND e.kind = 'headline'", compartments).await
    }

    /// The descriptions of files in these compartments, in the order written.
    pub(crate) async fn descriptions_in(&self, compartments: &[CompartmentId]) -> Result<Vec<Found>, Error> {
        self.entries(" AND e.kind = 'attachment'", compartments).await
    }

    /// The sealed items with these ids, in the order written.
    pub(crate) async fn entries_named(&self, ids: &[EntryId]) -> Result<Vec<Found>, Error> {
        let mut found = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            let rows: Vec<EntryWithBytes> = on!(self, p => {
                let mut query = QueryBuilder::new("SELECT e.*, b.bytes FROM entry e JOIN entry_bytes b ON b.entry = e.id WHERE e.id IN (");
                let mut list = query.separated(", ");
                for id in some {
                    list.push_bind(id.to_string());
                }
                query.push(")");
                query.build_query_as().fetch_all(p).await
            })?;
            for row in rows {
                found.push(row.found()?);
            }
        }
        found.sort_by_key(|found| (found.entry.at, found.entry.id));
        Ok(found)
    }

    /// When answers were last changed of what everybody reads who holds a referral; none where they never were.
    pub async fn answers_changed_at(&self, referral: ReferralId) -> Result<Option<Timestamp>, Error> {
        const SQL: &str = "SELECT MAX(e.at) FROM entry e JOIN compartment c ON c.id = e.compartment \
             WHERE e.referral = $1 AND e.kind = 'amendment' AND c.kind = 'shared'";
        let (at,): (Option<i64>,) = on!(self, p => sqlx::query_as(SQL).bind(referral.to_string()).fetch_one(p).await)?;
        Ok(at.map(Timestamp::from_millis))
    }

    async fn entries(&self, narrowed: &'static str, compartments: &[CompartmentId]) -> Result<Vec<Found>, Error> {
        if compartments.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<EntryWithBytes> = on!(self, p => {
            let mut query = QueryBuilder::new("SELECT e.*, b.bytes FROM entry e JOIN entry_bytes b ON b.entry = e.id WHERE e.compartment IN (");
            let mut list = query.separated(", ");
            for id in compartments {
                list.push_bind(id.to_string());
            }
            query.push(")");
            query.push(narrowed);
            query.push(" ORDER BY e.at, e.id");
            query.build_query_as().fetch_all(p).await
        })?;
        rows.into_iter().map(EntryWithBytes::found).collect()
    }
}

impl Tx {
    /// Whether a team holds the key of an item's compartment by a key of its own that was replaced since: whoever left it could
    /// read what is sealed now. The teams are held until the transaction ends, so that nobody leaves one meanwhile.
    async fn is_under_old_key(&mut self, entry: &Entry) -> Result<bool, Error> {
        macro_rules! of_teams {
            ($end:literal) => {
                concat!(
                    "SELECT t.id, CAST(CASE WHEN t.epoch <> g.to_epoch OR t.keyless = 1 THEN 1 ELSE 0 END AS BIGINT) FROM team t ",
                    "JOIN grant_made g ON g.to_id = t.id AND g.to_kind = 'team' WHERE g.compartment = $1 AND g.epoch = $2 ",
                    "AND EXISTS (SELECT 1 FROM grant_bytes b WHERE b.grant_id = g.id) ORDER BY t.id",
                    $end
                )
            };
        }
        let sql = match self.engine() {
            Engine::Sqlite => of_teams!(""),
            // Of the grants, which are written once, nobody may hold a row.
            Engine::Postgres => of_teams!(" FOR SHARE OF t"),
        };
        let teams: Vec<(String, i64)> = within!(self, c => sqlx::query_as(sql)
            .bind(entry.compartment.to_string())
            .bind(entry.epoch)
            .fetch_all(c)
            .await)?;
        Ok(teams.iter().any(|(_, is_old)| *is_old == 1))
    }

    /// How many items are sealed in a referral; what was erased, and copies for those it was shared with, are not counted.
    pub async fn count_entries(&mut self, referral: ReferralId) -> Result<i64, Error> {
        const SQL: &str = "SELECT COUNT(*) FROM entry e JOIN entry_bytes b ON b.entry = e.id \
             JOIN compartment c ON c.id = e.compartment WHERE e.referral = $1 AND c.kind <> 'share'";
        let (count,): (i64,) = within!(self, c => sqlx::query_as(SQL).bind(referral.to_string()).fetch_one(c).await)?;
        Ok(count)
    }

    /// Stores a sealed item; its event is this transaction's.
    ///
    /// # Errors
    /// [`Error::Superseded`] when its compartment has got another key since: nothing is written that whoever left could read.
    pub async fn insert_entry(&mut self, entry: &Entry) -> Result<(), Error> {
        const BYTES: &str = "INSERT INTO entry_bytes (entry, bytes) VALUES ($1, $2)";
        let sql = held!(self, "SELECT epoch FROM compartment WHERE id = $1");
        let newest: Option<(i64,)> =
            within!(self, c => sqlx::query_as(sql).bind(entry.compartment.to_string()).fetch_optional(c).await)?;
        if newest.is_some_and(|(epoch,)| epoch != entry.epoch) || self.is_under_old_key(entry).await? {
            return Err(Error::Superseded("compartment"));
        }
        let row = EntryRow {
            id: entry.id.to_string(),
            referral: entry.referral.to_string(),
            compartment: entry.compartment.to_string(),
            epoch: entry.epoch,
            kind: entry.kind.code().to_owned(),
            version: entry.version,
            author: entry.author.to_string(),
            at: entry.at.millis(),
            suite: entry.suite,
            size: i64::try_from(entry.bytes.len()).unwrap_or(i64::MAX),
            sha256: entry.sha256.to_vec(),
            event: entry.event.to_string(),
        };
        row.insert(self).await?;
        within!(self, c => sqlx::query(BYTES).bind(&row.id).bind(&entry.bytes).execute(c).await.map(drop))?;
        Ok(())
    }
}
