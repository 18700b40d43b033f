//! Which cryptography a stored wrap was made with. The number stands beside the bytes for ever, so that a new suite can come
//! without guessing what the old rows are.

use super::OpenError;

/// How a key or an item is sealed to a public recipient. 2 is reserved for the hybrid with ML-KEM-768, which gets rows of its
/// own: age does not mix the two kinds of recipient in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeSuite {
    /// age v1 to one X25519 recipient.
    X25519,
}

impl AgeSuite {
    /// What new rows use.
    pub const CURRENT: Self = Self::X25519;

    /// The number in the row.
    pub const fn id(self) -> i64 {
        match self {
            Self::X25519 => 1,
        }
    }

    /// Reads the number in a row.
    ///
    /// # Errors
    /// [`OpenError::WrongVersion`] for any number that this program cannot open, the reserved one included.
    pub const fn parse(id: i64) -> Result<Self, OpenError> {
        match id {
            1 => Ok(Self::X25519),
            _ => Err(OpenError::WrongVersion),
        }
    }
}

/// How an identity or a second-factor secret is sealed under a secret key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymmetricSuite {
    /// XChaCha20-Poly1305 with a random 24-byte nonce.
    XChaCha20Poly1305,
}

impl SymmetricSuite {
    /// What new rows use.
    pub const CURRENT: Self = Self::XChaCha20Poly1305;

    /// The number in the row, and the first byte of the sealed bytes.
    pub const fn id(self) -> u8 {
        match self {
            Self::XChaCha20Poly1305 => 1,
        }
    }

    /// Reads the number in a row.
    ///
    /// # Errors
    /// [`OpenError::WrongVersion`] for any other number.
    pub const fn parse(id: i64) -> Result<Self, OpenError> {
        match id {
            1 => Ok(Self::XChaCha20Poly1305),
            _ => Err(OpenError::WrongVersion),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_opened_is_read() {
        assert_eq!(AgeSuite::parse(AgeSuite::CURRENT.id()), Ok(AgeSuite::X25519));
        assert_eq!(SymmetricSuite::parse(SymmetricSuite::CURRENT.id().into()), Ok(SymmetricSuite::XChaCha20Poly1305));
        for id in [i64::MIN, -1, 0, 2, 257] {
            assert_eq!(AgeSuite::parse(id), Err(OpenError::WrongVersion), "{id}");
            assert_eq!(SymmetricSuite::parse(id), Err(OpenError::WrongVersion), "{id}");
        }
    }
}
