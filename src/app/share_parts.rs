//! Parts of the answers, chosen section by section or one by one: what is sealed of them, with what must be read first though the
//! answers behind it were not chosen.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{App, Error, additions, decisions::to_mend, later::told_anew, opening::Sight, share_items::UNTICKED};
use crate::{
    crypto::Opened,
    domain::{
        agency::AgencyKind,
        answers::Answers,
        code::QuestionId,
        compartment::EntryKind,
        ids::{EntryId, UserId},
        pathway::Pathway,
        sharing::{NewShare, chosen},
        time::Timestamp,
    },
    pathways,
    store::{entries::Entry, referrals::Referral},
};

/// Some of the answers.
pub(super) struct Part {
    /// Those chosen.
    pub(super) answers: Answers,
    /// What whoever reads them must read first, as all the answers have it.
    pub(super) flags: Vec<String>,
}

impl Part {
    pub(super) fn written(&self) -> String {
        json!({ "answers": pathways::answers_to_json(&self.answers), "flags": self.flags }).to_string()
    }

    pub(super) fn read(pathway: &Pathway, sender: AgencyKind, bytes: &[u8]) -> Result<Self, Error> {
        let damaged = || Error::Integrity("a part of the answers cannot be read");
        let json: Value = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        let flag = |flag: &Value| flag.as_str().map(str::to_owned).ok_or_else(damaged);
        let flags = json["flags"].as_array().ok_or_else(damaged)?.iter().map(flag).collect::<Result<_, _>>()?;
        Ok(Self { answers: additions::read(pathway, sender, json["answers"].to_string().as_bytes())?, flags })
    }
}

/// An item as it is sealed into a share.
pub(super) struct Copied {
    pub(super) source: EntryId,
    pub(super) kind: EntryKind,
    pub(super) author: UserId,
    pub(super) at: Timestamp,
    pub(super) content: Zeroizing<Vec<u8>>,
}

impl Copied {
    fn of(entry: &Entry, kind: EntryKind, content: Vec<u8>) -> Self {
        Self { source: entry.id, kind, author: entry.author, at: entry.at, content: Zeroizing::new(content) }
    }
}

/// What is left of the items of a share, and what is not.
pub(super) struct Cut {
    /// The items, as they are sealed.
    pub(super) copies: Vec<Copied>,
    /// The questions of the parts.
    pub(super) questions: BTreeSet<QuestionId>,
    /// Which of their answers came from which item.
    pub(super) pairs: Vec<(QuestionId, EntryId)>,
    /// The questions whose answers were cut, since they were marked.
    pub(super) withheld: BTreeSet<QuestionId>,
    /// The items that were chosen and of which nothing is left.
    pub(super) lost: Vec<EntryId>,
}

/// Whether an item holds answers.
pub(super) const fn holds_answers(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::Submission | EntryKind::Part | EntryKind::Addition | EntryKind::Amendment)
}

impl App {
    /// Items to give on as they are sealed: less the answers that were marked, and of answers that were not chosen as a whole the
    /// parts that were, with what was changed of them since. An item of which nothing is left is left out.
    ///
    /// # Errors
    /// [`Error::Invalid`] where a part chooses nothing of what can be shared, and where a change of what is shared whole, of which
    /// something would be given, was not chosen.
    pub(super) async fn cut(
        &self,
        sight: &Sight,
        referral: &Referral,
        share: &NewShare,
        items: Vec<(Entry, Opened)>,
    ) -> Result<Cut, Error> {
        let marked = sight.marks.all(referral.id);
        let form = self.form_at(referral.form_version(), referral.kind).await?;
        let (pathway, sender) = (&*form.pathway, self.agency(referral.referrer_agency).await?.kind);
        let (mut copies, mut given, mut withheld, mut lost) = (Vec::new(), Vec::new(), BTreeSet::new(), Vec::new());
        for (entry, content) in items {
            if holds_answers(entry.kind) {
                let (open, cut) = pathway.split(&additions::read(pathway, sender, content.as_bytes())?, &marked);
                withheld.extend(cut.iter().map(|(id, _)| id.clone()));
                given.push((open, entry));
            } else {
                copies.push(Copied::of(&entry, entry.kind, content.as_bytes().to_vec()));
            }
        }
        given.sort_by_key(|(_, entry)| entry.at);
        // Of a group that is marked, a change of the marked part alone is none to whoever gets the rest.
        let mut stood = Answers::default();
        for (answers, _) in &mut given {
            (*answers, stood) = told_anew(pathway, stood, answers, &marked);
        }
        // What came later stands before what came first.
        let now = pathway.whole(given.iter().rev().map(|(answers, _)| answers.clone()));
        let is_whole = given.iter().any(|(_, entry)| entry.kind == EntryKind::Submission && share.entries.contains(&entry.id));
        let parts = if is_whole { &[][..] } else { &share.parts[..] };
        let questions = chosen(pathway, &now, parts)
            .ok_or_else(|| to_mend(vec![("entries", "Choose parts of the answers that you can see and share")]))?;
        let mut pairs = Vec::new();
        for (answers, entry) in given {
            let is_chosen = share.entries.contains(&entry.id);
            if is_whole && !is_chosen && !answers.is_empty() {
                return Err(to_mend(vec![UNTICKED]));
            }
            let answers = if is_chosen { answers } else { answers.only(|id| questions.contains(id)) };
            if !is_chosen {
                pairs.extend(answers.iter().map(|(id, _)| (id.clone(), entry.id)));
            }
            if entry.kind == EntryKind::Submission && !is_chosen {
                let flags = pathway.flags(&now).map(str::to_owned).collect();
                copies.push(Copied::of(&entry, EntryKind::Part, Part { answers, flags }.written().into_bytes()));
            } else if !answers.is_empty() {
                copies.push(Copied::of(&entry, entry.kind, pathways::answers_to_json(&answers).to_string().into_bytes()));
            } else if is_chosen {
                lost.push(entry.id);
            }
        }
        Ok(Cut { copies, questions, pairs, withheld, lost })
    }
}
