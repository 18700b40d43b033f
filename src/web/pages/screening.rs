//! "I am not sure which form": a few questions, and the forms that may fit. Nothing of the answers is kept, nor stands in an
//! address.

use std::sync::Arc;

use askama::Template;
use axum::{Router, extract::State, routing};

use super::pathway::{Contact, contact, helpline};
use crate::{
    app::App,
    domain::{
        code::PathwayId,
        screening::{Screening, ScreeningQuestion},
    },
    web::{
        components::{Button, ErrorLink, ErrorSummary, Fieldset, Hint, InsetText, Radio, Radios},
        error::{Answer, mend, ok},
        posted::Posted,
        session::SignedIn,
        view::Frame,
    },
};

/// Its address, for the links that lead here.
pub(super) const HREF: &str = "/not-sure";

const ANSWER_ONE: &str = "Answer yes or no to at least one of these";

/// The questions.
#[derive(Clone, Template)]
#[template(path = "screening/questions.html")]
pub struct ScreeningPage {
    /// The frame; `failed` when nothing was answered.
    pub frame: Frame,
    /// The heading.
    pub title: String,
    /// What stands above the questions; may be empty.
    pub intro: String,
    /// The questions: id, words and hint, which may be empty.
    pub questions: Vec<(String, String, String)>,
}

impl ScreeningPage {
    fn danger() -> InsetText {
        let text = "If anyone is in danger now, ring 999 first.";
        InsetText { text: text.to_owned(), ..InsetText::default() }
    }

    fn summary(&self) -> ErrorSummary {
        let first = self.questions.first().map(|(id, ..)| format!("#{id}")).unwrap_or_default();
        ErrorSummary::new(vec![ErrorLink { href: first, text: ANSWER_ONE.to_owned() }])
    }

    fn radios(&self) -> Vec<Radios> {
        let item = |value: &str, text: &str| Radio { value: value.to_owned(), text: text.to_owned(), ..Radio::default() };
        let one = |(at, (id, label, hint)): (usize, &(String, String, String))| Radios {
            name: id.clone(),
            fieldset: Some(Fieldset::new(label, "govuk-fieldset__legend--s")),
            hint: (!hint.is_empty()).then(|| Hint { text: hint.clone() }),
            error_message: (self.frame.failed && at == 0).then(|| ANSWER_ONE.into()),
            items: vec![item("yes", "Yes"), item("no", "No")],
            classes: "govuk-radios--inline".to_owned(),
            ..Radios::default()
        };
        self.questions.iter().enumerate().map(one).collect()
    }

    fn button() -> Button {
        Button { text: "Show which form fits".to_owned(), ..Button::default() }
    }
}

/// The forms that may fit, and what is left.
#[derive(Clone, Template)]
#[template(path = "screening/forms.html")]
pub struct FormsPage {
    /// The frame.
    pub frame: Frame,
    /// The heading.
    pub heading: String,
    /// The forms that were suggested.
    pub suggested: Vec<Suggestion>,
    /// Heading of what is left; empty where it is the page's own.
    pub otherwise: String,
    /// What is left, in words.
    pub text: String,
    /// Forms that may fit all the same: name and address.
    pub others: Vec<(String, String)>,
    /// Whom to ring.
    pub contacts: Vec<Contact>,
}

/// A form that may fit.
#[derive(Clone)]
pub struct Suggestion {
    /// Name of the pathway.
    pub title: String,
    /// Why, in a sentence or two.
    pub why: String,
    /// Address of its start page; empty where the reader's agency does not send it.
    pub href: String,
}

impl Suggestion {
    fn button(&self) -> Button {
        Button { text: format!("Begin: {}", self.title), href: self.href.clone(), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route(HREF, routing::get(ask).post(answer))
}

fn page(person: &SignedIn, screening: &Screening) -> ScreeningPage {
    let question = |question: &ScreeningQuestion| {
        (question.id.to_string(), question.label.clone(), question.hint.clone().unwrap_or_default())
    };
    ScreeningPage {
        frame: person.frame.titled(&screening.title).back_to("/"),
        title: screening.title.clone(),
        intro: screening.intro.clone().unwrap_or_default(),
        questions: screening.questions.iter().map(question).collect(),
    }
}

async fn ask(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    ok(&page(&person, app.screening()))
}

async fn answer(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    let screening = app.screening();
    let names: Vec<&str> = screening.questions.iter().map(|question| question.id.as_str()).collect();
    posted.only(&names)?;
    if names.iter().all(|name| posted.value(name).is_empty()) {
        let page = page(&person, screening);
        return mend(&ScreeningPage { frame: page.frame.failed_if(true), ..page });
    }
    let pathways = app.pathways_for(&person.caller).await?;
    // Its title and, where the caller may send it, its address.
    let form = |id: &PathwayId| {
        let view = pathways.iter().find(|view| view.versioned.pathway.id == *id)?;
        let href = if view.may_submit { format!("/refer/{id}") } else { String::new() };
        Some((view.versioned.pathway.title.clone(), href))
    };
    let suggestion = |question: &ScreeningQuestion| {
        form(&question.pathway).map(|(title, href)| Suggestion { title, why: question.why.clone(), href })
    };
    let fits = screening.suggested(|id| posted.value(id.as_str()) == "yes");
    let suggested: Vec<_> = fits.into_iter().filter_map(suggestion).collect();
    // What was left open was not answered with no.
    let left_open = screening.questions.iter().filter(|question| posted.value(question.id.as_str()).is_empty());
    let left_open: Vec<_> =
        left_open.filter_map(|question| form(&question.pathway)).filter(|(_, href)| !href.is_empty()).collect();
    let otherwise = &screening.otherwise;
    let at_work = app.is_working_time(person.request.at);
    let (heading, rest) = match suggested.len() {
        0 if !left_open.is_empty() => ("A form that you left open may fit".to_owned(), ""),
        0 => (otherwise.title.clone(), ""),
        1 => ("This form may fit".to_owned(), "If it does not fit"),
        _ => ("These forms may fit".to_owned(), "If none of them fits"),
    };
    ok(&FormsPage {
        frame: person.frame.titled(&heading).back_to(HREF),
        heading,
        suggested,
        otherwise: rest.to_owned(),
        text: otherwise.text.clone(),
        others: left_open
            .into_iter()
            .chain(otherwise.pathways.iter().filter_map(form).filter(|(_, href)| !href.is_empty()))
            .collect(),
        contacts: otherwise.ring.iter().map(|ring| contact(ring, at_work)).chain(helpline(&app)).collect(),
    })
}
