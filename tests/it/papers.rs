//! The papers stay true in what a machine can see: links lead somewhere, files and tests that are named exist, lines are short.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
}

/// Every paper: its path and text.
fn papers() -> Vec<(PathBuf, String)> {
    let mut found: Vec<PathBuf> =
        ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "certs/README.md"].iter().map(|name| root().join(name)).collect();
    files(&root().join("docs"), "md", &mut found);
    found.sort();
    found.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// All Rust text of the crate and its tests.
fn code() -> String {
    let mut found = Vec::new();
    for folder in ["src", "tests"] {
        files(&root().join(folder), "rs", &mut found);
    }
    found.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// The targets of `[text](target)`.
fn links(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target).collect()
}

/// The texts between single backticks, fenced blocks left out.
fn quoted(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|part| part.split('`').skip(1).step_by(2)).collect()
}

/// A heading's anchor: small letters, hyphens for spaces, nothing else.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    kept.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-').map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn links_between_papers_lead_somewhere() {
    let mut broken = Vec::new();
    for (path, text) in papers() {
        for link in links(&text).into_iter().filter(|link| !link.contains("://")) {
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let found = match fs::read_to_string(&target) {
                Ok(text) => place.is_empty() || text.lines().any(|line| line.starts_with('#') && anchor(line) == place),
                Err(_) => target.is_dir() && place.is_empty(),
            };
            if !found {
                broken.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn files_and_names_of_the_code_that_are_told_exist() {
    const FOLDERS: [&str; 9] =
        ["src/", "tests/", "docs/", "policies/", "pathways/", "migrations/", "templates/", "assets/", "scripts/"];
    let code = code();
    let words: std::collections::HashSet<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let mut missing = Vec::new();
    for (path, text) in papers() {
        for name in quoted(&text) {
            let pattern = name.contains(['*', '<', '{', '…', ' ']);
            let file = FOLDERS.iter().any(|folder| name.starts_with(folder)) && !pattern && !root().join(name).exists();
            // A path of names, or a name as only tests have: in small letters, of several words.
            let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            let named = !pattern && (name.contains("::") || plain && name.matches('_').count() > 2);
            let last = name.trim_end_matches("::").rsplit("::").next().unwrap_or_default();
            if file || named && !words.contains(last) {
                missing.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn lines_are_short_and_decisions_too() {
    let mut long = Vec::new();
    for (path, text) in papers() {
        // A row of a table cannot be wrapped.
        for line in text.lines().filter(|line| !line.starts_with('|') && line.chars().count() > 120) {
            long.push(format!("{}: {line}", path.display()));
        }
        if path.parent().is_some_and(|folder| folder.ends_with("docs/decisions")) && text.lines().count() > 30 {
            long.push(format!("{}: a decision has 30 lines at most", path.display()));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}
