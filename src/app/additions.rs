//! What a referrer adds after sending: the sections that may follow, and questions left out. Earlier words stay beside later ones.

use std::collections::BTreeSet;

use super::{Added, Answered, App, Caller, Error, IdempotencyKey, ReferralView, Versioned, idempotency::Once};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        actor::Place,
        agency::AgencyKind,
        answers::{Answers, FieldError, RawAnswers},
        code::QuestionId,
        compartment::{CompartmentKind, EntryKind},
        ids::EntryId,
        pathway::Pathway,
        section::Section,
        time::Timestamp,
        validate::examine,
    },
    pathways,
    policy::RequestContext,
};

/// Something added after sending, as its readers see it.
#[derive(Debug, Clone)]
pub struct AdditionView {
    /// Its id.
    pub id: EntryId,
    /// When it was added.
    pub at: Timestamp,
    /// Who added it, by name.
    pub from: String,
    /// The answers.
    pub answers: Answers,
}

/// Reads a sealed addition.
pub(super) fn read(pathway: &Pathway, sender: AgencyKind, bytes: &[u8]) -> Result<Answers, Error> {
    let json = serde_json::from_slice(bytes).map_err(|_| Error::Integrity("an addition cannot be read"))?;
    pathways::answers_from_json(pathway, &json, sender).map_err(|_| Error::Integrity("an addition does not fit its pathway"))
}

/// The latest answer to each question: as sent, and as added since.
pub fn latest(view: &ReferralView) -> Answers {
    let added = view.additions.iter().rev().map(|addition| addition.answers.clone());
    view.pathway.pathway.whole(added.chain(view.answers.clone()))
}

/// The questions of a section that can be added to what was sent: all of one that may follow, of another those left out.
pub fn addable<'p>(section: &'p Section, answers: &Answers) -> BTreeSet<&'p QuestionId> {
    let open = |id: &QuestionId| section.later || answers.get(id).is_none();
    // What is sealed apart goes to teams of its own; it is not added here.
    let questions = section.questions.iter().filter(|question| question.sealed.category().is_none());
    questions.map(|question| &question.id).filter(|id| open(id)).collect()
}

impl App {
    /// Adds answers to a referral, once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`], [`Error::Invalid`] with what to mend.
    pub async fn add_answers(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, section): (&str, &str),
        (raw, body): (&RawAnswers, &[u8]),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/add/{section}");
        let act = async |once: &Once<'_>| self.add_once(request, caller, (reference, section), raw, once).await;
        self.once(request, caller, key, (&route, body), act).await
    }

    async fn add_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, section): (&str, &str),
        raw: &RawAnswers,
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let view = self.read_referral(request, caller, reference).await?;
        let referral = self.find_referral(request, caller, reference, Action::AddToReferral).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        let shared = sight.compartments(referral.id).into_iter().find(|shown| shown.kind == CompartmentKind::Shared);
        let shared = shared.ok_or(Error::Refused)?;
        let touched = |_: &Place, _| Some(vec![shared]);
        let act = self.act_on(request, caller, (&referral, &sight), Action::AddToReferral, touched).await?;
        let permit = self.ask(act).await?;

        let sender = self.agency(referral.referrer_agency).await?.kind;
        let answers = added(&view.pathway, &latest(&view), (section, raw), sender, request)?;
        let compartment = self.held_compartment(&sight, shared).await?;
        let mut tx = self.store.begin().await?;
        let content = pathways::answers_to_json(&answers).to_string();
        let entry = self.sealed_entry(&tx, &compartment, EntryKind::Addition, content.as_bytes(), caller.user(), request.at);
        let done = Added { id: entry.id.to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        tx.insert_entry(&entry).await?;
        let details = Details { entries: vec![(entry.id, entry.sha256)], keys: vec![compartment.key], ..Details::default() };
        tx.commit(permit, &details).await?;
        Ok(done)
    }
}

/// The answers that are added: those given to questions that can be, held against all that was said before.
fn added(
    versioned: &Versioned,
    before: &Answers,
    (section, given): (&str, &RawAnswers),
    sender: AgencyKind,
    request: &RequestContext,
) -> Result<Answers, Error> {
    let pathway = &versioned.pathway;
    let found = pathway.sections.iter().find(|known| known.id.as_str() == section).ok_or(Error::Unseen)?;
    let open = addable(found, before);
    let raw = pathways::raw_from_json(&pathways::answers_to_json(before));
    let mut raw = raw.map_err(|_| Error::Integrity("answers do not read back"))?;
    let given = given.iter().filter(|(id, answer)| open.contains(id) && !answer.is_empty());
    let given: RawAnswers = given.map(|(id, answer)| (id.clone(), answer.clone())).collect();
    if given.is_empty() {
        let first = open.first().copied().or_else(|| found.questions.first().map(|question| &question.id));
        let first = first.ok_or(Error::Unseen)?;
        return Err(Error::Invalid(vec![FieldError::new(first.clone(), "Answer at least one question")]));
    }
    raw.retain(|id, _| !open.contains(id));
    raw.extend(given.clone());
    let examined = examine(pathway, raw, sender, request.at.uk_date());
    let wrong: Vec<FieldError> = examined.errors.into_iter().filter(|error| given.contains_key(&error.field)).collect();
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    Ok(examined.answers.only(|id| given.contains_key(id)))
}
