//! What a pathway file says of asking for advice without naming anybody: `[enquiry]`.

use std::collections::BTreeSet;

use super::{
    clocks::clocks,
    definition::{next_steps, outcomes, retention},
    known::Known,
    people::named,
    questions::questions,
    reader::{At, Table},
    rules::urgency,
};
use crate::domain::{
    code::QuestionId,
    enquiry::{EnquiryTerms, may_be_asked},
    question::{Kind, Question},
    section::{Danger, Section},
};

/// The most minutes that an enquiry may take.
const MOST_MINUTES: u16 = 3;
/// The most questions that it may ask, those it shares with the pathway included.
const MOST_QUESTIONS: usize = 10;

/// What of the pathway an enquiry always asks as well, as far as it could be read.
pub(super) struct AskedAbout<'p> {
    pub(super) sections: &'p [Section],
    pub(super) danger: Option<&'p Danger>,
    pub(super) conflict: Option<&'p QuestionId>,
    pub(super) district: Option<&'p QuestionId>,
}

impl<'p> AskedAbout<'p> {
    fn question(&self, id: &QuestionId) -> Option<&'p Question> {
        self.sections.iter().flat_map(|section| &section.questions).find(|question| question.id == *id)
    }

    /// The questions that both forms ask, in the order of the pathway; none of those that are not there.
    fn shared(&self, also: &[QuestionId]) -> Vec<&'p Question> {
        let always = [self.danger.map(|danger| &danger.question), self.conflict, self.district].into_iter().flatten();
        let ids: BTreeSet<&QuestionId> = always.chain(also).collect();
        let all = self.sections.iter().flat_map(|section| &section.questions);
        all.filter(|question| ids.contains(&question.id)).collect()
    }
}

/// Reads the enquiry; none where none is offered. Every file says whether it is.
pub(super) fn enquiry(file: &Table<'_>, known: &Known, about_person: bool, form: &AskedAbout<'_>) -> Option<EnquiryTerms> {
    let Some(value) = file.value("enquiry") else {
        file.fault("add `[enquiry]`: can advice be asked for without naming anybody? `offered = true` with its questions, or `offered = false` and `why`");
        return None;
    };
    let table = file.reader.as_table("enquiry", value)?;
    // Not said, or neither true nor false: without that, nothing else of the table can be judged.
    table.need("offered")?.get_ref().as_bool().or_else(|| table.flag("offered", false).then_some(false))?;
    if !table.flag("offered", false) {
        if about_person {
            table.fault("offer the enquiry: the pathway is about a person, and people ask before they name anybody");
        }
        table.need_text("why");
        table.end();
        return None;
    }
    if !about_person && file.value("about_person").is_some() {
        table.fault("set `offered = false` and say `why`: the pathway is about no person, so there is no name to leave out");
    }
    let terms = terms(&table, known, form);
    table.end();
    terms
}

fn terms(table: &Table<'_>, known: &Known, form: &AskedAbout<'_>) -> Option<EnquiryTerms> {
    let (title, description) = (table.need_text("title"), table.need_text("description"));
    let (heading, intro) = (table.need_text("heading"), table.need_text("intro"));
    let minutes = table.need_number("minutes", 1..=MOST_MINUTES).and_then(|minutes| u8::try_from(minutes).ok());
    let shares = named(table, "shares", known);
    let both = form.shared(&shares);
    let mut own_known = known.afresh(both.iter().map(|question| question.id.to_string()).collect());
    let own = questions(table, &mut own_known);
    for (question, at) in &own {
        check_own(table, at, question, known);
    }
    let own: Vec<Question> = own.into_iter().map(|(question, _)| question).collect();
    for question in &both {
        own_known.add(question);
    }
    check_shared(table, &both, &own);
    if own.len() + both.len() > MOST_QUESTIONS {
        let count = own.len() + both.len();
        table.fault(format!("shorten the enquiry: it asks {count} questions, {MOST_QUESTIONS} are the most"));
    }
    let carries = carries(table, &own, known, form);
    let headline = table.need_list("headline").into_iter();
    let headline = headline.filter_map(|value| own_known.named(table.reader, "headline", value)).collect();
    let urgency = urgency(table, &own_known);
    let clocks = clocks(table, &own_known);
    let (outcomes, retention, next_steps) = (outcomes(table, false), retention(table), next_steps(table, &own_known));
    Some(EnquiryTerms {
        title: title?,
        description: description?,
        heading: heading?,
        intro: intro?,
        minutes: minutes?,
        questions: own,
        shares,
        headline,
        urgency,
        clocks: clocks?,
        outcomes,
        retention: retention?,
        next_steps,
        carries,
    })
}

/// A question of its own: none of the pathway's, and nothing that asks for somebody's identity.
fn check_own(table: &Table<'_>, at: &At, question: &Question, known: &Known) {
    let id = &question.id;
    if known.kinds.contains_key(id) {
        table.reader.fault(at, format!("rename this question, or put `{id}` into `shares`: the pathway asks `{id}` already"));
    }
    if !may_be_asked(question) {
        let kind = question.kind.code();
        table.reader.fault(
            at,
            format!(
                "take `{id}` out of the enquiry: it names nobody, and asks in words or choices that are `shared`, not a {kind}"
            ),
        );
    }
}

/// Questions that both forms ask: coded, for all who hold the enquiry, and asked without looking at what is not asked here.
fn check_shared(table: &Table<'_>, shared: &[&Question], own: &[Question]) {
    for question in shared {
        let id = &question.id;
        if !(may_be_asked(question) && question.kind.is_coded()) {
            table.fault(format!("take `{id}` out of `shares`: the enquiry asks only what a choice can answer, `shared`"));
        }
        let is_asked = |id: &QuestionId| shared.iter().any(|other| other.id == *id) || own.iter().any(|other| other.id == *id);
        let hangs_on = question.show_when.iter().flat_map(|when| when.questions());
        for other in hangs_on.filter(|other| other.as_str() != crate::domain::question::SENDER_KIND && !is_asked(other)) {
            table.fault(format!("put `{other}` into `shares`: the question `{id}` hangs on it"));
        }
    }
}

/// The words that a referral made of the enquiry begins with.
fn carries(table: &Table<'_>, own: &[Question], known: &Known, form: &AskedAbout<'_>) -> Vec<(QuestionId, QuestionId)> {
    let longest = |kind: &Kind| match kind {
        Kind::Text { max } | Kind::LongText { max, .. } => Some(*max),
        _ => None,
    };
    let mut read = Vec::new();
    for (key, value) in table.pairs("carries") {
        let here = own.iter().find(|question| question.id.as_str() == key.get_ref());
        let Some((here, length)) = here.and_then(|here| Some((here, longest(&here.kind)?))) else {
            let words = format!("correct `{}`: it is no question of the enquiry that is answered in words", key.get_ref());
            table.reader.fault(&key.span(), words);
            continue;
        };
        let Some(there) = known.named(table.reader, "carries", value) else { continue };
        let room = form.question(&there).and_then(|question| longest(&question.kind));
        if room.is_none_or(|room| room < length) {
            let words = format!("carry `{}` over into a question that takes {length} characters of words", here.id);
            table.reader.fault(&value.span(), words);
        }
        read.push((here.id.clone(), there));
    }
    read
}

#[cfg(test)]
#[path = "enquiry_tests.rs"]
mod tests;
