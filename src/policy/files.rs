//! The three texts a policy is made of, and the lines read from them.

use sha2::{Digest, Sha256};

use super::question::Question;
use crate::domain::action::Action;

pub(super) const MODEL: &str = "model.conf";
pub(super) const POLICY: &str = "policy.csv";
pub(super) const CASES: &str = "cases.csv";

/// The texts of `model.conf`, `policy.csv` and `cases.csv`; whoever calls has read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// What a line means.
    pub model: String,
    /// Who may do what.
    pub policy: String,
    /// What must come out, whatever the policy says.
    pub cases: String,
}

impl Files {
    /// The files that came with the program.
    pub fn embedded() -> Self {
        Self {
            model: include_str!("../../policies/model.conf").to_owned(),
            policy: include_str!("../../policies/policy.csv").to_owned(),
            cases: include_str!("../../policies/cases.csv").to_owned(),
        }
    }

    /// SHA-256 over `exchange-policy/v1` and the three texts, each preceded by its length as eight big-endian bytes.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in ["exchange-policy/v1", &self.model, &self.policy, &self.cases] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

coded_enum! {
    /// What a matching line does.
    pub enum Effect {
        /// Allows, unless another line denies.
        Allow = "allow",
        /// Denies, whatever else allows.
        Deny = "deny",
    }
}

/// How "every value" is written in a policy cell.
pub(super) const ANY: &str = "any";

/// A line of `policy.csv` that passed the lint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) action: Action,
    /// In the order of [`Question::cells`].
    pub(super) cells: [String; 6],
    pub(super) effect: Effect,
}

impl Line {
    /// The rule of `model.conf` again, for explanations; a test holds the two to the same answers.
    pub(super) fn matches(&self, question: Question) -> bool {
        self.cells.iter().zip(question.cells()).all(|(line, asked)| line == ANY || line == asked)
    }
}

/// A line of `cases.csv` that passed the lint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) number: usize,
    pub(super) question: Question,
    pub(super) verdict: Effect,
    pub(super) why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_tells_the_texts_apart() {
        let files = |model: &str, policy: &str, cases: &str| {
            Files { model: model.into(), policy: policy.into(), cases: cases.into() }.digest()
        };
        let all =
            [files("a", "b", "c"), files("ab", "", "c"), files("", "ab", "c"), files("a", "bc", ""), files("a", "b", "c\n")];
        for (at, one) in all.iter().enumerate() {
            assert!(all.iter().skip(at + 1).all(|other| other != one), "{at}");
        }
    }
}
