//! Sharing onward: chosen items of a referral, opened by one event, sealed anew to a key of their own, and given to one team or
//! person by another event that says on what law.

use serde_json::json;

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey, ReferralView, TeamView, Versioned, decisions::to_mend, desk::change,
    draft_files::NewKey, file_sealing::keep, idempotency::Once, relations::covers, share_notes::Sharing, share_parts::Cut,
    telling::telling,
};
use crate::{
    audit::Details,
    crypto::Identity,
    domain::{
        action::Action,
        actor::Place,
        agency::AgencyKind,
        agreement::{Agreement, Fit},
        compartment::{CompartmentKind, EntryKind},
        decision::{Fault, reason},
        ids::{AgencyId, CompartmentId, ShareId, UserId},
        key::HolderKind,
        legal::{Basis, Purpose},
        notice::{Addressee, NoticeCode, Telling},
        sharing::{AnswerPart, NewShare, Shared},
        time::Timestamp,
    },
    policy::{Legal, RequestContext, ShownCompartment},
    store::{referrals::Referral, shares::Share, teams::Team},
};

impl App {
    /// Shares chosen items of a referral with a team or a person; once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`]; [`Error::Invalid`] with everything to mend; [`Error::Conflict`] when the referral
    /// has changed since the revision given, is in no state for it, or when the recipient has all of it already.
    pub async fn share(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, share): (&str, &NewShare),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/shares");
        let body = written(share);
        let act = async |once: &Once<'_>| {
            let done = Box::pin(self.share_once(request, caller, (reference, share), once)).await;
            self.damage_on_record(request, caller, Action::Share, done).await
        };
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    /// The basis and purpose that the caller's agency shares on without giving a reason.
    pub async fn own_law(&self, caller: &Caller, view: &ReferralView) -> Result<(Basis, Purpose), Error> {
        Ok(view.course.pathway.default_legal(self.agency(caller.agency()).await?.kind))
    }

    /// The teams with which part of a referral can be shared, by name.
    pub async fn share_teams(&self, referral: &Referral) -> Result<Vec<TeamView>, Error> {
        let others = |team: &Team| team.id != referral.receiving_team && team.id != referral.referrer_team;
        let fits = |team: &Team| team.has_key() && others(team) && self.takes(team, &referral.pathway);
        let teams = self.teams_read().await?.into_iter().filter(|(team, _)| fits(team));
        Ok(teams.map(|(_, view)| view).collect())
    }

    async fn share_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, share): (&str, &NewShare),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let referral = self.find_referral(request, caller, reference, Action::Share).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
        let kind = self.agency(caller.agency()).await?.kind;
        let named = ShownCompartment { id: CompartmentId::random(&*self.random), kind: CompartmentKind::Share };
        let own = |place: &Place, relation| (!covers(&referral, place, relation)).then(|| vec![named]);
        let mut act = self.act_on(request, caller, (&referral, &sight), Action::Share, own).await?;
        let legal = share.basis.zip(share.purpose).map(|(basis, purpose)| Legal { regime: basis.regime(), basis, purpose });
        act.legal = legal.or(act.legal);
        let permit = self.ask_as_seen(act, &referral, share.revision).await?;

        let mut faults = Vec::new();
        let to = self.recipient(&referral, &share.to, &mut faults).await?;
        let why = grounds(&versioned, kind, share, &mut faults);
        let chosen = self.chosen(&referral, &sight, share, &mut faults).await?;
        let agreement = self.named_agreement(share, &mut faults).await?;
        let (Some(to), Some(legal), Some(why), true) = (to, legal, why, faults.is_empty()) else {
            return Err(to_mend(faults));
        };
        let taken = self.take_items(request, caller, (&referral, &versioned, &sight), chosen).await?;
        let Cut { copies: items, questions, pairs, withheld, lost } = self.cut(&sight, &referral, share, taken.items).await?;
        let kept = self.kept_part((request, caller), (&referral, &versioned, &sight), (share, &to)).await?;
        if items.is_empty() && taken.files.is_empty() && kept.is_none() {
            return Err(to_mend(vec![("entries", "What you ticked is withheld for safety, and goes into no share")]));
        }
        let sources = items.iter().map(|item| item.source).filter(|source| !share.entries.contains(source)).collect();
        let (answers, withheld) = (questions.into_iter().collect(), withheld.into_iter().collect());
        let entries = share.entries.iter().copied().filter(|id| !lost.contains(id)).collect();
        let id = ShareId::random(&*self.random);
        let given = kept.as_ref().map(|kept| kept.pairs.clone()).unwrap_or_default();
        let note = Sharing { share: id, entries, answers, sources, pairs, withheld, kept: given, reason: why };
        self.not_given_before(&referral, &sight, (request, caller), (&to, &note)).await?;
        let identity = Identity::random(&*self.random);
        let onto = NewKey { referral: referral.id, compartment: named.id, identity: &identity };
        let files = Box::pin(self.seal_anew(caller, taken.files, onto, request.at)).await?;
        let casework = self.casework(&sight, &referral).await?;
        let parties = (referral.receiving_agency, to.team.agency);
        let fit = fit(agreement.as_ref(), parties, &referral.pathway, (legal.purpose, request.at));
        let by_team = permit.act().actor.person().map(|person| person.place.team).ok_or(Error::Refused)?;

        let against_consent = legal.basis == Basis::Consent && self.refuses_consent(request, caller, reference).await?;
        let addressee = to.person.map_or(Addressee::Team(to.team.id), Addressee::User);
        // Whether it can wait is for whoever shares to say, whatever the referral is.
        let news = [Telling { urgent: share.urgent, ..telling(&referral, addressee, NoticeCode::Shared) }];

        let mut tx = self.store.begin().await?;
        let done = Added { id: id.to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        // The move comes before the items: of two who share at once the slower gives nothing.
        change(&mut tx, &referral).await?;
        let holders = [to.holder];
        let made = self.make_compartment_of(&mut tx, referral.id, (named, &identity), &holders, request.at).await?;
        let mut details = Details {
            recipients: vec![(to.team.agency, to.team.id)],
            to_person: to.person,
            agreement: Some((share.agreement, fit)),
            urgent: share.urgent,
            why: against_consent.then_some("consent-refused"),
            share: Some(id),
            keys: vec![made.key, holders[0].key()],
            ..Details::default()
        };
        self.copy_into(&mut tx, &made, items, &mut details).await?;
        if let Some(kept) = &kept {
            self.seal_kept_part(&mut tx, (&referral, kept, &holders), &mut details, request.at).await?;
        }
        let files = self.describe_anew(&mut tx, &made, files).await?;
        details.entries.extend(files.entries);
        let (casework, keys) = self.open_casework(&mut tx, casework, &referral, request.at).await?;
        details.compartments.push(casework.shown());
        details.keys.extend(keys);
        let by = (caller.user(), request.at);
        self.write_down(&mut tx, &mut details, (&casework, EntryKind::Sharing), &note.written(), by).await?;
        let (to_kind, to_id) = match to.person {
            Some(person) => (HolderKind::User, person.to_string()),
            None => (HolderKind::Team, to.team.id.to_string()),
        };
        tx.insert_share(&Share {
            id,
            referral: referral.id,
            compartment: made.id,
            what: Shared::Items,
            to_kind,
            to: to_id,
            to_team: to.team.id,
            by: caller.user(),
            by_team,
            at: request.at,
            basis: legal.basis,
            purpose: legal.purpose,
            agreement: share.agreement,
            fit,
            urgent: share.urgent,
            event: tx.event(),
        })
        .await?;
        self.tell(&mut tx, &news, request.at).await?;
        keep(files.blobs).await?;
        tx.commit(permit, &details).await?;
        Ok(done)
    }

    /// Whether the person said no to the sharing. That stands in the answers, which are opened for it: an event of its own.
    async fn refuses_consent(&self, request: &RequestContext, caller: &Caller, reference: &str) -> Result<bool, Error> {
        Ok(Box::pin(self.read_referral(request, caller, reference)).await?.refuses_consent())
    }

    /// The agreement that somebody names, if the register has it.
    pub(super) async fn named_agreement(&self, share: &NewShare, faults: &mut Vec<Fault>) -> Result<Option<Agreement>, Error> {
        let Some(id) = share.agreement else { return Ok(None) };
        let found = self.store.agreement(id).await?;
        if found.is_none() {
            faults.push(("agreement", "Choose an agreement of the register, or none"));
        }
        Ok(found)
    }
}

/// What somebody chose to rest on, and for what: nothing stands in for what they left open.
pub(super) fn chosen_law(
    kind: AgencyKind,
    (basis, purpose): (Option<Basis>, Option<Purpose>),
    faults: &mut Vec<Fault>,
) -> Option<Legal> {
    if basis.is_none() {
        faults.push(("basis", "Choose what you rest on"));
    }
    if purpose.is_none() {
        faults.push(("purpose", "Choose what it is for"));
    }
    let (basis, purpose) = basis.zip(purpose)?;
    if !basis.is_open_to(kind, purpose) {
        faults.push(("basis", "Only the police and the courts can rest on law enforcement, and for a crime"));
        return None;
    }
    Some(Legal { regime: basis.regime(), basis, purpose })
}

/// Why it is shared, for the file: blank only where basis and purpose are the pathway's own.
pub(super) fn grounds(versioned: &Versioned, kind: AgencyKind, share: &NewShare, faults: &mut Vec<Fault>) -> Option<String> {
    let law = chosen_law(kind, (share.basis, share.purpose), faults)?;
    let own = versioned.pathway.default_legal(kind) == (law.basis, law.purpose);
    if own && share.reason.trim().is_empty() {
        return Some(String::new());
    }
    reason(&share.reason, "reason", "Say why you rest on another basis than this pathway’s own", faults)
}

/// How a share stands to the agreement named: warned of and recorded, and in nobody's way.
pub(super) fn fit(
    agreement: Option<&Agreement>,
    parties: (AgencyId, AgencyId),
    pathway: &str,
    (purpose, at): (Purpose, Timestamp),
) -> Fit {
    agreement.map_or(Fit::None, |agreement| agreement.fit(parties, pathway, purpose, at.uk_date()))
}

/// The person that a share is for, where it is for one.
pub(super) fn person_of(share: &Share) -> Option<UserId> {
    (share.to_kind == HolderKind::User).then(|| UserId::parse(&share.to).ok()).flatten()
}

/// A share as a request is remembered by.
fn written(share: &NewShare) -> String {
    let NewShare { to, entries, parts, withheld, basis, purpose, reason, agreement, urgent, revision } = share;
    let entries: Vec<String> = entries.iter().map(ToString::to_string).collect();
    json!([
        to.team.map(|team| team.to_string()),
        to.person,
        entries,
        basis.map(Basis::code),
        purpose.map(Purpose::code),
        reason,
        agreement.map(|agreement| agreement.to_string()),
        urgent,
        revision,
        parts.iter().map(AnswerPart::written).collect::<Vec<_>>(),
        withheld.iter().map(ToString::to_string).collect::<Vec<_>>(),
    ])
    .to_string()
}
