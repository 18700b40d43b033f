//! Files on a referral: which kinds are taken, how large, and what they are called.

/// The largest file, in bytes: 25 MB.
pub const LARGEST: u64 = 25 * 1024 * 1024;

/// The most files on one referral.
pub const MOST: i64 = 100;

/// The most files of a draft: sending seals each of them anew, and must not take long.
pub const MOST_IN_DRAFT: i64 = 10;

/// The longest description, in characters.
pub const LONGEST_DESCRIPTION: usize = 300;

/// The longest name, in characters.
const LONGEST_NAME: usize = 120;

coded_enum! {
    /// A kind of file that is taken, by its media type. What a file is, its content says (`domain::sniff`), never its name.
    pub enum FileType {
        /// PDF.
        Pdf = "application/pdf",
        /// Word 97 to 2003.
        Doc = "application/msword",
        /// Word since 2007.
        Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        /// OpenDocument text.
        Odt = "application/vnd.oasis.opendocument.text",
        /// A JPEG picture.
        Jpeg = "image/jpeg",
        /// A PNG picture.
        Png = "image/png",
        /// Plain text in UTF-8.
        Text = "text/plain",
    }
}

impl FileType {
    /// The endings its names may have; the first is put on where none of them stands.
    const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Doc => &["doc"],
            Self::Docx => &["docx"],
            Self::Odt => &["odt"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Png => &["png"],
            Self::Text => &["txt"],
        }
    }

    /// As a download says it.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; charset=utf-8",
            other => other.code(),
        }
    }

    /// In words, for pages.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Doc | Self::Docx => "Word document",
            Self::Odt => "OpenDocument text",
            Self::Jpeg => "JPEG picture",
            Self::Png => "PNG picture",
            Self::Text => "Plain text",
        }
    }
}

coded_enum! {
    /// What a scanner made of a file when it came in.
    pub enum ScanState {
        /// No scanner looked at it.
        NotScanned = "not-scanned",
        /// A scanner found nothing.
        Clean = "clean",
    }
}

coded_enum! {
    /// Which form of a file a sealed blob is.
    pub enum FileForm {
        /// What readers get: pictures without where and by whom they were taken.
        File = "file",
        /// The picture as it came, where that differs.
        Original = "original",
    }
}

/// A file's name, fit to be given to any computer: no path, no control or direction characters, an ending that fits.
#[derive(Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// Makes a fit name of what was sent.
    pub fn of(sent: &str, kind: FileType) -> Self {
        let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
        let plain = |letter: &char| !letter.is_control() && !is_direction(*letter) && !"\"*:<>?|".contains(*letter);
        let cleaned: String = last.chars().filter(plain).collect();
        let words = cleaned.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = words.trim_matches(['.', ' ', '_']);
        let ending = kind.endings()[0];
        let (stem, fits) = match name.rsplit_once('.') {
            Some((stem, end)) => (stem, kind.endings().iter().any(|known| known.eq_ignore_ascii_case(end))),
            None => (name, false),
        };
        let stem = if fits { stem } else { name };
        let short: String = stem.chars().take(LONGEST_NAME).collect();
        let short = short.trim_end_matches(['.', ' ']);
        Self(format!("{}.{ending}", if short.is_empty() { "file" } else { short }))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How a download is told apart from a page, with its name (RFC 6266): an ASCII form for old programs and the true one.
    pub fn disposition(&self) -> String {
        let plain = |letter: char| if letter.is_ascii_alphanumeric() || " ._-()".contains(letter) { letter } else { '_' };
        let ascii: String = self.0.chars().map(plain).collect();
        let mut extended = String::new();
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
                extended.push(char::from(byte));
            } else {
                extended.push('%');
                extended.push_str(&hex::encode_upper([byte]));
            }
        }
        format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{extended}")
    }
}

impl std::fmt::Debug for FileName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileName(…)")
    }
}

/// Characters that turn the direction of writing, or take no room: `gpj.exe` must not read as `exe.jpg`.
const fn is_direction(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_fit_for_any_computer_and_ends_as_its_content_says() {
        for (sent, kind, name) in [
            ("photo.JPG", FileType::Jpeg, "photo.jpg"),
            ("photo.jpeg", FileType::Jpeg, "photo.jpg"),
            ("report.exe", FileType::Pdf, "report.exe.pdf"),
            ("../../etc/passwd", FileType::Text, "passwd.txt"),
            ("C:\\Users\\a\\notes.txt", FileType::Text, "notes.txt"),
            ("", FileType::Png, "file.png"),
            (".pdf", FileType::Pdf, "pdf.pdf"),
            ("  two   words . pdf", FileType::Pdf, "two words . pdf.pdf"),
            ("a\r\nb\"c.pdf", FileType::Pdf, "abc.pdf"),
            ("annexe\u{202e}fdp.exe", FileType::Doc, "annexefdp.exe.doc"),
        ] {
            assert_eq!(FileName::of(sent, kind).as_str(), name, "{sent:?}");
        }
        assert_eq!(FileName::of(&"é".repeat(500), FileType::Pdf).as_str().chars().count(), LONGEST_NAME + 4);
        assert_eq!(format!("{:?}", FileName::of("canary", FileType::Pdf)), "FileName(…)");
    }

    #[test]
    fn a_download_is_never_shown_as_a_page() {
        let name = FileName::of("Zoë's plan (2).pdf", FileType::Pdf);
        assert_eq!(
            name.disposition(),
            "attachment; filename=\"Zo__s plan (2).pdf\"; filename*=UTF-8''Zo%C3%AB%27s%20plan%20%282%29.pdf"
        );
        let quote = FileName::of("a\"; filename=\"evil.html", FileType::Pdf).disposition();
        assert_eq!(quote.matches('"').count(), 2, "{quote}");
    }
}
