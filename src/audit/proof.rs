//! The receipt of one event: everything that shows offline that its leaf stands in the log (`.tlog-proof`).

use super::{
    LogError,
    checkpoint::{Checkpoint, Opened},
    hash::{self, TreeHash},
    inclusion,
    key::VerifierKey,
    note::Note,
    wire,
};

/// The first line, which names format and version.
const VERSION: &str = "c2sp.org/tlog-proof@v1";

/// No tree of 64-bit size has a longer path.
const MAX_HASHES: usize = 64;

/// The most bytes of a bundle.
const MAX_BYTES: usize = 2 * super::note::MAX_BYTES;

/// An index, its inclusion proof and a checkpoint. Nothing in it is to be believed before [`LogProof::verify`]; the extra data
/// is not authenticated even then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogProof {
    extra: Option<Vec<u8>>,
    index: u64,
    hashes: Vec<TreeHash>,
    checkpoint: Note,
}

impl LogProof {
    /// A receipt without extra data.
    pub const fn new(index: u64, hashes: Vec<TreeHash>, checkpoint: Note) -> Self {
        Self { extra: None, index, hashes, checkpoint }
    }

    /// The same receipt with data that goes along with it, unauthenticated.
    #[must_use]
    pub fn with_extra(mut self, extra: Vec<u8>) -> Self {
        self.extra = Some(extra);
        self
    }

    /// Reads a whole bundle, strictly.
    ///
    /// # Errors
    /// [`LogError::TooLong`], [`LogError::Characters`], [`LogError::ProofVersion`], [`LogError::ProofLine`],
    /// [`LogError::ProofLength`], [`LogError::Boundary`], [`LogError::Number`], [`LogError::Base64`], or as [`Note::parse`].
    pub fn parse(bytes: &[u8]) -> Result<Self, LogError> {
        if bytes.len() > MAX_BYTES {
            return Err(LogError::TooLong);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| LogError::Characters)?;
        // The first empty line: the proof holds none, the checkpoint after it does.
        let (head, note) = whole.split_once("\n\n").ok_or(LogError::Boundary)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(VERSION) {
            return Err(LogError::ProofVersion);
        }
        let extra = lines.next_if(|line| line.starts_with("extra "));
        let extra = extra.and_then(|line| line.strip_prefix("extra ")).map(wire::base64).transpose()?;
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).ok_or(LogError::ProofLine)?;
        let index = wire::decimal(index)?;
        let hashes = lines.map(TreeHash::parse).collect::<Result<Vec<_>, _>>()?;
        if hashes.len() > MAX_HASHES {
            return Err(LogError::ProofLength);
        }
        Ok(Self { extra, index, hashes, checkpoint: Note::parse(note.as_bytes())? })
    }

    /// Where the leaf is said to stand.
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// Data that came along, of which nothing is proved.
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// Checks that the log signed a tree with this leaf at the index; gives the checkpoint.
    ///
    /// # Errors
    /// As [`Checkpoint::open`] and [`inclusion::verify`].
    pub fn verify(&self, leaf_data: &[u8], log: &VerifierKey) -> Result<Checkpoint, LogError> {
        self.verify_witnessed(leaf_data, log, &[]).map(|opened| opened.checkpoint)
    }

    /// The same, and which of these witnesses cosigned the checkpoint.
    ///
    /// # Errors
    /// As [`Checkpoint::open_witnessed`] and [`inclusion::verify`].
    pub fn verify_witnessed<'k>(
        &self,
        leaf_data: &[u8],
        log: &VerifierKey,
        witnesses: &[&'k VerifierKey],
    ) -> Result<Opened<'k>, LogError> {
        let opened = Checkpoint::open_witnessed(self.checkpoint.to_string().as_bytes(), log, witnesses)?;
        let checkpoint = &opened.checkpoint;
        inclusion::verify(&hash::leaf(leaf_data), self.index, checkpoint.size(), &self.hashes, checkpoint.root())?;
        Ok(opened)
    }
}

impl std::fmt::Display for LogProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{VERSION}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", wire::to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
