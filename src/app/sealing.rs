//! Sealing: compartments made and granted, entries sealed to them, inside the transaction of the act they belong to.

use sha2::{Digest, Sha256};

use super::{
    App, Caller, Error,
    keyring::CheckedKey,
    opening::{Sight, Unwrapped, check_grant},
};
use crate::{
    crypto::{AgeSuite, Identity, Recipient, RecipientOf, SealContext, WrapContext, WrapOf, seal, wrap_key},
    domain::{
        actor::Place,
        compartment::{CompartmentKind, EntryKind},
        grant::GrantReason,
        ids::{CompartmentId, EntryId, EventId, GrantId, KeyId, ReferralId, TeamId, UserId},
        key::{HolderKind, OwnerKind},
        time::Timestamp,
    },
    policy::{Permit, ShownCompartment},
    store::{
        CommitError, Tx,
        agencies::Agency,
        entries::Entry,
        grants::{Found, Grant},
        teams::Team,
    },
};

/// Whoever gets a compartment's key.
#[derive(Clone)]
pub(super) struct Holder {
    kind: HolderKind,
    key: CheckedKey,
    to: RecipientOf,
    reason: GrantReason,
    held: bool,
}

impl Holder {
    /// The published key that the grant is wrapped to.
    pub(super) const fn key(&self) -> KeyId {
        self.key.id
    }

    /// The same, given the key for this reason.
    pub(super) fn because(self, reason: GrantReason) -> Self {
        Self { reason, ..self }
    }

    /// The same, but the grant counts for nothing until it is released.
    pub(super) fn held(self) -> Self {
        Self { held: true, ..self }
    }

    /// Whose key it is.
    pub(super) const fn to(&self) -> RecipientOf {
        self.to
    }

    /// What it is given for.
    pub(super) const fn reason(&self) -> GrantReason {
        self.reason
    }

    /// Whether it is an agency's recovery key.
    pub(super) const fn is_recovery(&self) -> bool {
        matches!(self.to, RecipientOf::Recovery(_))
    }

    /// Whether it is this team.
    pub(super) fn is_team(&self, team: TeamId) -> bool {
        self.to == RecipientOf::Team(team)
    }
}

/// A compartment that can be sealed to: the public half of its identity, and what events name.
#[derive(Clone)]
pub(super) struct Compartment {
    /// Its id.
    pub(super) id: CompartmentId,
    /// What it is for.
    pub(super) kind: CompartmentKind,
    /// Its published key.
    pub(super) key: KeyId,
    pub(super) referral: ReferralId,
    pub(super) epoch: i64,
    pub(super) recipient: Recipient,
}

impl Compartment {
    /// As events name it.
    pub(super) const fn shown(&self) -> ShownCompartment {
        ShownCompartment { id: self.id, kind: self.kind }
    }
}

/// A side of the referral, whose grant counts at once.
const fn party(kind: HolderKind, key: CheckedKey, to: RecipientOf) -> Holder {
    Holder { kind, key, to, reason: GrantReason::Party, held: false }
}

impl App {
    /// The holder that a team is, with its present key.
    pub(super) async fn team_holder(&self, team: &Team) -> Result<Holder, Error> {
        let key = self.checked_key_of(OwnerKind::Team, &team.id.to_string(), team.epoch).await?;
        Ok(party(HolderKind::Team, key, RecipientOf::Team(team.id)))
    }

    /// The holder that the caller is.
    pub(super) async fn own_holder(&self, caller: &Caller) -> Result<Holder, Error> {
        let key = self.owned_key(caller.session_row().key, OwnerKind::User, caller.user()).await?;
        Ok(party(HolderKind::User, key, RecipientOf::User(caller.user())))
    }

    /// The holder that a person is, with their present key.
    pub(super) async fn user_holder(&self, user: UserId) -> Result<Holder, Error> {
        let account = self.store.account(user).await?;
        let key = account.and_then(|account| account.key).ok_or(Error::Integrity("a person who can act has no key"))?;
        let key = self.owned_key(key, OwnerKind::User, user).await?;
        Ok(party(HolderKind::User, key, RecipientOf::User(user)))
    }

    /// The holder that another person is; none while they could not act with the key: see [`App::works`].
    pub(super) async fn person_holder(&self, user: UserId, at: impl Fn(&Place) -> bool) -> Result<Option<Holder>, Error> {
        if !self.works(user, at).await? {
            return Ok(None);
        }
        let Some(key) = self.store.account(user).await?.and_then(|account| account.key) else { return Ok(None) };
        let key = self.owned_key(key, OwnerKind::User, user).await?;
        Ok(Some(party(HolderKind::User, key, RecipientOf::User(user))))
    }

    /// Whether somebody could act with a key of their own: they can sign in, and a place of theirs, one of those asked `at`,
    /// lets them open content. Whoever left, waits, or looks after accounts and logs is given no key.
    pub(super) async fn works(&self, user: UserId, at: impl Fn(&Place) -> bool) -> Result<bool, Error> {
        if self.store.account(user).await?.is_none_or(|account| !account.is_ready()) {
            return Ok(false);
        }
        Ok(self.store.places(user).await?.iter().any(|place| place.opens() && at(place)))
    }

    /// The holder that an agency's recovery recipient is.
    pub(super) async fn recovery_holder(&self, agency: &Agency) -> Result<Holder, Error> {
        let key = self.owned_key(agency.recovery_key, OwnerKind::Recovery, agency.id).await?;
        Ok(party(HolderKind::Recovery, key, RecipientOf::Recovery(agency.id)))
    }

    /// Makes a compartment of a referral with a fresh key, published and granted to these holders. Its key is forgotten at
    /// once: only grants lead back to it.
    pub(super) async fn new_compartment(
        &self,
        tx: &mut Tx,
        referral: ReferralId,
        kind: CompartmentKind,
        holders: &[Holder],
        at: Timestamp,
    ) -> Result<Compartment, Error> {
        let named = ShownCompartment { id: CompartmentId::random(&*self.random), kind };
        self.make_compartment(tx, referral, named, holders, at).await
    }

    /// As [`App::new_compartment`], for an id that the gate was already asked about.
    pub(super) async fn make_compartment(
        &self,
        tx: &mut Tx,
        referral: ReferralId,
        named: ShownCompartment,
        holders: &[Holder],
        at: Timestamp,
    ) -> Result<Compartment, Error> {
        let identity = Identity::random(&*self.random);
        self.make_compartment_of(tx, referral, (named, &identity), holders, at).await
    }

    /// As [`App::make_compartment`], with an identity that something large was sealed to beforehand.
    pub(super) async fn make_compartment_of(
        &self,
        tx: &mut Tx,
        referral: ReferralId,
        (ShownCompartment { id, kind }, identity): (ShownCompartment, &Identity),
        holders: &[Holder],
        at: Timestamp,
    ) -> Result<Compartment, Error> {
        tx.insert_compartment(id, referral, kind).await?;
        let key = self.publication(tx, identity, OwnerKind::Compartment, &id.to_string(), 1, at);
        tx.publish_key(&key).await?;
        let made = Compartment { id, kind, key: key.id, referral, epoch: 1, recipient: identity.recipient() };
        for holder in holders {
            tx.insert_grant(&self.grant(tx, &made, identity, holder), at).await?;
        }
        Ok(made)
    }

    /// Gives a compartment its next key, for these holders; and the keys that the event names for it.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody else has just done so.
    pub(super) async fn next_epoch(
        &self,
        tx: &mut Tx,
        old: &Compartment,
        holders: &[Holder],
        at: Timestamp,
    ) -> Result<(Compartment, Vec<KeyId>), Error> {
        let epoch = old.epoch + 1;
        if !tx.advance_compartment(old.id, old.epoch).await? {
            return Err(CommitError::Stale("compartment").into());
        }
        let (identity, key) = self.new_key(tx, OwnerKind::Compartment, &old.id.to_string(), epoch, at);
        tx.publish_key(&key).await?;
        let next = Compartment { key: key.id, epoch, recipient: identity.recipient(), ..old.clone() };
        for holder in holders {
            tx.insert_grant(&self.grant(tx, &next, &identity, holder), at).await?;
        }
        let keys = std::iter::once(key.id).chain(holders.iter().map(Holder::key)).collect();
        Ok((next, keys))
    }

    /// The keys of compartments that the caller holds, to be given to others: each epoch's by itself, so that whoever gets them
    /// opens what was written before as well.
    ///
    /// # Errors
    /// [`Error::Integrity`] when a grant or key is not what its event vouches for.
    pub(super) async fn keys_to(
        &self,
        caller: &Caller,
        permit: &Permit,
        sight: &Sight,
        compartments: &[ShownCompartment],
    ) -> Result<Vec<(Compartment, Identity)>, Error> {
        let held: Vec<&Found> = compartments.iter().flat_map(|shown| sight.every_epoch(shown.id)).collect();
        let ground = self.ground_of(sight, &held, &[]).await?;
        let (mut keys, mut unwrapped) = (Vec::new(), Unwrapped::default());
        for found in held {
            let identity = self.identity_by(caller, permit, &ground, found, &mut unwrapped).await?;
            let grant = &found.grant;
            let (id, referral, epoch, key) = (grant.compartment, grant.referral, grant.epoch, grant.key);
            keys.push((Compartment { id, kind: found.kind, key, referral, epoch, recipient: identity.recipient() }, identity));
        }
        Ok(keys)
    }

    /// A compartment that the caller holds, to write more into: its published key, held against its event and the grant's.
    pub(super) async fn held_compartment(&self, sight: &Sight, shown: ShownCompartment) -> Result<Compartment, Error> {
        let found = sight.newest(shown.id).ok_or(Error::Unseen)?;
        let events: Vec<_> =
            found.release.iter().filter_map(|row| EventId::parse(&row.event).ok()).chain([found.grant.event]).collect();
        check_grant(&self.evidence(&events).await?, found)?;
        let key = self.owned_key(found.grant.key, OwnerKind::Compartment, shown.id).await?;
        let (referral, epoch) = (found.grant.referral, found.grant.epoch);
        Ok(Compartment { id: shown.id, kind: shown.kind, key: key.id, referral, epoch, recipient: key.recipient })
    }

    /// A compartment's key wrapped to a holder.
    pub(super) fn grant(&self, tx: &Tx, of: &Compartment, identity: &Identity, holder: &Holder) -> Grant {
        let context = WrapContext { key: of.key, of: WrapOf::Grant(of.id), epoch: of.epoch, to: holder.to };
        let bytes = wrap_key(identity, &context, &holder.key.recipient);
        Grant {
            id: GrantId::random(&*self.random),
            referral: of.referral,
            compartment: of.id,
            epoch: of.epoch,
            key: of.key,
            to_kind: holder.kind,
            to: holder.key.owner.clone(),
            to_key: holder.key.id,
            to_epoch: holder.key.epoch,
            suite: AgeSuite::CURRENT.id(),
            sha256: Sha256::digest(&bytes).into(),
            reason: holder.reason,
            held: holder.held,
            event: tx.event(),
            bytes,
        }
    }

    /// An item sealed to a compartment, to be written in this transaction.
    pub(super) fn sealed_entry(
        &self,
        tx: &Tx,
        to: &Compartment,
        kind: EntryKind,
        content: &[u8],
        author: UserId,
        at: Timestamp,
    ) -> Entry {
        let id = EntryId::random(&*self.random);
        let place =
            SealContext { referral: to.referral, compartment: to.id, epoch: to.epoch, entry: id, version: 1, author, kind };
        let sealed = seal(&place, content, &to.recipient);
        Entry {
            id,
            referral: to.referral,
            compartment: to.id,
            epoch: to.epoch,
            kind,
            version: 1,
            author,
            at,
            suite: AgeSuite::CURRENT.id(),
            sha256: sealed.sha256,
            event: tx.event(),
            bytes: sealed.bytes,
        }
    }
}
