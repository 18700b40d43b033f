//! Whether a changing request comes from our own pages, or from no page at all.

use http::{HeaderMap, Uri, header};

const FETCH_SITE: &str = "sec-fetch-site";

/// A header that may stand once.
enum Sent<'h> {
    Absent,
    Once(&'h str),
    /// Twice, or no text.
    Unreadable,
}

/// Whether `Origin` or `Sec-Fetch-Site` tells of a foreign page. That neither is there tells nothing: scripts send none.
pub fn is_foreign(headers: &HeaderMap, uri: &Uri) -> bool {
    let foreign_site = match sent(headers, FETCH_SITE) {
        Sent::Absent | Sent::Once("same-origin" | "none") => false,
        Sent::Once(_) | Sent::Unreadable => true,
    };
    let foreign_origin = match sent(headers, header::ORIGIN.as_str()) {
        Sent::Absent => false,
        Sent::Once(origin) => !is_own(origin, headers, uri),
        Sent::Unreadable => true,
    };
    foreign_site || foreign_origin
}

fn sent<'h>(headers: &'h HeaderMap, name: &str) -> Sent<'h> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Sent::Absent,
        (Some(only), None) => only.to_str().map_or(Sent::Unreadable, Sent::Once),
        (Some(_), Some(_)) => Sent::Unreadable,
    }
}

/// Our own origin is `https://` and the host that was asked: HTTP/2 names it in the address, HTTP/1.1 in a header.
fn is_own(origin: &str, headers: &HeaderMap, uri: &Uri) -> bool {
    let host = match (uri.authority(), sent(headers, header::HOST.as_str())) {
        (Some(authority), _) => authority.as_str(),
        (None, Sent::Once(host)) => host,
        (None, Sent::Absent | Sent::Unreadable) => return false,
    };
    let plain = |host: &str| host.strip_suffix(":443").unwrap_or(host).to_ascii_lowercase();
    origin.strip_prefix("https://").is_some_and(|claimed| !host.is_empty() && plain(claimed) == plain(host))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn foreign(pairs: &[(&'static str, &'static str)], uri: &'static str) -> bool {
        let headers: HeaderMap =
            pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
        let mut all = HeaderMap::new();
        for (name, value) in &headers {
            all.append(name, value.clone());
        }
        is_foreign(&all, &Uri::from_static(uri))
    }

    #[test]
    fn only_our_own_origin_or_none_is_let_in() {
        let host = ("host", "hub.example:8443");
        for own in [
            &[host][..],
            &[host, ("origin", "https://hub.example:8443")],
            &[host, ("origin", "https://HUB.example:8443")],
            &[host, ("sec-fetch-site", "same-origin")],
            &[host, ("sec-fetch-site", "none")],
            &[("host", "hub.example"), ("origin", "https://hub.example:443")],
        ] {
            assert!(!foreign(own, "/session"), "{own:?}");
        }
        for other in [
            &[host, ("origin", "http://hub.example:8443")][..],
            &[host, ("origin", "https://hub.example")],
            &[host, ("origin", "https://hub.example:8444")],
            &[host, ("origin", "https://evil.example")],
            &[host, ("origin", "https://hub.example:8443.evil.example")],
            &[host, ("origin", "https://evil.example/hub.example:8443")],
            &[host, ("origin", "null")],
            &[host, ("origin", "")],
            &[("origin", "https://hub.example:8443")],
            &[host, ("origin", "https://hub.example:8443"), ("origin", "https://evil.example")],
            &[host, ("sec-fetch-site", "cross-site")],
            &[host, ("sec-fetch-site", "same-site")],
            &[host, ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            &[host, ("origin", "https://hub.example:8443"), ("sec-fetch-site", "cross-site")],
        ] {
            assert!(foreign(other, "/session"), "{other:?}");
        }
    }

    #[test]
    fn http_2_names_the_host_in_the_address() {
        assert!(!foreign(&[("origin", "https://hub.example:8443")], "https://hub.example:8443/session"));
        assert!(foreign(&[("origin", "https://evil.example"), ("host", "evil.example")], "https://hub.example:8443/session"));
    }
}
