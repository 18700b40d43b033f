//! Reading along: standing access to the receiving team's own words, given by an act of its own and ended by another, after which
//! later words are sealed to a new key. What is kept apart, and who told, is never part of it.

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey,
    casework::Casework,
    decisions::to_mend,
    desk::change,
    idempotency::Once,
    opening::Sight,
    relations::covers,
    sealing::Holder,
    share_notes::Sharing,
    share_recipient::Recipient,
    shares::{chosen_law, person_of},
    telling::telling,
};
use crate::{
    audit::{Details, row::Erasable},
    crypto::RecipientOf,
    domain::{
        action::Action,
        actor::Place,
        agreement::Fit,
        compartment::{CompartmentKind, EntryKind},
        decision::reason,
        grant::GrantReason,
        ids::{CompartmentId, ShareId},
        key::HolderKind,
        legal::{Basis, Purpose},
        notice::{Addressee, NoticeCode},
        sharing::{ShareTo, Shared},
    },
    policy::{Legal, Permit, RequestContext, ShownCompartment},
    store::{
        referrals::Referral,
        shares::{Found, Share},
    },
};

/// Whom the receiving team lets read along, and why.
#[derive(Clone, Default)]
pub struct NewAccess {
    /// The team, or one person of it.
    pub to: ShareTo,
    /// The lawful basis; none where nothing was chosen, which is asked again.
    pub basis: Option<Basis>,
    /// The purpose; likewise.
    pub purpose: Option<Purpose>,
    /// Why, for the file, and for whoever reads along.
    pub reason: String,
    /// The revision at which the caller saw the referral; none to leave that open.
    pub revision: Option<i64>,
}

impl App {
    /// Lets a team or person of another read the receiving team's own words, those written later with them, until it is ended;
    /// once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`]; [`Error::Invalid`] with everything to mend; [`Error::Conflict`] when they read
    /// along already, or the referral has changed since the revision given.
    pub async fn give_casework_access(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, access): (&str, &NewAccess),
    ) -> Result<Answered<Added>, Error> {
        let NewAccess { to, basis, purpose, reason, revision } = access;
        let team = to.team.map(|team| team.to_string()).unwrap_or_default();
        let law = (basis.map_or("", Basis::code), purpose.map_or("", Purpose::code));
        let body = format!("{team}\n{}\n{}\n{}\n{}\n{reason}", to.person, revision.unwrap_or_default(), law.0, law.1);
        let route = format!("POST /referrals/{reference}/casework-access");
        let act = async |once: &Once<'_>| {
            let done = Box::pin(self.give_access_once(request, caller, (reference, access), once)).await;
            self.damage_on_record(request, caller, Action::GiveCaseworkAccess, done).await
        };
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    /// Ends that; what they hold is erased, and what is written from now on has a new key. Once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`] when there is no such access on a referral that the caller sees, [`Error::Refused`];
    /// [`Error::Conflict`] when it was ended before.
    pub async fn end_casework_access(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, id): (&str, &str),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/casework-access/{id}/end");
        let act = async |once: &Once<'_>| {
            let done = Box::pin(self.end_access_once(request, caller, (reference, id), once)).await;
            self.damage_on_record(request, caller, Action::EndCaseworkAccess, done).await
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    /// The referral, what the caller holds of it, its casework (a fresh id where there is none) and permission for an act on it.
    async fn permitted_on_casework(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, action, seen): (&str, Action, Option<i64>),
        law: Option<Legal>,
    ) -> Result<(Referral, Sight, ShownCompartment, Permit), Error> {
        let referral = self.find_referral(request, caller, reference, action).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        let held = sight.compartments(referral.id).into_iter().find(|shown| shown.kind == CompartmentKind::Casework);
        let fresh = || ShownCompartment { id: CompartmentId::random(&*self.random), kind: CompartmentKind::Casework };
        let shown = held.unwrap_or_else(fresh);
        let own = |place: &Place, relation| (!covers(&referral, place, relation)).then(|| vec![shown]);
        let mut act = self.act_on(request, caller, (&referral, &sight), action, own).await?;
        act.legal = law.or(act.legal);
        let permit = self.ask_as_seen(act, &referral, seen).await?;
        Ok((referral, sight, shown, permit))
    }

    async fn give_access_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, access): (&str, &NewAccess),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let asked = (reference, Action::GiveCaseworkAccess, access.revision);
        let mut faults = Vec::new();
        let law = chosen_law(self.agency(caller.agency()).await?.kind, (access.basis, access.purpose), &mut faults);
        let (referral, sight, shown, permit) = self.permitted_on_casework(request, caller, asked, law).await?;
        let to = self.recipient(&referral, &access.to, &mut faults).await?;
        let why = reason(&access.reason, "reason", "Say why they read along", &mut faults);
        let (Some(Recipient { team, person, holder }), Some(law), Some(why)) = (to, law, why) else {
            return Err(to_mend(faults));
        };
        let holder = holder.because(GrantReason::Standing);
        let to_id = person.map_or_else(|| team.id.to_string(), |person| person.to_string());
        let running = self.reading_along(&referral).await?;
        // In the words of a team that had it before they read along in something else.
        if running.iter().any(|found| found.share.to == to_id && found.share.compartment == shown.id) {
            return Err(Error::Conflict("they read along already"));
        }
        // The key of what is there already, or of what this act makes.
        let (casework, identity) = match self.casework(&sight, &referral).await? {
            Casework::There(compartment) => {
                let identity = self.keys_to(caller, &permit, &sight, &[compartment.shown()]).await?;
                (Casework::There(compartment), identity)
            }
            to_make @ Casework::ToMake(_) => (to_make, Vec::new()),
        };
        let by_team = permit.act().actor.person().map(|person| person.place.team).ok_or(Error::Refused)?;

        let addressee = person.map_or(Addressee::Team(team.id), Addressee::User);
        let news = [telling(&referral, addressee, NoticeCode::Shared)];

        let mut tx = self.store.begin().await?;
        let id = ShareId::random(&*self.random);
        let done = Added { id: id.to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        change(&mut tx, &referral).await?;
        let mut keys = vec![holder.key()];
        let compartment = match casework {
            Casework::There(compartment) => {
                for (at_epoch, identity) in &identity {
                    tx.insert_grant(&self.grant(&tx, at_epoch, identity, &holder), request.at).await?;
                    keys.push(at_epoch.key);
                }
                compartment
            }
            Casework::ToMake(mut holders) => {
                keys.extend(holders.iter().map(Holder::key));
                holders.push(holder);
                let made = self.make_compartment(&mut tx, referral.id, shown, &holders, request.at).await?;
                keys.push(made.key);
                made
            }
        };
        let mut details =
            Details { recipients: vec![(team.agency, team.id)], to_person: person, share: Some(id), keys, ..Details::default() };
        let note = Sharing::of_access(id, why).written();
        let by = (caller.user(), request.at);
        self.write_down(&mut tx, &mut details, (&compartment, EntryKind::Sharing), &note, by).await?;
        tx.insert_share(&Share {
            id,
            referral: referral.id,
            compartment: compartment.id,
            what: Shared::Casework,
            to_kind: if person.is_some() { HolderKind::User } else { HolderKind::Team },
            to: to_id,
            to_team: team.id,
            by: caller.user(),
            by_team,
            at: request.at,
            basis: law.basis,
            purpose: law.purpose,
            agreement: None,
            fit: Fit::None,
            urgent: false,
            event: tx.event(),
        })
        .await?;
        self.tell(&mut tx, &news, request.at).await?;
        tx.commit(permit, &details).await?;
        Ok(done)
    }

    async fn end_access_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, id): (&str, &str),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let asked = (reference, Action::EndCaseworkAccess, None);
        let (referral, sight, _, permit) = self.permitted_on_casework(request, caller, asked, None).await?;
        let wanted = ShareId::parse(id).ok();
        let all = self.sound_shares(referral.id).await?;
        let found = all.iter().find(|found| Some(found.share.id) == wanted && found.share.what == Shared::Casework);
        let found = found.ok_or(Error::Unseen)?;
        if found.end.is_some() {
            return Err(Error::Conflict("this was ended already"));
        }
        let share = found.share.clone();
        let held = ShownCompartment { id: share.compartment, kind: CompartmentKind::Casework };
        // The words of a team that had it before are not this desk's, and nobody writes more of them.
        let old = match sight.newest(share.compartment) {
            Some(_) => Some(self.held_compartment(&sight, held).await?),
            None => None,
        };
        let grants = self.store.grants_by_share(share.compartment, &share.to).await?;
        let team = self.team(share.to_team).await?;
        let by_team = permit.act().actor.person().map(|person| person.place.team).ok_or(Error::Refused)?;
        let news = self.taken_back(&share, (caller.user(), by_team)).await?;
        // Those who go on: the team itself, and whoever else reads along.
        let mut holders = self.receiving_side(&referral).await?;
        for other in all.iter().filter(|other| other.share.id != share.id && stands(other, share.compartment)) {
            holders.extend(self.standing_holder(&other.share).await?);
        }

        let mut tx = self.store.begin().await?;
        let done = Added { id: tx.event().to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        change(&mut tx, &referral).await?;
        tx.end_share(share.id, caller.user(), request.at).await?;
        for grant in grants {
            tx.erase(Erasable::Grant, grant).await?;
        }
        let mut details = Details {
            recipients: vec![(team.agency, team.id)],
            to_person: person_of(&share),
            share: Some(share.id),
            ..Details::default()
        };
        if let Some(old) = old {
            let (next, keys) = self.next_epoch(&mut tx, &old, &holders, request.at).await?;
            details.keys = keys;
            // The first word under the new key, by which whoever is let in later finds it.
            let note = Sharing::of_access(share.id, String::new()).written();
            let by = (caller.user(), request.at);
            self.write_down(&mut tx, &mut details, (&next, EntryKind::Sharing), &note, by).await?;
        }
        self.tell(&mut tx, &news, request.at).await?;
        tx.commit(permit, &details).await?;
        Ok(done)
    }

    /// Who reads along now.
    pub(super) async fn reading_along(&self, referral: &Referral) -> Result<Vec<Found>, Error> {
        let mut found = self.sound_shares(referral.id).await?;
        found.retain(|found| found.share.what == Shared::Casework && found.end.is_none());
        Ok(found)
    }

    /// Somebody who reads along, with their present key; nobody while they have none that a lead has admitted.
    async fn standing_holder(&self, share: &Share) -> Result<Option<Holder>, Error> {
        let holder = match person_of(share).map_or(RecipientOf::Team(share.to_team), RecipientOf::User) {
            RecipientOf::User(user) if self.waiting_reset(user).await?.is_some() => return Ok(None),
            RecipientOf::User(user) => self.user_holder(user).await?,
            _ => self.team_holder(&self.team(share.to_team).await?).await?,
        };
        Ok(Some(holder.because(GrantReason::Standing)))
    }
}

/// Whether somebody reads along in this compartment.
fn stands(found: &Found, compartment: CompartmentId) -> bool {
    found.share.what == Shared::Casework && found.share.compartment == compartment && found.end.is_none()
}
