//! Permit, commit, record, open: no way round, and the compiler says so. Each case in `tests/compile_fail` stands beside a twin
//! that compiles, so that a case cannot fail for want of an import. (`Recorded::after_commit` must be public for the store;
//! `rooms.rs` refuses it anywhere else.)

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where cargo put this program's libraries.
fn libraries() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}

/// The library that this very test was linked with is the newest one.
fn exchange() -> PathBuf {
    let built = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("libreferral_exchange-") && name.ends_with(".rlib")
    };
    let all = fs::read_dir(libraries()).unwrap().map(|entry| entry.unwrap().path()).filter(built);
    all.max_by_key(|path| fs::metadata(path).unwrap().modified().unwrap()).expect("the library has been built")
}

/// The codes of the errors that the compiler finds.
fn errors(source: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("case.rs");
    fs::write(&file, source).unwrap();
    let flag = |name: &str, path: &Path| {
        let mut text = OsString::from(name);
        text.push(path);
        text
    };
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler)
        .args([
            "--edition",
            "2024",
            "--crate-type",
            "lib",
            "--emit",
            "metadata",
            "--error-format",
            "json",
            "--cap-lints",
            "allow",
        ])
        .arg("--out-dir")
        .arg(folder.path())
        .arg("--extern")
        .arg(flag("referral_exchange=", &exchange()))
        .arg("-L")
        .arg(flag("dependency=", &libraries()))
        .arg(&file)
        .output()
        .expect("rustc runs");
    let told = String::from_utf8(output.stderr).unwrap();
    let mut codes = Vec::new();
    for line in told.lines() {
        let message: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{told}"));
        let words = message["message"].as_str().unwrap();
        if message["level"] == "error" && !words.starts_with("aborting due to") {
            codes.push(message["code"]["code"].as_str().unwrap_or(words).to_owned());
        }
    }
    assert_eq!(output.status.success(), codes.is_empty(), "{told}");
    codes
}

/// A case is one file: what both have, `//~ CODE` with the lines that must fail, `//= ` with those that must not.
struct Case {
    name: String,
    code: String,
    wrong: String,
    right: String,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_fail");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| case(path)).collect()
}

fn case(path: &Path) -> Case {
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let marked: Vec<&str> = text.lines().filter_map(|line| line.split_once("//~ ").map(|(_, code)| code.trim())).collect();
    let [code] = marked[..] else { panic!("{name} names one code") };
    let line = |line: &str, wrong: bool| match (line.contains("//~ "), line.trim_start().strip_prefix("//= ")) {
        (true, _) => {
            if wrong {
                line.to_owned()
            } else {
                String::new()
            }
        }
        (_, Some(right)) => {
            if wrong {
                String::new()
            } else {
                right.to_owned()
            }
        }
        _ => line.to_owned(),
    };
    let whole = |wrong| text.lines().map(|one| line(one, wrong)).collect::<Vec<_>>().join("\n");
    assert!(text.contains("//= "), "{name} has its twin");
    Case { code: code.to_owned(), wrong: whole(true), right: whole(false), name }
}

#[test]
fn every_way_round_is_refused_by_the_compiler_for_its_own_reason() {
    let cases = cases();
    assert!(cases.len() >= 14, "{}", cases.len());
    let run = |cases: &[Case]| {
        let mut faults = Vec::new();
        for Case { name, code, wrong, right } in cases {
            let (found, twins) = (errors(wrong), errors(right));
            if found != [code.as_str()] || !twins.is_empty() {
                faults.push(format!("{name}: {code} was expected, found {found:?}; its twin: {twins:?}"));
            }
        }
        faults
    };
    let (one, other) = cases.split_at(cases.len() / 2);
    let faults = std::thread::scope(|scope| {
        let one = scope.spawn(|| run(one));
        let mut faults = run(other);
        faults.extend(one.join().unwrap());
        faults
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
