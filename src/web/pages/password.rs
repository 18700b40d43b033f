//! A person changes their password.

use std::sync::Arc;

use askama::Template;
use axum::{Router, extract::State, routing};

use super::join::COMMON;
use crate::{
    app::{App, NewPassword, NotChanged, Password},
    web::{
        components::{Button, ErrorLink, ErrorMessage, ErrorSummary, Hint, Label, PasswordInput},
        error::{Answer, mend, ok, see},
        posted::Posted,
        session::SignedIn,
        view::Frame,
    },
};

const HREF: &str = "/account/password";
const PRESENT: &str = "present";
const NEW: &str = "password";
const WRONG: &str = "Enter the password that you have now";

/// Asks for the present password and a new one; posted to its own address. Neither ever comes back.
#[derive(Clone, Template)]
#[template(path = "account/password.html")]
pub struct PasswordPage {
    /// The frame; `failed` when something must be mended.
    pub frame: Frame,
    /// Whether the present password was another one.
    pub wrong: bool,
    /// What is wrong with the new one; empty for nothing.
    pub error: String,
}

impl PasswordPage {
    fn summary(&self) -> Option<ErrorSummary> {
        let present = self.wrong.then(|| ErrorLink { href: format!("#{PRESENT}"), text: WRONG.to_owned() });
        let new = (!self.error.is_empty()).then(|| ErrorLink { href: format!("#{NEW}"), text: self.error.clone() });
        let links: Vec<_> = present.into_iter().chain(new).collect();
        (!links.is_empty()).then(|| ErrorSummary::new(links))
    }

    fn present(&self) -> PasswordInput {
        PasswordInput {
            name: PRESENT.to_owned(),
            label: Label::from("Your password now"),
            error_message: self.wrong.then(|| ErrorMessage { text: WRONG.to_owned() }),
            autocomplete: "current-password".to_owned(),
            ..PasswordInput::default()
        }
    }

    fn new_password(&self) -> PasswordInput {
        PasswordInput {
            name: NEW.to_owned(),
            label: Label::from("Your new password"),
            hint: Some(Hint::from("12 characters or more, any characters. You can paste it from a password manager.")),
            error_message: (!self.error.is_empty()).then(|| ErrorMessage { text: self.error.clone() }),
            autocomplete: "new-password".to_owned(),
            ..PasswordInput::default()
        }
    }

    fn button() -> Button {
        Button { text: "Change my password".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// This page's routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route(HREF, routing::get(show).post(change))
}

async fn show(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    app.read_account(&person.request, &person.caller).await?;
    ok(&page(&person, false, ""))
}

fn page(person: &SignedIn, wrong: bool, error: &str) -> PasswordPage {
    let frame = person.frame.titled("Change your password").back_to("/account").at("/account");
    PasswordPage { frame: frame.failed_if(wrong || !error.is_empty()), wrong, error: error.to_owned() }
}

async fn change(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    posted.only(&[PRESENT, NEW])?;
    let new = match NewPassword::parse(posted.value(NEW).to_owned()) {
        Ok(new) => new,
        Err(bad) => return mend(&page(&person, false, &bad.to_string())),
    };
    let present = Password::typed(posted.value(PRESENT).to_owned());
    match app.change_password(&person.request, &person.caller, (present, &new)).await? {
        Ok(()) => Ok(see("/account")),
        Err(NotChanged::WrongPassword) => mend(&page(&person, true, "")),
        Err(NotChanged::CommonPassword) => mend(&page(&person, false, COMMON)),
    }
}
