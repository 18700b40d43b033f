//! What was stopped at the check and is put right: its sender goes on with the answers in a new draft. When that is sent, what was
//! stopped ends as not sent, and each tells those who may read both of the other.

use super::{
    Answered, App, Caller, Error, IdempotencyKey,
    desk::change,
    enquiries::{joined, write_origin, write_pointer},
    idempotency::Once,
    opening::{Sight, Unwrapped},
    reading::Seen,
    sealing::Compartment,
};
use crate::{
    audit::{Details, row::Erasable},
    domain::{
        action::Action,
        answers::Answers,
        code::QuestionId,
        compartment::{CompartmentKind, EntryKind},
        draft::{Part, STOPPED, WITHHELD},
        enquiry::{FormKind, PointsAt},
        ids::{AgencyId, CompartmentId},
        pathway::Pathway,
        reference::Reference,
        withheld::{Mark, Withhold},
    },
    policy::{Act, RequestContext, ShownCompartment},
    store::{CommitError, Tx, grants::HeldGrant, referrals::Referral},
};

/// Makes the sections that a draft begins with, as their forms would post them, of answers that were sent.
pub type WriteAgain = fn(&Pathway, &Answers) -> Vec<Part>;

/// A stopped referral that another takes the place of.
pub(super) struct Replaced {
    pub(super) referral: Referral,
    /// Where its sender and whoever checked it read.
    shared: Compartment,
    /// The receiving side's keys, which are erased.
    grants: Vec<HeldGrant>,
}

impl App {
    /// Begins a draft with all that was answered on a referral that was stopped at the check, what was changed and added since
    /// included, once for each key. Files are not taken along. Nothing becomes of the referral until the draft is sent.
    ///
    /// # Errors
    /// [`Error::Unseen`]; [`Error::Refused`] to everybody but whoever sent it, and when it is not stopped; those of
    /// [`App::start_draft`].
    pub async fn change_stopped(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        reference: &str,
        write: WriteAgain,
    ) -> Result<Answered<Reference>, Error> {
        let route = format!("change-stopped {reference}");
        let act = async |once: &Once<'_>| {
            let begun = self.write_again_once(request, caller, reference, write, once).await;
            self.damage_on_record(request, caller, Action::ChangeStopped, begun).await
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    async fn write_again_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
        write: WriteAgain,
        once: &Once<'_>,
    ) -> Result<Reference, Error> {
        let (mut referral, sight) = self.find_stopped(request, caller, reference).await?;
        let form = self.form_at(&referral.pathway_version, referral.kind).await?;
        let (mut seen, mut unwrapped) = (Seen::default(), Unwrapped::default());
        // What is kept apart or from somebody by events of their own: only those who hold it read in the log that it was opened.
        let together = [CompartmentKind::Shared, CompartmentKind::Restricted].map(|kind| held(&sight, &referral, kind));
        let withheld = sight.withheld(referral.id).into_iter().map(|shown| vec![shown]);
        for held in together.into_iter().chain(withheld).filter(|held| !held.is_empty()) {
            let act = self.act_of_change(request, caller, (&referral, &sight), held).await?;
            let permit = self.ask(act).await?;
            self.open_reached(caller, permit, (&mut referral, &form), &sight, &mut unwrapped, &mut seen).await?;
        }
        let later = seen.additions.into_iter().rev().map(|(_, addition)| addition.answers);
        let answers = form.pathway.whole(later.chain(seen.parts));
        let pathway = self.pathway(&referral.pathway).ok_or(Error::Conflict("this pathway takes no referrals any more"))?;
        let parts = write(&pathway.pathway, &answers).into_iter();
        let withheld = self.withhold_again((&pathway.pathway, &answers), seen.withheld, sight.marks.known(referral.id)).await?;
        let parts = parts.chain([write_origin(STOPPED, referral.reference)]).chain(withheld.as_ref().map(write_withhold));
        let parts = joined(parts);
        self.start_draft_once(request, caller, ((&referral.pathway, FormKind::Referral), &parts), once).await
    }

    /// What was kept back of these answers, sealed away or marked later, to be kept back again; none where nothing was. The new
    /// referral begins without marks: what they refused is sealed away from all the agencies together, and what is said of it
    /// later follows it there.
    async fn withhold_again(
        &self,
        (pathway, answers): (&Pathway, &Answers),
        sealed: Vec<(CompartmentId, Vec<QuestionId>)>,
        marks: Vec<Mark>,
    ) -> Result<Option<Withhold>, Error> {
        let compartments: Vec<CompartmentId> = sealed.iter().map(|(compartment, _)| *compartment).collect();
        let barred = self.store.barred_from(&compartments).await?;
        let is_named =
            |agency: AgencyId| barred.iter().any(|(_, of)| *of == agency) || marks.iter().any(|mark| mark.agency == agency);
        let agencies = self.store.agencies().await?.into_iter();
        let from = agencies.filter(|agency| is_named(agency.id)).map(|agency| agency.code).collect();
        let was_kept = |id: &QuestionId| {
            sealed.iter().any(|(_, questions)| questions.contains(id)) || marks.iter().any(|mark| mark.question == *id)
        };
        // Of a question that nobody answered there is nothing to choose.
        let answers: Vec<QuestionId> =
            pathway.withholdable(answers).map(|question| question.id.clone()).filter(was_kept).collect();
        Ok((!answers.is_empty()).then_some(Withhold { answers, from }))
    }

    async fn find_stopped(&self, request: &RequestContext, caller: &Caller, reference: &str) -> Result<(Referral, Sight), Error> {
        let referral = self.find_referral(request, caller, reference, Action::ChangeStopped).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        Ok((referral, sight))
    }

    async fn act_of_change(
        &self,
        request: &RequestContext,
        caller: &Caller,
        of: (&Referral, &Sight),
        held: Vec<ShownCompartment>,
    ) -> Result<Act, Error> {
        self.act_on(request, caller, of, Action::ChangeStopped, |_, _| Some(held.clone())).await
    }

    /// The stopped referral that another takes the place of; that it does is on record before anything is written.
    ///
    /// # Errors
    /// As [`App::change_stopped`].
    pub(super) async fn replaced(&self, request: &RequestContext, caller: &Caller, reference: &str) -> Result<Replaced, Error> {
        let (referral, sight) = self.find_stopped(request, caller, reference).await?;
        let held = held(&sight, &referral, CompartmentKind::Shared);
        let permit = self.ask(self.act_of_change(request, caller, (&referral, &sight), held).await?).await?;
        let shown = permit.act().compartments.first().copied().ok_or(Error::Refused)?;
        let shared = self.held_compartment(&sight, shown).await?;
        let grants = self.store.held_grants(referral.id).await?;
        self.store.record(vec![(permit, Details::default())]).await?.pop().ok_or(Error::Conflict("nothing was recorded"))??;
        Ok(Replaced { referral, shared, grants })
    }

    /// The same for a draft, which is sent all the same where what it was made of has been sent or let go meanwhile.
    pub(super) async fn replaced_if_stopped(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
    ) -> Result<Option<Replaced>, Error> {
        match self.replaced(request, caller, reference).await {
            Err(Error::Unseen | Error::Refused) => Ok(None),
            other => other.map(Some),
        }
    }

    /// Ends what is replaced, in the transaction of what takes its place, and says there where it went on. A case that people
    /// hold by name is absent everywhere else, so nothing points at one.
    pub(super) async fn end_replaced(
        &self,
        tx: &mut Tx,
        replaced: &Replaced,
        (referral, caller): (&Referral, &Caller),
        by_name: bool,
        sealed: &mut Details,
    ) -> Result<(), Error> {
        let stage = replaced.referral.stage.withdraw().ok_or(Error::Conflict("it is not stopped any more"))?;
        change(tx, &Referral { stage, due_at: None, ..replaced.referral.clone() }).await?;
        if !tx.still_held(replaced.referral.id, &replaced.grants).await? {
            return Err(CommitError::Stale("grant").into());
        }
        for grant in &replaced.grants {
            tx.erase(Erasable::Grant, grant.id).await?;
        }
        sealed.compartments.push(replaced.shared.shown());
        if by_name {
            return Ok(());
        }
        let content = write_pointer(PointsAt::Changed, referral.reference);
        let at = referral.submitted_at;
        let entry = self.sealed_entry(tx, &replaced.shared, EntryKind::Pointer, content.as_bytes(), caller.user(), at);
        tx.insert_entry(&entry).await?;
        sealed.entries.push((entry.id, entry.sha256));
        sealed.keys.push(replaced.shared.key);
        Ok(())
    }
}

/// The field names of what is kept back, in a draft.
const ANSWERS: &str = "answers";
const FROM: &str = "from";

/// What is kept back, as a part of a draft.
fn write_withhold(withhold: &Withhold) -> Part {
    let answers = withhold.answers.iter().map(|id| (ANSWERS.to_owned(), id.to_string()));
    let from = withhold.from.iter().map(|code| (FROM.to_owned(), code.clone()));
    Part { section: WITHHELD.to_owned(), fields: answers.chain(from).collect() }
}

/// Reads what [`write_withhold`] wrote.
pub(super) fn read_withhold(part: &Part) -> Result<Withhold, Error> {
    let mut withhold = Withhold::default();
    for (name, value) in &part.fields {
        match (name.as_str(), QuestionId::parse(value)) {
            (ANSWERS, Ok(id)) => withhold.answers.push(id),
            (FROM, _) => withhold.from.push(value.clone()),
            _ => return Err(Error::Integrity("what a draft keeps back cannot be read")),
        }
    }
    Ok(withhold)
}

/// The compartments of a kind that somebody holds.
fn held(sight: &Sight, referral: &Referral, wanted: CompartmentKind) -> Vec<ShownCompartment> {
    sight.compartments(referral.id).into_iter().filter(|shown| shown.kind == wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_draft_keeps_back_reads_back() {
        let id = |text: &str| QuestionId::parse(text).expect("an id");
        let withhold = Withhold { answers: vec![id("lives_at"), id("contact_phone")], from: vec!["a-police".to_owned()] };
        assert_eq!(read_withhold(&write_withhold(&withhold)).expect("reads"), withhold);
        let odd = Part { section: WITHHELD.to_owned(), fields: vec![("whom".to_owned(), "a-police".to_owned())] };
        assert!(matches!(read_withhold(&odd), Err(Error::Integrity(_))));
    }
}
