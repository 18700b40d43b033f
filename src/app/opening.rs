//! Opening sealed items: grants and rows checked against their events, keys unwrapped for a permit, content only for a record.

use std::collections::HashMap;

use super::{App, Caller, Error};
use crate::{
    audit::{Recorded, row::WrittenOnce},
    crypto::{Identity, Opened, SealContext, open},
    domain::{
        compartment::CompartmentKind,
        ids::{CompartmentId, ReferralId, TeamId, UserId},
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

/// The grants through which a caller sees some referrals, checked; by referral.
pub(super) struct Sight {
    grants: Vec<grants::Found>,
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

    /// Whether a team holds the `shared` compartment.
    pub(super) fn is_shared_with(&self, team: TeamId) -> bool {
        let team = team.to_string();
        self.grants.iter().any(|found| found.grant.to == team && found.kind == CompartmentKind::Shared)
    }

    /// The grant that opens a compartment at an epoch.
    fn grant(&self, compartment: CompartmentId, epoch: i64) -> Option<&grants::Found> {
        self.grants.iter().find(|found| found.grant.compartment == compartment && found.grant.epoch == epoch)
    }
}

impl App {
    /// The caller's live grants on these referrals, one query.
    pub(super) async fn sight(&self, caller: &Caller, referrals: &[ReferralId]) -> Result<Sight, Error> {
        Ok(Sight { grants: self.store.grants_of(&caller.holders(), referrals).await? })
    }

    /// The identity of the compartment that seals an item, through the caller's grant.
    pub(super) async fn identity_for(
        &self,
        caller: &Caller,
        permit: &Permit,
        sight: &Sight,
        entry: &entries::Entry,
        unwrapped: &mut Unwrapped,
    ) -> Result<Identity, Error> {
        let found = sight.grant(entry.compartment, entry.epoch).ok_or(Error::Unseen)?;
        let grant = &found.grant;
        self.check_vouched(grant.event, grants::GrantRow::TABLE, &found.row.id, &super::keyring::row_digest(&found.row)).await?;
        let own = match unwrapped.own.take() {
            Some(own) => own,
            None => Self::own_identity(caller, permit)?,
        };
        let own = unwrapped.own.insert(own);
        match grant.to_kind {
            HolderKind::User if UserId::parse(&grant.to) == Ok(caller.user()) => {
                self.compartment_identity(permit, grant, own).await
            }
            HolderKind::Team => {
                let team = TeamId::parse(&grant.to).map_err(|_| Error::Integrity("a holder's id is damaged"))?;
                let slot = (team, grant.to_epoch);
                if !unwrapped.teams.contains_key(&slot) {
                    let identity = self.team_identity(caller, permit, own, team, grant.to_epoch).await?.ok_or(Error::Unseen)?;
                    unwrapped.teams.insert(slot, identity);
                }
                let holder = unwrapped.teams.get(&slot).ok_or(Error::Unseen)?;
                self.compartment_identity(permit, grant, holder).await
            }
            HolderKind::User | HolderKind::Recovery => Err(Error::Unseen),
        }
    }

    /// Fails unless the item's row is what the event that wrote it vouches for.
    pub(super) async fn check_entry(&self, found: &entries::Found) -> Result<(), Error> {
        let digest = super::keyring::row_digest(&found.row);
        self.check_vouched(found.entry.event, entries::EntryRow::TABLE, &found.row.id, &digest).await
    }
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
