//! Where a person's mail goes, sealed under a server key: a stolen database names no address.

use super::{
    OpenError, SealingKeys,
    bytes::{derive, join},
    symmetric,
};
use crate::domain::{ids::UserId, mailing::MailAddress, ports::Random};

/// An address as its row holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedAddress {
    /// The version of the server key that seals it.
    pub key_version: i64,
    /// The sealed bytes, bound to the person.
    pub bytes: Vec<u8>,
}

/// The label of the key derived for addresses; second factors have the server key itself.
const LABEL: &str = "exchange-mailbox/v1";

fn place(user: UserId, version: i64) -> Vec<u8> {
    join(&[b"mailbox", &version.to_be_bytes(), &user.to_bytes()])
}

/// Seals an address under the newest server key, bound to its person.
pub fn seal_address(address: &MailAddress, keys: &SealingKeys, user: UserId, random: &dyn Random) -> SealedAddress {
    let newest = keys.newest();
    let key = derive(newest.key(), LABEL);
    let bytes = symmetric::seal(&key, &place(user, newest.version()), address.as_str().as_bytes(), random);
    SealedAddress { key_version: newest.version(), bytes }
}

/// Opens a row.
///
/// # Errors
/// [`OpenError::WrongVersion`] when the server key of that version is not held, [`OpenError::DoesNotFit`] when the row is
/// another person's or altered, [`OpenError::Damaged`] when it holds no address.
pub fn open_address(sealed: &SealedAddress, keys: &SealingKeys, user: UserId) -> Result<MailAddress, OpenError> {
    let server = keys.find(sealed.key_version).ok_or(OpenError::WrongVersion)?;
    let bytes = symmetric::open(&derive(server.key(), LABEL), &place(user, server.version()), &sealed.bytes)?;
    let text = str::from_utf8(&bytes).map_err(|_| OpenError::Damaged)?;
    MailAddress::parse(text).map_err(|_| OpenError::Damaged)
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::crypto::SealingKey;

    struct Counted;

    impl Random for Counted {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn an_address_opens_for_its_person_alone() {
        let keys = SealingKeys::new(vec![SealingKey::new(1, Zeroizing::new([9; 32]))]).expect("a ring");
        let (user, other) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        let address = MailAddress::parse("tess@school.example").expect("an address");
        let sealed = seal_address(&address, &keys, user, &Counted);
        assert_eq!(open_address(&sealed, &keys, user), Ok(address));
        assert_eq!(open_address(&sealed, &keys, other), Err(OpenError::DoesNotFit));
        let unknown = SealedAddress { key_version: 2, ..sealed };
        assert_eq!(open_address(&unknown, &keys, user), Err(OpenError::WrongVersion));
    }
}
