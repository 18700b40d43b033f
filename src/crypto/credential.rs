//! What is stored for a password: proof that it fits, and the person's identity wrapped under a key that only it gives.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{Derived, Identity, OpenError, Recipe, Recipient, SymmetricSuite, bytes::join, symmetric};
use crate::{
    domain::{
        action::Action,
        ids::{KeyId, UserId},
        ports::Random,
    },
    policy::Permit,
};

/// A person's credential as its row holds it. No column opens anything.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// How the password is stretched.
    pub recipe: Recipe,
    /// HMAC over user, key and the auth value, under a key derived from the pepper.
    pub auth_tag: [u8; 32],
    /// The identity, sealed under the password's key, bound to user and key id.
    pub wrapped_identity: Vec<u8>,
    /// The published key that the identity belongs to.
    pub key: KeyId,
    /// What sealed it.
    pub suite: SymmetricSuite,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("key", &self.key).field("suite", &self.suite).finish_non_exhaustive()
    }
}

impl Credential {
    /// The credential that this stretched password gives. Used for a first password, a changed one and an upgrade; a change
    /// re-wraps the same identity.
    pub fn make(user: UserId, key: KeyId, identity: &Identity, derived: &Derived, random: &dyn Random) -> Self {
        Self {
            recipe: derived.recipe,
            auth_tag: tag(user, key, derived),
            wrapped_identity: symmetric::seal(&derived.identity_key, &place(user, key), identity.secret(), random),
            key,
            suite: SymmetricSuite::CURRENT,
        }
    }

    /// Whether the stretched password is this user's, in constant time. The password must have been stretched by
    /// [`Credential::recipe`].
    pub fn check(&self, user: UserId, derived: &Derived) -> Option<Unlocked> {
        let fits = bool::from(tag(user, self.key, derived).ct_eq(&self.auth_tag)) && derived.recipe == self.recipe;
        fits.then(|| Unlocked {
            user,
            key: self.key,
            identity_key: derived.identity_key.clone(),
            wrapped: self.wrapped_identity.clone(),
        })
    }
}

/// A password that fitted. The identity behind it still waits for a permit to sign in.
pub struct Unlocked {
    user: UserId,
    key: KeyId,
    identity_key: Zeroizing<[u8; 32]>,
    wrapped: Vec<u8>,
}

impl Unlocked {
    /// Whose password it was.
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// The person's identity, for whoever may sign in as them. `published` is the recipient in the person's key publication.
    ///
    /// # Errors
    /// [`OpenError::NotPermitted`] when the permit is not one of this person's signing in; [`OpenError::Mismatch`] when the identity is not
    /// the published one; otherwise the class of damage.
    pub fn identity(self, permit: &Permit, published: &Recipient) -> Result<Identity, OpenError> {
        let act = permit.act();
        let own = act.actor.person().is_some_and(|person| person.user == self.user);
        if !matches!(act.action, Action::GivePassword | Action::SignIn) || !own {
            return Err(OpenError::NotPermitted);
        }
        let secret = symmetric::open_secret(&self.identity_key, &place(self.user, self.key), &self.wrapped)?;
        let identity = Identity::from_secret(secret);
        if identity.recipient() == *published { Ok(identity) } else { Err(OpenError::Mismatch) }
    }
}

impl std::fmt::Debug for Unlocked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unlocked({}, …)", self.user)
    }
}

fn tag(user: UserId, key: KeyId, derived: &Derived) -> [u8; 32] {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(&derived.tag_key[..]).unwrap_or_else(|_| unreachable!("HMAC takes any key length"));
    mac.update(&join(&[b"exchange-auth-tag/v1", &user.to_bytes(), &key.to_bytes(), &derived.auth[..]]));
    mac.finalize().into_bytes().into()
}

/// Purpose, version, user, key id.
fn place(user: UserId, key: KeyId) -> Vec<u8> {
    join(&[b"user-identity", &[1], &user.to_bytes(), &key.to_bytes()])
}
