//! A policy in force: one snapshot that answers questions and turns acts into permits or denials.

use std::{
    collections::HashMap,
    fmt,
    sync::{PoisonError, RwLock},
};

use super::{
    error::{Fault, PolicyError},
    files::{CASES, Case, Effect, Files, Line},
    lint,
    permit::{Act, Denial, DenialReason, Permit},
    question::Question,
};

/// What came of one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Yes,
    No,
    NotEvaluated,
}

/// One loaded policy; immutable. A change of policy is a new value, with a memo of its own.
pub struct Policy {
    files: Files,
    digest: [u8; 32],
    lines: Vec<Line>,
    rules: super::casbin::Rules,
    // Keyed by the whole question, so no two questions can share an answer; bounded by the size of the grid.
    memo: RwLock<HashMap<Question, Verdict>>,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Policy({} lines)", self.lines.len())
    }
}

impl Policy {
    /// Checks the texts, builds the engine and runs every must-allow and must-deny case; only then is there a policy.
    ///
    /// # Errors
    /// [`PolicyError`] with every fault found in the texts, or every case that comes out wrong.
    pub async fn load(files: Files) -> Result<Self, PolicyError> {
        let checked = lint::check(&files).map_err(PolicyError::Faults)?;
        let rules = super::casbin::Rules::build(&files.model, &checked.lines).await?;
        let digest = files.digest();
        let policy = Self { files, digest, lines: checked.lines, rules, memo: RwLock::default() };
        let broken: Vec<Fault> = checked.cases.iter().filter_map(|case| policy.broken(case)).collect();
        if broken.is_empty() { Ok(policy) } else { Err(PolicyError::Cases(broken)) }
    }

    /// SHA-256 of the three texts, see [`Files::digest`]; permits, denials and events name the policy by it.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The texts it was made from, to be stored by their digest.
    pub const fn files(&self) -> &Files {
        &self.files
    }

    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Whether the policy allows what is asked. No, too, when the question does not fit its action or cannot be evaluated.
    pub fn allows(&self, question: &Question) -> bool {
        self.verdict(*question) == Verdict::Yes
    }

    /// Decides an act: every one of its questions must be allowed.
    ///
    /// # Errors
    /// The [`Denial`], to be recorded: [`DenialReason::Evaluation`] when a question could not be evaluated, else
    /// [`DenialReason::Policy`].
    pub fn decide(&self, act: Act) -> Result<Permit, Denial> {
        let questions = act.questions();
        let mut refused = questions.is_empty().then_some(DenialReason::Evaluation);
        for question in questions {
            match self.verdict(question) {
                Verdict::Yes => {}
                Verdict::No => refused = refused.or(Some(DenialReason::Policy)),
                Verdict::NotEvaluated => refused = Some(DenialReason::Evaluation),
            }
        }
        match refused {
            None => Ok(Permit::new(act, self.digest)),
            Some(reason) => Err(Denial::new(act, self.digest, reason)),
        }
    }

    /// The denial of an act that was refused before the policy was asked: unseen, not signed in, wrong credentials,
    /// throttled or sent from another site.
    pub fn refuse(&self, act: Act, reason: DenialReason) -> Denial {
        Denial::new(act, self.digest, reason)
    }

    fn verdict(&self, question: Question) -> Verdict {
        if !question.fits() {
            return Verdict::NotEvaluated;
        }
        if let Some(known) = self.memo.read().unwrap_or_else(PoisonError::into_inner).get(&question) {
            return *known;
        }
        let verdict = match self.rules.allow(question) {
            Ok(true) => Verdict::Yes,
            Ok(false) => Verdict::No,
            Err(super::casbin::NotEvaluated) => Verdict::NotEvaluated,
        };
        self.memo.write().unwrap_or_else(PoisonError::into_inner).insert(question, verdict);
        verdict
    }

    fn broken(&self, case: &Case) -> Option<Fault> {
        let mend = match (self.verdict(case.question), case.verdict) {
            (Verdict::Yes, Effect::Allow) | (Verdict::No, Effect::Deny) => return None,
            (Verdict::Yes, Effect::Deny) => format!("policy.csv allows this; it must be denied: {}", case.why),
            (Verdict::No, Effect::Allow) => format!("policy.csv denies this; it must be allowed: {}", case.why),
            (Verdict::NotEvaluated, _) => "the engine could not evaluate this; mend model.conf".to_owned(),
        };
        Some(Fault { file: CASES, line: case.number, mend })
    }
}
