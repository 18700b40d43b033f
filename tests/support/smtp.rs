//! A mail relay on a port of this machine: takes what it is given, refuses whom it is told to, and keeps every byte.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use referral_exchange::mail::{Relay, Security, Settings};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    sync::Notify,
};
use tokio_rustls::{TlsAcceptor, rustls};

/// One mail, as the relay got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Got {
    pub from: String,
    pub to: String,
    pub text: String,
}

impl Got {
    /// A header's value.
    pub fn header(&self, name: &str) -> &str {
        let head = self.text.split("\r\n\r\n").next().unwrap();
        let line = head.lines().find(|line| line.to_lowercase().starts_with(&format!("{}:", name.to_lowercase())));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim()).unwrap_or_default()
    }
}

#[derive(Default)]
struct Desk {
    got: Mutex<Vec<Got>>,
    /// Recipients that begin so are unknown here.
    unknown: Mutex<String>,
    busy: AtomicBool,
    /// Takes a mail and never says so.
    mute: AtomicBool,
    taken: Notify,
}

/// The relay.
pub struct Smtp {
    port: u16,
    /// How the way to it is kept, and the authority of its certificate.
    kept: (Security, Option<String>),
    desk: Arc<Desk>,
    task: tokio::task::JoinHandle<()>,
}

impl Smtp {
    pub async fn open() -> Self {
        Self::open_kept(Security::None).await
    }

    /// One whose way is encrypted: from the first byte, or after a greeting.
    pub async fn open_kept(security: Security) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let desk = Arc::new(Desk::default());
        let served = Arc::clone(&desk);
        let (acceptor, authority) = certified();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (desk, acceptor) = (Arc::clone(&served), acceptor.clone());
                tokio::spawn(async move {
                    match security {
                        Security::None => serve(stream, &desk, true).await,
                        Security::StartTls => {
                            let mut stream = stream;
                            if greets(&mut stream).await
                                && let Ok(stream) = acceptor.accept(stream).await
                            {
                                serve(stream, &desk, false).await;
                            }
                        }
                        Security::Tls => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, &desk, true).await;
                            }
                        }
                    }
                });
            }
        });
        let authority = (security != Security::None).then_some(authority);
        Self { port, kept: (security, authority), desk, task }
    }

    /// A relay that hands over to this one.
    pub fn relay(&self) -> Relay {
        self.relay_trusting(self.kept.0, self.kept.1.as_deref())
    }

    /// Where it listens, on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The authority of its certificate, PEM.
    pub fn authority(&self) -> &str {
        self.kept.1.as_deref().unwrap_or_default()
    }

    /// A relay that hands over to this one on a way kept so, and trusts this authority beside the public ones.
    pub fn relay_trusting(&self, security: Security, authority: Option<&str>) -> Relay {
        Relay::new(Settings {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            security,
            credentials: None,
            authority: authority.map(|pem| pem.as_bytes().to_vec()),
            from: "exchange@hub.example".to_owned(),
            returns: Some("bounces@hub.example".to_owned()),
            hub: "https://hub.example".to_owned(),
            name: "Referral Exchange".to_owned(),
        })
        .unwrap()
    }

    pub fn got(&self) -> Vec<Got> {
        self.desk.got.lock().unwrap().clone()
    }

    /// To whom mails went, in the order of addresses.
    pub fn recipients(&self) -> Vec<String> {
        let mut to: Vec<String> = self.got().into_iter().map(|got| got.to).collect();
        to.sort();
        to
    }

    pub fn forget(&self) {
        self.desk.got.lock().unwrap().clear();
    }

    pub fn knows_not(&self, prefix: &str) {
        prefix.clone_into(&mut self.desk.unknown.lock().unwrap());
    }

    pub fn is_busy(&self, busy: bool) {
        self.desk.busy.store(busy, Ordering::Relaxed);
    }

    pub fn is_mute(&self, mute: bool) {
        self.desk.mute.store(mute, Ordering::Relaxed);
    }

    /// Until a mail has been taken.
    pub async fn taken(&self) {
        self.desk.taken.notified().await;
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The address between the brackets of a command.
fn address(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(address, _)| address.to_owned()).unwrap_or_default()
}

/// A certificate for this machine, signed by itself.
fn certified() -> (TlsAcceptor, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let own = rcgen::CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().self_signed(&key).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let secret = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = config.with_no_client_auth().with_single_cert(vec![own.der().clone()], secret.into()).unwrap();
    (TlsAcceptor::from(Arc::new(config)), own.pem())
}

/// The greeting in clear; true once the other side asks to be encrypted, false if it says anything else of a mail.
async fn greets(stream: &mut tokio::net::TcpStream) -> bool {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    let mut say = async |text: &str| write.write_all(format!("{text}\r\n").as_bytes()).await.is_ok();
    let mut goes_on = say("220 relay.example ready").await;
    while goes_on && let Ok(Some(line)) = lines.next_line().await {
        match line.to_uppercase().as_str() {
            "STARTTLS" => return say("220 2.0.0 Go on").await,
            command if command.starts_with("EHLO") => goes_on = say("250-relay.example\r\n250 STARTTLS").await,
            _ => return false,
        }
    }
    false
}

async fn serve(stream: impl AsyncRead + AsyncWrite, desk: &Desk, greets: bool) {
    let (read, mut write) = tokio::io::split(stream);
    let mut lines = BufReader::new(read).lines();
    let mut say = async |text: &str| {
        let said = write.write_all(format!("{text}\r\n").as_bytes()).await.is_ok();
        said && write.flush().await.is_ok()
    };
    if greets && !say("220 relay.example ready").await {
        return;
    }
    let (mut from, mut to) = (String::new(), String::new());
    while let Ok(Some(line)) = lines.next_line().await {
        let command = line.to_uppercase();
        let answer = match () {
            () if command.starts_with("EHLO") => "250 relay.example",
            () if command.starts_with("MAIL") => {
                from = address(&line);
                if desk.busy.load(Ordering::Relaxed) { "451 4.3.0 Try again later" } else { "250 2.1.0 OK" }
            }
            () if command.starts_with("RCPT") => {
                to = address(&line);
                let unknown = desk.unknown.lock().unwrap().clone();
                if !unknown.is_empty() && to.starts_with(&unknown) { "550 5.1.1 No such user here" } else { "250 2.1.5 OK" }
            }
            () if command.starts_with("DATA") => {
                if !say("354 Go on").await {
                    return;
                }
                let mut text = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    text.push_str(&line);
                    text.push_str("\r\n");
                }
                desk.got.lock().unwrap().push(Got { from: from.clone(), to: to.clone(), text });
                desk.taken.notify_one();
                if desk.mute.load(Ordering::Relaxed) {
                    std::future::pending::<()>().await;
                }
                "250 2.0.0 Taken"
            }
            () if command.starts_with("QUIT") => {
                say("221 2.0.0 Bye").await;
                return;
            }
            () => "250 2.0.0 OK",
        };
        if !say(answer).await {
            return;
        }
    }
}
