//! Whether a hub could run as its configuration says: each thing looked at by itself, with what to mend; nothing is changed and
//! nobody is written to.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Error, KeyFiles,
    database_files::check as check_files,
    start::{address, pathway_files, policy_files, relay},
};
use crate::{
    config::{Config, DatabaseUrl},
    domain::{ports::Clock, time::Timestamp},
    policy::{HubState, Policy},
    store::Db,
};

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// As it should.
    Good,
    /// It works, and somebody should look.
    Warning,
    /// The hub cannot run, or must not.
    Bad,
}

impl Level {
    /// The word for scripts.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// Which, in a word or two.
    pub what: &'static str,
    /// How it stands.
    pub level: Level,
    /// That in a sentence; where it is not good, with what to mend.
    pub text: String,
}

impl Inspected {
    /// As it should be.
    pub fn good(what: &'static str, text: impl Into<String>) -> Self {
        Self { what, level: Level::Good, text: text.into() }
    }

    /// Somebody should look.
    pub fn warning(what: &'static str, text: impl Into<String>) -> Self {
        Self { what, level: Level::Warning, text: text.into() }
    }

    /// Must be mended.
    pub fn bad(what: &'static str, text: impl Into<String>) -> Self {
        Self { what, level: Level::Bad, text: text.into() }
    }
}

/// Bytes below which a disk is nearly full.
pub const ONE_GIBIBYTE: u64 = 1 << 30;
/// Clocks of two machines that are kept by the same source differ by less.
const APART: Duration = Duration::from_secs(2);
/// How long a relay may take to greet.
const PATIENCE: Duration = Duration::from_secs(10);

/// The hub in the database of a configuration: whether it is open, and whether all in it is invented. None where there is none
/// yet; asked with the owner's role, since before the first migration no other may ask.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn hub_there(config: &Config) -> Result<Option<(bool, bool)>, Error> {
    if let DatabaseUrl::Sqlite(path) = &config.database.url
        && !path.exists()
    {
        return Ok(None);
    }
    let db = Db::open(&address(config.database.owner_url.as_ref().unwrap_or(&config.database.url))?).await?;
    let found = db.hub_there().await;
    db.close().await?;
    Ok(found?.map(|(state, invented)| (state == HubState::Open, invented)))
}

/// Looks at everything but the certificate, one line each, and never stops at the first.
pub async fn inspect(config: &Config, clock: &dyn Clock) -> Vec<Inspected> {
    let mut lines = database(config, clock).await;
    lines.push(keys(&config.keys.directory));
    lines.extend(folders(config));
    lines.push(policies(config).await);
    lines.push(pathways(config));
    lines.push(mail(config).await);
    lines.extend(disks(config));
    lines
}

async fn database(config: &Config, clock: &dyn Clock) -> Vec<Inspected> {
    const WHAT: &str = "database";
    let db = match open(config).await {
        Ok(db) => db,
        Err(text) => return [Some(Inspected::bad(WHAT, text)), owner(config).await].into_iter().flatten().collect(),
    };
    let unread = |what, error: Error| Inspected::bad(what, format!("The database cannot be asked: {error}."));
    let mut lines = vec![Inspected::good(WHAT, "It answers to the hub's own role.")];
    match db.is_current().await {
        Ok(true) => {
            lines.push(Inspected::good("schema", "It is up to date."));
            lines.push(rights(&db).await.unwrap_or_else(|error| unread("rights", error)));
            lines.push(hub(&db).await.unwrap_or_else(|error| unread("hub", error)));
            lines.push(time(&db, clock.now()).await.unwrap_or_else(|error| unread("clock", error)));
        }
        Ok(false) => {
            let how = "It is not up to date: run `referral-exchange init` for a new hub, or `referral-exchange migrate`.";
            lines.push(Inspected::bad("schema", how));
        }
        Err(error) => lines.push(unread("schema", error.into())),
    }
    lines.extend(owner(config).await);
    if let Err(error) = db.close().await {
        tracing::debug!(%error, "a database that was looked at did not close");
    }
    lines
}

/// The database as the running hub sees it, or what to mend.
async fn open(config: &Config) -> Result<Db, String> {
    let url = address(&config.database.url).map_err(|error| format!("{error}."))?;
    let opened = match &config.database.url {
        DatabaseUrl::Sqlite(path) if !path.is_file() => {
            return Err(format!("There is no file {}: run `referral-exchange init`, or correct `database.url`.", path.display()));
        }
        // A look must not make the files that a running hub has beside it.
        DatabaseUrl::Sqlite(_) => Db::open_read_only(&url).await,
        DatabaseUrl::Postgres(_) => Db::open(&url).await,
    };
    opened.map_err(|error| format!("It does not answer ({error}): start it, or correct `database.url`."))
}

async fn rights(db: &Db) -> Result<Inspected, Error> {
    const WHAT: &str = "rights";
    let alterable = db.alterable_written_once().await?;
    Ok(if alterable.is_empty() {
        Inspected::good(WHAT, "The hub's own role cannot alter what is written once.")
    } else {
        let tables = alterable.join(", ");
        let how = "name a role of its own in `database.url` and run `referral-exchange migrate`";
        Inspected::bad(WHAT, format!("The hub's role could alter what is written once ({tables}): {how}."))
    })
}

async fn hub(db: &Db) -> Result<Inspected, Error> {
    const WHAT: &str = "hub";
    Ok(match db.hub_there().await? {
        Some((_, true)) => Inspected::bad(WHAT, "This is a demonstration's data: name another database."),
        Some((HubState::Open, false)) => Inspected::good(WHAT, "It is set up and open."),
        Some((HubState::SettingUp, false)) | None => {
            Inspected::warning(WHAT, "It is not set up, so nobody can sign in: run `referral-exchange init`.")
        }
    })
}

/// The clock against the database's, and against what the log says has been.
async fn time(db: &Db, now: Timestamp) -> Result<Inspected, Error> {
    const WHAT: &str = "clock";
    let (theirs, newest) = (db.clock().await?, db.newest_event().await?);
    Ok(match newest {
        Some(newest) if newest.since(now) > APART => {
            let (now, newest) = (now.rfc3339(), newest.rfc3339());
            let text =
                format!("It says {now}, and the newest act on record is of {newest}: set the clock right before you serve.");
            Inspected::bad(WHAT, text)
        }
        _ if now.since(theirs).max(theirs.since(now)) > APART => {
            let apart = now.since(theirs).max(theirs.since(now)).as_secs();
            Inspected::warning(WHAT, format!("It differs from the database's by {apart} s: have both kept by one time service."))
        }
        _ => Inspected::good(WHAT, "It agrees with the database's, and no act on record is later."),
    })
}

/// The owner's role, where one is named: it must reach the database, and be another than the hub's.
async fn owner(config: &Config) -> Option<Inspected> {
    const WHAT: &str = "owner";
    let url = config.database.owner_url.as_ref()?;
    let looked = async {
        let db = Db::open(&address(url)?).await?;
        let (is_current, alterable) = (db.is_current().await?, db.alterable_written_once().await?);
        db.close().await?;
        Ok::<_, Error>(!is_current || !alterable.is_empty())
    };
    Some(match looked.await {
        Ok(true) => Inspected::good(WHAT, "The owner's role can migrate the schema."),
        Ok(false) => {
            Inspected::bad(WHAT, "The role in `database.owner_url` does not own the tables: name the one that made them.")
        }
        Err(error) => Inspected::bad(WHAT, format!("The owner's role gets no answer ({error}): correct `database.owner_url`.")),
    })
}

fn keys(folder: &Path) -> Inspected {
    const WHAT: &str = "keys";
    let faults = KeyFiles::faults(folder);
    if faults.is_empty() {
        return Inspected::good(WHAT, "The key files are there, and for the hub's user alone.");
    }
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let how = "a hub that has run needs the keys it had: bring them back from their own copy";
    Inspected::bad(WHAT, format!("In {}: {}; {how}.", folder.display(), faults.join("; ")))
}

/// The folders that hold keys, files and the embedded database.
fn folders(config: &Config) -> Vec<Inspected> {
    let mut lines = vec![private("folder of keys", &config.keys.directory), private("folder of files", &config.blobs.directory)];
    if let DatabaseUrl::Sqlite(path) = &config.database.url {
        const WHAT: &str = "files of the database";
        lines.push(match check_files(path) {
            Ok(()) => Inspected::good(WHAT, "They are for the hub's user alone."),
            Err(error) => Inspected::bad(WHAT, format!("{error}.")),
        });
    }
    lines
}

fn private(what: &'static str, folder: &Path) -> Inspected {
    let name = folder.display();
    match fs::metadata(folder) {
        Ok(found) if !found.is_dir() => Inspected::bad(what, format!("{name} is no folder: name another.")),
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            Inspected::bad(what, format!("{name} is open to others: set its mode to 700."))
        }
        Ok(_) => Inspected::good(what, format!("{name} is for the hub's user alone.")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Inspected::warning(what, format!("{name} is not there yet: `referral-exchange init` or the first start makes it."))
        }
        Err(error) => {
            Inspected::bad(what, format!("{name} cannot be looked at ({}): give the hub's user its rights.", error.kind()))
        }
    }
}

async fn policies(config: &Config) -> Inspected {
    const WHAT: &str = "policies";
    let loaded = match policy_files(config.policies.directory.as_deref()) {
        Ok(files) => Policy::load(files).await.map(drop).map_err(|error| Error::Configuration(error.to_string())),
        Err(error) => Err(error),
    };
    match loaded {
        Ok(()) => Inspected::good(WHAT, "They can be used."),
        Err(error) => Inspected::bad(WHAT, format!("{error}: mend it, or leave `policies.directory` out.")),
    }
}

fn pathways(config: &Config) -> Inspected {
    const WHAT: &str = "pathways";
    match pathway_files(config.pathways.directory.as_deref()) {
        Ok(_) => Inspected::good(WHAT, "They can be used."),
        Err(error) => Inspected::bad(WHAT, format!("{error}: mend it, or leave `pathways.directory` out.")),
    }
}

/// Greeting, encryption and, where there is one, the password; no mail goes out.
async fn mail(config: &Config) -> Inspected {
    const WHAT: &str = "mail";
    let relay = match relay(config) {
        Ok(Some(relay)) => relay,
        Ok(None) => {
            return Inspected::warning(WHAT, "No relay is named, so nobody is told of anything by mail: set `mail.relay`.");
        }
        Err(error) => return Inspected::bad(WHAT, format!("{error}.")),
    };
    let how = "check `mail.relay`, `mail.security` and what they ask for";
    match tokio::time::timeout(PATIENCE, relay.greets()).await {
        Ok(Ok(())) => Inspected::good(WHAT, "The relay greets as it should; no mail was sent."),
        Ok(Err(fault)) => Inspected::bad(WHAT, format!("The relay does not greet as it should ({fault}): {how}.")),
        Err(_) => Inspected::bad(WHAT, format!("The relay gave no answer within {} s: {how}.", PATIENCE.as_secs())),
    }
}

fn disks(config: &Config) -> Vec<Inspected> {
    let mut lines = Vec::new();
    if let DatabaseUrl::Sqlite(path) = &config.database.url {
        lines.push(disk("disk of the database", path));
    }
    lines.push(disk("disk of files", &config.blobs.directory));
    lines
}

fn disk(what: &'static str, path: &Path) -> Inspected {
    // What is to be made there lies on the disk of the nearest folder that is there.
    let there = path.ancestors().find(|path| path.exists()).map_or_else(|| PathBuf::from("."), Path::to_owned);
    match rustix::fs::statvfs(&there) {
        Ok(found) => space_level(what, found.f_bavail.saturating_mul(found.f_frsize)),
        Err(error) => Inspected::bad(what, format!("{} cannot be looked at ({error}).", there.display())),
    }
}

/// How a disk with so many free bytes stands.
pub fn space_level(what: &'static str, free: u64) -> Inspected {
    let mebibytes = free >> 20;
    if free < ONE_GIBIBYTE {
        Inspected::warning(what, format!("{mebibytes} MiB are free: make room before it is full."))
    } else {
        Inspected::good(what, format!("{mebibytes} MiB are free."))
    }
}
