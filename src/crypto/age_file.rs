//! One age file to one recipient: the only place that runs age.

use std::{io::Read, iter};

use age::{DecryptError, Decryptor};
use zeroize::Zeroizing;

use super::{Identity, OpenError, Recipient};

impl Recipient {
    /// Seals the bytes; without the identity nobody opens them again, this program included.
    pub(super) fn encrypt(&self, plaintext: &[u8]) -> Vec<u8> {
        age::encrypt(&self.key, plaintext)
            .unwrap_or_else(|_| unreachable!("one X25519 recipient and a buffer in memory cannot fail"))
    }
}

impl Identity {
    /// Opens bytes that were sealed to the public half.
    pub(super) fn decrypt(&self, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let decryptor = Decryptor::new_buffered(bytes).map_err(|e| class(&e))?;
        let mut reader = decryptor.decrypt(iter::once(&self.age as _)).map_err(|e| class(&e))?;
        // Room for all of it at once: a buffer that grows would leave copies behind that nobody wipes.
        let mut plain = Zeroizing::new(Vec::with_capacity(bytes.len()));
        reader.read_to_end(&mut plain).map_err(|_| OpenError::Damaged)?;
        Ok(plain)
    }
}

const fn class(error: &DecryptError) -> OpenError {
    match error {
        DecryptError::NoMatchingKeys => OpenError::WrongKey,
        _ => OpenError::Damaged,
    }
}
