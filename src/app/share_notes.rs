//! What the team's own file says of a share: which items, and why.

use serde_json::{Value, json};

use super::Error;
use crate::domain::{
    code::QuestionId,
    ids::{EntryId, ShareId},
};

/// One share, as it is noted.
#[derive(Clone)]
pub(super) struct Sharing {
    /// Which.
    pub(super) share: ShareId,
    /// The items that were chosen, by the ids of their sources.
    pub(super) entries: Vec<EntryId>,
    /// The questions whose answers were chosen by themselves.
    pub(super) answers: Vec<QuestionId>,
    /// The items from which those answers came, by the ids of their sources.
    pub(super) sources: Vec<EntryId>,
    /// Which answer came from which item: an answer was given as it stood, and not as it was changed later.
    pub(super) pairs: Vec<(QuestionId, EntryId)>,
    /// The questions whose answers were cut from it, since they were marked.
    pub(super) withheld: Vec<QuestionId>,
    /// Which answers it gave that are kept from some agencies, and from which items: nobody is told of them who does not read them.
    pub(super) kept: Vec<(QuestionId, EntryId)>,
    /// Why; may be blank.
    pub(super) reason: String,
}

impl Sharing {
    /// Of standing access, which gives no items.
    pub(super) const fn of_access(share: ShareId, reason: String) -> Self {
        Self {
            share,
            entries: Vec::new(),
            answers: Vec::new(),
            sources: Vec::new(),
            pairs: Vec::new(),
            withheld: Vec::new(),
            kept: Vec::new(),
            reason,
        }
    }

    /// Whether it gave what an item says to a question. Notes from before pairs were kept are taken to have given each answer from
    /// each item.
    pub(super) fn gave(&self, pair: &(QuestionId, EntryId)) -> bool {
        let (question, entry) = pair;
        if self.pairs.is_empty() {
            self.answers.contains(question) && self.sources.contains(entry)
        } else {
            self.pairs.contains(pair)
        }
    }

    pub(super) fn written(&self) -> String {
        let ids = |ids: &[EntryId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let pairs = |pairs: &[(QuestionId, EntryId)]| {
            pairs.iter().map(|(question, entry)| json!([question.to_string(), entry.to_string()])).collect::<Vec<_>>()
        };
        let questions = |ids: &[QuestionId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        json!({
            "share": self.share.to_string(),
            "entries": ids(&self.entries),
            "answers": questions(&self.answers),
            "withheld": questions(&self.withheld),
            "sources": ids(&self.sources),
            "pairs": pairs(&self.pairs),
            "kept": pairs(&self.kept),
            "reason": self.reason,
        })
        .to_string()
    }

    pub(super) fn read(text: &str) -> Result<Self, Error> {
        let damaged = || Error::Integrity("what was shared cannot be read");
        let json: Value = serde_json::from_str(text).map_err(|_| damaged())?;
        let share = json["share"].as_str().and_then(|id| ShareId::parse(id).ok()).ok_or_else(damaged)?;
        let entry = |id: &Value| id.as_str().and_then(|id| EntryId::parse(id).ok()).ok_or_else(damaged);
        let question = |id: &Value| id.as_str().and_then(|id| QuestionId::parse(id).ok()).ok_or_else(damaged);
        let pair = |pair: &Value| Ok::<_, Error>((question(&pair[0])?, entry(&pair[1])?));
        // Notes from before parts could be chosen have none.
        let list = |name: &str| json[name].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(Self {
            share,
            entries: json["entries"].as_array().ok_or_else(damaged)?.iter().map(entry).collect::<Result<_, _>>()?,
            answers: list("answers").iter().map(question).collect::<Result<_, _>>()?,
            withheld: list("withheld").iter().map(question).collect::<Result<_, _>>()?,
            sources: list("sources").iter().map(entry).collect::<Result<_, _>>()?,
            pairs: list("pairs").iter().map(pair).collect::<Result<_, _>>()?,
            kept: list("kept").iter().map(pair).collect::<Result<_, _>>()?,
            reason: json["reason"].as_str().ok_or_else(damaged)?.to_owned(),
        })
    }
}
