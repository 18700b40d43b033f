//! JPEG: a row of segments, then coded picture data, then the end.

use super::{Passed, exif};

/// How every JPEG file begins.
pub(super) const SIGNATURE: [u8; 3] = [0xff, 0xd8, 0xff];

#[derive(Default)]
enum Stage {
    /// Before the two bytes of the file's own marker.
    #[default]
    Start,
    /// A marker is due.
    Marker,
    /// A marker's first byte was seen; fill bytes may follow.
    Code,
    /// The segment's length is due.
    Length(u8, Vec<u8>),
    /// In a segment that may have to go: kept until whole, 64 KiB at most.
    Weighed(u8, Vec<u8>, usize),
    /// In a segment that stays: so many bytes to go; then coded data if it began a scan.
    Kept(usize, bool),
    /// In coded data.
    Scan,
    /// In coded data, after 0xFF.
    ScanCode,
    /// After the end, or where it stopped being a JPEG file. What follows may be another picture, with all it tells.
    Ended,
}

#[derive(Default)]
pub(super) struct Jpeg {
    stage: Stage,
}

impl Jpeg {
    pub(super) fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Passed {
        let mut passed = Passed { changed: false };
        let mut at = 0;
        while at < bytes.len() {
            at += self.step(&bytes[at..], out, &mut passed);
        }
        passed
    }

    /// Whether bytes were taken that never came out: the file ended inside something.
    pub(super) const fn holds_back(&self) -> bool {
        matches!(self.stage, Stage::Code | Stage::Length(..) | Stage::Weighed(..) | Stage::ScanCode)
    }

    /// Takes at least one byte, and says how many.
    fn step(&mut self, bytes: &[u8], out: &mut Vec<u8>, passed: &mut Passed) -> usize {
        let first = bytes[0];
        match &mut self.stage {
            Stage::Start => {
                out.push(first);
                if first == 0xd8 {
                    self.stage = Stage::Marker;
                }
                1
            }
            Stage::Marker => {
                self.stage = if first == 0xff { Stage::Code } else { ended(passed) };
                1
            }
            Stage::Code => {
                // Fill bytes are not written again.
                passed.changed |= first == 0xff;
                self.stage = code(first, out, passed);
                1
            }
            Stage::Length(code, length) => {
                length.push(first);
                if let [high, low] = length[..] {
                    self.stage = segment(*code, u16::from_be_bytes([high, low]), out, passed);
                }
                1
            }
            Stage::Weighed(code, content, left) => {
                let taken = bytes.len().min(*left);
                content.extend_from_slice(&bytes[..taken]);
                *left -= taken;
                if *left == 0 {
                    weigh(*code, content, out, passed);
                    self.stage = Stage::Marker;
                }
                taken
            }
            Stage::Kept(left, is_scan) => {
                let taken = bytes.len().min(*left);
                out.extend_from_slice(&bytes[..taken]);
                *left -= taken;
                if *left == 0 {
                    self.stage = if *is_scan { Stage::Scan } else { Stage::Marker };
                }
                taken
            }
            Stage::Scan => {
                let upto = bytes.iter().position(|byte| *byte == 0xff);
                let taken = upto.unwrap_or(bytes.len());
                out.extend_from_slice(&bytes[..taken]);
                if upto.is_some() {
                    self.stage = Stage::ScanCode;
                }
                taken + usize::from(upto.is_some())
            }
            Stage::ScanCode => {
                match first {
                    // A stuffed byte or a restart: still the same data.
                    0 | 0xd0..=0xd7 => {
                        out.extend_from_slice(&[0xff, first]);
                        self.stage = Stage::Scan;
                    }
                    0xff => passed.changed = true,
                    other => self.stage = code(other, out, passed),
                }
                1
            }
            Stage::Ended => {
                passed.changed = true;
                bytes.len()
            }
        }
    }
}

fn ended(passed: &mut Passed) -> Stage {
    passed.changed = true;
    Stage::Ended
}

/// What a marker leads to.
fn code(code: u8, out: &mut Vec<u8>, passed: &mut Passed) -> Stage {
    match code {
        0xff => Stage::Code,
        0xd9 => {
            out.extend_from_slice(&[0xff, code]);
            Stage::Ended
        }
        // Stands alone, without a length.
        0x01 | 0xd0..=0xd7 => {
            out.extend_from_slice(&[0xff, code]);
            Stage::Marker
        }
        0 | 0xd8 => ended(passed),
        _ => Stage::Length(code, Vec::new()),
    }
}

/// What a segment's length leads to.
fn segment(code: u8, length: u16, out: &mut Vec<u8>, passed: &mut Passed) -> Stage {
    let Some(left) = usize::from(length).checked_sub(2) else { return ended(passed) };
    // Tables, frames, scans stay. Application segments and comments are looked at; reserved ones are nobody's need.
    if matches!(code, 0xc0..=0xcf | 0xda..=0xdf) {
        out.extend_from_slice(&[0xff, code]);
        out.extend_from_slice(&length.to_be_bytes());
        return match (left, code == 0xda) {
            (0, true) => Stage::Scan,
            (0, false) => Stage::Marker,
            (left, is_scan) => Stage::Kept(left, is_scan),
        };
    }
    if left == 0 {
        passed.changed = true;
        return Stage::Marker;
    }
    Stage::Weighed(code, Vec::new(), left)
}

/// Lets through what drawing needs: the JFIF head without its thumbnail, colour profiles, Adobe's colour transform, and which
/// way is up.
fn weigh(code: u8, content: &[u8], out: &mut Vec<u8>, passed: &mut Passed) {
    let is_needed = match code {
        0xe0 => content.starts_with(b"JFIF\0") && content.len() == 14,
        0xe2 => content.starts_with(b"ICC_PROFILE\0"),
        0xee => content.starts_with(b"Adobe"),
        _ => false,
    };
    let mut whole = vec![0xff, code];
    whole.extend_from_slice(&u16::try_from(content.len() + 2).unwrap_or(u16::MAX).to_be_bytes());
    whole.extend_from_slice(content);
    if is_needed {
        out.extend_from_slice(&whole);
        return;
    }
    let kept = match code {
        0xe0 if content.starts_with(b"JFIF\0") && content.len() > 14 => {
            let head = [&[0xff, 0xe0, 0, 16], &content[..12], &[0, 0]].concat();
            Some(head)
        }
        0xe1 => exif::orientation(content).map(exif::segment),
        _ => None,
    };
    passed.changed |= kept.as_deref() != Some(&whole[..]);
    out.extend(kept.unwrap_or_default());
}
