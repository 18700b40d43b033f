use std::ffi::OsString;
use std::path::Path;

use proptest::prelude::*;

use super::*;

const GOOD: &str = r#"
[hub]
name = "Exchange"
partnership = "Three Shires"
origin = "exchange.example.org/log"
[listen]
development = true
"#;

fn read(text: &str) -> Result<Config, Error> {
    Config::read(text, Path::new("base"), [], &Overrides::default())
}

fn with(extra: &str) -> Result<Config, Error> {
    read(&format!("{GOOD}{extra}"))
}

fn variable(name: &str, value: &str) -> (OsString, OsString) {
    (name.into(), value.into())
}

#[test]
fn each_layer_covers_the_one_below_and_says_so() {
    let flags = Overrides::default().with("listen.port", "3");
    let ported = GOOD.replace("development = true", "development = true\nport = 1");
    let environment = [variable("REFERRAL_EXCHANGE_LISTEN_PORT", "2"), variable("PATH", "/bin")];
    let none = Overrides::default();
    let port = |text: &str, environment: &[(OsString, OsString)], flags: &Overrides| {
        let config = Config::read(text, Path::new("base"), environment.to_vec(), flags).unwrap();
        let shown = config.show();
        let line = shown.lines().find(|line| line.starts_with("listen.port")).unwrap().to_owned();
        (config.listen.port, line.split('(').nth(1).unwrap().trim_end_matches(')').to_owned())
    };
    assert_eq!(port(GOOD, &[], &none), (8443, "default".to_owned()));
    assert_eq!(port(&ported, &[], &none), (1, "file".to_owned()));
    assert_eq!(port(&ported, &environment, &none), (2, "environment".to_owned()));
    assert_eq!(port(&ported, &environment, &flags), (3, "flag".to_owned()));
}

#[test]
fn unknown_keys_are_named_wherever_they_stand() {
    let file = with("[database]\nurk = \"x\"\n").unwrap_err().to_string();
    assert!(file.contains("`database.urk` (file)") && file.contains("database.url"), "{file}");
    let section = with("[databse]\nurl = \"x\"\n").unwrap_err().to_string();
    assert!(section.contains("`databse.url`") && section.contains("[database]"), "{section}");
    let stray = read(&format!("port = 1\n{GOOD}")).unwrap_err().to_string();
    assert!(stray.contains("`port`"), "{stray}");
    let none = Overrides::default();
    let environment = Config::read(GOOD, Path::new("."), [variable("REFERRAL_EXCHANGE_LISTEN_PROT", "1")], &none);
    assert!(environment.unwrap_err().to_string().contains("`REFERRAL_EXCHANGE_LISTEN_PROT` (environment)"));
    let flag = Config::read(GOOD, Path::new("."), [], &none.with("listen.prot", "1"));
    assert!(flag.unwrap_err().to_string().contains("`listen.prot` (flag)"));
    let arguments = [variable("REFERRAL_EXCHANGE_CONFIG", "x.toml"), variable("REFERRAL_EXCHANGE_DATA", "x")];
    assert!(Config::read(GOOD, Path::new("."), arguments, &Overrides::default()).is_ok());
}

#[test]
fn bad_values_and_contradictions_are_refused_in_plain_words() {
    let table = [
        ("[log]\nformat = \"xml\"", "plain or json"),
        ("[operations]\naddress = \"here\"", "address and port"),
        ("[scanner]\nclamd = \"192.0.2.7:3310\"", "files go there in clear"),
        ("[scanner]\nclamd = \"clamd.ctl\"", "socket file"),
        ("[limits]\nconnections = \"9\"", "without quotation marks"),
        ("[limits]\nconnections = -1", "0 or more"),
        ("[limits]\nconnections = 1", "8 or more"),
        ("[limits]\nargon2_permits = 0", "1 or more"),
        ("[limits]\nargon2_permits = 5", "64 or more for each"),
        ("[keys]\ndirectory = \"  \"", "leave the key out"),
        ("[keys]\ndirectory = \"a\\u001bb\"", "control character"),
        ("[database]\nurl = \"mysql://x/y\"", "sqlite: or postgres://"),
        ("[database]\nurl = \"sqlite::memory:\"", "name a file"),
        ("[database]\nurl = \"sqlite:x?mode=rwc\"", "sets its own"),
        ("[database]\nowner_url = \"postgres://o@localhost/x\"", "knows no roles"),
        ("[database]\nurl = \"postgres://a@db.example.org/x\"", "verify-full"),
        ("[database]\nurl = \"postgres://a@localhost/x?hostaddr=192.0.2.1\"", "verify-full"),
        ("[database]\nurl = \"postgres://a@db.example.org/x?sslmode=require\"", "verify-full"),
        ("[database]\nurl = \"postgres://a@localhost/x\"\nowner_url = \"postgres://a@localhost/x\"", "another role"),
        ("[database]\nurl = \"postgres://a@localhost/x\"\nowner_url = \"sqlite:x\"", "same PostgreSQL"),
        ("[database]\nurl = 5", "text in quotation marks"),
        ("[database", "not valid TOML: line"),
    ];
    for (extra, words) in table {
        let refusal = with(extra).expect_err(extra).to_string();
        assert!(refusal.contains(words), "{extra}: {refusal}");
    }
    for (from, to, words) in [
        ("development = true", "", "or set `listen.development`"),
        ("development = true", "development = true\naddress = \"0.0.0.0\"", "this machine only"),
        ("development = true", "certificate_file = \"x.pem\"", "go together"),
        ("exchange.example.org/log", "https://exchange.example.org", "without scheme"),
        ("exchange.example.org/log", "exchange+log", "without scheme"),
        ("origin = \"exchange.example.org/log\"", "", "`hub.origin` is not set"),
    ] {
        let refusal = read(&GOOD.replace(from, to)).expect_err(to).to_string();
        assert!(refusal.contains(words), "{to}: {refusal}");
    }
}

#[test]
fn links_that_stay_on_the_machine_or_are_verified_are_taken() {
    for url in [
        "postgres://a@localhost/x",
        "postgres://a@127.0.0.1:5433/x",
        "postgres://a@[::1]/x",
        "postgres:///x?host=/run/postgresql&user=a",
        "postgres://a@%2Frun%2Fpostgresql/x",
        "postgres://a@db.example.org/x?sslmode=verify-full",
    ] {
        let config =
            with(&format!("[database]\nurl = \"{url}\"\nowner_url = \"{}\"", url.replace("a@", "o@").replace("=a", "=o")));
        assert!(matches!(config.expect(url).database.url, DatabaseUrl::Postgres(_)), "{url}");
    }
}

#[test]
fn a_copied_directory_means_the_same_places_under_another_folder() {
    for folder in ["first-place", "second-place"] {
        let config = Config::demo(Path::new(folder), None).unwrap();
        let DatabaseUrl::Sqlite(database) = &config.database.url else { panic!("a demo uses SQLite") };
        assert_eq!(database, &Path::new(folder).join("exchange.sqlite"));
        assert_eq!(config.keys.directory, Path::new(folder).join("keys"));
        assert_eq!(config.blobs.directory, Path::new(folder).join("blobs"));
        assert_eq!(config.certificates(), Path::new(folder).join("certs"));
        assert!(config.listen.development && config.listen.address.is_loopback() && config.listen.port == 0);
        assert!(!config.show().contains(folder), "no resolved path is shown or kept as a value");
    }
}

#[test]
fn load_resolves_against_the_files_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exchange.toml");
    std::fs::write(&file, GOOD).unwrap();
    let flags = Overrides::default().with("keys.directory", "secret");
    assert_eq!(Config::load_with(&file, &flags).unwrap().keys.directory, folder.path().join("secret"));
    let missing = Config::load(&folder.path().join("other.toml")).unwrap_err().to_string();
    assert!(missing.contains("cannot read") && missing.contains("other.toml"), "{missing}");
}

#[cfg(unix)]
#[test]
fn passwords_come_from_private_files_only_and_never_show() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    std::fs::write(&file, "postgres://app:canary-word@localhost/x\n").unwrap();
    let mode = |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
    let text = format!("{GOOD}[database]\nurl_file = \"url\"\n");
    let read = |text: &str| Config::read(text, folder.path(), [], &Overrides::default());

    mode(0o644);
    let refusal = read(&text).unwrap_err().to_string();
    assert!(refusal.contains("open to others") && refusal.contains("chmod 600"), "{refusal}");

    mode(0o600);
    let config = read(&text).unwrap();
    let DatabaseUrl::Postgres(url) = &config.database.url else { panic!("it names PostgreSQL") };
    assert_eq!(url.expose(), "postgres://app:canary-word@localhost/x");
    for shown in [config.show(), format!("{config:?}")] {
        assert!(!shown.contains("canary-word"), "{shown}");
    }
    assert!(config.show().contains("hidden: from its file"));

    let inline = with("[database]\nurl = \"postgres://app:canary-word@localhost/x\"").unwrap_err().to_string();
    assert!(inline.contains("mode 600") && !inline.contains("canary-word"), "{inline}");
    let by_option = with("[database]\nurl = \"postgres://localhost/x?user=a&password=canary-word\"").unwrap_err();
    assert!(!by_option.to_string().contains("canary-word"));
    let broken = with("[database]\nurl = \"postgres://app:canary-word@localhost/x").unwrap_err().to_string();
    assert!(broken.contains("line 9") && !broken.contains("canary-word"), "{broken}");
    let both = read(&format!("{text}url = \"sqlite:x\"\n")).unwrap_err().to_string();
    assert!(both.contains("keep one"), "{both}");
    std::fs::write(&file, " \n").unwrap();
    assert!(read(&text).unwrap_err().to_string().contains("is empty"));
}

#[test]
fn argon2_permits_follow_cores_and_memory() {
    let limits = |permits, memory| Limits { argon2_permits: permits, argon2_memory_mib: memory, argon2_queue: 1, connections: 8 };
    assert_eq!(limits(None, 256).argon2_permits(2), 1, "a small machine hashes one at a time");
    assert_eq!(limits(None, 256).argon2_permits(4), 4);
    assert_eq!(limits(None, 256).argon2_permits(64), 4, "the memory bounds it");
    assert_eq!(limits(None, 64).argon2_permits(64), 1);
    assert_eq!(limits(Some(3), 256).argon2_permits(2), 3, "the operator's word goes");
}

#[test]
fn every_setting_can_be_set_from_the_environment_under_its_own_name() {
    let mut names: Vec<String> = SETTINGS.iter().map(Setting::environment_name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), SETTINGS.len());
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic_or_echo_a_line(text in "\\PC{0,200}") {
        if let Err(error) = read(&text) {
            prop_assert!(!error.to_string().contains('\n'));
        }
    }
}

#[test]
fn a_scanner_is_a_socket_file_or_a_port_of_this_machine_or_none() {
    let clamd = |extra: &str| with(extra).expect(extra).scanner.clamd;
    assert_eq!(clamd(""), None);
    let socket = ScannerAddress::Socket("/run/clamav/clamd.ctl".into());
    assert_eq!(clamd("[scanner]\nclamd = \"/run/clamav/clamd.ctl\""), Some(socket));
    let port = ScannerAddress::Loopback("[::1]:3310".parse().expect("an address"));
    assert_eq!(clamd("[scanner]\nclamd = \"[::1]:3310\""), Some(port));
}

#[test]
fn a_mail_relay_is_encrypted_unless_it_is_on_this_machine() {
    let base = "from = \"exchange@hub.example\"\nhub_url = \"https://hub.example\"";
    let relay = |extra: &str| with(&format!("[mail]\n{base}\n{extra}")).map(|config| config.mail.relay);
    assert!(with("").expect("no relay").mail.relay.is_none());
    let found = relay("relay = \"mail.example.org:587\"").expect("a relay").expect("a relay");
    assert_eq!((found.host.as_str(), found.port, found.security), ("mail.example.org", 587, MailSecurity::StartTls));
    assert!(relay("relay = \"127.0.0.1:25\"\nsecurity = \"none\"").is_ok());
    for wrong in [
        "relay = \"mail.example.org:25\"\nsecurity = \"none\"",
        "relay = \"mail.example.org\"",
        "relay = \"mail.example.org:587\"\nsecurity = \"ssl\"",
        "relay = \"mail.example.org:587\"\nusername = \"hub\"",
    ] {
        assert!(relay(wrong).is_err(), "{wrong}");
    }
    for hub in ["http://hub.example", "https://hub.example/path", "https://"] {
        let text = format!("[mail]\nrelay = \"mail.example.org:587\"\nfrom = \"a@hub.example\"\nhub_url = \"{hub}\"");
        assert!(with(&text).is_err(), "{hub}");
    }
}
