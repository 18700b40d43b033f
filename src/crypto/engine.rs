//! Stretching passwords: Argon2id off the async threads, a few at once, and the same work for names nobody has.

use argon2::{Algorithm, Argon2, Version};
use zeroize::Zeroizing;

use super::{
    Cost, Password, Pepper, Peppers,
    admission::{Admission, NotDone},
    bytes::{derive, fresh},
};
use crate::domain::ports::Random;

/// How one password is stretched; stored with its credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    /// 16 random bytes, the credential's own.
    pub salt: [u8; 16],
    /// The cost.
    pub cost: Cost,
    /// Which pepper went in.
    pub pepper_version: i64,
}

/// What a stretched password gives: a value that proves it and a key that opens the identity. Neither tells the other.
pub struct Derived {
    pub(super) recipe: Recipe,
    pub(super) auth: Zeroizing<[u8; 32]>,
    pub(super) tag_key: Zeroizing<[u8; 32]>,
    pub(super) identity_key: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Derived {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Derived(…)")
    }
}

/// Why a password was not stretched. Says nothing about whether it was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeriveError {
    /// The queue is full or memory short: answer 503 with Retry-After.
    #[error("too many people are signing in at this moment; try again shortly")]
    Busy,
    /// The row names a pepper that was not handed in.
    #[error("pepper version {0} is missing from the key files")]
    UnknownPepper(i64),
    /// The row's cost is below the floor.
    #[error("the credential's Argon2 cost is below the floor")]
    Weak,
    /// The worker panicked, or the program is stopping.
    #[error("the password could not be worked on")]
    Failed,
}

/// How the engine is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineSettings {
    /// For new credentials, and for names nobody has.
    pub cost: Cost,
    /// Rows below it are not worked on. [`Cost::PRODUCTION`] except in tests.
    pub floor: Cost,
    /// Runs at once; see [`permits_for`].
    pub permits: usize,
    /// How many more may wait.
    pub queue_limit: usize,
}

/// New credentials would be weaker than the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the Argon2 cost for new passwords is below the floor for existing ones")]
pub struct WeakSettings;

/// Runs Argon2id with the pepper as secret input.
pub struct PasswordEngine {
    cost: Cost,
    floor: Cost,
    peppers: Peppers,
    admission: Admission,
}

impl PasswordEngine {
    /// An engine with these settings and peppers.
    ///
    /// # Errors
    /// [`WeakSettings`] when the cost is below the floor.
    pub fn new(settings: EngineSettings, peppers: Peppers) -> Result<Self, WeakSettings> {
        let EngineSettings { cost, floor, permits, queue_limit } = settings;
        if cost.is_below(floor) {
            return Err(WeakSettings);
        }
        Ok(Self { cost, floor, peppers, admission: Admission::new(permits, queue_limit) })
    }

    /// The recipe for a new credential: fresh salt, present cost, newest pepper.
    pub fn recipe(&self, random: &dyn Random) -> Recipe {
        Recipe { salt: *fresh(random), cost: self.cost, pepper_version: self.peppers.newest().version() }
    }

    /// Stretches a password by a recipe, in its turn.
    ///
    /// # Errors
    /// [`DeriveError`]; none of them depends on the password.
    pub async fn derive(&self, password: &Password, recipe: Recipe) -> Result<Derived, DeriveError> {
        if self.is_weak(&recipe) {
            return Err(DeriveError::Weak);
        }
        let pepper = self.peppers.find(recipe.pepper_version).ok_or(DeriveError::UnknownPepper(recipe.pepper_version))?.clone();
        let password = password.clone();
        match self.admission.run(move || stretch(&password, &pepper, recipe)).await {
            Ok(Some(derived)) => Ok(derived),
            // Argon2 fails only when it gets no memory.
            Ok(None) | Err(NotDone::Busy) => Err(DeriveError::Busy),
            Err(NotDone::Failed) => Err(DeriveError::Failed),
        }
    }

    /// The same work for a name that nobody has, so that time does not tell who exists.
    ///
    /// # Errors
    /// As [`PasswordEngine::derive`].
    pub async fn derive_for_nobody(&self, password: &Password) -> Result<(), DeriveError> {
        let recipe = Recipe { salt: *b"a salt of nobody", cost: self.cost, pepper_version: self.peppers.newest().version() };
        self.derive(password, recipe).await.map(drop)
    }

    /// Whether a stored recipe is below the floor: start-up refuses such rows.
    pub fn is_weak(&self, recipe: &Recipe) -> bool {
        recipe.cost.is_below(self.floor)
    }

    /// Whether the credential should be made anew at the next sign-in: cost below the present one, or an older pepper.
    pub fn needs_upgrade(&self, recipe: &Recipe) -> bool {
        recipe.cost.is_below(self.cost) || recipe.pepper_version != self.peppers.newest().version()
    }
}

impl std::fmt::Debug for PasswordEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordEngine").field("cost", &self.cost).field("floor", &self.floor).finish_non_exhaustive()
    }
}

/// How many runs at once a machine bears: one for each core and each 64 MiB of the memory set aside, but one alone below four
/// cores, where the rest of the hub needs the others.
pub fn permits_for(cores: usize, memory_budget_bytes: u64) -> usize {
    if cores < 4 {
        return 1;
    }
    let by_memory = memory_budget_bytes / (u64::from(Cost::PRODUCTION.memory_kib()) * 1024);
    usize::try_from(by_memory).unwrap_or(usize::MAX).clamp(1, cores)
}

fn stretch(password: &Password, pepper: &Pepper, recipe: Recipe) -> Option<Derived> {
    let argon = Argon2::new_with_secret(pepper.key(), Algorithm::Argon2id, Version::V0x13, recipe.cost.params()).ok()?;
    let mut stretched = Zeroizing::new([0; 64]);
    argon.hash_password_into(password.as_bytes(), &recipe.salt, &mut stretched[..]).ok()?;
    Some(Derived {
        recipe,
        auth: derive(&stretched[..], "exchange-password/v1/auth"),
        identity_key: derive(&stretched[..], "exchange-password/v1/identity-key"),
        tag_key: derive(pepper.key(), "exchange-pepper/v1/auth-tag"),
    })
}
