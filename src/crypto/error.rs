//! Why something stayed shut. The text names the class of failure, never what was inside.

/// A sealed item, a wrapped key or a second-factor secret was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The permit is for another act, person or compartment.
    #[error("the permit does not cover this key")]
    NotPermitted,
    /// No committed event names this item with this ciphertext.
    #[error("no event records that this item is shown")]
    NotRecorded,
    /// The identity is not the one it was sealed to.
    #[error("this key does not open it")]
    WrongKey,
    /// The bytes are not those that were written: altered, cut short or of no known form.
    #[error("the sealed bytes are damaged")]
    Damaged,
    /// Under a secret key: key, bytes and place do not belong together. The cipher cannot tell which of them is wrong.
    #[error("key, sealed bytes and place do not fit together")]
    DoesNotFit,
    /// It opened, and speaks of another place, version, person or epoch than the row that holds it.
    #[error("the sealed bytes belong to another record")]
    WrongContext,
    /// Made by a version or suite, or under a server key, that this program does not have.
    #[error("the sealed bytes are of a version that cannot be opened here")]
    WrongVersion,
    /// The identity's public half is not the published recipient.
    #[error("the key is not the published one")]
    Mismatch,
}

impl OpenError {
    /// The stable name of the class, as integrity events and the test vectors write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotPermitted => "not-permitted",
            Self::NotRecorded => "not-recorded",
            Self::WrongKey => "wrong-key",
            Self::Damaged => "damaged",
            Self::DoesNotFit => "does-not-fit",
            Self::WrongContext => "wrong-context",
            Self::WrongVersion => "wrong-version",
            Self::Mismatch => "mismatch",
        }
    }
}
