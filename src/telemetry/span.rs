//! The span around a request.

use tracing::Span;

/// A span that puts the request's id, method and route template into every line written while the request runs.
/// `http.status` and `elapsed.ms` are empty until the answer is recorded with [`Span::record`].
pub fn request_span(request_id: &str, method: &str, route: &str) -> Span {
    tracing::info_span!(
        "request",
        request.id = request_id,
        http.method = method,
        http.route = route,
        http.status = tracing::field::Empty,
        elapsed.ms = tracing::field::Empty,
    )
}
