//! The right edge of the tree: all that appending needs.

use super::{
    LogError,
    hash::{self, TreeHash},
    tree::{self, GROUP_LEVELS, Group, Known, Plan, Span},
};

/// The perfect subtrees of a tree, largest first: one for each bit that is set in the size. Equality compares size and hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    nodes: Vec<TreeHash>,
}

impl Frontier {
    /// The tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// The stored rows that [`Frontier::read`] needs for a tree of this size: the roots of its complete groups' right edge and the
    /// leaves after the last complete group of 256.
    ///
    /// # Errors
    /// [`LogError::TooLarge`].
    pub fn needs(size: u64) -> Result<Vec<Span>, LogError> {
        Ok(plan(size)?.needs())
    }

    /// The frontier of the first `size` leaves, from stored rows.
    ///
    /// # Errors
    /// [`LogError::TooLarge`], or [`LogError::Missing`] when a row of [`Frontier::needs`] was not fetched.
    pub fn read(size: u64, known: &Known) -> Result<Self, LogError> {
        Self::restore(size, plan(size)?.hashes(known)?)
    }

    /// The frontier with these nodes, largest first.
    ///
    /// # Errors
    /// [`LogError::Frontier`] when their number does not fit the size, [`LogError::TooLarge`].
    pub fn restore(size: u64, nodes: Vec<TreeHash>) -> Result<Self, LogError> {
        if tree::bounded(size)?.count_ones() as usize == nodes.len() { Ok(Self { size, nodes }) } else { Err(LogError::Frontier) }
    }

    /// The number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The perfect subtrees' roots, largest first.
    pub fn nodes(&self) -> &[TreeHash] {
        &self.nodes
    }

    /// The root of the tree.
    pub fn root(&self) -> TreeHash {
        let mut from_the_right = self.nodes.iter().rev();
        let Some(last) = from_the_right.next() else { return hash::empty() };
        from_the_right.fold(*last, |right, left| hash::node(left, &right))
    }

    /// Appends a leaf hash and puts the groups that it completes, smallest first, at the end of `groups`.
    ///
    /// # Errors
    /// [`LogError::TooLarge`]; then nothing has changed.
    pub fn append(&mut self, leaf: TreeHash, groups: &mut Vec<Group>) -> Result<(), LogError> {
        let size = tree::bounded(self.size + 1)?;
        let mut node = leaf;
        // Every trailing one-bit of the old size is a perfect subtree that the new one completes to the next level.
        for level in 1..=self.size.trailing_ones() {
            let Some(left) = self.nodes.pop() else { break };
            node = hash::node(&left, &node);
            if let Some(level) = GROUP_LEVELS.into_iter().find(|stored| u32::from(*stored) == level) {
                groups.push(Group { level, index: (size >> level) - 1, hash: node });
            }
        }
        self.nodes.push(node);
        self.size = size;
        Ok(())
    }

    /// Appends many; the groups that they complete.
    ///
    /// # Errors
    /// [`LogError::TooLarge`]; then those before the one too many have been appended.
    pub fn extend(&mut self, leaves: impl IntoIterator<Item = TreeHash>) -> Result<Vec<Group>, LogError> {
        let mut groups = Vec::new();
        for leaf in leaves {
            self.append(leaf, &mut groups)?;
        }
        Ok(groups)
    }
}

fn plan(size: u64) -> Result<Plan, LogError> {
    let pieces = tree::perfect(&(0..tree::bounded(size)?));
    Ok(Plan::over(pieces.into_iter().map(|(level, index)| index << level..(index + 1) << level).collect()))
}
