//! The second factor: time-based codes (RFC 6238: SHA-1, 30 seconds, six digits, as every authenticator app knows them).

use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

use super::{
    OpenError, SealingKeys,
    bytes::{fresh, join},
    symmetric,
};
use crate::domain::{ids::UserId, ports::Random, time::Timestamp};

/// Seconds a code lives.
const STEP: u64 = 30;

/// A person's 160-bit secret.
pub struct TotpSecret(Zeroizing<[u8; 20]>);

/// The secret as its row holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedTotp {
    /// The version of the server key that seals it.
    pub key_version: i64,
    /// The sealed bytes, bound to the user.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for SealedTotp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedTotp(key version {}, …)", self.key_version)
    }
}

/// Why a code was not taken. People are told the same in both cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Not the code of the present half minute or of its neighbours.
    #[error("the code is not right")]
    Wrong,
    /// Right, and used before, or older than one used before.
    #[error("the code has been used")]
    Used,
}

/// The name or issuer cannot stand in an enrolment address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an authenticator's label has no colon and is not empty")]
pub struct BadLabel;

impl TotpSecret {
    /// A new one, from the injected random source.
    pub fn random(random: &dyn Random) -> Self {
        Self(fresh(random))
    }

    /// Seals it under the newest server key, bound to its user.
    pub fn seal(&self, keys: &SealingKeys, user: UserId, random: &dyn Random) -> SealedTotp {
        let key = keys.newest();
        let bytes = symmetric::seal(key.key(), &place(user, key.version()), &self.0[..], random);
        SealedTotp { key_version: key.version(), bytes }
    }

    /// Opens a row.
    ///
    /// # Errors
    /// [`OpenError::WrongVersion`] when the server key of that version is not held, [`OpenError::DoesNotFit`] when the row is
    /// another user's or altered.
    pub fn open(sealed: &SealedTotp, keys: &SealingKeys, user: UserId) -> Result<Self, OpenError> {
        let key = keys.find(sealed.key_version).ok_or(OpenError::WrongVersion)?;
        symmetric::open_secret(key.key(), &place(user, key.version()), &sealed.bytes).map(Self)
    }

    /// Checks a code as typed, white space anywhere, against the present step and one on either side. Returns the step that
    /// fitted: to be stored as the user's `last_step` in the same transaction, so that no code works twice.
    ///
    /// # Errors
    /// [`BadCode::Wrong`] or [`BadCode::Used`].
    pub fn verify(&self, code: &str, at: Timestamp, last_step: Option<u64>) -> Result<u64, BadCode> {
        let code = Zeroizing::new(code.chars().filter(|c| !c.is_whitespace()).collect::<String>());
        let totp = self.generator(None);
        let present = at.seconds() / STEP;
        let mut outcome = Err(BadCode::Wrong);
        for step in present.saturating_sub(1)..=present + 1 {
            if totp.check(&code, step * STEP).is_none() {
                continue;
            }
            if last_step.is_none_or(|last| step > last) {
                return Ok(step);
            }
            outcome = Err(BadCode::Used);
        }
        outcome
    }

    /// The address that an authenticator app reads, by picture or by link. Contains the secret.
    ///
    /// # Errors
    /// [`BadLabel`] when issuer or account is empty or holds a colon.
    pub fn enrolment_url(&self, issuer: &str, account: &str) -> Result<Zeroizing<String>, BadLabel> {
        if issuer.is_empty() || issuer.contains(':') {
            return Err(BadLabel);
        }
        self.generator(Some((issuer, account))).to_url().map(Zeroizing::new).map_err(|_| BadLabel)
    }

    /// The secret as people type it into an app: 32 characters of base32. Contains the secret.
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(Secret::new_stack(*self.0).to_base32())
    }

    /// A secret of known bytes.
    #[cfg(test)]
    pub(super) const fn from_bytes(bytes: Zeroizing<[u8; 20]>) -> Self {
        Self(bytes)
    }

    /// The code at a moment.
    #[cfg(test)]
    pub(super) fn code(&self, at: Timestamp) -> String {
        self.generator(None).generate(at.seconds()).to_string()
    }

    fn generator(&self, label: Option<(&str, &str)>) -> Totp {
        let builder = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(0)
            .with_step_duration(STEP)
            .with_secret(Secret::new_stack(*self.0));
        match label {
            None => builder,
            Some((issuer, account)) => builder.with_issuer(Some(issuer)).with_account_name(account),
        }
        // Six digits and 160 bits are within the RFC; labels are checked when the address is written.
        .build_noncompliant()
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

fn place(user: UserId, key_version: i64) -> Vec<u8> {
    join(&[b"second-factor", &[1], &user.to_bytes(), &key_version.to_be_bytes()])
}
