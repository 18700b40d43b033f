//! Small things about bytes that every file of the room needs: fresh ones, derived ones, and reading them in order.

use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::domain::ports::Random;

/// Fresh bytes from the injected source.
pub(super) fn fresh<const N: usize>(random: &dyn Random) -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    random.fill(&mut bytes[..]);
    bytes
}

/// 32 bytes by HKDF-SHA-256 from high-entropy material; each label gives bytes that say nothing about another label's.
pub(super) fn derive(material: &[u8], label: &str) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, material)
        .expand(label.as_bytes(), &mut out[..])
        .unwrap_or_else(|_| unreachable!("32 bytes are fewer than HKDF's limit of 8160"));
    out
}

/// SHA-256.
pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The parts one after another, each preceded by its length in four big-endian bytes, so that no two different lists of parts
/// give the same bytes.
pub(super) fn join(parts: &[&[u8]]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    for part in parts {
        // Parts are labels and ids; the longest is far below 4 GiB.
        joined.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        joined.extend_from_slice(part);
    }
    joined
}

/// Reads a fixed layout from the front; `None` once the bytes run out.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next `count` bytes.
    pub(super) fn slice(&mut self, count: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(front)
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.slice(N)?.try_into().ok()
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_parts_cannot_slide_into_each_other() {
        assert_ne!(join(&[b"ab", b"c"]), join(&[b"a", b"bc"]));
        assert_ne!(join(&[b"ab"]), join(&[b"ab", b""]));
        assert_eq!(join(&[b"ab"]), [0, 0, 0, 2, b'a', b'b']);
    }

    #[test]
    fn labels_part_what_is_derived() {
        assert_ne!(*derive(b"material", "one"), *derive(b"material", "two"));
        assert_ne!(*derive(b"material", "one"), *derive(b"other", "one"));
    }

    #[test]
    fn a_reader_stops_at_the_end() {
        let mut reader = Reader(&[1, 2, 3]);
        assert_eq!(
            (reader.byte(), reader.array::<3>(), reader.slice(2), reader.byte()),
            (Some(1), None, Some(&[2, 3][..]), None)
        );
    }
}
