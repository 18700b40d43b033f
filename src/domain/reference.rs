//! A referral's reference, `7K3F-9QXD-2`: eight random characters and one that checks them.
//! It says nothing about person, pathway or order.

use super::ports::Random;

/// Crockford's base 32: no I, L, O or U. <https://www.crockford.com/base32.html>
pub(super) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 8;

/// A well-formed reference.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference([u8; LENGTH]);

/// The text is no reference: wrong length, a character that is never used, or a check character that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reference looks like 7K3F-9QXD-2")]
pub struct BadReference;

impl Reference {
    /// A reference that is never drawn: what a text that cannot be one is looked up as.
    pub const NOBODYS: Self = Self([0; LENGTH]);

    /// A fresh reference, 40 random bits.
    pub fn random(random: &dyn Random) -> Self {
        loop {
            let mut bytes = [0; LENGTH];
            random.fill(&mut bytes);
            let drawn = Self(bytes.map(|byte| byte % 32));
            if drawn != Self::NOBODYS {
                return drawn;
            }
        }
    }

    /// Reads a reference as people type it: case, spaces and hyphens are ignored, O reads as 0, I and L as 1.
    ///
    /// # Errors
    /// [`BadReference`] when it cannot be one.
    pub fn parse(text: &str) -> Result<Self, BadReference> {
        let mut digits = [0; LENGTH + 1];
        let mut count = 0;
        for character in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let slot = digits.get_mut(count).ok_or(BadReference)?;
            *slot = digit(character).ok_or(BadReference)?;
            count += 1;
        }
        let mut body = [0; LENGTH];
        body.copy_from_slice(&digits[..LENGTH]);
        if count == LENGTH + 1 && digits[LENGTH] == check(body) { Ok(Self(body)) } else { Err(BadReference) }
    }
}

/// What a character stands for, as people type it: either case, O for 0, I and L for 1.
pub(super) fn digit(character: char) -> Option<u8> {
    let plain = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET.iter().zip(0..).find(|(known, _)| char::from(**known) == plain).map(|(_, at)| at)
}

/// The check character: weights 1, 3, 5 … are all odd, so invertible modulo 32, and any one wrong character changes the sum;
/// two neighbours exchanged change it by twice their difference, which shows unless they differ by exactly 16.
fn check(body: [u8; LENGTH]) -> u8 {
    let sum: u32 = body.iter().zip((1..).step_by(2)).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    // Below 32 by the modulo, so the cast keeps the value.
    (sum % 32) as u8
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let letter = |digit: u8| char::from(ALPHABET[usize::from(digit % 32)]);
        for (at, digit) in self.0.iter().enumerate() {
            if at == 4 {
                f.write_str("-")?;
            }
            write!(f, "{}", letter(*digit))?;
        }
        write!(f, "-{}", letter(check(self.0)))
    }
}

impl std::fmt::Debug for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reference({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_reference_reads_back_however_it_is_typed(body in proptest::array::uniform8(0_u8..32)) {
            let reference = Reference(body);
            let text = reference.to_string();
            prop_assert_eq!(text.len(), 11);
            for typed in [text.clone(), text.to_lowercase(), text.replace('-', ""), format!(" {} ", text.replace('-', " "))] {
                prop_assert_eq!(Reference::parse(&typed), Ok(reference));
            }
        }

        #[test]
        fn one_wrong_character_is_always_noticed(body in proptest::array::uniform8(0_u8..32), at in 0_usize..9, by in 1_u8..32) {
            let text = Reference(body).to_string().replace('-', "");
            let mut bytes = text.into_bytes();
            let old = ALPHABET.iter().position(|c| *c == bytes[at]).expect("from the alphabet");
            bytes[at] = ALPHABET[(old + usize::from(by)) % 32];
            let typed = String::from_utf8(bytes).expect("ascii");
            prop_assert_eq!(Reference::parse(&typed), Err(BadReference));
        }
    }

    #[test]
    fn look_alikes_are_forgiven_and_nonsense_is_not() {
        let reference = Reference([0, 1, 1, 2, 3, 4, 5, 6]);
        let text = reference.to_string();
        assert!(text.starts_with("0112-3456-"), "{text}");
        assert_eq!(Reference::parse(&text.replacen("0112", "oIl2", 1)), Ok(reference));
        for bad in ["", "7K3F", "7K3F-9QXD", "7K3F-9QXD-22", "UUUU-UUUU-U", "7K3F-9QX\u{e9}-2"] {
            assert_eq!(Reference::parse(bad), Err(BadReference), "{bad}");
        }
    }
}
