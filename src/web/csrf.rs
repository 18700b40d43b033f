//! Whether a post came from our own pages: by what the browser says of its origin, and by a token.

use http::{HeaderMap, Uri, header};
use subtle::ConstantTimeEq;

/// Whether the browser says that the request comes from elsewhere. A browser that says nothing is not refused: the token
/// decides. An origin of `null` counts as elsewhere unless the browser vouches for the site otherwise.
pub(super) fn is_foreign(headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text("sec-fetch-site");
    if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return true;
    }
    let host = uri.authority().map(http::uri::Authority::as_str).or_else(|| headers.get(header::HOST)?.to_str().ok());
    match (text("origin"), host) {
        (None, _) => false,
        (Some("null"), _) => site != Some("same-origin"),
        (Some(origin), Some(host)) => origin.strip_prefix("https://") != Some(host),
        (Some(_), None) => true,
    }
}

/// Whether two tokens are the same, in constant time; blank ones never are.
pub(super) fn same(known: &str, sent: &str) -> bool {
    !known.is_empty() && known.as_bytes().ct_eq(sent.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_our_own_pages_may_post() {
        let cases: &[(&[(&str, &str)], bool)] = &[
            (&[], false),
            (&[("sec-fetch-site", "same-origin")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("sec-fetch-site", "nonsense")], true),
            (&[("origin", "https://hub.example:8443")], false),
            (&[("origin", "https://hub.example")], true),
            (&[("origin", "http://hub.example:8443")], true),
            (&[("origin", "https://evil.example")], true),
            (&[("origin", "https://hub.example:8443.evil.example")], true),
            (&[("origin", "null")], true),
            (&[("origin", "null"), ("sec-fetch-site", "same-origin")], false),
            (&[("origin", "https://hub.example:8443"), ("sec-fetch-site", "cross-site")], true),
            (&[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")], true),
        ];
        for (headers, foreign) in cases {
            let mut map = HeaderMap::new();
            for (name, value) in *headers {
                map.insert(http::HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            // HTTP/2 has the host in the address, HTTP/1 in a header.
            assert_eq!(is_foreign(&map, &Uri::from_static("https://hub.example:8443/x")), *foreign, "{headers:?}");
            map.insert(header::HOST, HeaderValue::from_static("hub.example:8443"));
            assert_eq!(is_foreign(&map, &Uri::from_static("/x")), *foreign, "{headers:?}");
        }
    }

    #[test]
    fn tokens_compare_whole() {
        assert!(same("abc", "abc"));
        for (known, sent) in [("abc", "abd"), ("abc", "ab"), ("", ""), ("abc", "")] {
            assert!(!same(known, sent));
        }
    }
}
