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
    time::{Instant, timeout_at},
};

use super::{Console, Exit, Failure};
use crate::{
    app::{self, App},
    server::{self, Bound, ConnectionLimits, Server, Tls, operations},
};

/// From the signal to the end: the drain, sequencing, signing, closing. Below the five seconds promised by what it takes to end a
/// process. What the drain leaves over is there for the rest.
const STOPPING: Duration = Duration::from_millis(4600);
/// Of that, kept for folding the write-ahead log in, which is tried whatever came before.
const FOLDING: Duration = Duration::from_millis(800);
/// For what still runs on threads of its own, which nobody waits for any more.
const THREADS: Duration = Duration::from_millis(200);

/// Runs a command's future on a runtime of its own.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(Exit::Failed, format!("cannot start: {}", error.kind())))?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(THREADS);
    done
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
        let mut end = Instant::now() + STOPPING;
        let signal = async {
            stop.wait().await;
            end = Instant::now() + STOPPING;
            console.say("Stopping.");
            // Jobs end while requests do.
            stops.send_replace(true);
        };
        pages.run_until(signal).await;
        let cut = sequencing.abort_handle();
        let placing = async {
            // It ends by itself now; a panic in it was told when it happened.
            let _ = sequencing.await;
            app.stop_sequencing().await
        };
        let closing = async {
            // What has not ended by now lets go of the database.
            cut.abort();
            app.close().await
        };
        let stopped = in_order(placing, closing, end).await;
        if let Some(probing) = probing {
            probing.abort();
        }
        stopped
    }
}

/// Places what is left and then closes, each in its part of the time. Closing is tried in any case; what was not done is told.
async fn in_order(
    placing: impl Future<Output = Result<(), app::Error>>,
    closing: impl Future<Output = Result<(), app::Error>>,
    end: Instant,
) -> Result<(), Failure> {
    let placed = timeout_at(end.checked_sub(FOLDING).unwrap_or(end), placing).await;
    let closed = timeout_at(end, closing).await;
    // Everything acknowledged is committed; the next start does what is left.
    let late = |what: &str| Failure::new(Exit::Failed, format!("stopped before {what}; nothing is lost, the next start does it"));
    placed.map_err(|_| late("the log's tail was placed and signed"))??;
    closed.map_err(|_| late("the database was closed"))??;
    Ok(())
}

async fn changed(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.changed().await;
}

#[cfg(test)]
mod tests {
    use std::{future::pending, sync::atomic::AtomicBool, sync::atomic::Ordering::SeqCst};

    use super::*;

    #[tokio::test]
    async fn a_stop_that_did_not_finish_says_so_and_closes_all_the_same() {
        let closed = AtomicBool::new(false);
        let closing = async {
            closed.store(true, SeqCst);
            Ok(())
        };
        let late = in_order(pending(), closing, Instant::now()).await.expect_err("the time is over");
        assert!(closed.load(SeqCst) && late.exit == Exit::Failed && late.to_string().contains("tail"), "{late:?}");
        let late = in_order(async { Ok(()) }, pending(), Instant::now()).await.expect_err("the time is over");
        assert!(late.exit == Exit::Failed && late.to_string().contains("closed"), "{late:?}");
        let failed = in_order(async { Err(app::Error::Unavailable) }, async { Ok(()) }, Instant::now() + STOPPING).await;
        assert_eq!(failed.expect_err("it failed").exit, Exit::Unavailable);
        in_order(async { Ok(()) }, async { Ok(()) }, Instant::now() + STOPPING).await.expect("all was done");
    }
}
