//! Where to go after signing in: an address of this site, or the start page.

/// The address if it is a page of ours: never another site, however it is written, and never the sign-in itself.
pub(super) fn local(next: &str) -> &str {
    let plain = next.starts_with('/')
        && !next.starts_with("//")
        && next.len() <= 512
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && !next.starts_with("/sign-") { next } else { "/" }
}

/// The address of the sign-in that leads to a page afterwards.
pub(super) fn sign_in(next: &str) -> String {
    match local(next) {
        "/" => "/sign-in".to_owned(),
        next => format!("/sign-in?{}", url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish()),
    }
}

/// The same, saying that what was posted is kept.
pub(super) fn sign_in_kept(next: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    format!("/sign-in?{}", query.append_pair("kept", "1").append_pair("next", local(next)).finish())
}

/// The same, saying that what was posted came too late, and that nothing became of it.
pub(super) fn sign_in_unsent(next: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    format!("/sign-in?{}", query.append_pair("unsent", "1").append_pair("next", local(next)).finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_are_gone_to() {
        for good in ["/", "/sent", "/queue?team=1&state=received", "/referrals/7K3F-9QXD-2", "/log?from=2026-01-01"] {
            assert_eq!(local(good), good);
        }
        let long = format!("/{}", "a".repeat(600));
        for bad in [
            "",
            "sent",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/a\r\nSet-Cookie: x",
            "javascript:alert(1)",
            "/sign-out",
            "/sign-in",
            "/é",
            &long,
        ] {
            assert_eq!(local(bad), "/", "{bad}");
        }
    }

    #[test]
    fn the_way_back_is_encoded() {
        assert_eq!(sign_in("/queue?team=1&state=x"), "/sign-in?next=%2Fqueue%3Fteam%3D1%26state%3Dx");
        assert_eq!(sign_in("//evil"), "/sign-in");
        assert_eq!(sign_in_kept("/drafts/a"), "/sign-in?kept=1&next=%2Fdrafts%2Fa");
        assert_eq!(sign_in_kept("//evil"), "/sign-in?kept=1&next=%2F");
        assert_eq!(sign_in_unsent("/referrals/a"), "/sign-in?unsent=1&next=%2Freferrals%2Fa");
    }
}
