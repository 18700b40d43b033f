//! "The older tree is the beginning of the newer one."

use std::ops::Range;

use super::{
    LogError,
    hash::{self, TreeHash},
    inclusion::split,
    tree::{self, Plan},
};

/// What the proof between two sizes is made of, in the order of RFC 6962, 2.1.2. From an empty tree, and between equal sizes,
/// it is the empty proof.
///
/// # Errors
/// [`LogError::SizesReversed`], [`LogError::TooLarge`].
pub fn plan(old: u64, new: u64) -> Result<Plan, LogError> {
    tree::bounded(new)?;
    if old > new {
        return Err(LogError::SizesReversed);
    }
    let mut pieces: Vec<Range<u64>> = Vec::new();
    if old == 0 || old == new {
        return Ok(Plan::over(pieces));
    }
    let mut subtree = 0..new;
    // Ends where the older tree's last leaf closes a subtree of the newer tree.
    while subtree.end != old {
        let middle = split(&subtree);
        if old <= middle {
            pieces.push(middle..subtree.end);
            subtree.end = middle;
        } else {
            pieces.push(subtree.start..middle);
            subtree.start = middle;
        }
    }
    // The whole older tree need not be sent: the verifier holds its root.
    if subtree.start != 0 {
        pieces.push(subtree);
    }
    pieces.reverse();
    Ok(Plan::over(pieces))
}

/// Checks a consistency proof as RFC 9162, 2.1.4.2 writes it out. An empty older tree is the beginning of every tree: then the
/// older root must be the empty one and the proof empty.
///
/// # Errors
/// [`LogError::SizesReversed`], [`LogError::EmptyRoot`], [`LogError::ProofLength`] or [`LogError::RootMismatch`].
pub fn verify(old: (u64, &TreeHash), new: (u64, &TreeHash), proof: &[TreeHash]) -> Result<(), LogError> {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size > new_size {
        return Err(LogError::SizesReversed);
    }
    for (size, root) in [old, new] {
        if size == 0 && *root != hash::empty() {
            return Err(LogError::EmptyRoot);
        }
    }
    if old_size == 0 || old_size == new_size {
        return match (proof.is_empty(), old_size == 0 || old_root == new_root) {
            (false, _) => Err(LogError::ProofLength),
            (true, false) => Err(LogError::RootMismatch),
            (true, true) => Ok(()),
        };
    }
    // A power of two is a subtree of every larger tree, so its root, which the verifier holds, stands in for the first hash.
    let (first, rest) = if old_size.is_power_of_two() {
        (*old_root, proof)
    } else {
        proof.split_first().map(|(first, rest)| (*first, rest)).ok_or(LogError::ProofLength)?
    };
    let climbed = (old_size - 1).trailing_ones();
    let (mut position, mut last) = (shift(old_size - 1, climbed), shift(new_size - 1, climbed));
    let (mut old_node, mut new_node) = (first, first);
    for piece in rest {
        if last == 0 {
            return Err(LogError::ProofLength);
        }
        if position & 1 == 1 || position == last {
            old_node = hash::node(piece, &old_node);
            new_node = hash::node(piece, &new_node);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            new_node = hash::node(&new_node, piece);
        }
        position >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(LogError::ProofLength);
    }
    if old_node == *old_root && new_node == *new_root { Ok(()) } else { Err(LogError::RootMismatch) }
}

/// A shift by the whole width is zero, not an overflow.
fn shift(number: u64, by: u32) -> u64 {
    number.checked_shr(by).unwrap_or(0)
}
