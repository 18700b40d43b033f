//! Why the hub cannot listen.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a listener could not be made. Never holds key material.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another program has the port; `demo` then takes a free one.
    #[error("{address} is in use by another program; stop it or choose another `listen.port`")]
    AddressInUse {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The system refused the address.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A certificate or key file that cannot be used.
    #[error("{}: {problem}", file.display())]
    Certificate {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A certificate made by a development authority where a real one is needed.
    #[error("{} was made by the exchange for development; production needs a certificate from your own authority", file.display())]
    DevelopmentCertificate {
        /// The certificate's file.
        file: PathBuf,
    },
    /// TLS refused certificate and key together.
    #[error("the certificate and its key do not work together: {0}")]
    Tls(#[from] rustls::Error),
    /// Making a development certificate failed.
    #[error("cannot make a development certificate: {0}")]
    Issue(#[from] rcgen::Error),
    /// A folder or file of the development certificates cannot be written.
    #[error("cannot write {}: {source}", file.display())]
    Write {
        /// The file or folder.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
