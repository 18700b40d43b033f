//! TLS 1.3 and nothing older, hybrid key exchange first, certificates that can be changed while running.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{Error, development_ca};

/// The certificate in use; a clone shares it, so [`Tls::reload`] on one changes all.
#[derive(Clone)]
pub struct Tls(Arc<ArcSwap<ServerConfig>>);

impl Tls {
    /// Reads a certificate chain (leaf first) and its key, PEM files both.
    ///
    /// # Errors
    /// [`Error`] names the file and what is wrong with it.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, Error> {
        Ok(Self(Arc::new(ArcSwap::new(read(certificate, key)?))))
    }

    /// As [`Tls::from_files`], refusing what [`development_ca`] makes: for anything but a machine of one's own.
    ///
    /// # Errors
    /// [`Error::DevelopmentCertificate`] besides those of [`Tls::from_files`].
    pub fn from_production_files(certificate: &Path, key: &Path) -> Result<Self, Error> {
        if development_ca::made(&chain(certificate)?) {
            return Err(Error::DevelopmentCertificate { file: certificate.to_owned() });
        }
        Self::from_files(certificate, key)
    }

    /// Takes new files into use for connections from now on; on an error the old ones stay.
    ///
    /// # Errors
    /// As [`Tls::from_files`].
    pub fn reload(&self, certificate: &Path, key: &Path) -> Result<(), Error> {
        self.0.store(read(certificate, key)?);
        Ok(())
    }

    pub(super) fn current(&self) -> Arc<ServerConfig> {
        self.0.load_full()
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls(…)")
    }
}

/// Makes our cryptography the process's default, for every TLS client as well. The first thing in `main`; repeats do nothing.
pub fn install_provider() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        // An error means that a provider stands already; the only other caller is a test binary's own.
        let _ = provider().install_default();
    });
}

/// Hybrid first, so that recorded traffic stays closed to a later quantum computer; plain curves for clients without it.
pub(super) fn provider() -> CryptoProvider {
    let kx_groups = vec![aws_lc_rs::kx_group::X25519MLKEM768, aws_lc_rs::kx_group::X25519, aws_lc_rs::kx_group::SECP256R1];
    CryptoProvider { kx_groups, ..aws_lc_rs::default_provider() }
}

fn read(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, Error> {
    let refuse = |error: rustls::pki_types::pem::Error| Error::Certificate { file: key.to_owned(), problem: key_problem(&error) };
    let private = PrivateKeyDer::from_pem_file(key).map_err(refuse)?;
    // Named outright: a TLS 1.2 that another crate switches on must not become ours.
    let config = ServerConfig::builder_with_provider(Arc::new(provider())).with_protocol_versions(&[&rustls::version::TLS13])?;
    let mut config = config.with_no_client_auth().with_single_cert(chain(certificate)?, private)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // No early data: it can be replayed, and every request of ours is an event.
    config.max_early_data_size = 0;
    Ok(Arc::new(config))
}

fn key_problem(error: &rustls::pki_types::pem::Error) -> String {
    match error {
        rustls::pki_types::pem::Error::NoItemsFound => "it holds no unencrypted private key in PEM form".to_owned(),
        rustls::pki_types::pem::Error::Io(error) => format!("cannot be read: {error}"),
        // What is left describes the PEM frame and could quote a line of the key.
        _ => "it is not a PEM file".to_owned(),
    }
}

pub(super) fn chain(certificate: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let refuse = |problem: String| Error::Certificate { file: certificate.to_owned(), problem };
    let items = CertificateDer::pem_file_iter(certificate).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    let chain: Vec<_> = items.collect::<Result<_, _>>().map_err(|_| refuse("it is not a PEM file".to_owned()))?;
    if chain.is_empty() { Err(refuse("it holds no certificate in PEM form".to_owned())) } else { Ok(chain) }
}
