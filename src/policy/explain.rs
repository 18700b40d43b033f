//! Why the policy answers as it does, in words, for `policy explain WHO ACTION WHAT`.

use std::fmt;

use super::{
    decide::Policy,
    files::Effect,
    lint::{misfit, state_coded},
    question::{Question, State},
};
use crate::domain::{action::Action, compartment::CompartmentKind, relation::Relation, role::Subject, sensitivity::Sensitivity};

/// A line of `policy.csv` that speaks about the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// Its number in the file.
    pub line: usize,
    /// What it does.
    pub effect: Effect,
    /// Its six cells.
    pub cells: [String; 6],
}

/// The answer to a question and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What was asked.
    pub question: Question,
    /// Whether the policy allows it.
    pub allowed: bool,
    /// Every line that speaks about it, in the order of the file.
    pub matched: Vec<Matched>,
}

impl Policy {
    /// Answers the question and names the lines that decided it.
    pub fn explain(&self, question: &Question) -> Explanation {
        let speaking = self.lines().iter().filter(|line| question.fits() && line.matches(*question));
        let matched = speaking.map(|line| Matched { line: line.number, effect: line.effect, cells: line.cells.clone() });
        Explanation { question: *question, allowed: self.allows(question), matched: matched.collect() }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", if self.allowed { "allowed" } else { "refused" }, self.question.cells().join(", "))?;
        if !self.question.fits() {
            return writeln!(f, "  the question is incomplete: {}", misfit(self.question.action));
        }
        for Matched { line, effect, cells } in &self.matched {
            let does = if *effect == Effect::Allow { "allows" } else { "denies" };
            writeln!(f, "  policy.csv line {line} {does} it: {}", cells.join(", "))?;
        }
        let denied = self.matched.iter().any(|matched| matched.effect == Effect::Deny);
        match (self.matched.is_empty(), self.allowed, denied) {
            (true, false, _) => writeln!(f, "  no line speaks about it, and what no line allows is refused"),
            (false, false, true) => writeln!(f, "  a line that denies outweighs every line that allows"),
            (_, true, false) => Ok(()),
            // The lines and the engine disagree: never by the rule, so say that the engine's no stands.
            _ => writeln!(f, "  the engine did not answer as these lines read; report this"),
        }
    }
}

/// The words of a question could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadQuestion {
    /// No such subject.
    #[error("unknown subject; write one of: {}", words(Subject::ALL.iter().map(|one| one.code())))]
    Subject,
    /// No such action.
    #[error("unknown action; write one of: {}", words(Action::ALL.iter().map(|one| one.code())))]
    Action,
    /// A word that is no relation, sensitivity, compartment or state; counted from 1.
    #[error("word {0} is unknown; write a {vocabulary}", vocabulary = vocabulary())]
    Word(usize),
    /// Two words for the same cell; the second, counted from 1.
    #[error("word {0} says again, or otherwise, what an earlier word said")]
    Twice(usize),
    /// A fact is missing or does not apply.
    #[error("{}", misfit(*.0))]
    Misfit(Action),
}

fn vocabulary() -> String {
    format!(
        "relation ({}), sensitivity ({}), compartment ({}) or state ({})",
        words(Relation::ALL.iter().map(|one| one.code())),
        words(Sensitivity::ALL.iter().map(|one| one.code())),
        words(CompartmentKind::ALL.iter().map(|one| one.code())),
        words(State::all().map(State::code))
    )
}

fn words<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    codes.collect::<Vec<_>>().join(" ")
}

/// Reads a question from words: who, the action, and what it is about as relation, sensitivity, compartment and state in
/// any order, between spaces, commas or slashes. No relation means `none`; `-` says nothing.
///
/// # Errors
/// [`BadQuestion`] for a word that is not known, or facts that do not fit the action.
pub fn ask(who: &str, action: &str, what: &str) -> Result<Question, BadQuestion> {
    let subject = Subject::parse(who).ok_or(BadQuestion::Subject)?;
    let action = Action::parse(action).ok_or(BadQuestion::Action)?;
    let (mut relation, mut sensitivity, mut compartment, mut state) = (None, None, None, None);
    let spoken = what.split([' ', ',', '/']).filter(|word| !word.is_empty() && *word != "-");
    for (at, word) in spoken.enumerate() {
        let again = if let Some(one) = Relation::parse(word) {
            relation.replace(one).is_some()
        } else if let Some(one) = Sensitivity::parse(word) {
            sensitivity.replace(one).is_some()
        } else if let Some(one) = CompartmentKind::parse(word) {
            compartment.replace(one).is_some()
        } else if let Some(one) = state_coded(word) {
            state.replace(one).is_some()
        } else {
            return Err(BadQuestion::Word(at + 1));
        };
        if again {
            return Err(BadQuestion::Twice(at + 1));
        }
    }
    let (relation, state) = (relation.unwrap_or(Relation::None), state.unwrap_or(State::None));
    let question = Question { subject, action, relation, sensitivity, compartment, state };
    if question.fits() { Ok(question) } else { Err(BadQuestion::Misfit(action)) }
}
