//! Passwords as people type them: whole, never cut, never shown.

use zeroize::Zeroizing;

/// A password somebody typed to prove who they are. Any text will do: a wrong one just does not fit.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// As typed; nothing is trimmed, folded or cut.
    pub fn typed(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is one of a demonstration, as [`demonstration_password`] makes them; capitals do not hide that.
    pub fn is_of_demonstration(&self) -> bool {
        let text = Zeroizing::new(self.0.trim().to_ascii_lowercase());
        let rest = text.strip_prefix(OF_DEMONSTRATION).unwrap_or_default();
        rest.len() == 16 && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What every password of a demonstration begins with; 16 hexadecimal digits follow.
const OF_DEMONSTRATION: &str = "demonstration-";

/// A password of a made-up person: told apart from all others for ever, so that a live hub takes none.
pub fn demonstration_password(bytes: [u8; 8]) -> String {
    format!("{OF_DEMONSTRATION}{}", hex::encode(bytes))
}

/// A password somebody chose: 12 to 256 characters, any characters. Whether it stands on a list of common ones is asked by the
/// use case.
#[derive(Debug, Clone)]
pub struct NewPassword(Password);

/// Why a chosen password was refused; never echoes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// Fewer characters than [`NewPassword::SHORTEST`].
    #[error("Your password must have 12 characters or more")]
    TooShort,
    /// More characters than [`NewPassword::LONGEST`].
    #[error("Your password must have 256 characters or fewer")]
    TooLong,
}

impl NewPassword {
    /// In characters.
    pub const SHORTEST: usize = 12;
    /// In characters.
    pub const LONGEST: usize = 256;

    /// Checks the length, nothing else.
    ///
    /// # Errors
    /// [`BadPassword`] when it is too short or too long.
    pub fn parse(text: String) -> Result<Self, BadPassword> {
        let password = Password::typed(text);
        match password.0.chars().count() {
            0..Self::SHORTEST => Err(BadPassword::TooShort),
            Self::SHORTEST..=Self::LONGEST => Ok(Self(password)),
            _ => Err(BadPassword::TooLong),
        }
    }

    /// The text, to be compared with a list of common passwords.
    pub fn as_str(&self) -> &str {
        &self.0.0
    }

    /// Whether it could be guessed: it stands on a list of common passwords, or is made of such, or of what others know of the
    /// person. Estimated by `zxcvbn` from a whole of 100 characters; its own measure of 3 of 4 is asked for.
    pub fn is_common(&self, known: &[&str]) -> bool {
        zxcvbn::zxcvbn(self.as_str(), known).score() < zxcvbn::Score::Three
    }

    /// To be stretched.
    pub const fn password(&self) -> &Password {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters_and_nothing_is_asked_of_them() {
        let parse = |text: &str| NewPassword::parse(text.to_owned()).map(|new| new.as_str().to_owned());
        for good in ["aaaaaaaaaaaa", "  spaces ok  ", "ÿÿÿÿÿÿÿÿÿÿÿÿ", &"🦉".repeat(12), &"x".repeat(128), &"é".repeat(256)]
        {
            assert_eq!(parse(good).as_deref(), Ok(good));
        }
        assert_eq!(parse(""), Err(BadPassword::TooShort));
        assert_eq!(parse(&"🦉".repeat(11)), Err(BadPassword::TooShort));
        assert_eq!(parse(&"x".repeat(257)), Err(BadPassword::TooLong));
    }

    #[test]
    fn common_passwords_and_those_made_of_the_person_are_known_for_what_they_are() {
        let known = ["dana.example", "Dana Example", "Exampleshire County Council"];
        let common = |text: &str| NewPassword::parse(text.to_owned()).expect("long enough").is_common(&known);
        for bad in
            ["password1234", "aaaaaaaaaaaa", "qwertyuiop12", "dana.example1", "Dana Example", "123456789012", "Password2026"]
        {
            assert!(common(bad), "{bad}");
        }
        for good in ["correct horse battery", "seven grey owls at noon", "x9#kqL2!vm0Zt", &"🦉 night bus lamp".repeat(2)] {
            assert!(!common(good), "{good}");
        }
    }

    #[test]
    fn passwords_of_demonstrations_are_known_for_what_they_are() {
        let is = |text: &str| Password::typed(text.to_owned()).is_of_demonstration();
        let made = demonstration_password([0, 1, 2, 0xab, 0xcd, 0xef, 9, 10]);
        assert!(is(&made) && is(&made.to_uppercase()) && is(&format!(" {made} ")));
        for other in ["", "demonstration-", "demonstration-of-our-love", &made[1..], &format!("{made}0")] {
            assert!(!is(other), "{other}");
        }
    }

    #[test]
    fn messages_state_the_limits() {
        assert!(BadPassword::TooShort.to_string().contains(&NewPassword::SHORTEST.to_string()));
        assert!(BadPassword::TooLong.to_string().contains(&NewPassword::LONGEST.to_string()));
    }

    #[test]
    fn debug_keeps_it() {
        let new = NewPassword::parse("correct horse battery".to_owned()).expect("long enough");
        assert_eq!(format!("{new:?} {:?}", new.password()), "NewPassword(Password(…)) Password(…)");
    }
}
