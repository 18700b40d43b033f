//! The made-up partnership, founded once for the whole test process and engine: a test begins with a copy of it.

use std::{
    fs,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use referral_exchange::{
    demo::{self, DemoPerson},
    domain::{ports::Clock as _, time::Timestamp},
    store::Engine,
};
use tokio::sync::OnceCell;

use super::hub::Hub;

/// What a founded hub left behind when it was closed.
pub struct Founded {
    /// Its folder: the keys, and SQLite's database. In memory, so that nothing lies about when the process ends.
    folder: Vec<Entry>,
    /// PostgreSQL's database, which nobody is connected to.
    pub database: Option<String>,
    /// Who can sign in.
    pub people: Vec<DemoPerson>,
    /// What its clock showed at the end.
    pub at: Timestamp,
}

/// A folder, or a file with its bytes.
struct Entry {
    path: PathBuf,
    mode: u32,
    bytes: Option<Vec<u8>>,
}

impl Founded {
    /// The one of this engine.
    pub async fn of(engine: Engine) -> &'static Self {
        static SQLITE: OnceCell<Founded> = OnceCell::const_new();
        static POSTGRES: OnceCell<Founded> = OnceCell::const_new();
        let cell = match engine {
            Engine::Sqlite => &SQLITE,
            Engine::Postgres => &POSTGRES,
        };
        cell.get_or_init(|| Self::found(engine)).await
    }

    async fn found(engine: Engine) -> Self {
        let hub = Hub::empty(engine).await;
        let people = demo::found(&hub.app, &hub.clock).await.unwrap();
        let at = hub.clock.now();
        let database = hub.owner_url.as_deref().map(database);
        hub.app.close().await.unwrap();
        let mut folder = Vec::new();
        read(hub.folder.path(), Path::new(""), &mut folder);
        hub.abandon().await;
        Self { folder, database, people, at }
    }

    /// Lays the files into an empty folder.
    pub fn copy(&self, to: &Path) {
        for entry in &self.folder {
            let path = to.join(&entry.path);
            match &entry.bytes {
                None => fs::DirBuilder::new().mode(entry.mode).create(path).unwrap(),
                Some(bytes) => {
                    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(entry.mode).open(path).unwrap();
                    std::io::Write::write_all(&mut file, bytes).unwrap();
                }
            }
        }
    }
}

/// The name at the end of a database's URL.
fn database(url: &str) -> String {
    let path = url.split('?').next().unwrap();
    path.rsplit('/').next().unwrap().to_owned()
}

/// Folders come before what is in them.
fn read(root: &Path, below: &Path, found: &mut Vec<Entry>) {
    for entry in fs::read_dir(root.join(below)).unwrap() {
        let entry = entry.unwrap();
        let (path, mode) = (below.join(entry.file_name()), entry.metadata().unwrap().permissions().mode() & 0o777);
        if entry.file_type().unwrap().is_dir() {
            found.push(Entry { path: path.clone(), mode, bytes: None });
            read(root, &path, found);
        } else {
            let bytes = Some(fs::read(root.join(&path)).unwrap());
            found.push(Entry { path, mode, bytes });
        }
    }
}
