//! Giving back: what was given to somebody by name, and is lost to them since their password was reset or they were suspended, is
//! sealed to their new key by whoever holds it. To whom it goes is said by the referral's own record, and never by whoever asks.

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey,
    gate::bare,
    idempotency::{Once, acted},
    opening::{Sight, check_grant},
};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        compartment::CompartmentKind,
        grant::GrantReason,
        ids::{EventId, UserId},
        notice::{Addressee, NoticeCode, Telling},
        relation::Relation,
        role::Role,
    },
    policy::{Act, DenialReason, Object, RequestContext, ShownCompartment, State},
    store::{CommitError, accounts::Account, give_back::Owed},
};

/// Somebody who lost what was given to them by name, and for whom the caller holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedView {
    /// The account.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// The name of the agency that employs them.
    pub agency: String,
    /// How many drafts of theirs the caller holds.
    pub drafts: usize,
    /// How many referrals.
    pub referrals: usize,
}

impl App {
    /// For whom the caller holds what they have lost, and how much of it. Those who could not use it yet are left out.
    /// Looking is on record.
    pub async fn owed(&self, request: &RequestContext, caller: &Caller) -> Result<Vec<OwedView>, Error> {
        self.read_account(request, caller).await?;
        self.owed_to(caller).await
    }

    /// The same, for the start page.
    pub async fn owed_to(&self, caller: &Caller) -> Result<Vec<OwedView>, Error> {
        let mut views: Vec<OwedView> = Vec::new();
        for of in self.owed_by(caller).await?.chunk_by(|one, other| one.user == other.user) {
            let [first, ..] = of else { continue };
            let Some(account) = self.who_can_have_it(first.user).await? else { continue };
            let count = |is_draft: bool| {
                let mut of: Vec<_> = of
                    .iter()
                    .filter(|owed| (owed.kind == CompartmentKind::Draft) == is_draft)
                    .map(|owed| owed.referral)
                    .collect();
                of.dedup();
                of.len()
            };
            views.push(OwedView {
                user: account.id,
                name: account.name.as_str().to_owned(),
                agency: self.agency(account.agency).await?.name.as_str().to_owned(),
                drafts: count(true),
                referrals: count(false),
            });
        }
        Ok(views)
    }

    /// Gives somebody back what the caller holds of what they have lost: each compartment by an act and event of its own, with
    /// the keys of every epoch. Once for each key; whatever was not reached stays to be done.
    ///
    /// # Errors
    /// [`Error::Unseen`] when the caller holds nothing that is owed to such a person; [`Error::Refused`].
    pub async fn give_back(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        user: UserId,
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /give-back/{user}");
        let act = async |once: &Once<'_>| {
            let done = Box::pin(self.give_back_all(request, caller, user, once)).await;
            self.damage_on_record(request, caller, Action::GiveBack, done).await
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    async fn give_back_all(
        &self,
        request: &RequestContext,
        caller: &Caller,
        user: UserId,
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let owed: Vec<Owed> = self.owed_by(caller).await?.into_iter().filter(|owed| owed.user == user).collect();
        let account = if owed.is_empty() { None } else { self.who_can_have_it(user).await? };
        let Some(account) = account else {
            let act = bare(caller.acting()?, Action::GiveBack, Object::Unseen, Relation::None, State::None, request);
            self.refuse(act, DenialReason::Unseen, None).await?;
            return Err(Error::Unseen);
        };
        let (mut first, mut answer) = (Some(once), None);
        for owed in &owed {
            // The key of the request is remembered with the first act: repeated, what is left is to be seen in the list.
            if let Some(done) = self.give_back_one(request, caller, (&account, owed), first).await? {
                first = None;
                answer = answer.or(Some(done));
            }
        }
        answer.ok_or(Error::Conflict("somebody else has just done it"))
    }

    async fn give_back_one(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (account, owed): (&Account, &Owed),
        once: Option<&Once<'_>>,
    ) -> Result<Option<Added>, Error> {
        let (act, sight, reasons) = self.back_act(request, caller, (account, owed)).await?;
        let permit = self.ask(act).await?;
        let shown = ShownCompartment { id: owed.compartment, kind: owed.kind };
        if reasons.is_empty() {
            return Ok(None);
        }
        let holder = self.user_holder(account.id).await?;
        let keys = self.keys_to(caller, &permit, &sight, &[shown]).await?;
        let has = self.store.grants_of(&[account.id.to_string()], &[owed.referral]).await?;
        let Some((newest, _)) = keys.last() else { return Ok(None) };
        let code = if owed.kind == CompartmentKind::Draft { NoticeCode::DraftGivenBack } else { NoticeCode::GivenBack };
        let (to, referral) = (Addressee::User(account.id), Some(owed.referral));
        let news = [Telling { to, code, referral, about: None, about_team: None, urgent: false }];
        let mut tx = self.store.begin().await?;
        let done = acted(&tx, request.at);
        if let Some(once) = once {
            once.remember(&mut tx, &done).await?;
        }
        if !tx.gave_back((account.id, owed.compartment), caller.user(), request.at).await? {
            return Ok(None);
        }
        if !tx.is_present_key(account.id, holder.key()).await?
            || !tx.compartment_stands_at(owed.compartment, newest.epoch).await?
        {
            return Err(CommitError::Stale("compartment").into());
        }
        let mut named = vec![holder.key()];
        for (of, identity) in &keys {
            for reason in &reasons {
                let is_it = |found: &crate::store::grants::Found| {
                    (found.grant.compartment, found.grant.epoch, found.grant.reason) == (of.id, of.epoch, *reason)
                };
                if !has.iter().any(is_it) {
                    tx.insert_grant(&self.grant(&tx, of, identity, &holder.clone().because(*reason)), request.at).await?;
                }
            }
            named.push(of.key);
        }
        if owed.kind != CompartmentKind::Restricted {
            self.tell(&mut tx, &news, request.at).await?;
        }
        tx.commit(permit, &Details { keys: named, to_person: Some(account.id), ..Details::default() }).await?;
        Ok(Some(done))
    }

    /// The act of giving one compartment back, and for what reasons it was theirs.
    async fn back_act(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (account, owed): (&Account, &Owed),
    ) -> Result<(Act, Sight, Vec<GrantReason>), Error> {
        let reference = owed.reference.to_string();
        let shown = ShownCompartment { id: owed.compartment, kind: owed.kind };
        if owed.kind == CompartmentKind::Draft {
            let (held, sight) = self.find_draft(request, caller, &reference, Action::GiveBack).await?;
            let is_theirs = held.draft.owner == account.id || held.draft.deputy == Some(account.id);
            let reasons = if is_theirs { self.reasons_of(account, owed, &|_| true).await? } else { Vec::new() };
            return Ok((self.draft_act(request, caller, &held, Action::GiveBack).await?, sight, reasons));
        }
        let referral = self.find_referral(request, caller, &reference, Action::GiveBack).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
        let way = self.way_in(request, caller, (&referral, &versioned), &sight, (Action::GiveBack, &[shown])).await?;
        let Some(act) = way else {
            let object = Object::Referral(referral.id, Some(referral.revision));
            let state = State::Referral(referral.stage.state());
            let act = bare(caller.acting()?, Action::GiveBack, object, Relation::None, state, request);
            self.refuse(act, DenialReason::Policy, None).await?;
            return Err(Error::Refused);
        };
        // Whoever received it by name still works where it was received; whoever sent or checks it still works for its agency.
        let here = self.works(account.id, |place| place.team == referral.receiving_team).await?;
        let stands = |reason: GrantReason| match reason {
            GrantReason::Named => here,
            _ => account.agency == referral.referrer_agency || referral.referrer == account.id,
        };
        let reasons = self.reasons_of(account, owed, &stands).await?;
        Ok((act, sight, reasons))
    }

    /// For what reasons a compartment was given to somebody by name, as the events say by which it was: each that still stands.
    async fn reasons_of(
        &self,
        account: &Account,
        owed: &Owed,
        stands: &(dyn Fn(GrantReason) -> bool + Sync),
    ) -> Result<Vec<GrantReason>, Error> {
        let found = self.store.grants_ever_to(account.id, owed.compartment).await?;
        let events: Vec<EventId> = found
            .iter()
            .flat_map(|found| {
                let release = found.release.as_ref().and_then(|row| EventId::parse(&row.event).ok());
                release.into_iter().chain([found.grant.event])
            })
            .collect();
        let evidence = self.evidence(&events).await?;
        let mut reasons = Vec::new();
        for found in &found {
            let reason = found.grant.reason;
            let of_record =
                matches!(reason, GrantReason::Party | GrantReason::Deputy | GrantReason::Checker | GrantReason::Named);
            if of_record && stands(reason) && !reasons.contains(&reason) {
                check_grant(&evidence, found)?;
                reasons.push(reason);
            }
        }
        Ok(reasons)
    }

    /// Somebody who could use what they are given back: they work, and no key of theirs waits.
    async fn who_can_have_it(&self, user: UserId) -> Result<Option<Account>, Error> {
        if self.waiting_reset(user).await?.is_some() || !self.works(user, |_| true).await? {
            return Ok(None);
        }
        self.store.account(user).await.map_err(Error::from)
    }

    /// What the caller can give back: by their own grants, and by those of teams in which they do more than send.
    async fn owed_by(&self, caller: &Caller) -> Result<Vec<Owed>, Error> {
        let teams = caller.admitted().filter(|place| place.role != Role::Practitioner).map(|place| place.team.to_string());
        let holders: Vec<String> = teams.chain([caller.user().to_string()]).collect();
        Ok(self.store.owed_by(&holders, caller.user()).await?)
    }
}
