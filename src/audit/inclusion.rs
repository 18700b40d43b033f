//! "This leaf stands at this index of the tree with this root."

use std::ops::Range;

use super::{
    LogError,
    hash::{self, TreeHash},
    tree::{self, Plan},
};

/// What the proof for a leaf of a tree of `size` leaves is made of: its hashes, from the leaf's sibling to the root's child.
///
/// # Errors
/// [`LogError::OutsideTree`] unless the index is below the size, [`LogError::TooLarge`].
pub fn plan(size: u64, index: u64) -> Result<Plan, LogError> {
    let size = tree::bounded(size)?;
    if index >= size {
        return Err(LogError::OutsideTree);
    }
    let mut subtree = 0..size;
    let mut siblings: Vec<Range<u64>> = Vec::new();
    while subtree.end - subtree.start > 1 {
        let middle = split(&subtree);
        if index < middle {
            siblings.push(middle..subtree.end);
            subtree.end = middle;
        } else {
            siblings.push(subtree.start..middle);
            subtree.start = middle;
        }
    }
    siblings.reverse();
    Ok(Plan::over(siblings))
}

/// Checks an inclusion proof as RFC 9162, 2.1.3.2 writes it out.
///
/// # Errors
/// [`LogError::OutsideTree`], [`LogError::ProofLength`] or [`LogError::RootMismatch`].
pub fn verify(leaf: &TreeHash, index: u64, size: u64, proof: &[TreeHash], root: &TreeHash) -> Result<(), LogError> {
    if index >= size {
        return Err(LogError::OutsideTree);
    }
    let (mut position, mut last) = (index, size - 1);
    let mut node = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(LogError::ProofLength);
        }
        if position & 1 == 1 || position == last {
            node = hash::node(sibling, &node);
            // A right edge without a partner at a level takes its part at the next level where it is a right child.
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            node = hash::node(&node, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(LogError::ProofLength);
    }
    if node == *root { Ok(()) } else { Err(LogError::RootMismatch) }
}

/// Where an RFC 6962 subtree of two or more leaves splits: after the largest power of two below its length.
pub(super) fn split(subtree: &Range<u64>) -> u64 {
    subtree.start + (1 << (subtree.end - subtree.start - 1).ilog2())
}
