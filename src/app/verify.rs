//! `audit verify`: is everything that the log vouches for still whole? Runs without content keys.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io::{self, Read as _},
    sync::Arc,
};

use sha2::{Digest, Sha256};

use super::{App, Error, intake::blocking, sequencer::index};
use crate::{
    audit::{Authenticator, Checkpoint, Frontier, Stored, TreeHash, VerifierKey, body::Body, hash},
    domain::ids::EntryId,
    store::{
        Store,
        blobs::{Blobs, Lying},
        events::Unreadable,
        verify::{Standing, Vouched},
    },
};

/// One thing that is not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, in words.
    pub what: String,
    /// The table.
    pub table: String,
    /// The row's id.
    pub id: String,
}

/// The outcome of a verification.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Events with a place.
    pub events: u64,
    /// Checkpoints.
    pub checkpoints: u64,
    /// Sealed items.
    pub entries: u64,
    /// Grants.
    pub grants: u64,
    /// Attachments.
    pub attachments: u64,
    /// Events that await their place.
    pub pending: u64,
    /// What is not whole; empty when all is.
    pub findings: Vec<Finding>,
}

/// How thorough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Log, roots and both-way joins.
    Quick,
    /// Every ciphertext and blob as well.
    Full,
}

const PAGE: i64 = 500;
const ERASED: &str = Vouched::Erased.table();

/// What the events vouch for, and which rows they were found for.
#[derive(Default)]
struct Vouches(HashMap<(String, String), ([u8; 32], String)>);

pub(super) struct Verification<'s> {
    pub(super) store: &'s Store,
    authenticator: &'s Authenticator,
    report: Report,
    vouches: Vouches,
}

impl App {
    /// Verifies this hub's database against a verifier key.
    pub async fn verify(&self, key: &VerifierKey, depth: Depth) -> Result<Report, Error> {
        let lying = listed(self.store.blobs()).await?;
        verify(&self.store, lying, key, depth).await
    }
}

/// Everything that lies in the store of blobs.
pub(super) async fn listed(blobs: &Arc<dyn Blobs>) -> Result<Vec<Lying>, Error> {
    let blobs = Arc::clone(blobs);
    blocking(move || blobs.list()).await
}

/// Verifies a database: every event and body, every place, root and checkpoint, every row and ciphertext vouched for, every
/// blob. `lying` is what lay in the store of blobs before the database was looked at, so that a file added meanwhile is none
/// that nobody knows.
pub(super) async fn verify(store: &Store, lying: Vec<Lying>, key: &VerifierKey, depth: Depth) -> Result<Report, Error> {
    let mut run =
        Verification { store, authenticator: store.authenticator(), report: Report::default(), vouches: Vouches::default() };
    for line in store.file_faults().await? {
        run.found(format!("the database file is damaged: {line}"), "file", "exchange.sqlite");
    }
    for (table, id, missing) in store.orphans().await? {
        run.found(missing, table, &id);
    }
    let walked = run.log(key).await;
    run.damage_or(walked)?;
    let walked = run.pending().await;
    run.damage_or(walked)?;
    let walked = run.rows(depth).await;
    run.damage_or(walked)?;
    let walked = run.files().await;
    run.damage_or(walked)?;
    let walked = run.blobs(lying).await;
    run.damage_or(walked)?;
    Ok(run.report)
}

impl Verification<'_> {
    pub(super) fn found(&mut self, what: impl Into<String>, table: &str, id: &str) {
        self.report.findings.push(Finding { what: what.into(), table: table.to_owned(), id: id.to_owned() });
    }

    /// A part of the walk that stopped at a value which cannot be what it should be is a finding, not the end of the report.
    fn damage_or(&mut self, walked: Result<(), Error>) -> Result<(), Error> {
        match walked {
            Err(Error::Integrity(what)) => {
                self.found(format!("the rows could not all be read: {what}"), "file", "-");
                Ok(())
            }
            other => other,
        }
    }

    /// Places, leaves, groups and checkpoints, in one pass over the log.
    async fn log(&mut self, key: &VerifierKey) -> Result<(), Error> {
        let mut frontier = Frontier::new();
        let mut groups = self.groups().await?;
        let mut checkpoints = Vec::new();
        let mut after = -1;
        loop {
            let page = self.store.checkpoints_after(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.size;
            checkpoints.extend(page);
        }
        let mut next_checkpoint = 0;
        let mut expected: i64 = 0;
        loop {
            let page = self.store.sequenced_from(expected, PAGE).await?;
            let Some(last) = page.last() else { break };
            let end = last.index.saturating_add(1);
            let scopes = self.store.scopes_from(expected, end).await?;
            for row in page {
                if expected < row.index {
                    // However wide the gap is: nothing after it can be compared with a root; go on comparing rows.
                    let missing = row.index - expected;
                    self.found(format!("places in the log are missing: {missing}"), "log_sequence", &expected.to_string());
                    expected = row.index;
                }
                self.event(&row.event, &scopes);
                // An event that cannot be read stands for whatever leaf its place names; it is a finding already.
                let leaf = match &row.event {
                    Ok(event) => hash::leaf(&event.leaf_data),
                    Err(_) => TreeHash::from_slice(&row.leaf).unwrap_or(TreeHash::from_bytes([0; 32])),
                };
                if row.leaf != leaf.as_bytes() {
                    self.found("the leaf is not the hash of its event", "log_sequence", &row.index.to_string());
                }
                let mut complete = Vec::new();
                frontier.append(leaf, &mut complete).map_err(super::sequencer::log_fault)?;
                for group in complete {
                    match groups.remove(&(group.level.into(), index_or_max(group.index))) {
                        Some(stored) if stored == group.hash.as_bytes() => {}
                        Some(_) => self.found(
                            "the root of a group is not that of its leaves",
                            "log_group",
                            &format!("{}/{}", group.level, group.index),
                        ),
                        None => {
                            self.found(
                                "the root of a group is missing",
                                "log_group",
                                &format!("{}/{}", group.level, group.index),
                            );
                        }
                    }
                }
                expected = expected.saturating_add(1);
                self.report.events += 1;
                while let Some(row) = checkpoints.get(next_checkpoint).filter(|row| row.size <= expected) {
                    let (size, root, note) = (row.size, row.root.clone(), row.note.clone());
                    self.checkpoint(key, (size, &root, &note), &frontier);
                    next_checkpoint += 1;
                }
            }
            if end == i64::MAX {
                break;
            }
        }
        for row in checkpoints.iter().skip(next_checkpoint) {
            self.found("a checkpoint covers more events than there are", "log_checkpoint", &row.size.to_string());
        }
        for (level, place) in groups.into_keys() {
            self.found("the root of a group stands for leaves that are not there", "log_group", &format!("{level}/{place}"));
        }
        Ok(())
    }

    async fn groups(&mut self) -> Result<BTreeMap<(i64, i64), Vec<u8>>, Error> {
        Ok(self.store.all_groups().await?.into_iter().map(|group| ((group.level, group.idx), group.hash)).collect())
    }

    fn checkpoint(&mut self, key: &VerifierKey, (size, root, note): (i64, &[u8], &str), frontier: &Frontier) {
        self.report.checkpoints += 1;
        let place = size.to_string();
        match Checkpoint::open_kept(note, key) {
            Err(fault) => self.found(format!("a checkpoint's note does not verify: {fault}"), "log_checkpoint", &place),
            Ok(checkpoint) => {
                if index(size).ok() != Some(checkpoint.size()) || checkpoint.size() != frontier.size() {
                    self.found("a checkpoint's size is not that of its note", "log_checkpoint", &place);
                } else if checkpoint.root() != &frontier.root() {
                    self.found("a checkpoint's root is not that of the events", "log_checkpoint", &place);
                }
                if root != checkpoint.root().as_bytes() {
                    self.found("a checkpoint's root is not that of its note", "log_checkpoint", &place);
                }
            }
        }
    }

    fn event(&mut self, event: &Result<Stored, Unreadable>, scopes: &BTreeMap<String, Vec<String>>) {
        let event = match event {
            Ok(event) => event,
            Err(Unreadable { id }) => return self.found("the event's id cannot be read", "log_event", id),
        };
        let id = event.id.to_string();
        if let Some(body) = self.body(event) {
            let mut named: Vec<String> = body.compartments.iter().filter_map(|compartment| compartment.id.clone()).collect();
            named.sort_unstable();
            if scopes.get(&id).map_or(&[][..], Vec::as_slice) != named {
                self.found("an event is not filed under the compartments it names", "log_scope", &id);
            }
        }
    }

    /// Checks an event and takes note of what it vouches for.
    fn body(&mut self, event: &Stored) -> Option<Body> {
        let id = event.id.to_string();
        match event.check(self.authenticator) {
            Ok(Some(body)) => {
                for vouch in &body.vouches {
                    if vouch.table == ERASED && !body.erased.iter().any(|erased| erased.id.as_ref() == Some(&vouch.id)) {
                        self.found("an event vouches for an erasure that it does not name", "log_body", &id);
                    }
                    let mut digest = [0; 32];
                    if hex::decode_to_slice(&vouch.digest, &mut digest).is_err() {
                        self.found("an event vouches for no digest", "log_body", &id);
                    }
                    self.vouches.0.insert((vouch.table.clone(), vouch.id.clone()), (digest, id.clone()));
                }
                for erased in &body.erased {
                    // What an event erased and what it vouches for are the same, or one of them says too much.
                    let named = erased.id.as_deref().unwrap_or_default();
                    if body.vouched(ERASED, named).is_none() {
                        self.found("an event names an erasure that it does not vouch for", "log_body", &id);
                    }
                }
                Some(body)
            }
            // A missing body is named among the rows without a partner.
            Ok(None) => None,
            Err(fault) => {
                self.found(fault.to_string(), "log_event", &id);
                None
            }
        }
    }

    /// Events that await their place: they count, and must be authentic too.
    async fn pending(&mut self) -> Result<(), Error> {
        self.report.pending = u64::try_from(self.store.count_unplaced().await?).unwrap_or(0);
        let scopes = self.store.scopes_pending().await?;
        let mut page = self.store.pending(None, PAGE).await?;
        while !page.is_empty() {
            for pending in &page {
                self.event(&pending.event, &scopes);
            }
            page = self.store.pending(page.last(), PAGE).await?;
        }
        Ok(())
    }

    /// A blob against its row; one that was erased may be gone, and until the sweep comes by it may still be there.
    async fn blob(&mut self, id: &str, sha256: &[u8], (depth, is_erased): (Depth, bool)) -> Result<(), Error> {
        let Ok(blob) = EntryId::parse(id) else {
            self.found("its blob has no name", Vouched::Attachments.table(), id);
            return Ok(());
        };
        let blobs = Arc::clone(self.store.blobs());
        let found = match depth {
            Depth::Full => blocking(move || Ok(blob_sha256(&*blobs, blob)?.map(Some))).await?,
            Depth::Quick => blocking(move || Ok(blobs.open(blob)?.map(|_| None))).await?,
        };
        match found {
            None if is_erased => {}
            None => self.found("its blob is missing", Vouched::Attachments.table(), id),
            Some(Some(found)) if found.as_slice() != sha256 => {
                self.found("the blob is not what was sealed", Vouched::Attachments.table(), id);
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// The files of a page that an erasure names.
    async fn erased_among(&self, page: &[Standing]) -> Result<HashSet<String>, Error> {
        let ids: Vec<EntryId> = page.iter().filter_map(|row| EntryId::parse(&row.now.id).ok()).collect();
        Ok(self.store.attachments_erased(&ids).await?.into_iter().map(|id| id.to_string()).collect())
    }

    /// What lies among the blobs and belongs to no row. Unfinished ones are on their way, or left for the sweep.
    async fn blobs(&mut self, lying: Vec<Lying>) -> Result<(), Error> {
        let ids: Vec<EntryId> = lying.iter().filter_map(|lying| lying.id).collect();
        let known: HashSet<EntryId> = self.store.attachments_known(&ids).await?.into_iter().collect();
        for lying in lying.iter().filter(|lying| !lying.unfinished) {
            if lying.id.is_none_or(|id| !known.contains(&id)) {
                self.found("no row names this blob", "blobs", &lying.name);
            }
        }
        Ok(())
    }

    /// Rows against what their events vouch for, both ways, and bytes against their rows.
    async fn rows(&mut self, depth: Depth) -> Result<(), Error> {
        for table in Vouched::ALL {
            let mut after = String::new();
            loop {
                let page = self.store.standing(table, &after, PAGE).await?;
                let Some(last) = page.last() else { break };
                let end = last.now.id.clone();
                let bytes: HashMap<String, Vec<u8>> = match depth {
                    Depth::Quick => HashMap::new(),
                    Depth::Full => self.store.standing_bytes(table, &after, &end).await?.into_iter().collect(),
                };
                let erased = match table {
                    Vouched::Attachments => self.erased_among(&page).await?,
                    _ => HashSet::new(),
                };
                for row in page {
                    let id = row.now.id.clone();
                    match self.vouches.0.remove(&(row.now.table.clone(), id.clone())) {
                        None => self.found("no event vouches for this row", table.table(), &id),
                        Some((digest, event)) if digest != row.now.digest || event != row.event => {
                            self.found("the row is not what its event vouches for", table.table(), &id);
                        }
                        Some(_) => {}
                    }
                    if table == Vouched::Attachments {
                        let depth = (depth, erased.contains(&id));
                        self.blob(&id, row.sha256.as_deref().unwrap_or_default(), depth).await?;
                    }
                    if let (Some(sha256), Some(bytes)) = (&row.sha256, bytes.get(&id))
                        && Sha256::digest(bytes).as_slice() != sha256.as_slice()
                    {
                        self.found("the bytes are not those that were sealed", table.table(), &id);
                    }
                }
                after = end;
            }
        }
        self.report.entries = u64::try_from(self.store.count_standing(Vouched::Entries).await?).unwrap_or(0);
        self.report.grants = u64::try_from(self.store.count_standing(Vouched::Grants).await?).unwrap_or(0);
        self.report.attachments = u64::try_from(self.store.count_standing(Vouched::Attachments).await?).unwrap_or(0);
        let missing: Vec<(String, String)> = self.vouches.0.drain().map(|(key, _)| key).collect();
        for (table, id) in missing {
            self.found("an event vouches for a row that is not there", &table, &id);
        }
        Ok(())
    }
}

/// SHA-256 of a blob; none when it is not there.
fn blob_sha256(blobs: &dyn Blobs, id: EntryId) -> io::Result<Option<[u8; 32]>> {
    let Some(mut blob) = blobs.open(id)? else { return Ok(None) };
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 64 * 1024]);
    loop {
        match blob.read(&mut buffer)? {
            0 => return Ok(Some(hash.finalize().into())),
            count => hash.update(&buffer[..count]),
        }
    }
}

fn index_or_max(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}
