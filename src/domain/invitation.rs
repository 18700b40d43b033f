//! The code by which an invited person joins: given by hand or by phone, good once and for some days.

use std::time::Duration;

use super::ports::Random;
use super::reference::{ALPHABET, digit};

/// How long an invitation can be taken up.
pub const VALID: Duration = Duration::from_hours(7 * 24);

const LENGTH: usize = 20;
const GROUP: usize = 5;

/// The code of an invitation: 100 random bits, shown as four groups of five. A secret until it is used; `Debug` keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationCode([u8; LENGTH]);

/// The text is no such code; never echoes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an invitation's code has 20 letters and numbers")]
pub struct BadInvitationCode;

impl InvitationCode {
    /// A fresh one.
    pub fn random(random: &dyn Random) -> Self {
        let mut bytes = [0; LENGTH];
        random.fill(&mut bytes);
        Self(bytes.map(|byte| byte % 32))
    }

    /// Reads a code as people type it: case, spaces and hyphens are ignored, O reads as 0, I and L as 1.
    ///
    /// # Errors
    /// [`BadInvitationCode`] when it cannot be one.
    pub fn parse(text: &str) -> Result<Self, BadInvitationCode> {
        let mut digits = [0; LENGTH];
        let mut count = 0;
        for character in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            *digits.get_mut(count).ok_or(BadInvitationCode)? = digit(character).ok_or(BadInvitationCode)?;
            count += 1;
        }
        if count == LENGTH { Ok(Self(digits)) } else { Err(BadInvitationCode) }
    }

    /// What a keyed hash is made of; the same however it was typed.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// In groups, to be read out: `7K3F9-QXD2A-…`.
    pub fn shown(&self) -> String {
        let letter = |digit: &u8| char::from(ALPHABET[usize::from(digit % 32)]);
        let groups: Vec<String> = self.0.chunks(GROUP).map(|group| group.iter().map(letter).collect()).collect();
        groups.join("-")
    }
}

impl std::fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InvitationCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for (byte, value) in bytes.iter_mut().zip(250..) {
                *byte = u8::try_from(value % 256).unwrap_or_default();
            }
        }
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = InvitationCode::random(&Counting);
        assert_eq!(code.shown(), "TVWXY-Z0123-45678-9ABCD");
        for typed in ["TVWXY-Z0123-45678-9ABCD", "tvwxyz0123456789abcd", " tvwxy zol23 45678 9abcd", "tvwxy zOI23 456-78 9abcd"] {
            assert_eq!(InvitationCode::parse(typed), Ok(code.clone()), "{typed}");
        }
        for none in
            ["", "TVWXY-Z0123-45678-9ABC", "TVWXY-Z0123-45678-9ABCDE", "TVWXY-Z0123-45678-9ABCU", "TVWXY_Z0123-45678-9ABCD"]
        {
            assert_eq!(InvitationCode::parse(none), Err(BadInvitationCode), "{none}");
        }
        assert_eq!(format!("{code:?}"), "InvitationCode(…)");
    }
}
