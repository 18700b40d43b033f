//! Where answers that come later are sealed: what is kept from somebody of a referral keeps what is said of it afterwards, too.

use super::{AdditionView, EntryView, ReferralView, WithheldView, hastening::Standing};
use crate::{
    domain::{answers::Answers, code::QuestionId, compartment::CompartmentKind, ids::CompartmentId, pathway::Pathway},
    policy::ShownCompartment,
};

/// Answers that came later, by who reads them. What is sealed apart by category is not among them.
pub(super) struct Sorted {
    /// What everybody reads who reads the referral, without what stands there already.
    pub(super) open: Answers,
    /// What is kept from somebody: by the compartment that seals it.
    pub(super) kept: Vec<(CompartmentId, Answers)>,
    /// What is kept from somebody from now on, in a compartment of its own.
    pub(super) anew: Answers,
}

impl Sorted {
    /// Whether only those learn of it who hold what is kept from somebody.
    pub(super) fn is_hidden(&self) -> bool {
        self.open.is_empty() && !(self.kept.is_empty() && self.anew.is_empty())
    }

    /// Which of the compartments that are kept from somebody, of all that the caller opens, are written to or given on.
    pub(super) fn reached(&self, standing: &Standing, all: impl Iterator<Item = CompartmentId>) -> Vec<ShownCompartment> {
        let shown = |id| ShownCompartment { id, kind: CompartmentKind::Withheld };
        if standing.reaches_others() {
            // What becomes a matter of today goes to whoever covers as well, with all that they may have of it; so does what is
            // now told to another team.
            return all.map(shown).collect();
        }
        self.kept.iter().map(|(compartment, _)| shown(*compartment)).collect()
    }
}

/// Where what is said anew to a question is kept from somebody: with what was said before or, of a question that could be kept
/// back and was not, with what is kept from the most. Whoever kept one address from an agency has not decided that the next may
/// go there, and what has reached somebody cannot be called back.
pub(super) fn keeper(view: &ReferralView, id: &QuestionId) -> Option<CompartmentId> {
    let question = view.pathway.pathway.question(id).filter(|question| question.can_be_withheld())?;
    let sealed = || view.withheld.iter().filter(|kept| kept.compartment.is_some());
    let asked = |kept: &&WithheldView| kept.questions.contains(&question.id);
    // A mark on what stands with the rest does not keep it there: the mark refuses it wherever it is sealed.
    sealed().filter(asked).max_by_key(|kept| kept.from.len()).or_else(|| sealed().max_by_key(|kept| kept.from.len()))?.compartment
}

/// Sorts answers that are given anew, to somebody to whom a referral stood like this before. Of a group that is kept from
/// somebody, the rest that stands as it stood is not said again: that would be a sign that something else changed.
pub(super) fn sorted(view: &ReferralView, before: &Answers, given: &Answers, anew: &[QuestionId]) -> Sorted {
    let pathway = &view.pathway.pathway;
    let (mut open, mut stood) = (pathway.part(given, None), pathway.part(before, None));
    let (rest, fresh) = pathway.split(&open, anew);
    (open, stood) = (rest, pathway.split(&stood, anew).0);
    let mut kept = Vec::new();
    for compartment in view.withheld.iter().filter_map(|place| place.compartment) {
        let here = |id: &&QuestionId| !anew.contains(id) && keeper(view, id) == Some(compartment);
        let questions: Vec<QuestionId> = given.iter().map(|(id, _)| id).filter(here).cloned().collect();
        let (rest, part) = pathway.split(&open, &questions);
        (open, stood) = (rest, pathway.split(&stood, &questions).0);
        if !part.is_empty() {
            kept.push((compartment, part));
        }
    }
    Sorted { open: open.only(|id| open.get(id) != stood.get(id)), kept, anew: fresh }
}

/// What some answers tell anew to somebody who is refused part of the answers to some questions, and how it stands for them then.
/// Of a group of which only the refused part changed, the rest would be said again: a sign that something changed.
pub(super) fn told_anew(pathway: &Pathway, stood: Answers, given: &Answers, refused: &[QuestionId]) -> (Answers, Answers) {
    let anew = given.only(|id| !refused.contains(id) || given.get(id) != stood.get(id));
    let stands = pathway.whole([anew.clone(), stood]);
    (anew, stands)
}

/// What was added, the earliest first, as somebody is told of it who is refused part of the answers to some questions. An entry
/// of which nothing is left goes.
pub(super) fn as_told<T>(
    (pathway, sent): (&Pathway, Option<&Answers>),
    additions: Vec<(T, AdditionView)>,
    refused: &[QuestionId],
    entries: &mut Vec<EntryView>,
) -> Vec<(T, AdditionView)> {
    if refused.is_empty() {
        return additions;
    }
    let (mut left, mut stood) = (Vec::new(), sent.cloned().unwrap_or_default());
    for (by, addition) in additions {
        let (anew, stands) = told_anew(pathway, stood, &addition.answers, refused);
        stood = stands;
        if anew.is_empty() {
            entries.retain(|entry| entry.id != addition.id);
        } else {
            left.push((by, AdditionView { answers: anew, ..addition }));
        }
    }
    left
}
