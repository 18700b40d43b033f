//! The cookies' names and attributes: one place for every door that sets or reads them.

use cookie::{Cookie, SameSite};
use zeroize::Zeroizing;

/// The cookie of a person who is signed in. Browsers take a `__Host-` name only over TLS, for one host and the whole of it.
pub const SESSION: &str = "__Host-session";
/// The cookie between password and second factor.
pub const PRE_SESSION: &str = "__Host-pre-session";
/// The cookie between the code of an invitation and the person's password.
pub const JOINING: &str = "__Host-joining";
/// Ties a form that nobody signed in for to the browser it was shown in.
pub const FORM: &str = "__Host-form";
/// Where in a queue somebody was, as the address had it: codes, ids and a cursor, no words.
pub const QUEUE: &str = "__Host-queue";

/// What browsers forget when somebody signs out: the value of `Clear-Site-Data`.
pub const CLEAR_SITE_DATA: &str = "\"cache\",\"cookies\",\"storage\"";

fn guarded<'c>(name: &'static str, value: &'c str) -> Cookie<'c> {
    Cookie::build((name, value)).path("/").secure(true).http_only(true).same_site(SameSite::Strict).build()
}

/// The `Set-Cookie` value that gives a cookie, until the browser is closed; the hub ends the session long before.
pub fn given(name: &'static str, value: &str) -> String {
    guarded(name, value).to_string()
}

/// The `Set-Cookie` value that takes a cookie away.
pub fn taken(name: &'static str) -> String {
    let mut cookie = guarded(name, "");
    cookie.set_max_age(cookie::time::Duration::ZERO);
    cookie.to_string()
}

/// A cookie's value among the `Cookie` headers of a request; HTTP/2 may send several. None when it was sent twice: one of
/// the two is not ours.
pub fn sent<'h>(headers: impl IntoIterator<Item = &'h str>, name: &str) -> Option<Zeroizing<String>> {
    let mut named = headers
        .into_iter()
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .filter(|cookie| cookie.name() == name)
        .map(|cookie| Zeroizing::new(cookie.value().to_owned()));
    let found = named.next();
    if named.next().is_some() { None } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_given_and_taken_with_every_guard() {
        assert_eq!(given(SESSION, "abc"), "__Host-session=abc; HttpOnly; SameSite=Strict; Secure; Path=/");
        assert_eq!(taken(SESSION), "__Host-session=; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=0");
    }

    #[test]
    fn a_cookie_is_found_once_or_not_at_all() {
        let found = |headers: &[&str]| sent(headers.iter().copied(), SESSION).map(|value| value.to_string());
        assert_eq!(found(&["a=1; __Host-session=x; b=2"]).as_deref(), Some("x"));
        assert_eq!(found(&["a=1", "__Host-session=x"]).as_deref(), Some("x"));
        for none in [&["__Host-session=x; __Host-session=y"][..], &["__Host-session=x", "__Host-session=x"], &["session=x"], &[]]
        {
            assert_eq!(found(none), None, "{none:?}");
        }
    }
}
