//! Time-outs and bounds of a connection, each with its reason.

use std::time::Duration;

/// What one connection may take. [`ConnectionLimits::default`] is for production; tests inject short times.
#[derive(Debug, Clone)]
pub struct ConnectionLimits {
    /// For the TLS handshake. A slow mobile link needs about one second; a silent client holds a place no longer than this.
    pub handshake: Duration,
    /// For a request's head, from the end of the handshake or of the request before, so it also ends idle HTTP/1 connections.
    /// Drop-by-drop heads are the cheapest way to use up a server.
    pub request_head: Duration,
    /// For a connection on which nothing moves: no request begins, no piece of one arrives, nothing of an answer is taken. Longer
    /// than any answer takes to make. Browsers that were left open come back with a new connection.
    pub idle: Duration,
    /// For whoever is told that the connection ends, to take what is under way.
    pub farewell: Duration,
    /// Between HTTP/2 pings, and for their answer: finds clients that went away without saying so.
    pub http2_ping: Duration,
    /// For running requests once the hub stops. With the log still to be sequenced and signed, a stop stays within the
    /// five seconds that an operator is promised.
    pub drain: Duration,
    /// Connections at once; more wait in the system's queue. Each costs some tens of kilobytes.
    pub connections: usize,
    /// Of these, at once from one IPv4 address or IPv6 /64, so that no single place can take them all. An agency's whole office
    /// comes from one address.
    pub connections_per_address: usize,
    /// Requests at once on one HTTP/2 connection: a page with its assets takes about ten.
    pub streams: u32,
    /// Bytes of a request's head, all header lines together. Our own cookies and paths stay below 4 KiB.
    pub head_bytes: u32,
    /// After the system refuses a connection (no file handles left), before asking again: no busy loop.
    pub accept_pause: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(5),
            request_head: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            farewell: Duration::from_secs(10),
            http2_ping: Duration::from_secs(10),
            drain: Duration::from_secs(3),
            connections: 1024,
            connections_per_address: 256,
            streams: 64,
            head_bytes: 16 * 1024,
            accept_pause: Duration::from_millis(200),
        }
    }
}

impl ConnectionLimits {
    /// The defaults with the operator's number of connections, a quarter of them for any one address.
    pub fn with_connections(connections: u32) -> Self {
        let connections = usize::try_from(connections).unwrap_or(usize::MAX);
        // A browser opens several.
        Self { connections, connections_per_address: (connections / 4).max(8), ..Self::default() }
    }
}
