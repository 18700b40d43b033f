//! What can be wrong with a configuration, in words that say how to mend it.

use std::path::PathBuf;

/// Why the configuration was refused. Messages name keys, never the values of secrets.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read.
    #[error("cannot read {}: {source}", file.display())]
    Unreadable {
        /// The file asked for.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("the configuration file is not valid TOML: {message}")]
    NotToml {
        /// Where and what, without the text of the line, which may hold a secret put there by mistake.
        message: String,
    },
    /// A key that no setting has.
    #[error("unknown key `{key}` ({origin}); {hint}")]
    UnknownKey {
        /// The key as written.
        key: String,
        /// Where it was written.
        origin: super::Origin,
        /// The keys that would be known there.
        hint: String,
    },
    /// A value of the wrong kind or outside its bounds.
    #[error("`{key}` ({origin}): {problem}")]
    BadValue {
        /// The setting.
        key: &'static str,
        /// Where the value was written.
        origin: super::Origin,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// A secret's file cannot be used.
    #[error("`{key}`: the file {} {problem}", file.display())]
    SecretFile {
        /// The setting that names the file.
        key: &'static str,
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Settings that do not go together.
    #[error("{0}")]
    Contradiction(String),
}
