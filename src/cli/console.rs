//! The two streams of a command: data for pipes, talk for people.

use std::io::{self, Write};

/// Where a command writes. Tests hand in buffers.
pub struct Console {
    data: Box<dyn Write>,
    talk: Box<dyn Write>,
}

impl Console {
    /// Standard output for data, standard error for talk.
    pub fn standard() -> Self {
        Self::new(io::stdout(), io::stderr())
    }

    /// Any two writers.
    pub fn new(data: impl Write + 'static, talk: impl Write + 'static) -> Self {
        Self { data: Box::new(data), talk: Box::new(talk) }
    }

    /// One line of data.
    ///
    /// # Errors
    /// When the reader has gone; the command then stops.
    pub fn data(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.data, "{line}")?;
        self.data.flush()
    }

    /// Data as it comes, for what is no line.
    ///
    /// # Errors
    /// As [`Console::data`].
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.data.write_all(bytes)?;
        self.data.flush()
    }

    /// One line of talk. Nobody listening is no reason to fail.
    pub fn say(&mut self, line: &str) {
        let _ = writeln!(self.talk, "{line}");
    }
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Console")
    }
}
