//! The questions read so far, for everything that names one.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Spanned, de::DeValue};

use super::reader::{At, Reader};
use crate::domain::{
    agency::AgencyKind,
    code::{Choice, Code, QuestionId},
    compartment::Category,
    condition::Condition,
    pathway::Pathway,
    question::{Kind, Question, SENDER_KIND},
};

/// The questions a condition or a setting may name: those asked before it.
#[derive(Default, Clone)]
pub(super) struct Known {
    /// Kinds of the questions read so far, the sender's kind among them.
    pub(super) kinds: BTreeMap<QuestionId, Kind>,
    /// Those sealed apart.
    pub(super) restricted: BTreeMap<QuestionId, Category>,
    /// When those are asked that are not always asked.
    pub(super) shown: BTreeMap<QuestionId, Condition>,
    /// The reasons for which an answer may be not known, where there are any.
    pub(super) unknowns: BTreeMap<QuestionId, Vec<Code>>,
    /// Those that every referral answers with something known; looked at only where `of` has read the whole pathway.
    pub(super) always: BTreeSet<QuestionId>,
    /// Ids anywhere in the file, to tell "later" from "absent".
    pub(super) anywhere: BTreeSet<String>,
    /// Ages that dates asked before them are held against, and where that is said.
    pub(super) ages_to_come: Vec<(QuestionId, At)>,
    /// Ids inside groups, which nothing outside may name.
    pub(super) inside: BTreeSet<String>,
    /// Whether every answer is about somebody, so that none of them can be clear.
    pub(super) about_person: bool,
}

impl Known {
    /// Nothing read yet; `anywhere` are the ids of all questions of the file, `inside` those inside groups, `senders` the kinds
    /// of agency that may send.
    pub(super) fn new(anywhere: BTreeSet<String>, inside: BTreeSet<String>, senders: &[AgencyKind]) -> Self {
        let mut known = Self { anywhere, inside, ..Self::default() };
        // Codes of agency kinds are codes by the rules of codes, which a test of `Answers` reads.
        let kinds = senders.iter().filter_map(|kind| Some(Choice::new(Code::parse(kind.code()).ok()?, kind.code())));
        if let Ok(id) = QuestionId::parse(SENDER_KIND) {
            known.kinds.insert(id, Kind::Choice(kinds.collect()));
        }
        known
    }

    /// A pathway that was read whole, as its rules find it when it is sent.
    pub(super) fn of(pathway: &Pathway) -> Self {
        let mut known = Self::new(BTreeSet::new(), BTreeSet::new(), &pathway.may_submit);
        for question in pathway.questions() {
            known.add(question);
            if question.required && question.not_known.is_none() && question.show_when.is_none() {
                known.always.insert(question.id.clone());
            }
        }
        known
    }

    /// The same file's questions forgotten, but for the sender's kind: what a form of its own may name is added to this.
    pub(super) fn afresh(&self, anywhere: BTreeSet<String>) -> Self {
        let kinds = self.kinds.iter().filter(|(id, _)| id.as_str() == SENDER_KIND);
        Self { kinds: kinds.map(|(id, kind)| (id.clone(), kind.clone())).collect(), anywhere, ..Self::default() }
    }

    pub(super) fn add(&mut self, question: &Question) {
        self.kinds.insert(question.id.clone(), question.kind.clone());
        if let Some(category) = question.sealed.category() {
            self.restricted.insert(question.id.clone(), category);
        }
        if let Some(unknown) = &question.not_known {
            self.unknowns.insert(question.id.clone(), unknown.reasons.iter().map(|reason| reason.code.clone()).collect());
        }
        if let Some(when) = &question.show_when {
            self.shown.insert(question.id.clone(), when.clone());
        }
    }

    /// A question that a setting names.
    pub(super) fn named(&self, reader: &Reader<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<QuestionId> {
        let id = reader.code(key, value, QuestionId::parse)?;
        if id.as_str() != SENDER_KIND && self.kinds.contains_key(&id) {
            return Some(id);
        }
        reader.fault(&value.span(), self.absent(&id));
        None
    }

    /// Why a question cannot be named here.
    pub(super) fn absent(&self, id: &QuestionId) -> String {
        if self.anywhere.contains(id.as_str()) {
            format!("`{id}` is asked later: a condition can name earlier questions only")
        } else if self.inside.contains(id.as_str()) {
            format!("`{id}` is asked inside a group, of each item: nothing outside the group can name it")
        } else {
            format!("no question has the id `{id}`: correct it or add the question")
        }
    }

    /// A question of one choice that a setting names.
    pub(super) fn choice(&self, reader: &Reader<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<QuestionId> {
        self.of_kind(reader, key, value, |kind| matches!(kind, Kind::Choice(_)), "a choice")
    }

    /// A yes-no question that a setting names.
    pub(super) fn yes_no(&self, reader: &Reader<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<QuestionId> {
        self.of_kind(reader, key, value, |kind| *kind == Kind::YesNo, "a yes-no")
    }

    /// A question that takes a day, or a day of birth, that a setting names.
    pub(super) fn day(&self, reader: &Reader<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<QuestionId> {
        self.of_kind(reader, key, value, |kind| matches!(kind, Kind::Date(_) | Kind::Age), "a date or an age")
    }

    /// A question that takes an age, that a setting names.
    pub(super) fn age(&self, reader: &Reader<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<QuestionId> {
        self.of_kind(reader, key, value, |kind| *kind == Kind::Age, "an age")
    }

    fn of_kind(
        &self,
        reader: &Reader<'_>,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        fits: fn(&Kind) -> bool,
        what: &str,
    ) -> Option<QuestionId> {
        let id = self.named(reader, key, value)?;
        if !self.kinds.get(&id).is_some_and(fits) {
            reader.fault(&value.span(), format!("make the `{key}` question {what}"));
        }
        Some(id)
    }

    /// The choices that a question offers; none where it offers none.
    pub(super) fn choices(&self, id: &QuestionId) -> &[Choice] {
        self.kinds.get(id).map_or(&[][..], Kind::choices)
    }
}
