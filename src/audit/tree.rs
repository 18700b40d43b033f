//! The tree as it is stored: every leaf hash, and the roots of complete groups of 256, 65,536 and 16,777,216 leaves.
//!
//! A node is addressed by level and index: node `i` of level `l` is the root over the leaves `i·2^l .. (i+1)·2^l`.
//! Whatever the log must show (root, frontier, proof) is a list of subtree roots; a [`Plan`] says first which stored rows
//! it needs, so that an asynchronous caller can fetch them, and then computes it from them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{LogError, hash, hash::TreeHash};

/// The levels whose complete nodes are stored, beside the leaves at level 0.
pub const GROUP_LEVELS: [u8; 3] = [8, 16, 24];

/// The most leaves that a tree may have here: 2^40, far beyond any log and small enough that no plan grows large.
pub const MAX_SIZE: u64 = 1 << 40;

/// The root of a complete group of leaves, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// 8, 16 or 24.
    pub level: u8,
    /// Counted in groups of that level.
    pub index: u64,
    /// The root over the group's leaves.
    pub hash: TreeHash,
}

/// Stored rows to fetch: those of one level with an index in the range. At level 0 the rows are leaf hashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// 0, 8, 16 or 24.
    pub level: u8,
    /// The first index.
    pub first: u64,
    /// One past the last index.
    pub end: u64,
}

/// The rows that were fetched for a [`Plan`].
#[derive(Debug, Clone, Default)]
pub struct Known(BTreeMap<(u8, u64), TreeHash>);

impl Known {
    /// Nothing fetched yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the rows of a span, in the order of their indexes.
    ///
    /// # Errors
    /// [`LogError::Gap`] unless they are exactly the rows of the span.
    pub fn fill(&mut self, span: &Span, rows: impl IntoIterator<Item = (u64, TreeHash)>) -> Result<(), LogError> {
        let mut next = span.first;
        for (index, hash) in rows {
            if index != next || index >= span.end {
                return Err(LogError::Gap { level: span.level, index: next });
            }
            self.0.insert((span.level, index), hash);
            next += 1;
        }
        if next == span.end { Ok(()) } else { Err(LogError::Gap { level: span.level, index: next }) }
    }

    fn get(&self, level: u8, index: u64) -> Result<TreeHash, LogError> {
        self.0.get(&(level, index)).copied().ok_or(LogError::Missing { level, index })
    }
}

/// A list of subtrees whose roots are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan(Vec<Range<u64>>);

impl Plan {
    /// Over ranges of leaves that are subtrees of an RFC 6962 tree.
    pub(super) fn over(subtrees: Vec<Range<u64>>) -> Self {
        Self(subtrees)
    }

    /// The stored rows to fetch, without overlap, in ascending order: a proof asks for at most two spans of each level with 511
    /// rows between them (of level 24, as many as there are).
    pub fn needs(&self) -> Vec<Span> {
        let rows: BTreeSet<Span> = self
            .0
            .iter()
            .flat_map(perfect)
            .map(|(level, index)| {
                let stored = stored_below(level);
                let width = 1 << (level - stored);
                Span { level: stored, first: index * width, end: (index + 1) * width }
            })
            .collect();
        let mut spans: Vec<Span> = Vec::new();
        // A proof skips the row it is about; fetching that one too makes one query of two.
        for row in rows {
            match spans.last_mut() {
                Some(last) if last.level == row.level && last.end + 1 >= row.first => last.end = last.end.max(row.end),
                _ => spans.push(row),
            }
        }
        spans
    }

    /// The wanted roots, in the order of the plan.
    ///
    /// # Errors
    /// [`LogError::Missing`] names the first row that was not fetched.
    pub fn hashes(&self, known: &Known) -> Result<Vec<TreeHash>, LogError> {
        self.0
            .iter()
            .map(|subtree| {
                let mut root: Option<TreeHash> = None;
                // From the right: the smaller pieces join first, as the split at the largest power of two demands.
                for (level, index) in perfect(subtree).into_iter().rev() {
                    let left = perfect_root(known, level, index)?;
                    root = Some(root.map_or(left, |right| hash::node(&left, &right)));
                }
                Ok(root.unwrap_or_else(hash::empty))
            })
            .collect()
    }
}

/// Refuses sizes that this module does not handle.
pub(super) fn bounded(size: u64) -> Result<u64, LogError> {
    if size > MAX_SIZE { Err(LogError::TooLarge) } else { Ok(size) }
}

/// The perfect subtrees, largest first, into which a subtree of the tree falls. The range begins at a multiple of the
/// largest power of two that it holds, as every subtree of an RFC 6962 tree does.
pub(super) fn perfect(subtree: &Range<u64>) -> Vec<(u8, u64)> {
    let mut start = subtree.start;
    let mut pieces = Vec::new();
    for level in (0..=40_u8).rev() {
        if (subtree.end - subtree.start) >> level & 1 == 1 {
            pieces.push((level, start >> level));
            start += 1 << level;
        }
    }
    pieces
}

/// The root of a perfect subtree from the nearest stored level at or below it.
fn perfect_root(known: &Known, level: u8, index: u64) -> Result<TreeHash, LogError> {
    let stored = stored_below(level);
    let width = 1_u64 << (level - stored);
    let mut row: Vec<TreeHash> = (index * width..(index + 1) * width).map(|i| known.get(stored, i)).collect::<Result<_, _>>()?;
    while row.len() > 1 {
        row = row.chunks_exact(2).map(|pair| hash::node(&pair[0], &pair[1])).collect();
    }
    // The width is a power of two, so halving ends at exactly one.
    row.pop().ok_or(LogError::Missing { level, index })
}

fn stored_below(level: u8) -> u8 {
    GROUP_LEVELS.into_iter().rev().find(|stored| *stored <= level).unwrap_or(0)
}
