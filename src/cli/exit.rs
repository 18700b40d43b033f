//! How a command ends.

use std::process::ExitCode;

use crate::{app, config, server, telemetry};

/// The exit codes, the same for all commands; scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// It did not work, for a reason told on standard error.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The configuration is wrong.
    Configuration = 3,
    /// The policy says no.
    Refused = 4,
    /// Something was altered or lost.
    Integrity = 5,
    /// Not now; try again.
    Unavailable = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not end well: a code and one plain sentence or more.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The code to end with.
    pub exit: Exit,
    message: String,
}

impl Failure {
    /// A failure in plain words.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }
}

impl From<config::Error> for Failure {
    fn from(error: config::Error) -> Self {
        Self::new(Exit::Configuration, error.to_string())
    }
}

/// The one place where a use case's error becomes an exit code.
impl From<app::Error> for Failure {
    fn from(error: app::Error) -> Self {
        let exit = match error {
            app::Error::Configuration(_) => Exit::Configuration,
            app::Error::Refused => Exit::Refused,
            app::Error::Integrity(_) => Exit::Integrity,
            app::Error::Unavailable | app::Error::Busy(_) => Exit::Unavailable,
            _ => Exit::Failed,
        };
        // The causes that stores give name tables and rules, never values.
        let message = match &error {
            app::Error::Integrity(place) => format!("{error} ({place})"),
            app::Error::Internal(cause) => format!("{error}: {cause}"),
            _ => error.to_string(),
        };
        Self::new(exit, message)
    }
}

impl From<telemetry::Error> for Failure {
    fn from(error: telemetry::Error) -> Self {
        Self::new(Exit::Configuration, error.to_string())
    }
}

impl From<server::Error> for Failure {
    fn from(error: server::Error) -> Self {
        let exit = match error {
            server::Error::AddressInUse { .. } => Exit::Unavailable,
            server::Error::Certificate { .. } | server::Error::DevelopmentCertificate { .. } | server::Error::Tls(_) => {
                Exit::Configuration
            }
            server::Error::Listen { .. } | server::Error::Issue(_) | server::Error::Write { .. } => Exit::Failed,
        };
        Self::new(exit, error.to_string())
    }
}

/// Output that cannot be written, as into a closed pipe.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Failed, format!("cannot write the answer: {}", error.kind()))
    }
}
