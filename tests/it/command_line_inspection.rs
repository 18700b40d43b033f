//! `config check`: each thing that a hub needs, once as it should be and once not; and never does it stop at the first.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use referral_exchange::{
    app::{Inspected, Level, ONE_GIBIBYTE, SystemRandom, inspect, make_recovery_key, space_level},
    config::{Config, Overrides},
    demo::SettableClock,
    domain::ports::Clock as _,
    mail::Security,
};

use crate::support::{binary::transcript, postgres, smtp::Smtp};

/// A founded hub on SQLite, or on these addresses; gives the folder with its `exchange.toml`.
fn founded(urls: Option<&postgres::Database>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let recovery = make_recovery_key(2, 3, &SystemRandom).unwrap().recipient;
    let mut answers = format!(
        "[hub]\npartnership = \"Three Shires\"\naddress = \"localhost\"\n[[agency]]\nname = \"Council\"\nkind = \"council\"\n\
         recovery = \"{recovery}\"\n[agency.administrator]\nname = \"Anya Fancied\"\nusername = \"anya.fancied\"\n\
         [operator]\nname = \"Otto Fancied\"\nusername = \"otto.fancied\"\n"
    );
    if let Some(urls) = urls {
        for (name, url) in [("app-url", &urls.app_url), ("owner-url", &urls.owner_url)] {
            fs::write(folder.path().join(name), url).unwrap();
            set_mode(&folder.path().join(name), 0o600);
        }
        answers.push_str("[database]\nkind = \"postgres\"\napp_url_file = \"app-url\"\nowner_url_file = \"owner-url\"\n");
    }
    fs::write(folder.path().join("answers.toml"), answers).unwrap();
    let (code, _, talk) = transcript(folder.path(), &["init", "--answers", "answers.toml"]);
    assert_eq!(code, 0, "{talk}");
    folder
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn config(folder: &Path, more: &str) -> Config {
    let text = fs::read_to_string(folder.join("exchange.toml")).unwrap();
    Config::read(&format!("{text}\n{more}"), folder, [], &Overrides::default()).unwrap()
}

async fn look(config: &Config) -> Vec<Inspected> {
    let now = referral_exchange::app::SystemClock.now();
    inspect(config, &SettableClock::at(now)).await
}

#[track_caller]
fn line<'l>(lines: &'l [Inspected], what: &str) -> (Level, &'l str) {
    let line = lines.iter().find(|line| line.what == what).unwrap_or_else(|| panic!("no {what}: {lines:?}"));
    (line.level, line.text.as_str())
}

#[track_caller]
fn expect(lines: &[Inspected], what: &str, level: Level, words: &str) {
    let (found, text) = line(lines, what);
    assert!(found == level && text.contains(words), "{what}: {found:?} {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_founded_hub_is_good_and_each_thing_that_is_not_is_told() {
    let folder = founded(None);
    let good = config(folder.path(), "");
    let lines = look(&good).await;
    assert!(lines.iter().all(|line| line.level != Level::Bad), "{lines:?}");
    for what in
        ["database", "schema", "rights", "hub", "clock", "keys", "folder of keys", "folder of files", "policies", "pathways"]
    {
        assert_eq!(line(&lines, what).0, Level::Good, "{what}: {lines:?}");
    }
    expect(&lines, "mail", Level::Warning, "No relay is named");

    // Several at once: each is told.
    set_mode(&folder.path().join("keys/log-1.key"), 0o644);
    fs::remove_file(folder.path().join("keys/pepper-1.key")).unwrap();
    set_mode(&folder.path().join("keys"), 0o755);
    set_mode(&folder.path().join("blobs"), 0o777);
    set_mode(&folder.path().join("exchange.sqlite"), 0o640);
    fs::create_dir(folder.path().join("policies")).unwrap();
    let bad = config(folder.path(), "[policies]\ndirectory = \"policies\"\n[pathways]\ndirectory = \"missing\"\n");
    let lines = look(&bad).await;
    expect(&lines, "keys", Level::Bad, "log-1.key can be read by others");
    expect(&lines, "keys", Level::Bad, "pepper-1.key cannot be read");
    expect(&lines, "folder of keys", Level::Bad, "set its mode to 700");
    expect(&lines, "folder of files", Level::Bad, "set its mode to 700");
    expect(&lines, "files of the database", Level::Bad, "set its mode to 600");
    expect(&lines, "policies", Level::Bad, "model.conf cannot be read");
    expect(&lines, "pathways", Level::Bad, "missing");
    expect(&lines, "database", Level::Good, "answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_not_migrated_or_not_set_up_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[hub]\nname = \"Exchange\"\npartnership = \"Three Shires\"\norigin = \"exchange.example.org/log\"\n\
                [listen]\ndevelopment = true\n";
    fs::write(folder.path().join("exchange.toml"), text).unwrap();
    let absent = config(folder.path(), "");
    expect(&look(&absent).await, "database", Level::Bad, "run `referral-exchange init`");
    assert!(!folder.path().join("exchange.sqlite").exists(), "a look makes nothing");
    fs::write(folder.path().join("exchange.sqlite"), "").unwrap();
    expect(&look(&absent).await, "schema", Level::Bad, "run `referral-exchange init`");
    referral_exchange::app::migrate(&absent).await.unwrap();
    let lines = look(&absent).await;
    expect(&lines, "schema", Level::Good, "up to date");
    expect(&lines, "hub", Level::Warning, "nobody can sign in");
    expect(&lines, "keys", Level::Bad, "event-1.key cannot be read");

    let (code, data, talk) = transcript(folder.path(), &["config", "check", "--config", "exchange.toml", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&data).unwrap();
    assert_eq!((code, told["bad"].as_u64().unwrap() > 0), (3, true), "{talk}");
    let checks = told["checks"].as_array().unwrap();
    assert!(checks.iter().any(|check| check["what"] == "keys" && check["level"] == "bad"), "{told}");
    assert!(checks.iter().any(|check| check["what"] == "certificate" && check["level"] == "warning"), "{told}");
    // Settings that cannot be read are a line too.
    fs::write(folder.path().join("exchange.toml"), "[hub]\nnme = \"x\"\n").unwrap();
    let (code, data, _) = transcript(folder.path(), &["config", "check", "--config", "exchange.toml"]);
    assert!(code == 3 && data.starts_with("bad      settings: unknown key `hub.nme`"), "{data}");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_of_postgres_are_told_apart() {
    let database = postgres::create_database().await;
    let folder = founded(Some(&database));
    let lines = look(&config(folder.path(), "")).await;
    for what in ["database", "schema", "rights", "owner", "hub", "clock"] {
        assert_eq!(line(&lines, what).0, Level::Good, "{what}: {lines:?}");
    }
    // The owner's role in the place of the hub's, and the other way round.
    let with = |app: &str, owner: &str| {
        let text = format!(
            "[hub]\nname = \"E\"\npartnership = \"T\"\norigin = \"localhost/log\"\n[listen]\ndevelopment = true\n\
             [database]\nurl = {app:?}\n{owner}"
        );
        Config::read(&text, folder.path(), [], &Overrides::default()).unwrap()
    };
    expect(&look(&with(&database.owner_url, "")).await, "rights", Level::Bad, "could alter what is written once");
    let turned = with(&database.owner_url, &format!("owner_url = {:?}\n", database.app_url));
    expect(&look(&turned).await, "owner", Level::Bad, "does not own the tables");
    let gone = with("postgres://nobody@127.0.0.1:1/none", "owner_url = \"postgres://other@127.0.0.1:1/none\"\n");
    let lines = look(&gone).await;
    expect(&lines, "database", Level::Bad, "does not answer");
    expect(&lines, "owner", Level::Bad, "gets no answer");
    assert_eq!(line(&lines, "keys").0, Level::Good, "it goes on: {lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_is_told() {
    let folder = founded(None);
    let (config, clock) = (config(folder.path(), ""), SettableClock::at(referral_exchange::app::SystemClock.now()));
    clock.advance(Duration::from_secs(90));
    expect(&inspect(&config, &clock).await, "clock", Level::Warning, "differs from the database's by");
    let early = SettableClock::at(referral_exchange::app::SystemClock.now().minus(Duration::from_hours(1)));
    expect(&inspect(&config, &early).await, "clock", Level::Bad, "set the clock right before you serve");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_greets_or_is_told_and_no_mail_is_sent() {
    referral_exchange::server::install_provider();
    let folder = founded(None);
    let relay = Smtp::open_kept(Security::StartTls).await;
    fs::write(folder.path().join("authority.pem"), relay.authority()).unwrap();
    let section = |security: &str, port: u16| {
        format!(
            "[mail]\nrelay = \"127.0.0.1:{port}\"\nsecurity = \"{security}\"\nfrom = \"hub@example.org\"\n\
             authority_file = \"authority.pem\"\n"
        )
    };
    let lines = look(&config(folder.path(), &section("starttls", relay.port()))).await;
    expect(&lines, "mail", Level::Good, "no mail was sent");
    assert!(relay.got().is_empty());
    let plain = Smtp::open().await;
    let lines = look(&config(folder.path(), &section("starttls", plain.port()))).await;
    expect(&lines, "mail", Level::Bad, "does not greet as it should");
    let lines = look(&config(folder.path(), &section("starttls", 1))).await;
    expect(&lines, "mail", Level::Bad, "does not greet as it should (connection)");
    assert!(plain.got().is_empty());
}

#[test]
fn a_disk_that_is_nearly_full_is_told() {
    assert_eq!(space_level("disk of files", ONE_GIBIBYTE).level, Level::Good);
    let low = space_level("disk of files", ONE_GIBIBYTE - 1);
    assert!(low.level == Level::Warning && low.text.contains("1023 MiB are free"), "{}", low.text);
}
