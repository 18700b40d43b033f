//! The accept loop and the graceful stop.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use super::connection::Connection;
use super::neighbours::{Neighbour, Neighbours};
use super::{ConnectionLimits, Error, Tls};

/// Makes listeners.
#[derive(Debug)]
pub struct Server;

/// A listener that holds its address and answers once it is run.
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
    limits: Arc<ConnectionLimits>,
    router: Router,
}

impl Server {
    /// Takes the address (port 0: any free one) for a router behind TLS. Every request carries
    /// `axum::extract::ConnectInfo<SocketAddr>`, the address of the socket's other end.
    ///
    /// # Errors
    /// [`Error::AddressInUse`] or [`Error::Listen`].
    pub async fn bind(address: SocketAddr, tls: Tls, limits: ConnectionLimits, router: Router) -> Result<Bound, Error> {
        Self::listen(address, Some(tls), limits, router).await
    }

    /// As [`Server::bind`] without TLS: only for the operator's probes.
    pub(super) async fn bind_plain(address: SocketAddr, limits: ConnectionLimits, router: Router) -> Result<Bound, Error> {
        Self::listen(address, None, limits, router).await
    }

    async fn listen(address: SocketAddr, tls: Option<Tls>, limits: ConnectionLimits, router: Router) -> Result<Bound, Error> {
        let refuse = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::AddrInUse => Error::AddressInUse { address },
            _ => Error::Listen { address, source },
        };
        let listener = TcpListener::bind(address).await.map_err(refuse)?;
        let address = listener.local_addr().map_err(refuse)?;
        Ok(Bound { listener, address, tls, limits: Arc::new(limits), router })
    }
}

impl Bound {
    /// The address in use, with the port that was given for 0.
    pub fn local_address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` resolves, then accepts no more, lets running requests finish within the drain limit, and
    /// returns; whoever called can then sequence and sign the log. What still runs after the limit is cut off.
    pub async fn run_until(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let (stops, stopping) = watch::channel(false);
        let places = Arc::new(Semaphore::new(self.limits.connections));
        let neighbours = Arc::new(Neighbours::default());
        let mut tasks = JoinSet::new();
        loop {
            let (socket, peer, places) = tokio::select! {
                biased;
                () = &mut stop => break,
                // A task ends in error only by a panic that the router's own catcher did not see.
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                    if ended.is_err() {
                        tracing::error!("a connection's task panicked");
                    }
                    continue;
                }
                accepted = self.accept(&places, &neighbours) => accepted,
            };
            let connection = Connection {
                peer,
                tls: self.tls.clone(),
                limits: Arc::clone(&self.limits),
                router: self.router.clone(),
                stopping: stopping.clone(),
            };
            tasks.spawn(async move {
                connection.run(socket).await;
                drop(places);
            });
        }
        // Closing the socket first: a client that comes now is refused at once, not left waiting.
        drop(self.listener);
        stops.send_replace(true);
        if tokio::time::timeout(self.limits.drain, all_ended(&mut tasks)).await.is_err() {
            tracing::warn!(connections.cut = tasks.len(), "connections were cut off at the end of the drain limit");
        }
        tasks.shutdown().await;
    }

    async fn accept(
        &self,
        places: &Arc<Semaphore>,
        neighbours: &Arc<Neighbours>,
    ) -> (TcpStream, SocketAddr, (Option<OwnedSemaphorePermit>, Neighbour)) {
        // Never closed, so acquiring cannot fail; if it could, serving without a bound would be wrong but safe.
        let place = Arc::clone(places).acquire_owned().await.ok();
        loop {
            match self.listener.accept().await {
                Ok((socket, peer)) => {
                    if let Some(neighbour) = neighbours.let_in(peer.ip(), self.limits.connections_per_address) {
                        return (socket, peer, (place, neighbour));
                    }
                    tracing::debug!("an address holds as many connections as any may");
                }
                Err(error) => {
                    tracing::warn!(error.kind = ?error.kind(), "the system refused a connection");
                    tokio::time::sleep(self.limits.accept_pause).await;
                }
            }
        }
    }
}

async fn all_ended(tasks: &mut JoinSet<()>) {
    while tasks.join_next().await.is_some() {}
}

impl std::fmt::Debug for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bound").field("address", &self.address).finish_non_exhaustive()
    }
}
