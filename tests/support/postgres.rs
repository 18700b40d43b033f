//! One throw-away PostgreSQL for the whole test process, and fresh databases in it.
//!
//! A shell stands between: it holds the reading end of a pipe whose writing end this process keeps. When this process
//! ends, however it ends, the pipe closes, and the shell stops the server and removes its folder.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};

/// The role that owns the schema and runs migrations.
pub const OWNER: &str = "exchange_owner";
/// The role of the running hub.
pub const APP: &str = "exchange_app";

/// The oldest major version that the product runs on.
const OLDEST: u32 = 15;

/// A fresh, empty database.
#[derive(Debug, Clone)]
pub struct Database {
    /// The URL for migrations; the role owns the database.
    pub owner_url: String,
    /// The URL for the running hub; the role may connect, and nothing until migrations grant it.
    pub app_url: String,
}

/// Makes a fresh, empty database, starting the server if need be (about a second, once).
///
/// # Panics
/// Without PostgreSQL, with a message that says what to install: a database test is never skipped.
pub async fn create_database() -> Database {
    create_from("template0").await
}

/// Makes a copy of another database of this server, as one migrated once and copied for each test. Nobody may be
/// connected to the original meanwhile.
///
/// # Panics
/// As [`create_database`].
pub async fn create_from(template: &str) -> Database {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let cluster = cluster();
    let name = format!("exchange_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut admin = cluster.connect_as_administrator().await;
    let statement = format!("CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template} STRATEGY file_copy");
    admin.execute(sqlx::AssertSqlSafe(statement)).await.expect("a database can be made");
    admin.close().await.expect("the administrator's connection closes");
    Database { owner_url: cluster.url(OWNER, &name), app_url: cluster.url(APP, &name) }
}

struct Cluster {
    port: u16,
    folder: PathBuf,
    /// Held open for as long as this process lives; see the module's head.
    _lifeline: ChildStdin,
    _guard: Child,
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

impl Cluster {
    fn start() -> Self {
        let programs = find_programs();
        // Another program can take a free port between our asking and the server's.
        for _ in 0..5 {
            if let Some(cluster) = Self::try_start(&programs) {
                return cluster;
            }
        }
        panic!("PostgreSQL did not start; see the lines above");
    }

    fn try_start(programs: &Path) -> Option<Self> {
        let folder = private_name();
        let port = free_port();
        let mut child = guard(programs, &folder, port);
        let lifeline = child.stdin.take().expect("the guard's input is a pipe");
        let mut lines = BufReader::new(child.stdout.take().expect("the guard's output is a pipe")).lines();
        let mut told = Vec::new();
        let is_up = lines.by_ref().map_while(Result::ok).any(|line| {
            let is_up = line.contains("database system is ready to accept connections");
            told.push(line);
            is_up
        });
        if !is_up {
            drop(lifeline);
            let _ = child.wait();
            eprintln!("{}", told.join("\n"));
            return None;
        }
        // The server goes on talking; a full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        let cluster = Self { port, folder, _lifeline: lifeline, _guard: child };
        // The roles belong to the server, not to a database: made once, here, outside any test's runtime.
        std::thread::scope(|scope| {
            scope.spawn(|| cluster.make_roles()).join().expect("the roles can be made");
        });
        Some(cluster)
    }

    fn make_roles(&self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut admin = self.connect_as_administrator().await;
            for role in [OWNER, APP] {
                let statement = format!("CREATE ROLE {role} LOGIN");
                admin.execute(sqlx::AssertSqlSafe(statement)).await.expect("a role can be made");
            }
            admin.close().await.expect("the administrator's connection closes");
        });
    }

    async fn connect_as_administrator(&self) -> PgConnection {
        let options: sqlx::postgres::PgConnectOptions = self.url("postgres", "postgres").parse().expect("our own URL");
        options.disable_statement_logging().connect().await.expect("the test server answers")
    }

    fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }
}

/// The folder of the test server's socket file, for tests that connect by it.
pub fn socket_folder() -> &'static Path {
    &cluster().folder
}

/// `initdb` and `postgres` side by side: on the PATH, or the newest of Debian's folders.
fn find_programs() -> PathBuf {
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let mut debian: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .filter_map(|folder| Some((folder.file_name()?.to_str()?.parse().ok()?, folder.join("bin"))))
        .filter(|(version, _)| *version >= OLDEST)
        .collect();
    debian.sort();
    let newest_first = debian.into_iter().rev().map(|(_, folder)| folder);
    newest_first
        .chain(on_path)
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
        .unwrap_or_else(|| {
            panic!("PostgreSQL {OLDEST} or newer is needed (initdb and postgres, on the PATH or in /usr/lib/postgresql); run scripts/install-test-needs")
        })
}

/// A name in the common temporary folder; the server's own user makes the folder, so that it owns it.
fn private_name() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    // Short, since a socket's whole path has at most 107 bytes; never TMPDIR, which may be closed to other users.
    PathBuf::from(format!("/tmp/exchange-pg-{}-{number}", std::process::id()))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// The shell that makes the cluster, runs the server and cleans up after us. Settings: nothing here must survive a
/// crash, so no flush to disk.
const GUARD: &str = r#"
set -eu
programs=$1 folder=$2 port=$3
trap '' INT HUP TERM
mkdir -m 755 "$folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$programs/initdb" --pgdata=data --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync --no-instructions >initdb.log 2>&1 ||
    { cat initdb.log; exit 1; }
"$programs/postgres" -D data -k "$folder" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_permissions=0777 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB \
    -c lc_messages=C -c log_destination=stderr -c logging_collector=off </dev/null 2>&1 &
server=$!
(
    while read -r _; do :; done
    # Again and again: a server that has only just begun does not heed signals yet.
    while kill -QUIT "$server" 2>/dev/null; do sleep 0.1; done
) <&3 &
wait "$server" || true
"#;

fn guard(programs: &Path, folder: &Path, port: u16) -> Child {
    let mut command = unprivileged();
    command
        .args(["sh", "-c"])
        // The pipe moves to descriptor 3, since a shell gives its background commands an empty input.
        .arg(format!("exec 3<&0 </dev/null\n{GUARD}"))
        .arg("exchange-postgres")
        .args([programs, folder])
        .arg(port.to_string())
        .current_dir("/")
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command.spawn().unwrap_or_else(|error| panic!("cannot run the test server's guard: {error}"))
}

/// PostgreSQL refuses to run as root, and then some other user must.
fn unprivileged() -> Command {
    let id = Command::new("id").arg("-u").output().expect("`id` runs");
    if id.stdout.trim_ascii() != b"0" {
        return Command::new("env");
    }
    let exists = |user: &str| Command::new("id").arg(user).output().is_ok_and(|output| output.status.success());
    let user = if exists("postgres") { "postgres" } else { "nobody" };
    let mut command = Command::new("setpriv");
    let group = Command::new("id").args(["-g", user]).output().expect("`id` runs");
    let group = String::from_utf8_lossy(group.stdout.trim_ascii()).into_owned();
    command.args(["--reuid", user, "--regid", &group, "--clear-groups", "env"]);
    command
}
