//! Pages for people: templates, their views, assets and security headers.
//! Never here: a rule, SQL, keys; what may be done next is read from `app`'s views, never guessed.
//! Called by `server` alone; it names `app` and `domain`.

pub mod assets;
pub mod components;
mod csrf;
mod error;
mod guard;
pub mod limits;
mod next;
pub mod pages;
mod posted;
pub mod security;
mod session;
mod streams;
pub mod table;
pub mod view;
mod words;

use std::sync::Arc;

use axum::{Router, middleware, routing};

use crate::app::App;

/// The pages' routes. The guard stands before all of them, and before what is no route.
pub fn routes(app: Arc<App>) -> Router {
    let nothing = async || error::Failure(crate::app::Error::Unseen);
    Router::new()
        .route(assets::ROUTE, routing::get(assets::serve))
        .merge(pages::routes())
        .fallback(nothing)
        .method_not_allowed_fallback(nothing)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::guard))
        .with_state(app)
}
