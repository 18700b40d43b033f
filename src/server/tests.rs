//! Over real sockets and real TLS. Time-outs are injected short; nothing here waits by the clock.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, NamedGroup, ProtocolVersion, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;

const NOW: Duration = Duration::from_hours(500_000);
/// Long enough for a busy machine to get through a handshake, short enough not to be felt.
const SHORT: Duration = Duration::from_millis(300);

/// The certificates were made at `NOW`, so the client lives then.
#[derive(Debug)]
struct AtNow;

impl rustls::time_provider::TimeProvider for AtNow {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(NOW))
    }
}

struct Running {
    address: SocketAddr,
    tls: Tls,
    files: development_ca::Files,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

fn any_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

async fn start(limits: ConnectionLimits, router: Router) -> Running {
    install_provider();
    let folder = tempfile::tempdir().unwrap();
    let files = development_ca::ensure(folder.path(), NOW).unwrap();
    let tls = Tls::from_files(&files.certificate, &files.key).unwrap();
    let bound = Server::bind(any_port(), tls.clone(), limits, router).await.unwrap();
    let address = bound.local_address();
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(bound.run_until(async {
        let _ = stopped.await;
    }));
    Running { address, tls, files, stop, task, _folder: folder }
}

fn client(ca: &std::path::Path, alpn: &[u8]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_details(provider, Arc::new(AtNow)).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    TlsConnector::from(Arc::new(config))
}

impl Running {
    async fn connect(&self, alpn: &[u8]) -> TlsStream<TcpStream> {
        let socket = TcpStream::connect(self.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        client(&self.files.ca, alpn).connect(name, socket).await.unwrap()
    }

    /// The answer, if the server lets the client in.
    async fn try_ask(&self, path: &str) -> Option<String> {
        let socket = TcpStream::connect(self.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = client(&self.files.ca, b"http/1.1").connect(name, socket).await.ok()?;
        send(&mut stream, path).await;
        Some(answer(&mut stream).await)
    }

    async fn ask(&self, path: &str) -> String {
        let mut stream = self.connect(b"http/1.1").await;
        send(&mut stream, path).await;
        answer(&mut stream).await
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }
}

async fn send(stream: &mut (impl tokio::io::AsyncWrite + Unpin), path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
}

/// Everything until the other end closes; a TLS end without its farewell counts as closed.
async fn answer(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

fn short() -> ConnectionLimits {
    ConnectionLimits { handshake: SHORT, request_head: SHORT, drain: SHORT, ..ConnectionLimits::default() }
}

#[tokio::test]
async fn tls_1_3_with_the_hybrid_group_is_spoken() {
    let server = start(ConnectionLimits::default(), hello()).await;
    let mut stream = server.connect(b"http/1.1").await;
    let (_, session) = stream.get_ref();
    assert_eq!(session.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    assert_eq!(
        session.negotiated_key_exchange_group().map(rustls::crypto::SupportedKxGroup::name),
        Some(NamedGroup::X25519MLKEM768)
    );
    send(&mut stream, "/").await;
    assert!(answer(&mut stream).await.ends_with("hello"));
    server.stop().await;
}

/// A hello that offers TLS 1.2 with strong suites and says nothing of 1.3, written out by hand: the client library of
/// these tests need not know 1.2 at all.
fn tls_1_2_hello() -> Vec<u8> {
    let mut extensions = Vec::new();
    extensions.extend_from_slice(&[0x00, 0x0a, 0x00, 0x04, 0x00, 0x02, 0x00, 0x1d]); // groups: x25519
    extensions.extend_from_slice(&[0x00, 0x0b, 0x00, 0x02, 0x01, 0x00]); // uncompressed points
    extensions.extend_from_slice(&[0x00, 0x0d, 0x00, 0x04, 0x00, 0x02, 0x04, 0x03]); // ecdsa_secp256r1_sha256
    let mut body = vec![0x03, 0x03];
    body.extend_from_slice(&[7; 32]); // random
    body.extend_from_slice(&[0x00, 0x00, 0x02, 0xc0, 0x2b, 0x01, 0x00]); // no session, one suite, no compression
    body.extend_from_slice(&u16::try_from(extensions.len()).unwrap().to_be_bytes());
    body.extend_from_slice(&extensions);
    let mut record = vec![0x16, 0x03, 0x01];
    record.extend_from_slice(&u16::try_from(body.len() + 4).unwrap().to_be_bytes());
    record.extend_from_slice(&[0x01, 0x00]);
    record.extend_from_slice(&u16::try_from(body.len()).unwrap().to_be_bytes());
    record.extend_from_slice(&body);
    record
}

#[tokio::test]
async fn a_tls_1_2_client_is_refused_by_name() {
    let server = start(ConnectionLimits::default(), hello()).await;
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    socket.write_all(&tls_1_2_hello()).await.unwrap();
    let mut alert = Vec::new();
    socket.read_to_end(&mut alert).await.unwrap();
    let (fatal, protocol_version) = (2, 70);
    assert_eq!(alert.first(), Some(&0x15), "an alert record: {alert:?}");
    assert_eq!(&alert[5..], [fatal, protocol_version]);
    server.stop().await;
}

#[tokio::test]
async fn plain_http_on_the_tls_port_gets_no_page() {
    let server = start(ConnectionLimits::default(), hello()).await;
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    send(&mut socket, "/").await;
    assert!(!answer(&mut socket).await.contains("hello"));
    server.stop().await;
}

#[tokio::test]
async fn http_2_is_agreed_and_spoken() {
    let server = start(ConnectionLimits::default(), hello()).await;
    let stream = server.connect(b"h2").await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = http::Request::get("https://localhost/").body(Empty::<axum::body::Bytes>::new()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, http::Version::HTTP_2));
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
    server.stop().await;
}

#[tokio::test]
async fn silence_is_cut_at_every_stage() {
    let server = start(short(), hello()).await;
    let mut before_tls = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(answer(&mut before_tls).await, "", "no handshake");
    for alpn in [&b"http/1.1"[..], b"h2"] {
        let mut after_tls = server.connect(alpn).await;
        assert!(!answer(&mut after_tls).await.contains("hello"), "no request");
    }
    let mut half_a_preface = server.connect(b"h2").await;
    half_a_preface.write_all(b"PRI * HT").await.unwrap();
    answer(&mut half_a_preface).await;
    server.stop().await;
}

/// An HTTP/2 connection that asked once and was answered.
async fn asked_once(server: &Running) -> tokio::task::JoinHandle<hyper::Result<()>> {
    let stream = server.connect(b"h2").await;
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = http::Request::get("https://localhost/").body(Empty::<axum::body::Bytes>::new()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
    // The sender lives on, so that nothing but the server ends it.
    tokio::spawn(async move {
        let _sender = sender;
        std::future::pending::<()>().await;
    });
    connection
}

#[tokio::test]
async fn silence_after_a_request_is_cut_though_pings_are_answered() {
    let limits = ConnectionLimits { idle: SHORT, farewell: SHORT, ..ConnectionLimits::default() };
    let server = start(limits, hello()).await;
    let connection = asked_once(&server).await;
    // Its end is the server's farewell, or the cut: not one that the client asked for.
    let _ = connection.await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_cut() {
    let large = Router::new().route("/", get(|| async { vec![b'x'; 32 * 1024 * 1024] }));
    let limits = ConnectionLimits { idle: SHORT, farewell: SHORT, connections: 1, ..ConnectionLimits::default() };
    let server = start(limits, large).await;
    let mut stream = server.connect(b"http/1.1").await;
    send(&mut stream, "/").await;
    // It holds the only place until it is cut; then another is served.
    assert!(!server.ask("/missing").await.is_empty());
    assert!(answer(&mut stream).await.len() < 32 * 1024 * 1024);
    server.stop().await;
}

#[tokio::test]
async fn one_address_cannot_take_every_place() {
    let limits = ConnectionLimits { connections_per_address: 1, ..ConnectionLimits::default() };
    let server = start(limits, hello()).await;
    let first = server.connect(b"http/1.1").await;
    let mut second = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(answer(&mut second).await, "", "turned away at once");
    drop(first);
    // Its place comes back once the server has seen it go.
    while server.try_ask("/").await.is_none_or(|answer| !answer.ends_with("hello")) {
        tokio::task::yield_now().await;
    }
    server.stop().await;
}

#[tokio::test]
async fn half_a_request_head_is_cut() {
    let server = start(short(), hello()).await;
    let mut stream = server.connect(b"http/1.1").await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: local").await.unwrap();
    assert!(!answer(&mut stream).await.contains("hello"));
    server.stop().await;
}

#[tokio::test]
async fn a_head_beyond_its_bytes_is_refused() {
    let server = start(ConnectionLimits::default(), hello()).await;
    let mut stream = server.connect(b"http/1.1").await;
    let request = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "a".repeat(20 * 1024));
    let _ = stream.write_all(request.as_bytes()).await;
    let answer = answer(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn handlers_learn_the_peers_address() {
    let router = Router::new().route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }));
    let server = start(ConnectionLimits::default(), router).await;
    let mut stream = server.connect(b"http/1.1").await;
    let own = stream.get_ref().0.local_addr().unwrap();
    send(&mut stream, "/").await;
    assert!(answer(&mut stream).await.ends_with(&own.to_string()));
    server.stop().await;
}

/// A router whose one route says when it was reached and answers when it is let go.
fn held() -> (Router, Arc<Notify>, Arc<Notify>) {
    let (reached, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (say, wait) = (Arc::clone(&reached), Arc::clone(&release));
    let handler = move || async move {
        say.notify_one();
        wait.notified().await;
        "finished"
    };
    (Router::new().route("/", get(handler)), reached, release)
}

#[tokio::test]
async fn a_running_request_finishes_though_nobody_new_is_let_in() {
    let (router, reached, release) = held();
    let server = start(ConnectionLimits { drain: Duration::from_mins(1), ..ConnectionLimits::default() }, router).await;
    let mut stream = server.connect(b"http/1.1").await;
    send(&mut stream, "/").await;
    reached.notified().await;
    server.stop.send(()).unwrap();
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!server.task.is_finished(), "it waits for the request");
    release.notify_one();
    assert!(answer(&mut stream).await.ends_with("finished"));
    server.task.await.unwrap();
}

#[tokio::test]
async fn a_request_that_never_finishes_is_cut_at_the_drain_limit() {
    let (router, reached, _never) = held();
    let server = start(ConnectionLimits { drain: SHORT, ..ConnectionLimits::default() }, router).await;
    let mut stream = server.connect(b"http/1.1").await;
    send(&mut stream, "/").await;
    reached.notified().await;
    server.stop().await;
    assert!(!answer(&mut stream).await.contains("finished"));
}

#[tokio::test]
async fn idle_and_silent_connections_do_not_hold_a_stop() {
    let day = Duration::from_hours(24);
    let limits = ConnectionLimits { handshake: day, request_head: day, drain: day, ..ConnectionLimits::default() };
    let server = start(limits, hello()).await;
    let idle = server.connect(b"http/1.1").await;
    let idle_2 = server.connect(b"h2").await;
    let silent = TcpStream::connect(server.address).await.unwrap();
    // Answered in order of accepting, so the three before it have places by now.
    assert!(server.ask("/").await.ends_with("hello"));
    server.stop().await;
    drop((idle, idle_2, silent));
}

#[tokio::test]
async fn beyond_its_places_a_client_waits_for_one() {
    let server = start(ConnectionLimits { connections: 1, ..ConnectionLimits::default() }, hello()).await;
    let first = server.connect(b"http/1.1").await;
    let mut second = Box::pin(server.ask("/"));
    assert!(tokio::time::timeout(SHORT, &mut second).await.is_err(), "no place is free");
    drop(first);
    assert!(second.await.ends_with("hello"));
    server.stop().await;
}

#[tokio::test]
async fn a_taken_port_is_told_apart() {
    let server = start(ConnectionLimits::default(), hello()).await;
    let again = Server::bind(server.address, server.tls.clone(), ConnectionLimits::default(), hello()).await;
    assert!(matches!(again, Err(Error::AddressInUse { address }) if address == server.address));
    server.stop().await;
}

#[tokio::test]
async fn a_new_certificate_serves_new_connections_and_a_bad_one_changes_nothing() {
    let server = start(ConnectionLimits::default(), hello()).await;
    let leaf = |stream: &TlsStream<TcpStream>| stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned();
    let before = leaf(&server.connect(b"http/1.1").await);
    let bad = server.tls.reload(&server.files.key, &server.files.key);
    assert!(matches!(bad, Err(Error::Certificate { .. })));
    assert_eq!(leaf(&server.connect(b"http/1.1").await), before);
    std::fs::remove_file(&server.files.certificate).unwrap();
    development_ca::ensure(server.files.ca.parent().unwrap(), NOW).unwrap();
    server.tls.reload(&server.files.certificate, &server.files.key).unwrap();
    assert_ne!(leaf(&server.connect(b"http/1.1").await), before);
    server.stop().await;
}

#[tokio::test]
async fn the_probes_answer_in_words_on_their_own_plain_listener() {
    let ready = Arc::new(AtomicBool::new(false));
    let state = Arc::clone(&ready);
    let readiness = move || {
        let is_ready = state.load(Ordering::SeqCst);
        async move { if is_ready { operations::Readiness::Ready } else { operations::Readiness::NotReady } }
    };
    let bound = operations::bind(any_port(), readiness).await.unwrap();
    let address = bound.local_address();
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(bound.run_until(async {
        let _ = stopped.await;
    }));
    let probe = |path: &'static str| async move {
        let mut socket = TcpStream::connect(address).await.unwrap();
        send(&mut socket, path).await;
        let answer = answer(&mut socket).await;
        (answer[9..12].to_owned(), answer.lines().last().unwrap().to_owned())
    };
    assert_eq!(probe("/healthz").await, ("200".to_owned(), "alive".to_owned()));
    assert_eq!(probe("/readyz").await, ("503".to_owned(), "not ready".to_owned()));
    ready.store(true, Ordering::SeqCst);
    assert_eq!(probe("/readyz").await, ("200".to_owned(), "ready".to_owned()));
    assert_eq!(probe("/").await.0, "404");
    stop.send(()).unwrap();
    task.await.unwrap();
}

#[test]
fn production_refuses_certificates_made_for_development() {
    let folder = tempfile::tempdir().unwrap();
    let files = development_ca::ensure(folder.path(), NOW).unwrap();
    let refusal = Tls::from_production_files(&files.certificate, &files.key).unwrap_err();
    assert!(matches!(refusal, Error::DevelopmentCertificate { .. }), "{refusal}");

    let key = rcgen::KeyPair::generate().unwrap();
    let own = rcgen::CertificateParams::new(["exchange.example.org".to_owned()]).unwrap().self_signed(&key).unwrap();
    std::fs::write(&files.certificate, own.pem()).unwrap();
    std::fs::write(&files.key, key.serialize_pem()).unwrap();
    assert!(Tls::from_production_files(&files.certificate, &files.key).is_ok());
}

#[test]
fn unusable_certificate_files_are_named_without_their_content() {
    let folder = tempfile::tempdir().unwrap();
    let files = development_ca::ensure(folder.path(), NOW).unwrap();
    let other = development_ca::ensure(&folder.path().join("other"), NOW).unwrap();
    let missing = folder.path().join("missing.pem");
    assert!(Tls::from_files(&missing, &files.key).unwrap_err().to_string().contains("missing.pem"));
    let swapped = Tls::from_files(&files.certificate, &files.certificate).unwrap_err().to_string();
    assert!(swapped.contains("no unencrypted private key"), "{swapped}");
    assert!(Tls::from_files(&files.key, &files.key).unwrap_err().to_string().contains("no certificate"));
    assert!(matches!(Tls::from_files(&files.certificate, &other.key), Err(Error::Tls(_))), "a key of another certificate");
}

mod authority {
    use rustls::client::danger::ServerCertVerifier as _;

    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn read(file: &std::path::Path) -> String {
        std::fs::read_to_string(file).unwrap()
    }

    #[test]
    fn a_second_start_keeps_everything() {
        let folder = tempfile::tempdir().unwrap();
        let files = development_ca::ensure(folder.path(), NOW).unwrap();
        let before = (read(&files.ca), read(&files.certificate), read(&files.key));
        development_ca::ensure(folder.path(), NOW + DAY).unwrap();
        assert_eq!((read(&files.ca), read(&files.certificate), read(&files.key)), before);
    }

    #[test]
    fn an_ending_leaf_is_renewed_under_the_same_authority_and_an_ending_authority_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let files = development_ca::ensure(folder.path(), NOW).unwrap();
        let (ca, leaf) = (read(&files.ca), read(&files.certificate));
        development_ca::ensure(folder.path(), NOW + 90 * DAY).unwrap();
        assert_eq!(read(&files.ca), ca, "still trusted");
        let second = read(&files.certificate);
        assert_ne!(second, leaf);
        development_ca::ensure(folder.path(), NOW + 300 * DAY).unwrap();
        assert_ne!(read(&files.ca), ca, "it could not carry a leaf of 90 days");
        assert_ne!(read(&files.certificate), second);
    }

    #[test]
    fn whatever_is_missing_after_a_stop_half_way_is_made_again() {
        for lost in ["ca.pem", "ca.key", "leaf.pem", "leaf.key"] {
            let folder = tempfile::tempdir().unwrap();
            let files = development_ca::ensure(folder.path(), NOW).unwrap();
            std::fs::remove_file(folder.path().join(lost)).unwrap();
            std::fs::write(folder.path().join("leaf.new"), "half").unwrap();
            development_ca::ensure(folder.path(), NOW).unwrap();
            verify(&files, "localhost").unwrap_or_else(|error| panic!("without {lost}: {error}"));
        }
    }

    fn verify(files: &development_ca::Files, name: &str) -> Result<(), rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&files.ca).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        let leaf = CertificateDer::from_pem_file(&files.certificate).unwrap();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        verifier.verify_server_cert(&leaf, &[], &name, &[], UnixTime::since_unix_epoch(NOW)).map(|_| ())
    }

    #[test]
    fn the_leaf_is_good_for_this_machine_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let files = development_ca::ensure(folder.path(), NOW).unwrap();
        for name in ["localhost", "127.0.0.1", "::1"] {
            verify(&files, name).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        assert!(verify(&files, "exchange.example.org").is_err());
    }

    /// Even with the authority's key in hand nobody is imitated: the constraint is in the certificate people trust.
    #[test]
    fn the_authority_cannot_vouch_for_another_name() {
        let folder = tempfile::tempdir().unwrap();
        let files = development_ca::ensure(folder.path(), NOW).unwrap();
        let key = rcgen::KeyPair::from_pem(&read(&folder.path().join("ca.key"))).unwrap();
        let mut as_authority = rcgen::CertificateParams::default();
        as_authority.distinguished_name = rcgen::DistinguishedName::new();
        as_authority.distinguished_name.push(rcgen::DnType::OrganizationName, development_ca::ORGANISATION);
        as_authority.distinguished_name.push(rcgen::DnType::CommonName, development_ca::ORGANISATION);
        let issuer = rcgen::Issuer::new(as_authority, key);
        let forge = |name: &str| {
            let mut params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
            params.distinguished_name = rcgen::DistinguishedName::new();
            let leaf = params.signed_by(&rcgen::KeyPair::generate().unwrap(), &issuer).unwrap();
            std::fs::write(&files.certificate, leaf.pem()).unwrap();
        };
        forge("localhost");
        verify(&files, "localhost").expect("the forging itself works");
        forge("bank.example");
        assert!(verify(&files, "bank.example").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn keys_are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        development_ca::ensure(folder.path(), NOW).unwrap();
        for key in ["ca.key", "leaf.key"] {
            let mode = std::fs::metadata(folder.path().join(key)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{key}");
        }
    }
}
