//! Codes that pathway files give to things: plain enough for a URL, a form field, a row and a log.

/// A code could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code is 1 to 40 of a-z, 0-9, - and _, begins with a letter and ends with a letter or digit")]
pub struct BadCode;

/// The longest code, in characters.
pub const LONGEST: usize = 40;

fn parse(text: &str) -> Result<&str, BadCode> {
    let bytes = text.as_bytes();
    let ends = bytes.first().is_some_and(u8::is_ascii_lowercase) && bytes.last().is_some_and(u8::is_ascii_alphanumeric);
    let plain = bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'));
    if ends && plain && bytes.len() <= LONGEST { Ok(text) } else { Err(BadCode) }
}

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Reads a code.
            ///
            /// # Errors
            /// [`BadCode`] for any other text.
            pub fn parse(text: &str) -> Result<Self, BadCode> {
                parse(text).map(|text| Self(text.to_owned()))
            }

            /// The code.
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
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )+};
}

codes! {
    /// A pathway, by the name of its file.
    PathwayId,
    /// A question of a pathway.
    QuestionId,
    /// A receiving or covering team, as pathway files and team records both spell it.
    TeamCode,
    /// Anything else a pathway names: a choice, a reason, a section, an outcome, a feedback line, a grade.
    Code,
}

/// A code with the words people read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The stable code.
    pub code: Code,
    /// The words.
    pub title: String,
    /// Help below the words.
    pub hint: Option<String>,
    /// Whether it stands alone: of several ticks, "none of these" is not one.
    pub alone: bool,
}

impl Choice {
    /// A choice without help.
    pub fn new(code: Code, title: impl Into<String>) -> Self {
        Self { code, title: title.into(), hint: None, alone: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_plain() {
        for good in ["a", "fire-protection", "danger_now", "line_2", &"a".repeat(40)] {
            assert_eq!(Code::parse(good).map(|c| c.to_string()).as_deref(), Ok(good));
        }
        for bad in ["", "2nd", "Fire", "a b", "a-", "-a", "é", "a/b", &"a".repeat(41)] {
            assert_eq!(Code::parse(bad), Err(BadCode), "{bad}");
        }
    }
}
