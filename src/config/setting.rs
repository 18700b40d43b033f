//! Every setting there is: its key, default, kind and meaning. The file, the environment, `config show` and the
//! refusal of unknown keys all read this one table.

/// One setting, `section.key`.
#[derive(Debug)]
pub struct Setting {
    /// Section and key, joined by a full stop.
    pub key: &'static str,
    /// The value when nobody gives one; `None` means "not set".
    pub default: Option<&'static str>,
    /// What values it takes.
    pub kind: Kind,
    /// One line for the operator.
    pub about: &'static str,
}

/// The kinds of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Switch,
    /// A file or folder; relative ones are relative to the configuration file.
    Path,
    /// A file that holds a secret: its name is shown, its content never.
    SecretFile,
}

impl Setting {
    /// The environment variable that sets it.
    pub fn environment_name(&self) -> String {
        format!("{ENVIRONMENT_PREFIX}{}", self.key.replace('.', "_").to_ascii_uppercase())
    }
}

/// What every environment variable of ours begins with.
pub(super) const ENVIRONMENT_PREFIX: &str = "REFERRAL_EXCHANGE_";

/// Variables with our prefix that are not settings but arguments of the command line.
pub(super) const ENVIRONMENT_ARGUMENTS: &[&str] = &["REFERRAL_EXCHANGE_CONFIG", "REFERRAL_EXCHANGE_DATA"];

pub(super) fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

const fn setting(key: &'static str, default: Option<&'static str>, kind: Kind, about: &'static str) -> Setting {
    Setting { key, default, kind, about }
}

/// Every setting, in the order in which they are shown.
pub static SETTINGS: &[Setting] = &[
    setting("hub.name", None, Kind::Text, "the service name people see"),
    setting("hub.partnership", None, Kind::Text, "the partnership that runs the hub"),
    setting("hub.phone", None, Kind::Text, "the number of whoever runs the hub, for pages that say whom to ring"),
    setting("hub.phone_hours", None, Kind::Text, "when that number is answered, as: Monday to Friday, 9am to 5pm"),
    setting("hub.origin", None, Kind::Text, "the log's name, for ever: a host and path without scheme"),
    setting("hub.url", None, Kind::Text, "where people reach it: https:// and its public name"),
    setting("listen.address", Some("127.0.0.1"), Kind::Text, "the address to listen on"),
    setting("listen.port", Some("8443"), Kind::Number, "the port; 0 takes any free one"),
    setting("listen.certificate_file", None, Kind::Path, "the certificate chain, PEM, leaf first"),
    setting("listen.key_file", None, Kind::SecretFile, "the certificate's private key, PEM"),
    setting("listen.development", Some("false"), Kind::Switch, "make certificates for this machine only"),
    setting("operations.address", None, Kind::Text, "address:port of the plain probe listener; not set, none"),
    setting("database.url", Some("sqlite:exchange.sqlite"), Kind::Text, "the running hub's database, without a password"),
    setting("database.url_file", None, Kind::SecretFile, "a file with that URL, password included"),
    setting("database.owner_url", None, Kind::Text, "the migrations' database role (PostgreSQL), without a password"),
    setting("database.owner_url_file", None, Kind::SecretFile, "a file with that URL, password included"),
    setting("keys.directory", Some("keys"), Kind::Path, "the hub's key files; keep them out of the backups"),
    setting("blobs.directory", Some("blobs"), Kind::Path, "sealed attachments"),
    setting("scanner.clamd", None, Kind::Text, "ClamAV: its socket file, or address:port of this machine; not set, none"),
    setting("mail.relay", None, Kind::Text, "host:port of the mail relay; not set, no mail is sent"),
    setting("mail.security", Some("starttls"), Kind::Text, "the way to the relay: starttls, tls, or none on this machine"),
    setting("mail.username", None, Kind::Text, "the name that the relay asks for"),
    setting("mail.password_file", None, Kind::SecretFile, "a file with the password that goes with it"),
    setting("mail.authority_file", None, Kind::Path, "the authority of the relay's certificate, PEM, if it is not a public one"),
    setting("mail.from", None, Kind::Text, "the address that mail comes from"),
    setting("mail.return_address", None, Kind::Text, "where reports go that mail did not arrive; see `mail bounce`"),
    setting("mail.hub_url", None, Kind::Text, "where the links of mails lead, if not to `hub.url`"),
    setting("policies.directory", None, Kind::Path, "policy files in place of the built-in ones"),
    setting("pathways.directory", None, Kind::Path, "pathway files in place of the built-in ones"),
    setting("limits.argon2_permits", None, Kind::Number, "sign-ins hashed at once; not set, worked out from cores and memory"),
    setting("limits.argon2_memory_mib", Some("256"), Kind::Number, "memory that sign-ins may take together, MiB"),
    setting("limits.argon2_queue", Some("64"), Kind::Number, "sign-ins that may wait before the next is told to come back"),
    setting("limits.connections", Some("1024"), Kind::Number, "connections held at once"),
    setting("log.format", Some("plain"), Kind::Text, "lines on standard error: plain or json"),
    setting("log.filter", Some("info"), Kind::Text, "which lines, in the notation of tracing's EnvFilter"),
];
