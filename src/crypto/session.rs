//! The secret in a session cookie, and what is derived from it: how the row is found, the key that carries the person's identity
//! for the session's life, and the token that forms carry.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{
    Identity, OpenError,
    bytes::{derive, fresh, join, sha256},
    symmetric,
};
use crate::{
    domain::{
        action::Action,
        ids::{KeyId, SessionId, UserId},
        ports::Random,
        session::SessionPurpose,
    },
    policy::Permit,
};

/// 32 random bytes that only the browser keeps.
pub struct SessionSecret {
    purpose: SessionPurpose,
    bytes: Zeroizing<[u8; 32]>,
}

/// The cookie is not one of ours; never echoes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session cookie is not 43 characters of base64url")]
pub struct BadCookie;

/// Where a wrapped identity belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionWrap {
    /// Whose identity.
    pub user: UserId,
    /// Which published key.
    pub key: KeyId,
    /// Which session's row.
    pub session: SessionId,
}

impl SessionSecret {
    /// A new one, from the injected random source.
    pub fn random(purpose: SessionPurpose, random: &dyn Random) -> Self {
        Self { purpose, bytes: fresh(random) }
    }

    /// Reads a cookie's value: exactly 43 characters of base64url without padding, in canonical form.
    ///
    /// # Errors
    /// [`BadCookie`] for any other text.
    pub fn parse(purpose: SessionPurpose, text: &str) -> Result<Self, BadCookie> {
        let decoded = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| BadCookie)?);
        let mut bytes = Zeroizing::new([0; 32]);
        if decoded.len() != bytes.len() {
            return Err(BadCookie);
        }
        bytes.copy_from_slice(&decoded);
        Ok(Self { purpose, bytes })
    }

    /// The cookie's value.
    pub fn cookie_text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(&self.bytes[..]))
    }

    /// What the cookie is for.
    pub const fn purpose(&self) -> SessionPurpose {
        self.purpose
    }

    /// What the row is found by: SHA-256 of a derived id. Leads neither to the cookie nor to the key.
    pub fn lookup_hash(&self) -> [u8; 32] {
        sha256(&self.derived("lookup")[..])
    }

    /// The token that forms carry, 43 characters of base64url.
    pub fn csrf_token(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.derived("csrf")[..])
    }

    /// Whether a sent token is this session's, in constant time.
    pub fn csrf_fits(&self, sent: &str) -> bool {
        self.csrf_token().as_bytes().ct_eq(sent.as_bytes()).into()
    }

    /// Wraps the person's identity for the life of this session.
    pub fn wrap_identity(&self, identity: &Identity, at: &SessionWrap, random: &dyn Random) -> Vec<u8> {
        symmetric::seal(&self.derived("wrap"), &self.place(at), identity.secret(), random)
    }

    /// The identity that [`SessionSecret::wrap_identity`] wrapped here.
    ///
    /// # Errors
    /// [`OpenError::NotPermitted`] when the permit is for another person or session, or, before the second factor, for anything
    /// but signing in; [`OpenError::DoesNotFit`] when cookie, bytes and row do not belong together.
    pub fn unwrap_identity(&self, permit: &Permit, bytes: &[u8], at: &SessionWrap) -> Result<Identity, OpenError> {
        let act = permit.act();
        let person = act.actor.person().filter(|person| person.user == at.user).ok_or(OpenError::NotPermitted)?;
        let covered = match self.purpose {
            SessionPurpose::PreSession => act.action == Action::SignIn,
            SessionPurpose::Session => person.session == Some(at.session),
        };
        if !covered {
            return Err(OpenError::NotPermitted);
        }
        symmetric::open_secret(&self.derived("wrap"), &self.place(at), bytes).map(Identity::from_secret)
    }

    fn derived(&self, label: &str) -> Zeroizing<[u8; 32]> {
        derive(&self.bytes[..], &format!("exchange-{}/v1/{label}", self.purpose))
    }

    fn place(&self, at: &SessionWrap) -> Vec<u8> {
        join(&[self.purpose.code().as_bytes(), &[1], &at.user.to_bytes(), &at.key.to_bytes(), &at.session.to_bytes()])
    }
}

impl std::fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SessionSecret({}, …)", self.purpose)
    }
}
