//! C2SP signed notes: a text, an empty line, and lines of signatures.

use super::{
    LogError,
    key::{self, KeyType, VerifierKey},
    signer, wire,
};

/// The most signature lines that a note may bear; the format asks for at least 16.
pub const MAX_SIGNATURES: usize = 64;

/// The most bytes that a note may have.
pub const MAX_BYTES: usize = 1 << 20;

/// How a signature line begins: an em dash (U+2014) and a space.
const DASH: &str = "\u{2014} ";

/// A note as it was read or made. Nothing in it is to be believed before [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature line: whose it says it is, and the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

/// A signature that was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'k> {
    /// The trusted key that made it.
    pub key: &'k VerifierKey,
    /// For a cosignature: when the witness says it signed, in seconds since 1970-01-01 UTC.
    pub seconds: Option<u64>,
}

impl Note {
    /// Reads a whole note, strictly.
    ///
    /// # Errors
    /// [`LogError::TooLong`], [`LogError::Characters`], [`LogError::Unterminated`], [`LogError::Boundary`],
    /// [`LogError::Unsigned`], [`LogError::TooManySignatures`], [`LogError::SignatureLine`], [`LogError::KeyName`] or
    /// [`LogError::Base64`].
    pub fn parse(bytes: &[u8]) -> Result<Self, LogError> {
        if bytes.len() > MAX_BYTES {
            return Err(LogError::TooLong);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| LogError::Characters)?;
        if !wire::printable(whole) {
            return Err(LogError::Characters);
        }
        let lines = whole.strip_suffix('\n').ok_or(LogError::Unterminated)?;
        // The last empty line: the text may hold others. A note that ends in one has no signatures after it.
        if lines.ends_with('\n') {
            return Err(LogError::Unsigned);
        }
        let boundary = lines.rfind("\n\n").ok_or(LogError::Boundary)?;
        let (text, rest) = (&lines[..=boundary], &lines[boundary + 2..]);
        if rest.split('\n').count() > MAX_SIGNATURES {
            return Err(LogError::TooManySignatures);
        }
        let signatures = rest.split('\n').map(Signature::parse).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// A note with this text and these signatures.
    ///
    /// # Errors
    /// As [`Note::parse`] of the result.
    pub(super) fn new(text: &str, signatures: Vec<Signature>) -> Result<Self, LogError> {
        let note = Self { text: text.to_owned(), signatures };
        if Self::parse(note.to_string().as_bytes())? == note { Ok(note) } else { Err(LogError::Boundary) }
    }

    /// The same note with one more signature.
    ///
    /// # Errors
    /// [`LogError::TooManySignatures`].
    pub fn with(mut self, signature: Signature) -> Result<Self, LogError> {
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(LogError::TooManySignatures);
        }
        self.signatures.push(signature);
        Ok(self)
    }

    /// The text with its final line feed, without the empty line.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, in their order.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Checks the signatures by these keys: lines by other keys are ignored, one wrong line by a known key voids the note.
    /// Gives each key that signed once, in the order of their first lines.
    ///
    /// # Errors
    /// [`LogError::BadSignature`], [`LogError::Untrusted`] when no known key signed, [`LogError::AmbiguousKey`] when two of
    /// the keys share name and id.
    pub fn verify<'k>(&self, keys: &[&'k VerifierKey]) -> Result<Vec<Verified<'k>>, LogError> {
        let known: Vec<((&str, [u8; 4]), &'k VerifierKey)> = keys.iter().map(|key| ((key.name(), key.id()), *key)).collect();
        let shared =
            known.iter().enumerate().any(|(at, one)| known[..at].iter().any(|other| other.0 == one.0 && other.1 != one.1));
        if shared {
            return Err(LogError::AmbiguousKey);
        }
        let mut verified: Vec<Verified<'k>> = Vec::new();
        for signature in &self.signatures {
            let Some((_, key)) = known.iter().find(|(pair, _)| *pair == (signature.name.as_str(), signature.id)) else {
                continue;
            };
            let seconds = signature.check(&self.text, key)?;
            if !verified.iter().any(|earlier| earlier.key == *key) {
                verified.push(Verified { key, seconds });
            }
        }
        if verified.is_empty() { Err(LogError::Untrusted) } else { Ok(verified) }
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl Signature {
    pub(super) fn new(key: &VerifierKey, bytes: Vec<u8>) -> Self {
        Self { name: key.name().to_owned(), id: key.id(), bytes }
    }

    /// Reads one signature line, without its line feed; witnesses answer with such lines.
    ///
    /// # Errors
    /// [`LogError::SignatureLine`], [`LogError::KeyName`] or [`LogError::Base64`].
    pub fn parse(line: &str) -> Result<Self, LogError> {
        let (name, encoded) = line.strip_prefix(DASH).and_then(|rest| rest.split_once(' ')).ok_or(LogError::SignatureLine)?;
        key::check_name(name)?;
        let bytes = wire::base64(encoded)?;
        match bytes.split_first_chunk::<4>() {
            Some((id, signature)) if !signature.is_empty() => {
                Ok(Self { name: name.to_owned(), id: *id, bytes: signature.to_vec() })
            }
            _ => Err(LogError::SignatureLine),
        }
    }

    /// The name of the key that it says made it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key that it says made it.
    pub const fn id(&self) -> [u8; 4] {
        self.id
    }

    /// The time of a good cosignature, nothing for another good signature.
    fn check(&self, text: &str, key: &VerifierKey) -> Result<Option<u64>, LogError> {
        let (seconds, signature) = match key.kind() {
            KeyType::Ed25519 => (None, self.bytes.as_slice()),
            KeyType::Cosignature => {
                let (time, signature) = self.bytes.split_first_chunk::<8>().ok_or(LogError::BadSignature)?;
                (Some(u64::from_be_bytes(*time)), signature)
            }
        };
        let signature: &[u8; 64] = signature.try_into().map_err(|_| LogError::BadSignature)?;
        let good = match seconds {
            None => key.fits(text.as_bytes(), signature),
            // The format bounds the time to 63 bits.
            Some(time) => i64::try_from(time).is_ok() && key.fits(signer::cosigned(time, text).as_bytes(), signature),
        };
        if good { Ok(seconds) } else { Err(LogError::BadSignature) }
    }
}

impl std::fmt::Display for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut bytes = self.id.to_vec();
        bytes.extend_from_slice(&self.bytes);
        write!(f, "{DASH}{} {}", self.name, wire::to_base64(&bytes))
    }
}
