//! Starting: files into force, keys and database checked, and what `serve` refuses to run with.

use std::{path::Path, sync::Arc};

use zeroize::Zeroizing;

use super::{
    App, Clamd, ClamdAddress, Error, Helpline, KeyFiles, NoScanner, Scanner, TestScanner, database_files, keyring::CheckedKeys,
    library::Library, nobodies::Nobodies, places::Places, sequencer::Sequencer,
};
use crate::{
    audit::{SigningKey, VerifierKey},
    config::{Config, DatabaseUrl, MailSecurity, ScannerAddress},
    crypto::{Cost, EngineSettings, PasswordEngine},
    domain::{
        ids::RequestId,
        ports::{Clock, Random},
    },
    mail::{Relay, Security, Settings},
    pathways,
    policy::{Files, Policy, PolicyInForce},
    store::{
        Db, Store,
        blobs::{BlobDirectory, Blobs},
        hub::PathwayFile,
    },
};

/// How passwords are stretched.
#[derive(Debug, Clone, Copy)]
pub struct PasswordSettings {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
    /// At once.
    pub permits: usize,
    /// Waiting.
    pub queue: usize,
}

/// What an app is made of.
pub struct Parts {
    /// The open, migrated database.
    pub db: Db,
    /// The server's keys.
    pub keys: KeyFiles,
    /// Where sealed files lie.
    pub blobs: Arc<dyn Blobs>,
    /// What looks at files as they come in.
    pub scanner: Arc<dyn Scanner>,
    /// The relay that takes mail; none where no mail is sent.
    pub mail: Option<Relay>,
    /// How passwords are stretched; tests make it cheap.
    pub passwords: PasswordSettings,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The random source.
    pub random: Arc<dyn Random>,
    /// The policy's texts.
    pub policy: Files,
    /// The pathway files.
    pub pathways: pathways::Library,
    /// The log's origin, for a hub that has none yet.
    pub origin: String,
    /// Whether all in it is invented.
    pub demonstration: bool,
    /// The partnership that runs the hub, for pages.
    pub partnership: String,
    /// What the service is called, on pages.
    pub name: String,
    /// The number of whoever runs the hub, for pages.
    pub helpline: Option<Helpline>,
}

impl PasswordSettings {
    /// What production runs with.
    pub fn production(config: &Config) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX));
        Self {
            memory_kib: Cost::PRODUCTION.memory_kib(),
            passes: Cost::PRODUCTION.passes(),
            permits: config.limits.argon2_permits(cores) as usize,
            queue: config.limits.argon2_queue as usize,
        }
    }
}

/// The database address of a configuration as the store reads it.
pub(super) fn address(url: &DatabaseUrl) -> Result<String, Error> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let path = path.to_str().ok_or_else(|| Error::Configuration("the database's path is not UTF-8".into()))?;
            Ok(format!("sqlite:{path}"))
        }
        DatabaseUrl::Postgres(secret) => Ok(secret.expose().to_owned()),
    }
}

/// Brings the schema up to date with the owner's role, and gives the app's role its rights.
pub async fn migrate(config: &Config) -> Result<(), Error> {
    if let DatabaseUrl::Sqlite(path) = &config.database.url {
        database_files::make_missing(path)?;
    }
    let owner = config.database.owner_url.as_ref().unwrap_or(&config.database.url);
    let db = Db::open(&address(owner)?).await?;
    let role = match &config.database.url {
        DatabaseUrl::Sqlite(_) => None,
        DatabaseUrl::Postgres(secret) => url::Url::parse(secret.expose()).ok().map(|url| url.username().to_owned()),
    };
    db.migrate(role.as_deref()).await?;
    Ok(db.close().await?)
}

/// Who looks at files. A demonstration shows what a scanner does, with the one file that every scanner knows and nobody fears.
fn scanner(config: &Config, demonstration: bool) -> Arc<dyn Scanner> {
    match &config.scanner.clamd {
        Some(ScannerAddress::Socket(path)) => Arc::new(Clamd::new(ClamdAddress::Socket(path.clone()))),
        Some(ScannerAddress::Loopback(address)) => Arc::new(Clamd::new(ClamdAddress::Loopback(*address))),
        None if demonstration => Arc::new(TestScanner),
        None => Arc::new(NoScanner),
    }
}

/// The relay of a configuration.
pub(super) fn relay(config: &Config) -> Result<Option<Relay>, Error> {
    let Some(relay) = &config.mail.relay else { return Ok(None) };
    let security = match relay.security {
        MailSecurity::None => Security::None,
        MailSecurity::StartTls => Security::StartTls,
        MailSecurity::Tls => Security::Tls,
    };
    let unreadable =
        |error: std::io::Error| Error::Configuration(format!("mail.authority_file cannot be read: {}", error.kind()));
    let password = relay.password.as_ref().map(|secret| Zeroizing::new(secret.expose().to_owned()));
    let settings = Settings {
        host: relay.host.clone(),
        port: relay.port,
        security,
        credentials: relay.username.clone().zip(password),
        authority: relay.authority_file.as_ref().map(std::fs::read).transpose().map_err(unreadable)?,
        from: relay.from.clone(),
        returns: relay.return_address.clone(),
        hub: relay.hub_url.clone(),
        name: config.hub.name.clone(),
    };
    Relay::new(settings).map(Some).map_err(|error| Error::Configuration(error.to_string()))
}

/// The policy files of a folder, or the built-in ones.
pub fn policy_files(folder: Option<&Path>) -> Result<Files, Error> {
    let Some(folder) = folder else { return Ok(Files::embedded()) };
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path)
            .map_err(|error| Error::Configuration(format!("{} cannot be read: {}", path.display(), error.kind())))
    };
    Ok(Files { model: read("model.conf")?, policy: read("policy.csv")?, cases: read("cases.csv")? })
}

/// The pathway files of a folder over the built-in ones.
pub fn pathway_files(folder: Option<&Path>) -> Result<pathways::Library, Error> {
    let library = match folder {
        Some(folder) => pathways::Library::load(folder),
        None => pathways::Library::embedded(),
    };
    library.map_err(|error| Error::Configuration(error.to_string()))
}

/// Fails when others can read or change the files of an embedded database.
///
/// # Errors
/// [`Error::Configuration`] names the file or folder and the mode to set.
pub fn check_database_files(config: &Config) -> Result<(), Error> {
    match &config.database.url {
        DatabaseUrl::Sqlite(path) => database_files::check(path),
        DatabaseUrl::Postgres(_) => Ok(()),
    }
}

/// Opens the database of a configuration with the app's role.
///
/// # Errors
/// [`Error::Configuration`] also when others can read an embedded database.
pub async fn open_database(config: &Config) -> Result<Db, Error> {
    if let DatabaseUrl::Sqlite(path) = &config.database.url {
        // Opening would make it, and not as private.
        database_files::make_missing(path)?;
    }
    check_database_files(config)?;
    Ok(Db::open(&address(&config.database.url)?).await?)
}

impl App {
    /// Opens what a configuration describes, with the machine's clock and random source.
    pub async fn open(
        config: &Config,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        demonstration: bool,
    ) -> Result<Arc<Self>, Error> {
        Self::start(Parts {
            db: open_database(config).await?,
            keys: KeyFiles::read(&config.keys.directory)?,
            blobs: blobs(config, &random),
            scanner: scanner(config, demonstration),
            mail: relay(config)?,
            passwords: PasswordSettings::production(config),
            clock,
            random,
            policy: policy_files(config.policies.directory.as_deref())?,
            pathways: pathway_files(config.pathways.directory.as_deref())?,
            origin: config.hub.origin.clone(),
            demonstration,
            partnership: config.hub.partnership.clone(),
            name: config.hub.name.clone(),
            helpline: Helpline::read(config.hub.phone.as_deref(), config.hub.phone_hours.as_deref())?,
        })
        .await
    }

    /// Checks and starts. Policy and pathway files that are not yet in force are put into force, each by an event.
    ///
    /// # Errors
    /// [`Error::Configuration`] says what to mend.
    pub async fn start(parts: Parts) -> Result<Arc<Self>, Error> {
        let Parts {
            db,
            keys,
            blobs,
            scanner,
            mail,
            passwords,
            clock,
            random,
            policy,
            pathways,
            origin,
            demonstration,
            partnership,
            name,
            helpline,
        } = parts;
        if !db.is_current().await? {
            return Err(outdated());
        }
        let alterable = db.alterable_written_once().await?;
        if !alterable.is_empty() {
            let tables = alterable.join(", ");
            return Err(Error::Configuration(format!(
                "the database role could alter what is written once ({tables}); use the app's own role"
            )));
        }
        let settings = EngineSettings {
            cost: cost(&passwords)?,
            floor: cost(&passwords)?,
            permits: passwords.permits,
            queue_limit: passwords.queue,
        };
        let engine = PasswordEngine::new(settings, keys.peppers).map_err(|error| Error::Configuration(error.to_string()))?;
        let store = Store::new(db, blobs, keys.authenticator, Arc::clone(&random));
        let policy = Policy::load(policy).await.map_err(|error| Error::Configuration(error.to_string()))?;
        store.found_hub(&origin, demonstration).await?;
        let hub = store.hub().await?.ok_or(Error::Integrity("the hub's row is missing"))?;
        if hub.demonstration != demonstration {
            let what = if hub.demonstration { "this is a demonstration's data" } else { "this is a live hub's data" };
            return Err(Error::Configuration(format!("{what}; it cannot be opened as the other kind")));
        }
        if hub.origin != origin {
            return Err(Error::Configuration(format!("the log of this database is {}; its origin can never change", hub.origin)));
        }
        if store.weak_credentials(passwords.memory_kib.into(), passwords.passes.into()).await? > 0 {
            return Err(Error::Configuration("a stored password is cheaper to guess than this hub allows".into()));
        }
        let signer = SigningKey::from_seed(&hub.origin, &keys.log).map_err(|error| Error::Configuration(error.to_string()))?;
        let files: Vec<PathwayFile> = pathways.iter().map(file).collect();
        let app = Self {
            store,
            policy: PolicyInForce::new(policy),
            passwords: engine,
            sealing: keys.sealing,
            hashes: keys.hashes,
            signer,
            library: Library::of(&files)?,
            calendar: pathways.calendar().clone(),
            screening: pathways.screening().clone(),
            checked: CheckedKeys::default(),
            sequencer: Sequencer::default(),
            scanner,
            mail,
            places: Places::default(),
            nobodies: Nobodies::default(),
            node: RequestId::random(&*random).to_string(),
            clock,
            random,
            demonstration,
            partnership,
            name,
            helpline,
        };
        app.bring_into_force(&files, hub.policy.as_deref()).await?;
        Ok(Arc::new(app))
    }

    async fn bring_into_force(&self, files: &[PathwayFile], policy: Option<&str>) -> Result<(), Error> {
        let request = self.request(None);
        if policy != Some(hex::encode(self.policy.current().digest()).as_str()) {
            let fresh = Policy::load(self.policy.current().files().clone()).await;
            self.activate_policy(&request, fresh.map_err(|error| Error::Configuration(error.to_string()))?).await?;
        }
        let stored = self.store.pathway_files().await?;
        for file in files.iter().filter(|file| stored.iter().all(|known| known.version != file.version)) {
            self.activate_pathway(&request, file).await?;
        }
        self.warn_of_holidays();
        Ok(())
    }

    /// Tells the operator, in the program's log, when the bank holidays that are known run out within six months.
    pub fn warn_of_holidays(&self) {
        if let Some(warning) = self.calendar.warning(self.now().uk_date()) {
            tracing::warn!(warning, "the calendar of bank holidays runs out");
        }
    }

    /// Closes the database; to be called when nothing runs any more.
    pub async fn close(&self) -> Result<(), Error> {
        Ok(self.store.close().await?)
    }
}

/// Makes the key files of a hub that has never run; one that has run must be given the keys it had.
///
/// # Errors
/// [`Error::Configuration`] when they cannot be written, or the schema is not up to date.
pub async fn make_first_keys(config: &Config, random: &dyn Random) -> Result<(), Error> {
    let db = open_database(config).await?;
    if !db.is_current().await? {
        return Err(outdated());
    }
    let is_fresh = !db.is_founded().await?;
    db.close().await?;
    if is_fresh { KeyFiles::make_missing(&config.keys.directory, random) } else { Ok(()) }
}

/// Fails where no hub was ever kept: an embedded database that is not there.
pub(super) fn need_hub(config: &Config) -> Result<(), Error> {
    match &config.database.url {
        DatabaseUrl::Sqlite(path) if !path.is_file() => {
            Err(Error::Configuration(format!("there is no hub here: {} is not there", path.display())))
        }
        _ => Ok(()),
    }
}

/// A hub's database as it stands, for reading only, with the event key and nothing else of the hub.
///
/// # Errors
/// [`Error::Configuration`] when the database, its schema or the event key is not there.
pub async fn open_to_read(config: &Config, random: Arc<dyn Random>) -> Result<Store, Error> {
    need_hub(config)?;
    let authenticator = KeyFiles::authenticator(&config.keys.directory)?;
    let db = Db::open_read_only(&address(&config.database.url)?).await?;
    if !db.is_current().await? {
        return Err(Error::Configuration("the database's schema is not the one this program was built for".into()));
    }
    Ok(Store::new(db, blobs(config, &random), authenticator, random))
}

/// Where a configuration keeps sealed files.
pub(super) fn blobs(config: &Config, random: &Arc<dyn Random>) -> Arc<dyn Blobs> {
    Arc::new(BlobDirectory::new(&config.blobs.directory, Arc::clone(random)))
}

/// A verifier key line, as `log.vkey` holds it.
pub fn verifier_key(text: &str) -> Result<VerifierKey, Error> {
    VerifierKey::parse(text.trim())
        .map_err(|_| Error::Configuration("the verifier key cannot be read; it looks like name+id+key".into()))
}

pub(super) fn outdated() -> Error {
    Error::Configuration("the database's schema is not up to date; run `referral-exchange migrate`".into())
}

fn cost(settings: &PasswordSettings) -> Result<Cost, Error> {
    Cost::new(settings.memory_kib, settings.passes, 1).map_err(|error| Error::Configuration(error.to_string()))
}

fn file(loaded: &pathways::Loaded) -> PathwayFile {
    PathwayFile { id: loaded.pathway.id.as_str().to_owned(), version: loaded.version.clone(), content: loaded.text.clone() }
}
