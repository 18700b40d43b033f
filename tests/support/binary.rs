//! The real binary: run to its end, or kept running as a demonstration until told to stop, or killed.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    time::Duration,
};

use serde_json::Value;

/// A command line of the binary that inherits nothing from whoever runs the tests.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_referral-exchange"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(arguments).current_dir(folder).output().unwrap()
}

/// What came out: exit code, data, talk.
pub fn transcript(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = run(folder, arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Copies a data directory as `cp -a` does.
pub fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").arg("--").arg(from).arg(to).status().unwrap();
    assert!(done.success());
}

/// Sends a signal to a process of ours.
pub fn signal(child: &Child, name: &str) {
    let done = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status().unwrap();
    assert!(done.success());
}

/// A running demonstration. Dropped, it is killed.
pub struct Demo {
    child: Child,
    /// What it printed when it was ready.
    pub ready: Value,
    output: BufReader<std::process::ChildStdout>,
    talk: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

impl Demo {
    /// Starts it on a directory, on a free port, and waits until it is ready.
    pub fn start(data: &Path, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let talk = folder.path().join("talk");
        let mut command = command(&["demo", "--json", "--port", "0", "--data"]);
        command.arg(data).args(more).stdout(Stdio::piped()).stderr(File::create(&talk).unwrap());
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{}", std::fs::read_to_string(&talk).unwrap()));
        Self { child, ready, output, talk, _folder: folder }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where it answers.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.ready["url"].as_str().unwrap())
    }

    /// A client that trusts its authority and nobody else.
    pub fn client(&self) -> reqwest::Client {
        let ca = std::fs::read(self.ready["ca"].as_str().unwrap()).unwrap();
        let ca = reqwest::Certificate::from_pem(&ca).unwrap();
        reqwest::Client::builder().tls_certs_only([ca]).cookie_store(true).timeout(Duration::from_secs(30)).build().unwrap()
    }

    /// The row of a person.
    pub fn user(&self, username: &str) -> &Value {
        let users = self.ready["users"].as_array().unwrap();
        users.iter().find(|user| user["username"] == username).unwrap()
    }

    /// SIGTERM, and how it ended: exit status, what it printed after it was ready, what it said. Five seconds are promised to
    /// whoever runs it, and a stop that took longer fails; a build for tests beside others gets more to be scheduled.
    pub async fn terminate(mut self) -> (ExitStatus, String, String) {
        signal(&self.child, "TERM");
        let waiting = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    break status;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let status = tokio::time::timeout(Duration::from_secs(15), waiting).await;
        let status = status.unwrap_or_else(|_| panic!("it does not end: {}", std::fs::read_to_string(&self.talk).unwrap()));
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        (status, rest, std::fs::read_to_string(&self.talk).unwrap())
    }

    /// SIGKILL: no last word, no flush.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
