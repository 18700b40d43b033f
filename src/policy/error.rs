//! What is wrong with policy files: where, and what to mend.

use std::fmt;

/// One fault of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `model.conf`, `policy.csv` or `cases.csv`.
    pub file: &'static str,
    /// Counted from 1; the line after the last where something is missing at the end.
    pub line: usize,
    /// What is wrong and what to do about it.
    pub mend: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}: {}", self.file, self.line, self.mend)
    }
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}

/// Why a policy does not come into force. The policy that was in force before stays.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The texts break a rule; every fault found is listed.
    #[error("the policy files have faults; nothing came into force\n{}", lines(.0))]
    Faults(Vec<Fault>),
    /// The texts are well formed, but a must-allow or must-deny case comes out the other way.
    #[error("the policy breaks cases it must keep; nothing came into force\n{}", lines(.0))]
    Cases(Vec<Fault>),
    /// The engine refused the model.
    #[error("the policy engine refused the model; nothing came into force: {0}")]
    Engine(String),
}
