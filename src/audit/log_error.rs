//! Why a proof, a note or a step of the log was refused.

/// The class of a refusal. Variants carry positions in the log at most, never text from the refused input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// Longer than the parser is willing to read.
    #[error("the text is longer than is accepted")]
    TooLong,
    /// Not UTF-8, or a control character other than the line feed, or a byte-order mark.
    #[error("the text holds bytes that a note may not hold")]
    Characters,
    /// The last line lacks its line feed.
    #[error("the text does not end in a line feed")]
    Unterminated,
    /// No empty line between text and signatures, or no text before it.
    #[error("no empty line separates the text from its signatures")]
    Boundary,
    /// No signature line.
    #[error("the note bears no signature")]
    Unsigned,
    /// More than [`super::note::MAX_SIGNATURES`].
    #[error("the note bears more signatures than are accepted")]
    TooManySignatures,
    /// A signature line is not "em dash, name, base64".
    #[error("a signature line is malformed")]
    SignatureLine,
    /// Empty, or holding a space, a plus sign or a control character.
    #[error("a key name is malformed")]
    KeyName,
    /// Not the one padded standard base64 spelling of the bytes, or bytes of the wrong length.
    #[error("base64 is malformed or not canonical")]
    Base64,
    /// A verifier key is not `name+hex8+base64` in its one canonical spelling.
    #[error("a verifier key is malformed")]
    VerifierKey,
    /// Neither Ed25519 (1) nor cosignature/v1 (4), or the one where the other was needed.
    #[error("a verifier key is of the wrong type")]
    KeyType,
    /// The key id is not the hash of name, type and key.
    #[error("a verifier key does not fit its id")]
    KeyId,
    /// No point of the curve, not its one spelling, or a point of small order.
    #[error("a verifier key is not a usable Ed25519 key")]
    WeakKey,
    /// Two trusted keys share name and id.
    #[error("two trusted keys share one name and id")]
    AmbiguousKey,
    /// A signature by a known key does not verify; the whole note is void.
    #[error("a signature by a known key is wrong")]
    BadSignature,
    /// No signature by the key that must have signed.
    #[error("the note bears no signature by a trusted key")]
    Untrusted,
    /// A stored checkpoint has the log's good signature and something besides, or is spelt otherwise.
    #[error("the note is not, byte for byte, what the log signed")]
    NotAsSigned,
    /// A checkpoint is not exactly origin, size and root, a line each.
    #[error("a checkpoint must have exactly three lines")]
    CheckpointLines,
    /// The checkpoint is another log's.
    #[error("the checkpoint's origin is not the key's name")]
    Origin,
    /// Not a decimal number without leading zeros that fits 64 bits.
    #[error("a number is malformed")]
    Number,
    /// The tree of no leaves has one root only.
    #[error("an empty tree cannot have this root")]
    EmptyRoot,
    /// A proof bundle's first line is not the version that is understood.
    #[error("the proof is not of a known version")]
    ProofVersion,
    /// A line of a proof bundle stands where it may not.
    #[error("a line of the proof is malformed")]
    ProofLine,
    /// The index is not below the size.
    #[error("the index lies outside the tree")]
    OutsideTree,
    /// The older size exceeds the newer.
    #[error("the older tree is larger than the newer one")]
    SizesReversed,
    /// More or fewer hashes than sizes and index demand.
    #[error("the proof has the wrong number of hashes")]
    ProofLength,
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    RootMismatch,
    /// Larger than [`super::tree::MAX_SIZE`].
    #[error("the tree is larger than is supported")]
    TooLarge,
    /// The caller did not hand over this node of the stored layout.
    #[error("node {index} of level {level} is missing")]
    Missing {
        /// 0 for leaves; 8, 16 or 24 for group roots.
        level: u8,
        /// Counted in nodes of that level.
        index: u64,
    },
    /// Rows of a level are not contiguous from this index on.
    #[error("rows of level {level} are not contiguous at {index}")]
    Gap {
        /// 0 for leaves; 8, 16 or 24 for group roots.
        level: u8,
        /// The index that should have come.
        index: u64,
    },
    /// The number of frontier nodes does not fit the size.
    #[error("the frontier does not fit the size")]
    Frontier,
    /// An event's HMAC does not fit its leaf data.
    #[error("an event is not authenticated")]
    Unauthenticated,
    /// An event or a leaf stands twice in a batch.
    #[error("an event stands twice in the batch")]
    Repeated,
    /// The stored size is not the size that the sequencer stands at.
    #[error("the stored log has another size than the sequencer")]
    SizeMoved,
}
