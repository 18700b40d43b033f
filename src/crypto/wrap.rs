//! A team's or compartment's identity wrapped to one recipient: the whole of what makes something readable there.
//!
//! age knows neither sender nor context, so the plaintext says what it is. Version 1: version byte, purpose byte, key id, owner,
//! epoch (eight bytes, big-endian), recipient's kind byte, recipient's id, secret; 91 bytes.

use zeroize::Zeroizing;

use super::{Identity, OpenError, Recipient, bytes::Reader};
use crate::{
    domain::ids::{AgencyId, CompartmentId, KeyId, TeamId, UserId},
    policy::Permit,
};

/// Whose identity is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrapOf {
    /// A team's, for a member or for recovery.
    TeamKey(TeamId),
    /// A compartment's: a grant.
    Grant(CompartmentId),
}

/// Whom it is wrapped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecipientOf {
    /// A person.
    User(UserId),
    /// A team, at its present epoch.
    Team(TeamId),
    /// The recovery recipient of an agency.
    Recovery(AgencyId),
}

/// All that the row says about a wrapped identity; sealed in with it and compared on opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrapContext {
    /// The published key that the identity belongs to.
    pub key: KeyId,
    /// Whose it is.
    pub of: WrapOf,
    /// Its epoch.
    pub epoch: i64,
    /// Whom it is wrapped to.
    pub to: RecipientOf,
}

const VERSION: u8 = 1;

/// Wraps the identity to one recipient whose publication has been checked. The row's suite is `AgeSuite::CURRENT`.
pub fn wrap_key(identity: &Identity, context: &WrapContext, recipient: &Recipient) -> Vec<u8> {
    let mut plain = Zeroizing::new(Vec::with_capacity(96));
    plain.push(VERSION);
    plain.extend_from_slice(&context.to_bytes());
    plain.extend_from_slice(identity.secret());
    recipient.encrypt(&plain)
}

/// The identity in wrapped bytes. `holder` is the identity it was wrapped to, `published` the recipient in the key's publication.
///
/// # Errors
/// [`OpenError::NotPermitted`] unless a person acts, and: a team's key is wrapped to that very person; a grant's compartment is
/// among those the permit reaches into, and wrapped to a team or to that person. [`OpenError::Mismatch`] when the identity is not
/// the published one; otherwise the class of damage.
pub fn unwrap_key(
    permit: &Permit,
    bytes: &[u8],
    holder: &Identity,
    context: &WrapContext,
    published: &Recipient,
) -> Result<Identity, OpenError> {
    if !covers(permit, context) {
        return Err(OpenError::NotPermitted);
    }
    let plain = holder.decrypt(bytes)?;
    let mut reader = Reader(&plain);
    match reader.byte() {
        None => return Err(OpenError::Damaged),
        Some(VERSION) => {}
        Some(_) => return Err(OpenError::WrongVersion),
    }
    let expected = context.to_bytes();
    if reader.slice(expected.len()).ok_or(OpenError::Damaged)? != expected {
        return Err(OpenError::WrongContext);
    }
    let secret = Zeroizing::new(reader.array().ok_or(OpenError::Damaged)?);
    if !reader.0.is_empty() {
        return Err(OpenError::Damaged);
    }
    let identity = Identity::from_secret(secret);
    if identity.recipient() == *published { Ok(identity) } else { Err(OpenError::Mismatch) }
}

/// Jobs and first set-up never open a key; nobody opens a key kept for recovery in an ordinary act.
fn covers(permit: &Permit, context: &WrapContext) -> bool {
    let act = permit.act();
    let Some(person) = act.actor.person() else { return false };
    let own = context.to == RecipientOf::User(person.user);
    match context.of {
        WrapOf::TeamKey(_) => own,
        WrapOf::Grant(compartment) => {
            let held = own || matches!(context.to, RecipientOf::Team(_));
            held && act.compartments.iter().any(|reached| reached.id == compartment)
        }
    }
}

impl WrapContext {
    fn to_bytes(self) -> [u8; 58] {
        let (purpose, owner) = match self.of {
            WrapOf::TeamKey(team) => (1, team.to_bytes()),
            WrapOf::Grant(compartment) => (2, compartment.to_bytes()),
        };
        let (kind, to) = match self.to {
            RecipientOf::User(user) => (1, user.to_bytes()),
            RecipientOf::Team(team) => (2, team.to_bytes()),
            RecipientOf::Recovery(agency) => (3, agency.to_bytes()),
        };
        let mut bytes = [0; 58];
        bytes[0] = purpose;
        bytes[1..17].copy_from_slice(&self.key.to_bytes());
        bytes[17..33].copy_from_slice(&owner);
        bytes[33..41].copy_from_slice(&self.epoch.to_be_bytes());
        bytes[41] = kind;
        bytes[42..58].copy_from_slice(&to);
        bytes
    }
}
