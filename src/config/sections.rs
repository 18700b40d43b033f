//! One struct per section, built from the layers.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use super::layers::{Layers, Value, bad};
use super::{Config, Error, Secret, secret, setting};

/// Who runs this hub and what its log is called.
#[derive(Debug, Clone)]
pub struct Hub {
    /// The service name people see.
    pub name: String,
    /// The partnership that runs it.
    pub partnership: String,
    /// The number of whoever runs the hub, shown where a form knows none for where it is.
    pub phone: Option<String>,
    /// When it is answered, in words.
    pub phone_hours: Option<String>,
    /// The log's origin: first line of every checkpoint and name of its key. It can never change.
    pub origin: String,
    /// Where people reach it: `https://`, a host and perhaps a port.
    pub url: Option<String>,
}

/// Where people and systems connect.
#[derive(Debug, Clone)]
pub struct Listen {
    /// The address to listen on.
    pub address: IpAddr,
    /// The port; 0 takes any free one.
    pub port: u16,
    /// Certificate and key; `None` only in development mode, where the hub makes its own.
    pub tls: Option<TlsFiles>,
    /// Whether the hub makes certificates for this machine only.
    pub development: bool,
}

/// A certificate chain and its key, both PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The chain, leaf first.
    pub certificate: PathBuf,
    /// The leaf's private key.
    pub key: PathBuf,
}

/// Where the operator's probes connect: plain HTTP, so keep it off the public network.
#[derive(Debug, Clone)]
pub struct Operations {
    /// The address; `None` means no such listener.
    pub address: Option<SocketAddr>,
}

/// Where records stand.
#[derive(Debug, Clone)]
pub struct Database {
    /// The running hub's role, which can only append to what is written once.
    pub url: DatabaseUrl,
    /// The migrations' role; `None` with SQLite, which knows no roles, and where migrations run elsewhere.
    pub owner_url: Option<DatabaseUrl>,
}

/// A database and how to reach it.
#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server, by a URL that may hold a password.
    Postgres(Secret),
}

/// Where the hub's key files lie.
#[derive(Debug, Clone)]
pub struct Keys {
    /// The folder.
    pub directory: PathBuf,
}

/// Where sealed attachments lie.
#[derive(Debug, Clone)]
pub struct Blobs {
    /// The folder.
    pub directory: PathBuf,
}

/// Who looks for viruses in files that are added.
#[derive(Debug, Clone)]
pub struct Scanner {
    /// ClamAV's daemon; `None` means that nobody looks.
    pub clamd: Option<ScannerAddress>,
}

/// Where a daemon listens on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerAddress {
    /// A socket file.
    Socket(PathBuf),
    /// A port of the loopback address.
    Loopback(SocketAddr),
}

/// How mail about notices goes out.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The relay that takes it; `None` means that none is sent.
    pub relay: Option<MailRelay>,
}

/// A mail relay and how the hub speaks to it.
#[derive(Debug, Clone)]
pub struct MailRelay {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way to it is kept from others.
    pub security: MailSecurity,
    /// The name it asks for.
    pub username: Option<String>,
    /// The password that goes with it.
    pub password: Option<Secret>,
    /// The authority of its certificate, where it is none of the public ones.
    pub authority_file: Option<PathBuf>,
    /// The address that writes.
    pub from: String,
    /// The address to which reports of mails that did not arrive go.
    pub return_address: Option<String>,
    /// Where the hub is, for links: `https://` and a host.
    pub hub_url: String,
}

/// How the way to a mail relay is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// Not at all: only for a relay of this machine.
    None,
    /// Encrypted after a greeting.
    StartTls,
    /// Encrypted from the first byte.
    Tls,
}

/// A folder of files in place of the built-in ones.
#[derive(Debug, Clone)]
pub struct Overlay {
    /// The folder; `None` means the built-in files.
    pub directory: Option<PathBuf>,
}

/// What the machine can bear.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Password hashes worked out at once, if the operator says.
    pub argon2_permits: Option<u32>,
    /// Memory that password hashing may take together, MiB.
    pub argon2_memory_mib: u32,
    /// Sign-ins that may wait for a permit.
    pub argon2_queue: u32,
    /// Connections held at once.
    pub connections: u32,
}

/// Memory of one password hash, MiB; the Argon2 parameters in `crypto` say the same.
pub(super) const ARGON2_MIB: u32 = 64;

/// Below this many cores one hash at a time, so that sign-ins leave the machine to those already working.
const CORES_FOR_MORE_THAN_ONE: u32 = 4;

impl Limits {
    /// Password hashes to work out at once on a machine with this many cores: what the operator said, or the lesser of
    /// the cores and what the memory bears; at least 1.
    pub fn argon2_permits(&self, cores: u32) -> u32 {
        let by_cores = if cores < CORES_FOR_MORE_THAN_ONE { 1 } else { cores };
        self.argon2_permits.unwrap_or_else(|| by_cores.min(self.argon2_memory_mib / ARGON2_MIB).max(1))
    }
}

/// How the hub talks to its operator.
#[derive(Debug, Clone)]
pub struct Log {
    /// The shape of a line.
    pub format: LogFormat,
    /// Which lines, in the notation of tracing's `EnvFilter`.
    pub filter: String,
}

/// The shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Plain,
    /// One JSON object a line.
    Json,
}

pub(super) fn build(base: &Path, layers: Layers) -> Result<Config, Error> {
    let read = Reader { base, layers: &layers };
    Ok(Config {
        hub: Hub {
            name: read.required("hub.name")?,
            partnership: read.required("hub.partnership")?,
            phone: read.optional("hub.phone", "it must be text")?,
            phone_hours: read.optional("hub.phone_hours", "it must be text")?,
            origin: read.required("hub.origin")?,
            url: read.optional("hub.url", "it must be a text")?,
        },
        listen: Listen {
            address: read.parsed("listen.address", "it must be an IP address, as 127.0.0.1 or ::1")?,
            port: read.parsed("listen.port", "it must be a port from 0 to 65535")?,
            tls: read.tls()?,
            development: read.parsed("listen.development", "it must be true or false")?,
        },
        operations: Operations {
            address: read.optional("operations.address", "it must be an address and port, as 127.0.0.1:9443")?,
        },
        database: Database {
            url: read.database("database.url", "database.url_file")?.ok_or_else(|| missing("database.url"))?,
            owner_url: read.database("database.owner_url", "database.owner_url_file")?,
        },
        keys: Keys { directory: read.path("keys.directory").ok_or_else(|| missing("keys.directory"))? },
        blobs: Blobs { directory: read.path("blobs.directory").ok_or_else(|| missing("blobs.directory"))? },
        scanner: Scanner { clamd: read.clamd()? },
        mail: Mail { relay: read.mail()? },
        policies: Overlay { directory: read.path("policies.directory") },
        pathways: Overlay { directory: read.path("pathways.directory") },
        limits: Limits {
            argon2_permits: read.optional("limits.argon2_permits", "it must be a whole number")?,
            argon2_memory_mib: read.parsed("limits.argon2_memory_mib", "it must be a whole number of MiB")?,
            argon2_queue: read.parsed("limits.argon2_queue", "it must be a whole number")?,
            connections: read.parsed("limits.connections", "it must be a whole number")?,
        },
        log: Log { format: read.format()?, filter: read.required("log.filter")? },
        base: base.to_owned(),
        layers,
    })
}

fn missing(key: &str) -> Error {
    let about = setting::find(key).map_or("", |setting| setting.about);
    Error::Contradiction(format!("`{key}` is not set; it says {about}"))
}

struct Reader<'a> {
    base: &'a Path,
    layers: &'a Layers,
}

impl Reader<'_> {
    fn required(&self, key: &str) -> Result<String, Error> {
        self.layers.get(key).map(|value| value.text.clone()).ok_or_else(|| missing(key))
    }

    fn optional<T: std::str::FromStr>(&self, key: &'static str, problem: &str) -> Result<Option<T>, Error> {
        let refuse = |value: &Value| Error::BadValue { key, origin: value.origin, problem: problem.to_owned() };
        self.layers.get(key).map(|value| value.text.parse().map_err(|_| refuse(value))).transpose()
    }

    fn parsed<T: std::str::FromStr>(&self, key: &'static str, problem: &str) -> Result<T, Error> {
        self.optional(key, problem)?.ok_or_else(|| missing(key))
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        self.layers.get(key).map(|value| self.base.join(&value.text))
    }

    fn clamd(&self) -> Result<Option<ScannerAddress>, Error> {
        let key = "scanner.clamd";
        let Some(value) = self.layers.get(key) else { return Ok(None) };
        let refuse = |problem: &str| Error::BadValue { key, origin: value.origin, problem: problem.to_owned() };
        match value.text.parse::<SocketAddr>() {
            Ok(address) if address.ip().is_loopback() => Ok(Some(ScannerAddress::Loopback(address))),
            Ok(_) => Err(refuse("it must be of this machine, as 127.0.0.1:3310: files go there in clear")),
            Err(_) if value.text.starts_with('/') => Ok(Some(ScannerAddress::Socket(PathBuf::from(&value.text)))),
            Err(_) => Err(refuse("it must be a socket file, as /run/clamav/clamd.ctl, or an address and port of this machine")),
        }
    }

    fn mail(&self) -> Result<Option<MailRelay>, Error> {
        let Some(value) = self.layers.get("mail.relay") else { return Ok(None) };
        let refuse = |problem: &str| Error::BadValue { key: "mail.relay", origin: value.origin, problem: problem.to_owned() };
        let shape = || refuse("it must be a host and port, as mail.example.org:587");
        let (host, port) = value.text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).ok_or_else(shape)?;
        let port = port.parse().map_err(|_| shape())?;
        let security = match self.required("mail.security")?.as_str() {
            "starttls" => MailSecurity::StartTls,
            "tls" => MailSecurity::Tls,
            "none" => MailSecurity::None,
            _ => return Err(Error::Contradiction("`mail.security` must be starttls, tls or none".to_owned())),
        };
        let password = self.path("mail.password_file").map(|file| secret::read("mail.password_file", &file)).transpose()?;
        Ok(Some(MailRelay {
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port,
            security,
            username: self.optional("mail.username", "it must be a name")?,
            password,
            authority_file: self.path("mail.authority_file"),
            from: self.required("mail.from")?,
            return_address: self.optional("mail.return_address", "it must be an address")?,
            hub_url: self.required("mail.hub_url").or_else(|unset| self.required("hub.url").map_err(|_| unset))?,
        }))
    }

    fn tls(&self) -> Result<Option<TlsFiles>, Error> {
        match (self.path("listen.certificate_file"), self.path("listen.key_file")) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => {
                secret::check_private("listen.key_file", &key)?;
                Ok(Some(TlsFiles { certificate, key }))
            }
            _ => Err(Error::Contradiction(
                "`listen.certificate_file` and `listen.key_file` go together; one is missing".to_owned(),
            )),
        }
    }

    fn database(&self, key: &'static str, file_key: &'static str) -> Result<Option<DatabaseUrl>, Error> {
        let Some(file) = self.path(file_key) else {
            let url = self.layers.get(key).map(|value| self.database_url(key, Secret::new(value.text.clone()), false));
            return url.transpose();
        };
        if self.layers.get(key).is_some_and(|value| value.origin != super::Origin::Default) {
            return Err(Error::Contradiction(format!("`{key}` and `{file_key}` are both set; keep one")));
        }
        self.database_url(key, secret::read(file_key, &file)?, true).map(Some)
    }

    fn database_url(&self, key: &'static str, text: Secret, from_file: bool) -> Result<DatabaseUrl, Error> {
        let origin = self.layers.get(key).map_or(super::Origin::File, |value| value.origin);
        let refuse = |problem: &str| Error::BadValue { key, origin, problem: problem.to_owned() };
        if let Some(path) = text.expose().strip_prefix("sqlite:") {
            return match path.trim_start_matches("//") {
                "" | ":memory:" => Err(refuse("it must name a file, as sqlite:exchange.sqlite")),
                path if path.contains('?') => Err(refuse("options after `?` are not taken: the hub sets its own")),
                _ => Ok(DatabaseUrl::Sqlite(self.base.join(path.strip_prefix("//").unwrap_or(path)))),
            };
        }
        let url = url::Url::parse(text.expose()).map_err(|_| refuse("it must begin with sqlite: or postgres://"))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(refuse("it must begin with sqlite: or postgres://"));
        }
        let names_password = url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password");
        if names_password && !from_file {
            return Err(refuse("it holds a password; put the URL into a file of mode 600 and name that file in the `_file` key"));
        }
        Ok(DatabaseUrl::Postgres(text))
    }

    fn format(&self) -> Result<LogFormat, Error> {
        match self.layers.get("log.format") {
            Some(value) if value.text == "json" => Ok(LogFormat::Json),
            Some(value) if value.text == "plain" => Ok(LogFormat::Plain),
            Some(value) => match setting::find("log.format") {
                Some(setting) => Err(bad(setting, value.origin, "it must be plain or json")),
                None => Err(missing("log.format")),
            },
            None => Err(missing("log.format")),
        }
    }
}
