//! The public keys that notes are checked with, and their one-line spelling, the "vkey".

use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use super::{LogError, wire};

/// What a key signs: the byte stands in the key id and in the vkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// A log's Ed25519 signature over a note's text (0x01).
    Ed25519,
    /// A witness's timestamped cosignature over a checkpoint (0x04, `cosignature/v1`).
    Cosignature,
}

impl KeyType {
    /// The byte that the formats assign.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::Cosignature => 4,
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Ed25519),
            4 => Some(Self::Cosignature),
            _ => None,
        }
    }
}

/// A named public key that is trusted by whoever holds this value. Compared by name, type and key.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: KeyType,
    key: VerifyingKey,
}

impl VerifierKey {
    /// The key with this name.
    ///
    /// # Errors
    /// [`LogError::KeyName`], or [`LogError::WeakKey`] when the bytes are no point of the curve in its one spelling, or one of
    /// small order.
    pub fn new(name: &str, kind: KeyType, key: &[u8; 32]) -> Result<Self, LogError> {
        check_name(name)?;
        if !canonical(key) {
            return Err(LogError::WeakKey);
        }
        let key = VerifyingKey::from_bytes(key).map_err(|_| LogError::WeakKey)?;
        if key.is_weak() { Err(LogError::WeakKey) } else { Ok(Self { name: name.to_owned(), kind, key }) }
    }

    /// Reads a vkey, `name+hex8(id)+base64(type ‖ key)`, without a line feed.
    ///
    /// # Errors
    /// [`LogError::VerifierKey`] for another shape or spelling, [`LogError::KeyType`], [`LogError::KeyId`], [`LogError::WeakKey`],
    /// [`LogError::KeyName`] or [`LogError::Base64`].
    pub fn parse(vkey: &str) -> Result<Self, LogError> {
        let (name, rest) = vkey.split_once('+').ok_or(LogError::VerifierKey)?;
        // Base64 may hold plus signs of its own, the name and the id may not.
        let (id, key) = rest.split_once('+').ok_or(LogError::VerifierKey)?;
        let bytes = wire::base64(key)?;
        let (kind, key) = bytes.split_first().ok_or(LogError::VerifierKey)?;
        let kind = KeyType::from_byte(*kind).ok_or(LogError::KeyType)?;
        let key: &[u8; 32] = key.try_into().map_err(|_| LogError::VerifierKey)?;
        let parsed = Self::new(name, kind, key)?;
        if id.len() != 8 || !id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(LogError::VerifierKey);
        }
        if hex::encode(parsed.id()) == id { Ok(parsed) } else { Err(LogError::KeyId) }
    }

    /// Who signs with it; a log's is also its checkpoints' origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub const fn kind(&self) -> KeyType {
        self.kind
    }

    /// The first four bytes of SHA-256(name ‖ LF ‖ type ‖ key).
    pub fn id(&self) -> [u8; 4] {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(&self.name)
            .chain_update(b"\n")
            .chain_update([self.kind.byte()])
            .chain_update(self.key.as_bytes())
            .finalize()
            .into();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// Whether this is the signature of these bytes. Strict: one signature has one spelling.
    pub(super) fn fits(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(message, &Ed25519Signature::from_bytes(signature)).is_ok()
    }
}

impl std::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut key = vec![self.kind.byte()];
        key.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), wire::to_base64(&key))
    }
}

impl std::fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

/// Whether the coordinate in the lower 255 bits is below the field's prime, 2^255 - 19: the curve library would reduce it.
fn canonical(key: &[u8; 32]) -> bool {
    let [least, middle @ .., most] = key;
    *least < 0xed || middle.iter().any(|byte| *byte != 0xff) || most & 0x7f != 0x7f
}

/// A key name is not empty and holds no space of any script, no plus sign and no control character.
pub(super) fn check_name(name: &str) -> Result<(), LogError> {
    let bad = |c: char| c.is_whitespace() || c == '+';
    if name.is_empty() || name.contains(bad) || !wire::printable(name) { Err(LogError::KeyName) } else { Ok(()) }
}
