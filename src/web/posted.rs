//! What a form posted: names and values in order, the guard's token taken out.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::error::Failure;
use crate::app::Error;

/// The name of the token in every form.
pub(super) const TOKEN: &str = "csrf_token";

/// A form's fields.
#[derive(Clone, Default)]
pub struct Posted(Arc<Vec<(String, String)>>);

impl Posted {
    /// Reads a body, and the token that came with it.
    pub(super) fn read(body: &[u8]) -> (Self, Option<String>) {
        let (mut token, mut fields) = (None, Vec::new());
        for (name, value) in url::form_urlencoded::parse(body) {
            if name == TOKEN {
                token.get_or_insert(value.into_owned());
            } else {
                fields.push((name.into_owned(), value.into_owned()));
            }
        }
        (Self(Arc::new(fields)), token)
    }

    /// Every field, in order.
    pub fn fields(&self) -> &[(String, String)] {
        &self.0
    }

    /// The first value of a field; blank when it was not posted.
    pub fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Every value of a field, in order.
    pub fn values<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// As [`Posted::only`], for a form of which one field may come any number of times.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn only_with_many(&self, names: &[&str], many: &str) -> Result<(), Error> {
        let rest = self.0.iter().filter(|(known, _)| known != many).cloned().collect();
        Self(Arc::new(rest)).only(names)
    }

    /// Refuses a form with other fields than these: nothing is ever taken over by accident.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn only(&self, names: &[&str]) -> Result<(), Error> {
        let known = self.0.iter().all(|(name, _)| names.contains(&name.as_str()));
        let once = names.iter().all(|name| self.0.iter().filter(|(known, _)| known == name).count() <= 1);
        if known && once { Ok(()) } else { Err(Error::Malformed("The form has fields that do not belong to it.")) }
    }
}

impl std::fmt::Debug for Posted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Posted({} …)", self.0.len())
    }
}

impl<S: Sync> FromRequestParts<S> for Posted {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        // The guard puts it there for every post.
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_no_field_and_repeats_stay() {
        let (posted, token) = Posted::read(b"a=1&csrf_token=t&a=2&b=+x%26y");
        assert_eq!(token.as_deref(), Some("t"));
        let fields: Vec<_> = posted.fields().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(fields, [("a", "1"), ("a", "2"), ("b", " x&y")]);
        assert_eq!((posted.value("a"), posted.value("none")), ("1", ""));
        assert!(posted.only(&["a", "b"]).is_err(), "a came twice");
        assert!(Posted::read(b"a=1").0.only(&["a", "b"]).is_ok());
        assert!(Posted::read(b"a=1&role=dpo").0.only(&["a"]).is_err());
        assert!(!format!("{posted:?}").contains("x&y"));
    }
}
