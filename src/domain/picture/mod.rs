//! Pictures without what they tell beside what they show: where, when, by whom and with what they were taken.
//! Bytes in, bytes out, as they stream past; nothing is decoded, so the picture itself stays as it was.
//! Never here: I/O. Called by `app` alone, which keeps the original sealed as well.

mod exif;
mod jpeg;
mod png;

#[cfg(test)]
mod tests;

use jpeg::Jpeg;
use png::Png;

/// Cleans one file: a JPEG or PNG picture loses everything that is not needed to draw it, any other file passes as it is.
///
/// What cannot be read as a picture is not passed on: the clean copy of a damaged picture ends where the damage begins.
pub struct Cleaner {
    kind: Kind,
    changed: bool,
}

enum Kind {
    /// The first bytes, until they tell what it is.
    Unknown(Vec<u8>),
    Other,
    Jpeg(Jpeg),
    Png(Png),
}

/// What a filter did with the bytes it was given.
struct Passed {
    /// Whether anything was left out or replaced.
    changed: bool,
}

impl Default for Cleaner {
    fn default() -> Self {
        Self { kind: Kind::Unknown(Vec::new()), changed: false }
    }
}

impl Cleaner {
    /// Takes the next bytes, and adds to `out` what of them remains.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Kind::Unknown(start) = &mut self.kind else { return self.pass(bytes, out) };
        start.extend_from_slice(bytes);
        if start.len() < png::SIGNATURE.len() {
            return;
        }
        self.begin(out);
    }

    /// The end of the file; true when the clean copy differs from what came in.
    pub fn finish(mut self, out: &mut Vec<u8>) -> bool {
        if let Kind::Unknown(_) = self.kind {
            self.begin(out);
        }
        match &self.kind {
            Kind::Jpeg(jpeg) => self.changed || jpeg.holds_back(),
            Kind::Png(png) => self.changed || png.holds_back(),
            Kind::Other | Kind::Unknown(_) => false,
        }
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        let Kind::Unknown(start) = &mut self.kind else { return };
        let start = std::mem::take(start);
        self.kind = if start.starts_with(&jpeg::SIGNATURE) {
            Kind::Jpeg(Jpeg::default())
        } else if start.starts_with(&png::SIGNATURE) {
            Kind::Png(Png::default())
        } else {
            Kind::Other
        };
        self.pass(&start, out);
    }

    fn pass(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let passed = match &mut self.kind {
            Kind::Jpeg(jpeg) => jpeg.feed(bytes, out),
            Kind::Png(png) => png.feed(bytes, out),
            Kind::Other | Kind::Unknown(_) => {
                out.extend_from_slice(bytes);
                Passed { changed: false }
            }
        };
        self.changed |= passed.changed;
    }
}
