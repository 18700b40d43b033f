//! The variable part of an address.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;

use super::problem::Problem;

/// Two variable parts, likewise.
pub struct Pair(pub String, pub String);

impl<S: Send + Sync> FromRequestParts<S> for Pair {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let both = Path::<(String, String)>::from_request_parts(parts, state).await;
        let (one, other) = both.map(|Path(both)| both).unwrap_or_default();
        Ok(Self(one, other))
    }
}

/// The part as text. Bytes that are none become the empty text, which names nothing: whoever sends them gets the answer,
/// and leaves the event, of somebody who asks for what does not exist.
pub struct Part(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Part {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let part = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(part.map(|Path(text)| text).unwrap_or_default()))
    }
}
