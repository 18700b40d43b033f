//! Sealing a few bytes under a secret key, bound to a place: suite byte, 24-byte nonce, ciphertext with tag.

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use zeroize::Zeroizing;

use super::{
    OpenError, SymmetricSuite,
    bytes::{Reader, fresh},
};
use crate::domain::ports::Random;

/// Seals under the key; `place` is authenticated with it and not stored.
pub(super) fn seal(key: &[u8; 32], place: &[u8], plaintext: &[u8], random: &dyn Random) -> Vec<u8> {
    let suite = SymmetricSuite::CURRENT.id();
    let nonce = fresh::<24>(random);
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(*nonce), Payload { msg: plaintext, aad: &bound(suite, place) })
        .unwrap_or_else(|_| unreachable!("the cipher refuses only messages above 256 GiB"));
    [&[suite], &nonce[..], &sealed].concat()
}

/// Opens what [`seal`] made under this key at this place.
pub(super) fn open(key: &[u8; 32], place: &[u8], bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let mut reader = Reader(bytes);
    let suite = reader.byte().ok_or(OpenError::Damaged)?;
    let SymmetricSuite::XChaCha20Poly1305 = SymmetricSuite::parse(suite.into())?;
    let nonce = reader.array::<24>().ok_or(OpenError::Damaged)?;
    if reader.0.len() < 16 {
        return Err(OpenError::Damaged);
    }
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(nonce), Payload { msg: reader.0, aad: &bound(suite, place) })
        .map(Zeroizing::new)
        .map_err(|_| OpenError::DoesNotFit)
}

/// Opens a secret of exactly `N` bytes.
pub(super) fn open_secret<const N: usize>(key: &[u8; 32], place: &[u8], bytes: &[u8]) -> Result<Zeroizing<[u8; N]>, OpenError> {
    let plain = open(key, place, bytes)?;
    let mut secret = Zeroizing::new([0; N]);
    if plain.len() != N {
        return Err(OpenError::Damaged);
    }
    secret.copy_from_slice(&plain);
    Ok(secret)
}

fn bound(suite: u8, place: &[u8]) -> Vec<u8> {
    [&[suite], place].concat()
}
