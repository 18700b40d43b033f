//! Sealing an item to its compartment, and opening it: only what a committed event names, and only where it belongs.

use zeroize::Zeroizing;

use super::{Identity, OpenError, Recipient, SealContext, bytes::sha256, envelope};
use crate::audit::Recorded;

/// A sealed item, ready for its row and its event.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// One age file.
    pub bytes: Vec<u8>,
    /// SHA-256 of it, for the row *and* the event.
    pub sha256: [u8; 32],
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes, {})", self.bytes.len(), hex::encode(self.sha256))
    }
}

/// Opened content; wiped when dropped.
#[derive(Clone)]
pub struct Opened(Zeroizing<Vec<u8>>);

impl Opened {
    /// The content as it was sealed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened(…)")
    }
}

/// Seals the content to the compartment's recipient, whose publication has been checked. The row's suite is
/// `AgeSuite::CURRENT`.
pub fn seal(at: &SealContext, content: &[u8], recipient: &Recipient) -> Sealed {
    let bytes = recipient.encrypt(&envelope::write(at, content));
    Sealed { sha256: sha256(&bytes), bytes }
}

/// Opens an item. `row_sha256` is the hash in its row, which the event behind `recorded` must name too.
///
/// # Errors
/// [`OpenError::Damaged`] when the bytes are not those of the row, [`OpenError::NotRecorded`] when no event shows them, otherwise
/// the class of what is wrong. Each is cause for an integrity event.
pub fn open(
    recorded: &Recorded,
    at: &SealContext,
    row_sha256: &[u8; 32],
    bytes: &[u8],
    identity: &Identity,
) -> Result<Opened, OpenError> {
    if sha256(bytes) != *row_sha256 {
        return Err(OpenError::Damaged);
    }
    if !recorded.names(at.entry, row_sha256) {
        return Err(OpenError::NotRecorded);
    }
    envelope::read(at, &identity.decrypt(bytes)?).map(Opened)
}
