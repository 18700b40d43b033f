//! Which answers must never reach which agencies: the two questions that ask it, before sending and after, and the words that
//! mark such an answer where it is read.

use std::collections::BTreeSet;

use askama::Template;

use crate::{
    app::{ReferralView, WithheldView},
    domain::{
        answers::{Answers, FieldError},
        code::QuestionId,
        pathway::Pathway,
        question::Question,
        withheld::Withhold,
    },
    web::{
        components::{Checkbox, Checkboxes, ErrorMessage, Fieldset, Hint},
        posted::Posted,
        words,
    },
};

/// The names of the fields.
pub(super) const ANSWERS: &str = "withhold";
pub(super) const FROM: &str = "withhold_from";

/// The two questions.
#[derive(Clone, Default, Template)]
#[template(path = "referral/keep_back.html")]
pub struct KeepBack {
    /// The answers that can be kept back: the question's id and words.
    pub answers: Vec<(String, String)>,
    /// The agencies: code and name.
    pub agencies: Vec<(String, String)>,
    /// What was chosen before.
    pub chosen: Withhold,
    /// What is wrong with it: field and words.
    pub errors: Vec<(String, String)>,
}

impl KeepBack {
    /// Whether there is anything to choose.
    pub(super) const fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// Whether something was chosen or is wrong, so that it must not be hidden.
    pub(super) fn is_open(&self) -> bool {
        !self.chosen.is_empty() || self.errors.iter().any(|(field, _)| field == ANSWERS || field == FROM)
    }

    pub(super) fn boxes(
        &self,
        name: &str,
        (legend, hint): (&str, &str),
        items: &[(String, String)],
        values: Vec<String>,
    ) -> Checkboxes {
        let item =
            |(value, text): &(String, String)| Checkbox { value: value.clone(), text: text.clone(), ..Checkbox::default() };
        let error = self.errors.iter().find(|(field, _)| field == name);
        Checkboxes {
            name: name.to_owned(),
            fieldset: Some(Fieldset::new(legend, "govuk-fieldset__legend--s")),
            hint: Some(Hint::from(hint)),
            error_message: error.map(|(_, words)| ErrorMessage { text: words.clone() }),
            items: items.iter().map(item).collect(),
            values,
            classes: "govuk-checkboxes--small".to_owned(),
            ..Checkboxes::default()
        }
    }

    /// The two questions about what some questions ask, for whoever answers them after sending.
    pub(super) fn of_questions<'q>(
        asked: impl IntoIterator<Item = &'q Question>,
        agencies: Vec<(String, String)>,
        (fields, errors): (&[(String, String)], &[FieldError]),
    ) -> Self {
        let name = |error: &FieldError| match (error.field.as_str(), error.part) {
            ("withhold", Some("from")) => Some(FROM),
            ("withhold", _) => Some(ANSWERS),
            _ => None,
        };
        let words = |question: &Question| (question.id.to_string(), question.withheld_words());
        Self {
            answers: asked.into_iter().filter(|question| question.can_be_withheld()).map(words).collect(),
            agencies,
            chosen: chosen(fields).unwrap_or_default(),
            errors: errors.iter().filter_map(|error| Some((name(error)?.to_owned(), error.message.clone()))).collect(),
        }
    }

    fn what(&self) -> Checkboxes {
        let words = (
            "Which answers are kept back?",
            "They go on no paper, whoever receives this, and in a share only where you name agencies below and the team ticks them by \
             themselves for somebody else. Whoever reads paper or a share is told to ask first.",
        );
        let chosen = self.chosen.answers.iter().map(ToString::to_string).collect();
        self.boxes(ANSWERS, words, &self.answers, chosen)
    }

    fn whom(&self) -> Checkboxes {
        let words = (
            "Which agencies must never get them? (optional)",
            "They are not told that there is something. Everybody else who receives this can read the answers.",
        );
        self.boxes(FROM, words, &self.agencies, self.chosen.from.clone())
    }
}

/// The answers that can be kept back, with words: of a group the parts of it.
pub(super) fn keepable(pathway: &Pathway, answers: &Answers) -> Vec<(String, String)> {
    pathway.withholdable(answers).map(|question| (question.id.to_string(), question.withheld_words())).collect()
}

/// What a form posted; none where a question's name is no name.
pub(super) fn read(posted: &Posted) -> Option<Withhold> {
    chosen(posted.fields())
}

/// The same of the fields of a form.
pub(super) fn chosen(fields: &[(String, String)]) -> Option<Withhold> {
    let all = |wanted: &'static str| fields.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value);
    let answers = all(ANSWERS).map(|id| QuestionId::parse(id)).collect::<Result<_, _>>().ok()?;
    Some(Withhold { answers, from: all(FROM).cloned().collect() })
}

/// What marks an answer that is kept from somebody; none for any other.
pub(super) fn mark(view: &ReferralView, question: &QuestionId) -> Option<String> {
    // It may be sealed away from some, and marked later against others.
    let of = |kept: &&WithheldView| kept.questions.contains(question);
    let mut from: Vec<String> = Vec::new();
    view.withheld.iter().find(of)?;
    for agency in view.withheld.iter().filter(of).flat_map(|kept| &kept.from) {
        if !from.contains(agency) {
            from.push(agency.clone());
        }
    }
    let asked = view.pathway.pathway.question(question)?;
    let what = if asked.withhold { "This is".to_owned() } else { format!("{} is", asked.withheld_words()) };
    let marked = view.withheld.iter().filter(of).any(|kept| kept.compartment.is_none());
    Some(format!("{what} withheld for safety: {}", if marked { limits(&from) } else { sealed_limits(&from) }))
}

/// Where it must never go.
fn limits(from: &[String]) -> String {
    match from {
        [] => "not for paper, nor for sharing".to_owned(),
        from => format!("never to {}; not for paper, nor for sharing", words::either(from)),
    }
}

/// Where what is sealed away must never go: the team can give it on to somebody else, each answer by itself.
fn sealed_limits(from: &[String]) -> String {
    match from {
        [] => limits(from),
        from => format!("never to {}; not for paper, and shared onward only where it is ticked by itself", words::either(from)),
    }
}

/// What was kept back of a referral when it was sent, a line for each answer.
pub(super) fn sealed(view: &ReferralView) -> Vec<String> {
    lines_of(view, |kept| kept.compartment.is_some())
}

/// What is kept back of a referral, a line for each answer.
pub(super) fn lines(view: &ReferralView) -> Vec<String> {
    lines_of(view, |_| true)
}

fn lines_of(view: &ReferralView, wanted: impl Fn(&&WithheldView) -> bool) -> Vec<String> {
    let pathway = &view.pathway.pathway;
    let line = |kept: &WithheldView, id| {
        let limits = if kept.compartment.is_some() { sealed_limits(&kept.from) } else { limits(&kept.from) };
        Some(format!("{}: {limits}.", pathway.question(id)?.withheld_words()))
    };
    view.withheld.iter().filter(wanted).flat_map(|kept| kept.questions.iter().filter_map(|id| line(kept, id))).collect()
}

/// Who gets what some questions ask, where that could be kept from somebody: whoever knows of a refuge must know it before they
/// write it down. Empty where they ask no such thing.
pub(super) fn reaches<'q>(view: &ReferralView, asked: impl IntoIterator<Item = &'q Question>) -> String {
    let asked: Vec<&Question> = asked.into_iter().filter(|question| question.can_be_withheld()).collect();
    if asked.is_empty() {
        return String::new();
    }
    let mut marked: Vec<String> = Vec::new();
    for mark in view.marks.iter().filter(|mark| asked.iter().any(|question| question.id == mark.question)) {
        if !marked.contains(&mark.agency.1) {
            marked.push(mark.agency.1.clone());
        }
    }
    let marked = match marked.as_slice() {
        [] => String::new(),
        agencies => format!(
            " An answer that is marked stays withheld, whatever you change it to: never to {}; not for paper, nor for sharing.",
            words::either(agencies)
        ),
    };
    let sealed = view.withheld.iter().filter(|kept| kept.compartment.is_some());
    let Some(most) = sealed.max_by_key(|kept| kept.from.len()) else {
        let holders = view.holders.iter().filter(|holder| !holder.is_recovery).map(|holder| holder.name.clone());
        let mut holders: Vec<String> = holders.collect();
        holders.dedup();
        return format!(
            "What you write here goes to all who hold this referral: {}.{marked} An address, school or contact that one of them must \
             never get you can keep from them at the foot of this page. In your own words it does not belong here: ring the team that \
             received it.",
            holders.join("; ")
        );
    };
    format!("An address, school or contact that you write here is withheld, too: {}.{marked}", sealed_limits(&most.from))
}

/// That some answers are withheld, for whoever writes or gives something beside them that could say the same; empty for readers who
/// know of none. `what` ends the warning: what to do about it.
pub(super) fn beside(view: &ReferralView, what: &str) -> String {
    warning(view.withheld.iter().flat_map(|kept| kept.from.iter().cloned()), what)
}

/// The same, for these agencies.
pub(super) fn warning(from: impl IntoIterator<Item = String>, what: &str) -> String {
    let from: BTreeSet<String> = from.into_iter().collect();
    let from: Vec<String> = from.into_iter().collect();
    if from.is_empty() { String::new() } else { format!("Some answers are withheld from {}. {what}", words::either(&from)) }
}

/// An answer in words, with what marks it.
pub(super) fn marked(view: &ReferralView, question: &QuestionId, text: String) -> String {
    match mark(view, question) {
        Some(mark) => format!("{text}\n{mark}."),
        None => text,
    }
}
