//! A mail relay on a port of this machine: takes what it is given, refuses whom it is told to, and keeps every byte.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use referral_exchange::mail::{Relay, Security, Settings};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

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
    desk: Arc<Desk>,
    task: tokio::task::JoinHandle<()>,
}

impl Smtp {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let desk = Arc::new(Desk::default());
        let served = Arc::clone(&desk);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let desk = Arc::clone(&served);
                tokio::spawn(async move { serve(stream, &desk).await });
            }
        });
        Self { port, desk, task }
    }

    /// A relay that hands over to this one.
    pub fn relay(&self) -> Relay {
        Relay::new(Settings {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            security: Security::None,
            credentials: None,
            authority: None,
            from: "exchange@hub.example".to_owned(),
            returns: Some("bounces@hub.example".to_owned()),
            hub: "https://hub.example".to_owned(),
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

async fn serve(stream: TcpStream, desk: &Desk) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut say = async |text: &str| write.write_all(format!("{text}\r\n").as_bytes()).await.is_ok();
    if !say("220 relay.example ready").await {
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
