//! The operator's probes, on a plain listener of their own that the public network must not reach.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use http::StatusCode;

use super::{Bound, ConnectionLimits, Error, Server};

/// Whether the hub can serve: a word for machines, nothing about why (the log says that).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// It can.
    Ready,
    /// It cannot at present; send nobody here.
    NotReady,
}

/// Few probes, so few places.
const CONNECTIONS: u32 = 32;

/// Takes the address and answers `/healthz` (the process lives) and `/readyz` (it can serve, as `readiness` says).
///
/// # Errors
/// As [`Server::bind`].
pub async fn bind<F, R>(address: SocketAddr, readiness: F) -> Result<Bound, Error>
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Readiness> + Send + 'static,
{
    Server::bind_plain(address, ConnectionLimits::with_connections(CONNECTIONS), router(readiness)).await
}

fn router<F, R>(readiness: F) -> Router
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Readiness> + Send + 'static,
{
    let readiness = Arc::new(readiness);
    let ready = move || {
        let readiness = Arc::clone(&readiness);
        async move {
            match readiness().await {
                Readiness::Ready => (StatusCode::OK, "ready\n"),
                Readiness::NotReady => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
            }
        }
    };
    Router::new().route("/healthz", get(|| async { "alive\n" })).route("/readyz", get(ready))
}
