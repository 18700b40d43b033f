//! Whoever sits at the terminal: one line of answer at a time.

use std::io::{self, BufRead};

use zeroize::Zeroizing;

use super::{Exit, Failure};

/// Where a command's questions are answered.
pub(super) struct Terminal(Box<dyn BufRead>);

impl Terminal {
    /// Standard input.
    pub(super) fn standard() -> Self {
        Self(Box::new(io::stdin().lock()))
    }

    /// The next line, without white space at its ends; none when the input has ended.
    pub(super) fn line(&mut self) -> Result<Option<Zeroizing<String>>, Failure> {
        let mut line = Zeroizing::new(String::new());
        let read = self.0.read_line(&mut line);
        let unreadable = |error: io::Error| Failure::new(Exit::Failed, format!("the answer cannot be read: {}", error.kind()));
        let ended = read.map_err(unreadable)? == 0;
        Ok((!ended).then(|| Zeroizing::new(line.trim().to_owned())))
    }
}
