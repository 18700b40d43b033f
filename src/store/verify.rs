//! Reading everything for `audit verify`: rows as they stand, and what stands without its partner.

use std::collections::BTreeMap;

use super::{
    Db, Error, Store,
    attachments::AttachmentRow,
    barred::BarredRow,
    entries::EntryRow,
    erased::ErasedRow,
    grants::{GrantRow, ReleaseRow},
    kept::KeptRow,
    keys::{KeyRow, WrapRow},
    log_view,
    refused::RefusedRow,
    sequence::GroupRow,
    shares::{ShareEndRow, ShareRow},
};
use crate::audit::row::{Vouch, WrittenOnce};

/// A table of written-once rows that events vouch for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouched {
    /// `entry`.
    Entries,
    /// `grant_made`.
    Grants,
    /// `grant_released`.
    Releases,
    /// `grant_barred`.
    Barred,
    /// `grant_refused`.
    Refused,
    /// `grant_share`.
    Shares,
    /// `grant_share_end`.
    ShareEnds,
    /// `key_published`.
    Keys,
    /// `key_wrap`.
    Wraps,
    /// `attachment`; its bytes are blobs.
    Attachments,
    /// `entry_kept`.
    Kept,
    /// `log_erased`.
    Erased,
}

impl Vouched {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Entries,
        Self::Grants,
        Self::Releases,
        Self::Barred,
        Self::Refused,
        Self::Shares,
        Self::ShareEnds,
        Self::Keys,
        Self::Wraps,
        Self::Attachments,
        Self::Kept,
        Self::Erased,
    ];

    /// The table's name.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Entries => EntryRow::TABLE,
            Self::Grants => GrantRow::TABLE,
            Self::Releases => ReleaseRow::TABLE,
            Self::Barred => BarredRow::TABLE,
            Self::Refused => RefusedRow::TABLE,
            Self::Shares => ShareRow::TABLE,
            Self::ShareEnds => ShareEndRow::TABLE,
            Self::Keys => KeyRow::TABLE,
            Self::Wraps => WrapRow::TABLE,
            Self::Attachments => AttachmentRow::TABLE,
            Self::Kept => KeptRow::TABLE,
            Self::Erased => ErasedRow::TABLE,
        }
    }
}

/// A vouched-for row as it stands: its digest now, the event it names, and the hash of its bytes where it has some.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Table, id and the digest computed now.
    pub now: Vouch,
    /// The event it says wrote it.
    pub event: String,
    /// The hash its bytes must have, where it has bytes.
    pub sha256: Option<Vec<u8>>,
}

/// Rows that stand without their partner: table, id and what is missing.
pub type Orphan = (&'static str, String, &'static str);

const ORPHANS: [(&str, &str, &str); 37] = [
    (
        "log_event",
        "SELECT id FROM log_event e WHERE NOT EXISTS (SELECT 1 FROM log_body b \
         WHERE b.event = e.id AND b.salt IS NOT NULL AND b.body IS NOT NULL)",
        "its body is missing",
    ),
    (
        "log_body",
        "SELECT event FROM log_body b WHERE NOT EXISTS (SELECT 1 FROM log_event e WHERE e.id = b.event)",
        "its event is missing",
    ),
    (
        "log_scope",
        "SELECT event FROM log_scope s WHERE NOT EXISTS (SELECT 1 FROM log_event e WHERE e.id = s.event)",
        "its event is missing",
    ),
    (
        "log_sequence",
        "SELECT event FROM log_sequence s WHERE NOT EXISTS (SELECT 1 FROM log_event e WHERE e.id = s.event)",
        "its event is missing",
    ),
    (
        "log_event",
        "SELECT id FROM log_event e WHERE NOT EXISTS (SELECT 1 FROM log_sequence s WHERE s.event = e.id) \
         AND NOT EXISTS (SELECT 1 FROM pending_event p WHERE p.event = e.id)",
        "it has no place in the log and awaits none",
    ),
    (
        "pending_event",
        "SELECT event FROM pending_event p WHERE EXISTS (SELECT 1 FROM log_sequence s WHERE s.event = p.event) \
         OR NOT EXISTS (SELECT 1 FROM log_event e WHERE e.id = p.event)",
        "it awaits a place that it has, or has no event",
    ),
    (
        "entry",
        "SELECT id FROM entry e WHERE NOT EXISTS (SELECT 1 FROM entry_bytes b WHERE b.entry = e.id) \
         AND NOT EXISTS (SELECT 1 FROM log_erased x WHERE x.id = e.id AND x.what = 'entry')",
        "its ciphertext is missing",
    ),
    (
        "entry_bytes",
        "SELECT entry FROM entry_bytes b WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = b.entry)",
        "its row is missing",
    ),
    (
        "grant_made",
        "SELECT id FROM grant_made g WHERE NOT EXISTS (SELECT 1 FROM grant_bytes b WHERE b.grant_id = g.id) \
         AND NOT EXISTS (SELECT 1 FROM log_erased x WHERE x.id = g.id AND x.what = 'grant')",
        "its wrapped bytes are missing",
    ),
    (
        "grant_bytes",
        "SELECT grant_id FROM grant_bytes b WHERE NOT EXISTS (SELECT 1 FROM grant_made g WHERE g.id = b.grant_id)",
        "its row is missing",
    ),
    (
        "entry_kept",
        "SELECT id FROM entry_kept k WHERE NOT EXISTS (SELECT 1 FROM entry_kept_bytes b WHERE b.kept = k.id) \
         AND NOT EXISTS (SELECT 1 FROM log_erased x WHERE x.id = k.id AND x.what = 'kept')",
        "its ciphertext is missing",
    ),
    (
        "entry_kept_bytes",
        "SELECT kept FROM entry_kept_bytes b WHERE NOT EXISTS (SELECT 1 FROM entry_kept k WHERE k.id = b.kept)",
        "its row is missing",
    ),
    (
        "log_erased",
        "SELECT id FROM log_erased x WHERE x.what = 'entry' AND EXISTS (SELECT 1 FROM entry_bytes b WHERE b.entry = x.id) \
         OR x.what = 'grant' AND EXISTS (SELECT 1 FROM grant_bytes b WHERE b.grant_id = x.id) \
         OR x.what = 'kept' AND EXISTS (SELECT 1 FROM entry_kept_bytes b WHERE b.kept = x.id) \
         OR x.what = 'wrap' AND EXISTS (SELECT 1 FROM key_wrap_bytes b WHERE b.wrap = x.id)",
        "what was erased is still there",
    ),
    (
        "log_erased",
        "SELECT id FROM log_erased x WHERE x.what NOT IN ('entry', 'grant', 'kept', 'attachment', 'wrap') \
         OR x.what = 'entry' AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = x.id) \
         OR x.what = 'grant' AND NOT EXISTS (SELECT 1 FROM grant_made g WHERE g.id = x.id) \
         OR x.what = 'kept' AND NOT EXISTS (SELECT 1 FROM entry_kept k WHERE k.id = x.id) \
         OR x.what = 'wrap' AND NOT EXISTS (SELECT 1 FROM key_wrap w WHERE w.id = x.id) \
         OR x.what = 'attachment' AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.id = x.id)",
        "it names nothing that was ever there",
    ),
    (
        "log_erased",
        "SELECT id FROM log_erased x WHERE NOT EXISTS (SELECT 1 FROM log_event e WHERE e.id = x.event)",
        "its event is missing",
    ),
    (
        "grant_released",
        "SELECT grant_id FROM grant_released x WHERE NOT EXISTS (SELECT 1 FROM grant_made g WHERE g.id = x.grant_id AND g.held = 1)",
        "it releases no held grant",
    ),
    (
        "grant_barred",
        "SELECT id FROM grant_barred b WHERE NOT EXISTS (SELECT 1 FROM compartment c WHERE c.id = b.compartment \
         AND c.referral = b.referral AND c.kind IN ('withheld', 'share')) \
         OR EXISTS (SELECT 1 FROM grant_made g JOIN grant_bytes y ON y.grant_id = g.id WHERE g.compartment = b.compartment \
         AND (g.to_id = b.agency OR EXISTS (SELECT 1 FROM team t WHERE t.id = g.to_id AND t.agency = b.agency) \
         OR EXISTS (SELECT 1 FROM account a WHERE a.id = g.to_id AND a.agency = b.agency)))",
        "it keeps nothing from anybody, or the agency holds a key all the same",
    ),
    (
        "grant_refused",
        "SELECT id FROM grant_refused r WHERE r.refused = 0 AND NOT EXISTS (SELECT 1 FROM grant_refused m \
         WHERE m.referral = r.referral AND m.question = r.question AND m.agency = r.agency AND m.refused = 1 \
         AND m.revision < r.revision)",
        "it ends no mark",
    ),
    (
        "grant_share",
        "SELECT id FROM grant_share s WHERE NOT EXISTS (SELECT 1 FROM grant_made g WHERE g.compartment = s.compartment \
         AND g.referral = s.referral AND g.to_id = s.to_id AND g.reason IN ('share', 'standing'))",
        "the grant that it gives is missing",
    ),
    (
        "grant_share_end",
        "SELECT share FROM grant_share_end x WHERE NOT EXISTS (SELECT 1 FROM grant_share s WHERE s.id = x.share) \
         OR EXISTS (SELECT 1 FROM grant_share s JOIN grant_made g ON g.compartment = s.compartment AND g.to_id = s.to_id \
         AND g.reason = 'share' JOIN grant_bytes b ON b.grant_id = g.id WHERE s.id = x.share)",
        "it ends no share, or what the share gave is still there",
    ),
    (
        "key_wrap",
        "SELECT id FROM key_wrap w WHERE NOT EXISTS (SELECT 1 FROM key_wrap_bytes b WHERE b.wrap = w.id) \
         AND NOT EXISTS (SELECT 1 FROM log_erased x WHERE x.id = w.id AND x.what = 'wrap')",
        "its wrapped bytes are missing",
    ),
    (
        "key_wrap_bytes",
        "SELECT wrap FROM key_wrap_bytes b WHERE NOT EXISTS (SELECT 1 FROM key_wrap w WHERE w.id = b.wrap)",
        "its row is missing",
    ),
    (
        "attachment",
        "SELECT id FROM attachment a WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = a.entry AND e.kind = 'attachment' \
         AND e.compartment = a.compartment AND e.referral = a.referral)",
        "the entry that describes it is missing",
    ),
    (
        "attachment",
        "SELECT id FROM attachment a WHERE \
         EXISTS (SELECT 1 FROM log_erased x WHERE x.id = a.entry AND x.what = 'entry') <> \
         EXISTS (SELECT 1 FROM log_erased y WHERE y.id = a.id AND y.what = 'attachment')",
        "it or the entry that describes it was erased, and the other was not",
    ),
    (
        "entry",
        "SELECT id FROM entry e WHERE e.kind = 'attachment' \
         AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.entry = e.id AND a.form = 'file')",
        "its file is missing",
    ),
    (
        "entry",
        "SELECT id FROM entry e WHERE e.kind = 'attachment' AND NOT EXISTS (SELECT 1 FROM file_state s WHERE s.entry = e.id)",
        "the state of its file is missing",
    ),
    (
        "file_state",
        "SELECT entry FROM file_state s WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = s.entry AND e.kind = 'attachment')",
        "its file is missing",
    ),
    (
        "compartment",
        "SELECT id FROM compartment c WHERE NOT EXISTS (SELECT 1 FROM key_published k WHERE k.owner_kind = 'compartment' \
         AND k.owner = c.id AND k.epoch = c.epoch)",
        "its published key is missing",
    ),
    (
        "compartment",
        "SELECT id FROM compartment c WHERE NOT EXISTS (SELECT 1 FROM reference r WHERE r.id = c.referral)",
        "its reference is missing",
    ),
    (
        "reference",
        "SELECT id FROM reference r WHERE NOT EXISTS (SELECT 1 FROM referral f WHERE f.id = r.id AND f.reference = r.code) \
         AND NOT EXISTS (SELECT 1 FROM draft d WHERE d.id = r.id AND d.reference = r.code AND d.state <> 'sent')",
        "its referral or draft is missing",
    ),
    (
        "draft_part",
        "SELECT entry FROM draft_part p WHERE NOT EXISTS (SELECT 1 FROM entry e JOIN entry_bytes b ON b.entry = e.id \
         WHERE e.id = p.entry AND e.referral = p.draft)",
        "what was saved is missing",
    ),
    (
        "draft",
        "SELECT id FROM draft d WHERE d.state <> 'open' AND EXISTS (SELECT 1 FROM entry e JOIN entry_bytes b ON b.entry = e.id \
         JOIN compartment c ON c.id = e.compartment WHERE e.referral = d.id AND c.kind = 'draft')",
        "it has ended, and what it held was not erased",
    ),
    (
        "referral",
        "SELECT id FROM referral r WHERE NOT EXISTS (SELECT 1 FROM pathway_file f WHERE f.version = r.pathway_version) \
         OR (r.answered_on IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pathway_file f WHERE f.version = r.answered_on))",
        "the pathway file it was made with is missing",
    ),
    (
        "pathway",
        "SELECT id FROM pathway p WHERE NOT EXISTS (SELECT 1 FROM pathway_file f WHERE f.version = p.version AND f.pathway = p.id)",
        "the file in force is not stored under its name",
    ),
    (
        "hub",
        "SELECT policy FROM hub h WHERE h.policy IS NOT NULL AND NOT EXISTS (SELECT 1 FROM policy_file f WHERE f.digest = h.policy)",
        "the policy in force is not stored",
    ),
    (
        "entry",
        "SELECT id FROM entry e WHERE NOT EXISTS (SELECT 1 FROM compartment c WHERE c.id = e.compartment AND c.referral = e.referral)",
        "its compartment is missing",
    ),
    (
        "grant_made",
        "SELECT id FROM grant_made g WHERE NOT EXISTS (SELECT 1 FROM compartment c WHERE c.id = g.compartment AND c.referral = g.referral)",
        "its compartment is missing",
    ),
];

impl Store {
    /// How many events have no place, whether anything waits for them or not. Walks the whole log: for `audit verify`.
    pub async fn count_unplaced(&self) -> Result<i64, Error> {
        const SQL: &str = "SELECT COUNT(*) FROM log_event e WHERE NOT EXISTS (SELECT 1 FROM log_sequence s WHERE s.event = e.id)";
        let (count,): (i64,) = on!(self, p => sqlx::query_as(SQL).fetch_one(p).await)?;
        Ok(count)
    }

    /// Every stored group root, for `audit verify`; for ten million events about 39,000.
    pub async fn all_groups(&self) -> Result<Vec<GroupRow>, Error> {
        const SQL: &str = "SELECT level, idx, hash FROM log_group ORDER BY level, idx";
        Ok(on!(self, p => sqlx::query_as(SQL).fetch_all(p).await)?)
    }

    /// The rows of a table after an id, in the order of ids.
    pub async fn standing(&self, table: Vouched, after: &str, limit: i64) -> Result<Vec<Standing>, Error> {
        Ok(match table {
            Vouched::Entries => EntryRow::page(self, after, limit)
                .await?
                .into_iter()
                .map(|row| stands(&row, &row.event, Some(&row.sha256)))
                .collect(),
            Vouched::Grants => GrantRow::page(self, after, limit)
                .await?
                .into_iter()
                .map(|row| stands(&row, &row.event, Some(&row.sha256)))
                .collect(),
            Vouched::Releases => {
                ReleaseRow::page(self, after, limit).await?.into_iter().map(|row| stands(&row, &row.event, None)).collect()
            }
            Vouched::Barred => {
                BarredRow::page(self, after, limit).await?.into_iter().map(|row| stands(&row, &row.event, None)).collect()
            }
            Vouched::Refused => {
                RefusedRow::page(self, after, limit).await?.into_iter().map(|row| stands(&row, &row.event, None)).collect()
            }
            Vouched::Shares => {
                ShareRow::page(self, after, limit).await?.into_iter().map(|row| stands(&row, &row.event, None)).collect()
            }
            Vouched::ShareEnds => {
                ShareEndRow::page(self, after, limit).await?.into_iter().map(|row| stands(&row, &row.event, None)).collect()
            }
            Vouched::Keys => {
                KeyRow::page(self, after, limit).await?.into_iter().map(|row| stands(&row, &row.event, None)).collect()
            }
            Vouched::Wraps => WrapRow::page(self, after, limit)
                .await?
                .into_iter()
                .map(|row| stands(&row, &row.event, Some(&row.sha256)))
                .collect(),
            Vouched::Attachments => AttachmentRow::page(self, after, limit)
                .await?
                .into_iter()
                .map(|row| stands(&row, &row.event, Some(&row.sha256)))
                .collect(),
            Vouched::Kept => KeptRow::page(self, after, limit)
                .await?
                .into_iter()
                .map(|row| stands(&row, &row.event, Some(&row.sha256)))
                .collect(),
            Vouched::Erased => {
                ErasedRow::page(self, after, limit).await?.into_iter().map(|row| stands(&row, &row.event, None)).collect()
            }
        })
    }

    /// The bytes of the rows of a table after an id, up to and with another; none for rows without any, nor for
    /// attachments, whose bytes are blobs.
    pub async fn standing_bytes(&self, table: Vouched, after: &str, last: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let sql = match table {
            Vouched::Entries => "SELECT entry, bytes FROM entry_bytes WHERE entry > $1 AND entry <= $2",
            Vouched::Grants => "SELECT grant_id, bytes FROM grant_bytes WHERE grant_id > $1 AND grant_id <= $2",
            Vouched::Wraps => "SELECT wrap, bytes FROM key_wrap_bytes WHERE wrap > $1 AND wrap <= $2",
            Vouched::Kept => "SELECT kept, bytes FROM entry_kept_bytes WHERE kept > $1 AND kept <= $2",
            Vouched::Releases
            | Vouched::Barred
            | Vouched::Refused
            | Vouched::Shares
            | Vouched::ShareEnds
            | Vouched::Keys
            | Vouched::Attachments
            | Vouched::Erased => return Ok(Vec::new()),
        };
        Ok(on!(self, p => sqlx::query_as(sql).bind(after).bind(last).fetch_all(p).await)?)
    }

    /// How many rows a table has.
    pub async fn count_standing(&self, table: Vouched) -> Result<i64, Error> {
        let sql = match table {
            Vouched::Entries => "SELECT COUNT(*) FROM entry",
            Vouched::Grants => "SELECT COUNT(*) FROM grant_made",
            Vouched::Releases => "SELECT COUNT(*) FROM grant_released",
            Vouched::Barred => "SELECT COUNT(*) FROM grant_barred",
            Vouched::Refused => "SELECT COUNT(*) FROM grant_refused",
            Vouched::Shares => "SELECT COUNT(*) FROM grant_share",
            Vouched::ShareEnds => "SELECT COUNT(*) FROM grant_share_end",
            Vouched::Keys => "SELECT COUNT(*) FROM key_published",
            Vouched::Wraps => "SELECT COUNT(*) FROM key_wrap",
            Vouched::Attachments => "SELECT COUNT(*) FROM attachment",
            Vouched::Kept => "SELECT COUNT(*) FROM entry_kept",
            Vouched::Erased => "SELECT COUNT(*) FROM log_erased",
        };
        let (count,): (i64,) = on!(self, p => sqlx::query_as(sql).fetch_one(p).await)?;
        Ok(count)
    }

    /// Every row that stands without its partner.
    pub async fn orphans(&self) -> Result<Vec<Orphan>, Error> {
        let mut found = Vec::new();
        for (table, sql, missing) in ORPHANS.into_iter().chain(log_view::FAULTS) {
            // Only a schema that was tampered with lets a name be null.
            let ids: Vec<(Option<String>,)> = on!(self, p => sqlx::query_as(sql).fetch_all(p).await)?;
            found.extend(ids.into_iter().map(|(id,)| (table, id.unwrap_or_else(|| "null".to_owned()), missing)));
        }
        Ok(found)
    }

    /// The compartments that events are filed under, those with a place in a range.
    pub async fn scopes_from(&self, index: i64, end: i64) -> Result<BTreeMap<String, Vec<String>>, Error> {
        const SQL: &str = "SELECT o.event, o.compartment FROM log_scope o JOIN log_sequence s ON s.event = o.event \
             WHERE s.idx >= $1 AND s.idx < $2 ORDER BY o.event, o.compartment";
        Ok(by_event(on!(self, p => sqlx::query_as(SQL).bind(index).bind(end).fetch_all(p).await)?))
    }

    /// The compartments that events without a place are filed under.
    pub async fn scopes_pending(&self) -> Result<BTreeMap<String, Vec<String>>, Error> {
        const SQL: &str = "SELECT o.event, o.compartment FROM log_scope o JOIN pending_event q ON q.event = o.event \
             ORDER BY o.event, o.compartment";
        Ok(by_event(on!(self, p => sqlx::query_as(SQL).fetch_all(p).await)?))
    }

    /// SQLite's own check of its file; nothing to report on PostgreSQL, which checks pages as it reads.
    pub async fn file_faults(&self) -> Result<Vec<String>, Error> {
        let Db::Sqlite { read, .. } = &self.db else { return Ok(Vec::new()) };
        let rows: Vec<(String,)> = sqlx::query_as("PRAGMA quick_check(10)").fetch_all(read).await?;
        Ok(rows.into_iter().map(|(line,)| line).filter(|line| line != "ok").collect())
    }
}

fn stands<R: WrittenOnce>(row: &R, event: &str, sha256: Option<&Vec<u8>>) -> Standing {
    Standing { now: row.vouch(), event: event.to_owned(), sha256: sha256.cloned() }
}

fn by_event(rows: Vec<(String, String)>) -> BTreeMap<String, Vec<String>> {
    let mut scopes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (event, compartment) in rows {
        scopes.entry(event).or_default().push(compartment);
    }
    scopes
}

/// Each table of rows that events vouch for, with the columns that their digests cover; a test holds them to the schema.
pub fn vouched_columns() -> [(&'static str, &'static [&'static str]); 12] {
    [
        (EntryRow::TABLE, EntryRow::COLUMNS),
        (GrantRow::TABLE, GrantRow::COLUMNS),
        (ReleaseRow::TABLE, ReleaseRow::COLUMNS),
        (BarredRow::TABLE, BarredRow::COLUMNS),
        (RefusedRow::TABLE, RefusedRow::COLUMNS),
        (ShareRow::TABLE, ShareRow::COLUMNS),
        (ShareEndRow::TABLE, ShareEndRow::COLUMNS),
        (KeyRow::TABLE, KeyRow::COLUMNS),
        (WrapRow::TABLE, WrapRow::COLUMNS),
        (AttachmentRow::TABLE, AttachmentRow::COLUMNS),
        (KeptRow::TABLE, KeptRow::COLUMNS),
        (ErasedRow::TABLE, ErasedRow::COLUMNS),
    ]
}
