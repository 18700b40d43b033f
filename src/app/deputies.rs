//! Deputies: who else goes on with a person's drafts.

use super::{
    App, Caller, DraftView, Error, PartView, draft_content,
    draft_files::{Moving, NewKey},
    drafts::Held,
    file_sealing::keep,
    sealing::Holder,
    sign_in::own,
};
use crate::{
    audit::Details,
    crypto::Identity,
    domain::{
        action::Action,
        answers::Answers,
        compartment::{CompartmentKind, EntryKind},
        ids::{CompartmentId, UserId},
        notice::{Addressee, NoticeCode, Telling},
        relation::Relation,
        text::PersonName,
    },
    policy::{Act, DenialReason, Object, RequestContext, ShownCompartment},
    store::{CommitError, drafts::Draft},
};

const NO_DEPUTY: &str = "this person cannot be chosen: only somebody of your agency who works on referrals can";

impl App {
    /// Who can be chosen to go on with the caller's drafts: the people of the same agency who could act with a key.
    pub async fn deputies_to_choose(&self, caller: &Caller) -> Result<Vec<(UserId, PersonName)>, Error> {
        let mut colleagues = self.store.ready_colleagues(caller.agency()).await?;
        let places = self.store.members_of_agency(caller.agency()).await?;
        let works = |id: UserId| places.iter().any(|(user, place)| *user == id && place.opens());
        colleagues.retain(|(id, _)| *id != caller.user() && works(*id));
        Ok(colleagues)
    }

    /// Who goes on with the caller's drafts unless a draft says otherwise.
    pub async fn chosen_deputy(&self, caller: &Caller) -> Result<Option<UserId>, Error> {
        self.usable_deputy(caller, self.store.deputy_of(caller.user()).await?).await
    }

    /// Says who goes on with the caller's drafts from now on; nobody when `None`.
    ///
    /// # Errors
    /// [`Error::Conflict`] for somebody who cannot be chosen.
    pub async fn choose_deputy(&self, request: &RequestContext, caller: &Caller, deputy: Option<UserId>) -> Result<(), Error> {
        let act = own(&caller.acting()?, Action::ChooseDeputy, caller.user(), request);
        let permit = self.ask(act).await?;
        if self.usable_deputy(caller, deputy).await? != deputy {
            return Err(Error::Conflict(NO_DEPUTY));
        }
        let mut tx = self.store.begin().await?;
        tx.choose_deputy(caller.user(), deputy, request.at).await?;
        tx.commit(permit, &Details::default()).await?;
        Ok(())
    }

    /// Says who else goes on with a draft. What was sealed is sealed anew for those who hold it from now on, and erased as it
    /// was: taking a name off takes the key away.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`] for all but its owner; [`Error::Conflict`] for somebody who cannot be chosen.
    pub async fn change_draft_deputy(
        &self,
        request: &RequestContext,
        caller: &Caller,
        reference: &str,
        deputy: Option<UserId>,
    ) -> Result<(), Error> {
        let (held, _) = self.find_draft(request, caller, reference, Action::SaveDraft).await?;
        if held.relation != Relation::Referrer {
            let act = self.draft_act(request, caller, &held, Action::SaveDraft).await?;
            self.refuse(act, DenialReason::Policy, None).await?;
            return Err(Error::Refused);
        }
        if self.usable_deputy(caller, deputy).await? != deputy {
            return Err(Error::Conflict(NO_DEPUTY));
        }
        let opened = self.open_to_move(request, caller, reference, Action::ReadDraft).await?;
        let changed = self.seal_for_deputy(request, caller, (held, opened), deputy).await;
        self.damage_on_record(request, caller, Action::SaveDraft, changed).await
    }

    async fn seal_for_deputy(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (held, (view, files)): (Held, (DraftView, Vec<Moving>)),
        deputy: Option<UserId>,
    ) -> Result<(), Error> {
        let draft = &view.draft;
        // Asked about what was read: a draft that has moved since is stale in the commit.
        let act = self.draft_act(request, caller, &held, Action::SaveDraft).await?;
        let permit = self.ask(Act { object: Object::Draft(draft.id, Some(draft.revision)), ..act }).await?;
        let holders = self.holders_of_draft(draft.owner, deputy, caller).await?;
        let id = draft.id;
        let named = ShownCompartment { id: CompartmentId::random(&*self.random), kind: CompartmentKind::Draft };
        let identity = Identity::random(&*self.random);
        let key = NewKey { referral: id, compartment: named.id, identity: &identity };
        let files = Box::pin(self.seal_anew(caller, files, key, request.at)).await?;
        let mut tx = self.store.begin().await?;
        if !tx.change_deputy(id, draft.revision, deputy).await? {
            return Err(CommitError::Stale("draft").into());
        }
        tx.erase_sealed_draft(id).await?;
        let compartment = self.make_compartment_of(&mut tx, id, (named, &identity), &holders, request.at).await?;
        let mut entries = Vec::new();
        for PartView { part, by, .. } in &view.parts {
            let entry = self.sealed_entry(&tx, &compartment, EntryKind::Draft, &draft_content::write(part)?, *by, request.at);
            tx.insert_entry(&entry).await?;
            tx.replace_part(id, &part.section, entry.id).await?;
            entries.push((entry.id, entry.sha256));
        }
        let written = self.describe_anew(&mut tx, &compartment, files).await?;
        entries.extend(written.entries);
        if let Some(to) = deputy.filter(|_| deputy != draft.deputy).map(Addressee::User) {
            let (code, referral) = (NoticeCode::DraftHanded, Some(id));
            self.tell(&mut tx, &[Telling { to, code, referral, about: None, about_team: None, urgent: false }], request.at)
                .await?;
        }
        let gone = tx.erased_blobs();
        let details = Details {
            entries,
            compartments: vec![compartment.shown()],
            keys: std::iter::once(compartment.key).chain(holders.iter().map(Holder::key)).collect(),
            ..Details::default()
        };
        keep(written.blobs).await?;
        tx.commit(permit, &details).await?;
        self.remove_erased(gone).await;
        Ok(())
    }

    /// Whether a draft's owner is back and cannot open what their deputy saved while they were shut out: its newest key was never
    /// theirs.
    pub(super) async fn owner_lacks(&self, draft: &Draft) -> Result<bool, Error> {
        let owner = draft.owner.to_string();
        let keys = self.store.newest_keys(draft.id).await?;
        if keys.iter().any(|key| key.to == owner && key.entitled) {
            return Ok(false);
        }
        self.works(draft.owner, |place| place.agency == draft.agency).await
    }

    /// Gives a draft that its deputy went on with back to its owner: all of it is sealed anew for both.
    pub(super) async fn give_draft_back(&self, request: &RequestContext, caller: &Caller, held: Held) -> Result<(), Error> {
        let (reference, deputy) = (held.draft.reference.to_string(), held.draft.deputy);
        let opened = self.open_to_move(request, caller, &reference, Action::ReadDraft).await?;
        Box::pin(self.seal_for_deputy(request, caller, (held, opened), deputy)).await
    }

    /// Takes the deputy off the caller's own draft if they check for the agency and its answers say that whoever checks is a
    /// party, or may be: they must not read what is written next. Whether anybody was taken off.
    ///
    /// # Errors
    /// As [`App::change_draft_deputy`].
    pub async fn take_party_off(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (view, answers): (&DraftView, &Answers),
    ) -> Result<bool, Error> {
        let party = view.pathway.pathway.check.as_ref().is_some_and(|check| check.may_be_party(answers));
        let Some(deputy) = view.draft.deputy.filter(|_| party && view.own) else { return Ok(false) };
        if !self.is_safeguarding_lead(caller, deputy).await? {
            return Ok(false);
        }
        self.change_draft_deputy(request, caller, &view.draft.reference.to_string(), None).await?;
        Ok(true)
    }

    /// Who can be chosen to go on with this draft of the caller's: nobody who checks for the agency, where its answers say that
    /// they may be a party.
    pub async fn deputies_for(
        &self,
        caller: &Caller,
        (view, answers): (&DraftView, &Answers),
    ) -> Result<Vec<(UserId, PersonName)>, Error> {
        let mut people = self.deputies_to_choose(caller).await?;
        if view.pathway.pathway.check.as_ref().is_some_and(|check| check.may_be_party(answers)) {
            let leads = self.store.safeguarding_leads(caller.agency()).await?;
            people.retain(|(id, _)| leads.iter().all(|lead| lead.user != *id));
        }
        Ok(people)
    }

    /// Somebody chosen, if they can still be: another person of the caller's agency who could act with a key.
    pub(super) async fn usable_deputy(&self, caller: &Caller, chosen: Option<UserId>) -> Result<Option<UserId>, Error> {
        let Some(chosen) = chosen.filter(|chosen| *chosen != caller.user()) else { return Ok(None) };
        let agency = caller.agency();
        let is_of_it = self.store.account(chosen).await?.is_some_and(|account| account.agency == agency);
        Ok((is_of_it && self.works(chosen, |place| place.agency == agency).await?).then_some(chosen))
    }

    /// Who gets a draft's key: owner, deputy and the agency's recovery recipient.
    pub(super) async fn holders_of_draft(
        &self,
        owner: UserId,
        deputy: Option<UserId>,
        caller: &Caller,
    ) -> Result<Vec<Holder>, Error> {
        let mut holders = vec![self.user_holder(owner).await?];
        if let Some(deputy) = deputy {
            holders.push(self.user_holder(deputy).await?);
        }
        holders.push(self.recovery_holder(&self.agency(caller.agency()).await?).await?);
        Ok(holders)
    }
}
