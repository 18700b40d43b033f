//! What a file is, by its content: signatures that cannot be mistaken, looked for while the file streams past.

use super::file::FileType;

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// There is nothing in it.
    Empty,
    /// It is none of the kinds that are taken.
    Kind,
    /// A picture as most phones make them: nothing here can clear it of where and when it was taken.
    Heic,
    /// A document that carries a program.
    Program,
}

/// Looks at a file as it passes; holds a few dozen bytes of it.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing seen or not seen, in any combination")]
pub struct Sniffer {
    /// The beginning.
    head: Vec<u8>,
    /// The last bytes seen, so that nothing hides where two chunks meet.
    tail: Vec<u8>,
    length: u64,
    text: Utf8,
    has_word_part: bool,
    has_types_part: bool,
    has_word_stream: bool,
    has_program: bool,
}

const HEAD: usize = 96;
const TAIL: usize = 160;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
const ZIP: &[u8] = b"PK\x03\x04";
/// A ZIP archive's local header up to the name.
const ZIP_HEADER: usize = 30;
/// So much of a member's name is looked at: as much as is kept across chunks.
const ZIP_NAME: usize = TAIL - ZIP_HEADER - 1;
/// What Word calls the part with a program, in lower case; wherever it lies, and with its relations.
const VBA: &[u8] = b"vbaproject";
/// What the storages and streams of a program are called in an OLE document.
const OLE_PROGRAM: [&str; 4] = ["macros", "vba", "_vba_project", "_vba_project_cur"];
/// An OpenDocument file begins so, by its standard: the first member is called `mimetype` and not compressed.
const ODT: &[u8] = b"mimetypeapplication/vnd.oasis.opendocument.text";
/// Entries of an OLE directory lie at multiples of this.
const OLE_ENTRY: u64 = 128;

impl Sniffer {
    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        let room = HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.text.feed(bytes);
        // The first bytes are kept in any case: what they begin is not known before there are some.
        if self.head.len() < HEAD || self.head.starts_with(ZIP) || self.head.starts_with(OLE) {
            // What was kept from before stands in front, so that what lies across is found too.
            let from = self.length - self.tail.len() as u64;
            let mut seen = std::mem::take(&mut self.tail);
            seen.extend_from_slice(bytes);
            if self.head.starts_with(ZIP) {
                self.zip(&seen);
            } else if self.head.starts_with(OLE) {
                self.ole(&seen, from);
            }
            let kept = seen.len().saturating_sub(TAIL);
            self.tail = seen.split_off(kept);
        }
        self.length += bytes.len() as u64;
    }

    /// Members' names, wherever a local header stands; capitals make no difference to the programs that open it. Nothing is
    /// unpacked.
    fn zip(&mut self, seen: &[u8]) {
        let mut from = 0;
        while let Some(at) = seen[from..].iter().position(|byte| *byte == ZIP[0]) {
            let header = &seen[from + at..];
            from += at + 1;
            if header.starts_with(ZIP) && header.len() > ZIP_HEADER {
                let name = &header[ZIP_HEADER..];
                self.has_types_part |= name.starts_with(b"[Content_Types].xml");
                self.has_word_part |= name.starts_with(b"word/document.xml");
                let name = name[..name.len().min(ZIP_NAME)].to_ascii_lowercase();
                let folder = [&b"basic/"[..], b"scripts/"].iter().any(|folder| name.starts_with(folder));
                self.has_program |= folder || name.windows(VBA.len()).any(|part| part == VBA);
            }
        }
    }

    /// Names of streams and storages, in UTF-16, at the places where directory entries stand.
    fn ole(&mut self, seen: &[u8], from: u64) {
        let first = usize::try_from((OLE_ENTRY - from % OLE_ENTRY) % OLE_ENTRY).unwrap_or(0);
        let mut at = first;
        while let Some(entry) = seen.get(at..at + 64) {
            self.has_word_stream |= is_named(entry, "worddocument");
            self.has_program |= OLE_PROGRAM.iter().any(|name| is_named(entry, name));
            at += 128;
        }
    }

    /// What it is, now that all has passed.
    ///
    /// # Errors
    /// [`NotTaken`] says why it is not taken.
    pub fn finish(&self) -> Result<FileType, NotTaken> {
        let head = &self.head;
        if self.length == 0 {
            return Err(NotTaken::Empty);
        }
        if self.has_program {
            return Err(NotTaken::Program);
        }
        let is_word = self.has_word_part && self.has_types_part;
        let is_odt = head
            .get(ZIP_HEADER..)
            .is_some_and(|name| name.starts_with(ODT) && !name.starts_with(b"mimetypeapplication/vnd.oasis.opendocument.text-"));
        match head.as_slice() {
            [0xff, 0xd8, 0xff, ..] => Ok(FileType::Jpeg),
            head if head.starts_with(PNG) => Ok(FileType::Png),
            head if head.starts_with(b"%PDF-") => Ok(FileType::Pdf),
            head if head.starts_with(OLE) && self.has_word_stream => Ok(FileType::Doc),
            head if head.starts_with(ZIP) && is_odt => Ok(FileType::Odt),
            head if head.starts_with(ZIP) && is_word => Ok(FileType::Docx),
            head if is_heic(head) => Err(NotTaken::Heic),
            head if self.text.is_text() && !is_code(head) => Ok(FileType::Text),
            _ => Err(NotTaken::Kind),
        }
    }
}

/// Whether it is a picture as most phones make them: an ISO media file of one of these brands.
fn is_heic(head: &[u8]) -> bool {
    let brand = head.get(4..12).and_then(|name| name.strip_prefix(b"ftyp"));
    brand.is_some_and(|brand| {
        [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"].iter().any(|known| brand == *known)
    })
}

/// Whether an entry has this name, given in lower case; readers take capitals for the same.
fn is_named(entry: &[u8], name: &str) -> bool {
    let wide = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes);
    wide.zip(entry).all(|(wanted, byte)| wanted == byte.to_ascii_lowercase())
}

/// Pages, drawings and scripts are text too, and not what is meant by it.
fn is_code(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    head.is_empty() || head.starts_with(b"<") || head.starts_with(b"#!")
}

/// Whether bytes are UTF-8 without control characters, piece by piece.
#[derive(Default)]
struct Utf8 {
    broken: bool,
    /// The beginning of a character whose end is still to come.
    open: Vec<u8>,
}

impl Utf8 {
    fn feed(&mut self, bytes: &[u8]) {
        if self.broken {
            return;
        }
        let mut joined = Vec::new();
        let bytes = if self.open.is_empty() {
            bytes
        } else {
            joined.append(&mut self.open);
            joined.extend_from_slice(bytes);
            &joined
        };
        let (whole, rest) = match str::from_utf8(bytes) {
            Ok(text) => (text, &[][..]),
            Err(error) if error.error_len().is_none() => {
                let (whole, rest) = bytes.split_at(error.valid_up_to());
                (str::from_utf8(whole).unwrap_or_default(), rest)
            }
            Err(_) => {
                self.broken = true;
                return;
            }
        };
        self.broken = whole.bytes().any(|byte| byte == 0x7f || byte < b' ' && !b"\t\n\r\x0c".contains(&byte));
        self.open = rest.to_vec();
    }

    const fn is_text(&self) -> bool {
        !self.broken && self.open.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kind(bytes: &[u8], step: usize) -> Result<FileType, NotTaken> {
        let mut sniffer = Sniffer::default();
        bytes.chunks(step).for_each(|chunk| sniffer.feed(chunk));
        sniffer.finish()
    }

    fn member(name: &str, content: &str) -> Vec<u8> {
        let mut header = [ZIP, &[0; 26]].concat();
        header[26] = u8::try_from(name.len()).expect("short");
        [&header, name.as_bytes(), content.as_bytes()].concat()
    }

    fn ole(names: &[&str]) -> Vec<u8> {
        let mut file = [OLE, &[7; 1024 - 8]].concat();
        for name in names {
            let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            entry.resize(128, 0);
            file.extend(entry);
        }
        file
    }

    #[test]
    fn each_kind_is_known_by_its_content_however_it_is_cut() {
        let docx = [member("[Content_Types].xml", "<x/>"), vec![1; 300], member("word/document.xml", "")].concat();
        let odt = member("mimetype", "application/vnd.oasis.opendocument.textPK");
        let cases: [(&[u8], FileType); 8] = [
            (b"%PDF-1.7\nx", FileType::Pdf),
            (&ole(&["Root Entry", "1Table", "WordDocument"]), FileType::Doc),
            (&docx, FileType::Docx),
            (&odt, FileType::Odt),
            (b"\xff\xd8\xff\xe0rest", FileType::Jpeg),
            (b"\x89PNG\r\n\x1a\nrest", FileType::Png),
            ("Möwe\nand more\t.".as_bytes(), FileType::Text),
            ("\u{feff}Notes".as_bytes(), FileType::Text),
        ];
        for (bytes, wanted) in cases {
            for step in [1, 3, 64, 4096] {
                assert_eq!(kind(bytes, step), Ok(wanted), "{step}");
            }
        }
    }

    #[test]
    fn what_is_none_of_them_is_not_taken() {
        let cases: [(&[u8], NotTaken); 14] = [
            (b"", NotTaken::Empty),
            (b"MZ\x90\0", NotTaken::Kind),
            (b"\x7fELF", NotTaken::Kind),
            (b"  <!doctype html><script>", NotTaken::Kind),
            (b"<svg onload=alert(1)>", NotTaken::Kind),
            (b"#!/bin/sh\nrm", NotTaken::Kind),
            (b"GIF89a\x01\0", NotTaken::Kind),
            (b"\0\0\0\x18ftypheic", NotTaken::Heic),
            (b"caf\xe9", NotTaken::Kind),
            (b"cut \xc3", NotTaken::Kind),
            (b" %PDF-\x00", NotTaken::Kind),
            (&member("[Content_Types].xml", "xl/workbook.xml"), NotTaken::Kind),
            (&ole(&["Workbook"]), NotTaken::Kind),
            (&member("mimetype", "application/vnd.oasis.opendocument.text-template"), NotTaken::Kind),
        ];
        for (bytes, why) in cases {
            assert_eq!(kind(bytes, 5), Err(why), "{bytes:?}");
        }
    }

    #[test]
    fn documents_that_carry_programs_are_not_taken() {
        let docm =
            [member("[Content_Types].xml", ""), member("word/document.xml", ""), member("word/vbaProject.bin", "")].concat();
        assert_eq!(kind(&docm, 11), Err(NotTaken::Program));
        assert_eq!(kind(&ole(&["WordDocument", "Macros"]), 100), Err(NotTaken::Program));
        for name in ["MACROS", "vba", "_VBA_PROJECT"] {
            assert_eq!(kind(&ole(&["WordDocument", name]), 100), Err(NotTaken::Program), "{name}");
        }
        for part in ["word/VBAProject.bin", "custom/MyVbaProject.bin", "word/_rels/vbaProject.bin.rels"] {
            let docm = [member("[Content_Types].xml", ""), member("word/document.xml", ""), member(part, "")].concat();
            assert_eq!(kind(&docm, 11), Err(NotTaken::Program), "{part}");
        }
        for part in ["Basic/script-lc.xml", "Scripts/python/run.py", "scripts/beanshell/a.bsh"] {
            let odt = [member("mimetype", "application/vnd.oasis.opendocument.text"), member(part, "")].concat();
            assert_eq!(kind(&odt, 13), Err(NotTaken::Program), "{part}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_cuts_change_nothing(
            start in prop::sample::select(vec![&b""[..], ZIP, OLE, b"%PDF-", b"\xff\xd8\xff"]),
            bytes in prop::collection::vec(any::<u8>(), 0..700),
            step in 1_usize..200,
        ) {
            let bytes = [start, &bytes[..]].concat();
            prop_assert_eq!(kind(&bytes, step), kind(&bytes, 10_000));
        }
    }
}
