//! A decision on a referral: what the team writes for its file, and what the referrer reads, kept apart.

use std::fmt;

use super::{
    code::{Choice, Code},
    outcome::Outcome,
    pathway::Pathway,
    text::{BadText, lines},
};

/// The longest reason, in characters.
pub const LONGEST_REASON: usize = 5000;

/// A decision as somebody puts it, before it is checked.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NewDecision {
    /// The outcome's code.
    pub outcome: String,
    /// The grade's code, where the pathway has grades.
    pub grade: Option<String>,
    /// Why, for the file: only the team reads it.
    pub reason_for_file: String,
    /// What the referrer reads, in the team's own words, where the pathway allows them.
    pub reason_for_referrer: Option<String>,
    /// A line of the outcome for the referrer, by its code.
    pub feedback: Option<String>,
    /// Whether it closes the referral; as the outcome says unless told.
    pub close: Option<bool>,
}

/// What the referrer reads of a decision.
#[derive(Clone, PartialEq, Eq)]
pub struct Told {
    /// The outcome; none where the pathway's lines must not let it show.
    pub outcome: Option<Code>,
    /// The line chosen.
    pub line: Option<Code>,
    /// The words; empty where the outcome says all.
    pub text: String,
}

/// A decision that fits its pathway.
#[derive(Clone, PartialEq, Eq)]
pub struct Decision {
    /// The outcome.
    pub outcome: Code,
    /// The grade.
    pub grade: Option<Code>,
    /// Why, for the file.
    pub reason: String,
    /// Whether it closes the referral.
    pub closes: bool,
    /// What the referrer reads.
    pub told: Told,
}

impl fmt::Debug for NewDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewDecision(…)")
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told(…)")
    }
}

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decision(…)")
    }
}

/// Something to mend: the field, and what to do.
pub type Fault = (&'static str, &'static str);

impl NewDecision {
    /// Holds it against its pathway, and against the grade that the answers give: a judgement raises that and never lowers it.
    ///
    /// # Errors
    /// Everything to be mended, in the order of the fields.
    pub fn check(&self, pathway: &Pathway, assessed: Option<&Code>) -> Result<Decision, Vec<Fault>> {
        let mut faults = Vec::new();
        let outcome = pathway.outcome(&self.outcome);
        if outcome.is_none() {
            faults.push(("outcome", "Choose what you decide"));
        }
        let grade = self.grade.as_deref().filter(|code| !code.is_empty());
        let known = grade.and_then(|code| coded(&pathway.grades, code));
        if grade.is_some() && known.is_none() {
            faults.push(("grade", "Choose one of the pathway’s grades, or none"));
        }
        if let (Some(given), Some(assessed), Some(risk)) = (known, assessed, &pathway.risk)
            && risk.is_lower(&given.code, assessed)
        {
            faults.push((
                "grade",
                "Choose the grade that the answers give, or a higher one: a judgement raises it and never lowers it",
            ));
        }
        let reason = reason(&self.reason_for_file, "reason_for_file", "Enter the reason for the file", &mut faults);
        let closes = self.close.unwrap_or_else(|| outcome.is_some_and(|outcome| outcome.closes));
        let told = outcome.map(|outcome| self.told(pathway, outcome, closes, &mut faults));
        match (outcome, told, reason) {
            (Some(outcome), Some(told), Some(reason)) if faults.is_empty() => {
                let grade = known.map(|choice| choice.code.clone());
                Ok(Decision { outcome: outcome.code.clone(), grade, reason, closes, told })
            }
            _ => Err(faults),
        }
    }

    fn told(&self, pathway: &Pathway, outcome: &Outcome, closes: bool, faults: &mut Vec<Fault>) -> Told {
        let own = self.reason_for_referrer.as_deref().unwrap_or_default().trim();
        let chosen = self.feedback.as_deref().filter(|code| !code.is_empty());
        let mut line = chosen.and_then(|code| coded(&outcome.feedback, code));
        if chosen.is_some() && line.is_none() {
            faults.push(("feedback", "Choose one of this outcome’s lines"));
        }
        if !pathway.free_feedback {
            if !own.is_empty() {
                faults.push(("reason_for_referrer", "On this pathway the referrer reads a line of the list, nothing else"));
            } else if chosen.is_none() {
                faults.push(("feedback", "Choose the line that the referrer reads"));
            }
            let text = line.map(|line| line.title.clone()).unwrap_or_default();
            return Told { outcome: None, line: line.map(|line| line.code.clone()), text };
        }
        if own.is_empty() && chosen.is_none() {
            // An outcome with one line says it by itself.
            line = if let [only] = outcome.feedback.as_slice() { Some(only) } else { None };
            if line.is_none() && closes {
                faults.push(("reason_for_referrer", "Say what the referrer reads, or choose a line for them"));
            }
        }
        let own = match own {
            "" => None,
            own => reason(own, "reason_for_referrer", "Say what the referrer reads", faults),
        };
        let text: Vec<String> = line.map(|line| line.title.clone()).into_iter().chain(own).collect();
        Told { outcome: Some(outcome.code.clone()), line: line.map(|line| line.code.clone()), text: text.join("\n\n") }
    }
}

fn coded<'c>(choices: &'c [Choice], code: &str) -> Option<&'c Choice> {
    choices.iter().find(|choice| choice.code.as_str() == code)
}

/// A reason somebody gives; none, with a fault, when it is blank or too long.
pub fn reason(text: &str, field: &'static str, blank: &'static str, faults: &mut Vec<Fault>) -> Option<String> {
    match lines(text, LONGEST_REASON) {
        Ok(text) => Some(text),
        Err(BadText::Empty) => {
            faults.push((field, blank));
            None
        }
        Err(BadText::TooLong(_)) => {
            faults.push((field, "Reason must be 5,000 characters or less"));
            None
        }
        Err(BadText::Control) => {
            faults.push((field, "Reason must not include control characters"));
            None
        }
    }
}
