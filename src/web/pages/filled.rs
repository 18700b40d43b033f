//! A draft as pages look at it: what was typed, held against its pathway.

use axum::response::Response;
use jiff::civil::Date;

use super::{
    answers::{Fields, Given},
    draft::EndedPage,
};
use crate::{
    app::{App, DraftView, Error},
    domain::{
        agency::AgencyKind,
        answers::{Answers, FieldError, RawAnswers},
        code::Code,
        draft::Part,
        pathway::Pathway,
        progress::Progress,
        rule::Rule,
        section::Section,
        validate::examine,
    },
    web::{
        error::{Failure, see},
        session::SignedIn,
    },
};

/// A draft that was opened, with every field of it.
#[derive(Clone)]
pub(super) struct Filled {
    pub(super) view: DraftView,
    pub(super) fields: Fields,
    pub(super) sender: AgencyKind,
    pub(super) today: Date,
}

/// What is known of a form that may be anything but finished.
pub(super) struct Looked<'p> {
    pub(super) given: Given<'p>,
    /// The answers that fit.
    pub(super) answers: Answers,
    /// What is wrong with the others.
    pub(super) errors: Vec<FieldError>,
    /// The rules that stop a sending.
    pub(super) broken: Vec<&'p Rule>,
}

/// A draft, or the way on where it is no draft any more.
pub(super) enum Opened {
    Draft(Box<Filled>),
    Gone(Response),
}

impl Filled {
    /// Opens a draft. What was sent from here leads to the page after sending: a person who presses Back should find it.
    pub(super) async fn open(app: &App, person: &SignedIn, reference: &str) -> Result<Opened, Failure> {
        match app.read_draft(&person.request, &person.caller, reference).await {
            Ok(view) => Ok(Opened::Draft(Box::new(Self::of(app, person, view).await?))),
            Err(Error::Unseen) => match app.sent_from_draft(&person.caller, reference).await? {
                Some(reference) => Ok(Opened::Gone(see(&format!("/referrals/{reference}/sent")))),
                None => match app.ended_draft(&person.caller, reference).await? {
                    Some(ended) => Ok(Opened::Gone(EndedPage::of(person, ended)?)),
                    None => Err(Failure(Error::Unseen)),
                },
            },
            Err(error) => Err(Failure(error)),
        }
    }

    pub(super) async fn of(app: &App, person: &SignedIn, view: DraftView) -> Result<Self, Failure> {
        let sender = app.sender_kind(&person.caller).await?;
        Ok(Self { fields: view.fields(), sender, today: person.request.at.uk_date(), view })
    }

    pub(super) fn pathway(&self) -> &Pathway {
        &self.view.pathway.pathway
    }

    pub(super) fn section(&self, id: &str) -> Result<&Section, Failure> {
        let found = Code::parse(id).ok().and_then(|id| self.pathway().sections.iter().find(|section| section.id == id));
        found.ok_or(Failure(Error::Unseen))
    }

    /// Holds all that was typed against the pathway.
    pub(super) fn look(&self) -> Looked<'_> {
        let given = Given::read(self.pathway(), &self.fields, self.sender, self.today);
        let examined = examine(self.pathway(), given.raw.clone(), self.sender, self.today);
        let doubled = given.doubled.clone();
        let others = examined
            .errors
            .into_iter()
            .filter(|error| doubled.iter().all(|known| (&known.field, &known.item) != (&error.field, &error.item)));
        let errors = doubled.iter().cloned().chain(others).collect();
        Looked { given, answers: examined.answers, errors, broken: examined.broken }
    }

    /// The same with other words in one section.
    pub(super) fn with(mut self, part: &Part) -> Self {
        let before = self.view.part(&part.section).map(|view| view.part.fields.clone()).unwrap_or_default();
        self.fields.retain(|field| !before.contains(field));
        self.fields.extend(part.fields.iter().cloned());
        self
    }

    /// Whether a section was saved with more than the answer that began the draft, or asks for nothing more.
    pub(super) fn is_begun(&self, section: &Section) -> bool {
        let Some(saved) = self.view.part(section.id.as_str()) else { return false };
        let beginning = self.pathway().danger.question.as_str();
        let more = saved.part.fields.iter().any(|(name, _)| name != beginning);
        more || saved.revision > 1 || section.questions.iter().all(|question| question.id.as_str() == beginning)
    }
}

impl Looked<'_> {
    /// The rule that ends this form, if its answers call one up: other ways begin there.
    pub(super) fn stop(&self) -> Option<&Rule> {
        self.broken.iter().copied().find(|rule| rule.stops_the_form())
    }

    /// Whether anything of a section is asked at all.
    pub(super) fn is_asked(&self, section: &Section) -> bool {
        section.questions.iter().any(|question| self.given.shown.iter().any(|shown| shown.id == question.id))
    }

    /// The errors of one section.
    pub(super) fn errors_in(&self, section: &Section) -> Vec<FieldError> {
        let mine = |error: &&FieldError| section.questions.iter().any(|question| question.id == error.field);
        self.errors.iter().filter(mine).cloned().collect()
    }

    /// How far a section has come.
    pub(super) fn progress(&self, filled: &Filled, section: &Section) -> Progress {
        let of = |section: &Section| Progress::of(section, filled.is_begun(section), &self.errors);
        let mut before = filled.pathway().sections.iter().take_while(|earlier| earlier.id != section.id);
        if before.any(|earlier| earlier.gate && of(earlier) != Progress::Completed) { Progress::Waiting } else { of(section) }
    }
}

/// The answers to send, of what a draft holds; both an answer and "not known" is a question back.
pub(super) fn to_send(view: &DraftView, sender: AgencyKind, today: Date) -> Result<RawAnswers, Vec<FieldError>> {
    let fields = view.fields();
    let given = Given::read(&view.pathway.pathway, &fields, sender, today);
    if given.doubled.is_empty() { Ok(given.raw) } else { Err(given.doubled) }
}
