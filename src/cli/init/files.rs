//! The files that set-up makes: none is ever written over, and what was made is taken away again if it comes to nothing.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use crate::cli::{Exit, Failure};

/// What was made so far. Dropped before [`Files::keep`], it is removed: files, and folders that are empty.
#[derive(Default)]
pub(super) struct Files(Vec<PathBuf>);

impl Files {
    /// Makes a folder for the hub's user alone, unless it is there.
    pub(super) fn make_folder(&mut self, folder: &Path) -> Result<(), Failure> {
        let missing: Vec<PathBuf> =
            folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).map(Path::to_owned).collect();
        for path in missing.into_iter().rev() {
            DirBuilder::new().mode(0o700).create(&path).map_err(|error| refuse(&path, &error))?;
            self.0.push(path);
        }
        Ok(())
    }

    /// Keeps a secret in a file of mode 600; one that is there must hold the same.
    pub(super) fn write_secret(&mut self, file: &Path, secret: &str) -> Result<(), Failure> {
        if write_once(file, &format!("{secret}\n"))? {
            self.0.push(file.to_owned());
        }
        Ok(())
    }

    /// What was made stays.
    pub(super) fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        for path in self.0.drain(..).rev() {
            // Best effort: something else may have been put there meanwhile, and then it stays.
            let _ = if path.is_dir() { fs::remove_dir(&path) } else { fs::remove_file(&path) };
        }
    }
}

/// The folder that a configuration's relative paths are relative to.
pub(super) fn folder_of(file: &Path) -> PathBuf {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// Fails where another configuration has the name; the same one is what an earlier try left.
pub(super) fn refuse_another(file: &Path, text: &str) -> Result<(), Failure> {
    match fs::read_to_string(file) {
        Ok(there) if there == text => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        _ => Err(taken(file)),
    }
}

/// Writes a file of mode 600 that is not there yet, and says whether it did; one that is there must hold the same.
pub(super) fn write_once(file: &Path, text: &str) -> Result<bool, Failure> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Ok(mut made) => {
            let written = made.write_all(text.as_bytes()).and_then(|()| made.sync_all());
            written.map_err(|error| {
                // Half a file would be in the way of the next try.
                let _ = fs::remove_file(file);
                refuse(file, &error)
            })?;
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => match fs::read_to_string(file) {
            Ok(there) if there == text => Ok(false),
            _ => Err(taken(file)),
        },
        Err(error) => Err(refuse(file, &error)),
    }
}

fn taken(file: &Path) -> Failure {
    let words = format!(
        "{} is there already and holds something else: it is never written over. Use another name, or move it.",
        file.display()
    );
    Failure::new(Exit::Configuration, words)
}

fn refuse(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Configuration, format!("{} cannot be made: {}", path.display(), error.kind()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_comes_to_nothing_is_taken_away_and_what_was_there_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let (inner, secret) = (folder.path().join("a/b"), folder.path().join("a/b/secret"));
        {
            let mut files = Files::default();
            files.make_folder(&inner).expect("made");
            files.write_secret(&secret, "hidden").expect("written");
            let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
            assert_eq!((mode(&inner), mode(&secret)), (0o700, 0o600));
        }
        assert!(!folder.path().join("a").exists());
        let mut files = Files::default();
        files.make_folder(&inner).expect("made");
        files.write_secret(&secret, "hidden").expect("written");
        files.keep();
        drop(files);
        let mut files = Files::default();
        files.write_secret(&secret, "hidden").expect("the same is there");
        assert!(files.write_secret(&secret, "other").expect_err("another").to_string().contains("holds something else"));
        drop(files);
        assert_eq!(fs::read_to_string(&secret).expect("read"), "hidden\n");
        refuse_another(&secret, "hidden\n").expect("the same");
        assert_eq!(refuse_another(&secret, "x").expect_err("another").exit, Exit::Configuration);
    }
}
