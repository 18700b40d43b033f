//! Pages for people: templates, their views, assets and security headers.
//! Never here: a rule, SQL, keys; what may be done next is read from `app`'s views, never guessed.
//! Called by `server` alone; it names `app` and `domain`.

pub mod assets;
pub mod components;
pub mod pages;
pub mod security;
pub mod view;

use std::sync::Arc;

use axum::Router;

use crate::app::App;

/// The pages' routes.
pub fn routes(_app: Arc<App>) -> Router {
    Router::new().route(assets::ROUTE, axum::routing::get(assets::serve))
}
