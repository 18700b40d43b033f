//! Published recipients, and identities wrapped to their holders.

use sqlx::QueryBuilder;

use super::{
    AT_ONCE, Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    ids::{EventId, KeyId, TeamId, UserId, WrapId},
    key::{HolderKind, OwnerKind},
    time::Timestamp,
};

written_once! {
    /// A row of `key_published`.
    KeyRow, "key_published", key id,
    insert "INSERT INTO key_published (id, owner_kind, owner, epoch, suite, recipient, published_at, event) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    page "SELECT * FROM key_published WHERE id > $1 ORDER BY id LIMIT $2",
    { id: String, owner_kind: String, owner: String, epoch: i64, suite: i64, recipient: String, published_at: i64, event: String }
}

written_once! {
    /// A row of `key_wrap`.
    WrapRow, "key_wrap", key id,
    insert "INSERT INTO key_wrap (id, key_id, team, epoch, to_kind, to_id, to_key, suite, sha256, wrapped_at, event) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    page "SELECT * FROM key_wrap WHERE id > $1 ORDER BY id LIMIT $2",
    { id: String, key_id: String, team: String, epoch: i64, to_kind: String, to_id: String, to_key: String, suite: i64,
      sha256: Vec<u8>, wrapped_at: i64, event: String }
}

/// A published recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedKey {
    /// Its id.
    pub id: KeyId,
    /// Whose it is.
    pub owner_kind: OwnerKind,
    /// The owner's id, hexadecimal.
    pub owner: String,
    /// Which of the owner's keys, from 1.
    pub epoch: i64,
    /// The suite.
    pub suite: i64,
    /// The recipient, `age1…`.
    pub recipient: String,
    /// When.
    pub published_at: Timestamp,
    /// The event that published it.
    pub event: EventId,
}

/// A team's identity wrapped to one holder.
#[derive(Debug, Clone)]
pub struct TeamKeyWrap {
    /// Its id.
    pub id: WrapId,
    /// The team's published key.
    pub key: KeyId,
    /// The team.
    pub team: TeamId,
    /// Its epoch.
    pub epoch: i64,
    /// To whom.
    pub to_kind: HolderKind,
    /// The holder's id, hexadecimal.
    pub to: String,
    /// The holder's published key.
    pub to_key: KeyId,
    /// The suite.
    pub suite: i64,
    /// The wrapped bytes.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// The event that made it.
    pub event: EventId,
}

/// A wrap with the row that its event vouches for.
pub(crate) struct Found {
    pub(crate) wrap: TeamKeyWrap,
    pub(crate) row: WrapRow,
}

impl KeyRow {
    /// As the program speaks of it.
    pub(crate) fn published(self) -> Result<PublishedKey, Error> {
        Ok(PublishedKey {
            id: sound(KeyId::parse(&self.id), "key_published.id")?,
            owner_kind: known(OwnerKind::parse(&self.owner_kind), "key_published.owner_kind")?,
            owner: self.owner,
            epoch: self.epoch,
            suite: self.suite,
            recipient: self.recipient,
            published_at: Timestamp::from_millis(self.published_at),
            event: sound(EventId::parse(&self.event), "key_published.event")?,
        })
    }
}

impl From<&PublishedKey> for KeyRow {
    fn from(key: &PublishedKey) -> Self {
        Self {
            id: key.id.to_string(),
            owner_kind: key.owner_kind.code().to_owned(),
            owner: key.owner.clone(),
            epoch: key.epoch,
            suite: key.suite,
            recipient: key.recipient.clone(),
            published_at: key.published_at.millis(),
            event: key.event.to_string(),
        }
    }
}

#[derive(sqlx::FromRow)]
struct WrapWithBytes {
    #[sqlx(flatten)]
    wrap: WrapRow,
    bytes: Vec<u8>,
}

impl Store {
    /// Published keys by id, one query, as stored: not to be used before their events have been checked.
    pub(crate) async fn key_rows(&self, ids: &[KeyId]) -> Result<Vec<KeyRow>, Error> {
        let mut rows = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            let found: Vec<KeyRow> = on!(self, p => {
                let mut query = QueryBuilder::new("SELECT * FROM key_published WHERE id IN (");
                let mut list = query.separated(", ");
                for id in some {
                    list.push_bind(id.to_string());
                }
                query.push(")");
                query.build_query_as().fetch_all(p).await
            })?;
            rows.extend(found);
        }
        Ok(rows)
    }

    /// An owner's published key of an epoch, as stored: not to be used before its event has been checked.
    pub(crate) async fn key_row_of(&self, kind: OwnerKind, owner: &str, epoch: i64) -> Result<Option<KeyRow>, Error> {
        const SQL: &str = "SELECT * FROM key_published WHERE owner_kind = $1 AND owner = $2 AND epoch = $3";
        Ok(on!(self, p => sqlx::query_as(SQL).bind(kind.code()).bind(owner).bind(epoch).fetch_optional(p).await)?)
    }

    /// The wraps of a team's identities that a person holds, of every epoch, by id: those whose bytes are there.
    pub async fn wraps_held(&self, user: UserId, team: TeamId) -> Result<Vec<WrapId>, Error> {
        const SQL: &str = "SELECT w.id FROM key_wrap w JOIN key_wrap_bytes b ON b.wrap = w.id \
             WHERE w.to_id = $1 AND w.to_kind = 'user' AND w.team = $2 ORDER BY w.epoch, w.id";
        let rows: Vec<(String,)> =
            on!(self, p => sqlx::query_as(SQL).bind(user.to_string()).bind(team.to_string()).fetch_all(p).await)?;
        rows.into_iter().map(|(id,)| sound(WrapId::parse(&id), "key_wrap.id")).collect()
    }

    /// The wraps of a team's identities that a person holds, of every epoch.
    pub(crate) async fn team_wraps(&self, team: TeamId, user: UserId) -> Result<Vec<Found>, Error> {
        const SQL: &str = "SELECT w.*, b.bytes FROM key_wrap w JOIN key_wrap_bytes b ON b.wrap = w.id \
             WHERE w.to_id = $1 AND w.to_kind = 'user' AND w.team = $2 ORDER BY w.epoch";
        let rows = on!(self, p => sqlx::query_as::<_, WrapWithBytes>(SQL).bind(user.to_string()).bind(team.to_string()).fetch_all(p).await)?;
        rows.into_iter()
            .map(|row| {
                let (bytes, row) = (row.bytes, row.wrap);
                let wrap = row.clone();
                let wrap = TeamKeyWrap {
                    id: sound(WrapId::parse(&wrap.id), "key_wrap.id")?,
                    key: sound(KeyId::parse(&wrap.key_id), "key_wrap.key_id")?,
                    team: sound(TeamId::parse(&wrap.team), "key_wrap.team")?,
                    epoch: wrap.epoch,
                    to_kind: known(HolderKind::parse(&wrap.to_kind), "key_wrap.to_kind")?,
                    to: wrap.to_id,
                    to_key: sound(KeyId::parse(&wrap.to_key), "key_wrap.to_key")?,
                    suite: wrap.suite,
                    sha256: sound(wrap.sha256.as_slice().try_into(), "key_wrap.sha256")?,
                    event: sound(EventId::parse(&wrap.event), "key_wrap.event")?,
                    bytes,
                };
                Ok(Found { wrap, row })
            })
            .collect()
    }
}

impl Tx {
    /// Publishes a recipient; its event is this transaction's.
    pub async fn publish_key(&mut self, key: &PublishedKey) -> Result<(), Error> {
        KeyRow::from(key).insert(self).await
    }

    /// Stores a team identity wrapped to one holder.
    pub async fn insert_team_wrap(&mut self, wrap: &TeamKeyWrap, at: Timestamp) -> Result<(), Error> {
        const BYTES: &str = "INSERT INTO key_wrap_bytes (wrap, bytes) VALUES ($1, $2)";
        let row = WrapRow {
            id: wrap.id.to_string(),
            key_id: wrap.key.to_string(),
            team: wrap.team.to_string(),
            epoch: wrap.epoch,
            to_kind: wrap.to_kind.code().to_owned(),
            to_id: wrap.to.clone(),
            to_key: wrap.to_key.to_string(),
            suite: wrap.suite,
            sha256: wrap.sha256.to_vec(),
            wrapped_at: at.millis(),
            event: wrap.event.to_string(),
        };
        row.insert(self).await?;
        within!(self, c => sqlx::query(BYTES).bind(&row.id).bind(&wrap.bytes).execute(c).await.map(drop))?;
        Ok(())
    }
}
