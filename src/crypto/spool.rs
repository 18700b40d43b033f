//! A file that is still arriving: kept aside under a key that lives as long as the upload and is written down nowhere.

use std::io::{self, BufReader, Read, Write};

use age::stream::{StreamReader, StreamWriter};

use super::{Identity, OpenError};
use crate::domain::ports::Random;

/// The key of one upload; what was sealed under it is noise once it is dropped.
pub struct SpoolKey(Identity);

/// Seals what is written.
pub struct SpoolWriter<W: Write>(StreamWriter<W>);

/// Gives back what was written.
pub struct SpoolReader<R: Read>(StreamReader<BufReader<R>>);

impl SpoolKey {
    /// A fresh one.
    pub fn new(random: &dyn Random) -> Self {
        Self(Identity::random(random))
    }

    /// Seals to this writer.
    ///
    /// # Errors
    /// The writer's own.
    pub fn write<W: Write>(&self, out: W) -> io::Result<SpoolWriter<W>> {
        self.0.recipient().encrypt_to(out).map(SpoolWriter)
    }

    /// Opens what this key sealed, from its beginning.
    ///
    /// # Errors
    /// [`OpenError`] when it is something else.
    pub fn read<R: Read>(&self, sealed: R) -> Result<SpoolReader<R>, OpenError> {
        self.0.decrypt_from(sealed).map(SpoolReader)
    }
}

impl<W: Write> SpoolWriter<W> {
    /// Writes the last chunk; gives the writer back.
    ///
    /// # Errors
    /// The writer's own.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl<W: Write> Write for SpoolWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<R: Read> Read for SpoolReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}
