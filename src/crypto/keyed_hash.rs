//! Hashes of what could be guessed: comparable by the hub, and worth nothing to whoever has the database alone.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::bytes::{derive, join};

/// The key of such hashes. Its `Debug` shows nothing of it.
pub struct HashKey(Zeroizing<[u8; 32]>);

impl HashKey {
    /// A key of its own from a server key, from which neither leads to the other's use.
    pub fn derived(server_key: &[u8; 32]) -> Self {
        Self(derive(server_key, "exchange-guessable/v1"))
    }

    /// HMAC-SHA-256 over what is hashed for (`purpose`) and its parts; no two lists of parts are hashed alike.
    pub fn hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0[..]).unwrap_or_else(|_| unreachable!("HMAC takes any key length"));
        mac.update(&join(&[&[purpose.as_bytes()], parts].concat()));
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for HashKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_depends_on_key_purpose_and_every_part() {
        let (key, other) = (HashKey::derived(&[1; 32]), HashKey::derived(&[2; 32]));
        let hash = key.hash("request", &[b"ab", b"c"]);
        assert_eq!(hash, HashKey::derived(&[1; 32]).hash("request", &[b"ab", b"c"]));
        let others = [
            other.hash("request", &[b"ab", b"c"]),
            key.hash("account", &[b"ab", b"c"]),
            key.hash("request", &[b"a", b"bc"]),
            key.hash("request", &[b"ab"]),
        ];
        assert!(others.iter().all(|other| *other != hash));
        assert_eq!(format!("{key:?}"), "HashKey(…)");
    }
}
