//! Failures as RFC 9457 problems: one shape, stable types, and never a value that was sent.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Error;

/// The media type of problems (RFC 9457).
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// One thing to mend.
#[derive(Debug, Clone, Serialize, ToSchema, PartialEq, Eq)]
pub struct FieldProblem {
    /// The member, query field, header or question; `answers` for the whole.
    pub field: String,
    /// What to do.
    pub message: String,
}

/// A failure on its way to the entrance, which writes it out.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: Option<String>,
    errors: Vec<FieldProblem>,
    wait: Option<Duration>,
}

/// A problem as it is sent (RFC 9457).
#[derive(Serialize, ToSchema)]
pub struct ProblemBody {
    /// A stable path that names the sort of problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/unseen")]
    kind: String,
    /// The sort of problem in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// More about this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// What to mend, by field; often none.
    errors: Vec<FieldProblem>,
    /// The id of the request, as in `X-Request-Id` and in the log.
    request_id: String,
}

impl Problem {
    const fn new(status: StatusCode, kind: &'static str, title: &'static str) -> Self {
        Self { status, kind, title, detail: None, errors: Vec::new(), wait: None }
    }

    fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    fn wait(self, wait: Duration) -> Self {
        Self { wait: Some(wait), ..self }
    }

    /// A request that makes no sense.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "/problems/malformed", "The request makes no sense").detail(detail)
    }

    /// A header, member or query field that makes no sense.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        let errors = vec![FieldProblem { field: field.to_owned(), message: message.into() }];
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST, "/problems/malformed", "The request makes no sense") }
    }

    /// What the router, a limit or a panic left without a shape.
    pub fn of_status(status: StatusCode) -> Self {
        let (kind, title) = match status {
            StatusCode::NOT_FOUND => return Error::Unseen.into(),
            StatusCode::PAYLOAD_TOO_LARGE => ("/problems/too-large", "The body is larger than this call takes"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("/problems/media-type", "Send the body as application/json, not encoded"),
            StatusCode::SERVICE_UNAVAILABLE => return Error::Unavailable.into(),
            status if status.is_client_error() => ("/problems/malformed", "The request makes no sense"),
            _ => ("/problems/internal", "Something went wrong at our end"),
        };
        Self::new(status, kind, title)
    }

    /// The answer, with the id of its request.
    pub fn written(self, request_id: &str, headers: &mut HeaderMap) -> Vec<u8> {
        headers.insert(header::CONTENT_TYPE, MEDIA_TYPE);
        if let Some(wait) = self.wait {
            // Rounded up: whoever waits exactly so long is not refused again.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Cookie realm=\"referral exchange\""));
        }
        let body = ProblemBody {
            kind: self.kind.to_owned(),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            errors: self.errors,
            request_id: request_id.to_owned(),
        };
        // Texts and numbers only: it cannot fail.
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        use StatusCode as S;
        let words = error.to_string();
        match error {
            Error::NotSignedIn => Self::new(S::UNAUTHORIZED, "/problems/not-signed-in", "Sign in to go on"),
            Error::Credentials => {
                Self::new(S::UNAUTHORIZED, "/problems/credentials", "The user name, password or code is not right")
            }
            Error::Unseen => Self::new(S::NOT_FOUND, "/problems/unseen", "There is nothing here that you can see"),
            Error::Refused => Self::new(S::FORBIDDEN, "/problems/refused", "Your role does not allow this"),
            Error::CrossSite => Self::new(S::FORBIDDEN, "/problems/cross-site", "The request did not come from this site")
                .detail("send X-CSRF-Token as POST /session gave it, and no foreign Origin"),
            Error::Throttled(wait) => {
                Self::new(S::TOO_MANY_REQUESTS, "/problems/throttled", "There have been too many tries").wait(wait)
            }
            Error::Busy(wait) => Self::new(S::SERVICE_UNAVAILABLE, "/problems/busy", "The exchange is busy").wait(wait),
            Error::Unscanned(wait) => {
                let title = "The file could not be checked for viruses, and was not kept";
                Self::new(S::SERVICE_UNAVAILABLE, "/problems/not-scanned", title).wait(wait)
            }
            Error::Unavailable => Self::new(S::SERVICE_UNAVAILABLE, "/problems/unavailable", "The exchange is not available")
                .wait(Duration::from_secs(5)),
            Error::Invalid(fields) => {
                let errors = fields.iter().map(|fault| FieldProblem { field: fault.name(), message: fault.message.clone() });
                let errors = errors.collect();
                Self { errors, ..Self::new(S::UNPROCESSABLE_ENTITY, "/problems/answers", "Some answers need mending") }
            }
            Error::Malformed(_) => Self::malformed(words),
            Error::TooLarge => Self::of_status(S::PAYLOAD_TOO_LARGE).detail(words),
            Error::Unsupported(_) => {
                Self::new(S::UNSUPPORTED_MEDIA_TYPE, "/problems/file-type", "This kind of file is not taken").detail(words)
            }
            Error::Conflict(_) => {
                Self::new(S::CONFLICT, "/problems/conflict", "It is not in a state that allows this").detail(words)
            }
            Error::Taken(_) => Self::new(S::CONFLICT, "/problems/taken", "Somebody works on it already").detail(words),
            Error::KeyReused => {
                Self::new(S::UNPROCESSABLE_ENTITY, "/problems/key-reused", "This Idempotency-Key was used with another request")
            }
            Error::Integrity(_) => {
                Self::new(S::INTERNAL_SERVER_ERROR, "/problems/integrity", "A stored record failed its integrity check")
            }
            Error::Configuration(_) | Error::Internal(_) => {
                // The cause may quote its input, so the line says only that there is one.
                tracing::error!(error.kind = "internal", "a use case failed");
                Self::of_status(S::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(problem: Problem) -> (HeaderMap, serde_json::Value) {
        let mut headers = HeaderMap::new();
        let bytes = problem.written("id", &mut headers);
        (headers, serde_json::from_slice(&bytes).expect("JSON"))
    }

    #[test]
    fn every_error_has_its_status_and_type() {
        for (error, status, kind) in [
            (Error::NotSignedIn, 401, "not-signed-in"),
            (Error::Credentials, 401, "credentials"),
            (Error::Unseen, 404, "unseen"),
            (Error::Refused, 403, "refused"),
            (Error::CrossSite, 403, "cross-site"),
            (Error::Throttled(Duration::from_secs(1)), 429, "throttled"),
            (Error::Busy(Duration::from_secs(1)), 503, "busy"),
            (Error::Unavailable, 503, "unavailable"),
            (Error::Invalid(Vec::new()), 422, "answers"),
            (Error::Malformed("no"), 400, "malformed"),
            (Error::TooLarge, 413, "too-large"),
            (Error::Unsupported("no"), 415, "file-type"),
            (Error::Conflict("no"), 409, "conflict"),
            (Error::Taken("Ada".into()), 409, "taken"),
            (Error::KeyReused, 422, "key-reused"),
            (Error::Integrity("canary"), 500, "integrity"),
            (Error::Configuration("canary".into()), 500, "internal"),
            (Error::Internal("canary".into()), 500, "internal"),
        ] {
            let (headers, body) = written(error.into());
            assert_eq!(body["status"], status, "{kind}");
            assert_eq!(body["type"], format!("/problems/{kind}"));
            assert_eq!(body["request_id"], "id");
            assert!(body["errors"].is_array() && body["title"].is_string());
            assert!(!body.to_string().contains("canary"), "{body}");
            assert_eq!(headers.contains_key(header::RETRY_AFTER), status == 429 || status == 503, "{kind}");
            assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
        }
    }

    #[test]
    fn waits_are_whole_seconds_rounded_up() {
        for (millis, seconds) in [(0, "1"), (1, "1"), (1000, "1"), (1001, "2"), (60_000, "60")] {
            let (headers, _) = written(Error::Throttled(Duration::from_millis(millis)).into());
            assert_eq!(headers[header::RETRY_AFTER], seconds, "{millis}");
        }
    }
}
