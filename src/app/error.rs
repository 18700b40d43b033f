//! What a use case answers when it does not do what was asked; every door maps the kind to its own status.

use std::time::Duration;

use crate::{
    audit::EventFault,
    crypto::{DeriveError, OpenError},
    domain::answers::FieldError,
    store,
};

/// A refusal or failure, in kinds that every door knows. Never holds content or personal data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or the session has ended.
    #[error("sign in to go on")]
    NotSignedIn,
    /// The caller cannot see it, or it does not exist.
    #[error("there is nothing here that you can see")]
    Unseen,
    /// The policy says no.
    #[error("your role does not allow this")]
    Refused,
    /// User name, password or code was wrong.
    #[error("the user name, password or code is not right")]
    Credentials,
    /// The token or origin of a form was not ours.
    #[error("the form did not come from this site, or has expired")]
    CrossSite,
    /// Too many tries; the time to wait.
    #[error("there have been too many tries; wait and try again")]
    Throttled(Duration),
    /// The hub is busy; the time to wait.
    #[error("the exchange is busy; try again shortly")]
    Busy(Duration),
    /// The virus scanner gave no answer, so the file was not kept; the time to wait.
    #[error("the file could not be checked for viruses, and was not kept; try again shortly")]
    Unscanned(Duration),
    /// Answers to mend, by field.
    #[error("some answers need mending")]
    Invalid(Vec<FieldError>),
    /// A request that makes no sense, in plain words.
    #[error("{0}")]
    Malformed(&'static str),
    /// A file is larger than is taken.
    #[error("the file is larger than 25 MB")]
    TooLarge,
    /// A file is of a kind that is not taken, in plain words.
    #[error("{0}")]
    Unsupported(&'static str),
    /// The thing is not in a state that allows it, or has changed meanwhile.
    #[error("{0}")]
    Conflict(&'static str),
    /// Somebody else works on it already: their name.
    #[error("{0} works on this already")]
    Taken(String),
    /// The idempotency key was used with another request.
    #[error("this idempotency key was used with another request")]
    KeyReused,
    /// Something stored does not match what the log vouches for; nothing of it is shown.
    #[error("a stored record failed its integrity check; nothing of it was shown")]
    Integrity(&'static str),
    /// The hub's files or settings do not fit.
    #[error("{0}")]
    Configuration(String),
    /// The database is not available.
    #[error("the exchange is not available; try again shortly")]
    Unavailable,
    /// Anything else: ours to mend.
    #[error("something went wrong at our end")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What whoever comes too late is told.
pub(super) const CHANGED: &str = "it has changed meanwhile; look again and repeat";

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unavailable(_) => {
                tracing::warn!(error.kind = "database", "the database is not available");
                Self::Unavailable
            }
            store::Error::Damaged(place) => {
                tracing::error!(error.kind = "integrity", place, "a stored value is damaged");
                Self::Integrity(place)
            }
            store::Error::Superseded(_) => Self::Conflict(CHANGED),
            store::Error::Address(problem) => Self::Configuration(format!("the database's address cannot be used: {problem}")),
            store::Error::Shape(_) => {
                tracing::error!(error.kind = "integrity", "a stored value is not of its column's kind");
                Self::Integrity("a stored value is not of its column's kind")
            }
            other => Self::Internal(Box::new(other)),
        }
    }
}

impl From<store::CommitError> for Error {
    fn from(error: store::CommitError) -> Self {
        match error {
            store::CommitError::Store(error) => error.into(),
            store::CommitError::Stale("account" | "place" | "session") => Self::NotSignedIn,
            store::CommitError::Stale(_) => Self::Conflict(CHANGED),
        }
    }
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        tracing::error!(error.kind = "integrity", error.code = error.code(), "sealed bytes did not open");
        Self::Integrity("sealed bytes did not open")
    }
}

impl From<EventFault> for Error {
    fn from(error: EventFault) -> Self {
        tracing::error!(error.kind = "integrity", error.fault = %error, "an event failed its check");
        Self::Integrity("an event failed its check")
    }
}

impl From<DeriveError> for Error {
    fn from(error: DeriveError) -> Self {
        match error {
            DeriveError::Busy => Self::Busy(Duration::from_secs(5)),
            other => Self::Internal(Box::new(other)),
        }
    }
}
