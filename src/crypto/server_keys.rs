//! Keys of the hub itself, read from files by others and handed in. Each has a version, which is stored with what it protects,
//! so that several can be held while rows move from an old one to the newest.

use std::marker::PhantomData;

use zeroize::Zeroizing;

/// For [`Pepper`]s.
#[derive(Debug, Clone, Copy)]
pub enum ForPasswords {}
/// For [`SealingKey`]s.
#[derive(Debug, Clone, Copy)]
pub enum ForSecondFactors {}

/// The secret input of Argon2: without it a stolen database allows no guessing of passwords.
pub type Pepper = ServerKey<ForPasswords>;
/// All the peppers in use.
pub type Peppers = KeyRing<ForPasswords>;
/// Seals second-factor secrets in the database.
pub type SealingKey = ServerKey<ForSecondFactors>;
/// All the sealing keys in use.
pub type SealingKeys = KeyRing<ForSecondFactors>;

/// One key of the hub, for one use.
pub struct ServerKey<Use> {
    version: i64,
    key: Zeroizing<[u8; 32]>,
    used: PhantomData<Use>,
}

impl<Use> ServerKey<Use> {
    /// A key with its version, which counts up from 1.
    pub const fn new(version: i64, key: Zeroizing<[u8; 32]>) -> Self {
        Self { version, key, used: PhantomData }
    }

    /// The version.
    pub const fn version(&self) -> i64 {
        self.version
    }

    pub(super) fn key(&self) -> &[u8; 32] {
        &self.key
    }
}

impl<Use> Clone for ServerKey<Use> {
    fn clone(&self) -> Self {
        Self::new(self.version, self.key.clone())
    }
}

impl<Use> std::fmt::Debug for ServerKey<Use> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServerKey(version {}, …)", self.version)
    }
}

/// The keys for one use, at least one.
#[derive(Debug, Clone)]
pub struct KeyRing<Use> {
    newest: ServerKey<Use>,
    older: Vec<ServerKey<Use>>,
}

/// The keys handed in make no ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKeyRing {
    /// None at all.
    #[error("there is no key; at least one is needed")]
    Empty,
    /// Two with the same version.
    #[error("two keys have version {0}; each version is used once")]
    Twice(i64),
    /// Versions count from 1.
    #[error("a key has version {0}; versions count from 1")]
    BelowOne(i64),
    /// 32 zero bytes: a file that was never filled.
    #[error("the key of version {0} is all zeros; make a new one")]
    Blank(i64),
}

impl<Use> KeyRing<Use> {
    /// All the keys that rows may name, in any order; the highest version is used for what is new.
    ///
    /// # Errors
    /// [`BadKeyRing`] when there is none, or one of them cannot be meant.
    pub fn new(mut keys: Vec<ServerKey<Use>>) -> Result<Self, BadKeyRing> {
        keys.sort_by_key(ServerKey::version);
        for (at, key) in keys.iter().enumerate() {
            let version = key.version;
            if version < 1 {
                return Err(BadKeyRing::BelowOne(version));
            }
            if *key.key == [0; 32] {
                return Err(BadKeyRing::Blank(version));
            }
            if keys.iter().skip(at + 1).any(|other| other.version == version) {
                return Err(BadKeyRing::Twice(version));
            }
        }
        let newest = keys.pop().ok_or(BadKeyRing::Empty)?;
        Ok(Self { newest, older: keys })
    }

    /// The key for what is new.
    pub const fn newest(&self) -> &ServerKey<Use> {
        &self.newest
    }

    /// The key of a version, when it is held.
    pub fn find(&self, version: i64) -> Option<&ServerKey<Use>> {
        std::iter::once(&self.newest).chain(&self.older).find(|key| key.version == version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(version: i64, byte: u8) -> Pepper {
        Pepper::new(version, Zeroizing::new([byte; 32]))
    }

    #[test]
    fn the_newest_is_for_new_rows_and_the_old_are_found() {
        let ring = Peppers::new(vec![key(2, 2), key(7, 7), key(1, 1)]).expect("a ring");
        assert_eq!(ring.newest().version(), 7);
        for version in [1, 2, 7] {
            assert_eq!(ring.find(version).map(|key| key.key()[0]), u8::try_from(version).ok());
        }
        assert!(ring.find(3).is_none());
    }

    #[test]
    fn keys_that_cannot_be_meant_are_refused() {
        let refusal = |keys| Peppers::new(keys).err();
        assert_eq!(refusal(vec![]), Some(BadKeyRing::Empty));
        assert_eq!(refusal(vec![key(1, 1), key(1, 2)]), Some(BadKeyRing::Twice(1)));
        assert_eq!(refusal(vec![key(0, 1)]), Some(BadKeyRing::BelowOne(0)));
        assert_eq!(refusal(vec![key(1, 1), key(2, 0)]), Some(BadKeyRing::Blank(2)));
    }

    #[test]
    fn debug_keeps_the_key() {
        assert_eq!(format!("{:?}", key(3, 9)), "ServerKey(version 3, …)");
        let ring = format!("{:?}", Peppers::new(vec![key(1, 9)]).expect("a ring"));
        assert!(!ring.contains("9, 9") && !ring.contains("0909"), "{ring}");
    }
}
