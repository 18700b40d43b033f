//! A secret X25519 key ([`Identity`]) and its public half ([`Recipient`]), as age uses them.

use bech32::{Bech32, Hrp};
use zeroize::Zeroizing;

use super::bytes::{fresh, sha256};
use crate::domain::ports::Random;

/// A secret key: a person's, a team's or a compartment's. Never stored as it is, wiped when dropped.
pub struct Identity {
    secret: Zeroizing<[u8; 32]>,
    pub(super) age: age::x25519::Identity,
}

impl Identity {
    /// A new one, from the injected random source.
    pub fn random(random: &dyn Random) -> Self {
        Self::from_secret(fresh(random))
    }

    /// The public half.
    pub fn recipient(&self) -> Recipient {
        let key = self.age.to_public();
        Recipient { text: key.to_string(), key }
    }

    pub(super) fn from_secret(secret: Zeroizing<[u8; 32]>) -> Self {
        // age takes a secret key only in its written form.
        let age = written(&secret).parse().unwrap_or_else(|_| unreachable!("32 bytes in Bech32 are an age secret key"));
        Self { secret, age }
    }

    pub(super) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// The key as age's own tool reads it.
    #[cfg(test)]
    pub(super) fn danger_written(&self) -> Zeroizing<String> {
        written(&self.secret)
    }
}

fn written(secret: &[u8; 32]) -> Zeroizing<String> {
    let text = bech32::encode_upper::<Bech32>(Hrp::parse_unchecked("age-secret-key-"), secret);
    Zeroizing::new(text.unwrap_or_else(|_| unreachable!("32 bytes are below the limit of Bech32")))
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(…)")
    }
}

/// A public key, written `age1…`. Whoever uses one has first checked its publication event.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Recipient {
    text: String,
    pub(super) key: age::x25519::Recipient,
}

/// The text is not an X25519 recipient of age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a recipient is an X25519 public key of age, written age1 and 58 more small letters and digits")]
pub struct BadRecipient;

impl Recipient {
    /// Reads `age1…` in its one canonical form: no white space or capitals, no plug-in or post-quantum recipient, no number
    /// beyond the field and no point of small order (age would end the program when sealing to one).
    ///
    /// # Errors
    /// [`BadRecipient`] for any other text.
    pub fn parse(text: &str) -> Result<Self, BadRecipient> {
        let (_, bytes) = bech32::decode(text).map_err(|_| BadRecipient)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| BadRecipient)?;
        let key: age::x25519::Recipient = text.parse().map_err(|_| BadRecipient)?;
        let sound = key.to_string() == text && in_the_field(&bytes) && !SMALL_ORDER.contains(&bytes);
        if sound { Ok(Self { text: text.to_owned(), key }) } else { Err(BadRecipient) }
    }

    /// The text, `age1…`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What two people compare by voice: 128 bits of SHA-256 over the text, as eight groups of four hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let digest = hex::encode(&sha256(self.text.as_bytes())[..16]);
        let mut groups = String::with_capacity(39);
        for (at, digit) in digest.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                groups.push(' ');
            }
            groups.push(digit);
        }
        groups
    }
}

impl std::fmt::Display for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recipient({})", self.text)
    }
}

/// Whether the little-endian number is below 2^255 - 19.
fn in_the_field(bytes: &[u8; 32]) -> bool {
    bytes[31] < 0x7f || bytes[31] == 0x7f && (bytes[1..31].iter().any(|byte| *byte != 0xff) || bytes[0] < 0xed)
}

/// The u-coordinates of order 1, 2, 4 and 8 on the curve and its twist (RFC 7748 section 6.1 says to check for what they give).
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb,
        0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4,
        0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
    ],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::tests::identity;

    fn public(bytes: &[u8; 32]) -> String {
        bech32::encode_lower::<Bech32>(Hrp::parse_unchecked("age"), bytes).expect("short enough")
    }

    #[test]
    fn the_public_half_reads_back() {
        let recipient = identity("robin").recipient();
        assert_eq!(Recipient::parse(recipient.as_str()), Ok(recipient.clone()));
        assert_eq!(recipient.as_str().len(), 62);
        assert_eq!(recipient, identity("robin").recipient());
        assert_ne!(recipient, identity("heron").recipient());
    }

    #[test]
    fn a_fingerprint_is_eight_groups_of_four() {
        let (one, other) = (identity("robin").recipient().fingerprint(), identity("heron").recipient().fingerprint());
        let groups: Vec<_> = one.split(' ').collect();
        assert_eq!(groups.len(), 8);
        assert!(groups.iter().all(|group| group.len() == 4 && group.bytes().all(|b| b.is_ascii_hexdigit())));
        assert_ne!(one, other);
        assert_eq!(one.replace(' ', ""), hex::encode(&sha256(identity("robin").recipient().as_str().as_bytes())[..16]));
    }

    #[test]
    fn other_texts_are_no_recipients() {
        let good = identity("robin").recipient();
        let good = good.as_str();
        let modern = bech32::encode_lower::<bech32::Bech32m>(Hrp::parse_unchecked("age"), &[9; 32]).expect("short enough");
        let other_kind = bech32::encode_lower::<Bech32>(Hrp::parse_unchecked("age1tag"), &[2; 33]).expect("short enough");
        let long = bech32::encode_lower::<Bech32>(Hrp::parse_unchecked("age"), &[9; 33]).expect("short enough");
        let mut altered = good.to_owned();
        altered.replace_range(20..21, if good.as_bytes()[20] == b'q' { "p" } else { "q" });
        for bad in [
            "",
            "age1",
            &good.to_uppercase(),
            &format!(" {good}"),
            &format!("{good}\n"),
            &altered,
            &modern,
            &other_kind,
            &long,
            &identity("robin").danger_written(),
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(Recipient::parse(bad), Err(BadRecipient), "{bad}");
        }
    }

    #[test]
    fn points_of_small_order_are_refused_because_age_cannot_seal_to_them() {
        for point in SMALL_ORDER {
            let text = public(&point);
            assert_eq!(Recipient::parse(&text), Err(BadRecipient));
            let raw: age::x25519::Recipient = text.parse().expect("age itself takes it");
            assert!(std::panic::catch_unwind(|| age::encrypt(&raw, b"x")).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_beyond_the_field_are_refused() {
        let top = |first: u8, last: u8| {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (first, last);
            public(&bytes)
        };
        assert!(Recipient::parse(&top(0xeb, 0x7f)).is_ok());
        for bad in [top(0xed, 0x7f), top(0xff, 0x7f), top(0, 0x80), top(0xff, 0xff)] {
            assert_eq!(Recipient::parse(&bad), Err(BadRecipient), "{bad}");
        }
    }

    #[test]
    fn debug_keeps_the_secret() {
        assert_eq!(format!("{:?}", identity("robin")), "Identity(…)");
    }
}
