//! The headers that every answer carries, errors included.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::assets;

/// The one inline script: it tells the stylesheets that scripts run. Its hash stands in [`POLICY`].
pub const INLINE_SCRIPT: &str =
    "document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype ? ' govuk-frontend-supported' : '');";

const POLICY: &str = "default-src 'none'; script-src 'self' 'sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw='; \
    style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    manifest-src 'self'; require-trusted-types-for 'script'";

/// For files: whatever a browser makes of one, it runs nothing, reaches nothing and is of no origin.
const FILE_POLICY: &str = "default-src 'none'; sandbox";

static HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: browsers would then hide the origin of our own posts as well, and older ones say nothing else of it.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), fullscreen=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Puts the headers on; for `axum::middleware::from_fn`, as the outermost layer that makes answers.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    put(response.headers_mut());
    response
}

/// Puts the headers on one answer, replacing what stands there. Only the assets may be kept anywhere.
pub fn put(headers: &mut HeaderMap) {
    for (name, value) in &HEADERS {
        headers.insert(name.clone(), HeaderValue::from_static(value));
    }
    if headers.contains_key(header::CONTENT_DISPOSITION) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(FILE_POLICY));
    }
    if headers.get(header::CACHE_CONTROL) != Some(&assets::IMMUTABLE) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware, routing::get};
    use base64::{Engine, engine::general_purpose::STANDARD};
    use http::StatusCode;
    use sha2::{Digest, Sha256};
    use tower::ServiceExt;

    use super::*;

    #[test]
    fn the_policy_allows_exactly_our_inline_script() {
        let hash = STANDARD.encode(Sha256::digest(INLINE_SCRIPT.as_bytes()));
        assert!(POLICY.contains(&format!("script-src 'self' 'sha256-{hash}';")), "{hash}");
        for loophole in ["unsafe", "http:", "https:", "data:", "blob:", "*", "nonce"] {
            assert!(!POLICY.contains(loophole), "{loophole}");
        }
    }

    #[tokio::test]
    async fn every_answer_carries_every_header_errors_too() {
        let router: Router = Router::new()
            .route("/", get(async || "a page"))
            .route("/kept", get(async || ([(header::CACHE_CONTROL, "public, max-age=60")], "must not be kept")))
            .route("/broken", get(async || StatusCode::INTERNAL_SERVER_ERROR))
            .route(assets::ROUTE, get(assets::serve))
            .layer(middleware::from_fn(headers));
        for address in ["/", "/kept", "/broken", "/nowhere", "/assets/nothing", assets::url("app.css")] {
            let request = Request::get(address).body(Body::empty()).expect("a request");
            let answer = router.clone().oneshot(request).await.expect("an answer");
            for (name, value) in &HEADERS {
                assert_eq!(answer.headers()[name], value, "{address} {name}");
                assert_eq!(answer.headers().get_all(name).iter().count(), 1);
            }
            let expected =
                if address == assets::url("app.css") { assets::IMMUTABLE } else { HeaderValue::from_static("no-store") };
            assert_eq!(answer.headers()[header::CACHE_CONTROL], expected, "{address}");
        }
    }
}
