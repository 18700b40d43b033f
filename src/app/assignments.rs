//! Who works on a referral: taken, given back, handed on. Of two who take it at once one gets it, and the other hears who.

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey, casework::Casework, desk::change, error::CHANGED, idempotency::Once,
    relations::side, telling::telling,
};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        answers::FieldError,
        code::QuestionId,
        compartment::EntryKind,
        desk::{Assigned, Side},
        notice::{Addressee, NoticeCode},
        text::lines,
    },
    policy::{Permit, RequestContext},
    store::referrals::Referral,
};

/// The longest note to whoever gets it, in characters.
const LONGEST_NOTE: usize = 2000;
/// How often somebody tries to take what moved on while they did.
const TRIES: usize = 4;

/// To whom a referral goes.
#[derive(Clone)]
pub struct Assignment {
    /// What they sign in with.
    pub to: String,
    /// What to say to them; empty for nothing. The receiving team reads it.
    pub note: String,
    /// The revision at which the caller saw the referral; none to leave that open.
    pub revision: Option<i64>,
}

impl App {
    /// Takes a referral that nobody works on; of those who cover, says that they act on it. Once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`]; [`Error::Taken`] with the name of whoever has it.
    pub async fn claim(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        reference: &str,
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/claim");
        let act = async |once: &Once<'_>| {
            for _ in 1..TRIES {
                match self.claim_once(request, caller, reference, once).await {
                    // Somebody was faster: look who.
                    Err(Error::Conflict(CHANGED)) => {}
                    other => return other,
                }
            }
            self.claim_once(request, caller, reference, once).await
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    /// Gives back a referral that the caller works on; of those who cover, says that nobody of them acts any more, as one of the
    /// team may who does not work on it. Once for each key.
    ///
    /// # Errors
    /// As [`App::claim`]; [`Error::Conflict`] when the caller does not work on it.
    pub async fn release(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        reference: &str,
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/release");
        let act = async |once: &Once<'_>| {
            let (referral, _, permit) = self.permitted(request, caller, (reference, Action::ReleaseClaim, None)).await?;
            let (released, refused) = match side_of(&permit, &referral) {
                Side::Desk => {
                    let own = referral.desk.release(caller.user());
                    (own.or_else(|| referral.desk.stop_acting()), "you do not work on this")
                }
                Side::Cover => (referral.desk.stop_acting(), "nobody who covers acts on this"),
            };
            let desk = released.ok_or(Error::Conflict(refused))?;
            let mut tx = self.store.begin().await?;
            let done = Added { id: tx.event().to_string(), at: request.at };
            once.remember(&mut tx, &done).await?;
            change(&mut tx, &Referral { desk, ..referral }).await?;
            tx.commit(permit, &Details::default()).await?;
            Ok(done)
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    /// Gives a referral to a member of the team, with a note; once for each key. Whoever works on it hands it on; otherwise it
    /// is for those who may assign.
    ///
    /// # Errors
    /// As [`App::claim`]; [`Error::Invalid`] when the person cannot get it; [`Error::Conflict`] when it has changed since the
    /// revision given.
    pub async fn assign(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, assignment): (&str, &Assignment),
    ) -> Result<Answered<Added>, Error> {
        let Assignment { to, note, revision } = assignment;
        let body = format!("{to}\n{}\n{note}", revision.unwrap_or_default());
        let route = format!("POST /referrals/{reference}/assign");
        let act = async |once: &Once<'_>| self.assign_once(request, caller, (reference, assignment), once).await;
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    async fn claim_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let (referral, _, permit) = self.permitted(request, caller, (reference, Action::ClaimReferral, None)).await?;
        let claimed = match side_of(&permit, &referral) {
            Side::Desk => referral.desk.claim(caller.user(), request.at),
            Side::Cover => referral.desk.act(caller.user(), request.at),
        };
        let desk = match claimed {
            Ok(desk) => desk,
            Err(Assigned { to, .. }) if to == caller.user() => return Err(Error::Conflict("you work on this already")),
            Err(Assigned { to, .. }) => return Err(Error::Taken(self.name_of(to).await?)),
        };
        let mut tx = self.store.begin().await?;
        let done = Added { id: tx.event().to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        change(&mut tx, &Referral { desk, ..referral }).await?;
        tx.commit(permit, &Details { assigned: Some(caller.user()), ..Details::default() }).await?;
        Ok(done)
    }

    async fn assign_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, assignment): (&str, &Assignment),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let referral = self.find_referral(request, caller, reference, Action::AssignReferral).await?;
        let action = if referral.desk.is_with(caller.user()) { Action::HandOver } else { Action::AssignReferral };
        let (sight, permit) = self.permitted_on(request, caller, &referral, (action, assignment.revision)).await?;
        let members = self.assignable(&referral).await?;
        let to = members.into_iter().find(|(_, member)| member.username == assignment.to).map(|(user, _)| user);
        let to = to.ok_or_else(|| invalid("to", "Choose somebody of your team who can work on this"))?;
        if referral.desk.is_with(to) {
            return Err(invalid("to", "Choose somebody else: they work on this already"));
        }
        let note = match assignment.note.trim() {
            "" => None,
            note => Some(lines(note, LONGEST_NOTE).map_err(|_| invalid("note", "Note must be 2,000 characters or less"))?),
        };
        let casework: Option<Casework> = match note {
            Some(_) => Some(self.casework(&sight, &referral).await?),
            None => None,
        };
        let mut tx = self.store.begin().await?;
        let done = Added { id: tx.event().to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        if to != caller.user() {
            self.tell(&mut tx, &[telling(&referral, Addressee::User(to), NoticeCode::Given)], request.at).await?;
        }
        if let Some(before) = referral.desk.assigned.map(|assigned| assigned.to).filter(|before| *before != caller.user()) {
            self.tell(&mut tx, &[telling(&referral, Addressee::User(before), NoticeCode::GivenOn)], request.at).await?;
        }
        let desk = referral.desk.assign(to, request.at);
        change(&mut tx, &Referral { desk, ..referral.clone() }).await?;
        let mut details = Details { assigned: Some(to), ..Details::default() };
        if let Some((note, casework)) = note.zip(casework) {
            let (casework, keys) = self.open_casework(&mut tx, casework, &referral, request.at).await?;
            let entry = self.sealed_entry(&tx, &casework, EntryKind::Handover, note.as_bytes(), caller.user(), request.at);
            tx.insert_entry(&entry).await?;
            details.entries.push((entry.id, entry.sha256));
            details.compartments.push(casework.shown());
            details.keys = keys;
        }
        tx.commit(permit, &details).await?;
        Ok(done)
    }
}

/// The side on which an act on a referral was permitted.
pub(super) fn side_of(permit: &Permit, referral: &Referral) -> Side {
    let act = permit.act();
    act.actor.person().map_or(Side::Desk, |person| side(referral, &person.place, act.relation))
}

/// What is to be mended in a field of ours.
pub(super) fn invalid(field: &str, message: &str) -> Error {
    // A fixed word of ours is always an id.
    QuestionId::parse(field)
        .map_or(Error::Malformed("the request makes no sense"), |field| Error::Invalid(vec![FieldError::new(field, message)]))
}
