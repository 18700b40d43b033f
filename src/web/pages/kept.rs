//! The session ended while somebody wrote: their answers come back in the page, and nothing was sent.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::web::{components::Button, error, pages::error::Reason, posted::Posted, session::Visit, view::Frame};

/// Why the answers were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nobody is signed in any more.
    SignedOut,
    /// The form is of an earlier session.
    OldForm,
}

/// The answers, kept in hidden inputs, with the way on.
#[derive(Clone, Template)]
#[template(path = "form/kept.html")]
pub struct KeptPage {
    /// The frame.
    pub frame: Frame,
    /// Why.
    pub why: Why,
    /// Address that shows the form again with all answers.
    pub action: String,
    /// Token of the browser's form cookie.
    pub form_cookie_token: String,
    /// Everything that was posted, without the guard's token.
    pub answers: Vec<(String, String)>,
}

impl KeptPage {
    fn button() -> Button {
        Button { text: "Go on with my answers".to_owned(), ..Button::default() }
    }
}

/// The page in answer to a post of answers to `/refer/{pathway}/…`.
pub(in crate::web) fn page(visit: &Visit, address: &str, posted: &Posted, why: Why) -> Response {
    let pathway = address.split('/').nth(2).unwrap_or_default();
    let title = if why == Why::SignedOut { "Sign in to go on" } else { "Look at your answers again" };
    let view = KeptPage {
        frame: visit.frame.titled(title),
        why,
        action: format!("/refer/{pathway}/resume"),
        form_cookie_token: visit.form_token.clone(),
        answers: posted.fields().iter().filter(|(name, _)| name != "change").cloned().collect(),
    };
    error::page(StatusCode::FORBIDDEN, &view).unwrap_or_else(|_| error::refusal(&visit.frame, Reason::Fault))
}
