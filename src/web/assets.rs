//! The embedded front-end files: their addresses for templates, and the handler that serves them.

use axum::{extract::Path, response::IntoResponse};
use http::{HeaderValue, StatusCode, header};

/// An embedded file.
struct Asset {
    /// What templates call it, such as `app.css`.
    logical: &'static str,
    /// Its name with the hash of its content, such as `app.0123456789abcdef.css`.
    name: &'static str,
    /// Its address on this site.
    url: &'static str,
    bytes: &'static [u8],
}

// `ASSETS`, written by build.rs.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// What may be kept: the name changes whenever the content does. `security` lets exactly this through.
pub const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The route that [`serve`] answers.
pub const ROUTE: &str = "/assets/{name}";

/// The address of a file by its logical name. An unknown name gives an address that answers 404; the test of all templates
/// refuses such an address.
pub fn url(logical: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.logical == logical).map_or("/assets/missing", |asset| asset.url)
}

/// Serves one embedded file, to be kept for a year; anything else is 404 without a body.
#[allow(clippy::unused_async, reason = "axum takes handlers that are async")]
pub async fn serve(Path(name): Path<String>) -> impl IntoResponse {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = HeaderValue::from_static(content_type(asset.name));
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, IMMUTABLE)], asset.bytes).into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, routing::get};
    use http::Request;
    use http_body_util::BodyExt;
    use sha2::{Digest, Sha256};
    use tower::ServiceExt;

    use super::*;

    async fn fetch(address: &str) -> (StatusCode, http::HeaderMap, Vec<u8>) {
        let router: Router = Router::new().route(ROUTE, get(serve));
        let request = Request::get(address).body(Body::empty()).expect("a request");
        let answer = router.oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        (parts.status, parts.headers, body.collect().await.expect("a body").to_bytes().to_vec())
    }

    #[tokio::test]
    async fn each_file_is_served_under_the_hash_of_its_content() {
        let kinds = [("css", "text/css; charset=utf-8"), ("js", "text/javascript; charset=utf-8"), ("svg", "image/svg+xml")];
        assert_eq!(ASSETS.len(), 6);
        for asset in ASSETS {
            let (status, headers, body) = fetch(url(asset.logical)).await;
            assert_eq!((status, body.as_slice()), (StatusCode::OK, asset.bytes), "{}", asset.logical);
            assert!(asset.name.contains(&hex::encode(&Sha256::digest(asset.bytes)[..8])), "{}", asset.name);
            assert_eq!(headers[header::CACHE_CONTROL], IMMUTABLE);
            let (_, extension) = asset.logical.rsplit_once('.').expect("an extension");
            let expected = kinds.iter().find(|(known, _)| *known == extension).expect("a known kind").1;
            assert_eq!(headers[header::CONTENT_TYPE], expected);
        }
    }

    #[tokio::test]
    async fn nothing_else_is_served_least_of_all_crest_or_typeface() {
        for name in [
            "app.css",
            "app.0000000000000000.css",
            "missing",
            "fonts",
            "govuk-crest.svg",
            "light-94a07e06a1-v2.woff2",
            "manifest.json",
        ] {
            assert_eq!(fetch(&format!("/assets/{name}")).await.0, StatusCode::NOT_FOUND, "{name}");
        }
        for path in ["/assets/images/govuk-crest.svg", "/assets/fonts/bold-b542beb274-v2.woff2", "/assets/../Cargo.toml"] {
            assert_eq!(fetch(path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn the_stylesheets_fetch_nothing_and_name_no_licensed_typeface() {
        for asset in ASSETS.iter().filter(|asset| content_type(asset.name).starts_with("text/css")) {
            let text = std::str::from_utf8(asset.bytes).expect("text").to_lowercase();
            for trace in ["@font-face", "gds transport", "url(/", "url(http", "@import", "sourcemappingurl", "crest"] {
                // The header with the crest is never on a page; its rule has no image left.
                assert!(!text.contains(trace) || (trace == "crest" && !text.contains("crest.svg")), "{}: {trace}", asset.logical);
            }
        }
        let script = ASSETS.iter().find(|asset| asset.logical == "app.js").expect("our script");
        let text = std::str::from_utf8(script.bytes).expect("text");
        let govuk = url("govuk.js").trim_start_matches("/assets/");
        assert!(text.contains(&format!("from './{govuk}'")), "our script imports the script that is served");
    }
}
