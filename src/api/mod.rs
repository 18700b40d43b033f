//! JSON for systems and scripts, under `/api/v1`.
//! Never here: a rule, SQL, keys, HTML; the same use cases as the pages, the same gate behind them.
//! Named by `server` alone; it names `app` and `domain`.

use std::sync::Arc;

use axum::Router;

use crate::app::App;

/// The API's routes, below `/api/v1`.
pub fn routes(_app: Arc<App>) -> Router {
    Router::new()
}
