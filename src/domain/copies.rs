//! Copies: a second team that receives the same referral in the same act.

use std::collections::BTreeMap;

use super::{
    answers::{Answer, Answers},
    code::{Code, QuestionId, TeamCode},
    condition::Condition,
};

/// When a condition holds, a team beside the receiving one gets the referral too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRule {
    /// Its code.
    pub code: Code,
    /// When the copy is made.
    pub when: Condition,
    /// The choice question that tells which team.
    pub by: Option<QuestionId>,
    /// The team for each code of that question.
    pub teams: BTreeMap<Code, TeamCode>,
    /// The team for every other answer, not known included.
    pub default: TeamCode,
    /// Why, in words shown before sending.
    pub why: String,
    /// When that team reads, in words; none for one that acts on nothing by itself.
    pub hours: Option<String>,
    /// Who is told as well, outside those hours too, of what is for today.
    pub cover: Option<TeamCode>,
}

/// A copy that these answers call for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyTo<'a> {
    /// Which rule calls for it.
    pub code: &'a Code,
    /// The team.
    pub team: &'a TeamCode,
    /// Why, in words.
    pub why: &'a str,
    /// When that team reads, in words.
    pub hours: Option<&'a str>,
    /// Who covers for it.
    pub cover: Option<&'a TeamCode>,
}

impl CopyTo<'_> {
    /// Why, and when a human there reads it.
    pub fn words(&self) -> String {
        match self.hours {
            Some(hours) => format!("{} It reads {}.", self.why, in_sentence(hours)),
            None => self.why.to_owned(),
        }
    }
}

/// Hours as they stand within a sentence: the names of days keep their capital.
fn in_sentence(hours: &str) -> String {
    if hours.starts_with("Every") { hours.replacen('E', "e", 1) } else { hours.to_owned() }
}

impl CopyRule {
    /// The copy, if these answers call for it.
    pub fn of<'a>(&'a self, answers: &Answers) -> Option<CopyTo<'a>> {
        let named = self.by.as_ref().and_then(|id| match answers.get(id)? {
            Answer::Choice(code) => self.teams.get(code),
            _ => None,
        });
        self.when.holds(answers).then(|| CopyTo {
            code: &self.code,
            team: named.unwrap_or(&self.default),
            why: &self.why,
            hours: self.hours.as_deref(),
            cover: self.cover.as_ref(),
        })
    }

    /// Every team it may name, those that cover included.
    pub fn all_teams(&self) -> impl Iterator<Item = &TeamCode> {
        self.teams.values().chain(std::iter::once(&self.default)).chain(&self.cover)
    }
}
