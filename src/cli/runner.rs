//! Running a hub until a signal: what `demo` and `serve` share.

use std::{
    future::{Future, poll_fn},
    net::SocketAddr,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use super::{Console, Exit, Failure};
use crate::{
    app::App,
    server::{self, Bound, ConnectionLimits, Server, Tls, operations},
};

/// For sequencing, signing and closing, after the listener's own drain limit: together below the five seconds promised.
const CLOSING: Duration = Duration::from_millis(1800);

/// Runs a command's future on a runtime of its own.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(Exit::Failed, format!("cannot start: {}", error.kind())))?;
    runtime.block_on(work)
}

/// SIGTERM and SIGINT, heeded from the moment this exists.
pub(super) struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    pub(super) fn listen() -> Result<Self, Failure> {
        let heed =
            |kind| signal(kind).map_err(|error| Failure::new(Exit::Failed, format!("cannot wait for signals: {}", error.kind())));
        Ok(Self { terminate: heed(SignalKind::terminate())?, interrupt: heed(SignalKind::interrupt())? })
    }

    /// Until either comes.
    async fn wait(mut self) {
        let come = |context: &mut std::task::Context<'_>, signal: &mut Signal| signal.poll_recv(context).is_ready();
        poll_fn(|context| {
            let (one, other) = (come(context, &mut self.terminate), come(context, &mut self.interrupt));
            if one || other { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// A hub that holds its addresses.
pub(super) struct Listening {
    app: Arc<App>,
    pages: Bound,
    probes: Option<Bound>,
}

impl Listening {
    /// Takes the addresses.
    pub(super) async fn bind(
        app: Arc<App>,
        tls: Tls,
        address: SocketAddr,
        connections: u32,
        operations: Option<SocketAddr>,
    ) -> Result<Self, server::Error> {
        let limits = ConnectionLimits::with_connections(connections);
        let pages = Server::bind(address, tls, limits, server::router(Arc::clone(&app))).await?;
        let probes = match operations {
            Some(address) => {
                let app = Arc::clone(&app);
                let readiness = move || {
                    let app = Arc::clone(&app);
                    async move { if app.is_ready().await { operations::Readiness::Ready } else { operations::Readiness::NotReady } }
                };
                Some(operations::bind(address, readiness).await?)
            }
            None => None,
        };
        Ok(Self { app, pages, probes })
    }

    /// Where people connect.
    pub(super) fn address(&self) -> SocketAddr {
        self.pages.local_address()
    }

    /// Where the operator's probes connect.
    pub(super) fn probes_address(&self) -> Option<SocketAddr> {
        self.probes.as_ref().map(Bound::local_address)
    }

    /// Serves until a signal; then accepts no more, lets requests finish, sequences and signs the log and closes the
    /// database.
    pub(super) async fn run(self, stop: Stop, console: &mut Console) -> Result<(), Failure> {
        let Self { app, pages, probes } = self;
        let (stops, stopping) = watch::channel(false);
        let sequencing = tokio::spawn({
            let (app, stopping) = (Arc::clone(&app), stopping.clone());
            async move { app.keep_sequencing(stopping).await }
        });
        let probing = probes.map(|probes| tokio::spawn(probes.run_until(changed(stopping))));
        pages.run_until(stop.wait()).await;
        console.say("Stopping.");
        stops.send_replace(true);
        let closing = async {
            // Both end by themselves now; a panic in either was told when it happened.
            let _ = sequencing.await;
            let sequenced = app.stop_sequencing().await;
            let closed = app.close().await;
            sequenced.and(closed)
        };
        let closed = tokio::time::timeout(CLOSING, closing).await;
        if let Some(probing) = probing {
            probing.abort();
        }
        if let Ok(closed) = closed {
            return Ok(closed?);
        }
        // Everything acknowledged is committed; the next start sequences what is left.
        tracing::warn!("the log's tail could not be sequenced in time; the next start does it");
        Ok(())
    }
}

async fn changed(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.changed().await;
}
