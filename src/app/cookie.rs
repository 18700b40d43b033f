//! The cookies: their names, and the one way they are written.

/// A session's.
pub const SESSION: &str = "__Host-session";
/// Between password and code.
pub const PRE_SESSION: &str = "__Host-presession";
/// Ties a form that nobody signed in for to the browser it was shown in.
pub const FORM: &str = "__Host-form";

const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// The text of `Set-Cookie` that gives a value, until the browser closes.
pub fn set(name: &str, value: &str) -> String {
    format!("{name}={value}; {ATTRIBUTES}")
}

/// The text of `Set-Cookie` that takes a cookie away.
pub fn clear(name: &str) -> String {
    format!("{name}=; {ATTRIBUTES}; Max-Age=0")
}

/// The value of a cookie in the text of one `Cookie` header.
pub fn find<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(known, value)| *known == name && !value.is_empty()).map(|(_, value)| value).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_stay_on_this_host_and_out_of_scripts() {
        for text in [set(SESSION, "x"), clear(PRE_SESSION), set(FORM, "y")] {
            assert!(text.starts_with("__Host-"), "{text}");
            for attribute in ["; Path=/;", "; Secure;", "; HttpOnly;", "; SameSite=Strict"] {
                assert!(text.contains(attribute), "{text}: {attribute}");
            }
            assert!(!text.contains("Domain"), "{text}");
        }
    }

    #[test]
    fn only_the_whole_name_fits() {
        let header = "a=1; x__Host-session=no; __Host-session=yes; __Host-form=";
        assert_eq!(find(header, SESSION), Some("yes"));
        assert_eq!(find(header, FORM), None);
        assert_eq!(find("", SESSION), None);
    }
}
