//! Files of referrals: which blob holds which, written once; and what may change about them, apart.

use sqlx::QueryBuilder;

use super::{
    AT_ONCE, Error, Store, Tx,
    error::{known, sound},
};
use crate::domain::{
    file::{FileForm, ScanState},
    ids::{CompartmentId, EntryId, EventId, ReferralId, TeamId, UserId},
    quarantine::{LiftReason, StopReason},
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

/// What stands of a file now: of a copy, what stands of what it is a copy of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileState {
    /// The entry that describes the file.
    pub entry: EntryId,
    /// The entry that describes what it is a copy of; itself where it is none.
    pub origin: EntryId,
    /// What a scanner made of it.
    pub scan: ScanState,
    /// That it was put into quarantine, the last time.
    pub stopped: Option<Stopped>,
    /// That it was let out again since.
    pub lifted: Option<Lifted>,
}

/// That a file was put into quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// By whom.
    pub by: UserId,
    /// From a place in which team; none where nobody wrote it down.
    pub team: Option<TeamId>,
    /// The compartment in which they read it; none where nobody wrote it down.
    pub read_in: Option<CompartmentId>,
    /// When.
    pub at: Timestamp,
    /// Why; none where no reason was given.
    pub reason: Option<StopReason>,
}

/// That a file was let out of quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifted {
    /// By whom.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: LiftReason,
}

impl FileState {
    /// Whether it is in quarantine now.
    pub const fn is_quarantined(&self) -> bool {
        self.stopped.is_some() && self.lifted.is_none()
    }

    /// The code of why it was stopped; empty where that was not said.
    fn reason(&self) -> &'static str {
        self.stopped.and_then(|stopped| stopped.reason).map_or("", StopReason::code)
    }
}

#[derive(sqlx::FromRow)]
struct StateRow {
    entry: String,
    origin: String,
    scan: String,
    quarantined_by: Option<String>,
    quarantined_team: Option<String>,
    quarantined_in: Option<String>,
    quarantined_at: Option<i64>,
    quarantine_reason: Option<String>,
    lifted_by: Option<String>,
    lifted_at: Option<i64>,
    lift_reason: Option<String>,
}

/// One copy is as its origin is.
const STATES: &str = "SELECT s.entry, o.entry AS origin, s.scan, o.quarantined_by, o.quarantined_team, o.quarantined_in, \
     o.quarantined_at, o.quarantine_reason, o.lifted_by, o.lifted_at, o.lift_reason \
     FROM file_state s JOIN file_state o ON o.entry = COALESCE(s.origin, s.entry) WHERE ";

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
            origin: sound(EntryId::parse(&self.origin), "file_state.origin")?,
            scan: known(ScanState::parse(&self.scan), "file_state.scan")?,
            stopped: self.stopped()?,
            lifted: self.lifted()?,
        })
    }

    fn stopped(&self) -> Result<Option<Stopped>, Error> {
        let Some((by, at)) = self.quarantined_by.as_deref().zip(self.quarantined_at) else { return Ok(None) };
        let team = self.quarantined_team.as_deref().map(TeamId::parse).transpose();
        let read_in = self.quarantined_in.as_deref().map(CompartmentId::parse).transpose();
        let reason = self.quarantine_reason.as_deref().map(|code| known(StopReason::parse(code), "file_state.quarantine_reason"));
        Ok(Some(Stopped {
            by: sound(UserId::parse(by), "file_state.quarantined_by")?,
            team: sound(team, "file_state.quarantined_team")?,
            read_in: sound(read_in, "file_state.quarantined_in")?,
            at: Timestamp::from_millis(at),
            reason: reason.transpose()?,
        }))
    }

    fn lifted(&self) -> Result<Option<Lifted>, Error> {
        let (Some(by), Some(at), Some(reason)) = (&self.lifted_by, self.lifted_at, &self.lift_reason) else { return Ok(None) };
        Ok(Some(Lifted {
            by: sound(UserId::parse(by), "file_state.lifted_by")?,
            at: Timestamp::from_millis(at),
            reason: known(LiftReason::parse(reason), "file_state.lift_reason")?,
        }))
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
            let mut query = QueryBuilder::new(STATES);
            query.push("s.entry IN (");
            let mut list = query.separated(", ");
            for id in entries {
                list.push_bind(id.to_string());
            }
            query.push(")");
            query.build_query_as().fetch_all(p).await
        })?;
        rows.into_iter().map(StateRow::state).collect()
    }

    /// The compartments in which copies of a file stand.
    pub async fn copies_of_file(&self, origin: EntryId) -> Result<Vec<CompartmentId>, Error> {
        const SQL: &str =
            "SELECT e.compartment FROM file_state s JOIN entry e ON e.id = s.entry WHERE s.origin = $1 ORDER BY e.id";
        let rows: Vec<(String,)> = on!(self, p => sqlx::query_as(SQL).bind(origin.to_string()).fetch_all(p).await)?;
        rows.into_iter().map(|(id,)| sound(CompartmentId::parse(&id), "entry.compartment")).collect()
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

    /// Notes what a scanner made of a file that is being added and, of a copy, what it is a copy of.
    pub async fn insert_file_state(&mut self, entry: EntryId, scan: ScanState, origin: Option<EntryId>) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO file_state (entry, scan, origin) VALUES ($1, $2, $3)";
        within!(self, c => sqlx::query(SQL)
            .bind(entry.to_string())
            .bind(scan.code())
            .bind(origin.map(|origin| origin.to_string()))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// What stands of a file, held until the transaction ends.
    pub async fn held_file_state(&mut self, entry: EntryId) -> Result<Option<FileState>, Error> {
        // Both rows are held: of a copy, the one that says how all of them stand.
        let sql = held!(
            self,
            "SELECT s.entry, o.entry AS origin, s.scan, o.quarantined_by, o.quarantined_team, o.quarantined_in, \
             o.quarantined_at, o.quarantine_reason, o.lifted_by, o.lifted_at, o.lift_reason \
             FROM file_state s JOIN file_state o ON o.entry = COALESCE(s.origin, s.entry) WHERE s.entry = $1"
        );
        let row: Option<StateRow> = within!(self, c => sqlx::query_as(sql).bind(entry.to_string()).fetch_optional(c).await)?;
        row.map(StateRow::state).transpose()
    }

    /// Puts a file and every copy of it into quarantine, in place of how it was stopped before, if it was; false when it does not
    /// stand as it was known any more.
    pub async fn quarantine_file(&mut self, known: &FileState, stopped: &Stopped) -> Result<bool, Error> {
        const SQL: &str = "UPDATE file_state SET quarantined_by = $2, quarantined_team = $3, quarantined_in = $4, \
             quarantined_at = $5, quarantine_reason = $6, lifted_by = NULL, lifted_at = NULL, lift_reason = NULL \
             WHERE entry = $1 AND COALESCE(quarantined_at, -1) = $7 AND COALESCE(quarantine_reason, '') = $8 \
             AND COALESCE(lifted_at, -1) = $9";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(known.origin.to_string())
            .bind(stopped.by.to_string())
            .bind(stopped.team.map(|team| team.to_string()))
            .bind(stopped.read_in.map(|compartment| compartment.to_string()))
            .bind(stopped.at.millis())
            .bind(stopped.reason.map(StopReason::code))
            .bind(known.stopped.map_or(-1, |before| before.at.millis()))
            .bind(known.reason())
            .bind(known.lifted.map_or(-1, |before| before.at.millis()))
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Lets a file and every copy of it out of quarantine; false when it is not there, or for another reason than was known.
    pub async fn lift_quarantine(&mut self, known: &FileState, lifted: &Lifted) -> Result<bool, Error> {
        const SQL: &str = "UPDATE file_state SET lifted_by = $2, lifted_at = $3, lift_reason = $4 \
             WHERE entry = $1 AND quarantined_at IS NOT NULL AND lifted_at IS NULL AND COALESCE(quarantine_reason, '') = $5";
        let rows = within!(self, c => sqlx::query(SQL)
            .bind(known.origin.to_string())
            .bind(lifted.by.to_string())
            .bind(lifted.at.millis())
            .bind(lifted.reason.code())
            .bind(known.reason())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }
}
