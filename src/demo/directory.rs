//! A demonstration's directory: whose it is, filling it once, opening it again. Nothing in it names where it lies, so a
//! copy works as well as the original.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{SettableClock, SignIn, fill, found_whole};
use crate::{
    app::{self, App, Error, KeyFiles, SystemRandom},
    config::Config,
    domain::time::Timestamp,
};

/// Who can sign in; there once the directory is complete.
const RECORD: &str = "demo.json";
/// There while a directory is being filled: what lies beside it was never in use.
const FILLING: &str = "demo.filling";
/// The verifier key of the log.
const VERIFIER_KEY: &str = "log.vkey";
/// What filling makes.
const MADE: [&str; 8] =
    ["exchange.sqlite", "exchange.sqlite-wal", "exchange.sqlite-shm", "blobs", "keys", "certs", VERIFIER_KEY, RECORD];
/// How far back the made-up past begins: two years.
const PAST: Duration = Duration::from_hours(24 * 31 * 24);

/// Whether a folder is a demonstration's, complete or not: its keys and passwords are known to everybody who looked.
pub fn is_demonstration(folder: &Path) -> bool {
    [RECORD, FILLING].iter().any(|name| folder.join(name).exists())
}

/// The record of a complete directory.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    seed: u64,
    users: Vec<SignIn>,
}

/// A demonstration's directory that is complete.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    record: Record,
}

/// What a directory is to us.
#[derive(Debug)]
pub enum Found {
    /// Complete.
    Complete(Directory),
    /// Empty, absent, or never completed: to be filled.
    ToFill(Vacancy),
}

/// A directory that may be filled.
#[derive(Debug)]
pub struct Vacancy {
    path: PathBuf,
    /// Whether an earlier filling was stopped half-way.
    pub unfinished: bool,
}

impl Directory {
    /// Looks at a directory and changes nothing.
    ///
    /// # Errors
    /// [`Error::Configuration`] when it holds anything that is not a demonstration's, or cannot be read.
    pub fn look(path: &Path) -> Result<Found, Error> {
        let vacant = |unfinished| Ok(Found::ToFill(Vacancy { path: path.to_owned(), unfinished }));
        let mut names = match fs::read_dir(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return vacant(false),
            Err(error) => return Err(fault(path, &format!("cannot be read: {}", error.kind()))),
            Ok(entries) => entries.map(|entry| entry.map(|entry| entry.file_name())),
        };
        if path.join(FILLING).exists() {
            return vacant(true);
        }
        let record = path.join(RECORD);
        if record.exists() {
            let text =
                fs::read_to_string(&record).map_err(|error| fault(&record, &format!("cannot be read: {}", error.kind())))?;
            // The parser's words would quote the file, and it holds passwords.
            let record = serde_json::from_str(&text).map_err(|_| fault(&record, "is not what a demonstration writes"))?;
            return Ok(Found::Complete(Self { path: path.to_owned(), record }));
        }
        match names.next() {
            None => vacant(false),
            Some(_) if path.join("exchange.sqlite").exists() => {
                Err(fault(path, "holds the data of a hub that is no demonstration; give an empty directory"))
            }
            Some(_) => Err(fault(path, "is not empty and holds no demonstration; give an empty directory")),
        }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What its people and story were drawn from.
    pub const fn seed(&self) -> u64 {
        self.record.seed
    }

    /// Who can sign in.
    pub fn users(&self) -> &[SignIn] {
        &self.record.users
    }

    /// Keeps other demonstrations out of the directory for as long as the answer lives.
    ///
    /// # Errors
    /// [`Error::Configuration`] when one is running in it.
    pub fn hold(&self) -> Result<File, Error> {
        hold(&self.path, RECORD)
    }
}

/// A lock on one of the directory's own files; it ends with the process, however that ends.
fn hold(path: &Path, name: &str) -> Result<File, Error> {
    let file = path.join(name);
    let held = File::open(&file).map_err(|error| fault(&file, &format!("cannot be read: {}", error.kind())))?;
    match held.try_lock() {
        Ok(()) => Ok(held),
        Err(TryLockError::WouldBlock) => Err(fault(path, "is in use by another demonstration; end that one first")),
        Err(TryLockError::Error(error)) => Err(fault(&file, &format!("cannot be locked: {}", error.kind()))),
    }
}

impl Vacancy {
    /// Founds the partnership and fills it with a past that ends at `now`, with the pathways of a directory or those built in.
    /// More than a hundred passwords are stretched at full cost, which is most of the time it takes.
    ///
    /// # Errors
    /// [`Error`]; the directory is then begun anew the next time.
    pub async fn fill(self, seed: u64, now: Timestamp, pathways: Option<&Path>) -> Result<Directory, Error> {
        let Self { path, unfinished } = self;
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.map_err(|error| fault(&path, &format!("cannot be made: {}", error.kind())))?;
        if !unfinished {
            write_private(&path.join(FILLING), "")?;
        }
        let filling = hold(&path, FILLING)?;
        if unfinished {
            clear(&path)?;
        }
        let config = Config::demo(&path, pathways).map_err(|error| Error::Configuration(error.to_string()))?;
        KeyFiles::make_missing(&config.keys.directory, &SystemRandom)?;
        let blobs = &config.blobs.directory;
        fs::create_dir_all(blobs).map_err(|error| fault(blobs, &format!("cannot be made: {}", error.kind())))?;
        app::migrate(&config).await?;

        let clock = Arc::new(SettableClock::at(now.minus(PAST)));
        let app = App::open(&config, Arc::clone(&clock) as _, Arc::new(SystemRandom), true).await?;
        let people = found_whole(&app, &clock).await?;
        Box::pin(fill(&app, &clock, &people, seed, now)).await?;
        app.stop_sequencing().await?;
        let key = app.verifier_key();
        app.close().await?;

        let record = Record { seed, users: people.iter().map(SignIn::from).collect() };
        let text = serde_json::to_string_pretty(&record).map_err(|error| Error::Internal(Box::new(error)))?;
        write(&path.join(VERIFIER_KEY), &format!("{}\n", key.trim_end()), 0o644)?;
        write_private(&path.join(RECORD), &format!("{text}\n"))?;
        remove(&path.join(FILLING))?;
        drop(filling);
        Ok(Directory { path, record })
    }
}

/// Takes away what an unfinished filling made, and nothing else.
fn clear(path: &Path) -> Result<(), Error> {
    for name in MADE {
        let path = path.join(name);
        if path.is_dir() {
            fs::remove_dir_all(&path).map_err(|error| fault(&path, &format!("cannot be removed: {}", error.kind())))?;
        } else {
            remove(&path)?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(fault(path, &format!("cannot be removed: {}", error.kind())))
        }
        _ => Ok(()),
    }
}

fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    write(path, text, 0o600)
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), Error> {
    // A left-over file would keep its old mode.
    remove(path)?;
    let written = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| fault(path, &format!("cannot be written: {}", error.kind())))
}

fn fault(path: &Path, what: &str) -> Error {
    Error::Configuration(format!("{} {what}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &Path) -> String {
        Directory::look(path).map(drop).expect_err("refused").to_string()
    }

    #[test]
    fn only_empty_directories_and_its_own_are_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        let vacant = |path: &Path| matches!(Directory::look(path), Ok(Found::ToFill(Vacancy { unfinished: false, .. })));
        assert!(vacant(path) && vacant(&path.join("absent")));

        fs::write(path.join("notes.txt"), "mine").expect("written");
        assert!(refusal(path).ends_with("is not empty and holds no demonstration; give an empty directory"));
        fs::write(path.join("exchange.sqlite"), "live").expect("written");
        assert!(refusal(path).contains("no demonstration"), "{}", refusal(path));
        assert!(refusal(&path.join("notes.txt")).contains("cannot be read"));

        fs::write(path.join(RECORD), "{\"seed\":1,\"users\":[{\"password\":\"secret\"}]}").expect("written");
        assert!(refusal(path).ends_with("is not what a demonstration writes") && !refusal(path).contains("secret"));
        fs::write(path.join(RECORD), "{\"seed\":7,\"users\":[]}").expect("written");
        assert!(matches!(Directory::look(path), Ok(Found::Complete(directory)) if directory.seed() == 7));
        assert!(is_demonstration(path) && !is_demonstration(&path.join("absent")));
    }

    #[test]
    fn one_demonstration_at_a_time_uses_a_directory() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(RECORD), "{\"seed\":7,\"users\":[]}").expect("written");
        let Ok(Found::Complete(directory)) = Directory::look(folder.path()) else { panic!("it is complete") };
        let first = directory.hold().expect("held");
        let refused = directory.hold().map(drop).expect_err("refused").to_string();
        assert!(refused.ends_with("is in use by another demonstration; end that one first"), "{refused}");
        drop(first);
        directory.hold().expect("free again");
    }

    #[test]
    fn an_unfinished_filling_is_cleared_and_nothing_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        for name in [FILLING, "exchange.sqlite", "notes.txt"] {
            fs::write(path.join(name), "x").expect("written");
        }
        fs::create_dir_all(path.join("keys")).expect("made");
        assert!(matches!(Directory::look(path), Ok(Found::ToFill(Vacancy { unfinished: true, .. }))));
        clear(path).expect("cleared");
        assert!(!path.join("exchange.sqlite").exists() && !path.join("keys").exists() && path.join("notes.txt").exists());
    }
}
