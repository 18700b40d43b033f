//! Signing in: name and password, then the code.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    response::{IntoResponse, Response},
    routing,
};
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;

use crate::{
    app::{App, Error, Password, cookie},
    web::{
        components::{Button, ErrorLink, ErrorSummary, Hint, Input, Label, PasswordInput},
        error::{Answer, Failure, mend, ok, see},
        next,
        posted::Posted,
        session::{SignedIn, Visit},
        view::Frame,
    },
};

/// The one message for a wrong name, a wrong password, a locked account: it tells nobody which.
pub const WRONG_PASSWORD: &str = "Enter a user name and password that match";
/// What to do about a user name left empty.
const NO_USERNAME: &str = "Enter your user name";
/// What to do about a password left empty.
const NO_PASSWORD: &str = "Enter your password";
/// The one message for a wrong, used or old code.
pub const WRONG_CODE: &str = "Enter the 6 numbers that your authenticator app shows now";

/// News for somebody whose answers came after their session had ended.
const KEPT: &str = "You were signed out. What you typed is kept, and nothing was sent. Sign in to put it back into the form.";

/// News for somebody who pressed a button after their session had ended.
const UNSENT: &str = "You were signed out before this arrived. Nothing was sent, and nothing was changed. Sign in, look at the \
                      page, and press the button again.";

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
    /// Where to go afterwards; travels in a hidden input.
    pub next: String,
    /// Which fields were left empty: user name, password. When neither was, what was typed does not match.
    pub empty: (bool, bool),
}

impl PasswordPage {
    fn summary(&self) -> ErrorSummary {
        let of = |href: &str, error: Option<&str>| error.map(|text| ErrorLink { href: href.to_owned(), text: text.to_owned() });
        let links = [of("#username", self.username_error()), of("#password", self.password_error())];
        ErrorSummary::new(links.into_iter().flatten().collect())
    }

    fn username_error(&self) -> Option<&'static str> {
        let error = match self.empty {
            (true, _) => Some(NO_USERNAME),
            (false, true) => None,
            (false, false) => Some(WRONG_PASSWORD),
        };
        error.filter(|_| self.frame.failed)
    }

    fn password_error(&self) -> Option<&'static str> {
        (self.frame.failed && self.empty.1).then_some(NO_PASSWORD)
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
            error_message: self.username_error().map(Into::into),
            ..Input::default()
        }
    }

    fn password(&self) -> PasswordInput {
        PasswordInput {
            name: "password".to_owned(),
            label: Label::from("Password"),
            error_message: self.password_error().map(Into::into),
            ..PasswordInput::default()
        }
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
    /// Where to go afterwards; travels in a hidden input.
    pub next: String,
}

impl CodePage {
    fn summary() -> ErrorSummary {
        ErrorSummary::new(vec![ErrorLink { href: "#code".to_owned(), text: WRONG_CODE.to_owned() }])
    }

    fn code(&self) -> Input {
        code_input(self.frame.failed)
    }

    fn button() -> Button {
        Button { text: "Sign in".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// Where the code of an authenticator app is typed.
pub(super) fn code_input(wrong: bool) -> Input {
    Input {
        name: "code".to_owned(),
        label: Label::from("Code"),
        hint: Some(Hint::from("6 numbers, for example 123 456. You can type them with or without a space.")),
        classes: "govuk-input--width-10 govuk-input--extra-letter-spacing app-code-input".to_owned(),
        inputmode: "numeric".to_owned(),
        autocomplete: "one-time-code".to_owned(),
        spellcheck: Some(false),
        error_message: wrong.then(|| WRONG_CODE.into()),
        ..Input::default()
    }
}

/// This page's routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/sign-in", routing::get(show).post(give_password))
        .route("/sign-in/code", routing::get(show_code).post(give_code))
        .route("/sign-out", routing::post(sign_out))
        .route("/sign-out-everywhere", routing::post(sign_out_everywhere))
}

/// What stands in the address of the sign-in.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Asked {
    next: String,
    signed_out: Option<String>,
    kept: Option<String>,
    unsent: Option<String>,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    if visit.caller.is_some() {
        return Ok(see(next::local(&asked.next)));
    }
    let notice = match (&asked.kept, &asked.unsent, &asked.signed_out) {
        (Some(_), ..) => KEPT,
        (None, Some(_), _) => UNSENT,
        (None, None, Some(_)) => "You have signed out.",
        (None, None, None) => "",
    };
    ok(&password_page(&visit, &asked.next, notice))
}

fn password_page(visit: &Visit, next: &str, notice: &str) -> PasswordPage {
    PasswordPage {
        frame: visit.frame.titled("Sign in"),
        username: String::new(),
        notice: notice.to_owned(),
        next: next::local(next).to_owned(),
        empty: (false, false),
    }
}

async fn give_password(State(app): State<Arc<App>>, visit: Visit, posted: Posted) -> Answer {
    posted.only(&["username", "password", "next"])?;
    let (username, next) = (posted.value("username"), posted.value("next"));
    let password = Password::typed(posted.value("password").to_owned());
    match app.give_password(&visit.request, username, password).await {
        Ok(begun) => {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            let address = match next::local(next) {
                "/" => "/sign-in/code".to_owned(),
                next => format!("/sign-in/code?{}", query.append_pair("next", next).finish()),
            };
            Ok(with_cookies(see(&address), &[cookie::given(cookie::PRE_SESSION, &begun.cookie)]))
        }
        Err(Error::Credentials) => {
            let page = password_page(&visit, next, "");
            let empty = (username.trim().is_empty(), posted.value("password").is_empty());
            mend(&PasswordPage { frame: page.frame.failed_if(true), username: username.to_owned(), empty, ..page })
        }
        Err(other) => Err(Failure(other)),
    }
}

async fn show_code(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    match (&visit.caller, &visit.pre_session) {
        (Some(_), _) => Ok(see(next::local(&asked.next))),
        (None, None) => Ok(see(&next::sign_in(&asked.next))),
        (None, Some(_)) => ok(&code_page(&visit, &asked.next)),
    }
}

fn code_page(visit: &Visit, next: &str) -> CodePage {
    let next = next::local(next).to_owned();
    CodePage { frame: visit.frame.titled("Code – Sign in").back_to(&next::sign_in(&next)), next }
}

async fn give_code(State(app): State<Arc<App>>, visit: Visit, posted: Posted) -> Answer {
    posted.only(&["code", "next"])?;
    let next = posted.value("next");
    let digits: String = posted.value("code").chars().filter(|c| !c.is_whitespace()).collect();
    let Some(pre_session) = &visit.pre_session else { return Ok(see(&next::sign_in(next))) };
    match app.give_code(&visit.request, pre_session, &digits).await {
        Ok(begun) => {
            let cookies = [cookie::given(cookie::SESSION, &begun.cookie), cookie::taken(cookie::PRE_SESSION)];
            Ok(with_cookies(see(next::local(next)), &cookies))
        }
        // The five minutes are over: begin again.
        Err(Error::NotSignedIn) => Ok(with_cookies(see(&next::sign_in(next)), &[cookie::taken(cookie::PRE_SESSION)])),
        Err(Error::Credentials) => {
            let page = code_page(&visit, next);
            mend(&CodePage { frame: page.frame.failed_if(true), ..page })
        }
        Err(other) => Err(Failure(other)),
    }
}

async fn sign_out(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    app.sign_out(&person.request, &person.caller).await?;
    Ok(signed_out())
}

async fn sign_out_everywhere(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    app.sign_out_everywhere(&person.request, &person.caller).await?;
    Ok(signed_out())
}

/// Back to the sign-in; the browser forgets what it kept of us. Cookies go by name: `Clear-Site-Data` would take those of
/// the whole domain, neighbours included.
fn signed_out() -> Response {
    let cookies = [cookie::taken(cookie::SESSION), cookie::taken(cookie::PRE_SESSION)];
    let forget = [(http::HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""))];
    let answer = (forget, see("/sign-in?signed-out=1")).into_response();
    with_cookies(answer, &cookies)
}

/// An answer that gives or takes cookies.
pub(super) fn with_cookies(mut answer: Response, cookies: &[String]) -> Response {
    let headers: &mut HeaderMap = answer.headers_mut();
    for text in cookies {
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.append(header::SET_COOKIE, value);
        }
    }
    answer
}
