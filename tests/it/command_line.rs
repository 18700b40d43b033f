//! The real binary: exit codes, and which stream says what.

use std::process::{Command, Output, Stdio};

const GOOD: &str = r#"
[hub]
name = "Exchange"
partnership = "Three Shires"
origin = "exchange.example.org/log"
[listen]
development = true
"#;

fn run(folder: &tempfile::TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_referral-exchange"));
    command.args(arguments).current_dir(folder.path()).env_clear().stdin(Stdio::null());
    command.output().unwrap()
}

fn folder_with(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("exchange.toml"), text).unwrap();
    folder
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn show_prints_data_and_check_only_talks() {
    let folder = folder_with(GOOD);
    let shown = run(&folder, &["config", "show", "--config", "exchange.toml", "--set", "listen.port=9443"]);
    assert_eq!(code(&shown), 0);
    assert!(shown.stderr.is_empty());
    let line = |key: &str| text(&shown.stdout).lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    assert!(line("listen.port").ends_with("9443  (flag)"));
    assert!(line("hub.name").ends_with("Exchange  (file)"));
    assert!(line("keys.directory").ends_with("keys  (default)"));
    assert!(line("operations.address").ends_with("-  (not set)"));

    let checked = run(&folder, &["config", "check", "--config", "exchange.toml"]);
    assert_eq!((code(&checked), checked.stdout.is_empty()), (0, true));
    assert_eq!(text(&checked.stderr), "The configuration can be used.\n");
}

#[test]
fn mistakes_end_with_their_own_codes() {
    let folder = folder_with(&format!("{GOOD}adress = \"127.0.0.1\"\n"));
    let usage_cases: [&[&str]; 16] = [
        &[],
        &["fly"],
        &["config", "show"],
        &["config", "show", "--config", "exchange.toml", "--set", "no equals sign"],
        &["serve"],
        &["migrate"],
        &["demo", "--port", "70000"],
        &["demo", "--seed", "many"],
        &["demo", "--json", "code", "tess.example", "--data", "."],
        &["audit", "verify"],
        &["audit", "verify", "--data", ".", "--config", "exchange.toml"],
        &["audit", "export"],
        &["audit", "export", "--data", ".", "--format", "pdf"],
        &["audit", "export", "--data", ".", "--from", "yesterday"],
        &["pathway", "check"],
        &["policy", "explain", "triager"],
    ];
    for arguments in usage_cases {
        let output = run(&folder, arguments);
        assert_eq!((code(&output), output.stdout.is_empty()), (2, true), "{arguments:?}");
    }
    let unknown = run(&folder, &["config", "check", "--config", "exchange.toml"]);
    assert_eq!(code(&unknown), 3);
    assert!(text(&unknown.stderr).contains("unknown key `listen.adress` (file)"), "{}", text(&unknown.stderr));
    assert_eq!(code(&run(&folder, &["config", "check", "--config", "missing.toml"])), 3);
    let overlay = folder_with(&format!("{GOOD}[pathways]\ndirectory = \"missing\"\n"));
    assert_eq!(code(&run(&overlay, &["config", "check", "--config", "exchange.toml"])), 3);
}

#[test]
fn help_is_an_answer_and_shows_an_example_for_every_command() {
    let folder = folder_with(GOOD);
    let cases: [&[&str]; 14] = [
        &["--help"],
        &["config", "check", "--help"],
        &["config", "show", "--help"],
        &["demo", "--help"],
        &["demo", "code", "--help"],
        &["serve", "--help"],
        &["migrate", "--help"],
        &["pathway", "check", "--help"],
        &["policy", "check", "--help"],
        &["policy", "explain", "--help"],
        &["policy", "matrix", "--help"],
        &["audit", "verify", "--help"],
        &["audit", "export", "--help"],
        &["mail", "bounce", "--help"],
    ];
    for arguments in cases {
        let help = run(&folder, arguments);
        assert_eq!(code(&help), 0, "{arguments:?}");
        assert!(text(&help.stdout).contains("Example: referral-exchange "), "{arguments:?}");
    }
    assert!(text(&run(&folder, &["--help"]).stdout).contains("5 integrity check failed"));
    assert_eq!(text(&run(&folder, &["--version"]).stdout), concat!("referral-exchange ", env!("CARGO_PKG_VERSION"), "\n"));
}
