//! From what a use case answers to a page: one match, for every page.

use std::sync::Arc;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::{
    pages::error::{ErrorPage, Reason},
    view::Frame,
};
use crate::app::Error;

/// What a handler gives back instead of a page; the guard turns it into one, in the frame of whoever asked.
#[derive(Debug)]
pub struct Failure(pub Error);

/// What a handler answers.
pub(super) type Answer = Result<Response, Failure>;

/// A failure on its way through the answer to the guard.
#[derive(Clone)]
pub(super) struct Failed(pub(super) Arc<Error>);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Failed(Arc::new(self.0)));
        response
    }
}

/// A page with its status.
pub(super) fn page(status: StatusCode, page: &impl Template) -> Answer {
    let html = page.render().map_err(|error| Failure(Error::Internal(Box::new(error))))?;
    Ok((status, Html(html)).into_response())
}

/// A page that shows what was asked for.
pub(super) fn ok(view: &impl Template) -> Answer {
    page(StatusCode::OK, view)
}

/// A page whose form must be mended.
pub(super) fn mend(view: &impl Template) -> Answer {
    page(StatusCode::UNPROCESSABLE_ENTITY, view)
}

/// On to another page.
pub(super) fn see(address: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(address) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// The page for an error.
pub(super) fn error_page(frame: &Frame, error: &Error) -> Response {
    let taken = error.to_string();
    let (reason, wait, detail) = match error {
        Error::Unseen => (Reason::NotFound, None, ""),
        Error::Refused => (Reason::Refused, None, ""),
        Error::NotSignedIn | Error::CrossSite => (Reason::ExpiredForm, None, ""),
        Error::Malformed(detail) | Error::Unsupported(detail) => (Reason::Malformed, None, *detail),
        Error::TooLarge => (Reason::TooLarge, None, ""),
        Error::Credentials | Error::Invalid(_) => (Reason::Malformed, None, ""),
        Error::Conflict(detail) => (Reason::Conflict, None, *detail),
        Error::Taken(_) => (Reason::Conflict, None, taken.as_str()),
        Error::KeyReused => (Reason::AlreadySent, None, ""),
        Error::Throttled(wait) => (Reason::TooManyTries, Some(*wait), ""),
        Error::Busy(wait) | Error::Unscanned(wait) => (Reason::TooBusy, Some(*wait), ""),
        Error::Unavailable => (Reason::TooBusy, Some(std::time::Duration::from_secs(10)), ""),
        Error::Integrity(what) => {
            tracing::error!(request.id = frame.request_id, error.kind = "integrity", what, "a page was not shown");
            (Reason::Damaged, None, "")
        }
        Error::Configuration(_) | Error::Internal(_) => {
            tracing::error!(request.id = frame.request_id, error.kind = "internal", "a page failed");
            (Reason::Fault, None, "")
        }
    };
    // Rounded up: whoever waits exactly so long must not be too early.
    let seconds = wait.map(|wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
    reason_page(frame, &ErrorPage { retry_after: seconds, detail: sentence(detail), ..ErrorPage::new(frame, reason) })
}

/// The page for a reason that is no use case's.
pub(super) fn refusal(frame: &Frame, reason: Reason) -> Response {
    reason_page(frame, &ErrorPage::new(frame, reason))
}

fn reason_page(frame: &Frame, view: &ErrorPage) -> Response {
    let seconds = view.retry_after;
    let Ok(mut response) = page(view.reason.status(), view) else {
        tracing::error!(request.id = frame.request_id, error.kind = "template", "an error page failed");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Words of a use case as a sentence of a page.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
    first.map_or_else(String::new, |text| if text.ends_with('.') { text } else { text + "." })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_error_has_its_status_and_says_when_to_come_back() {
        let internal = || Error::Internal(Box::new(std::fmt::Error));
        let cases = [
            (Error::Unseen, 404, None),
            (Error::Refused, 403, None),
            (Error::CrossSite, 403, None),
            (Error::Malformed("the cursor is not one of ours"), 400, None),
            (Error::TooLarge, 413, None),
            (Error::Unsupported("no"), 400, None),
            (Error::Conflict("it has changed"), 409, None),
            (Error::Taken("Ada".into()), 409, None),
            (Error::KeyReused, 409, None),
            (Error::Throttled(Duration::from_millis(1500)), 429, Some("2")),
            (Error::Busy(Duration::from_secs(5)), 503, Some("5")),
            (Error::Unavailable, 503, Some("10")),
            (Error::Integrity("x"), 500, None),
            (internal(), 500, None),
        ];
        for (error, status, wait) in cases {
            let response = error_page(&Frame::default(), &error);
            assert_eq!(response.status().as_u16(), status, "{error:?}");
            assert_eq!(response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()), wait, "{error:?}");
        }
        assert_eq!(sentence("it has changed"), "It has changed.");
        assert_eq!(sentence(""), "");
    }
}
