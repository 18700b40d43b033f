//! What becomes of an enquiry: its side takes it up, begins a referral with what carries over, and the two name one another.

use serde::{Deserialize, Serialize};

use super::{
    Answered, App, Caller, Error, IdempotencyKey,
    idempotency::Once,
    opening::{Sight, Unwrapped},
    reading::Seen,
    sealing::Compartment,
};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        actor::Place,
        answers::{Answer, Answers},
        code::QuestionId,
        compartment::CompartmentKind,
        draft::{ENQUIRY, Part},
        enquiry::{FormKind, PointsAt},
        grant::GrantReason,
        ids::TeamId,
        pathway::Pathway,
        reference::Reference,
        relation::Relation,
    },
    policy::{Permit, RequestContext},
    store::referrals::Referral,
};

/// The enquiry that a referral is made of, for somebody who may make one of it.
pub(super) struct Origin {
    pub(super) reference: Reference,
    /// The team that received it.
    pub(super) team: TeamId,
    /// Whether people hold it by name.
    pub(super) by_name: bool,
    /// Where its asker and its receivers read.
    pub(super) shared: Compartment,
}

/// Answers by the referral's questions.
pub(super) type Carried = Vec<(QuestionId, Answer)>;

/// Makes the sections that a draft begins with, as their forms would post them: of whether anybody is in danger, and of what is
/// carried over.
pub type Carry = fn(&Pathway, bool, &[(QuestionId, Answer)]) -> Vec<Part>;

/// The name of the field that a draft keeps the enquiry's reference in.
const REFERENCE: &str = "reference";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pointer {
    kind: String,
    reference: String,
}

/// What is sealed to say what belongs to this one.
pub(super) fn write_pointer(kind: PointsAt, reference: Reference) -> String {
    serde_json::json!({ "kind": kind.code(), "reference": reference.to_string() }).to_string()
}

/// Reads a sealed pointer.
pub(super) fn read_pointer(bytes: &[u8]) -> Result<(PointsAt, Reference), Error> {
    let damaged = || Error::Integrity("a pointer cannot be read");
    let pointer: Pointer = serde_json::from_slice(bytes).map_err(|_| damaged())?;
    let kind = PointsAt::parse(&pointer.kind).ok_or_else(damaged)?;
    Ok((kind, Reference::parse(&pointer.reference).map_err(|_| damaged())?))
}

/// What a draft keeps, sealed like its sections, to know which enquiry it was made of, or what it puts right.
pub(super) fn write_origin(section: &str, reference: Reference) -> Part {
    Part { section: section.to_owned(), fields: vec![(REFERENCE.to_owned(), reference.to_string())] }
}

/// Reads what [`write_origin`] wrote.
pub(super) fn read_origin(part: &Part) -> Result<Reference, Error> {
    let [(_, value)] = part.fields.as_slice() else { return Err(Error::Integrity("a draft's origin cannot be read")) };
    Reference::parse(value).map_err(|_| Error::Integrity("a draft's origin cannot be read"))
}

/// Parts of the same section as one, in order.
pub(super) fn joined(parts: impl IntoIterator<Item = Part>) -> Vec<Part> {
    let mut joined: Vec<Part> = Vec::new();
    for part in parts {
        match joined.iter_mut().find(|known| known.section == part.section) {
            Some(known) => known.fields.extend(part.fields),
            None => joined.push(part),
        }
    }
    joined
}

impl App {
    /// Begins a draft of a referral with what an enquiry carries over, once for each key. Whether anybody is in danger is asked
    /// anew; `carry` makes sections, as their forms would post them, of that and of the other answers.
    ///
    /// # Errors
    /// [`Error::Unseen`] when the caller sees no such enquiry; [`Error::Refused`] when they are not on the side that asked;
    /// [`Error::Conflict`] when it is no enquiry; those of [`App::start_draft`].
    pub async fn refer_from_enquiry(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, in_danger): (&str, bool),
        carry: Carry,
    ) -> Result<Answered<Reference>, Error> {
        let body = [u8::from(in_danger)];
        let route = format!("refer-from {reference}");
        let act = async |once: &Once<'_>| {
            let begun = self.refer_once(request, caller, (reference, in_danger), carry, once).await;
            self.damage_on_record(request, caller, Action::TakeUpEnquiry, begun).await
        };
        self.once(request, caller, key, (&route, &body), act).await
    }

    async fn refer_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, in_danger): (&str, bool),
        carry: Carry,
        once: &Once<'_>,
    ) -> Result<Reference, Error> {
        let (mut enquiry, sight, permit) = self.take_up(request, caller, reference).await?;
        let carried = self.carried(caller, permit, (&mut enquiry, &sight)).await?;
        let pathway = self.pathway(&enquiry.pathway).ok_or(Error::Conflict("this pathway takes no referrals any more"))?;
        let parts = carry(&pathway.pathway, in_danger, &carried).into_iter();
        let parts = joined(parts.chain([write_origin(ENQUIRY, enquiry.reference)]));
        self.start_draft_once(request, caller, ((&enquiry.pathway, FormKind::Referral), &parts), once).await
    }

    /// Opens an enquiry that was taken up, by the permit for that, and gives what a referral made of it begins with.
    async fn carried(
        &self,
        caller: &Caller,
        permit: Permit,
        (enquiry, sight): (&mut Referral, &Sight),
    ) -> Result<Carried, Error> {
        let form = self.form_at(&enquiry.pathway_version, enquiry.kind).await?;
        let mut seen = Seen::default();
        self.open_reached(caller, permit, (enquiry, &form), sight, &mut Unwrapped::default(), &mut seen).await?;
        let answers = form.pathway.whole(seen.parts);
        self.carried_of(enquiry, Some(&answers)).await
    }

    /// What a referral made of an enquiry begins with; nothing for what is no enquiry, or not opened.
    pub(super) async fn carried_of(&self, enquiry: &Referral, answers: Option<&Answers>) -> Result<Carried, Error> {
        let Some(answers) = answers.filter(|_| enquiry.kind == FormKind::Enquiry) else { return Ok(Vec::new()) };
        let asked = self.pathway_at(&enquiry.pathway_version).await?;
        Ok(asked.pathway.enquiry.as_ref().map(|offered| offered.carried(answers)).unwrap_or_default())
    }

    /// Finds an enquiry and asks the gate whether the caller may make a referral of it.
    async fn take_up(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
    ) -> Result<(Referral, Sight, Permit), Error> {
        let action = Action::TakeUpEnquiry;
        let enquiry = self.find_referral(request, caller, reference, action).await?;
        let sight = self.sight(caller, &[enquiry.id]).await?;
        let shared = sight.compartments(enquiry.id).into_iter().find(|shown| shown.kind == CompartmentKind::Shared);
        let touched = |_: &Place, _: Relation| shared.map(|shown| vec![shown]);
        let act = self.act_on(request, caller, (&enquiry, &sight), action, touched).await?;
        let permit = self.ask(act).await?;
        Ok((enquiry, sight, permit))
    }

    /// The enquiry that a referral is being made of; that it is, is on record before anything is written.
    ///
    /// # Errors
    /// As [`App::refer_from_enquiry`].
    pub(super) async fn origin(&self, request: &RequestContext, caller: &Caller, reference: &str) -> Result<Origin, Error> {
        let (enquiry, sight, permit) = self.take_up(request, caller, reference).await?;
        let shown = permit.act().compartments.first().copied().ok_or(Error::Refused)?;
        let shared = self.held_compartment(&sight, shown).await?;
        let by_name = self.store.holders_of_shared(enquiry.id).await?.iter().any(|held| held.reason == GrantReason::Named);
        self.store.record(vec![(permit, Details::default())]).await?.pop().ok_or(Error::Conflict("nothing was recorded"))??;
        Ok(Origin { reference: enquiry.reference, team: enquiry.receiving_team, by_name, shared })
    }

    /// The same for a draft, which is sent all the same by somebody who does not see the enquiry it was made of.
    pub(super) async fn origin_if_seen(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
    ) -> Result<Option<Origin>, Error> {
        match self.origin(request, caller, reference).await {
            Err(Error::Unseen | Error::Refused) => Ok(None),
            other => other.map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_reads_back_and_nothing_else_does() {
        for kind in PointsAt::ALL {
            let written = write_pointer(*kind, Reference::NOBODYS);
            assert_eq!(read_pointer(written.as_bytes()).expect("reads"), (*kind, Reference::NOBODYS));
        }
        for bad in ["{}", r#"{"kind":"other","reference":"0000-0000-0"}"#, r#"{"kind":"enquiry","reference":"x"}"#] {
            assert!(matches!(read_pointer(bad.as_bytes()), Err(Error::Integrity(_))), "{bad}");
        }
        assert_eq!(read_origin(&write_origin(ENQUIRY, Reference::NOBODYS)).expect("reads"), Reference::NOBODYS);
    }

    #[test]
    fn parts_of_one_section_are_joined() {
        let part = |section: &str, name: &str| Part { section: section.into(), fields: vec![(name.into(), "1".into())] };
        let joined = joined([part("a", "x"), part("b", "y"), part("a", "z")]);
        assert_eq!(joined.iter().map(|part| part.fields.len()).collect::<Vec<_>>(), [2, 1]);
    }
}
