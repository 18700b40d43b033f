//! ClamAV's daemon, asked over its socket: a file goes there as it comes in, in the `INSTREAM` command's pieces, and the answer
//! is one short line. Whatever is not clearly a verdict is none.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    os::unix::net::UnixStream,
    path::PathBuf,
    time::Duration,
};

use super::{Scan, ScanVerdict, Scanner};

/// To be let in.
const CONNECTING: Duration = Duration::from_secs(5);
/// For each piece, and for the answer: an archive of 25 MB takes the daemon some seconds.
const WAITING: Duration = Duration::from_secs(30);
/// Longer than any answer, which names what was found.
const LONGEST_ANSWER: u64 = 4096;

/// Where the daemon listens. It is told files in clear, so never across a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClamdAddress {
    /// A socket file.
    Socket(PathBuf),
    /// A port of this machine.
    Loopback(SocketAddr),
}

/// Asks the daemon about each file.
#[derive(Debug, Clone)]
pub struct Clamd(ClamdAddress);

impl Clamd {
    /// For the daemon that listens there; it need not run yet.
    pub const fn new(address: ClamdAddress) -> Self {
        Self(address)
    }
}

impl Scanner for Clamd {
    fn begin(&self) -> Option<Box<dyn Scan>> {
        Some(Box::new(Asking { address: self.0.clone(), daemon: None, failed: None }))
    }
}

trait Connection: Read + Write + Send {}
impl<T: Read + Write + Send> Connection for T {}

/// One file on its way to the daemon.
struct Asking {
    address: ClamdAddress,
    daemon: Option<Box<dyn Connection>>,
    failed: Option<io::ErrorKind>,
}

impl Asking {
    fn connect(&self) -> io::Result<Box<dyn Connection>> {
        let mut daemon: Box<dyn Connection> = match &self.address {
            ClamdAddress::Socket(path) => {
                let socket = UnixStream::connect(path)?;
                socket.set_read_timeout(Some(WAITING))?;
                socket.set_write_timeout(Some(WAITING))?;
                Box::new(socket)
            }
            ClamdAddress::Loopback(address) => {
                let socket = TcpStream::connect_timeout(address, CONNECTING)?;
                socket.set_read_timeout(Some(WAITING))?;
                socket.set_write_timeout(Some(WAITING))?;
                Box::new(socket)
            }
        };
        daemon.write_all(b"zINSTREAM\0")?;
        Ok(daemon)
    }

    /// Sends a piece with its length before it; a piece of no length ends the file.
    fn send(&mut self, bytes: &[u8]) -> io::Result<&mut dyn Connection> {
        let mut daemon = match self.daemon.take() {
            Some(daemon) => daemon,
            None => self.connect()?,
        };
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        daemon.write_all(&length.to_be_bytes())?;
        daemon.write_all(bytes)?;
        Ok(&mut **self.daemon.insert(daemon))
    }

    fn ask(&mut self) -> io::Result<ScanVerdict> {
        if let Some(kind) = self.failed {
            return Err(kind.into());
        }
        let daemon = self.send(&[])?;
        daemon.flush()?;
        let mut answer = Vec::new();
        daemon.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
        verdict(&answer).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

impl Scan for Asking {
    fn feed(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.failed.is_some() {
            return;
        }
        if let Err(error) = self.send(bytes).map(drop) {
            // The rest is not sent; that nobody looked is said at the end.
            self.failed = Some(error.kind());
        }
    }

    fn finish(mut self: Box<Self>) -> ScanVerdict {
        self.ask().unwrap_or_else(|error| {
            tracing::error!(error.kind = "scanner", error.code = ?error.kind(), "the scanner gave no verdict; the file is not taken");
            ScanVerdict::Unanswered
        })
    }
}

/// What an answer says: `stream: OK` or `stream: NAME FOUND`, ended by a zero byte; anything else is no verdict.
fn verdict(answer: &[u8]) -> Option<ScanVerdict> {
    let line = str::from_utf8(answer.strip_suffix(b"\0")?).ok()?;
    match line.strip_prefix("stream: ")? {
        "OK" => Some(ScanVerdict::Clean),
        found => found.strip_suffix(" FOUND").filter(|name| !name.is_empty()).map(|_| ScanVerdict::Infected),
    }
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, os::unix::net::UnixListener, thread};

    use proptest::prelude::*;

    use super::*;

    /// A daemon that takes one file and gives one answer; what it was told, piece by piece, comes back.
    fn daemon<S: Read + Write + Send + 'static>(
        accept: impl FnOnce() -> S + Send + 'static,
        answer: &'static [u8],
    ) -> thread::JoinHandle<Vec<u8>> {
        thread::spawn(move || {
            let mut socket = accept();
            let mut command = [0; 10];
            socket.read_exact(&mut command).expect("a command");
            assert_eq!(&command, b"zINSTREAM\0");
            let mut told = Vec::new();
            loop {
                let mut length = [0; 4];
                socket.read_exact(&mut length).expect("a length");
                let mut piece = vec![0; u32::from_be_bytes(length) as usize];
                if piece.is_empty() {
                    break;
                }
                socket.read_exact(&mut piece).expect("a piece");
                told.extend(piece);
            }
            socket.write_all(answer).expect("an answer");
            told
        })
    }

    fn scan(address: ClamdAddress, pieces: &[&[u8]]) -> ScanVerdict {
        let mut scan = Clamd::new(address).begin().expect("a scan");
        for piece in pieces {
            scan.feed(piece);
        }
        scan.finish()
    }

    #[test]
    fn a_file_is_told_in_pieces_and_the_answer_is_the_verdict() {
        let folder = tempfile::tempdir().expect("a folder");
        for (at, (answer, expected)) in [
            (&b"stream: OK\0"[..], ScanVerdict::Clean),
            (b"stream: Eicar-Test-Signature FOUND\0", ScanVerdict::Infected),
            (b"INSTREAM size limit exceeded. ERROR\0", ScanVerdict::Unanswered),
            (b"", ScanVerdict::Unanswered),
        ]
        .into_iter()
        .enumerate()
        {
            let path = folder.path().join(at.to_string());
            let listener = UnixListener::bind(&path).expect("a socket");
            let told = daemon(move || listener.accept().expect("a caller").0, answer);
            assert_eq!(scan(ClamdAddress::Socket(path), &[b"one ", b"", b"two"]), expected);
            assert_eq!(told.join().expect("ends"), b"one two");
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = ClamdAddress::Loopback(listener.local_addr().expect("an address"));
        let told = daemon(move || listener.accept().expect("a caller").0, b"stream: OK\0");
        assert_eq!(scan(address, &[b"x"]), ScanVerdict::Clean);
        assert_eq!(told.join().expect("ends"), b"x");
    }

    #[test]
    fn a_daemon_that_is_not_there_or_hangs_up_gives_no_verdict() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("none");
        assert_eq!(scan(ClamdAddress::Socket(path), &[b"x"]), ScanVerdict::Unanswered);
        let path = folder.path().join("rude");
        let listener = UnixListener::bind(&path).expect("a socket");
        let rude = thread::spawn(move || drop(listener.accept().expect("a caller")));
        assert_eq!(scan(ClamdAddress::Socket(path), &[&vec![7; 65_536][..]; 64]), ScanVerdict::Unanswered);
        rude.join().expect("ends");
    }

    #[test]
    fn only_whole_answers_are_verdicts() {
        assert_eq!(verdict(b"stream: OK\0"), Some(ScanVerdict::Clean));
        assert_eq!(verdict(b"stream: A.B-1 FOUND\0"), Some(ScanVerdict::Infected));
        for none in [
            &b""[..],
            b"\0",
            b"stream: OK",
            b"stream: OK\n",
            b"stream: OK\0\0",
            b"stream: OK FOUND OK\0",
            b"stream:  FOUND\0",
            b"stream: FOUND\0",
            b"OK\0",
            b"stream: Can't allocate memory ERROR\0",
            b"stream: \xff FOUND\0",
        ] {
            assert_eq!(verdict(none), None, "{}", String::from_utf8_lossy(none));
        }
    }

    proptest! {
        /// Whatever comes back, a file is called clean only by the one answer that says so.
        #[test]
        fn nothing_else_is_clean(answer in proptest::collection::vec(any::<u8>(), 0..64), head in any::<bool>()) {
            let answer = if head { [b"stream: ", &answer[..]].concat() } else { answer };
            prop_assert_eq!(verdict(&answer) == Some(ScanVerdict::Clean), answer == b"stream: OK\0");
        }
    }
}
