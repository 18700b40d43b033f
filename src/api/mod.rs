//! JSON for systems and scripts, under `/api/v1`.
//! Never here: a rule, SQL, keys, HTML; the same use cases as the pages, the same gate behind them.
//! Named by `server` alone; it names `app` and `domain`.

mod absences;
mod access;
mod account;
mod admissions;
mod agencies;
mod agency_teams;
mod agreements;
mod amendments;
mod assignments;
mod attachments;
mod body;
mod checks;
mod decisions;
mod entrance;
mod give_back;
mod json;
mod keys;
mod lists;
mod log;
mod memberships;
mod messages;
mod notices;
pub mod openapi;
mod origin;
mod path;
mod pathways;
mod people;
mod problem;
mod query;
mod receipt;
mod redirections;
mod referrals;
mod safeguarding_leads;
mod saved_views;
mod session;
mod sessions;
mod shares;
mod signed;
pub mod table;
mod teams;
mod withholding;

use std::{sync::Arc, time::Duration};

use axum::{Extension, Router, middleware};
use http::StatusCode;
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

use crate::app::App;
pub use table::{ROUTES, Route};

/// A little less than the server's own limits, so that the answer is a problem like any other.
const TIME_LIMIT: Duration = Duration::from_secs(25);
const UPLOAD_TIME_LIMIT: Duration = Duration::from_secs(595);

/// The API's routes, below `/api/v1`. The entrance is outermost: it gives every request its id and every failure its shape.
pub fn routes(app: Arc<App>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let limit = if route.takes_files { UPLOAD_TIME_LIMIT } else { TIME_LIMIT };
        let limit = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limit);
        router = router.route(route.path, (route.mount)().route_layer(Extension(route)).layer(limit));
    }
    router
        .fallback(async || StatusCode::NOT_FOUND)
        // What an address does not take does not exist: the same answer for every verb, and nothing to learn from it.
        .method_not_allowed_fallback(async || StatusCode::NOT_FOUND)
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(Arc::clone(&app), entrance::enter))
        .with_state(app)
}
