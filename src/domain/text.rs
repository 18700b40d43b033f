//! Text that people type: parsed once, bounded, and never shown by `Debug`.

use super::phone::number_of;

/// Why a text was refused; never echoes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing but white space.
    #[error("it is empty")]
    Empty,
    /// Longer than the limit, in characters.
    #[error("it is longer than {0} characters")]
    TooLong(usize),
    /// A control character other than line breaks where lines are allowed.
    #[error("it holds a character that cannot be used")]
    Control,
}

/// A line of text: trimmed, not empty, at most the limit, no control characters.
///
/// # Errors
/// [`BadText`] says which rule it breaks.
pub fn line(text: &str, limit: usize) -> Result<String, BadText> {
    let text = text.trim();
    if text.chars().any(char::is_control) { Err(BadText::Control) } else { bounded(text, limit) }
}

/// Several lines: line endings made `\n`, trimmed, not empty, at most the limit, no other control characters but tab.
///
/// # Errors
/// [`BadText`] says which rule it breaks.
pub fn lines(text: &str, limit: usize) -> Result<String, BadText> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') { Err(BadText::Control) } else { bounded(text, limit) }
}

fn bounded(text: &str, limit: usize) -> Result<String, BadText> {
    match text.chars().count() {
        0 => Err(BadText::Empty),
        count if count > limit => Err(BadText::TooLong(limit)),
        _ => Ok(text.to_owned()),
    }
}

macro_rules! names {
    ($($(#[$meta:meta])* $name:ident($limit:literal)),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Reads one line of text.
            ///
            /// # Errors
            /// [`BadText`] says which rule it breaks.
            pub fn parse(text: &str) -> Result<Self, BadText> {
                line(text, $limit).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

names! {
    /// A member of staff's name as shown to others; at most 100 characters.
    PersonName(100),
    /// What somebody does at work, in their own words; at most 100 characters.
    JobTitle(100),
    /// What somebody calls a view of a queue; at most 60 characters.
    ViewName(60),
    /// An agency's name; at most 120 characters.
    AgencyName(120),
    /// A team's name; at most 120 characters.
    TeamName(120),
}

/// Where somebody is rung at work: 10 to 15 digits, as typed, with blanks, brackets, hyphens and a leading `+`.
#[derive(Clone, PartialEq, Eq)]
pub struct WorkPhone(String);

impl WorkPhone {
    /// Reads a number that can be rung from anywhere; runs of blanks become one.
    ///
    /// # Errors
    /// [`BadText`] for any other text.
    pub fn parse(text: &str) -> Result<Self, BadText> {
        let number = number_of(&line(text, 30)?).ok_or(BadText::Control)?;
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        if digits >= 10 { Ok(Self(number)) } else { Err(BadText::Control) }
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for WorkPhone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WorkPhone(…)")
    }
}

/// A user name for signing in: 3 to 64 of `a-z 0-9 . _ - @`, kept in lower case.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// Reads a user name; capitals become small letters.
    ///
    /// # Errors
    /// [`BadText`] for any other text.
    pub fn parse(text: &str) -> Result<Self, BadText> {
        let text = line(text, 64)?.to_lowercase();
        let plain = text.len() >= 3 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-@".contains(&b));
        if plain { Ok(Self(text)) } else { Err(BadText::Control) }
    }

    /// The user name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Username {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Username(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_bounded_and_plain() {
        assert_eq!(line("  Ash Grove ", 20).as_deref(), Ok("Ash Grove"));
        assert_eq!(line("   ", 20), Err(BadText::Empty));
        assert_eq!(line("abc", 2), Err(BadText::TooLong(2)));
        assert_eq!(line("a\nb", 20), Err(BadText::Control));
        assert_eq!(lines("a\r\nb\rc", 20).as_deref(), Ok("a\nb\nc"));
        assert_eq!(lines("a\u{1b}[0m", 20), Err(BadText::Control));
    }

    #[test]
    fn a_work_phone_can_be_rung_from_anywhere() {
        let number = |text: &str| WorkPhone::parse(text).map(|phone| phone.as_str().to_owned());
        assert_eq!(number(" 0116  496 0700 ").as_deref(), Ok("0116 496 0700"));
        assert_eq!(number("+44 (0)116-496-0700").as_deref(), Ok("+44 (0)116-496-0700"));
        for bad in ["", "999", "496 0700", "0116 496 07000 1234 56", "ask at the desk", "0116+4960700"] {
            assert!(number(bad).is_err(), "{bad}");
        }
        assert_eq!(format!("{:?}", WorkPhone::parse("0116 496 0700")), "Ok(WorkPhone(…))");
    }

    #[test]
    fn debug_never_shows_a_name() {
        let name = PersonName::parse("Robin Example").expect("a name");
        assert_eq!(format!("{name:?}"), "PersonName(…)");
        let user = Username::parse("Robin.Example").expect("a user name");
        assert_eq!((user.as_str(), format!("{user:?}").as_str()), ("robin.example", "Username(…)"));
        assert!(Username::parse("ro bin").is_err());
    }
}
