//! What the operator decides: one struct per section, read once at start.
//! Never here: use of any value, connections, keys; a secret is a file's name until [`Config::load`] reads it.
//! Named by `app`, `server`, `cli` and `demo`; names no other room.

mod error;
mod layers;
mod sections;
mod secret;
mod setting;
mod show;
mod validate;

use std::path::{Path, PathBuf};

pub use error::Error;
pub use layers::{Origin, Overrides};
pub use secret::{Secret, check_private};
pub use sections::{
    Blobs, Database, DatabaseUrl, Hub, Keys, Limits, Listen, Log, LogFormat, Mail, MailRelay, MailSecurity, Operations, Overlay,
    Scanner, ScannerAddress, TlsFiles,
};
pub use setting::{SETTINGS, Setting};

use layers::Layers;

/// Everything the operator decided, checked as far as values alone can tell. Paths in it are resolved; none is stored.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who runs this hub and what its log is called.
    pub hub: Hub,
    /// Where people and systems connect.
    pub listen: Listen,
    /// Where the operator's probes connect.
    pub operations: Operations,
    /// Where records stand.
    pub database: Database,
    /// Where the key files lie.
    pub keys: Keys,
    /// Where sealed attachments lie.
    pub blobs: Blobs,
    /// Who looks for viruses in files.
    pub scanner: Scanner,
    /// How mail about notices goes out.
    pub mail: Mail,
    /// Policy files that replace the built-in ones.
    pub policies: Overlay,
    /// Pathway files that replace the built-in ones.
    pub pathways: Overlay,
    /// What the machine can bear.
    pub limits: Limits,
    /// How the hub talks to its operator.
    pub log: Log,
    base: PathBuf,
    layers: Layers,
}

impl Config {
    /// Reads a TOML file, then the environment (`REFERRAL_EXCHANGE_SECTION_KEY`) over it.
    ///
    /// # Errors
    /// [`Error`] names the key at fault and what would be right; never a secret's value.
    pub fn load(file: &Path) -> Result<Self, Error> {
        Self::load_with(file, &Overrides::default())
    }

    /// As [`Config::load`], with the flags of the command line over all.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_with(file: &Path, flags: &Overrides) -> Result<Self, Error> {
        let text = std::fs::read_to_string(file).map_err(|source| Error::Unreadable { file: file.to_owned(), source })?;
        Self::read(&text, &folder_of(file), std::env::vars_os(), flags)
    }

    /// Reads from given sources; `base` is what relative paths are relative to.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn read(
        file_text: &str,
        base: &Path,
        environment: impl IntoIterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
        flags: &Overrides,
    ) -> Result<Self, Error> {
        let mut layers = Layers::defaults();
        layers.read_file(file_text)?;
        layers.read_environment(environment)?;
        layers.read_flags(flags)?;
        Self::build(base, layers)
    }

    /// The configuration of a demo directory: everything under `data`, SQLite, development certificates, this machine only;
    /// the pathways of a directory, or those built in. Nothing of the environment is heeded, so that a demo never reaches a
    /// live database.
    ///
    /// # Errors
    /// [`Error`] only if the built-in defaults contradict each other.
    pub fn demo(data: &Path, pathways: Option<&Path>) -> Result<Self, Error> {
        let mut layers = Layers::defaults();
        layers.read_file(DEMO)?;
        layers.read_flags(&Overrides::default().with("listen.port", "0"))?;
        let mut config = Self::build(data, layers)?;
        // Not relative to the data, as a file's setting would be: the flag is typed in a shell.
        config.pathways.directory = pathways.map(Path::to_owned);
        Ok(config)
    }

    /// The folder that relative paths are relative to: the configuration file's, or the data directory.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// Where the development certificates lie; production ones are named in `listen`.
    pub fn certificates(&self) -> PathBuf {
        self.base.join("certs")
    }

    /// One line per setting: key, value, and where the value came from. Secrets show only the file that holds them.
    pub fn show(&self) -> String {
        show::show(&self.layers)
    }

    fn build(base: &Path, layers: Layers) -> Result<Self, Error> {
        let config = sections::build(base, layers)?;
        validate::validate(&config)?;
        Ok(config)
    }
}

const DEMO: &str = r#"
[hub]
name = "Referral Exchange"
partnership = "A made-up partnership"
phone = "01632 960100"
phone_hours = "Monday to Friday, 9am to 5pm"
origin = "demo.referral-exchange.example/log"
[listen]
development = true
"#;

fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests;
