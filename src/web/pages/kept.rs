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
    /// Address that saves the answers and shows them again.
    pub action: String,
    /// Address that the answers were posted to.
    pub kept_at: String,
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

/// The page in answer to a post of answers to a section of a draft.
pub(in crate::web) fn page(visit: &Visit, address: &str, posted: &Posted, why: Why) -> Response {
    // Posted to the way back itself, it is still where it first belonged.
    let kept_at = if posted.value("kept_at").is_empty() { address } else { posted.value("kept_at") };
    let title = if why == Why::SignedOut { "Sign in to go on" } else { "Look at your answers again" };
    let ours = |name: &str| matches!(name, "kept_at" | "autosave" | "leave");
    let view = KeptPage {
        frame: visit.frame.titled(title),
        why,
        action: "/drafts/resume".to_owned(),
        kept_at: kept_at.split('?').next().unwrap_or_default().to_owned(),
        form_cookie_token: visit.form_token.clone(),
        answers: posted.fields().iter().filter(|(name, _)| !ours(name)).cloned().collect(),
    };
    error::page(StatusCode::FORBIDDEN, &view).unwrap_or_else(|_| error::refusal(&visit.frame, Reason::Fault))
}
