//! The hashing of RFC 6962: leaves and inner nodes hash under different first bytes, so neither can pass for the other.

use sha2::{Digest, Sha256};

use super::{LogError, wire};

/// A SHA-256 hash in the tree: of a leaf, of an inner node or of the whole tree. Shown as padded standard base64.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TreeHash([u8; 32]);

impl TreeHash {
    /// The hash with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash in a database row.
    ///
    /// # Errors
    /// [`LogError::Base64`] unless there are exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, LogError> {
        bytes.try_into().map(Self).map_err(|_| LogError::Base64)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads the one canonical base64 spelling (44 characters).
    ///
    /// # Errors
    /// [`LogError::Base64`] for any other text.
    pub fn parse(text: &str) -> Result<Self, LogError> {
        Self::from_slice(&wire::base64(text)?)
    }
}

impl std::fmt::Display for TreeHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&wire::to_base64(&self.0))
    }
}

impl std::fmt::Debug for TreeHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TreeHash({self})")
    }
}

/// SHA-256(0x00 ‖ data).
pub fn leaf(data: &[u8]) -> TreeHash {
    TreeHash(Sha256::new().chain_update([0]).chain_update(data).finalize().into())
}

/// SHA-256(0x01 ‖ left ‖ right).
pub fn node(left: &TreeHash, right: &TreeHash) -> TreeHash {
    TreeHash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// The root of the tree without leaves: SHA-256 of nothing.
pub fn empty() -> TreeHash {
    TreeHash(Sha256::digest([]).into())
}
