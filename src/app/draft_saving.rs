//! What becomes of drafts: begun, saved section by section, sent, deleted by their owner or by time.

use std::time::Duration;

use super::{
    Answered, App, Caller, DraftView, Error, IdempotencyKey, Receipt,
    checks::left_for_later,
    draft_content,
    drafts::{MOST, TRIES},
    gate::bare,
    idempotency::Once,
    sealing::Holder,
    senders::saved_by,
    submit::{Begun, Sending, submission},
};
use crate::{
    audit::{Details, row::Erasable},
    domain::{
        action::Action,
        actor::Actor,
        answers::FieldError,
        compartment::{CompartmentKind, EntryKind},
        draft::{self, DraftState, Part},
        enquiry::FormKind,
        ids::{NoticeId, ReferralId},
        notice::{Addressee, NoticeCode, Telling},
        reference::Reference,
        referral::ReferralState,
        relation::Relation,
        time::Timestamp,
    },
    policy::{Act, Object, RequestContext, State},
    store::{CommitError, Tx, drafts::Draft},
};

/// How many savings that were replaced wait for a draft's end.
const MOST_SUPERSEDED: usize = 100;

/// What became of a saving.
#[derive(Debug, Clone)]
pub enum Saved {
    /// It stands.
    Done {
        /// When.
        at: Timestamp,
        /// How often the section has been saved.
        revision: i64,
    },
    /// Somebody saved the section meanwhile; nothing was overwritten. The draft with what stands there.
    Stale(Box<DraftView>),
}

impl App {
    /// Begins a draft of a form with what is known of its first section, once for each key.
    ///
    /// # Errors
    /// As [`App::start_form`]; [`Error::Conflict`] when there are too many drafts already.
    pub async fn start_draft(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (form, first): ((&str, FormKind), &Part),
    ) -> Result<Answered<Reference>, Error> {
        let body = draft_content::write(first)?;
        let route = format!("start-draft {} {}", form.0, form.1);
        self.once(request, caller, key, (&route, &body), async |once| {
            self.start_draft_once(request, caller, (form, std::slice::from_ref(first)), once).await
        })
        .await
    }

    pub(super) async fn start_draft_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (form, parts): ((&str, FormKind), &[Part]),
        once: &Once<'_>,
    ) -> Result<Reference, Error> {
        let versioned = self.start_form(request, caller, form).await?;
        let agency = self.agency(caller.agency()).await?;
        let place = self.place_to_submit_from(caller, agency.kind, &versioned.pathway, None)?;
        let id = ReferralId::random(&*self.random);
        let act = submission(caller, &place, agency.kind, &versioned.pathway, Some((request, id)));
        let permit = self.ask(Act { action: Action::StartDraft, object: Object::Draft(id, None), ..act }).await?;
        if i64::try_from(self.store.drafts_of(caller.user(), MOST).await?.len()).is_ok_and(|count| count >= MOST) {
            return Err(Error::Conflict("you have 50 drafts; send or delete one first"));
        }

        let deputy = self.usable_deputy(caller, self.store.deputy_of(caller.user()).await?).await?;
        let holders = self.holders_of_draft(caller.user(), deputy, caller).await?;
        let draft = Draft {
            id,
            reference: Reference::random(&*self.random),
            pathway: versioned.pathway.id.as_str().to_owned(),
            pathway_version: versioned.version.clone(),
            sensitivity: versioned.pathway.sensitivity,
            owner: caller.user(),
            agency: caller.agency(),
            deputy,
            state: DraftState::Open,
            revision: 1,
            created_at: request.at,
            saved_at: request.at,
            kind: versioned.pathway.kind,
        };
        let mut tx = self.store.begin().await?;
        once.remember(&mut tx, &draft.reference).await?;
        match tx.insert_draft(&draft).await {
            // Of 2^40 references two were drawn alike; the next try draws another.
            Err(error) if error.is_duplicate_in("reference") => return Err(Error::Busy(Duration::from_secs(1))),
            other => other?,
        }
        let compartment = self.new_compartment(&mut tx, id, CompartmentKind::Draft, &holders, request.at).await?;
        let mut entries = Vec::new();
        for part in parts {
            let content = draft_content::write(part)?;
            let entry = self.sealed_entry(&tx, &compartment, EntryKind::Draft, &content, caller.user(), request.at);
            tx.insert_entry(&entry).await?;
            tx.save_part(id, &part.section, entry.id, 0).await?;
            entries.push((entry.id, entry.sha256));
        }
        let details = Details {
            entries,
            compartments: vec![compartment.shown()],
            keys: std::iter::once(compartment.key).chain(holders.iter().map(Holder::key)).collect(),
            pathway: Some(versioned.named()?),
            ..Details::default()
        };
        tx.commit(permit, &details).await?;
        Ok(draft.reference)
    }

    /// Saves a section. `expected` says how often it had been saved when the form was shown: 0 for never.
    ///
    /// # Errors
    /// [`Error::Unseen`] when the caller sees no such draft, [`Error::Refused`].
    pub async fn save_draft(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, expected): (&str, i64),
        part: &Part,
    ) -> Result<Saved, Error> {
        let mut saved = self.save_once(request, caller, (reference, expected), part).await;
        for _ in 1..TRIES {
            let Err(Error::Conflict(_)) = &saved else { break };
            saved = self.save_once(request, caller, (reference, expected), part).await;
        }
        self.damage_on_record(request, caller, Action::SaveDraft, saved).await
    }

    async fn save_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, expected): (&str, i64),
        part: &Part,
    ) -> Result<Saved, Error> {
        let (held, sight) = self.find_draft(request, caller, reference, Action::SaveDraft).await?;
        if held.relation == Relation::Deputy && self.owner_lacks(&held.draft).await? {
            self.give_draft_back(request, caller, held).await?;
            // Under its new key it is saved in the next try.
            return Err(CommitError::Stale("draft").into());
        }
        let permit = self.ask(self.draft_act(request, caller, &held, Action::SaveDraft).await?).await?;
        let shown = permit.act().compartments.first().copied().ok_or(Error::Refused)?;
        let compartment = self.held_compartment(&sight, shown).await?;
        let id = held.draft.id;
        let mut tx = self.store.begin().await?;
        if !tx.touch_draft(id, held.draft.revision, request.at).await? {
            return Err(CommitError::Stale("draft").into());
        }
        let entry =
            self.sealed_entry(&tx, &compartment, EntryKind::Draft, &draft_content::write(part)?, caller.user(), request.at);
        tx.insert_entry(&entry).await?;
        if !tx.save_part(id, &part.section, entry.id, expected).await? {
            drop(tx);
            return Ok(Saved::Stale(Box::new(self.read_draft(request, caller, reference).await?)));
        }
        // Now and then those that were replaced go at once, so that no end of a draft has to take more than one event can.
        let superseded = tx.superseded(id).await?;
        if superseded.len() >= MOST_SUPERSEDED {
            for entry in superseded {
                tx.erase(Erasable::Entry, entry).await?;
            }
        }
        let details = Details { entries: vec![(entry.id, entry.sha256)], keys: vec![compartment.key], ..Details::default() };
        tx.commit(permit, &details).await?;
        Ok(Saved::Done { at: request.at, revision: expected.saturating_add(1) })
    }

    /// Deletes a draft and all that was sealed in it.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`].
    pub async fn delete_draft(&self, request: &RequestContext, caller: &Caller, reference: &str) -> Result<(), Error> {
        let deleted = self.delete_in_tries(request, caller, reference).await;
        self.damage_on_record(request, caller, Action::DeleteDraft, deleted).await
    }

    async fn delete_in_tries(&self, request: &RequestContext, caller: &Caller, reference: &str) -> Result<(), Error> {
        for _ in 1..TRIES {
            match self.delete_once(request, caller, reference).await {
                Err(Error::Conflict(_)) => {}
                other => return other,
            }
        }
        self.delete_once(request, caller, reference).await
    }

    async fn delete_once(&self, request: &RequestContext, caller: &Caller, reference: &str) -> Result<(), Error> {
        let (held, sight) = self.find_draft(request, caller, reference, Action::DeleteDraft).await?;
        let permit = self.ask(self.draft_act(request, caller, &held, Action::DeleteDraft).await?).await?;
        let mut tx = self.store.begin().await?;
        end(&mut tx, &held.draft, DraftState::Deleted).await?;
        let gone = tx.erased_blobs();
        tx.commit(permit, &Details { compartments: sight.compartments(held.draft.id), ..Details::default() }).await?;
        self.remove_erased(gone).await;
        Ok(())
    }

    /// Deletes the drafts that nobody sent or saved for thirty days: a job without keys. How many went.
    pub async fn expire_drafts(&self) -> Result<usize, Error> {
        const AT_ONCE: i64 = 100;
        let request = self.request(None);
        let mut gone = 0;
        for draft in self.store.drafts_saved_before(request.at.minus(draft::KEPT), AT_ONCE).await? {
            let act = Act {
                sensitivity: Some(draft.sensitivity),
                ..bare(
                    Actor::Job("drafts"),
                    Action::ExpireDraft,
                    Object::Draft(draft.id, Some(draft.revision)),
                    Relation::None,
                    State::Referral(ReferralState::New),
                    &request,
                )
            };
            match self.expire_once(act, &draft).await {
                Ok(()) => gone += 1,
                // Somebody went on with it just now.
                Err(Error::Conflict(_)) => {}
                Err(Error::Unavailable) => return Err(Error::Unavailable),
                Err(error) => left_for_later(draft.id, &error),
            }
        }
        Ok(gone)
    }

    async fn expire_once(&self, act: Act, draft: &Draft) -> Result<(), Error> {
        // Named, so that the officers of those who held it read that it ended.
        let compartments = self.store.compartments_of(draft.id, CompartmentKind::Draft).await?;
        let at = act.request.at;
        let permit = self.ask(act).await?;
        let mut tx = self.store.begin().await?;
        end(&mut tx, draft, DraftState::Expired).await?;
        // Whoever believed that they had sent it must hear of it.
        for user in std::iter::once(draft.owner).chain(draft.deputy) {
            let (to, code) = (Addressee::User(user), NoticeCode::DraftNotSent);
            let telling = Telling { to, code, referral: Some(draft.id), about: None, about_team: None, urgent: false };
            tx.tell(NoticeId::random(self.random()), &telling, at).await?;
        }
        let blobs = tx.erased_blobs();
        tx.commit(permit, &Details { compartments, ..Details::default() }).await?;
        self.remove_erased(blobs).await;
        Ok(())
    }

    /// Turns a draft into the referral that it was to be: same reference; what was sealed in it is erased by the same event.
    /// `read` makes answers of what was typed, with what was chosen on the way. Sent twice, it is sent once.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what to mend, of `read` or of the pathway's rules.
    pub async fn send_draft<S: Into<Sending>>(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: Reference,
        read: impl Fn(&DraftView) -> Result<S, Vec<FieldError>>,
    ) -> Result<Answered<Receipt>, Error> {
        let key = IdempotencyKey::parse(&format!("draft:{reference}"))?;
        let text = reference.to_string();
        self.once(request, caller, &key, ("send-draft", text.as_bytes()), async |once| {
            let (view, files) = self.open_to_move(request, caller, &text, Action::SendDraft).await?;
            let mut sending: Sending = read(&view).map_err(Error::Invalid)?.into();
            sending.enquiry = view.enquiry.map(|reference| reference.to_string());
            sending.replaces = view.stopped.map(|reference| reference.to_string());
            let saved = saved_by(&view, caller.user());
            let begun = Some(Begun { draft: view.draft, files, saved });
            let sent = Box::pin(self.submit_once(request, caller, (&view.pathway, begun), sending, once)).await;
            self.damage_on_record(request, caller, Action::SendDraft, sent).await
        })
        .await
    }
}

/// Ends a draft in a transaction, with all that was sealed in it.
pub(super) async fn end(tx: &mut Tx, draft: &Draft, state: DraftState) -> Result<(), Error> {
    if !tx.end_draft(draft.id, draft.revision, state).await? {
        return Err(CommitError::Stale("draft").into());
    }
    Ok(tx.erase_draft(draft.id, draft.reference).await?)
}
