//! What every request goes through: an id on the way in; on the way out that id, and for a failure its one shape.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, StatusCode, Version, header};

use super::problem::Problem;
use crate::app::App;

/// The header that names a request, on every answer.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The API's outermost layer.
pub async fn enter(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let source = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let context = app.request(source);
    let id = context.id.to_string();
    request.extensions_mut().insert(context);
    let is_http_1 = request.version() < Version::HTTP_2;
    let mut response = next.run(request).await;
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let problem = response.extensions_mut().remove::<Problem>().unwrap_or_else(|| Problem::of_status(status));
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        let bytes = problem.written(&id, headers);
        if status == StatusCode::PAYLOAD_TOO_LARGE && is_http_1 {
            // The rest of the body may still be on its way; the next request needs another connection.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        *response.body_mut() = Body::from(bytes);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
