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
fn show_and_check_print_data_and_what_to_do_is_talk() {
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
    // No hub has been set up here: each thing that is missing is a line, with what to mend.
    assert_eq!(code(&checked), 3);
    let lines: Vec<&str> = text(&checked.stdout).lines().collect();
    assert!(lines[0].starts_with("good     settings: "), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("bad      database: There is no file ")), "{lines:?}");
    assert!(text(&checked.stderr).ends_with(" things must be mended.\n"), "{}", text(&checked.stderr));
}

#[test]
fn mistakes_end_with_their_own_codes() {
    let folder = folder_with(&format!("{GOOD}adress = \"127.0.0.1\"\n"));
    let usage_cases: [&[&str]; 18] = [
        &[],
        &["fly"],
        &["config", "show"],
        &["config", "show", "--config", "exchange.toml", "--set", "no equals sign"],
        &["recovery", "make"],
        &["recovery", "test"],
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
    assert!(text(&unknown.stdout).contains("unknown key `listen.adress` (file)"), "{}", text(&unknown.stdout));
    assert_eq!(code(&run(&folder, &["config", "check", "--config", "missing.toml"])), 3);
    let overlay = folder_with(&format!("{GOOD}[pathways]\ndirectory = \"missing\"\n"));
    assert_eq!(code(&run(&overlay, &["config", "check", "--config", "exchange.toml"])), 3);
}

#[test]
fn help_is_an_answer_and_shows_an_example_for_every_command() {
    let folder = folder_with(GOOD);
    let cases: [&[&str]; 17] = [
        &["--help"],
        &["config", "check", "--help"],
        &["config", "show", "--help"],
        &["demo", "--help"],
        &["demo", "code", "--help"],
        &["init", "--help"],
        &["recovery", "make", "--help"],
        &["recovery", "test", "--help"],
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
