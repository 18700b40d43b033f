//! The key that authenticates events: without it, nobody who can only write to the database can plant one.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Makes and checks the HMAC-SHA-256 of events, under a key that stands in a file outside the database.
#[derive(Clone)]
pub struct Authenticator(Zeroizing<[u8; 32]>);

impl Authenticator {
    /// With this key.
    pub const fn new(key: Zeroizing<[u8; 32]>) -> Self {
        Self(key)
    }

    /// The HMAC over the event's id and leaf data.
    pub fn tag(&self, event: &[u8; 16], leaf_data: &[u8]) -> [u8; 32] {
        self.mac(event, leaf_data).finalize().into_bytes().into()
    }

    /// Whether the HMAC fits, in constant time.
    pub fn fits(&self, event: &[u8; 16], leaf_data: &[u8], tag: &[u8]) -> bool {
        self.mac(event, leaf_data).verify_slice(tag).is_ok()
    }

    fn mac(&self, event: &[u8; 16], leaf_data: &[u8]) -> Hmac<Sha256> {
        // HMAC takes a key of any length, so this cannot fail.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0[..]).unwrap_or_else(|_| unreachable!("HMAC takes any key length"));
        mac.update(b"exchange-event/v1");
        mac.update(event);
        mac.update(leaf_data);
        mac
    }
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authenticator(…)")
    }
}
