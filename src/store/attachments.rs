//! Files of referrals: which blob holds which, written once; and what may change about them, apart.

use sqlx::QueryBuilder;

use super::{
    AT_ONCE, Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    file::{FileForm, ScanState},
    ids::{CompartmentId, EntryId, EventId, ReferralId, UserId},
    time::Timestamp,
};

written_once! {
    /// A row of `attachment`.
    AttachmentRow, "attachment", key id,
    insert "INSERT INTO attachment (id, referral, compartment, epoch, entry, form, author, at, suite, size, sha256, event) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    page "SELECT * FROM attachment WHERE id > $1 ORDER BY id LIMIT $2",
    { id: String, referral: String, compartment: String, epoch: i64, entry: String, form: String, author: String, at: i64,
      suite: i64, size: i64, sha256: Vec<u8>, event: String }
}

/// One sealed blob of a file.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Its id, which is the blob's name.
    pub id: EntryId,
    /// The referral.
    pub referral: ReferralId,
    /// The compartment that seals it.
    pub compartment: CompartmentId,
    /// The compartment's epoch.
    pub epoch: i64,
    /// The entry that says what it is.
    pub entry: EntryId,
    /// Which form of the file it is.
    pub form: FileForm,
    /// Who added it.
    pub author: UserId,
    /// When.
    pub at: Timestamp,
    /// The suite.
    pub suite: i64,
    /// Length of the ciphertext, bytes.
    pub size: i64,
    /// SHA-256 of the ciphertext.
    pub sha256: [u8; 32],
    /// The event that wrote it.
    pub event: EventId,
}

/// A blob's row as its event vouches for it.
pub(crate) struct Found {
    pub(crate) attachment: Attachment,
    pub(crate) row: AttachmentRow,
}

/// What stands of a file now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileState {
    /// The entry that describes the file.
    pub entry: EntryId,
    /// What a scanner made of it.
    pub scan: ScanState,
    /// When it was put into quarantine, if it was.
    pub quarantined_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct StateRow {
    entry: String,
    scan: String,
    quarantined_at: Option<i64>,
}

impl AttachmentRow {
    fn found(self) -> Result<Found, Error> {
        let row = self;
        let attachment = Attachment {
            id: sound(EntryId::parse(&row.id), "attachment.id")?,
            referral: sound(ReferralId::parse(&row.referral), "attachment.referral")?,
            compartment: sound(CompartmentId::parse(&row.compartment), "attachment.compartment")?,
            epoch: row.epoch,
            entry: sound(EntryId::parse(&row.entry), "attachment.entry")?,
            form: known(FileForm::parse(&row.form), "attachment.form")?,
            author: sound(UserId::parse(&row.author), "attachment.author")?,
            at: Timestamp::from_millis(row.at),
            suite: row.suite,
            size: row.size,
            sha256: sound(row.sha256.as_slice().try_into(), "attachment.sha256")?,
            event: sound(EventId::parse(&row.event), "attachment.event")?,
        };
        Ok(Found { attachment, row })
    }
}

impl StateRow {
    fn state(self) -> Result<FileState, Error> {
        Ok(FileState {
            entry: sound(EntryId::parse(&self.entry), "file_state.entry")?,
            scan: known(ScanState::parse(&self.scan), "file_state.scan")?,
            quarantined_at: self.quarantined_at.map(Timestamp::from_millis),
        })
    }
}

impl Store {
    /// The blobs of a file, by the entry that describes it.
    pub(crate) async fn attachments_of(&self, entry: EntryId) -> Result<Vec<Found>, Error> {
        const SQL: &str = "SELECT * FROM attachment WHERE entry = $1 ORDER BY form";
        let rows: Vec<AttachmentRow> = on!(self, p => sqlx::query_as(SQL).bind(entry.to_string()).fetch_all(p).await)?;
        rows.into_iter().map(AttachmentRow::found).collect()
    }

    /// What stands of these files, one query.
    pub async fn file_states(&self, entries: &[EntryId]) -> Result<Vec<FileState>, Error> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<StateRow> = on!(self, p => {
            let mut query = QueryBuilder::new("SELECT entry, scan, quarantined_at FROM file_state WHERE entry IN (");
            let mut list = query.separated(", ");
            for id in entries {
                list.push_bind(id.to_string());
            }
            query.push(")");
            query.build_query_as().fetch_all(p).await
        })?;
        rows.into_iter().map(StateRow::state).collect()
    }

    /// Which of these blobs a row names.
    pub async fn attachments_known(&self, ids: &[EntryId]) -> Result<Vec<EntryId>, Error> {
        let mut known = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            let rows: Vec<(String,)> = on!(self, p => {
                let mut query = QueryBuilder::new("SELECT id FROM attachment WHERE id IN (");
                let mut list = query.separated(", ");
                for id in some {
                    list.push_bind(id.to_string());
                }
                query.push(")");
                query.build_query_as().fetch_all(p).await
            })?;
            for (id,) in rows {
                known.push(sound(EntryId::parse(&id), "attachment.id")?);
            }
        }
        Ok(known)
    }
}

impl Tx {
    /// Stores a blob's row; its event is this transaction's.
    pub async fn insert_attachment(&mut self, attachment: &Attachment) -> Result<(), Error> {
        let row = AttachmentRow {
            id: attachment.id.to_string(),
            referral: attachment.referral.to_string(),
            compartment: attachment.compartment.to_string(),
            epoch: attachment.epoch,
            entry: attachment.entry.to_string(),
            form: attachment.form.code().to_owned(),
            author: attachment.author.to_string(),
            at: attachment.at.millis(),
            suite: attachment.suite,
            size: attachment.size,
            sha256: attachment.sha256.to_vec(),
            event: attachment.event.to_string(),
        };
        row.insert(self).await
    }

    /// How many files a referral or draft has, those that were erased and copies for those it was shared with left out.
    pub async fn count_files(&mut self, referral: ReferralId) -> Result<i64, Error> {
        const SQL: &str = "SELECT COUNT(*) FROM attachment a JOIN compartment c ON c.id = a.compartment \
             WHERE a.referral = $1 AND a.form = 'file' AND c.kind <> 'share' AND NOT EXISTS (SELECT 1 FROM log_erased x WHERE x.id = a.id AND x.what = 'attachment')";
        let (count,): (i64,) = within!(self, c => sqlx::query_as(SQL).bind(referral.to_string()).fetch_one(c).await)?;
        Ok(count)
    }

    /// Notes what a scanner made of a file that is being added.
    pub async fn insert_file_state(&mut self, entry: EntryId, scan: ScanState) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO file_state (entry, scan) VALUES ($1, $2)";
        within!(self, c => sqlx::query(SQL).bind(entry.to_string()).bind(scan.code()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// What stands of a file, held until the transaction ends.
    pub async fn held_file_state(&mut self, entry: EntryId) -> Result<Option<FileState>, Error> {
        let sql = held!(self, "SELECT entry, scan, quarantined_at FROM file_state WHERE entry = $1");
        let row: Option<StateRow> = within!(self, c => sqlx::query_as(sql).bind(entry.to_string()).fetch_optional(c).await)?;
        row.map(StateRow::state).transpose()
    }

    /// Puts a file into quarantine; false when it is there already.
    pub async fn quarantine_file(&mut self, entry: EntryId, by: UserId, at: Timestamp) -> Result<bool, Error> {
        const SQL: &str =
            "UPDATE file_state SET quarantined_by = $2, quarantined_at = $3 WHERE entry = $1 AND quarantined_at IS NULL";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(entry.to_string())
            .bind(by.to_string())
            .bind(at.millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }
}
