//! PNG: a signature, then chunks, each with length, name, content and checksum.

use super::Passed;

/// How every PNG file begins.
pub(super) const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// What drawing needs: the picture, its palette and transparency, colour, size and movement. Text, times, EXIF and whatever
/// programs add for themselves are left out.
const NEEDED: [&[u8; 4]; 18] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"cICP", b"mDCV",
    b"cLLI", b"acTL", b"fcTL", b"fdAT",
];

/// Length and name.
const HEAD: usize = 8;
const CHECKSUM: u64 = 4;

enum Stage {
    Signature(usize),
    Head(Vec<u8>),
    /// So many bytes of content and checksum to go, kept or not; the last chunk ends the file.
    Chunk {
        left: u64,
        kept: bool,
        last: bool,
    },
    Ended,
}

pub(super) struct Png {
    stage: Stage,
}

impl Default for Png {
    fn default() -> Self {
        Self { stage: Stage::Signature(0) }
    }
}

impl Png {
    pub(super) fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Passed {
        let mut passed = Passed { changed: false };
        let mut at = 0;
        while at < bytes.len() {
            at += self.step(&bytes[at..], out, &mut passed);
        }
        passed
    }

    /// Whether bytes were taken that never came out: the file ended inside a chunk's head.
    pub(super) fn holds_back(&self) -> bool {
        matches!(&self.stage, Stage::Head(head) if !head.is_empty())
    }

    /// Takes at least one byte, and says how many.
    fn step(&mut self, bytes: &[u8], out: &mut Vec<u8>, passed: &mut Passed) -> usize {
        match &mut self.stage {
            Stage::Signature(seen) => {
                let taken = bytes.len().min(SIGNATURE.len() - *seen);
                out.extend_from_slice(&bytes[..taken]);
                *seen += taken;
                if *seen == SIGNATURE.len() {
                    self.stage = Stage::Head(Vec::new());
                }
                taken
            }
            Stage::Head(head) => {
                let taken = bytes.len().min(HEAD - head.len());
                head.extend_from_slice(&bytes[..taken]);
                if let [a, b, c, d, name @ ..] = &head[..]
                    && name.len() == 4
                {
                    let length = u32::from_be_bytes([*a, *b, *c, *d]);
                    let kept = NEEDED.iter().any(|needed| *needed == name);
                    let sound = name.iter().all(u8::is_ascii_alphabetic) && length <= i32::MAX.unsigned_abs();
                    if kept && sound {
                        out.extend_from_slice(head);
                    } else {
                        passed.changed = true;
                    }
                    let last = name == b"IEND";
                    self.stage =
                        if sound { Stage::Chunk { left: u64::from(length) + CHECKSUM, kept, last } } else { Stage::Ended };
                }
                taken
            }
            Stage::Chunk { left, kept, last } => {
                let taken = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                if *kept {
                    out.extend_from_slice(&bytes[..taken]);
                }
                *left -= taken as u64;
                if *left == 0 {
                    self.stage = if *last { Stage::Ended } else { Stage::Head(Vec::new()) };
                }
                taken
            }
            Stage::Ended => {
                passed.changed = true;
                bytes.len()
            }
        }
    }
}
