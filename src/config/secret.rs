//! Texts that come from a file and are never shown.

use std::path::Path;

use zeroize::Zeroizing;

use super::Error;

/// A secret text; wiped from memory when dropped, and hidden from `Debug`.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text that must not be shown.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself, for the one place that uses it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Reads a secret's file: one text, white space at its ends dropped.
pub(super) fn read(key: &'static str, file: &Path) -> Result<Secret, Error> {
    let refuse = |problem: String| Error::SecretFile { key, file: file.to_owned(), problem };
    check_private(key, file)?;
    let text = Zeroizing::new(std::fs::read_to_string(file).map_err(|error| refuse(format!("cannot be read: {error}")))?);
    match text.trim() {
        "" => Err(refuse("is empty".to_owned())),
        text => Ok(Secret::new(text.to_owned())),
    }
}

/// A secret that anyone on the machine may read is none. A group may read it, for services that get theirs that way.
///
/// # Errors
/// [`Error::SecretFile`] names the file and the command that mends it.
#[cfg(unix)]
pub fn check_private(key: &'static str, file: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    const OTHERS_OR_GROUP_WRITE: u32 = 0o027;
    let refuse = |problem: String| Error::SecretFile { key, file: file.to_owned(), problem };
    let mode = std::fs::metadata(file).map_err(|error| refuse(format!("cannot be read: {error}")))?.permissions().mode();
    if mode & OTHERS_OR_GROUP_WRITE == 0 {
        return Ok(());
    }
    Err(refuse(format!("is open to others (mode {:03o}); run: chmod 600 {}", mode & 0o777, file.display())))
}

/// The same where files have no mode.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn check_private(_key: &'static str, _file: &Path) -> Result<(), Error> {
    Ok(())
}
