//! A directory of blobs, one file each, named by id. Unfinished ones end in `.part`.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{Blobs, Lying, NewBlob, OpenBlob, Scratch};
use crate::domain::{ids::EntryId, ports::Random, time::Timestamp};

const PART: &str = ".part";

/// A directory that only the hub's own user can enter.
pub struct BlobDirectory {
    path: PathBuf,
    random: Arc<dyn Random>,
}

impl BlobDirectory {
    /// Over a directory that may not exist yet; it is made at the first write.
    pub fn new(path: &Path, random: Arc<dyn Random>) -> Self {
        Self { path: path.to_owned(), random }
    }

    fn fresh(&self, name: &str) -> io::Result<(PathBuf, File)> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.path)?;
        let path = self.path.join(name);
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        Ok((path, file))
    }
}

/// A file that goes away unless it is kept.
struct Part {
    file: File,
    path: PathBuf,
    last: PathBuf,
    /// The moment it was begun, by the hub's clock and not the machine's.
    at: Timestamp,
    kept: bool,
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl NewBlob for Part {
    fn settle(&mut self) -> io::Result<()> {
        self.file.set_modified(moment(self.at))?;
        self.file.sync_all()
    }

    fn keep(mut self: Box<Self>) -> io::Result<()> {
        self.settle()?;
        fs::rename(&self.path, &self.last)?;
        self.kept = true;
        // The name is in the directory's own bytes, and lasts only once these do.
        let folder = self.last.parent().unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.kept {
            // If it cannot be removed now, the sweep does it later.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn moment(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(at.millis().unsigned_abs())
}

impl Blobs for BlobDirectory {
    fn scratch(&self) -> io::Result<Box<dyn Scratch>> {
        let mut name = [0; 16];
        self.random.fill(&mut name);
        let (path, file) = self.fresh(&format!("scratch-{}{PART}", hex::encode(name)))?;
        fs::remove_file(path)?;
        Ok(Box::new(file))
    }

    fn create(&self, id: EntryId, at: Timestamp) -> io::Result<Box<dyn NewBlob>> {
        let (path, file) = self.fresh(&format!("{id}{PART}"))?;
        Ok(Box::new(Part { file, path, last: self.path.join(id.to_string()), at, kept: false }))
    }

    fn open(&self, id: EntryId) -> io::Result<Option<Box<dyn OpenBlob>>> {
        match File::open(self.path.join(id.to_string())) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn list(&self) -> io::Result<Vec<Lying>> {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut lying = Vec::new();
        for entry in entries {
            let entry = entry?;
            let modified = match entry.metadata().and_then(|about| about.modified()) {
                Ok(modified) => modified,
                // Finished or dropped since the listing began.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let since = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            let name = entry.file_name().to_string_lossy().into_owned();
            lying.push(Lying {
                id: EntryId::parse(&name).ok(),
                unfinished: name.ends_with(PART),
                at: Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
                name,
            });
        }
        Ok(lying)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        // Names come from `list`, which names what lies in the directory itself.
        if name.contains('/') || name == ".." {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        fs::remove_file(self.path.join(name))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Random for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    fn directory(folder: &Path) -> BlobDirectory {
        BlobDirectory::new(&folder.join("blobs"), Arc::new(Counting(0.into())))
    }

    fn at() -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000)
    }

    #[test]
    fn a_blob_is_there_once_kept_and_leaves_nothing_when_it_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = directory(folder.path());
        assert_eq!(blobs.list().expect("no directory yet is an empty one"), []);
        let (kept, dropped) = (EntryId::from_bytes([1; 16]), EntryId::from_bytes([2; 16]));
        assert!(blobs.open(kept).expect("reads").is_none());

        let mut one = blobs.create(kept, at()).expect("begins");
        one.write_all(b"sealed").expect("writes");
        assert!(blobs.open(kept).expect("reads").is_none(), "not before it is kept");
        assert!(blobs.list().expect("lists")[0].unfinished);
        one.keep().expect("lasts");
        blobs.create(dropped, at()).expect("begins").write_all(b"gone").expect("writes");

        let mut content = Vec::new();
        blobs.open(kept).expect("reads").expect("there").read_to_end(&mut content).expect("reads");
        assert_eq!(content, b"sealed");
        let expected = Lying { name: kept.to_string(), id: Some(kept), unfinished: false, at: at() };
        assert_eq!(blobs.list().expect("lists"), [expected]);
        blobs.remove(&kept.to_string()).expect("removes");
        assert!(blobs.list().expect("lists").is_empty());
        assert!(blobs.remove("../keys").is_err());
    }

    #[test]
    fn an_id_is_written_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = directory(folder.path());
        let _one = blobs.create(EntryId::from_bytes([1; 16]), at()).expect("begins");
        assert!(blobs.create(EntryId::from_bytes([1; 16]), at()).is_err());
    }

    #[test]
    fn scratch_has_no_name_and_reads_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = directory(folder.path());
        let (mut one, mut other) = (blobs.scratch().expect("made"), blobs.scratch().expect("made"));
        one.write_all(b"one").expect("writes");
        other.write_all(b"other").expect("writes");
        one.seek(io::SeekFrom::Start(0)).expect("seeks");
        let mut content = String::new();
        one.read_to_string(&mut content).expect("reads");
        assert_eq!(content, "one");
        assert_eq!(blobs.list().expect("lists"), []);
    }

    #[test]
    fn only_the_hub_may_look() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = directory(folder.path());
        let id = EntryId::from_bytes([1; 16]);
        blobs.create(id, at()).expect("begins").keep().expect("lasts");
        let mode = |path: PathBuf| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(folder.path().join("blobs")), 0o700);
        assert_eq!(mode(folder.path().join("blobs").join(id.to_string())), 0o600);
    }
}
