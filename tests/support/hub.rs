//! The real application on a database of its own, with a clock that is set, cheap Argon2 and the made-up partnership.
//! Dropped, it has the log verified: a test that leaves a broken log fails, whatever else it checked.

use std::{net::SocketAddr, path::Path, sync::Arc};

use referral_exchange::{
    app::{
        App, BlobDirectory, Caller, Depth, Helpline, KeyFiles, Parts, PasswordSettings, PathwayLibrary, PolicyFiles, Scanner,
        SystemClock, SystemRandom, TestScanner,
    },
    demo::{self, DemoPerson, SettableClock},
    domain::{ports::Clock, time::Timestamp},
    mail::Relay,
    server::{self, ConnectionLimits, Server, Tls, development_ca},
    store::{Db, Engine},
};
use tempfile::TempDir;

use super::{founded::Founded, postgres};

/// Where the clocks of tests start: a Friday morning.
pub const START: &str = "2026-11-20T09:00:00Z";

/// Both databases, for tests that must hold on each.
pub const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// A running hub.
pub struct Hub {
    pub app: Arc<App>,
    pub clock: Arc<SettableClock>,
    pub people: Vec<DemoPerson>,
    pub folder: TempDir,
    /// The database's owner, where the engine has roles.
    pub owner_url: Option<String>,
    /// The app's own address of the database.
    pub url: String,
    verified: bool,
}

/// A hub behind TLS on a free port of this machine.
pub struct Served {
    pub hub: Hub,
    pub address: SocketAddr,
    pub ca: Vec<u8>,
    stop: tokio::sync::oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

/// Cheap, so that a test signs in within a millisecond. `serve` refuses such a cost.
pub const CHEAP: PasswordSettings = PasswordSettings { memory_kib: 64, passes: 1, permits: 4, queue: 400 };

impl Hub {
    /// An empty hub that is being set up.
    pub async fn empty(engine: Engine) -> Self {
        Self::empty_with(engine, PathwayLibrary::embedded().unwrap(), CHEAP).await
    }

    async fn empty_with(engine: Engine, pathways: PathwayLibrary, passwords: PasswordSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (url, owner_url) = match engine {
            Engine::Sqlite => (sqlite(folder.path()), None),
            Engine::Postgres => {
                let database = postgres::create_database().await;
                (database.app_url, Some(database.owner_url))
            }
        };
        let owner = Db::open(owner_url.as_deref().unwrap_or(&url)).await.unwrap();
        owner.migrate(owner_url.as_ref().map(|_| postgres::APP)).await.unwrap();
        owner.close().await.unwrap();
        KeyFiles::make_missing(&folder.path().join("keys"), &SystemRandom).unwrap();
        let clock = Arc::new(SettableClock::at(Timestamp::parse(START).unwrap()));
        let app = start(&url, folder.path(), &clock, pathways, passwords).await;
        Self { app, clock, people: Vec::new(), folder, owner_url, url, verified: false }
    }

    /// A hub with the made-up partnership, open, without referrals.
    pub async fn founded(engine: Engine) -> Self {
        Self::founded_with(engine, PathwayLibrary::embedded().unwrap()).await
    }

    /// A founded hub with pathways of the test's own: those of the program were in force when it was founded.
    pub async fn founded_with(engine: Engine, pathways: PathwayLibrary) -> Self {
        let founded = Founded::of(engine).await;
        let folder = tempfile::tempdir().unwrap();
        founded.copy(folder.path());
        let (url, owner_url) = match &founded.database {
            None => (sqlite(folder.path()), None),
            Some(name) => {
                let database = postgres::create_from(name).await;
                (database.app_url, Some(database.owner_url))
            }
        };
        let clock = Arc::new(SettableClock::at(founded.at));
        let app = start(&url, folder.path(), &clock, pathways, CHEAP).await;
        Self { app, clock, people: founded.people.clone(), folder, owner_url, url, verified: false }
    }

    /// A founded hub where a password takes time and room.
    pub async fn founded_slowly(engine: Engine, passwords: PasswordSettings) -> Self {
        let mut hub = Self::empty_with(engine, PathwayLibrary::embedded().unwrap(), passwords).await;
        hub.people = demo::found(&hub.app, &hub.clock).await.unwrap();
        hub
    }

    /// A second process over the same database and keys that asks another scanner.
    pub async fn node_asking(&self, scanner: Arc<dyn Scanner>) -> Arc<App> {
        start_with(&self.url, self.folder.path(), &self.clock, (PathwayLibrary::embedded().unwrap(), scanner), CHEAP).await
    }

    /// A second process that hands mail to a relay.
    pub async fn node_mailing(&self, relay: Relay) -> Arc<App> {
        self.node_mailing_with(PathwayLibrary::embedded().unwrap(), relay).await
    }

    /// The same, with other pathways.
    pub async fn node_mailing_with(&self, pathways: PathwayLibrary, relay: Relay) -> Arc<App> {
        let scanner = Arc::new(TestScanner);
        start_all(&self.url, self.folder.path(), &self.clock, (pathways, scanner, Some(relay), None), CHEAP).await
    }

    /// A second process whose configuration names the hub's own number.
    pub async fn node_with_helpline(&self, number: &str, hours: &str) -> Arc<App> {
        let line = Helpline::read(Some(number), Some(hours)).unwrap();
        let with: (_, Arc<dyn Scanner>, _, _) = (PathwayLibrary::embedded().unwrap(), Arc::new(TestScanner), None, line);
        start_all(&self.url, self.folder.path(), &self.clock, with, CHEAP).await
    }

    /// A second process over the same database and keys.
    pub async fn another_node(&self) -> Arc<App> {
        self.another_node_with(PathwayLibrary::embedded().unwrap()).await
    }

    /// A second process, with other pathways.
    pub async fn another_node_with(&self, pathways: PathwayLibrary) -> Arc<App> {
        start(&self.url, self.folder.path(), &self.clock, pathways, CHEAP).await
    }

    /// A person of the partnership.
    pub fn person(&self, username: &str) -> &DemoPerson {
        self.people.iter().find(|person| person.username == username).unwrap()
    }

    /// Signs a person in; the clock moves on so that the next code is a new one.
    pub async fn sign_in(&self, username: &str) -> Caller {
        self.clock.advance(std::time::Duration::from_secs(31));
        self.person(username).sign_in(&self.app).await.unwrap().0
    }

    /// Puts the hub behind TLS.
    pub async fn serve(self) -> Served {
        server::install_provider();
        // Certificates are checked by clients that know the machine's time alone.
        let now = std::time::Duration::from_millis(SystemClock.now().millis().unsigned_abs());
        let files = development_ca::ensure(&self.folder.path().join("certs"), now).unwrap();
        let tls = Tls::from_files(&files.certificate, &files.key).unwrap();
        let router = server::router(Arc::clone(&self.app));
        let bound = Server::bind("127.0.0.1:0".parse().unwrap(), tls, ConnectionLimits::default(), router).await.unwrap();
        let address = bound.local_address();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let task = tokio::spawn(bound.run_until(async {
            let _ = stopped.await;
        }));
        let ca = std::fs::read(&files.ca).unwrap();
        Served { hub: self, address, ca, stop, task }
    }

    /// Gives every event its place and has everything verified; returns the findings.
    pub async fn verify(&self) -> referral_exchange::app::Report {
        self.app.sequence().await.unwrap();
        let key = referral_exchange::app::verifier_key(&self.app.verifier_key()).unwrap();
        self.app.verify(&key, Depth::Full).await.unwrap()
    }

    /// Ends the hub: all must be whole. Every test that does not damage it on purpose ends so.
    pub async fn finish(mut self) {
        let report = self.verify().await;
        assert_eq!(report.findings, [], "the log must be whole at the end of a test");
        assert_eq!(report.pending, 0);
        self.app.close().await.unwrap();
        self.verified = true;
    }

    /// Ends a hub that was damaged on purpose.
    pub async fn abandon(mut self) {
        self.verified = true;
        let _ = self.app.close().await;
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        // Verification is asynchronous and `drop` is not, so the duty is checked here and done in `finish`.
        let excused = self.verified || std::thread::panicking();
        assert!(excused, "a test ended without `finish` (or, for a damaged hub, `abandon`)");
    }
}

impl Served {
    /// `https://localhost:PORT`.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// Stops serving, gracefully, and gives the hub back.
    pub async fn stop(self) -> Hub {
        let _ = self.stop.send(());
        self.task.await.unwrap();
        self.hub
    }

    /// Stops and ends the hub: all must be whole.
    pub async fn finish(self) {
        self.stop().await.finish().await;
    }
}

fn sqlite(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("exchange.sqlite").display())
}

async fn start(
    url: &str,
    folder: &Path,
    clock: &Arc<SettableClock>,
    pathways: PathwayLibrary,
    passwords: PasswordSettings,
) -> Arc<App> {
    start_with(url, folder, clock, (pathways, Arc::new(TestScanner)), passwords).await
}

async fn start_with(
    url: &str,
    folder: &Path,
    clock: &Arc<SettableClock>,
    (pathways, scanner): (PathwayLibrary, Arc<dyn Scanner>),
    passwords: PasswordSettings,
) -> Arc<App> {
    start_all(url, folder, clock, (pathways, scanner, None, None), passwords).await
}

async fn start_all(
    url: &str,
    folder: &Path,
    clock: &Arc<SettableClock>,
    (pathways, scanner, mail, helpline): (PathwayLibrary, Arc<dyn Scanner>, Option<Relay>, Option<Helpline>),
    passwords: PasswordSettings,
) -> Arc<App> {
    App::start(Parts {
        db: Db::open(url).await.unwrap(),
        keys: KeyFiles::read(&folder.join("keys")).unwrap(),
        blobs: Arc::new(BlobDirectory::new(&folder.join("blobs"), Arc::new(SystemRandom))),
        scanner,
        mail,
        passwords,
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        random: Arc::new(SystemRandom),
        policy: PolicyFiles::embedded(),
        pathways,
        origin: "test.referral-exchange.example/log".to_owned(),
        demonstration: true,
        partnership: "Exampleshire Safeguarding Partnership".to_owned(),
        name: "Referral Exchange".to_owned(),
        helpline,
    })
    .await
    .unwrap()
}

impl Served {
    /// A client that trusts the hub's authority, keeps cookies and follows no redirect.
    pub fn client(&self) -> reqwest::Client {
        reqwest::Client::builder()
            .tls_certs_only([reqwest::Certificate::from_pem(&self.ca).unwrap()])
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap()
    }

    /// A client signed in over the API, and its token for changing calls. The session cookie serves the pages, too.
    pub async fn signed_in(&self, username: &str) -> (reqwest::Client, String) {
        self.hub.clock.advance(std::time::Duration::from_secs(31));
        let person = self.hub.person(username);
        let code = person.code(self.hub.app.now()).unwrap();
        let client = self.client();
        let body = serde_json::json!({ "username": username, "password": person.password, "code": code });
        let answer = client.post(format!("{}/api/v1/session", self.url())).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201, "{username} signs in");
        let answer: serde_json::Value = answer.json().await.unwrap();
        (client, answer["csrf_token"].as_str().unwrap().to_owned())
    }
}
