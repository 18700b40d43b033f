//! The signed size and root of the log, as partners keep it.

use super::{
    LogError, consistency,
    hash::{self, TreeHash},
    key::{self, KeyType, VerifierKey},
    note::{Note, Verified},
    signer::SigningKey,
    wire,
};

/// How large a log is and what its root is. The empty tree has its one root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: TreeHash,
}

/// A checkpoint whose log signed it, and the witnesses among those asked for who cosigned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened<'k> {
    /// What the log stated.
    pub checkpoint: Checkpoint,
    /// The witnesses' good cosignatures, each witness once. How many are enough is the caller's policy.
    pub cosigned: Vec<Verified<'k>>,
    /// The whole note, every signature line included.
    pub note: Note,
}

impl Checkpoint {
    /// Of the log with this name.
    ///
    /// # Errors
    /// [`LogError::KeyName`] for an origin that cannot be a key's name, [`LogError::EmptyRoot`].
    pub fn new(origin: &str, size: u64, root: TreeHash) -> Result<Self, LogError> {
        key::check_name(origin)?;
        if size == 0 && root != hash::empty() {
            return Err(LogError::EmptyRoot);
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Reads the text of a checkpoint: origin, size and root, each on a line of its own. Extension lines are refused, since no
    /// log of ours adds any and nothing would check them.
    ///
    /// # Errors
    /// [`LogError::CheckpointLines`], [`LogError::Number`], [`LogError::Base64`], [`LogError::KeyName`] or
    /// [`LogError::EmptyRoot`].
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let lines: Vec<&str> = text.strip_suffix('\n').ok_or(LogError::CheckpointLines)?.split('\n').collect();
        let [origin, size, root] = lines[..] else { return Err(LogError::CheckpointLines) };
        Self::new(origin, wire::decimal(size)?, TreeHash::parse(root)?)
    }

    /// The three lines, each ended by a line feed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root over them.
    pub const fn root(&self) -> &TreeHash {
        &self.root
    }

    /// Checks that this is a later state of the log that the other checkpoint shows. A log signs, and a witness cosigns, nothing
    /// that this refuses.
    ///
    /// # Errors
    /// [`LogError::Origin`], or as [`consistency::verify`].
    pub fn follows(&self, earlier: &Self, proof: &[TreeHash]) -> Result<(), LogError> {
        if self.origin != earlier.origin {
            return Err(LogError::Origin);
        }
        consistency::verify((earlier.size, &earlier.root), (self.size, &self.root), proof)
    }

    /// The note that the log publishes.
    ///
    /// # Errors
    /// [`LogError::Origin`] when the key is not named as the log.
    pub fn sign(&self, key: &SigningKey) -> Result<Note, LogError> {
        if key.verifier().name() != self.origin {
            return Err(LogError::Origin);
        }
        let text = self.text();
        Note::new(&text, vec![key.sign(&text)])
    }

    /// What a note says, once the log's signature is found good.
    ///
    /// # Errors
    /// As [`Checkpoint::open_witnessed`].
    pub fn open(note: &[u8], log: &VerifierKey) -> Result<Self, LogError> {
        Self::open_witnessed(note, log, &[]).map(|opened| opened.checkpoint)
    }

    /// What a note says that the log itself keeps: its text and its one signature, byte for byte. Ed25519 has no randomness, so
    /// there is one such note for each checkpoint. Cosignatures of witnesses are kept elsewhere.
    ///
    /// # Errors
    /// As [`Checkpoint::open`]; [`LogError::NotAsSigned`] when anything else stands in the note.
    pub fn open_kept(note: &str, log: &VerifierKey) -> Result<Self, LogError> {
        let opened = Self::open_witnessed(note.as_bytes(), log, &[])?;
        let alone = opened.note.signatures().len() == 1 && opened.note.to_string() == note;
        if alone { Ok(opened.checkpoint) } else { Err(LogError::NotAsSigned) }
    }

    /// What a note says, once the log's signature is found good, and which of these witnesses cosigned it.
    ///
    /// # Errors
    /// As [`Note::parse`], [`Note::verify`] and [`Checkpoint::parse`]; [`LogError::Untrusted`] when the log itself did not
    /// sign, [`LogError::KeyType`] when the log's key is a witness's or the reverse, [`LogError::Origin`].
    pub fn open_witnessed<'k>(note: &[u8], log: &VerifierKey, witnesses: &[&'k VerifierKey]) -> Result<Opened<'k>, LogError> {
        let note = Note::parse(note)?;
        if log.kind() != KeyType::Ed25519 || witnesses.iter().any(|witness| witness.kind() != KeyType::Cosignature) {
            return Err(LogError::KeyType);
        }
        note.verify(&[log])?;
        let cosigned = match note.verify(witnesses) {
            Err(LogError::Untrusted) => Vec::new(),
            checked => checked?,
        };
        let checkpoint = Self::parse(note.text())?;
        if checkpoint.origin != log.name() {
            return Err(LogError::Origin);
        }
        Ok(Opened { checkpoint, cosigned, note })
    }
}
