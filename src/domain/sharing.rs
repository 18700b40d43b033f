//! What is shared of a referral beyond those who hold it: chosen items, or standing access to the receiving team's own words.

use std::collections::BTreeSet;

use super::{
    answers::Answers,
    code::{Code, QuestionId},
    ids::{AgreementId, EntryId, TeamId},
    legal::{Basis, Purpose},
    pathway::Pathway,
};

coded_enum! {
    /// What a share gives.
    pub enum Shared {
        /// Chosen items, sealed anew for the recipient.
        Items = "items",
        /// The receiving team's own words, as long as it lasts.
        Casework = "casework",
    }
}

/// With whom something is to be shared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShareTo {
    /// The team, or the team of the person; none where only a person was named.
    pub team: Option<TeamId>,
    /// The one person who gets it: user name or account id; blank for the whole team.
    pub person: String,
}

/// A part of the answers that is chosen to be shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerPart {
    /// Every answer of a section, by the section's id.
    Section(Code),
    /// The answer to one question.
    Answer(QuestionId),
}

impl AnswerPart {
    /// As forms and remembered requests write it: `section-child`, `answer-child_name`.
    pub fn written(&self) -> String {
        match self {
            Self::Section(id) => format!("section-{id}"),
            Self::Answer(id) => format!("answer-{id}"),
        }
    }

    /// Reads that again; none for what is no such text.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(id) = text.strip_prefix("section-") {
            return Code::parse(id).ok().map(Self::Section);
        }
        QuestionId::parse(text.strip_prefix("answer-")?).ok().map(Self::Answer)
    }

    /// The questions that it means and that these answers answer.
    fn of<'p>(&self, pathway: &'p Pathway, answers: &Answers) -> Vec<&'p QuestionId> {
        let all = pathway.sections.iter().flat_map(|section| section.questions.iter().map(move |question| (section, question)));
        let meant = all.filter(|(section, question)| match self {
            Self::Section(id) => section.id == *id,
            Self::Answer(id) => question.id == *id,
        });
        meant.map(|(_, question)| &question.id).filter(|id| answers.get(id).is_some()).collect()
    }
}

/// The questions that some parts choose of these answers; none where one of the parts chooses nothing of them.
pub fn chosen(pathway: &Pathway, answers: &Answers, parts: &[AnswerPart]) -> Option<BTreeSet<QuestionId>> {
    let mut questions = BTreeSet::new();
    for part in parts {
        let of = part.of(pathway, answers);
        if of.is_empty() {
            return None;
        }
        questions.extend(of.into_iter().cloned());
    }
    Some(questions)
}

/// Something to share, as it is asked for.
#[derive(Clone, Default)]
pub struct NewShare {
    /// With whom.
    pub to: ShareTo,
    /// The chosen items.
    pub entries: Vec<EntryId>,
    /// The chosen parts of the answers; nothing beside the answers as a whole.
    pub parts: Vec<AnswerPart>,
    /// The questions whose answers are given though they are kept from some agencies: each chosen by itself.
    pub withheld: Vec<QuestionId>,
    /// The lawful basis; none where nothing was chosen, which is asked again.
    pub basis: Option<Basis>,
    /// The purpose; likewise.
    pub purpose: Option<Purpose>,
    /// Why, for the file; may be blank where basis and purpose are the pathway's own.
    pub reason: String,
    /// The agreement it rests on, where one is named.
    pub agreement: Option<AgreementId>,
    /// Whether it cannot wait.
    pub urgent: bool,
    /// The revision at which the caller saw the referral; none to leave that open.
    pub revision: Option<i64>,
}

impl std::fmt::Debug for NewShare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewShare({} items, …)", self.entries.len())
    }
}

/// The most items that are shared in one act.
pub const MOST_AT_ONCE: usize = 200;
