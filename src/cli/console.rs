//! The two streams of a command: data for pipes, talk for people.

use std::io::{self, IsTerminal as _, Write};

/// Where a command writes. Tests hand in buffers.
pub struct Console {
    data: Box<dyn Write>,
    talk: Box<dyn Write>,
    /// Whether the talk goes to a screen.
    is_screen: bool,
}

impl Console {
    /// Standard output for data, standard error for talk.
    pub fn standard() -> Self {
        Self { is_screen: io::stderr().is_terminal(), ..Self::new(io::stdout(), io::stderr()) }
    }

    /// Any two writers.
    pub fn new(data: impl Write + 'static, talk: impl Write + 'static) -> Self {
        Self { data: Box::new(data), talk: Box::new(talk), is_screen: false }
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

    /// Takes away what a screen shows, and what could be scrolled back to; elsewhere nothing.
    pub fn clear(&mut self) {
        if self.is_screen {
            let _ = self.talk.write_all(b"\x1b[2J\x1b[3J\x1b[H");
            let _ = self.talk.flush();
        }
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
