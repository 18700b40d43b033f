//! What must be known before a hub is made: every question, with what makes an answer usable; and the configuration they give.

use std::{
    fmt::Write as _,
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use zeroize::Zeroizing;

use super::{
    ask::{Answering, Question},
    first::founding,
};
use crate::{
    app::{Founding, SystemClock},
    cli::Failure,
    config::{Config, DatabaseUrl, check_private},
    domain::{mailing::MailAddress, ports::Clock as _, text::line},
    server::certificate::Certificate,
};

/// The file in which a database address is kept that was typed.
const APP_URL: &str = "database-url";
/// The same of the owner's.
const OWNER_URL: &str = "database-owner-url";
/// Everything that was answered.
pub(super) struct Answers {
    hub: Hub,
    certificate: Option<(String, String)>,
    database: Database,
    mail: Option<Mail>,
    founding: Founding,
}

struct Hub {
    name: String,
    partnership: String,
    host: String,
    port: u16,
    listen: IpAddr,
    origin: String,
}

enum Database {
    Sqlite(String),
    Postgres { app: Kept, owner: Kept },
}

/// Where a secret is kept: in a file that is there, or in one that is made of what was typed.
enum Kept {
    File(String),
    Typed(Zeroizing<String>),
}

struct Mail {
    relay: String,
    security: String,
    login: Option<(String, String)>,
    authority: String,
    from: String,
}

impl Answers {
    /// Asks everything.
    pub(super) fn gather(asked: &mut impl Answering, base: &Path) -> Result<Self, Failure> {
        let hub = Hub::gather(asked)?;
        let certificate = certificate(asked, base, &hub)?;
        let database = Database::gather(asked, base)?;
        let mail = Mail::gather(asked, base)?;
        let founding = founding(asked)?;
        Ok(Self { hub, certificate, database, mail, founding })
    }

    pub(super) const fn founding(&self) -> &Founding {
        &self.founding
    }

    /// How many agencies come in.
    pub(super) fn agencies(&self) -> usize {
        self.founding.agencies.len()
    }

    /// What was typed and is to be kept: the file's name and the text.
    pub(super) fn secrets(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let both = match &self.database {
            Database::Sqlite(_) => [None, None],
            Database::Postgres { app, owner } => {
                [app.typed().map(|text| (APP_URL, text)), owner.typed().map(|text| (OWNER_URL, text))]
            }
        };
        both.into_iter().flatten()
    }

    /// The folder of an embedded database.
    pub(super) fn database_folder(config: &Config) -> Option<PathBuf> {
        match &config.database.url {
            DatabaseUrl::Sqlite(path) => path.parent().map(Path::to_owned),
            DatabaseUrl::Postgres(_) => None,
        }
    }

    /// The configuration file, without a secret in it.
    pub(super) fn configuration(&self) -> String {
        let mut text = String::from(
            "# Written by `referral-exchange init`. `referral-exchange config show` explains every setting there is.\n",
        );
        let Hub { name, partnership, host, port, listen, origin } = &self.hub;
        let url = url_of(host, *port);
        section(&mut text, "hub", &[("name", name), ("partnership", partnership), ("origin", origin), ("url", &url)]);
        section(&mut text, "listen", &[("address", &listen.to_string())]);
        let _ = writeln!(text, "port = {port}");
        match &self.certificate {
            Some((chain, key)) => pairs(&mut text, &[("certificate_file", chain), ("key_file", key)]),
            None => text.push_str("development = true\n"),
        }
        match &self.database {
            Database::Sqlite(file) => section(&mut text, "database", &[("url", &format!("sqlite:{file}"))]),
            Database::Postgres { app, owner } => {
                let files = [("url_file", app.file(APP_URL)), ("owner_url_file", owner.file(OWNER_URL))];
                section(&mut text, "database", &files);
            }
        }
        if let Some(Mail { relay, security, login, authority, from }) = &self.mail {
            section(&mut text, "mail", &[("relay", relay), ("security", security), ("from", from)]);
            if let Some((name, file)) = login {
                pairs(&mut text, &[("username", name), ("password_file", file)]);
            }
            if !authority.is_empty() {
                pairs(&mut text, &[("authority_file", authority)]);
            }
        }
        text
    }
}

fn section(text: &mut String, name: &str, all: &[(&str, &str)]) {
    let _ = writeln!(text, "\n[{name}]");
    pairs(text, all);
}

fn pairs(text: &mut String, all: &[(&str, &str)]) {
    for (key, value) in all {
        let _ = writeln!(text, "{key} = {}", toml::Value::String((*value).to_owned()));
    }
}

fn url_of(host: &str, port: u16) -> String {
    let host = if host.parse::<std::net::Ipv6Addr>().is_ok() { format!("[{host}]") } else { host.to_owned() };
    if port == 443 { format!("https://{host}") } else { format!("https://{host}:{port}") }
}

/// A text of one line.
fn words(limit: usize) -> impl Fn(&str) -> Result<String, String> {
    move |text| line(text, limit).map_err(|error| error.to_string())
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Hub {
    fn gather(asked: &mut impl Answering) -> Result<Self, Failure> {
        let ask = |key, text, default, example| Question { key, text, default, example };
        let question = ask("hub.name", "What do people know the service as?", Some("Referral Exchange"), "");
        let name = asked.answer(question, words(80))?;
        let question = ask("hub.partnership", "Which partnership runs it?", None, "Safeguarding in Three Shires");
        let partnership = asked.answer(question, words(120))?;
        let question = ask(
            "hub.address",
            "By which name do people reach it? Without https:// and port; localhost is for a machine of your own.",
            None,
            "exchange.example.org",
        );
        let host = asked.answer(question, read_host)?;
        let local = is_this_machine(&host);
        let question = ask("hub.port", "On which port?", Some("8443"), "443");
        let port = asked.answer(question, |text| {
            text.parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(|| "a port is a number from 1 to 65535".to_owned())
        })?;
        let default = if local { "127.0.0.1" } else { "0.0.0.0" };
        let text = "On which address of this machine does it listen? 0.0.0.0 is all of them, 127.0.0.1 is this machine alone.";
        let listen = asked.answer(ask("hub.listen", text, Some(default), ""), |text| {
            text.parse::<IpAddr>().map_err(|_| "it is an IP address, as 0.0.0.0 or ::1".to_owned())
        })?;
        let default = format!("{host}/log");
        let question = ask("hub.origin", "What is its log called, for ever? A host and a path.", Some(&default), "");
        let origin = asked.answer(question, |text| {
            let odd = |c: char| c.is_whitespace() || c.is_control() || c == '+';
            let good = !text.is_empty() && !text.contains("://") && !text.contains(odd) && text.len() <= 200;
            if good { Ok(text.to_owned()) } else { Err("it is a host and path without https://, spaces or +".to_owned()) }
        })?;
        Ok(Self { name, partnership, host, port, listen, origin })
    }
}

fn read_host(text: &str) -> Result<String, String> {
    let text = text.to_lowercase();
    let label = |label: &str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        !label.is_empty() && label.len() <= 63 && plain && !label.starts_with('-') && !label.ends_with('-')
    };
    let good = text.parse::<IpAddr>().is_ok() || (text.len() <= 253 && text.split('.').all(label));
    if good { Ok(text) } else { Err("it is a name as exchange.example.org, without https://, port or path".to_owned()) }
}

/// The files of a certificate, or none where the hub makes its own for this machine.
fn certificate(asked: &mut impl Answering, base: &Path, hub: &Hub) -> Result<Option<(String, String)>, Failure> {
    let local = is_this_machine(&hub.host) && hub.listen.is_loopback();
    let own = asked.answer(
        Question {
            key: "certificate.kind",
            text: "Which certificate: own (files of your authority), or development (made here, for this machine alone)?",
            default: Some(if local { "development" } else { "own" }),
            example: "own",
        },
        |text| match text {
            "own" => Ok(true),
            "development" if local => Ok(false),
            "development" => {
                Err("a development certificate serves this machine alone; others connect to this hub, so name your own"
                    .to_owned())
            }
            _ => Err("answer own or development".to_owned()),
        },
    )?;
    if !own {
        return Ok(None);
    }
    let is_there = |text: &str| {
        if base.join(text).is_file() {
            Ok(text.to_owned())
        } else {
            Err(format!("there is no file {}", base.join(text).display()))
        }
    };
    let question = Question {
        key: "certificate.chain_file",
        text: "Which file holds the certificate with its chain? PEM, the hub's own certificate first.",
        default: None,
        example: "/etc/exchange/chain.pem",
    };
    let chain = asked.answer(question, is_there)?;
    let question = Question {
        key: "certificate.key_file",
        text: "Which file holds its private key? PEM, mode 600.",
        default: None,
        example: "/etc/exchange/key.pem",
    };
    let key = asked.answer(question, |text| {
        let key = base.join(is_there(text)?);
        check_private("listen.key_file", &key).map_err(|error| error.to_string())?;
        let now = Duration::from_millis(SystemClock.now().millis().unsigned_abs());
        let found = Certificate::read(&base.join(&chain), &key, Some(&hub.host), now).map_err(|error| error.to_string())?;
        match found {
            Certificate { covers: false, names, .. } => {
                Err(format!("the certificate names {}, not {}: get one for that name", names.join(", "), hub.host))
            }
            Certificate { days_left, ends, .. } if days_left < 0 => Err(format!("the certificate ended on {ends}: renew it")),
            _ => Ok(text.to_owned()),
        }
    })?;
    Ok(Some((chain, key)))
}

impl Kept {
    fn typed(&self) -> Option<&str> {
        match self {
            Self::Typed(text) => Some(text),
            Self::File(_) => None,
        }
    }

    fn file<'k>(&'k self, made: &'k str) -> &'k str {
        match self {
            Self::Typed(_) => made,
            Self::File(name) => name,
        }
    }
}

impl Database {
    fn gather(asked: &mut impl Answering, base: &Path) -> Result<Self, Failure> {
        let question = Question {
            key: "database.kind",
            text: "Which database: sqlite (a file of this machine), or postgres?",
            default: Some("sqlite"),
            example: "",
        };
        let is_sqlite = asked.answer(question, |text| match text {
            "sqlite" => Ok(true),
            "postgres" => Ok(false),
            _ => Err("answer sqlite or postgres".to_owned()),
        })?;
        if is_sqlite {
            let question =
                Question { key: "database.file", text: "In which file?", default: Some("exchange.sqlite"), example: "" };
            let plain = |text: &str| {
                let odd = |c: char| c.is_control() || c == '?';
                if text.is_empty() || text.contains(odd) {
                    Err("it is the name of a file".to_owned())
                } else {
                    Ok(text.to_owned())
                }
            };
            return Ok(Self::Sqlite(asked.answer(question, plain)?));
        }
        let may_type = asked.is_private();
        let read = |text: &str| read_kept(text, may_type, base);
        let app = asked.answer(
            Question {
                key: "database.app_url_file",
                text: "Which file of mode 600 holds the address of the running hub's role? At a terminal the address itself will do, \
                       and is kept in such a file.",
                default: None,
                example: "/etc/exchange/database-url, holding postgres://exchange_app:PASSWORD@db.example.org/exchange?sslmode=verify-full",
            },
            read,
        )?;
        let owner = asked.answer(
            Question {
                key: "database.owner_url_file",
                text: "And which that of the owner's role, which makes the tables? It is another role.",
                default: None,
                example: "/etc/exchange/database-owner-url, holding postgres://exchange_owner:PASSWORD@…",
            },
            read,
        )?;
        Ok(Self::Postgres { app, owner })
    }
}

/// A database address: kept in a file that is there, or typed. Never repeated in what is said about it.
fn read_kept(text: &str, may_type: bool, base: &Path) -> Result<Kept, String> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return match (may_type, url::Url::parse(text)) {
            (true, Ok(_)) => Ok(Kept::Typed(Zeroizing::new(text.to_owned()))),
            (true, Err(_)) => Err("it is no address: postgres://ROLE:PASSWORD@HOST/DATABASE".to_owned()),
            (false, _) => Err("a password may stand here: put the address into a file of mode 600 and name that file".to_owned()),
        };
    }
    let file = base.join(text);
    if !file.is_file() {
        return Err(format!("there is no file {}", file.display()));
    }
    check_private("database.url_file", &file).map_err(|error| error.to_string())?;
    Ok(Kept::File(text.to_owned()))
}

impl Mail {
    fn gather(asked: &mut impl Answering, base: &Path) -> Result<Option<Self>, Failure> {
        let question = Question {
            key: "mail.relay",
            text: "Which relay takes the hub's mail? Host and port, or none: then nobody is told of anything by mail.",
            default: Some("none"),
            example: "mail.example.org:587",
        };
        let relay = asked.answer(question, |text| {
            let named = text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
            match text {
                "none" => Ok(None),
                _ if named => Ok(Some(text.to_owned())),
                _ => Err("it is a host and a port, as mail.example.org:587, or none".to_owned()),
            }
        })?;
        let Some(relay) = relay else { return Ok(None) };
        let is_local = relay.rsplit_once(':').is_some_and(|(host, _)| is_this_machine(host));
        let question = Question {
            key: "mail.security",
            text: "How is the way to it kept: starttls, tls, or none (a relay of this machine)?",
            default: Some("starttls"),
            example: "",
        };
        let security = asked.answer(question, |text| match text {
            "starttls" | "tls" => Ok(text.to_owned()),
            "none" if is_local => Ok(text.to_owned()),
            "none" => Err("addresses would cross the network in clear; answer starttls or tls".to_owned()),
            _ => Err("answer starttls, tls or none".to_owned()),
        })?;
        let question =
            Question { key: "mail.username", text: "Which name does it ask for?", default: Some(""), example: "exchange" };
        let username = asked.answer(question, |text| Ok(text.to_owned()))?;
        let is_there = |text: &str| {
            if base.join(text).is_file() {
                Ok(text.to_owned())
            } else {
                Err(format!("there is no file {}", base.join(text).display()))
            }
        };
        let login = if username.is_empty() {
            None
        } else {
            let question = Question {
                key: "mail.password_file",
                text: "Which file of mode 600 holds the password that goes with it?",
                default: None,
                example: "/etc/exchange/mail-password",
            };
            let file = asked.answer(question, |text| {
                let file = is_there(text)?;
                check_private("mail.password_file", &base.join(&file)).map_err(|error| error.to_string())?;
                Ok(file)
            })?;
            Some((username, file))
        };
        let question = Question {
            key: "mail.authority_file",
            text: "Which file holds the authority of its certificate, if that is no public one?",
            default: Some(""),
            example: "/etc/exchange/mail-authority.pem",
        };
        let authority = asked.answer(question, |text| if text.is_empty() { Ok(String::new()) } else { is_there(text) })?;
        let question = Question {
            key: "mail.from",
            text: "Which address does it come from?",
            default: None,
            example: "exchange@example.org",
        };
        let from = asked
            .answer(question, |text| MailAddress::parse(text).map(|_| text.to_owned()).map_err(|error| error.to_string()))?;
        Ok(Some(Self { relay, security, login, authority, from }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_what_they_must_be() {
        for good in ["exchange.example.org", "localhost", "Exchange.Example.ORG", "127.0.0.1", "::1"] {
            assert!(read_host(good).is_ok(), "{good}");
        }
        for bad in ["", "https://exchange.example.org", "exchange.example.org:8443", "a/b", "a b", "-a.example", "a..b"] {
            assert!(read_host(bad).is_err(), "{bad}");
        }
        assert_eq!(url_of("hub.example", 443), "https://hub.example");
        assert_eq!(url_of("::1", 8443), "https://[::1]:8443");
    }

    #[test]
    fn an_address_with_a_password_is_never_taken_from_a_sheet_nor_repeated() {
        let folder = tempfile::tempdir().expect("a folder");
        let secret = "postgres://app:hunter2-hunter2@db.example/exchange";
        let refused = read_kept(secret, false, folder.path()).map(drop).expect_err("refused");
        assert!(refused.contains("file of mode 600") && !refused.contains("hunter2"), "{refused}");
        assert!(matches!(read_kept(secret, true, folder.path()), Ok(Kept::Typed(text)) if text.as_str() == secret));
        assert!(read_kept("absent", true, folder.path()).is_err());
    }
}
