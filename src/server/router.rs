//! One router of both doors, with what every answer goes through.

use std::{sync::Arc, time::Duration};

use axum::{Router, middleware};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer,
};

use crate::{api, app::App, web};

/// Larger than any form of text; files have a route and a limit of their own. The API has its limit too, and says so in JSON.
const BODY_LIMIT: usize = 256 * 1024;
/// Longer than any use case takes, the queue for signing in included.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Pages and API over one app. Headers are put on last, so that errors, refusals and time-outs carry them too.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .nest("/api/v1", api::routes(Arc::clone(&app)))
        .merge(web::routes(app).layer(RequestBodyLimitLayer::new(BODY_LIMIT)))
        .layer(TimeoutLayer::with_status_code(http::StatusCode::SERVICE_UNAVAILABLE, TIME_LIMIT))
        .layer(CatchPanicLayer::new())
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(web::security::headers))
}
