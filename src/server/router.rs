//! One router of both doors, with what every answer goes through.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{MatchedPath, Request},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate as _},
};

use crate::{api, app::App, web};

/// Longer than any use case takes, the queue for signing in included.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// For 25 MB over the slowest link on which anybody works: 45 kilobytes a second. Silence ends an upload long before.
const UPLOAD_TIME_LIMIT: Duration = Duration::from_mins(10);

/// Pages and API over one app. Headers are put on last, so that errors, refusals and time-outs carry them too.
pub fn router(app: Arc<App>) -> Router {
    let doors = Router::new()
        .nest("/api/v1", api::routes(Arc::clone(&app)))
        .merge(web::routes(app))
        .layer(middleware::from_fn(time_limit))
        .layer(CatchPanicLayer::new())
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(is_page)))
        .layer(middleware::from_fn(web::security::headers));
    // The framework names the verbs of an address after every layer of its own; an address that answers 404 names none.
    Router::new().fallback_service(doors).layer(middleware::map_response(names_no_verbs))
}

async fn names_no_verbs(mut answer: Response) -> Response {
    answer.headers_mut().remove(http::header::ALLOW);
    answer
}

/// Files are given as they are, with their length; most are compressed already.
fn is_page(_: http::StatusCode, _: http::Version, headers: &http::HeaderMap, _: &http::Extensions) -> bool {
    !headers.contains_key(http::header::CONTENT_DISPOSITION)
}

/// Ends what takes too long; only the routes that take files may take longer.
async fn time_limit(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let is_upload = request.method() == http::Method::POST
        && path.is_some_and(|path| {
            let calls = api::ROUTES.iter().filter(|route| route.takes_files).map(|route| route.path);
            let pages = web::table::ROUTES.iter().filter(|route| route.takes_files).map(|route| route.path);
            calls.chain(pages).any(|known| path.strip_prefix("/api/v1").unwrap_or(path) == known)
        });
    let limit = if is_upload { UPLOAD_TIME_LIMIT } else { TIME_LIMIT };
    let answered = tokio::time::timeout(limit, next.run(request)).await;
    answered.unwrap_or_else(|_| http::StatusCode::SERVICE_UNAVAILABLE.into_response())
}
