//! Files of the story, made here: small pictures and documents of nothing and nobody.

use super::chance::Chance;
use crate::{
    app::{App, Caller, Chunks, Error, IdempotencyKey, Onto},
    domain::message::Audience,
};

/// Width and height of a picture, in dots.
const SIZE: (u32, u32) = (160, 120);
/// What parts of a form with a file are kept apart with.
const BOUNDARY: &str = "demonstration";

/// A file as somebody would choose it.
pub(super) struct Paper {
    name: &'static str,
    description: &'static str,
    bytes: Vec<u8>,
}

impl Paper {
    /// A plan of some rooms with a way out that is marked, each time another.
    pub(super) fn picture(chance: &mut Chance) -> Self {
        Self { name: "plan.png", description: "A sketch of the rooms, the way out marked", bytes: png(chance) }
    }

    /// A page with some lines.
    pub(super) fn letter() -> Self {
        let lines =
            ["Made up for a demonstration.", "A note of what was seen, with the times beside it.", "Nobody in it exists."];
        Self { name: "note of the visit.pdf", description: "The note written on the day", bytes: pdf(&lines) }
    }

    /// Lines of plain text.
    pub(super) fn list() -> Self {
        let text = "Made up for a demonstration.\n09:10 grey car\n09:40 the same car\n15:20 the same car, two people\n";
        Self { name: "times.txt", description: "Times at which the car was seen", bytes: text.as_bytes().to_vec() }
    }

    /// Adds it to a referral, for everybody who can see that.
    ///
    /// # Errors
    /// [`Error`].
    pub(super) async fn add(self, app: &App, caller: &Caller, key: &IdempotencyKey, reference: &str) -> Result<(), Error> {
        let request = app.request(None);
        let form = (Some(BOUNDARY.to_owned()), Whole(Some(self.form())));
        let arrived = app.receive(&request, caller, Onto::Referral(reference), form).await?;
        app.attach(&request, caller, key, (reference, arrived)).await.map(drop)
    }

    /// As a form brings it.
    fn form(self) -> Vec<u8> {
        let Self { name, description, bytes } = self;
        let mut form = Vec::new();
        for (field, value) in [("audience", Audience::Shared.code()), ("description", description)] {
            form.extend(
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").into_bytes(),
            );
        }
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        form.extend(head.into_bytes());
        form.extend(bytes);
        form.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        form
    }
}

/// All of it at once.
struct Whole(Option<Vec<u8>>);

impl Chunks for Whole {
    type Chunk = Vec<u8>;

    async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.0.take())
    }
}

/// A picture of rooms (PNG, eight bits a colour, not compressed).
fn png(chance: &mut Chance) -> Vec<u8> {
    let (width, height) = SIZE;
    let (wall, door) = (60 + chance.below(40), 20 + chance.below(60));
    let mut rows = Vec::new();
    for y in 0..u64::from(height) {
        // No filter.
        rows.push(0);
        for x in 0..u64::from(width) {
            let is_edge = x < 4 || y < 4 || x >= 156 || y >= 116 || (x.abs_diff(wall) < 2 && y > 30);
            let colour: [u8; 3] = match (is_edge, x < 4 && y.abs_diff(door) < 10) {
                (_, true) => [200, 30, 30],
                (true, _) => [40, 40, 40],
                _ => [240, 238, 230],
            };
            rows.extend(colour);
        }
    }
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, body) in [(b"IHDR", header), (b"IDAT", stored(&rows)), (b"IEND", Vec::new())] {
        picture.extend(u32::try_from(body.len()).unwrap_or_default().to_be_bytes());
        let at = picture.len();
        picture.extend(name);
        picture.extend(body);
        picture.extend(crc(&picture[at..]).to_be_bytes());
    }
    picture
}

/// A zlib stream of blocks that are kept as they are.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or_default();
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65521;
        high = (high + low) % 65521;
    }
    stream.extend(((high << 16) | low).to_be_bytes());
    stream
}

/// The check of a part of a PNG.
fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
    };
    !bytes.iter().fold(u32::MAX, step)
}

/// A page with lines on it (PDF 1.4).
fn pdf(lines: &[&str]) -> Vec<u8> {
    let shown: Vec<String> = lines.iter().map(|line| format!("({line}) Tj T*")).collect();
    let text = format!("BT /F1 12 Tf 16 TL 60 780 Td {} ET", shown.join(" "));
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut parts = vec!["%PDF-1.4\n".to_owned()];
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(format!("{:010} 00000 n \n", parts.iter().map(String::len).sum::<usize>()));
        parts.push(format!("{} 0 obj\n{object}\nendobj\n", at + 1));
    }
    let (table, count) = (parts.iter().map(String::len).sum::<usize>(), objects.len() + 1);
    parts.push(format!("xref\n0 {count}\n0000000000 65535 f \n{}", places.concat()));
    parts.push(format!("trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
    parts.concat().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_whole_png() {
        let picture = png(&mut Chance::from_seed(7));
        // The check of the last part, which is the same in every PNG.
        assert!(picture.ends_with(&[0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82]));
        assert!(picture.len() < 70_000, "{}", picture.len());
        // Adler's sum of a known word.
        assert!(stored(b"Wikipedia").ends_with(&[0x11, 0xe6, 0x03, 0x98]));
    }

    #[test]
    fn a_document_says_where_its_parts_begin() {
        let file = String::from_utf8(pdf(&["one", "two"])).expect("text");
        let table: usize = file.lines().rev().nth(1).and_then(|line| line.parse().ok()).expect("a number");
        assert!(file[table..].starts_with("xref\n"));
        for at in 1..=5 {
            let place: usize = file[table..].lines().nth(2 + at).and_then(|line| line[..10].parse().ok()).expect("a place");
            assert!(file[place..].starts_with(&format!("{at} 0 obj\n")));
        }
    }
}
