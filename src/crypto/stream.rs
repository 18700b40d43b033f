//! Sealing and opening what is too large for memory: the same layout as any sealed item, written and read in chunks.
//!
//! The ciphertext is hashed whole before any of it is opened ([`Checked`]), from the descriptor that it is then read from.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use age::stream::{StreamReader, StreamWriter};
use sha2::{Digest, Sha256};

use super::{Identity, OpenError, Recipient, SealContext, envelope};
use crate::audit::Recorded;

/// What was written: for the row and the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streamed {
    /// SHA-256 of the ciphertext.
    pub sha256: [u8; 32],
    /// Its length in bytes.
    pub size: u64,
}

/// Hashes and counts on the way.
struct Hashing<W> {
    out: W,
    hash: Sha256,
    size: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Seals a stream whose length is known beforehand.
pub struct StreamSealer<W: Write> {
    age: StreamWriter<Hashing<W>>,
    left: u64,
    padding: usize,
}

impl<W: Write> StreamSealer<W> {
    /// Seals `length` bytes to the compartment's recipient, whose publication has been checked.
    ///
    /// # Errors
    /// The writer's own.
    pub fn new(at: &SealContext, length: u64, recipient: &Recipient, out: W) -> io::Result<Self> {
        let head = envelope::head(at, length);
        let content = usize::try_from(length).map_err(io::Error::other)?;
        let total = head.len() + content;
        let mut age = recipient.encrypt_to(Hashing { out, hash: Sha256::new(), size: 0 })?;
        age.write_all(&head)?;
        Ok(Self { age, left: length, padding: envelope::padded(total) - total })
    }

    /// Writes padding and the last chunk; gives the writer back, with hash and size of what went into it.
    ///
    /// # Errors
    /// `UnexpectedEof` when less came than was said; the writer's own.
    pub fn finish(mut self) -> io::Result<(W, Streamed)> {
        if self.left > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        io::copy(&mut io::repeat(0).take(self.padding as u64), &mut self.age)?;
        let Hashing { out, hash, size } = self.age.finish()?;
        Ok((out, Streamed { sha256: hash.finalize().into(), size }))
    }
}

impl<W: Write> Write for StreamSealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() as u64 > self.left {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "more came than was said"));
        }
        let written = self.age.write(bytes)?;
        self.left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.age.flush()
    }
}

/// A ciphertext whose hash was found to be that of its row, ready to be read again from the same descriptor.
pub struct Checked<R> {
    sealed: R,
    sha256: [u8; 32],
}

impl<R: Read + Seek> Checked<R> {
    /// Hashes all of it.
    ///
    /// # Errors
    /// [`OpenError::Damaged`] when it is not what the row says, or cannot be read.
    pub fn new(mut sealed: R, row_sha256: &[u8; 32]) -> Result<Self, OpenError> {
        let found = sha256_of(&mut sealed).map_err(|_| OpenError::Damaged)?;
        if found != *row_sha256 {
            return Err(OpenError::Damaged);
        }
        sealed.seek(SeekFrom::Start(0)).map_err(|_| OpenError::Damaged)?;
        Ok(Self { sealed, sha256: found })
    }

    /// Its hash, for the event that will name it.
    pub const fn sha256(&self) -> [u8; 32] {
        self.sha256
    }
}

fn sha256_of(reader: &mut impl Read) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hash.finalize().into()),
            count => hash.update(&buffer[..count]),
        }
    }
}

/// The content of a sealed stream. Reading fails at the first chunk that is not authentic, and at the end unless everything
/// after the content is what belongs there.
pub struct OpenedStream<R: Read> {
    age: StreamReader<BufReader<R>>,
    left: u64,
    padding: u64,
}

/// Opens a stream that the record names.
///
/// # Errors
/// [`OpenError::NotRecorded`] when no event shows it with this hash, otherwise the class of what is wrong.
pub fn open_stream<R: Read>(
    recorded: &Recorded,
    at: &SealContext,
    checked: Checked<R>,
    identity: &Identity,
) -> Result<OpenedStream<R>, OpenError> {
    if !recorded.names(at.entry, &checked.sha256) {
        return Err(OpenError::NotRecorded);
    }
    let mut age = identity.decrypt_from(checked.sealed)?;
    // All but the content's length is known; that is read.
    let mut wanted = envelope::head(at, 0);
    let fixed = wanted.len() - size_of::<u64>();
    let mut head = vec![0; wanted.len()];
    age.read_exact(&mut head).map_err(|_| OpenError::Damaged)?;
    wanted.truncate(fixed);
    if head[0] != wanted[0] {
        return Err(OpenError::WrongVersion);
    }
    if head[..fixed] != wanted {
        return Err(OpenError::WrongContext);
    }
    let left = head[fixed..].try_into().map(u64::from_be_bytes).map_err(|_| OpenError::Damaged)?;
    let total = usize::try_from(left).ok().and_then(|left| left.checked_add(head.len())).ok_or(OpenError::Damaged)?;
    let padding = envelope::padded(total).checked_sub(total).ok_or(OpenError::Damaged)? as u64;
    Ok(OpenedStream { age, left, padding })
}

impl<R: Read> OpenedStream<R> {
    /// How many bytes of content are still to come.
    pub const fn left(&self) -> u64 {
        self.left
    }

    /// After the content: the zeros that belong there, and the end.
    fn end(&mut self) -> io::Result<()> {
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "the sealed bytes are damaged");
        let mut buffer = [0; 4096];
        loop {
            match self.age.read(&mut buffer)? {
                0 if self.padding == 0 => return Ok(()),
                0 => return Err(damaged()),
                count => {
                    let is_zero = buffer[..count].iter().all(|byte| *byte == 0);
                    self.padding = self.padding.checked_sub(count as u64).filter(|_| is_zero).ok_or_else(damaged)?;
                }
            }
        }
    }
}

impl<R: Read> Read for OpenedStream<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            self.end()?;
            return Ok(0);
        }
        let room = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.age.read(&mut buffer[..room])?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= count as u64;
        Ok(count)
    }
}
