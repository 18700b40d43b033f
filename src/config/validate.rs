//! Settings that must go together, checked before anything is opened.

use std::net::IpAddr;

use super::sections::ARGON2_MIB;
use super::{Config, DatabaseUrl, Error, Listen, MailSecurity};

pub(super) fn validate(config: &Config) -> Result<(), Error> {
    origin(&config.hub.origin)?;
    if config.hub.url.as_deref().is_some_and(|url| !is_host_url(url)) {
        return refuse("`hub.url` must be https:// and a host, as https://exchange.example.org");
    }
    listen(&config.listen)?;
    databases(config)?;
    mail(config)?;
    limits(config)
}

fn refuse(problem: &str) -> Result<(), Error> {
    Err(Error::Contradiction(problem.to_owned()))
}

/// The origin is a key name of the signed-note format (no white space, no `+`) and by custom a URL without scheme.
fn origin(origin: &str) -> Result<(), Error> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if origin.contains("://") || origin.contains(odd) || origin.len() > 200 {
        return refuse("`hub.origin` must be a host and path without scheme, spaces or `+`, as exchange.example.org/log");
    }
    Ok(())
}

fn listen(listen: &Listen) -> Result<(), Error> {
    match (&listen.tls, listen.development) {
        (None, false) => {
            refuse("give `listen.certificate_file` and `listen.key_file`, or set `listen.development` on a machine of your own")
        }
        (Some(_), true) => {
            refuse("`listen.development` makes its own certificates; take it out, or take the certificate files out")
        }
        // The development certificate names this machine only, and its key lies beside the data.
        (None, true) if !listen.address.is_loopback() => {
            refuse("`listen.development` serves this machine only: set `listen.address` to 127.0.0.1 or ::1")
        }
        _ => Ok(()),
    }
}

fn databases(config: &Config) -> Result<(), Error> {
    let url = &config.database.url;
    for (key, url) in [("database.url", Some(url)), ("database.owner_url", config.database.owner_url.as_ref())] {
        if let Some(DatabaseUrl::Postgres(secret)) = url
            && !is_safe_link(secret.expose())
        {
            return Err(Error::Contradiction(format!("`{key}` crosses the network unverified: add ?sslmode=verify-full")));
        }
    }
    match (url, &config.database.owner_url) {
        (DatabaseUrl::Sqlite(_), Some(_)) => refuse("`database.owner_url` is for PostgreSQL; SQLite knows no roles"),
        (DatabaseUrl::Postgres(_), Some(DatabaseUrl::Sqlite(_))) => {
            refuse("`database.url` and `database.owner_url` must name the same PostgreSQL database")
        }
        (DatabaseUrl::Postgres(app), Some(DatabaseUrl::Postgres(owner))) if role(app.expose()) == role(owner.expose()) => {
            refuse("`database.url` must use another role than `database.owner_url`: the running hub may not alter its log")
        }
        _ => Ok(()),
    }
}

/// A link may go unencrypted only where it does not leave the machine: loopback or a socket file.
fn is_safe_link(text: &str) -> bool {
    let Ok(url) = url::Url::parse(text) else { return false };
    let option = |wanted: &str| url.query_pairs().filter(|(name, _)| name == wanted).map(|(_, value)| value.into_owned()).last();
    let named = option("hostaddr").or_else(|| option("host")).or_else(|| url.host_str().map(str::to_owned));
    let host = named.unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_local = host.is_empty()
        || host.starts_with('/')
        || host.to_ascii_lowercase().starts_with("%2f")
        || host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    is_local || option("sslmode").or_else(|| option("ssl-mode")).as_deref() == Some("verify-full")
}

fn mail(config: &Config) -> Result<(), Error> {
    let Some(relay) = &config.mail.relay else { return Ok(()) };
    let is_local = relay.host == "localhost" || relay.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if relay.security == MailSecurity::None && !is_local {
        return refuse(
            "`mail.security` may be none only for a relay of this machine: addresses would cross the network in clear",
        );
    }
    if relay.username.is_some() != relay.password.is_some() {
        return refuse("`mail.username` and `mail.password_file` go together; one is missing");
    }
    if !is_host_url(&relay.hub_url) {
        return refuse("`mail.hub_url` must be https:// and a host, as https://exchange.example.org");
    }
    Ok(())
}

/// `https://` and a host, perhaps with a port, and nothing else.
fn is_host_url(text: &str) -> bool {
    let host = text.strip_prefix("https://").unwrap_or_default();
    let odd = |c: char| matches!(c, '/' | '?' | '#' | '@') || c.is_whitespace() || c.is_control();
    !host.is_empty() && !host.contains(odd)
}

fn role(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    let by_option = url.query_pairs().find(|(name, _)| name == "user").map(|(_, value)| value.into_owned());
    by_option.or_else(|| Some(url.username().to_owned()))
}

fn limits(config: &Config) -> Result<(), Error> {
    let limits = &config.limits;
    if limits.argon2_permits == Some(0) {
        return refuse("`limits.argon2_permits` must be 1 or more, or nobody could sign in");
    }
    if limits.argon2_memory_mib < ARGON2_MIB.saturating_mul(limits.argon2_permits.unwrap_or(1)) {
        return refuse("`limits.argon2_memory_mib` must be 64 or more for each sign-in hashed at once");
    }
    if limits.connections < 8 {
        return refuse("`limits.connections` must be 8 or more: one browser opens several");
    }
    Ok(())
}
