//! Proof that an event was committed.

use crate::domain::ids::{EntryId, EventId, UserId};

/// An event stands in the log, and names these sealed items as shown to this actor. Only the store, after a commit, makes one
/// (a test refuses any other caller of [`Recorded::after_commit`]); opening content demands it.
#[derive(Debug)]
pub struct Recorded {
    event: EventId,
    actor: Option<UserId>,
    entries: Vec<(EntryId, [u8; 32])>,
}

impl Recorded {
    /// To be called by the store alone, once the transaction that holds the event has committed.
    pub const fn after_commit(event: EventId, actor: Option<UserId>, entries: Vec<(EntryId, [u8; 32])>) -> Self {
        Self { event, actor, entries }
    }

    /// The event.
    pub const fn event(&self) -> EventId {
        self.event
    }

    /// The person it names, when a person acted.
    pub const fn actor(&self) -> Option<UserId> {
        self.actor
    }

    /// Whether the event names this sealed item with this ciphertext.
    pub fn names(&self, entry: EntryId, ciphertext_sha256: &[u8; 32]) -> bool {
        self.entries.iter().any(|(id, hash)| *id == entry && hash == ciphertext_sha256)
    }
}
