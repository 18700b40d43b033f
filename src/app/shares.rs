//! Sharing onward: chosen items of a referral, opened by one event, sealed anew to a key of their own, and given to one team or
//! person by another event that says on what law; and ending that.

use std::collections::BTreeSet;

use serde_json::json;
use zeroize::Zeroizing;

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey, ReferralView, TeamView, Versioned, copies,
    decisions::to_mend,
    desk::change,
    draft_files::{Lying, Moving, NewKey},
    file_sealing::keep,
    idempotency::Once,
    messages::room_for_more,
    opening::{Sight, Unwrapped, opened},
    relations::covers,
    sealing::{Compartment, Holder},
    share_notes::Sharing,
    telling::telling,
};
use crate::{
    audit::{Details, row::Erasable},
    crypto::{Identity, Opened},
    domain::{
        action::Action,
        actor::Place,
        agency::AgencyKind,
        agreement::{Agreement, Fit},
        compartment::{CompartmentKind, EntryKind},
        decision::{Fault, reason},
        grant::GrantReason,
        ids::{AgencyId, CompartmentId, EntryId, ShareId, UserId},
        key::HolderKind,
        legal::{Basis, Purpose},
        notice::{Addressee, NoticeCode},
        sharing::{MOST_AT_ONCE, NewShare, ShareTo, Shared},
        text::Username,
        time::Timestamp,
    },
    policy::{Legal, RequestContext, ShownCompartment},
    store::{
        Tx,
        entries::{self, Entry},
        referrals::Referral,
        shares::Share,
        teams::Team,
    },
};

/// Who gets it.
pub(super) struct Recipient {
    pub(super) team: Team,
    pub(super) person: Option<UserId>,
    pub(super) holder: Holder,
}

/// What was chosen, opened.
struct Taken {
    items: Vec<(Entry, Opened)>,
    files: Vec<Moving>,
}

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

    /// Ends a share: what its recipient holds is erased, and they open it no more; once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`] when there is no such share of a referral that the caller sees, [`Error::Refused`];
    /// [`Error::Conflict`] when it was ended before.
    pub async fn recall_share(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, share): (&str, &str),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/shares/{share}/recall");
        let act = async |once: &Once<'_>| {
            let (referral, _, permit) = self.permitted(request, caller, (reference, Action::RecallShare, None)).await?;
            let found = self.sound_shares(referral.id).await?;
            let wanted = ShareId::parse(share).ok();
            let found = found.into_iter().find(|found| Some(found.share.id) == wanted && found.share.what == Shared::Items);
            let found = found.ok_or(Error::Unseen)?;
            if found.end.is_some() {
                return Err(Error::Conflict("this was recalled already"));
            }
            let share = found.share;
            let team = self.team(share.to_team).await?;
            let grants = self.store.grants_by_share(share.compartment, &share.to).await?;
            let mut tx = self.store.begin().await?;
            let done = Added { id: tx.event().to_string(), at: request.at };
            once.remember(&mut tx, &done).await?;
            change(&mut tx, &referral).await?;
            tx.end_share(share.id, caller.user(), request.at).await?;
            for grant in grants {
                tx.erase(Erasable::Grant, grant).await?;
            }
            let details = Details {
                recipients: vec![(team.agency, team.id)],
                to_person: person_of(&share),
                share: Some(share.id),
                // Its officers read that it ended.
                compartments: vec![ShownCompartment { id: share.compartment, kind: CompartmentKind::Share }],
                ..Details::default()
            };
            tx.commit(permit, &details).await?;
            Ok(done)
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    /// The basis and purpose that the caller's agency shares on without giving a reason.
    pub async fn own_law(&self, caller: &Caller, view: &ReferralView) -> Result<(Basis, Purpose), Error> {
        Ok(view.course.pathway.default_legal(self.agency(caller.agency()).await?.kind))
    }

    /// The teams with which part of a referral can be shared, by name.
    pub async fn share_teams(&self, referral: &Referral) -> Result<Vec<TeamView>, Error> {
        let others = |team: &Team| team.id != referral.receiving_team && team.id != referral.referrer_team;
        let fits = |team: &Team| team.epoch > 0 && others(team) && self.takes(team, &referral.pathway);
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
        let chosen = self.chosen(&referral, &sight, &share.entries, &mut faults).await?;
        let agreement = self.named_agreement(share, &mut faults).await?;
        let (Some(to), Some(legal), Some(why), true) = (to, legal, why, faults.is_empty()) else {
            return Err(to_mend(faults));
        };
        self.not_given_before(&referral, &sight, (request, caller), (&to, &share.entries)).await?;
        let taken = self.take_items(request, caller, (&referral, &versioned, &sight), chosen).await?;
        let items = self.without_marked(&sight, &referral, taken.items).await?;
        if items.is_empty() && taken.files.is_empty() {
            return Err(to_mend(vec![("entries", "What you ticked is withheld for safety, and goes into no share")]));
        }
        let identity = Identity::random(&*self.random);
        let onto = NewKey { referral: referral.id, compartment: named.id, identity: &identity };
        let files = Box::pin(self.seal_anew(caller, taken.files, onto, request.at)).await?;
        let casework = self.casework(&sight, &referral).await?;
        let parties = (referral.receiving_agency, to.team.agency);
        let fit = fit(agreement.as_ref(), parties, &referral.pathway, (legal.purpose, request.at));
        let by_team = permit.act().actor.person().map(|person| person.place.team).ok_or(Error::Refused)?;

        let addressee = to.person.map_or(Addressee::Team(to.team.id), Addressee::User);
        let news = [telling(&referral, addressee, NoticeCode::Shared)];

        let mut tx = self.store.begin().await?;
        let id = ShareId::random(&*self.random);
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
            share: Some(id),
            keys: vec![made.key, holders[0].key()],
            ..Details::default()
        };
        self.copy_into(&mut tx, &made, items, &mut details).await?;
        let files = self.describe_anew(&mut tx, &made, files).await?;
        details.entries.extend(files.entries);
        let (casework, keys) = self.open_casework(&mut tx, casework, &referral, request.at).await?;
        details.compartments.push(casework.shown());
        details.keys.extend(keys);
        let note = Sharing { share: id, entries: share.entries.clone(), reason: why }.written();
        let by = (caller.user(), request.at);
        self.write_down(&mut tx, &mut details, (&casework, EntryKind::Sharing), &note, by).await?;
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

    /// The agreement that somebody names, if the register has it.
    pub(super) async fn named_agreement(&self, share: &NewShare, faults: &mut Vec<Fault>) -> Result<Option<Agreement>, Error> {
        let Some(id) = share.agreement else { return Ok(None) };
        let found = self.store.agreement(id).await?;
        if found.is_none() {
            faults.push(("agreement", "Choose an agreement of the register, or none"));
        }
        Ok(found)
    }

    /// Who is meant, with their checked key; none, with faults, where nobody can get it.
    pub(super) async fn recipient(
        &self,
        referral: &Referral,
        to: &ShareTo,
        faults: &mut Vec<Fault>,
    ) -> Result<Option<Recipient>, Error> {
        const TEAM: Fault = ("team", "Choose another team that can receive this");
        const PERSON: Fault = ("user", "Enter the user name of somebody who works in that team and can sign in");
        let named = !self.named_on(referral.id).await?.is_empty();
        let mut reached = None;
        if to.person.trim().is_empty() {
            if named {
                faults.push(("user", "This was received by people named in it: share it with one person, by their user name"));
                return Ok(None);
            }
        } else {
            let person = self.person(to.person.trim()).await?;
            let places = match person {
                Some(user) => self.store.places(user).await?,
                None => Vec::new(),
            };
            // In a case received by name, whoever else is of that team may be involved.
            let involved = named && places.iter().any(|place| place.team == referral.receiving_team);
            let at = |place: &&Place| place.opens() && to.team.is_none_or(|team| team == place.team);
            let place = places.iter().find(at).filter(|_| !involved && person != Some(referral.referrer));
            let Some((user, place)) = person.zip(place) else {
                faults.push(PERSON);
                return Ok(None);
            };
            let team = place.team;
            let Some(holder) = self.person_holder(user, |place| place.team == team).await? else {
                faults.push(PERSON);
                return Ok(None);
            };
            reached = Some((user, holder, team));
        }
        let team = match reached.as_ref().map(|(.., team)| *team).or(to.team) {
            Some(team) => self.store.team(team).await?,
            None => None,
        };
        let Some(team) = team.filter(|team| team.epoch > 0 && self.takes(team, &referral.pathway)) else {
            faults.push(TEAM);
            return Ok(None);
        };
        if team.id == referral.receiving_team {
            faults.push(("team", "This team works on the referral already"));
            return Ok(None);
        }
        if team.id == referral.referrer_team {
            faults.push(("team", "This team sent the referral. Write it a message"));
            return Ok(None);
        }
        let (person, holder) = match reached {
            Some((user, holder, _)) => (Some(user), holder),
            None => (None, self.team_holder(&team).await?),
        };
        Ok(Some(Recipient { team, person, holder: holder.because(GrantReason::Share) }))
    }

    /// A person by user name or account id.
    async fn person(&self, text: &str) -> Result<Option<UserId>, Error> {
        Ok(match (UserId::parse(text), Username::parse(text)) {
            (Ok(user), _) => self.store.account(user).await?.map(|account| account.id),
            (_, Ok(name)) => self.store.account_by_username(&name).await?.map(|account| account.id),
            _ => None,
        })
    }

    /// The chosen items as they stand; a fault where one is none that the caller could share.
    pub(super) async fn chosen(
        &self,
        referral: &Referral,
        sight: &Sight,
        ids: &[EntryId],
        faults: &mut Vec<Fault>,
    ) -> Result<Vec<entries::Found>, Error> {
        const UNKNOWN: Fault = ("entries", "Choose from what you can see on this referral");
        let wanted: BTreeSet<EntryId> = ids.iter().copied().collect();
        if wanted.is_empty() {
            faults.push(("entries", "Tick what you share"));
            return Ok(Vec::new());
        }
        if wanted.len() > MOST_AT_ONCE {
            faults.push(("entries", "Share at most 200 items at once"));
            return Ok(Vec::new());
        }
        let from: Vec<CompartmentId> = sight
            .compartments(referral.id)
            .into_iter()
            .filter(|shown| shown.kind.can_be_shared_from())
            .map(|shown| shown.id)
            .collect();
        let mut found = self.store.entries_named(&wanted.iter().copied().collect::<Vec<_>>()).await?;
        found.retain(|item| from.contains(&item.entry.compartment) && item.entry.kind.can_be_shared());
        if found.len() != wanted.len() {
            faults.push(UNKNOWN);
            return Ok(Vec::new());
        }
        // What was put right since goes with the answers, or the recipient relies on what was wrong.
        if found.iter().any(|item| item.entry.kind == EntryKind::Submission) {
            let all = self.store.entries_in(&from).await?;
            let left_out = |item: &entries::Found| item.entry.kind == EntryKind::Amendment && !wanted.contains(&item.entry.id);
            if all.iter().any(left_out) {
                faults.push(("entries", "Tick each change of the answers as well: what was sent does not hold any more"));
            }
        }
        let files = found.iter().filter(|item| item.entry.kind == EntryKind::Attachment).map(|item| item.entry.id);
        let states = self.store.file_states(&files.collect::<Vec<_>>()).await?;
        if states.iter().any(|state| state.quarantined_at.is_some()) {
            faults.push(("entries", "A file in quarantine cannot be shared"));
        }
        Ok(found)
    }

    /// Fails when a recipient holds all of it by shares that have not ended. What each gave stands in the team's own notes.
    async fn not_given_before(
        &self,
        referral: &Referral,
        sight: &Sight,
        (request, caller): (&RequestContext, &Caller),
        (to, chosen): (&Recipient, &[EntryId]),
    ) -> Result<(), Error> {
        let id = to.person.map_or_else(|| to.team.id.to_string(), |person| person.to_string());
        let mut given = self.sound_shares(referral.id).await?;
        given.retain(|found| found.end.is_none() && found.share.to == id && found.share.what == Shared::Items);
        if given.is_empty() {
            return Ok(());
        }
        let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
        let own: Vec<_> =
            sight.compartments(referral.id).into_iter().filter(|shown| shown.kind == CompartmentKind::Casework).collect();
        let mut notes = self.store.entries_in(&own.iter().map(|shown| shown.id).collect::<Vec<_>>()).await?;
        notes.retain(|item| item.entry.kind == EntryKind::Sharing);
        let taken = self.take_items(request, caller, (referral, &versioned, sight), notes).await?;
        let mut before: BTreeSet<EntryId> = BTreeSet::new();
        for (_, content) in &taken.items {
            let text = str::from_utf8(content.as_bytes()).map_err(|_| Error::Integrity("what was shared cannot be read"))?;
            let note = Sharing::read(text)?;
            if given.iter().any(|found| found.share.id == note.share) {
                before.extend(note.entries);
            }
        }
        if chosen.iter().all(|entry| before.contains(entry)) {
            return Err(Error::Conflict("they have been given all of this already"));
        }
        Ok(())
    }

    /// Opens items to give them on, by an event that names each, the files' contents with them.
    async fn take_items(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (referral, versioned, sight): (&Referral, &Versioned, &Sight),
        found: Vec<entries::Found>,
    ) -> Result<Taken, Error> {
        if found.is_empty() {
            return Ok(Taken { items: Vec::new(), files: Vec::new() });
        }
        let mut held = sight.compartments(referral.id);
        held.retain(|shown| found.iter().any(|item| item.entry.compartment == shown.id));
        let act = self.way_in(request, caller, (referral, versioned), sight, (Action::ReadReferral, &held)).await?;
        let act = act.filter(|act| act.compartments.len() == held.len()).ok_or(Error::Refused)?;
        let permit = self.ask(act).await?;
        let ground = self.ground(sight, &found).await?;
        let (mut items, mut described, mut unwrapped) = (Vec::new(), Vec::new(), Unwrapped::default());
        for item in found {
            let identity = self.identity_for(caller, &permit, &ground, &item, &mut unwrapped).await?;
            let is_file = item.entry.kind == EntryKind::Attachment;
            if is_file { &mut described } else { &mut items }.push((item, identity));
        }
        let (files, identities): (Vec<_>, Vec<_>) = described.into_iter().unzip();
        let lying: Vec<_> = self.lying(&files).await?.into_iter().map(Lying::clean).collect();
        let all = items.iter().map(|(item, _)| item).chain(&files);
        let mut entries: Vec<_> = all.map(|item| (item.entry.id, item.entry.sha256)).collect();
        entries.extend(lying.iter().flat_map(Lying::named));
        let mut answers = self.store.record(vec![(permit, Details { entries, ..Details::default() })]).await?;
        let recorded = answers.pop().ok_or(Error::Conflict("nothing was recorded"))??;
        let open = |(item, identity): (entries::Found, Identity)| {
            let content = opened(&recorded, &item.entry, &identity)?;
            Ok((item.entry, content))
        };
        let items = items.into_iter().map(open).collect::<Result<_, Error>>()?;
        let files = files.into_iter().zip(identities).zip(lying).map(|((file, identity), lying)| (file, identity, lying));
        let files = self.opened_files(recorded, files.collect()).await?;
        Ok(Taken { items, files })
    }

    /// Seals copies of items into a share.
    async fn copy_into(
        &self,
        tx: &mut Tx,
        made: &Compartment,
        items: Vec<(Entry, Zeroizing<Vec<u8>>)>,
        details: &mut Details,
    ) -> Result<(), Error> {
        room_for_more(tx, made.referral).await?;
        for (source, content) in items {
            let content = Zeroizing::new(copies::written(source.id, &content));
            let entry = self.sealed_entry(tx, made, source.kind, &content, source.author, source.at);
            tx.insert_entry(&entry).await?;
            details.entries.push((entry.id, entry.sha256));
        }
        Ok(())
    }
}

/// Why it is shared, for the file: blank only where basis and purpose are the pathway's own.
pub(super) fn grounds(versioned: &Versioned, kind: AgencyKind, share: &NewShare, faults: &mut Vec<Fault>) -> Option<String> {
    let (Some(basis), Some(purpose)) = (share.basis, share.purpose) else {
        faults.push(("basis", "Choose what you rest on"));
        return None;
    };
    if !basis.is_open_to(kind, purpose) {
        faults.push(("basis", "Only the police and the courts can rest on law enforcement, and for a crime"));
        return None;
    }
    let own = versioned.pathway.default_legal(kind) == (basis, purpose);
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
    let NewShare { to, entries, basis, purpose, reason, agreement, urgent, revision } = share;
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
    ])
    .to_string()
}
