//! What was kept of forms whose session had ended, each sealed to the one person who typed it.

use super::{
    Error, Store, Tx,
    error::{known, sound},
};
use crate::{
    audit::row::Erasable,
    domain::{
        code::Code,
        ids::{EntryId, EventId, KeyId, SessionId, UserId},
        kept::{KeptForm, KeptPlace},
        reference::Reference,
        time::Timestamp,
    },
};

written_once! {
    /// A row of `entry_kept`.
    KeptRow, "entry_kept", key id,
    insert "INSERT INTO entry_kept (id, account, key_id, form, reference, section, at, suite, size, sha256, event) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    page "SELECT * FROM entry_kept WHERE id > $1 ORDER BY id LIMIT $2",
    { id: String, account: String, key_id: String, form: String, reference: String, section: String, at: i64, suite: i64,
      size: i64, sha256: Vec<u8>, event: String }
}

/// A form that is kept, with its ciphertext.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its id.
    pub id: EntryId,
    /// Who typed it.
    pub account: UserId,
    /// Their published key, to which it is sealed.
    pub key: KeyId,
    /// Where it belongs.
    pub place: KeptPlace,
    /// When it was posted.
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

/// What is kept, with the row that its event vouches for.
pub(crate) struct Found {
    pub(crate) kept: Kept,
    pub(crate) row: KeptRow,
}

#[derive(sqlx::FromRow)]
struct KeptWithBytes {
    #[sqlx(flatten)]
    kept: KeptRow,
    bytes: Vec<u8>,
}

impl KeptWithBytes {
    fn found(self) -> Result<Found, Error> {
        let row = self.kept;
        let kept = Kept {
            id: sound(EntryId::parse(&row.id), "entry_kept.id")?,
            account: sound(UserId::parse(&row.account), "entry_kept.account")?,
            key: sound(KeyId::parse(&row.key_id), "entry_kept.key_id")?,
            place: KeptPlace {
                form: known(KeptForm::parse(&row.form), "entry_kept.form")?,
                reference: sound(Reference::parse(&row.reference), "entry_kept.reference")?,
                section: sound(Code::parse(&row.section), "entry_kept.section")?,
            },
            at: Timestamp::from_millis(row.at),
            suite: row.suite,
            sha256: sound(row.sha256.as_slice().try_into(), "entry_kept.sha256")?,
            event: sound(EventId::parse(&row.event), "entry_kept.event")?,
            bytes: self.bytes,
        };
        Ok(Found { kept, row })
    }
}

impl Store {
    /// The newest form that a person has kept at a place, sealed to a key of theirs, if it was not erased.
    pub(crate) async fn kept_at(&self, user: UserId, key: KeyId, place: &KeptPlace) -> Result<Option<Found>, Error> {
        const SQL: &str = "SELECT k.*, b.bytes FROM entry_kept k JOIN entry_kept_bytes b ON b.kept = k.id WHERE k.account = $1 \
             AND k.key_id = $2 AND k.form = $3 AND k.reference = $4 AND k.section = $5 ORDER BY k.at DESC, k.id DESC LIMIT 1";
        let row: Option<KeptWithBytes> = on!(self, p => sqlx::query_as(SQL)
            .bind(user.to_string())
            .bind(key.to_string())
            .bind(place.form.code())
            .bind(place.reference.to_string())
            .bind(place.section.as_str())
            .fetch_optional(p)
            .await)?;
        row.map(KeptWithBytes::found).transpose()
    }

    /// Whether a person has this kept, and it was not erased.
    pub async fn is_kept(&self, user: UserId, id: EntryId) -> Result<bool, Error> {
        const SQL: &str =
            "SELECT k.id FROM entry_kept k JOIN entry_kept_bytes b ON b.kept = k.id WHERE k.account = $1 AND k.id = $2";
        let row: Option<(String,)> =
            on!(self, p => sqlx::query_as(SQL).bind(user.to_string()).bind(id.to_string()).fetch_optional(p).await)?;
        Ok(row.is_some())
    }

    /// What was kept before a moment and not erased, the oldest first: whose, and which.
    pub async fn kept_before(&self, moment: Timestamp, limit: i64) -> Result<Vec<(UserId, EntryId)>, Error> {
        const SQL: &str = "SELECT k.account, k.id FROM entry_kept k JOIN entry_kept_bytes b ON b.kept = k.id WHERE k.at <= $1 \
             ORDER BY k.at, k.id LIMIT $2";
        let rows: Vec<(String, String)> =
            on!(self, p => sqlx::query_as(SQL).bind(moment.millis()).bind(limit).fetch_all(p).await)?;
        let pair = |(user, id): (String, String)| {
            Ok((sound(UserId::parse(&user), "entry_kept.account")?, sound(EntryId::parse(&id), "entry_kept.id")?))
        };
        rows.into_iter().map(pair).collect()
    }
}

impl Tx {
    /// Whether a session that may have run out was neither signed out of nor forgotten; held until the transaction ends.
    pub async fn held_unended(&mut self, session: SessionId) -> Result<bool, Error> {
        let sql = held!(self, "SELECT id FROM session WHERE id = $1 AND ended_at IS NULL");
        let row: Option<(String,)> = within!(self, c => sqlx::query_as(sql).bind(session.to_string()).fetch_optional(c).await)?;
        Ok(row.is_some())
    }

    /// Stores what is kept of a form; its event is this transaction's.
    pub async fn insert_kept(&mut self, kept: &Kept) -> Result<(), Error> {
        const BYTES: &str = "INSERT INTO entry_kept_bytes (kept, bytes) VALUES ($1, $2)";
        let row = KeptRow {
            id: kept.id.to_string(),
            account: kept.account.to_string(),
            key_id: kept.key.to_string(),
            form: kept.place.form.code().to_owned(),
            reference: kept.place.reference.to_string(),
            section: kept.place.section.as_str().to_owned(),
            at: kept.at.millis(),
            suite: kept.suite,
            size: i64::try_from(kept.bytes.len()).unwrap_or(i64::MAX),
            sha256: kept.sha256.to_vec(),
            event: kept.event.to_string(),
        };
        row.insert(self).await?;
        within!(self, c => sqlx::query(BYTES).bind(&row.id).bind(&kept.bytes).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Erases what one person has kept beyond the newest so many.
    pub async fn erase_kept_beyond(&mut self, user: UserId, most: usize) -> Result<(), Error> {
        const SQL: &str = "SELECT k.id FROM entry_kept k JOIN entry_kept_bytes b ON b.kept = k.id WHERE k.account = $1 \
             ORDER BY k.at DESC, k.id DESC";
        let rows: Vec<(String,)> = within!(self, c => sqlx::query_as(SQL).bind(user.to_string()).fetch_all(c).await)?;
        for (id,) in rows.into_iter().skip(most) {
            self.erase(Erasable::Kept, id).await?;
        }
        Ok(())
    }

    /// Erases what anybody has kept of the sections of a draft that ends.
    pub(super) async fn erase_kept_of(&mut self, reference: Reference) -> Result<(), Error> {
        const SQL: &str = "SELECT k.id FROM entry_kept k JOIN entry_kept_bytes b ON b.kept = k.id \
             WHERE k.reference = $1 AND k.form = 'section' ORDER BY k.id";
        let rows: Vec<(String,)> = within!(self, c => sqlx::query_as(SQL).bind(reference.to_string()).fetch_all(c).await)?;
        for (id,) in rows {
            self.erase(Erasable::Kept, id).await?;
        }
        Ok(())
    }
}
