//! One step of the sequencer, as a pure function: authenticated events in, indexes and groups to store out.

use std::collections::HashSet;

use super::{
    Authenticator, LogError,
    frontier::Frontier,
    hash::{self, TreeHash},
    tree::Group,
};
use crate::domain::ids::EventId;

/// An event's leaf whose HMAC was found good: the only kind that gets an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    event: EventId,
    hash: TreeHash,
}

impl Leaf {
    /// Checks the event's HMAC and hashes its leaf data.
    ///
    /// # Errors
    /// [`LogError::Unauthenticated`].
    pub fn authenticated(with: &Authenticator, event: EventId, leaf_data: &[u8], tag: &[u8]) -> Result<Self, LogError> {
        if with.fits(&event.to_bytes(), leaf_data, tag) {
            Ok(Self { event, hash: hash::leaf(leaf_data) })
        } else {
            Err(LogError::Unauthenticated)
        }
    }

    /// The event.
    pub const fn event(&self) -> EventId {
        self.event
    }

    /// SHA-256(0x00 ‖ leaf data).
    pub const fn hash(&self) -> &TreeHash {
        &self.hash
    }
}

/// What one transaction of the sequencer writes, and where the log then stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The new rows of the sequence: index, event and leaf hash, contiguous from the old size on.
    pub sequence: Vec<(u64, Leaf)>,
    /// The group roots that they complete, smaller groups before larger ones that hold them.
    pub groups: Vec<Group>,
    /// The frontier afterwards: the next step's start, once this one has committed. Its size and root are the log's.
    pub frontier: Frontier,
}

/// Gives the leaves the next indexes, in the order given. `stored` is the size that the database shows inside the transaction
/// (one past the largest index). Nothing is half done: on an error the frontier is as before.
///
/// # Errors
/// [`LogError::SizeMoved`] when the database is not where the frontier is: read the frontier anew.
/// [`LogError::Repeated`] when an event or a leaf comes twice (leaf data is salted, so that no two events share one);
/// [`LogError::TooLarge`].
pub fn step(frontier: &Frontier, stored: u64, leaves: &[Leaf]) -> Result<Step, LogError> {
    if frontier.size() != stored {
        return Err(LogError::SizeMoved);
    }
    let (mut events, mut hashes) = (HashSet::new(), HashSet::new());
    if !leaves.iter().all(|leaf| events.insert(leaf.event) && hashes.insert(leaf.hash)) {
        return Err(LogError::Repeated);
    }
    let mut after = frontier.clone();
    let groups = after.extend(leaves.iter().map(|leaf| leaf.hash))?;
    Ok(Step { sequence: (stored..).zip(leaves.iter().copied()).collect(), groups, frontier: after })
}
