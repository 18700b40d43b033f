//! Joining: the code of an invitation, then password and authenticator app.

use std::sync::Arc;

use askama::Template;
use axum::{Router, extract::State, routing};
use http::HeaderMap;

use super::sign_in::{WRONG_CODE, code_input, with_cookies};
use crate::{
    app::{App, BadPassword, Error, Joining, NewPassword, NotJoined, cookie},
    web::{
        components::{Button, ErrorLink, ErrorMessage, ErrorSummary, Hint, Input, Label, PasswordInput, QrPicture},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{Visit, cookie_of},
        view::Frame,
    },
};

/// The one message for whatever is wrong with name or code: it tells nobody which.
const NO_INVITATION: &str =
    "Enter a user name and a code that belong together. A code runs out after 7 days, and when a new one is made";
pub(super) const COMMON: &str =
    "Choose another password: this one is easy to guess. Three or four words that do not belong together are good";

/// The first step, posted to `/join` as `username`, `code`.
#[derive(Clone, Template)]
#[template(path = "join/code.html")]
pub struct InvitationPage {
    /// The frame; `failed` shows the one message.
    pub frame: Frame,
    /// The user name as typed; the code never comes back.
    pub username: String,
    /// Whether somebody was on the second step, and must begin again.
    pub again: bool,
}

impl InvitationPage {
    fn summary() -> ErrorSummary {
        ErrorSummary::new(vec![ErrorLink { href: "#username".to_owned(), text: NO_INVITATION.to_owned() }])
    }

    fn username(&self) -> Input {
        Input {
            name: "username".to_owned(),
            label: Label::from("User name"),
            hint: Some(Hint::from("It stands beside the code that you were given.")),
            value: self.username.clone(),
            classes: "govuk-!-width-two-thirds".to_owned(),
            autocomplete: "username".to_owned(),
            autocapitalize: "none".to_owned(),
            spellcheck: Some(false),
            error_message: self.frame.failed.then(|| NO_INVITATION.into()),
            ..Input::default()
        }
    }

    fn code() -> Input {
        Input {
            name: "code".to_owned(),
            label: Label::from("Code"),
            hint: Some(Hint::from(
                "20 letters and numbers. You can type it with or without hyphens, in capitals or small letters.",
            )),
            classes: "govuk-input--width-30 govuk-input--extra-letter-spacing".to_owned(),
            autocomplete: "off".to_owned(),
            autocapitalize: "characters".to_owned(),
            spellcheck: Some(false),
            ..Input::default()
        }
    }

    fn button() -> Button {
        Button { text: "Continue".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// The second step, posted to `/join/ready` as `password`, `code`.
#[derive(Clone, Template)]
#[template(path = "join/ready.html")]
pub struct ReadyPage {
    /// The frame; `failed` when something must be mended.
    pub frame: Frame,
    /// The person's name.
    pub name: String,
    /// Their user name.
    pub username: String,
    /// The secret of the authenticator app, in groups of four.
    pub secret: String,
    /// The same as an address that an app on this device opens.
    pub address: String,
    /// The same as a picture for the camera of a phone.
    pub picture: QrPicture,
    /// What is wrong with the password; empty for nothing.
    pub password_error: String,
    /// Whether the app's code does not fit.
    pub wrong_code: bool,
}

impl ReadyPage {
    fn summary(&self) -> ErrorSummary {
        let password = ErrorLink { href: "#password".to_owned(), text: self.password_error.clone() };
        let code = ErrorLink { href: "#code".to_owned(), text: WRONG_CODE.to_owned() };
        let links = [(password, !self.password_error.is_empty()), (code, self.wrong_code)];
        ErrorSummary::new(links.into_iter().filter(|(_, wrong)| *wrong).map(|(link, _)| link).collect())
    }

    fn password(&self) -> PasswordInput {
        PasswordInput {
            name: "password".to_owned(),
            label: Label::from("Choose a password"),
            hint: Some(Hint::from(
                "12 characters or more, any characters. You can paste it from a password manager. Nobody can tell you it again: if \
                 you forget it, somebody of your team must let you in anew.",
            )),
            error_message: (!self.password_error.is_empty()).then(|| ErrorMessage { text: self.password_error.clone() }),
            autocomplete: "new-password".to_owned(),
            ..PasswordInput::default()
        }
    }

    fn code(&self) -> Input {
        code_input(self.wrong_code)
    }

    fn button() -> Button {
        Button { text: "Join and sign in".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/join", routing::get(show).post(take_up)).route("/join/ready", routing::get(show_ready).post(join))
}

async fn show(visit: Visit) -> Answer {
    if visit.caller.is_some() {
        return Ok(see("/"));
    }
    ok(&InvitationPage { frame: visit.frame.titled("Join"), username: String::new(), again: false })
}

async fn take_up(State(app): State<Arc<App>>, visit: Visit, posted: Posted) -> Answer {
    posted.only(&["username", "code"])?;
    let username = posted.value("username");
    match app.take_up_invitation(&visit.request, username, posted.value("code")).await {
        Ok(ticket) => Ok(with_cookies(see("/join/ready"), &[cookie::given(cookie::JOINING, &ticket)])),
        Err(Error::Credentials) => mend(&InvitationPage {
            frame: visit.frame.titled("Join").failed_if(true),
            username: username.to_owned(),
            again: false,
        }),
        Err(other) => Err(Failure(other)),
    }
}

fn ready_page(frame: &Frame, joining: Joining) -> Result<ReadyPage, Failure> {
    let letters: Vec<char> = joining.factor.secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    Ok(ReadyPage {
        frame: frame.titled("Password and app – Join").back_to("/join"),
        name: joining.name,
        username: joining.username,
        secret: groups.join(" "),
        picture: QrPicture::of(&joining.factor.address, "For the camera of your authenticator app")?,
        address: joining.factor.address.to_string(),
        password_error: String::new(),
        wrong_code: false,
    })
}

/// The first step, with the words that the second is of no use any more; the cookie is taken away.
fn begin_again(frame: &Frame) -> Answer {
    let page = InvitationPage { frame: frame.titled("Join"), username: String::new(), again: true };
    Ok(with_cookies(ok(&page)?, &[cookie::taken(cookie::JOINING)]))
}

async fn show_ready(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Answer {
    if visit.caller.is_some() {
        return Ok(see("/"));
    }
    let Some(ticket) = cookie_of(&headers, cookie::JOINING) else { return Ok(see("/join")) };
    match app.joining(&visit.request, &ticket).await {
        Ok(joining) => ok(&ready_page(&visit.frame, joining)?),
        Err(Error::Credentials) => begin_again(&visit.frame),
        Err(other) => Err(Failure(other)),
    }
}

async fn join(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap, posted: Posted) -> Answer {
    posted.only(&["password", "code"])?;
    let Some(ticket) = cookie_of(&headers, cookie::JOINING) else { return Ok(see("/join")) };
    let again = async |password_error: String, wrong_code: bool| {
        let joining = match app.joining(&visit.request, &ticket).await {
            Err(Error::Credentials) => return begin_again(&visit.frame),
            found => found?,
        };
        let page = ready_page(&visit.frame, joining)?;
        mend(&ReadyPage { frame: page.frame.failed_if(true), password_error, wrong_code, ..page })
    };
    let password = match NewPassword::parse(posted.value("password").to_owned()) {
        Ok(password) => password,
        Err(bad @ (BadPassword::TooShort | BadPassword::TooLong)) => return again(bad.to_string(), false).await,
    };
    match app.join(&visit.request, &ticket, &password, posted.value("code")).await {
        Ok(Ok(begun)) => {
            let cookies = [cookie::given(cookie::SESSION, &begun.cookie), cookie::taken(cookie::JOINING)];
            Ok(with_cookies(see("/"), &cookies))
        }
        Ok(Err(NotJoined::CommonPassword)) => again(COMMON.to_owned(), false).await,
        Ok(Err(NotJoined::WrongCode)) => again(String::new(), true).await,
        // Pressed twice: they are in already.
        Err(Error::Credentials) if cookie_of(&headers, cookie::SESSION).is_some() => Ok(see("/")),
        Err(Error::Credentials) => begin_again(&visit.frame),
        Err(other) => Err(Failure(other)),
    }
}
