//! When somebody was last trained in safeguarding, recorded by their administrator.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};
use jiff::civil::Date;

use super::{people::HREF, person::user};
use crate::{
    app::{App, IdempotencyKey},
    domain::{part_date::whole_date, training::Training},
    web::{
        components::{Button, ErrorLink, ErrorMessage, ErrorSummary, Hint, Input, Label},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

const TRAINED_ON: &str = "trained_on";
const FORM_TOKEN: &str = "form_token";

/// Asks for the day; posted to its own address.
#[derive(Clone, Template)]
#[template(path = "people/training.html")]
pub struct TrainingPage {
    /// The frame; `failed` when the day must be mended.
    pub frame: Frame,
    /// Their name.
    pub name: String,
    /// The day, as typed.
    pub typed: String,
    /// This page.
    pub href: String,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// What is wrong with the day; empty for nothing.
    pub error: String,
}

impl TrainingPage {
    fn summary(&self) -> Option<ErrorSummary> {
        let link = || ErrorLink { href: format!("#{TRAINED_ON}"), text: self.error.clone() };
        (!self.error.is_empty()).then(|| ErrorSummary::new(vec![link()]))
    }

    fn day(&self) -> Input {
        Input {
            name: TRAINED_ON.to_owned(),
            label: Label::from("Day of their last safeguarding training"),
            hint: Some(Hint::from("For example 27/3/2026. Leave it blank if none is known.")),
            error_message: (!self.error.is_empty()).then(|| ErrorMessage { text: self.error.clone() }),
            value: self.typed.clone(),
            classes: "govuk-input--width-10".to_owned(),
            autocomplete: "off".to_owned(),
            ..Input::default()
        }
    }

    fn button() -> Button {
        Button { text: "Save".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// This page's routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/people/{id}/training", routing::get(show).post(set))
}

/// How a training stands, in words.
pub(super) fn training_words(training: Training) -> String {
    let words = |day: Date| day.strftime("%-d %B %Y").to_string();
    match training {
        Training::Unknown => "Not recorded".to_owned(),
        Training::Recent(day) => words(day),
        Training::Old(day) => format!("{}, more than a year ago", words(day)),
    }
}

async fn page(app: &App, person: &SignedIn, id: &str) -> Result<TrainingPage, Failure> {
    let view = app.person_of_agency(&person.request, &person.caller, user(id)).await?;
    let href = format!("{HREF}/{}", view.user);
    let typed = match view.training {
        Training::Unknown => String::new(),
        Training::Recent(day) | Training::Old(day) => day.strftime("%-d/%-m/%Y").to_string(),
    };
    Ok(TrainingPage {
        frame: person.frame.titled("Training – People").back_to(&href).at(HREF),
        name: view.name,
        typed,
        href: format!("{href}/training"),
        form_token: fresh_token(app),
        error: String::new(),
    })
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>) -> Answer {
    ok(&page(&app, &person, &id).await?)
}

async fn set(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    posted.only(&[TRAINED_ON, FORM_TOKEN])?;
    let typed = posted.value(TRAINED_ON).trim();
    let day = whole_date(typed).filter(|day| *day <= person.request.at.uk_date());
    if day.is_none() && !typed.is_empty() {
        let shown = page(&app, &person, &id).await?;
        let error = "The day must be a real date that is not still to come, such as 27/3/2026".to_owned();
        return mend(&TrainingPage { frame: shown.frame.failed_if(true), typed: typed.to_owned(), error, ..shown });
    }
    let key = IdempotencyKey::parse(posted.value(FORM_TOKEN))?;
    app.set_training(&person.request, &person.caller, &key, (user(&id), day)).await?;
    Ok(see(&format!("{HREF}/{id}")))
}
