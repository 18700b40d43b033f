//! A writer that lets no control character through: a line stays one line, and a terminal obeys nobody's input.

use std::fmt::Write as _;
use std::io::{self, Write};

use tracing_subscriber::fmt::MakeWriter;

/// Writes whole lines to the writer within, control and direction-changing characters as `\u001b`: legal inside a JSON
/// string, readable in a plain line.
#[derive(Debug, Clone)]
pub struct Escaped<W>(W);

impl<W> Escaped<W> {
    /// Wraps a writer, or a maker of writers.
    pub fn new(inner: W) -> Self {
        Self(inner)
    }
}

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Escaped<W> {
    type Writer = Escaped<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Escaped(self.0.make_writer())
    }

    fn make_writer_for(&'a self, meta: &tracing::Metadata<'_>) -> Self::Writer {
        Escaped(self.0.make_writer_for(meta))
    }
}

impl<W: Write> Write for Escaped<W> {
    /// The subscriber hands over one finished line a call; its last line break is the only one that is kept.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let (text, end): (&[u8], &[u8]) = line.strip_suffix(b"\n").map_or((line, b""), |text| (text, b"\n"));
        let mut safe = escape(&String::from_utf8_lossy(text)).into_bytes();
        safe.extend_from_slice(end);
        self.0.write_all(&safe)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            // A String takes every write.
            let _ = write!(safe, "\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Controls, and the invisible characters that break lines or turn the reading direction around.
fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
