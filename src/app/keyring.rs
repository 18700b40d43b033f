//! Keys in use: recipients checked against the event that published them, and identities unwrapped for a permit.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use sha2::{Digest, Sha256};

use super::{App, Caller, Error};
use crate::{
    audit::{
        body::Body,
        row::{Vouch, WrittenOnce},
    },
    crypto::{AgeSuite, Identity, Recipient, RecipientOf, SessionWrap, WrapContext, WrapOf, unwrap_key},
    domain::{
        ids::{AgencyId, EventId, KeyId, TeamId, UserId},
        key::{HolderKind, OwnerKind},
        time::Timestamp,
    },
    policy::Permit,
    store::{
        Tx,
        grants::Grant,
        keys::{self, KeyRow, PublishedKey},
    },
};

/// A recipient whose publication has been checked; safe to wrap to.
#[derive(Debug, Clone)]
pub struct CheckedKey {
    /// The key's id.
    pub id: KeyId,
    /// Whose it is.
    pub owner_kind: OwnerKind,
    /// The owner's id, hexadecimal.
    pub owner: String,
    /// Its epoch.
    pub epoch: i64,
    /// The recipient.
    pub recipient: Recipient,
}

/// Recipients checked before. Publications are written once, so a checked one stays checked.
#[derive(Default)]
pub(super) struct CheckedKeys(Mutex<HashMap<KeyId, CheckedKey>>);

/// More than a partnership has teams and people; past it the memory is simply begun anew.
const REMEMBERED: usize = 20_000;

/// Events that were checked, by id: what they vouch for is what rows must be.
pub(super) struct Evidence(HashMap<EventId, Body>);

impl Evidence {
    /// Whoever did the act of this event; none where it was no person, or the event is not there.
    pub(super) fn actor(&self, event: EventId) -> Option<UserId> {
        UserId::parse(self.0.get(&event)?.actor.user.as_deref()?).ok()
    }

    /// Whether this event vouches for a row that stands so.
    pub(super) fn vouches(&self, event: EventId, row: &Vouch) -> bool {
        self.0.get(&event).is_some_and(|body| body.vouched(&row.table, &row.id) == Some(row.digest))
    }

    /// Fails unless this event vouches for exactly this row.
    pub(super) fn check<R: WrittenOnce>(&self, event: EventId, row: &R) -> Result<(), Error> {
        let body = self.0.get(&event).ok_or(Error::Integrity("a row names an event that is not there"))?;
        if body.vouched(R::TABLE, &row.id()) == Some(row.vouch().digest) {
            return Ok(());
        }
        tracing::error!(error.kind = "integrity", table = R::TABLE, "a row is not what its event vouches for");
        Err(Error::Integrity("a row is not what its event vouches for"))
    }
}

impl CheckedKeys {
    fn find(&self, id: KeyId) -> Option<CheckedKey> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn keep(&self, key: CheckedKey) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= REMEMBERED {
            keys.clear();
        }
        keys.insert(key.id, key);
    }
}

impl App {
    /// The published key with this id, once its event has been checked: authentic, and vouching for the row as it stands.
    pub(super) async fn checked_key(&self, id: KeyId) -> Result<CheckedKey, Error> {
        if let Some(key) = self.checked.find(id) {
            return Ok(key);
        }
        let row = self.store.key_rows(&[id]).await?.pop().ok_or(Error::Integrity("a key is named that was never published"))?;
        self.check_one(row).await
    }

    /// The published key with this id, which must be this owner's: tables that may change point at it, so whoever can write
    /// to the database could point it at a key of their own.
    pub(super) async fn owned_key(&self, id: KeyId, kind: OwnerKind, owner: impl std::fmt::Display) -> Result<CheckedKey, Error> {
        let key = self.checked_key(id).await?;
        if key.owner_kind == kind && key.owner == owner.to_string() {
            return Ok(key);
        }
        tracing::error!(error.kind = "integrity", key.id = %id, "a key is not its owner's");
        Err(Error::Integrity("a key is not its owner's"))
    }

    /// The published key of an owner's epoch, checked likewise.
    pub(super) async fn checked_key_of(&self, kind: OwnerKind, owner: &str, epoch: i64) -> Result<CheckedKey, Error> {
        let row = self.store.key_row_of(kind, owner, epoch).await?.ok_or(Error::Integrity("an owner has no published key"))?;
        self.check_one(row).await
    }

    async fn check_one(&self, row: KeyRow) -> Result<CheckedKey, Error> {
        let published = row.clone().published()?;
        let evidence = self.evidence(&[published.event]).await?;
        self.check_key(&row, &evidence)
    }

    /// A published key, checked against the evidence gathered.
    pub(super) fn check_key(&self, row: &KeyRow, evidence: &Evidence) -> Result<CheckedKey, Error> {
        let published = row.clone().published()?;
        evidence.check(published.event, row)?;
        AgeSuite::parse(published.suite)?;
        let recipient =
            Recipient::parse(&published.recipient).map_err(|_| Error::Integrity("a published recipient is damaged"))?;
        let PublishedKey { id, owner_kind, owner, epoch, .. } = published;
        let key = CheckedKey { id, owner_kind, owner, epoch, recipient };
        // Compartments' keys are many and each is used rarely: only people, teams and recovery are worth remembering.
        if owner_kind != OwnerKind::Compartment {
            self.checked.keep(key.clone());
        }
        Ok(key)
    }

    /// The bodies of events, each checked, one query: what rows are held against.
    pub(super) async fn evidence(&self, events: &[EventId]) -> Result<Evidence, Error> {
        let mut bodies = HashMap::new();
        for stored in self.store.events_in(events).await? {
            // One that is damaged vouches for nothing: whatever rests on it then fails by itself.
            match stored.check(self.store.authenticator()) {
                Ok(Some(body)) => drop(bodies.insert(stored.id, body)),
                Ok(None) => tracing::error!(error.kind = "integrity", event.id = %stored.id, "an event's body is missing"),
                Err(fault) => {
                    tracing::error!(error.kind = "integrity", event.id = %stored.id, error = %fault, "an event failed its check");
                }
            }
        }
        Ok(Evidence(bodies))
    }

    /// The caller's own identity, for this permit.
    pub(super) fn own_identity(caller: &Caller, permit: &Permit) -> Result<Identity, Error> {
        let session = &caller.session;
        let wrap = SessionWrap { user: caller.user(), key: session.key, session: session.id };
        Ok(caller.secret.unwrap_identity(permit, &session.wrapped_identity, &wrap)?)
    }

    /// A team's identity of an epoch, through the wrap that the caller holds; `None` when the caller holds none.
    pub(super) async fn team_identity(
        &self,
        caller: &Caller,
        permit: &Permit,
        own: &Identity,
        team: TeamId,
        epoch: i64,
    ) -> Result<Option<Identity>, Error> {
        let wraps = self.store.team_wraps(team, caller.user()).await?;
        // A key that the person has no more opens nothing: whoever set a new one is handed the team's anew.
        let fits = |found: &keys::Found| found.wrap.epoch == epoch && found.wrap.to_key == caller.session_row().key;
        let Some(keys::Found { wrap, row }) = wraps.into_iter().find(fits) else { return Ok(None) };
        self.evidence(&[wrap.event]).await?.check(wrap.event, &row)?;
        if Sha256::digest(&wrap.bytes).as_slice() != wrap.sha256 {
            return Err(Error::Integrity("wrapped bytes do not match their row"));
        }
        let published = self.owned_key(wrap.key, OwnerKind::Team, team).await?;
        let context = WrapContext { key: wrap.key, of: WrapOf::TeamKey(team), epoch, to: RecipientOf::User(caller.user()) };
        Ok(Some(unwrap_key(permit, &wrap.bytes, own, &context, &published.recipient)?))
    }

    /// A compartment's identity, through a grant that the holder's identity opens.
    pub(super) fn compartment_identity(
        permit: &Permit,
        grant: &Grant,
        published: &CheckedKey,
        holder: &Identity,
    ) -> Result<Identity, Error> {
        if Sha256::digest(&grant.bytes).as_slice() != grant.sha256 {
            return Err(Error::Integrity("wrapped bytes do not match their row"));
        }
        let to = recipient_of(grant.to_kind, &grant.to)?;
        let context = WrapContext { key: grant.key, of: WrapOf::Grant(grant.compartment), epoch: grant.epoch, to };
        Ok(unwrap_key(permit, &grant.bytes, holder, &context, &published.recipient)?)
    }

    /// A fresh identity for an owner, with its publication to be written.
    pub(super) fn new_key(&self, tx: &Tx, kind: OwnerKind, owner: &str, epoch: i64, at: Timestamp) -> (Identity, PublishedKey) {
        let identity = Identity::random(&*self.random);
        let key = self.publication(tx, &identity, kind, owner, epoch, at);
        (identity, key)
    }

    /// The publication of an identity that was made before its transaction.
    pub(super) fn publication(
        &self,
        tx: &Tx,
        identity: &Identity,
        kind: OwnerKind,
        owner: &str,
        epoch: i64,
        at: Timestamp,
    ) -> PublishedKey {
        PublishedKey {
            id: KeyId::random(&*self.random),
            owner_kind: kind,
            owner: owner.to_owned(),
            epoch,
            suite: AgeSuite::CURRENT.id(),
            recipient: identity.recipient().as_str().to_owned(),
            published_at: at,
            event: tx.event(),
        }
    }
}

/// Whom a row of this kind and id is wrapped to.
pub(super) fn recipient_of(kind: HolderKind, id: &str) -> Result<RecipientOf, Error> {
    let damaged = Error::Integrity("a holder's id is damaged");
    Ok(match kind {
        HolderKind::User => RecipientOf::User(UserId::parse(id).map_err(|_| damaged)?),
        HolderKind::Team => RecipientOf::Team(TeamId::parse(id).map_err(|_| damaged)?),
        HolderKind::Recovery => RecipientOf::Recovery(AgencyId::parse(id).map_err(|_| damaged)?),
    })
}
