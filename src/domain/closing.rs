//! Closing a referral without a decision that closes it: why, and what whoever sent it hears of that. Nothing is closed in
//! silence: either they are told, or it is on record why they are not.

use std::fmt;

use super::{
    code::{Choice, Code},
    decision::{Fault, Told, reason},
    pathway::Pathway,
};

coded_enum! {
    /// Why a referral is closed without a decision that closes it.
    pub enum CloseReason {
        /// What was decided has been done.
        Done = "done",
        /// Another referral says the same.
        Duplicate = "duplicate",
        /// It came to the wrong desk.
        WrongDesk = "wrong-desk",
        /// The referrer asked to withdraw it.
        Withdrawn = "withdrawn",
        /// Something else, in words.
        Other = "other",
    }
}

impl CloseReason {
    /// The reason in words, for pages.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Done => "What was decided has been done",
            Self::Duplicate => "Another referral says the same",
            Self::WrongDesk => "It came to the wrong desk",
            Self::Withdrawn => "The referrer asked to withdraw it",
            Self::Other => "Something else",
        }
    }

    /// Whether the referrer has heard already: of the decision that has been carried out.
    const fn is_known(self) -> bool {
        matches!(self, Self::Done)
    }
}

/// What whoever sent a referral is to hear of its closing, as somebody puts it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NewFarewell {
    /// The team's own words, where the pathway allows them.
    pub words: String,
    /// One of the pathway's lines for referrers, by its code; empty for none.
    pub line: String,
    /// Why they are told nothing, for the file.
    pub untold: String,
}

/// What whoever sent a referral hears of its closing.
#[derive(Clone, PartialEq, Eq)]
pub enum Farewell {
    /// This.
    Told(Told),
    /// Nothing, for this reason, which stands in the file.
    Untold(String),
    /// Nothing more: they heard of the decision.
    Known,
}

impl fmt::Debug for NewFarewell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewFarewell(…)")
    }
}

impl fmt::Debug for Farewell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Farewell(…)")
    }
}

impl NewFarewell {
    /// Holds it against the pathway and the reason. None, with what to mend, where it does not fit.
    pub fn check(&self, pathway: &Pathway, why: Option<CloseReason>, faults: &mut Vec<Fault>) -> Option<Farewell> {
        let [words, line, untold] = [&self.words, &self.line, &self.untold].map(|text| text.trim());
        let field = if pathway.free_feedback { "reason_for_referrer" } else { "feedback" };
        let is_told = [words, line].iter().any(|text| !text.is_empty());
        if is_told && !untold.is_empty() {
            faults.push(("reason_untold", "Say what the referrer reads, or why they are told nothing, not both"));
            return None;
        }
        if !untold.is_empty() {
            return reason(untold, "reason_untold", "Say why the referrer is told nothing", faults).map(Farewell::Untold);
        }
        if !words.is_empty() && !pathway.free_feedback {
            let lines_alone = "On this pathway the referrer reads a line of the list, nothing else";
            faults.push(("reason_for_referrer", lines_alone));
            return None;
        }
        let chosen = farewells(pathway).find(|known| known.code.as_str() == line);
        if !line.is_empty() && chosen.is_none() {
            faults.push(("feedback", "Choose one of the pathway’s lines"));
            return None;
        }
        if words.is_empty() && chosen.is_none() {
            if why.is_some_and(CloseReason::is_known) {
                return Some(Farewell::Known);
            }
            faults.push((field, "Say what the referrer reads, or below why they are told nothing"));
            return None;
        }
        let own = match words {
            "" => None,
            words => Some(reason(words, "reason_for_referrer", "Say what the referrer reads", faults)?),
        };
        let text: Vec<String> = chosen.map(|line| line.title.clone()).into_iter().chain(own).collect();
        let line: Option<Code> = chosen.map(|line| line.code.clone());
        Some(Farewell::Told(Told { outcome: None, line, text: text.join("\n\n") }))
    }
}

/// The lines by which a pathway lets a referrer hear how a referral ended, each once.
pub fn farewells(pathway: &Pathway) -> impl Iterator<Item = &Choice> {
    let lines = || pathway.outcomes.iter().flat_map(|outcome| &outcome.feedback);
    lines().filter(move |line| lines().find(|known| known.title == line.title).is_some_and(|first| first.code == line.code))
}
