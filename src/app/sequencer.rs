//! Giving events their place, and signing what stands. One worker over all nodes; the order is decided here and nowhere else.

use std::time::Duration;

use tokio::sync::Mutex;

use super::{App, Error};
use crate::{
    audit::{
        Checkpoint, Frontier, Known, Span, TreeHash,
        sequencer::{Leaf, step},
    },
    store::{
        Engine,
        sequence::{CheckpointRow, GroupRow, Sequencing},
    },
};

const LEASE: &str = "sequencer";
/// Some ticks, so that a node which works keeps it, and short, so that another takes over soon after one died. It is renewed for
/// each batch. A batch that takes longer is safe all the same: it holds the lease's row to its end, and its token is checked.
const LEASE_FOR: Duration = Duration::from_secs(3);
const BATCH: i64 = 1000;
/// How often mail that may go is looked for.
const MAIL_EVERY: Duration = Duration::from_secs(5);

/// What one process remembers between steps: the tree's edge, if nobody else has moved on since.
#[derive(Default)]
pub(super) struct Sequencer {
    frontier: Mutex<Option<Frontier>>,
}

/// What a run of the sequencer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sequenced {
    /// Whether this process held the lease.
    pub held: bool,
    /// How many events got their place.
    pub placed: u64,
    /// How many were refused: not authenticated by the hub's key.
    pub refused: u64,
}

impl App {
    /// Gives every pending event its place and signs a checkpoint if the log has grown.
    pub async fn sequence(&self) -> Result<Sequenced, Error> {
        // One at a time in this process, too: the lease is this process's, not this call's.
        let mut frontier = self.sequencer.frontier.lock().await;
        let Some(mut token) = self.lease().await? else { return Ok(Sequenced::default()) };
        let mut done = Sequenced { held: true, ..Sequenced::default() };
        loop {
            let (placed, refused) = self.place(&mut frontier, token).await?;
            done.placed += placed;
            done.refused = refused;
            if placed == 0 {
                break;
            }
            match self.lease().await? {
                Some(renewed) => token = renewed,
                None => return Ok(done),
            }
        }
        self.sign(token).await?;
        Ok(done)
    }

    /// Takes or renews the lease; its token while this node holds it.
    async fn lease(&self) -> Result<Option<i64>, Error> {
        let now = self.clock.now();
        Ok(self.store.take_lease(LEASE, &self.node, now, now.plus(LEASE_FOR)).await?)
    }

    /// Ends the lease of a process that died holding it, where there can be no other: an embedded database has one program at a
    /// time. Were there two, the dead one's token would still be past.
    pub(super) async fn inherit_sequencing(&self) -> Result<(), Error> {
        if self.store.engine() == Engine::Sqlite {
            self.store.end_lease(LEASE).await?;
        }
        Ok(())
    }

    /// One batch: authenticated leaves, their places, groups that became complete; one transaction behind the lease's token.
    async fn place(&self, frontier: &mut Option<Frontier>, token: i64) -> Result<(u64, u64), Error> {
        let (leaves, refused) = self.awaiting().await?;
        if leaves.is_empty() {
            return Ok((0, refused));
        }
        let Some(mut tx) = self.store.begin_sequencing(LEASE, token).await? else { return Ok((0, refused)) };
        let size = index(tx.log_size().await?)?;
        if frontier.as_ref().map(Frontier::size) != Some(size) {
            *frontier = Some(read_frontier(&mut tx, size).await?);
        }
        let edge = frontier.take().unwrap_or_default();
        let step = step(&edge, size, &leaves).map_err(log_fault)?;
        for (place, leaf) in &step.sequence {
            tx.insert_place(signed(*place)?, leaf.event(), leaf.hash().as_bytes()).await?;
        }
        for group in &step.groups {
            let row = GroupRow { level: group.level.into(), idx: signed(group.index)?, hash: group.hash.as_bytes().to_vec() };
            tx.insert_group(&row).await?;
        }
        let placed = i64::try_from(step.sequence.len()).map_err(|_| Error::Integrity("a batch of events is too long"))?;
        let start = signed(size)?;
        tx.file_places(start, start.saturating_add(placed)).await?;
        tx.commit().await?;
        *frontier = Some(step.frontier);
        Ok((leaves.len() as u64, refused))
    }

    /// The next authenticated events, and how many were passed over before them: however many somebody planted, they keep no
    /// other from its place. `audit verify` names them.
    async fn awaiting(&self) -> Result<(Vec<Leaf>, u64), Error> {
        let (mut leaves, mut refused) = (Vec::new(), 0);
        let mut page = self.store.pending(None, BATCH).await?;
        while !page.is_empty() && leaves.is_empty() {
            for pending in &page {
                let leaf = pending.event.as_ref().ok().and_then(|event| {
                    Leaf::authenticated(self.store.authenticator(), event.id, &event.leaf_data, &event.tag).ok()
                });
                match leaf {
                    Some(leaf) => leaves.push(leaf),
                    None => refused += 1,
                }
            }
            page = if leaves.is_empty() { self.store.pending(page.last(), BATCH).await? } else { Vec::new() };
        }
        if refused > 0 {
            tracing::error!(error.kind = "integrity", events = refused, "events are not authenticated by the hub's key");
        }
        Ok((leaves, refused))
    }

    /// Signs the log as it stands committed: the root is computed from the rows read back, never from memory.
    async fn sign(&self, token: i64) -> Result<(), Error> {
        let size = self.store.log_size().await?;
        let latest = self.store.latest_checkpoint().await?.map_or(0, |checkpoint| checkpoint.size);
        if size <= latest {
            return Ok(());
        }
        let Some(mut tx) = self.store.begin_sequencing(LEASE, token).await? else { return Ok(()) };
        let root = read_frontier(&mut tx, index(size)?).await?.root();
        let checkpoint = Checkpoint::new(self.signer.verifier().name(), index(size)?, root).map_err(log_fault)?;
        let note = checkpoint.sign(&self.signer).map_err(log_fault)?.to_string();
        tx.insert_checkpoint(&CheckpointRow { size, root: root.as_bytes().to_vec(), note }).await?;
        Ok(tx.commit().await?)
    }

    /// Hash rows for the spans a proof or root needs.
    pub(super) async fn known(&self, spans: &[Span]) -> Result<Known, Error> {
        let mut known = Known::new();
        for span in spans {
            let (first, end) = (signed(span.first)?, signed(span.end)?);
            let rows = match span.level {
                0 => self.store.leaves(first, end).await?,
                level => self.store.groups(level.into(), first, end).await?,
            };
            fill(&mut known, span, rows)?;
        }
        Ok(known)
    }

    /// Takes the place of pending events for up to a second: the log's readers want the tail.
    pub(super) async fn settle(&self) -> Result<(), Error> {
        for _ in 0..20 {
            let done = self.sequence().await?;
            if done.held || self.store.count_pending().await? == 0 {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Gives the lease up after a last run: for a graceful stop.
    pub async fn stop_sequencing(&self) -> Result<(), Error> {
        self.sequence().await?;
        if let Some(token) = self.lease().await? {
            self.store.give_up_lease(LEASE, token).await?;
        }
        Ok(())
    }

    /// Runs the sequencer about twice a second until told to stop, and the house's jobs beside it: however long those take,
    /// events get their place.
    pub async fn keep_sequencing(&self, stop: tokio::sync::watch::Receiver<bool>) {
        tokio::join!(self.keep_placing(stop.clone()), self.keep_house(stop.clone()), Box::pin(self.keep_mailing(stop)));
    }

    /// Gives events their place; failures are logged and tried again.
    async fn keep_placing(&self, mut stop: tokio::sync::watch::Receiver<bool>) {
        if let Err(error) = self.inherit_sequencing().await {
            tracing::warn!(error.kind = "sequencer", error = %error, "the lease of an earlier process must run out first");
        }
        let mut ticks = ticks();
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = stop.changed() => return,
            }
            if let Err(error) = self.follow_policy().await {
                tracing::error!(error.kind = "policy", error = %error, "the policy in force could not be taken up");
            }
            if let Err(error) = self.sequence().await {
                tracing::error!(error.kind = "sequencer", error = %error, "the log could not be sequenced; trying again");
            }
        }
    }

    /// Sends mail until told to stop. A mail that is on its way then is sent again later: the relay may have it already.
    async fn keep_mailing(&self, mut stop: tokio::sync::watch::Receiver<bool>) {
        let mut rounds = tokio::time::interval(MAIL_EVERY);
        rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let round = async {
                rounds.tick().await;
                self.mind_mail().await
            };
            let done = tokio::select! {
                done = round => done,
                _ = stop.changed() => return,
            };
            if let Err(error) = done {
                tracing::error!(error.kind = "mail", error = %error, "mail could not be sent; trying again");
            }
        }
    }
}

pub(super) fn ticks() -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(Duration::from_millis(400));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks
}

async fn read_frontier(tx: &mut Sequencing, size: u64) -> Result<Frontier, Error> {
    let mut known = Known::new();
    for span in Frontier::needs(size).map_err(log_fault)? {
        let (first, end) = (signed(span.first)?, signed(span.end)?);
        let rows = match span.level {
            0 => tx.leaves(first, end).await?,
            level => tx.groups(level.into(), first, end).await?,
        };
        fill(&mut known, &span, rows)?;
    }
    Frontier::read(size, &known).map_err(log_fault)
}

fn fill(known: &mut Known, span: &Span, rows: std::collections::BTreeMap<i64, Vec<u8>>) -> Result<(), Error> {
    let mut hashes = Vec::with_capacity(rows.len());
    for (place, hash) in rows {
        hashes.push((index(place)?, TreeHash::from_slice(&hash).map_err(log_fault)?));
    }
    known.fill(span, hashes).map_err(log_fault)
}

pub(super) fn index(place: i64) -> Result<u64, Error> {
    u64::try_from(place).map_err(|_| Error::Integrity("a place in the log is damaged"))
}

pub(super) fn signed(place: u64) -> Result<i64, Error> {
    i64::try_from(place).map_err(|_| Error::Integrity("a place in the log is damaged"))
}

pub(super) fn log_fault(fault: crate::audit::LogError) -> Error {
    tracing::error!(error.kind = "integrity", error = %fault, "the log does not fit together");
    Error::Integrity("the log does not fit together")
}
