//! What the team's own file says of a share: which items, and why.

use serde_json::{Value, json};

use super::Error;
use crate::domain::ids::{EntryId, ShareId};

/// One share, as it is noted.
pub(super) struct Sharing {
    /// Which.
    pub(super) share: ShareId,
    /// The items that were chosen, by the ids of their sources.
    pub(super) entries: Vec<EntryId>,
    /// Why; may be blank.
    pub(super) reason: String,
}

impl Sharing {
    pub(super) fn written(&self) -> String {
        let entries: Vec<String> = self.entries.iter().map(ToString::to_string).collect();
        json!({ "share": self.share.to_string(), "entries": entries, "reason": self.reason }).to_string()
    }

    pub(super) fn read(text: &str) -> Result<Self, Error> {
        let damaged = || Error::Integrity("what was shared cannot be read");
        let json: Value = serde_json::from_str(text).map_err(|_| damaged())?;
        let share = json["share"].as_str().and_then(|id| ShareId::parse(id).ok()).ok_or_else(damaged)?;
        let entry = |id: &Value| id.as_str().and_then(|id| EntryId::parse(id).ok()).ok_or_else(damaged);
        let entries = json["entries"].as_array().ok_or_else(damaged)?.iter().map(entry).collect::<Result<_, _>>()?;
        Ok(Self { share, entries, reason: json["reason"].as_str().ok_or_else(damaged)?.to_owned() })
    }
}
