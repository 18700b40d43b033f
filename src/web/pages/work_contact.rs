//! How colleagues of other agencies reach the caller at work.

use std::sync::Arc;

use askama::Template;
use axum::{Router, extract::State, routing};

use crate::{
    app::{App, WorkContact},
    domain::text::{BadText, JobTitle, WorkPhone},
    web::{
        components::{Button, ErrorLink, ErrorMessage, ErrorSummary, Hint, Input, Label},
        error::{Answer, mend, ok, see},
        posted::Posted,
        session::SignedIn,
        view::Frame,
    },
};

const TITLE: &str = "title";
const PHONE: &str = "phone";

/// Role and work phone, to change.
#[derive(Clone, Template)]
#[template(path = "account/contact.html")]
pub struct ContactPage {
    /// The frame.
    pub frame: Frame,
    /// The role as typed.
    pub title: String,
    /// The number as typed.
    pub phone: String,
    /// What is wrong: field and words.
    pub errors: Vec<(&'static str, String)>,
}

impl ContactPage {
    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(&str, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn title_input(&self) -> Input {
        Input {
            name: TITLE.to_owned(),
            label: Label::from("Your role at work"),
            hint: Some(Hint::from("Such as designated safeguarding lead, or ward sister.")),
            error_message: self.error(TITLE),
            value: self.title.clone(),
            autocomplete: "organization-title".to_owned(),
            ..Input::default()
        }
    }

    fn phone_input(&self) -> Input {
        Input {
            name: PHONE.to_owned(),
            label: Label::from("Your work phone number"),
            hint: Some(Hint::from("Not your own mobile, unless you want to be rung on it.")),
            error_message: self.error(PHONE),
            value: self.phone.clone(),
            kind: "tel".to_owned(),
            autocomplete: "tel".to_owned(),
            classes: "govuk-input--width-20".to_owned(),
            ..Input::default()
        }
    }

    fn button() -> Button {
        Button { text: "Save".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/account/contact", routing::get(show).post(change))
}

fn frame(person: &SignedIn) -> Frame {
    person.frame.titled("How others reach you").back_to("/account").at("/account")
}

async fn show(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    let WorkContact { title, phone } = app.work_contact(&person.caller).await?;
    ok(&ContactPage {
        frame: frame(&person),
        title: title.map(|title| title.as_str().to_owned()).unwrap_or_default(),
        phone: phone.map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
        errors: Vec::new(),
    })
}

/// What was typed; blank says nothing.
fn typed<T>(text: &str, parse: fn(&str) -> Result<T, BadText>) -> Result<Option<T>, BadText> {
    if text.trim().is_empty() { Ok(None) } else { parse(text).map(Some) }
}

async fn change(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    let (title, phone) = (typed(posted.value(TITLE), JobTitle::parse), typed(posted.value(PHONE), WorkPhone::parse));
    match (title, phone) {
        (Ok(title), Ok(phone)) => {
            app.change_work_contact(&person.request, &person.caller, &WorkContact { title, phone }).await?;
            Ok(see("/account"))
        }
        (title, phone) => {
            let title = title.err().map(|_| (TITLE, "Your role must be one line of 100 characters or less".to_owned()));
            let phone = phone.err().map(|_| (PHONE, "Enter a work phone number, like 0116 496 0000".to_owned()));
            mend(&ContactPage {
                frame: frame(&person).failed_if(true),
                title: posted.value(TITLE).to_owned(),
                phone: posted.value(PHONE).to_owned(),
                errors: title.into_iter().chain(phone).collect(),
            })
        }
    }
}
