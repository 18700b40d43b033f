//! Bodies and headers of changing requests: JSON of exactly the members a call takes.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, FromRequestParts as _, Request},
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;

use super::{problem::Problem, signed::Signed};
use crate::app::{App, IdempotencyKey};

/// Larger than the longest answers to any pathway; files have a route and a limit of their own.
const LIMIT: usize = 256 * 1024;
/// What is too large is read so far before it is refused.
const HEARD_OUT: usize = 4 * LIMIT;

/// A body as it came. Read only after who asks is known.
pub struct Bytes(Vec<u8>);

/// A changing request with a body: who asks, the key they repeat it by, and what they send.
pub struct Change {
    /// Who asks.
    pub signed: Signed,
    /// The key.
    pub key: IdempotencyKey,
    /// What they send.
    pub body: Bytes,
}

impl FromRequest<Arc<App>> for Change {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let signed = Signed::from_request_parts(&mut parts, app).await?;
        let headers = parts.headers.clone();
        let body = Bytes::from_request(Request::from_parts(parts, body), app).await?;
        Ok(Self { signed, key: idempotency_key(&headers)?, body })
    }
}

/// What a call takes.
pub trait Members: DeserializeOwned {
    /// The members' names, for the words of a refusal.
    const NAMES: &'static str;
}

impl Bytes {
    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// Reads the members.
    ///
    /// # Errors
    /// A problem that says what is wanted and repeats nothing of what came.
    pub fn read<T: Members>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.0).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => {
                Problem::malformed(format!("the body has exactly these members, each once: {}", T::NAMES))
            }
            _ => Problem::malformed(format!("the body is not JSON: see line {}, column {}", error.line(), error.column())),
        })
    }
}

impl<S: Send + Sync> FromRequest<S> for Bytes {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        check_media_type(request.headers())?;
        let mut body = request.into_body();
        let (mut kept, mut seen) = (Vec::new(), 0_usize);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Problem::malformed("the body ended early"))?;
            let data = frame.into_data().unwrap_or_default();
            seen = seen.saturating_add(data.len());
            if seen <= LIMIT {
                kept.extend_from_slice(&data);
            } else if seen > HEARD_OUT {
                break;
            }
            // In between it is read to its end all the same: a client that is still sending does not hear the answer.
        }
        if seen > LIMIT { Err(Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE)) } else { Ok(Self(kept)) }
    }
}

fn check_media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let first = types.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    if types.next().is_some() {
        return Err(Problem::field("Content-Type", "send it once"));
    }
    let (essence, parameters) = first.split_once(';').unwrap_or((first, ""));
    let parameter = parameters.trim().to_ascii_lowercase();
    let plain = essence.trim().eq_ignore_ascii_case("application/json")
        && matches!(parameter.as_str(), "" | "charset=utf-8" | "charset=\"utf-8\"");
    let encoded = headers.get_all(header::CONTENT_ENCODING).iter().any(|encoding| encoding != "identity");
    if plain && !encoded { Ok(()) } else { Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)) }
}

/// The key that makes a request safe to repeat.
///
/// # Errors
/// A problem when it is missing, sent twice or not one.
pub fn idempotency_key(headers: &HeaderMap) -> Result<IdempotencyKey, Problem> {
    const NAME: &str = "Idempotency-Key";
    let mut values = headers.get_all(NAME).iter();
    let Some(first) = values.next() else {
        return Err(Problem::field(NAME, "send one: a name for this request that you repeat it by"));
    };
    if values.next().is_some() {
        return Err(Problem::field(NAME, "send it once"));
    }
    let key = first.to_str().ok().and_then(|text| IdempotencyKey::parse(text).ok());
    key.ok_or_else(|| Problem::field(NAME, "it is 1 to 128 visible characters"))
}

/// Marks an answer that was given before.
pub fn replayed(mut response: Response, replayed: bool) -> Response {
    if replayed {
        response.headers_mut().insert(HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_json_is_taken() {
        let headers = |pairs: &[(header::HeaderName, &'static str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in pairs {
                map.append(name.clone(), HeaderValue::from_static(value));
            }
            map
        };
        for good in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""] {
            assert!(check_media_type(&headers(&[(header::CONTENT_TYPE, good)])).is_ok(), "{good}");
        }
        for bad in ["", "text/plain", "application/jsonp", "application/json; charset=latin1", "multipart/form-data"] {
            assert!(check_media_type(&headers(&[(header::CONTENT_TYPE, bad)])).is_err(), "{bad}");
        }
        let json = (header::CONTENT_TYPE, "application/json");
        assert!(check_media_type(&headers(&[])).is_err());
        assert!(check_media_type(&headers(&[json.clone(), json.clone()])).is_err());
        assert!(check_media_type(&headers(&[json.clone(), (header::CONTENT_ENCODING, "gzip")])).is_err());
        assert!(check_media_type(&headers(&[json, (header::CONTENT_ENCODING, "identity")])).is_ok());
    }
}
