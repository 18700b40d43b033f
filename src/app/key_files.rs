//! The server's key files: outside the database and its backups, readable by the hub's own user alone.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::Error;
use crate::{
    audit::Authenticator,
    crypto::{HashKey, Pepper, Peppers, SealingKey, SealingKeys},
    domain::ports::Random,
};

const EVENT: &str = "event-1.key";
const LOG: &str = "log-1.key";
const PEPPER: &str = "pepper-1.key";
const SECOND_FACTOR: &str = "second-factor-1.key";

/// The keys as read.
pub struct KeyFiles {
    /// Authenticates events.
    pub authenticator: Authenticator,
    /// Hashes what could be guessed; derived from the key that authenticates events.
    pub hashes: HashKey,
    /// The log's signing seed.
    pub log: Zeroizing<[u8; 32]>,
    /// Go into every password.
    pub peppers: Peppers,
    /// Seal second factors.
    pub sealing: SealingKeys,
}

impl KeyFiles {
    /// Reads the key files of a folder.
    ///
    /// # Errors
    /// [`Error::Configuration`] names the file and what to mend: missing, readable by others, or not 64 hexadecimal digits.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let unusable = |_| Error::Configuration("a key file holds a key of zeros".into());
        let event = read(&folder.join(EVENT))?;
        Ok(Self {
            hashes: HashKey::derived(&event),
            authenticator: Authenticator::new(event),
            log: read(&folder.join(LOG))?,
            peppers: Peppers::new(vec![Pepper::new(1, read(&folder.join(PEPPER))?)]).map_err(unusable)?,
            sealing: SealingKeys::new(vec![SealingKey::new(1, read(&folder.join(SECOND_FACTOR))?)]).map_err(unusable)?,
        })
    }

    /// Reads only the key that authenticates events: all that a verification needs.
    ///
    /// # Errors
    /// As [`KeyFiles::read`].
    pub fn authenticator(folder: &Path) -> Result<Authenticator, Error> {
        Ok(Authenticator::new(read(&folder.join(EVENT))?))
    }

    /// What is wrong with each of a folder's key files; nothing where they can be used.
    pub fn faults(folder: &Path) -> Vec<Error> {
        [EVENT, LOG, PEPPER, SECOND_FACTOR].iter().filter_map(|name| read(&folder.join(name)).err()).collect()
    }

    /// Makes the key files that a folder lacks, each 32 random bytes, mode 600. None is ever overwritten.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the folder cannot be written.
    pub fn make_missing(folder: &Path, random: &dyn Random) -> Result<(), Error> {
        fs::create_dir_all(folder).map_err(|error| fault(folder, &format!("cannot be made: {}", error.kind())))?;
        let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
        for name in [EVENT, LOG, PEPPER, SECOND_FACTOR] {
            let path = folder.join(name);
            if path.exists() {
                continue;
            }
            let mut key = Zeroizing::new([0; 32]);
            random.fill(&mut key[..]);
            let text = Zeroizing::new(format!("{}\n", hex::encode(&key[..])));
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
                .map_err(|error| fault(&path, &format!("cannot be made: {}", error.kind())))?;
            let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
            written.map_err(|error| fault(&path, &format!("cannot be written: {}", error.kind())))?;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Zeroizing<[u8; 32]>, Error> {
    let metadata = fs::metadata(path).map_err(|error| fault(path, &format!("cannot be read: {}", error.kind())))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(fault(path, "can be read by others; set its mode to 600"));
    }
    let text = fs::read_to_string(path).map_err(|error| fault(path, &format!("cannot be read: {}", error.kind())))?;
    let text = Zeroizing::new(text);
    let mut key = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim_end(), &mut key[..]).map_err(|_| fault(path, "does not hold 64 hexadecimal digits"))?;
    Ok(key)
}

fn fault(path: &Path, what: &str) -> Error {
    let name: PathBuf = path.file_name().map(PathBuf::from).unwrap_or_default();
    Error::Configuration(format!("the key file {} {what}", name.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::clock::SystemRandom;

    #[test]
    fn keys_are_made_once_and_only_for_their_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        KeyFiles::make_missing(folder.path(), &SystemRandom).expect("made");
        let before = fs::read(folder.path().join(LOG)).expect("read");
        KeyFiles::make_missing(folder.path(), &SystemRandom).expect("made");
        assert_eq!(fs::read(folder.path().join(LOG)).expect("read"), before);
        KeyFiles::read(folder.path()).map(drop).expect("reads");

        fs::set_permissions(folder.path().join(LOG), fs::Permissions::from_mode(0o640)).expect("set");
        let error = KeyFiles::read(folder.path()).map(drop).expect_err("too open");
        assert!(error.to_string().contains("log-1.key can be read by others"), "{error}");
        fs::remove_file(folder.path().join(LOG)).expect("removed");
        let error = KeyFiles::read(folder.path()).map(drop).expect_err("missing");
        assert!(error.to_string().contains("log-1.key cannot be read"), "{error}");
        fs::write(folder.path().join(EVENT), "no key").expect("written");
        let faults: Vec<String> = KeyFiles::faults(folder.path()).iter().map(ToString::to_string).collect();
        assert!(faults.len() == 2 && faults[0].contains(EVENT) && faults[1].contains(LOG), "{faults:?}");
    }
}
