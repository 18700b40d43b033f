//! The secret keys of a log and of a witness. Neither can be printed, copied or read back out.

use ed25519_dalek::Signer;
use zeroize::Zeroizing;

use super::{
    LogError,
    checkpoint::Checkpoint,
    key::{KeyType, VerifierKey},
    note::Signature,
};
use crate::domain::time::Timestamp;

/// A log's Ed25519 key; erased from memory when dropped.
pub struct SigningKey {
    public: VerifierKey,
    secret: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// From its 32-byte seed (RFC 8032), under the log's name.
    ///
    /// # Errors
    /// [`LogError::KeyName`].
    pub fn from_seed(name: &str, seed: &Zeroizing<[u8; 32]>) -> Result<Self, LogError> {
        let (public, secret) = pair(name, KeyType::Ed25519, seed)?;
        Ok(Self { public, secret })
    }

    /// What others check this key's signatures with; its text is the vkey.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.public
    }

    /// Signs the text of a note, its final line feed included.
    pub(super) fn sign(&self, text: &str) -> Signature {
        Signature::new(&self.public, self.secret.sign(text.as_bytes()).to_bytes().to_vec())
    }
}

/// A witness's Ed25519 key for cosignatures; erased from memory when dropped. One key serves one witness name only.
pub struct CosigningKey {
    public: VerifierKey,
    secret: ed25519_dalek::SigningKey,
}

impl CosigningKey {
    /// From its 32-byte seed (RFC 8032), under the witness's name.
    ///
    /// # Errors
    /// [`LogError::KeyName`].
    pub fn from_seed(name: &str, seed: &Zeroizing<[u8; 32]>) -> Result<Self, LogError> {
        let (public, secret) = pair(name, KeyType::Cosignature, seed)?;
        Ok(Self { public, secret })
    }

    /// What others check this key's cosignatures with; its text is the vkey.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.public
    }

    /// States that at this moment the checkpoint is the largest consistent one that the witness has seen. Whoever calls has
    /// checked that, and stored the checkpoint, before.
    pub fn cosign(&self, checkpoint: &Checkpoint, at: Timestamp) -> Signature {
        let seconds = at.seconds();
        let signature = self.secret.sign(cosigned(seconds, &checkpoint.text()).as_bytes());
        let mut bytes = seconds.to_be_bytes().to_vec();
        bytes.extend_from_slice(&signature.to_bytes());
        Signature::new(&self.public, bytes)
    }
}

/// What a witness signs: two lines of its own, then the checkpoint's whole text.
pub(super) fn cosigned(seconds: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

fn pair(name: &str, kind: KeyType, seed: &Zeroizing<[u8; 32]>) -> Result<(VerifierKey, ed25519_dalek::SigningKey), LogError> {
    let secret = ed25519_dalek::SigningKey::from_bytes(seed);
    let public = VerifierKey::new(name, kind, secret.verifying_key().as_bytes())?;
    Ok((public, secret))
}
