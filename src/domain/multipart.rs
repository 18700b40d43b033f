//! `multipart/form-data` (RFC 7578) read as it arrives: bytes in, pieces out, and never more held back than a delimiter.
//! It stands here because both doors take files this way and neither may name the other.

/// Why a form could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the form is not whole multipart/form-data")]
pub struct BadForm;

/// What a form consists of, in the order in which it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A part begins: the field's name, and the file's name where it is a file.
    Part {
        /// The field.
        name: String,
        /// The name the file had where it came from; never trusted.
        file: Option<String>,
    },
    /// Bytes of the part that began last.
    Data(Vec<u8>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Before the first delimiter, or in a part: everything up to the next one.
    Content {
        /// Whether what comes belongs to a part.
        in_part: bool,
    },
    /// Right after a delimiter.
    AfterDelimiter,
    Head,
    Done,
}

/// Longer heads of a part are nobody's browser.
const LONGEST_HEAD: usize = 4096;

/// Reads one form.
pub struct FormReader {
    delimiter: Vec<u8>,
    held: Vec<u8>,
    stage: Stage,
}

impl FormReader {
    /// For a form with this boundary, as [`boundary`] found it.
    pub fn new(boundary: &str) -> Self {
        // The first delimiter has no line end before it; with one put there it is like all others.
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        Self { delimiter, held: b"\r\n".to_vec(), stage: Stage::Content { in_part: false } }
    }

    /// Takes the next bytes, and adds to `out` what they complete.
    ///
    /// # Errors
    /// [`BadForm`] once it cannot be a form any more.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Piece>) -> Result<(), BadForm> {
        if self.stage == Stage::Done {
            return Ok(());
        }
        self.held.extend_from_slice(bytes);
        while self.step(out)? {}
        Ok(())
    }

    /// Whether the form's last delimiter was seen.
    ///
    /// # Errors
    /// [`BadForm`] when it was not: the form was cut short.
    pub fn finish(self) -> Result<(), BadForm> {
        if self.stage == Stage::Done { Ok(()) } else { Err(BadForm) }
    }

    /// One step on; false when more bytes are needed.
    fn step(&mut self, out: &mut Vec<Piece>) -> Result<bool, BadForm> {
        match self.stage {
            Stage::Content { in_part } => Ok(self.content(in_part, out)),
            Stage::AfterDelimiter => self.after_delimiter(),
            Stage::Head => self.head(out),
            Stage::Done => {
                self.held = Vec::new();
                Ok(false)
            }
        }
    }

    fn content(&mut self, in_part: bool, out: &mut Vec<Piece>) -> bool {
        let found = find(&self.held, &self.delimiter);
        // Without a delimiter all goes on but what might be the beginning of one.
        let upto = found.unwrap_or_else(|| (self.held.len() + 1).saturating_sub(self.delimiter.len()));
        if in_part && upto > 0 {
            out.push(Piece::Data(self.held[..upto].to_vec()));
        }
        self.held.drain(..upto + found.map_or(0, |_| self.delimiter.len()));
        if found.is_some() {
            self.stage = Stage::AfterDelimiter;
        }
        found.is_some()
    }

    fn after_delimiter(&mut self) -> Result<bool, BadForm> {
        if self.held.starts_with(b"--") {
            self.stage = Stage::Done;
            return Ok(true);
        }
        let padding = self.held.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        match &self.held[padding..] {
            [b'\r', b'\n', ..] => {
                // The line end stays: an empty head is then found like any other.
                self.held.drain(..padding);
                self.stage = Stage::Head;
                Ok(true)
            }
            [] | [b'\r' | b'-'] if padding < LONGEST_HEAD => Ok(false),
            _ => Err(BadForm),
        }
    }

    fn head(&mut self, out: &mut Vec<Piece>) -> Result<bool, BadForm> {
        let Some(end) = find(&self.held, b"\r\n\r\n") else {
            return if self.held.len() > LONGEST_HEAD { Err(BadForm) } else { Ok(false) };
        };
        let head = String::from_utf8_lossy(&self.held[..end]).into_owned();
        out.push(part(&head).ok_or(BadForm)?);
        self.held.drain(..end + 4);
        self.stage = Stage::Content { in_part: true };
        Ok(true)
    }
}

/// The boundary that a content type names, if it is that of a form.
pub fn boundary(content_type: &str) -> Option<String> {
    let (essence, rest) = content_type.split_once(';')?;
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let found = parameters(rest).into_iter().find(|(name, _)| name == "boundary")?.1;
    let plain = found.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte));
    (plain && (1..=70).contains(&found.len()) && !found.ends_with(' ')).then_some(found)
}

fn part(head: &str) -> Option<Piece> {
    let value = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let (kind, rest) = value.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    let parameters = parameters(rest);
    let find = |wanted: &str| parameters.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let extended = find("filename*").and_then(|text| extended(&text));
    Some(Piece::Part { name: find("name")?, file: extended.or_else(|| find("filename")) })
}

/// `name=value; name="value"`: names in small letters, values without their quotes.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let (value, left) = if let Some(quoted) = after.trim_start().strip_prefix('"') {
            unquoted(quoted)
        } else {
            let (value, left) = after.split_once(';').unwrap_or((after, ""));
            (value.trim().to_owned(), left)
        };
        found.push((name.trim_matches([';', ' ', '\t', '\r', '\n']).to_ascii_lowercase(), value));
        rest = left;
    }
    found
}

/// A quoted text up to its end, and what follows. Browsers write a quote in a name as `%22`, other programs as `\"`.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, &text[at + 1..]),
            '\\' if letters.peek().is_some_and(|(_, next)| matches!(next, '"' | '\\')) => {
                value.extend(letters.next().map(|(_, next)| next));
            }
            other => value.push(other),
        }
    }
    (value, "")
}

/// `UTF-8''n%C3%A4me` (RFC 5987).
fn extended(text: &str) -> Option<String> {
    let (charset, rest) = text.split_once('\'')?;
    let (_, value) = rest.split_once('\'')?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let mut bytes = Vec::new();
    let mut left = value.bytes();
    while let Some(byte) = left.next() {
        if byte == b'%' {
            let mut digit = || char::from(left.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            bytes.push(digit()? << 4 | digit()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(at) = hay.get(from..)?.iter().position(|byte| *byte == first) {
        if hay[from + at..].starts_with(needle) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Parts = Vec<(String, Option<String>, Vec<u8>)>;

    /// The parts of a form, fed in steps of this size.
    fn read(form: &[u8], step: usize) -> Result<Parts, BadForm> {
        let mut reader = FormReader::new("XX");
        let mut pieces = Vec::new();
        for bytes in form.chunks(step) {
            reader.feed(bytes, &mut pieces)?;
        }
        reader.finish()?;
        let mut parts: Parts = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Part { name, file } => parts.push((name, file, Vec::new())),
                Piece::Data(bytes) => parts.last_mut().expect("a part before its data").2.extend(bytes),
            }
        }
        Ok(parts)
    }

    fn form(content: &[u8]) -> Vec<u8> {
        let head = b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: x/y\r\n\r\n";
        let rest = b"\r\n--XX\r\ncontent-disposition: form-data; name=audience\r\n\r\nshared\r\n--XX--\r\n";
        [&head[..], content, rest].concat()
    }

    #[test]
    fn parts_come_out_as_they_went_in_however_the_bytes_are_cut() {
        for content in [&b""[..], b"x", b"\r\n", b"\r\n--X", b"--XX", b"\r\r\n--XY\r\n--", b"\r\n\r\n--\r\n"] {
            for step in [1, 2, 3, 7, 1000] {
                let parts = read(&form(content), step).expect("a form");
                assert_eq!(parts[0], ("file".into(), Some("a.pdf".into()), content.to_vec()), "{step}");
                assert_eq!(parts[1], ("audience".into(), None, b"shared".to_vec()));
                assert_eq!(parts.len(), 2);
            }
        }
    }

    #[test]
    fn a_form_that_is_cut_short_or_no_form_is_refused() {
        let whole = form(b"content");
        for length in 0..whole.len() - 4 {
            assert_eq!(read(&whole[..length], 5), Err(BadForm), "{length}");
        }
        assert_eq!(read(b"--XX\r\nContent-Type: text/plain\r\n\r\nx\r\n--XX--", 9), Err(BadForm), "a part without a name");
        assert_eq!(read(b"--XXfurther\r\n\r\n\r\n--XX--", 9), Err(BadForm));
        let endless = [&b"--XX\r\nX: "[..], &[b'a'; 2 * LONGEST_HEAD]].concat();
        assert_eq!(read(&endless, 64), Err(BadForm), "a head without end");
    }

    #[test]
    fn names_are_read_as_browsers_and_other_programs_write_them() {
        for (written, name) in [
            ("filename=\"a b.pdf\"", "a b.pdf"),
            ("filename=\"say \\\"hi\\\".pdf\"", "say \"hi\".pdf"),
            ("filename=\"C:\\dir\\a.pdf\"", "C:\\dir\\a.pdf"),
            ("filename=\"x; name=y.pdf\"", "x; name=y.pdf"),
            ("filename=\"plain.pdf\"; filename*=UTF-8''n%C3%A4me.pdf", "näme.pdf"),
            ("filename=\"plain.pdf\"; filename*=UTF-8''%FF%zz", "plain.pdf"),
            ("filename=a.pdf", "a.pdf"),
        ] {
            let piece = part(&format!("Content-Disposition: form-data; name=\"file\"; {written}"));
            assert_eq!(piece, Some(Piece::Part { name: "file".into(), file: Some(name.into()) }), "{written}");
        }
    }

    #[test]
    fn only_a_form_has_a_boundary() {
        assert_eq!(boundary("multipart/form-data; boundary=abc").as_deref(), Some("abc"));
        assert_eq!(boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"").as_deref(), Some("a b"));
        for other in ["", "multipart/form-data", "multipart/mixed; boundary=a", "multipart/form-data; boundary=", "text/plain"] {
            assert_eq!(boundary(other), None, "{other}");
        }
        assert_eq!(boundary(&format!("multipart/form-data; boundary={}", "a".repeat(71))), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_it_holds_back_little(bytes in prop::collection::vec(any::<u8>(), 0..600), step in 1_usize..50) {
            let bytes = [b"--XX\r\nContent-Disposition: form-data; name=f\r\n\r\n", &bytes[..]].concat();
            let mut reader = FormReader::new("XX");
            let mut pieces = Vec::new();
            for chunk in bytes.chunks(step) {
                if reader.feed(chunk, &mut pieces).is_err() {
                    break;
                }
                prop_assert!(reader.held.len() <= LONGEST_HEAD + step);
            }
        }

        #[test]
        fn any_content_comes_back(content in prop::collection::vec(prop::sample::select(b"\r\n-Xa".to_vec()), 0..80), step in 1_usize..9) {
            prop_assume!(find(&content, b"\r\n--XX").is_none());
            let parts = read(&form(&content), step).expect("a form");
            prop_assert_eq!(&parts[0].2, &content);
        }
    }
}
