//! Where sealed files lie: a small trait, and a directory as its first form. Everything in it is ciphertext; nothing in it
//! counts until a row of `attachment` names it.
//! Called from blocking threads, by way of `app`.

mod directory;

use std::io::{self, Read, Seek, Write};

pub use directory::BlobDirectory;

use crate::domain::{ids::EntryId, time::Timestamp};

/// A blob that is being written. Dropped unkept, it leaves nothing.
pub trait NewBlob: Write + Send {
    /// Brings what was written to the disk, which takes its time: to be done before a transaction is opened.
    fn settle(&mut self) -> io::Result<()>;
    /// Makes it last, under its id: when this returns, power may fail.
    fn keep(self: Box<Self>) -> io::Result<()>;
}

/// A file to write to and to read back, without a name: gone once dropped, whatever happens.
pub trait Scratch: Read + Write + Seek + Send {}
impl<T: Read + Write + Seek + Send> Scratch for T {}

/// A blob open for reading.
pub trait OpenBlob: Read + Seek + Send {}
impl<T: Read + Seek + Send> OpenBlob for T {}

/// What lies in the store under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lying {
    /// Its name: a blob's id, or something else.
    pub name: String,
    /// The blob's id, where the name is one.
    pub id: Option<EntryId>,
    /// Whether it is a blob not yet finished.
    pub unfinished: bool,
    /// The moment it was begun with.
    pub at: Timestamp,
}

/// A store of sealed files.
pub trait Blobs: Send + Sync {
    /// A file without a name.
    fn scratch(&self) -> io::Result<Box<dyn Scratch>>;
    /// Begins a blob, marked with the moment it is begun.
    fn create(&self, id: EntryId, at: Timestamp) -> io::Result<Box<dyn NewBlob>>;
    /// Opens a blob; none when it is not there.
    fn open(&self, id: EntryId) -> io::Result<Option<Box<dyn OpenBlob>>>;
    /// Everything that lies there.
    fn list(&self) -> io::Result<Vec<Lying>>;
    /// Removes what lies under a name that [`Blobs::list`] gave.
    fn remove(&self, name: &str) -> io::Result<()>;
}
