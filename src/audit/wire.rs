//! The two spellings that every text format of the log shares. Each value has exactly one, so nothing signed can be respelt.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::LogError;

/// Reads padded standard base64, refusing unused bits and missing padding.
pub(super) fn base64(text: &str) -> Result<Vec<u8>, LogError> {
    STANDARD.decode(text).map_err(|_| LogError::Base64)
}

/// Writes padded standard base64.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads a decimal number: digits only, no leading zero unless it is `0`.
pub(super) fn decimal(text: &str) -> Result<u64, LogError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || (text.len() > 1 && text.starts_with('0')) {
        return Err(LogError::Number);
    }
    text.parse().map_err(|_| LogError::Number)
}

/// Whether a text may stand in a note: only line feeds of the control characters, and no byte-order mark.
pub(super) fn printable(text: &str) -> bool {
    !text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!(decimal("0"), Ok(0));
        assert_eq!(decimal("18446744073709551615"), Ok(u64::MAX));
        for bad in ["", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "0x1", "1e3", "٣", "18446744073709551616"] {
            assert_eq!(decimal(bad), Err(LogError::Number), "{bad:?}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(base64("AQ=="), Ok(vec![1]));
        // Unused bits set, padding missing or excessive, the URL alphabet, white space.
        for bad in ["AR==", "AQ", "AQ=", "AQ===", "-_8=", "AQ==\n", " AQ==", "A Q=", "AQ==AQ=="] {
            assert_eq!(base64(bad), Err(LogError::Base64), "{bad:?}");
        }
    }
}
