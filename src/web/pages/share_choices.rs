//! What of a referral its reader could share, item by item.

use super::share_form::WITHHELD;
use crate::{
    app::ReferralView,
    domain::{
        answers::Answer,
        code::QuestionId,
        compartment::{CompartmentKind, EntryKind},
        ids::EntryId,
        question::Question,
        sharing::AnswerPart,
        time::Timestamp,
    },
    web::words,
};

/// An item that can be shared, as the form offers it.
#[derive(Clone)]
pub struct Choice {
    /// Its id.
    pub id: EntryId,
    /// What it is.
    pub text: String,
    /// Who reads it now, and how it begins.
    pub hint: String,
}

/// A section of the form, as the form of a share offers it: as a whole, or answer by answer.
#[derive(Clone)]
pub struct PartChoice {
    /// What is posted for all of it.
    pub value: String,
    /// Its title.
    pub title: String,
    /// Each answer: what is posted, the question, and how the answer begins.
    pub answers: Vec<(String, String, String)>,
}

/// The parts of the answers that the reader could share.
pub(super) fn parts(view: &ReferralView) -> Vec<PartChoice> {
    let now = view.shareable();
    let mut parts = Vec::new();
    for section in &view.pathway.pathway.sections {
        let given = section.questions.iter().filter_map(|question| Some((question, now.get(&question.id)?)));
        let line = |(question, answer): (&Question, &Answer)| {
            let value = AnswerPart::Answer(question.id.clone()).written();
            (value, question.short.clone(), beginning(&answer.words(question)))
        };
        let answers: Vec<_> = given.map(line).collect();
        if !answers.is_empty() {
            let value = AnswerPart::Section(section.id.clone()).written();
            parts.push(PartChoice { value, title: section.title.clone(), answers });
        }
    }
    parts
}

/// The answers that are kept from somebody and that the reader could give to somebody else, each by itself: what is posted, words,
/// and who must never get them.
pub(super) fn withheld(view: &ReferralView) -> Vec<(String, String, String)> {
    let line = |(id, from): (QuestionId, Vec<String>)| {
        let asked = view.pathway.pathway.question(&id)?;
        Some((format!("{WITHHELD}{id}"), asked.withheld_words(), format!("Never to {}.", words::either(&from))))
    };
    view.shareable_withheld().into_iter().filter_map(line).collect()
}

/// What of a referral its reader could share.
pub(super) fn choices(view: &ReferralView) -> Vec<Choice> {
    let items = view.entries.iter().filter(|entry| entry.kind.can_be_shared() && entry.compartment.can_be_shared_from()).filter(
        |entry| {
            let stopped = |id| view.files.iter().any(|file| file.id == id && file.is_quarantined());
            !stopped(entry.id)
        },
    );
    let choice = |entry: &crate::app::EntryView| {
        let (text, begins) = named(view, entry.id, entry.kind, entry.at);
        let read_by = match entry.compartment {
            CompartmentKind::Casework => "Only your team reads this now.",
            _ => "Everybody who can see this referral reads this now.",
        };
        let hint = if begins.is_empty() { read_by.to_owned() } else { format!("{} {read_by}", beginning(&begins)) };
        Choice { id: entry.id, text, hint }
    };
    items.map(choice).collect()
}

/// What an item is, with who wrote it and when; and its words.
pub(super) fn named(view: &ReferralView, id: EntryId, kind: EntryKind, at: Timestamp) -> (String, String) {
    let by = |what: &str, from: &str| format!("{what} by {from}, {}", at.words());
    let own = |what: &str| (format!("{what}, {}", at.words()), String::new());
    match kind {
        EntryKind::Submission => own("All the answers as sent"),
        EntryKind::Part => own("Some of the answers"),
        EntryKind::Message => {
            let found = view.messages.iter().find(|message| message.id == id);
            found.map_or_else(|| own("Message"), |message| (by("Message", &message.from), message.text.clone()))
        }
        EntryKind::Addition | EntryKind::Amendment => {
            let what = if kind == EntryKind::Amendment { "Answers changed" } else { "Answers added" };
            let found = view.additions.iter().find(|addition| addition.id == id);
            found.map_or_else(|| own(what), |addition| (by(what, &addition.from), String::new()))
        }
        EntryKind::Decision => {
            let found = view.decisions.iter().find(|decision| decision.id == id);
            found.map_or_else(
                || own("Decision for the file"),
                |decision| (by(&format!("Decision for the file: {}", decision.outcome.1), &decision.by), decision.reason.clone()),
            )
        }
        EntryKind::Feedback => {
            let found = view.feedback.iter().find(|told| told.id == id);
            let words = found.map(|told| told.text.clone()).unwrap_or_default();
            (format!("What the referrer was told, {}", at.words()), words)
        }
        EntryKind::Attachment => {
            let found = view.files.iter().find(|file| file.id == id);
            found.map_or_else(
                || own("File"),
                |file| (by(&format!("File {}", file.name.as_str()), &file.from), file.description.clone()),
            )
        }
        kind => {
            let found = view.notes.iter().find(|note| note.id == id);
            found.map_or_else(|| own(words::note(kind)), |note| (by(words::note(kind), &note.from), note.text.clone()))
        }
    }
}

/// How a text begins, so that one item is told from another.
fn beginning(text: &str) -> String {
    const LONGEST: usize = 80;
    let line = text.replace('\n', " ");
    match line.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("“{}…”", line.get(..cut).unwrap_or_default()),
        None => format!("“{line}”"),
    }
}
