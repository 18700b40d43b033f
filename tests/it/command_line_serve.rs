//! `migrate` and `serve`: what a hub refuses to run with, and its orderly end.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::Stdio,
    time::Duration,
};

use crate::support::{
    binary::{command, signal, transcript},
    csv, postgres,
};

const CONFIG: &str = r#"
[hub]
name = "Exchange"
partnership = "Three Shires"
origin = "exchange.example.org/log"
[listen]
port = 0
development = true
[operations]
address = "127.0.0.1:0"
"#;

fn folder_with(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("exchange.toml"), config).unwrap();
    folder
}

fn hub(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    transcript(folder, &[arguments, &["--config", "exchange.toml"]].concat())
}

/// Serves until it is ready, and ends it in order.
async fn serve_and_end(folder: &Path) {
    let mut serving = command(&["serve", "--config", "exchange.toml"]);
    let mut serving = serving.current_dir(folder).stderr(Stdio::piped()).spawn().unwrap();
    let mut talk = BufReader::new(serving.stderr.take().unwrap()).lines().map(Result::unwrap);
    let probes = talk.find_map(|line| Some(line.strip_prefix("Probes answer on ")?.split(' ').next()?.to_owned())).unwrap();
    let ready = reqwest::get(probes.replace("/healthz", "/readyz")).await.unwrap();
    assert_eq!((ready.status().as_u16(), ready.text().await.unwrap().as_str()), (200, "ready\n"));
    signal(&serving, "INT");
    let ending = tokio::task::spawn_blocking(move || (serving.wait().unwrap(), talk.collect::<Vec<_>>()));
    let (status, rest) = tokio::time::timeout(Duration::from_secs(5), ending).await.unwrap().unwrap();
    assert!(status.success() && rest.iter().any(|line| line == "Stopping."), "{rest:?}");
}

/// The log goes out as a table and as JSON, the same rows, and each time is an event that awaits its place.
fn exported(folder: &Path) {
    let (code, table, talk) = hub(folder, &["audit", "export"]);
    assert_eq!(code, 0, "{talk}");
    let table = csv::read(&table);
    let (code, json, talk) = hub(folder, &["audit", "export", "--format", "json", "--use", "integrity", "--from", "2020-01-01"]);
    assert_eq!(code, 0, "{talk}");
    assert!(talk.ends_with("by ids and codes only; this export is on record.\n"), "{talk}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let items = json["items"].as_array().unwrap();
    assert!(!items.is_empty() && json["rows"] == items.len() && json["use"] == "integrity", "{json}");
    assert_eq!(table.len(), items.len() + 1);
    for (row, item) in table[1..].iter().zip(items) {
        for (name, cell) in table[0].iter().zip(row) {
            let text = item[name].as_str().map_or_else(|| item[name].to_string().replace("null", ""), str::to_owned);
            assert_eq!(&text, cell, "{name}");
        }
    }
    let (code, none, _) = hub(folder, &["audit", "export", "--format", "json", "--to", "2020-01-01"]);
    assert_eq!((code, none.as_str()), (0, "{\"rows\":0,\"use\":\"lawfulness\",\"items\":[]}\n"));
    let (code, report, talk) = hub(folder, &["audit", "verify", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!((code, &report["pending"], &report["findings"]), (0, &3.into(), &serde_json::json!([])), "{talk}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_is_migrated_served_and_ended() {
    let folder = folder_with(CONFIG);
    let (code, data, talk) = hub(folder.path(), &["serve"]);
    assert_eq!((code, data.as_str()), (3, ""));
    assert!(talk.contains("run `referral-exchange migrate`"), "{talk}");
    for _ in 0..2 {
        let (code, data, talk) = hub(folder.path(), &["migrate"]);
        assert_eq!((code, data.as_str(), talk.as_str()), (0, "", "The schema is up to date.\n"));
    }

    serve_and_end(folder.path()).await;
    assert!(!folder.path().join("exchange.sqlite-wal").exists());

    let (code, text, talk) = hub(folder.path(), &["audit", "verify"]);
    assert!(code == 0 && text.ends_with("All is whole.\n"), "{text}{talk}");
    exported(folder.path());
    // A demonstration keeps away from it, and keys once used are never made anew.
    assert_eq!(transcript(folder.path(), &["demo", "--data", "."]).0, 3);
    fs::remove_file(folder.path().join("keys/event-1.key")).unwrap();
    let (code, _, talk) = hub(folder.path(), &["serve"]);
    assert!(code == 3 && talk.contains("the key file event-1.key cannot be read"), "{talk}");
    assert!(!folder.path().join("keys/event-1.key").exists());
}

#[test]
fn a_hub_refuses_development_certificates() {
    let folder = folder_with(CONFIG);
    let now = Duration::from_hours(500_000);
    let made = referral_exchange::server::development_ca::ensure(&folder.path().join("tls"), now).unwrap();
    let files = format!("certificate_file = {:?}\nkey_file = {:?}", made.certificate, made.key);
    fs::write(folder.path().join("exchange.toml"), CONFIG.replace("development = true", &files)).unwrap();
    assert_eq!(hub(folder.path(), &["migrate"]).0, 0);
    let (code, data, talk) = hub(folder.path(), &["serve"]);
    assert_eq!((code, data.as_str()), (3, ""));
    assert!(talk.contains("production needs a certificate from your own authority"), "{talk}");
}

#[test]
fn a_live_hub_uses_nothing_of_a_demonstration() {
    let folder = folder_with(CONFIG);
    assert_eq!(hub(folder.path(), &["migrate"]).0, 0);
    for name in ["demo.json", "demo.filling"] {
        fs::write(folder.path().join(name), "{}").unwrap();
        let (code, data, talk) = hub(folder.path(), &["serve"]);
        assert_eq!((code, data.as_str()), (3, ""));
        assert!(talk.contains("is a demonstration's directory"), "{talk}");
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    // Only the keys lie there.
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("demo.json"), "{}").unwrap();
    let keys = elsewhere.path().join("keys");
    fs::write(folder.path().join("exchange.toml"), format!("{CONFIG}[keys]\ndirectory = {keys:?}\n")).unwrap();
    let (code, _, talk) = hub(folder.path(), &["serve"]);
    assert!(code == 3 && talk.contains("is a demonstration's directory"), "{talk}");
    assert!(!keys.exists());
}

#[test]
fn development_certificates_serve_this_machine_alone() {
    let folder = folder_with(CONFIG);
    assert_eq!(hub(folder.path(), &["migrate"]).0, 0);
    for address in ["0.0.0.0", "::", "192.0.2.1"] {
        let (code, data, talk) = hub(folder.path(), &["serve", "--set", &format!("listen.address={address}")]);
        assert_eq!((code, data.as_str()), (3, ""), "{address}");
        assert!(talk.contains("serves this machine only"), "{address}: {talk}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_the_running_role_must_not_be_able_to_alter_the_log() {
    let database = postgres::create_database().await;
    let section = |url: &str, more: &str| format!("{CONFIG}[database]\nurl = {url:?}\n{more}");
    let folder = folder_with(&section(&database.app_url, &format!("owner_url = {:?}\n", database.owner_url)));
    let (code, _, talk) = hub(folder.path(), &["migrate"]);
    assert_eq!((code, talk.as_str()), (0, "The schema is up to date.\n"));
    serve_and_end(folder.path()).await;
    let (code, text, talk) = hub(folder.path(), &["audit", "verify"]);
    assert!(code == 0 && text.ends_with("All is whole.\n"), "{text}{talk}");

    exported(folder.path());

    fs::write(folder.path().join("exchange.toml"), section(&database.owner_url, "")).unwrap();
    let (code, _, talk) = hub(folder.path(), &["serve"]);
    assert!(code == 3 && talk.contains("the database role could alter what is written once"), "{talk}");

    fs::write(folder.path().join("exchange.toml"), section("postgres://nobody@127.0.0.1:1/none", "")).unwrap();
    let (code, _, talk) = hub(folder.path(), &["serve"]);
    assert!(code == 6 && talk.ends_with("the exchange is not available; try again shortly\n"), "{talk}");
}
