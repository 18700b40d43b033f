//! One connection from handshake to close.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tower::ServiceExt as _;

use super::{
    ConnectionLimits, Tls,
    moving::{quiet, told},
};

/// What a connection needs besides its socket.
pub(super) struct Connection {
    pub(super) peer: SocketAddr,
    pub(super) tls: Option<Tls>,
    pub(super) limits: Arc<ConnectionLimits>,
    pub(super) router: Router,
    pub(super) stopping: watch::Receiver<bool>,
}

impl Connection {
    /// Serves until the client leaves, breaks a limit, or the hub stops. Failures of single connections are the
    /// network's daily weather: they are told at debug level and never with bytes the client sent.
    pub(super) async fn run(mut self, socket: TcpStream) {
        // Answers are small and complete when written; waiting to merge packets only delays them.
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(error.kind = ?error.kind(), "a connection was gone before it began");
            return;
        }
        let Some(tls) = self.tls.as_ref().map(Tls::current) else {
            return self.speak(socket, Version::FromFirstBytes).await;
        };
        let handshake = tokio_rustls::TlsAcceptor::from(tls).accept(socket);
        let handshake = tokio::time::timeout(self.limits.handshake, handshake);
        let shaken = tokio::select! {
            shaken = handshake => shaken,
            () = stopped(&mut self.stopping) => return,
        };
        match shaken {
            Ok(Ok(stream)) => {
                let version = if stream.get_ref().1.alpn_protocol() == Some(b"h2") { Version::Two } else { Version::One };
                self.speak(stream, version).await;
            }
            Ok(Err(error)) => tracing::debug!(error.kind = ?error.kind(), "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn speak(mut self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, version: Version) {
        let moved = Arc::new(Notify::new());
        let service = requests(self.router, self.peer, Arc::clone(&moved));
        let builder = builder(&self.limits, version);
        let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let mut connection = pin!(connection);
        let ended = |result: Result<(), _>| {
            if result.is_err() {
                // The error's text may quote what the client sent.
                tracing::debug!("a connection ended early");
            }
        };
        // HTTP/2's opening and version guessing have no limit of their own: before the first request there is nothing to wait for.
        tokio::select! {
            result = connection.as_mut() => return ended(result),
            begun = tokio::time::timeout(self.limits.request_head, moved.notified()) => if begun.is_err() {
                return tracing::debug!("a connection asked nothing");
            },
            () = stopped(&mut self.stopping) => return,
        }
        let stops = tokio::select! {
            result = connection.as_mut() => return ended(result),
            () = quiet(self.limits.idle, &moved) => false,
            () = stopped(&mut self.stopping) => true,
        };
        connection.as_mut().graceful_shutdown();
        // At a stop the listener counts the time that running requests have.
        let farewell =
            async { if stops { std::future::pending().await } else { tokio::time::sleep(self.limits.farewell).await } };
        tokio::select! {
            result = connection => ended(result),
            () = farewell => tracing::debug!("a connection stood still and was cut off"),
        }
    }
}

#[derive(Clone, Copy)]
enum Version {
    One,
    Two,
    FromFirstBytes,
}

fn builder(limits: &ConnectionLimits, version: Version) -> auto::Builder<TokioExecutor> {
    let builder = auto::Builder::new(TokioExecutor::new());
    // What ALPN agreed is held to: guessing from the first bytes would wait for them without limit.
    let mut builder = match version {
        Version::One => builder.http1_only(),
        Version::Two => builder.http2_only(),
        Version::FromFirstBytes => builder,
    };
    let head_bytes = usize::try_from(limits.head_bytes).unwrap_or(usize::MAX);
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.request_head).max_buf_size(head_bytes);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(limits.head_bytes)
        .keep_alive_interval(limits.http2_ping)
        .keep_alive_timeout(limits.http2_ping);
    builder
}

/// Resolves once the hub stops; its sender lives as long as the accept loop, so its loss means the same.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stops| *stops).await;
}

/// The router, told who the peer is, as axum's own `ConnectInfo<SocketAddr>`: a name every room may use.
fn requests(
    router: Router,
    peer: SocketAddr,
    moved: Arc<Notify>,
) -> impl tower::Service<
    Request<Incoming>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future = impl Future<Output = Result<axum::response::Response, std::convert::Infallible>> + Send,
> + Clone
+ Send {
    tower::service_fn(move |request: Request<Incoming>| {
        moved.notify_one();
        let mut request = request.map(|body| told(Body::new(body), &moved));
        request.extensions_mut().insert(ConnectInfo(peer));
        let (answer, moved) = (router.clone().oneshot(request), Arc::clone(&moved));
        async move {
            let answer = answer.await?;
            moved.notify_one();
            Ok(answer.map(|body| told(body, &moved)))
        }
    })
}
