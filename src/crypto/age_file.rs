//! One age file to one recipient: the only place that runs age.

use std::{
    io::{self, BufReader, Read, Write},
    iter,
};

use age::{
    DecryptError, Decryptor, Encryptor,
    stream::{StreamReader, StreamWriter},
};
use zeroize::Zeroizing;

use super::{Identity, OpenError, Recipient};

impl Recipient {
    /// Seals the bytes; without the identity nobody opens them again, this program included.
    pub(super) fn encrypt(&self, plaintext: &[u8]) -> Vec<u8> {
        age::encrypt(&self.key, plaintext)
            .unwrap_or_else(|_| unreachable!("one X25519 recipient and a buffer in memory cannot fail"))
    }

    /// Seals what is written, in chunks of 64 KiB, without holding more than one.
    pub(super) fn encrypt_to<W: Write>(&self, out: W) -> io::Result<StreamWriter<W>> {
        let encryptor = Encryptor::with_recipients(iter::once(&self.key as _))
            .unwrap_or_else(|_| unreachable!("one X25519 recipient is a sound list of recipients"));
        encryptor.wrap_output(out)
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

    /// Opens a stream likewise: each chunk is authenticated before any of it is given out.
    pub(super) fn decrypt_from<R: Read>(&self, sealed: R) -> Result<StreamReader<BufReader<R>>, OpenError> {
        let decryptor = Decryptor::new_buffered(BufReader::new(sealed)).map_err(|e| class(&e))?;
        decryptor.decrypt(iter::once(&self.age as _)).map_err(|e| class(&e))
    }
}

const fn class(error: &DecryptError) -> OpenError {
    match error {
        DecryptError::NoMatchingKeys => OpenError::WrongKey,
        _ => OpenError::Damaged,
    }
}
