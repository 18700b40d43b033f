//! Opening sealed items: grants and rows checked against their events, keys unwrapped for a permit, content only for a record.

use std::collections::{BTreeSet, HashMap, hash_map::Entry};

use sha2::{Digest, Sha256};

use super::{
    App, Caller, Error,
    keyring::{CheckedKey, Evidence},
    marks::Marks,
};
use crate::{
    audit::Recorded,
    crypto::{Identity, Opened, SealContext, open},
    domain::{
        actor::Place,
        compartment::CompartmentKind,
        grant::GrantReason,
        ids::{CompartmentId, EventId, GrantId, KeyId, ReferralId, TeamId, UserId},
        key::HolderKind,
    },
    policy::{Permit, ShownCompartment},
    store::{entries, grants},
};

/// Identities unwrapped for one request, so that a list unwraps each team's key once.
#[derive(Default)]
pub(super) struct Unwrapped {
    own: Option<Identity>,
    teams: HashMap<(TeamId, i64), Identity>,
}

/// The grants through which a caller sees some referrals.
pub(super) struct Sight {
    grants: Vec<grants::Found>,
    /// Those on what is kept from an agency of the caller's: they open nothing to them.
    kept: Vec<grants::Found>,
    /// Compartments that are kept from some agency, the caller's or another.
    barred: BTreeSet<CompartmentId>,
    /// The answers that were marked after sending.
    pub(super) marks: Marks,
}

/// Everything that opening some items rests on, fetched in three queries for every five hundred.
pub(super) struct Ground<'s> {
    sight: &'s Sight,
    evidence: Evidence,
    keys: HashMap<KeyId, CheckedKey>,
}

impl Sight {
    /// The compartments of a referral that the caller holds.
    pub(super) fn compartments(&self, referral: ReferralId) -> Vec<ShownCompartment> {
        let mut shown: Vec<ShownCompartment> = Vec::new();
        for found in self.grants.iter().filter(|found| found.grant.referral == referral) {
            if shown.iter().all(|known| known.id != found.grant.compartment) {
                shown.push(ShownCompartment { id: found.grant.compartment, kind: found.kind });
            }
        }
        shown
    }

    /// Why a team holds the `shared` compartment of a referral: every reason, in no order.
    pub(super) fn shared_with(&self, referral: ReferralId, team: TeamId) -> impl Iterator<Item = GrantReason> {
        self.shared(referral, team.to_string())
    }

    /// Whether a team covers for the one that received a referral.
    pub(super) fn covers(&self, referral: ReferralId, team: TeamId) -> bool {
        self.shared_with(referral, team).any(|reason| reason == GrantReason::Cover)
    }

    /// Whether a person holds the `shared` compartment of a referral by name, for a reason. In a small agency one person can
    /// be both the deputy and the one who checks.
    pub(super) fn is_shared_with_person(&self, referral: ReferralId, user: UserId, reason: GrantReason) -> bool {
        self.shared(referral, user.to_string()).any(|held| held == reason)
    }

    /// The reasons for which a holder has the `shared` compartment of a referral.
    fn shared(&self, referral: ReferralId, holder: String) -> impl Iterator<Item = GrantReason> {
        let of =
            self.grants.iter().filter(move |found| found.grant.referral == referral && found.kind == CompartmentKind::Shared);
        of.filter(move |found| found.grant.to == holder).map(|found| found.grant.reason)
    }

    /// The grants by which a team holds a compartment, at whatever epoch.
    pub(super) fn grants_to(&self, compartment: CompartmentId, team: TeamId) -> impl Iterator<Item = GrantId> {
        let team = team.to_string();
        let all = self.grants.iter().chain(&self.kept);
        let of = all.filter(move |found| found.grant.compartment == compartment && found.grant.to == team);
        of.map(|found| found.grant.id)
    }

    /// The withheld compartments of a referral, those included that are kept from the caller.
    pub(super) fn all_withheld(&self, referral: ReferralId) -> BTreeSet<CompartmentId> {
        let all = self.grants.iter().chain(&self.kept).filter(|found| found.grant.referral == referral);
        all.filter(|found| found.kind == CompartmentKind::Withheld).map(|found| found.grant.compartment).collect()
    }

    /// Whether what stands in a compartment is kept from somebody.
    pub(super) fn is_kept_from_some(&self, shown: &ShownCompartment) -> bool {
        shown.kind == CompartmentKind::Withheld || self.barred.contains(&shown.id)
    }

    /// Whether something of a referral that would reach the caller is kept from an agency of theirs.
    pub(super) fn keeps_from_caller(&self, referral: ReferralId) -> bool {
        self.kept.iter().any(|found| found.grant.referral == referral && found.kind == CompartmentKind::Withheld)
    }

    /// Whether some of a referral is refused to the caller: sealed away from an agency of theirs, or marked against one.
    pub(super) fn is_partial(&self, referral: ReferralId) -> bool {
        self.keeps_from_caller(referral) || self.marks.refuses(referral)
    }

    /// Whether a team holds anything of a referral.
    pub(super) fn reaches(&self, referral: ReferralId, team: TeamId) -> bool {
        let team = team.to_string();
        self.grants.iter().any(|found| found.grant.referral == referral && found.grant.to == team)
    }

    /// Whether a compartment opens to a place of the caller's: to its team or, by name, to themselves. What one place holds is
    /// not there for the role that the same person has in another.
    pub(super) fn opens_to(&self, compartment: CompartmentId, place: &Place, user: UserId) -> bool {
        let (team, user) = (place.team.to_string(), user.to_string());
        let mut of = self.grants.iter().filter(|found| found.grant.compartment == compartment);
        // The receiving team holds its own words as a party, which lets nobody read along.
        let counts =
            |found: &grants::Found| found.kind != CompartmentKind::Casework || found.grant.reason == GrantReason::Standing;
        of.any(|found| (found.grant.to == team || found.grant.to == user) && counts(found))
    }

    /// The grant that opens a compartment at its newest epoch.
    pub(super) fn newest(&self, compartment: CompartmentId) -> Option<&grants::Found> {
        let of = self.grants.iter().filter(|found| found.grant.compartment == compartment);
        of.max_by_key(|found| found.grant.epoch)
    }

    /// The grants that open a compartment, one for each of its epochs, the newest last.
    pub(super) fn every_epoch(&self, compartment: CompartmentId) -> Vec<&grants::Found> {
        let mut of: Vec<_> = self.grants.iter().filter(|found| found.grant.compartment == compartment).collect();
        of.sort_by_key(|found| found.grant.epoch);
        of.dedup_by_key(|found| found.grant.epoch);
        of
    }

    /// The grant that opens a compartment at an epoch.
    fn grant(&self, compartment: CompartmentId, epoch: i64) -> Option<&grants::Found> {
        self.grants.iter().find(|found| found.grant.compartment == compartment && found.grant.epoch == epoch)
    }
}

impl App {
    /// The caller's live grants on these referrals, but those on what is kept from an agency of theirs.
    pub(super) async fn sight(&self, caller: &Caller, referrals: &[ReferralId]) -> Result<Sight, Error> {
        let mut grants = self.store.grants_of(&caller.holders(), referrals).await?;
        let (mut kept, mut closed) = (Vec::new(), BTreeSet::new());
        let can_be_kept = |kind| matches!(kind, CompartmentKind::Withheld | CompartmentKind::Share);
        let asked: BTreeSet<CompartmentId> =
            grants.iter().filter(|found| can_be_kept(found.kind)).map(|found| found.grant.compartment).collect();
        if !asked.is_empty() {
            // Whoever works for an agency from which something is kept may sit in another's team, and hold that team's key.
            let own = caller.agencies();
            let barred = self.store.barred_from(&asked.into_iter().collect::<Vec<_>>()).await?;
            let is_kept = |of| barred.iter().any(|(compartment, agency)| *compartment == of && own.contains(agency));
            closed.extend(barred.iter().map(|(compartment, _)| *compartment));
            kept.extend(grants.extract_if(.., |found| is_kept(found.grant.compartment)));
        }
        let marks = Box::pin(self.marks(caller.agencies(), referrals)).await?;
        Ok(Sight { grants, kept, barred: closed, marks })
    }

    /// Fetches and checks what opening these items rests on: their events, their grants' events, the compartments' keys.
    pub(super) async fn ground<'s>(&self, sight: &'s Sight, items: &[entries::Found]) -> Result<Ground<'s>, Error> {
        let grants = items.iter().filter_map(|item| sight.grant(item.entry.compartment, item.entry.epoch));
        self.ground_of(sight, &grants.collect::<Vec<_>>(), items).await
    }

    /// The same for grants themselves, with whatever items are opened through them.
    pub(super) async fn ground_of<'s>(
        &self,
        sight: &'s Sight,
        grants: &[&grants::Found],
        items: &[entries::Found],
    ) -> Result<Ground<'s>, Error> {
        let keys: BTreeSet<KeyId> = grants.iter().map(|found| found.grant.key).collect();
        let rows = self.store.key_rows(&keys.into_iter().collect::<Vec<_>>()).await?;
        let mut events: Vec<EventId> = items.iter().map(|item| item.entry.event).collect();
        for found in grants {
            events.push(found.grant.event);
            events.extend(found.release.iter().filter_map(|row| EventId::parse(&row.event).ok()));
        }
        for row in &rows {
            events.push(row.clone().published()?.event);
        }
        events.sort_unstable();
        events.dedup();
        let evidence = self.evidence(&events).await?;
        let mut keys = HashMap::new();
        for row in &rows {
            // A damaged key spoils the items under it, each by itself, and never the page.
            if let Ok(key) = self.check_key(row, &evidence) {
                keys.insert(key.id, key);
            }
        }
        Ok(Ground { sight, evidence, keys })
    }

    /// The identity that opens an item, through the caller's grant; row and grant are first held against their events.
    pub(super) async fn identity_for(
        &self,
        caller: &Caller,
        permit: &Permit,
        ground: &Ground<'_>,
        item: &entries::Found,
        unwrapped: &mut Unwrapped,
    ) -> Result<Identity, Error> {
        ground.evidence.check(item.entry.event, &item.row)?;
        if Sha256::digest(&item.entry.bytes).as_slice() != item.entry.sha256 {
            return Err(Error::Integrity("sealed bytes do not match their row"));
        }
        let found = ground.sight.grant(item.entry.compartment, item.entry.epoch).ok_or(Error::Unseen)?;
        self.identity_by(caller, permit, ground, found, unwrapped).await
    }

    /// The compartment's identity that a grant of the caller's opens; the grant is first held against its event.
    pub(super) async fn identity_by(
        &self,
        caller: &Caller,
        permit: &Permit,
        ground: &Ground<'_>,
        found: &grants::Found,
        unwrapped: &mut Unwrapped,
    ) -> Result<Identity, Error> {
        let grant = &found.grant;
        check_grant(&ground.evidence, found)?;
        let published = ground.keys.get(&grant.key).filter(|key| key.owner == grant.compartment.to_string());
        let published = published.ok_or(Error::Integrity("a grant names a key that is not its compartment's"))?;
        let own = match unwrapped.own.take() {
            Some(own) => own,
            None => Self::own_identity(caller, permit)?,
        };
        let own = unwrapped.own.insert(own);
        match grant.to_kind {
            HolderKind::User if UserId::parse(&grant.to) == Ok(caller.user()) => {
                Self::compartment_identity(permit, grant, published, own)
            }
            HolderKind::Team => {
                let team = TeamId::parse(&grant.to).map_err(|_| Error::Integrity("a holder's id is damaged"))?;
                let holder = match unwrapped.teams.entry((team, grant.to_epoch)) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(slot) => {
                        let identity = self.team_identity(caller, permit, own, team, grant.to_epoch).await?;
                        slot.insert(identity.ok_or(Error::Unseen)?)
                    }
                };
                Self::compartment_identity(permit, grant, published, holder)
            }
            HolderKind::User | HolderKind::Recovery => Err(Error::Unseen),
        }
    }
}

/// Fails unless the grant's event vouches for it and, where it was held, the release's event for its release: a row planted
/// by SQL lets nothing go.
pub(super) fn check_grant(evidence: &Evidence, found: &grants::Found) -> Result<(), Error> {
    evidence.check(found.grant.event, &found.row)?;
    if !found.grant.held {
        return Ok(());
    }
    let release = found.release.as_ref().ok_or(Error::Unseen)?;
    let event = EventId::parse(&release.event).map_err(|_| Error::Integrity("a release names no event"))?;
    evidence.check(event, release)
}

/// Opens an item that the record names.
pub(super) fn opened(recorded: &Recorded, entry: &entries::Entry, identity: &Identity) -> Result<Opened, Error> {
    let context = SealContext {
        referral: entry.referral,
        compartment: entry.compartment,
        epoch: entry.epoch,
        entry: entry.id,
        version: entry.version,
        author: entry.author,
        kind: entry.kind,
    };
    Ok(open(recorded, &context, &entry.sha256, &entry.bytes, identity)?)
}
