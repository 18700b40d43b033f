//! Sockets, TLS and HTTP framing: bytes in, requests to a router, bytes out; and a stop that loses no request.
//! Never here: routes (but the operator's two probes), use cases, cookies, the clock (times are handed in).
//! Named by `cli`, which builds the router, and by the tests' harness.

pub mod certificate;
mod connection;
pub mod development_ca;
mod error;
mod limits;
mod listener;
mod moving;
mod neighbours;
pub mod operations;
mod router;
mod tls;

pub use error::Error;
pub use limits::ConnectionLimits;
pub use listener::{Bound, Server};
pub use router::router;
pub use tls::{Tls, install_provider};

#[cfg(test)]
mod tests;
