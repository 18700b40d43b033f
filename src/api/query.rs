//! Query fields: only those a call knows, each once; an empty one is as good as none.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::domain::time::Timestamp;

/// The query of a call.
pub struct Query<T>(pub T);

/// The fields a call knows.
pub trait Fields: DeserializeOwned {
    /// Their names, for the words of a refusal.
    const NAMES: &'static str;
}

impl<T: Fields, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = serde_urlencoded::from_str(parts.uri.query().unwrap_or_default());
        read.map(Self).map_err(|_| Problem::malformed(format!("the query has only these fields, each once: {}", T::NAMES)))
    }
}

/// A field that was filled in.
pub fn given(field: Option<String>) -> Option<String> {
    field.filter(|text| !text.is_empty())
}

/// A field that is one of some codes.
pub fn code<T>(name: &str, field: Option<String>, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    given(field).map(|text| parse(&text).ok_or_else(|| Problem::field(name, "it is not one of the codes"))).transpose()
}

/// A field that is one of some codes, which a refusal names: a reader who mistyped one need not look it up.
pub fn one_of<T: Copy>(
    name: &str,
    field: Option<String>,
    all: &[T],
    code: impl Fn(T) -> &'static str,
) -> Result<Option<T>, Problem> {
    let find = |text: String| all.iter().copied().find(|one| code(*one) == text);
    let codes = || all.iter().map(|one| code(*one)).collect::<Vec<_>>().join(", ");
    given(field).map(|text| find(text).ok_or_else(|| Problem::field(name, format!("it is one of: {}", codes())))).transpose()
}

/// A field that is a moment, or a day: then the first moment of the day so many days later.
pub fn moment(name: &str, field: Option<String>, later: i8) -> Result<Option<Timestamp>, Problem> {
    let read = |text: String| {
        Timestamp::of_day(&text, later)
            .or_else(|_| Timestamp::parse(&text))
            .map_err(|error| Problem::field(name, error.to_string()))
    };
    given(field).map(read).transpose()
}

/// The `limit` of a list.
pub fn limit(field: Option<String>) -> Result<Option<u8>, Problem> {
    let read = |text: String| text.parse().ok().filter(|limit| (1..=100).contains(limit));
    given(field).map(|text| read(text).ok_or_else(|| Problem::field("limit", "it is a number from 1 to 100"))).transpose()
}
