//! The embedded database's files: like the keys, for the hub's own user alone. What is sealed in them stays sealed without this;
//! who sent what to whom, and everybody's password hash, does not.

use std::{
    fs::{self, OpenOptions},
    io::ErrorKind,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use super::Error;

/// Makes an empty file for a database that is not there yet, mode 600. `SQLite` gives the files beside it the same mode.
///
/// # Errors
/// [`Error::Configuration`] when it cannot be made.
pub(super) fn make_missing(path: &Path) -> Result<(), Error> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(fault(path, &format!("cannot be made: {}", error.kind()))),
    }
}

/// Fails when others can read or change a database's files, or put others in their place.
///
/// # Errors
/// [`Error::Configuration`] names the file or folder and the mode to set.
pub(super) fn check(path: &Path) -> Result<(), Error> {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        let file = PathBuf::from(name);
        if mode(&file).is_some_and(|mode| mode & 0o077 != 0) {
            return Err(fault(&file, "can be read by others; set its mode to 600"));
        }
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if mode(folder).is_some_and(|mode| mode & 0o022 != 0) {
        return Err(fault(folder, "can be changed by others; set its mode to 700"));
    }
    Ok(())
}

/// Nothing for what is not there.
fn mode(path: &Path) -> Option<u32> {
    fs::metadata(path).ok().map(|found| found.permissions().mode())
}

fn fault(path: &Path, what: &str) -> Error {
    Error::Configuration(format!("{} {what}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("exchange.sqlite");
        check(&path).expect("nothing there, nothing wrong");
        make_missing(&path).expect("made");
        make_missing(&path).expect("there already");
        assert_eq!(mode(&path).map(|mode| mode & 0o777), Some(0o600));
        check(&path).expect("private");
        let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
        for name in ["exchange.sqlite", "exchange.sqlite-wal", "exchange.sqlite-shm"] {
            let file = folder.path().join(name);
            make_missing(&file).expect("made");
            set(&file, 0o640);
            let error = check(&path).expect_err("too open").to_string();
            assert!(error.ends_with(&format!("{name} can be read by others; set its mode to 600")), "{error}");
            set(&file, 0o600);
        }
        set(folder.path(), 0o770);
        let error = check(&path).expect_err("too open").to_string();
        assert!(error.ends_with("can be changed by others; set its mode to 700"), "{error}");
        set(folder.path(), 0o700);
        check(&path).expect("private again");
    }
}
