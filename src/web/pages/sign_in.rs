//! Signing in: name and password, then the code.

use askama::Template;

use crate::web::{
    components::{Button, ErrorLink, ErrorSummary, Hint, Input, Label, PasswordInput},
    view::Frame,
};

/// The one message for a wrong name, a wrong password, a locked account: it tells nobody which.
pub const WRONG_PASSWORD: &str = "Enter a user name and password that match";
/// The one message for a wrong, used or old code.
pub const WRONG_CODE: &str = "Enter the 6 numbers that your authenticator app shows now";

/// First step, posted to `/sign-in` as `username`, `password`.
#[derive(Clone, Template)]
#[template(path = "sign_in/password.html")]
pub struct PasswordPage {
    /// The frame; `failed` shows the one message. Its token guards the form.
    pub frame: Frame,
    /// What was typed as user name; the password never comes back.
    pub username: String,
    /// News before the form, such as "You have been signed out"; empty for none.
    pub notice: String,
}

impl PasswordPage {
    fn summary() -> ErrorSummary {
        ErrorSummary::new(vec![ErrorLink { href: "#username".to_owned(), text: WRONG_PASSWORD.to_owned() }])
    }

    fn username(&self) -> Input {
        Input {
            name: "username".to_owned(),
            label: Label::from("User name"),
            value: self.username.clone(),
            classes: "govuk-!-width-two-thirds".to_owned(),
            autocomplete: "username".to_owned(),
            autocapitalize: "none".to_owned(),
            spellcheck: Some(false),
            error_message: self.frame.failed.then(|| WRONG_PASSWORD.into()),
            ..Input::default()
        }
    }

    fn password() -> PasswordInput {
        PasswordInput { name: "password".to_owned(), label: Label::from("Password"), ..PasswordInput::default() }
    }

    fn button() -> Button {
        Button { text: "Continue".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// Second step, posted to `/sign-in/code` as `code`; the server drops spaces.
#[derive(Clone, Template)]
#[template(path = "sign_in/code.html")]
pub struct CodePage {
    /// The frame; `failed` shows the one message.
    pub frame: Frame,
}

impl CodePage {
    fn summary() -> ErrorSummary {
        ErrorSummary::new(vec![ErrorLink { href: "#code".to_owned(), text: WRONG_CODE.to_owned() }])
    }

    fn code(&self) -> Input {
        Input {
            name: "code".to_owned(),
            label: Label::from("Code"),
            hint: Some(Hint::from("6 numbers, for example 123 456. You can type them with or without a space.")),
            classes: "govuk-input--width-10 govuk-input--extra-letter-spacing app-code-input".to_owned(),
            inputmode: "numeric".to_owned(),
            autocomplete: "one-time-code".to_owned(),
            spellcheck: Some(false),
            error_message: self.frame.failed.then(|| WRONG_CODE.into()),
            ..Input::default()
        }
    }

    fn button() -> Button {
        Button { text: "Sign in".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}
