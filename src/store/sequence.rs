//! The order of the log: pending events, their places, group roots and checkpoints.

use std::collections::BTreeMap;

use super::{
    Error, Store, Tx,
    error::sound,
    events::{EventRow, Unreadable},
};
use crate::{audit::Stored, domain::ids::EventId};

/// A root of a complete group of leaves, or of groups.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct GroupRow {
    /// 8, 16 or 24: two to this power leaves.
    pub level: i64,
    /// Which group of that level.
    pub idx: i64,
    /// Its root.
    pub hash: Vec<u8>,
}

/// An event that awaits its place.
pub struct Pending {
    at: i64,
    id: String,
    /// The event, unchecked.
    pub event: Result<Stored, Unreadable>,
}

#[derive(sqlx::FromRow)]
struct PendingRow {
    queued_at: i64,
    #[sqlx(flatten)]
    event: EventRow,
}

/// A transaction of the sequencer. It can place events, keep roots and checkpoints, and nothing else: no act can slip into the
/// database through it without an event of its own.
pub struct Sequencing(pub(super) Tx);

/// A stored checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CheckpointRow {
    /// The tree's size.
    pub size: i64,
    /// Its root.
    pub root: Vec<u8>,
    /// The signed note.
    pub note: String,
}

impl Store {
    /// Events that have no place yet, the oldest first, after one shown before; without their bodies' meaning checked.
    pub async fn pending(&self, after: Option<&Pending>, limit: i64) -> Result<Vec<Pending>, Error> {
        const SQL: &str = "SELECT q.at AS queued_at, e.*, b.salt, b.body FROM pending_event q JOIN log_event e ON e.id = q.event \
             LEFT JOIN log_body b ON b.event = e.id WHERE (q.at, q.event) > ($1, $2) ORDER BY q.at, q.event LIMIT $3";
        let (at, id) = after.map_or((i64::MIN, ""), |last| (last.at, &last.id));
        let rows = on!(self, p => sqlx::query_as::<_, PendingRow>(SQL).bind(at).bind(id).bind(limit).fetch_all(p).await)?;
        let pending = |row: PendingRow| Pending { at: row.queued_at, id: row.event.id.clone(), event: row.event.read() };
        Ok(rows.into_iter().map(pending).collect())
    }

    /// How many events wait for their place. Counts the work to do, however long the log is.
    pub async fn count_pending(&self) -> Result<i64, Error> {
        const SQL: &str = "SELECT COUNT(*) FROM pending_event";
        let (count,): (i64,) = on!(self, p => sqlx::query_as(SQL).fetch_one(p).await)?;
        Ok(count)
    }

    /// How many events have a place.
    pub async fn log_size(&self) -> Result<i64, Error> {
        const SQL: &str = "SELECT COALESCE(MAX(idx), -1) + 1 FROM log_sequence";
        let (size,): (i64,) = on!(self, p => sqlx::query_as(SQL).fetch_one(p).await)?;
        Ok(size)
    }

    /// The leaf hashes of the places from `start` up to, not including, `end`.
    pub async fn leaves(&self, start: i64, end: i64) -> Result<BTreeMap<i64, Vec<u8>>, Error> {
        const SQL: &str = "SELECT idx, leaf FROM log_sequence WHERE idx >= $1 AND idx < $2 ORDER BY idx";
        let rows: Vec<(i64, Vec<u8>)> = on!(self, p => sqlx::query_as(SQL).bind(start).bind(end).fetch_all(p).await)?;
        Ok(rows.into_iter().collect())
    }

    /// The roots of the groups of a level from `start` up to, not including, `end`.
    pub async fn groups(&self, level: i64, start: i64, end: i64) -> Result<BTreeMap<i64, Vec<u8>>, Error> {
        const SQL: &str = "SELECT idx, hash FROM log_group WHERE level = $1 AND idx >= $2 AND idx < $3 ORDER BY idx";
        let rows: Vec<(i64, Vec<u8>)> = on!(self, p => sqlx::query_as(SQL).bind(level).bind(start).bind(end).fetch_all(p).await)?;
        Ok(rows.into_iter().collect())
    }

    /// The newest checkpoint.
    pub async fn latest_checkpoint(&self) -> Result<Option<CheckpointRow>, Error> {
        const SQL: &str = "SELECT size, root, note FROM log_checkpoint ORDER BY size DESC LIMIT 1";
        Ok(on!(self, p => sqlx::query_as(SQL).fetch_optional(p).await)?)
    }

    /// Checkpoints after a size, in order.
    pub async fn checkpoints_after(&self, size: i64, limit: i64) -> Result<Vec<CheckpointRow>, Error> {
        const SQL: &str = "SELECT size, root, note FROM log_checkpoint WHERE size > $1 ORDER BY size LIMIT $2";
        Ok(on!(self, p => sqlx::query_as(SQL).bind(size).bind(limit).fetch_all(p).await)?)
    }

    /// The place of an event, once it has one.
    pub async fn place_of(&self, event: EventId) -> Result<Option<i64>, Error> {
        const SQL: &str = "SELECT idx FROM log_sequence WHERE event = $1";
        let row: Option<(i64,)> = on!(self, p => sqlx::query_as(SQL).bind(event.to_string()).fetch_optional(p).await)?;
        Ok(row.map(|(index,)| index))
    }
}

impl Store {
    /// Opens the sequencer's transaction; `None` when the token is no longer the newest of the lease, which is held until the end.
    pub async fn begin_sequencing(&self, lease: &str, token: i64) -> Result<Option<Sequencing>, Error> {
        let mut tx = self.begin().await?;
        Ok(tx.fenced(lease, token).await?.then_some(Sequencing(tx)))
    }
}

impl Sequencing {
    /// The size of the log as this transaction sees it.
    pub async fn log_size(&mut self) -> Result<i64, Error> {
        const SQL: &str = "SELECT COALESCE(MAX(idx), -1) + 1 FROM log_sequence";
        let (size,): (i64,) = within!(self.0, c => sqlx::query_as(SQL).fetch_one(c).await)?;
        Ok(size)
    }

    /// Gives an event its place.
    pub async fn insert_place(&mut self, index: i64, event: EventId, leaf: &[u8; 32]) -> Result<(), Error> {
        const PLACE: &str = "INSERT INTO log_sequence (idx, event, leaf) VALUES ($1, $2, $3)";
        const DONE: &str = "DELETE FROM pending_event WHERE event = $1";
        within!(self.0, c => sqlx::query(PLACE).bind(index).bind(event.to_string()).bind(&leaf[..]).execute(c).await.map(drop))?;
        within!(self.0, c => sqlx::query(DONE).bind(event.to_string()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Stores the root of a group that has become complete.
    pub async fn insert_group(&mut self, group: &GroupRow) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO log_group (level, idx, hash) VALUES ($1, $2, $3)";
        within!(self.0, c => sqlx::query(SQL).bind(group.level).bind(group.idx).bind(&group.hash).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Stores a signed checkpoint.
    pub async fn insert_checkpoint(&mut self, checkpoint: &CheckpointRow) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO log_checkpoint (size, root, note) VALUES ($1, $2, $3)";
        within!(self.0, c => sqlx::query(SQL)
            .bind(checkpoint.size)
            .bind(&checkpoint.root)
            .bind(&checkpoint.note)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Leaf hashes of places, as this transaction sees them: what a checkpoint is recomputed from.
    pub async fn leaves(&mut self, start: i64, end: i64) -> Result<BTreeMap<i64, Vec<u8>>, Error> {
        const SQL: &str = "SELECT idx, leaf FROM log_sequence WHERE idx >= $1 AND idx < $2 ORDER BY idx";
        let rows: Vec<(i64, Vec<u8>)> = within!(self.0, c => sqlx::query_as(SQL).bind(start).bind(end).fetch_all(c).await)?;
        Ok(rows.into_iter().collect())
    }

    /// Roots of groups, as this transaction sees them.
    pub async fn groups(&mut self, level: i64, start: i64, end: i64) -> Result<BTreeMap<i64, Vec<u8>>, Error> {
        const SQL: &str = "SELECT idx, hash FROM log_group WHERE level = $1 AND idx >= $2 AND idx < $3 ORDER BY idx";
        let rows: Vec<(i64, Vec<u8>)> =
            within!(self.0, c => sqlx::query_as(SQL).bind(level).bind(start).bind(end).fetch_all(c).await)?;
        Ok(rows.into_iter().collect())
    }

    /// Keeps the sequencer's work: it moves events that are already recorded, and is not an act of its own.
    pub async fn commit(self) -> Result<(), Error> {
        self.0.finish().await
    }
}

impl Store {
    /// The earliest checkpoint that covers a place.
    pub async fn first_checkpoint_covering(&self, index: i64) -> Result<Option<CheckpointRow>, Error> {
        const SQL: &str = "SELECT size, root, note FROM log_checkpoint WHERE size > $1 ORDER BY size LIMIT 1";
        Ok(on!(self, p => sqlx::query_as(SQL).bind(index).fetch_optional(p).await)?)
    }

    /// The event that has a place.
    pub async fn event_at(&self, index: i64) -> Result<Option<EventId>, Error> {
        const SQL: &str = "SELECT event FROM log_sequence WHERE idx = $1";
        let row: Option<(String,)> = on!(self, p => sqlx::query_as(SQL).bind(index).fetch_optional(p).await)?;
        row.map(|(id,)| sound(EventId::parse(&id), "log_sequence.event")).transpose()
    }
}
