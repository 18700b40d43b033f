//! Words that go with an act on a referral: a handover, and whatever else is neither message nor answer.

use super::{Error, closings::read_closing, declined::read_declined};
use crate::domain::{compartment::EntryKind, ids::EntryId, message::Audience, time::Timestamp};

/// Words that go with an act, as their readers see them.
#[derive(Clone)]
pub struct NoteView {
    /// Its id.
    pub id: EntryId,
    /// What they go with.
    pub kind: EntryKind,
    /// When they were written.
    pub at: Timestamp,
    /// Who wrote them, by name.
    pub from: String,
    /// Who reads them.
    pub audience: Audience,
    /// What they say.
    pub text: String,
}

/// The words of a sealed note.
pub(super) fn words(kind: EntryKind, text: &str) -> Result<String, Error> {
    match kind {
        EntryKind::Closing => read_closing(text),
        EntryKind::NotShared => read_declined(text),
        _ => Ok(text.to_owned()),
    }
}
