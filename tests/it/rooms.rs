//! The floor plan holds: no room names another that the table does not grant it, risky names stay where they belong, files
//! stay small and every room says at its entrance what it is.

mod scan;
mod table;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use scan::{Source, faults};
use table::{Names, TABLE};

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn crate_sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    rust_files(&root.join("src"), &mut found);
    found.sort();
    let relative = |path: &Path| path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
    found.iter().map(|path| Source { path: relative(path), text: fs::read_to_string(path).expect("a text file") }).collect()
}

#[test]
fn the_floor_plan_holds() {
    let sources = crate_sources();
    assert!(sources.len() > 20, "only {} files were found", sources.len());
    let found: Vec<String> = faults(&sources).into_iter().collect();
    assert!(found.is_empty(), "{} breaches of the floor plan:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_room_of_the_crate_stands_in_the_table() {
    let lib = crate_sources().into_iter().find(|source| source.path == "src/lib.rs").expect("src/lib.rs");
    let declared = lib.text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    for room in declared {
        assert!(TABLE.iter().any(|(known, _)| *known == room), "{room} is not in the table");
    }
}

/// Rooms are taken away once all they name is gone; what is left over stands in a circle.
#[test]
fn the_table_has_no_circle() {
    let mut left: Vec<_> = TABLE.iter().collect();
    let mut gone = BTreeSet::new();
    while !left.is_empty() {
        let before = left.len();
        left.retain(|(room, names)| {
            let free = names.iter().all(|names| match names {
                Names::All(other) | Names::Only(other, _) => gone.contains(other),
            });
            if free {
                gone.insert(*room);
            }
            !free
        });
        assert!(left.len() < before, "a circle among {left:?}");
    }
}

/// What is found in one file with this text.
fn found(path: &str, text: &str) -> Vec<String> {
    faults(&[Source { path: path.into(), text: text.into() }]).into_iter().collect()
}

#[test]
fn forbidden_names_are_found_wherever_they_hide() {
    let header = "//! a\n//! b\n//! c\n";
    for (path, text, says) in [
        ("src/domain/a.rs", "use crate::policy::Permit;", "domain may not name policy::Permit"),
        ("src/domain/a.rs", "use super::super::policy::Permit;", "domain may not name policy"),
        ("src/domain/a/b.rs", "use super::super::super::store;", "domain may not name store"),
        ("src/domain/mod.rs", "//! a\n//! b\n//! c\nuse super::store::Tx;", "domain may not name store::Tx"),
        ("src/web/pages/a.rs", "use crate::{app::App, store::{Store, Tx}};", "web may not name store::Store"),
        ("src/web/a.rs", "use crate::api as other;", "web may not name api"),
        ("src/web/a.rs", "pub use crate::policy::*;", "web may not name policy::*"),
        ("src/web/a.rs", "fn f() { crate::crypto::seal::open(1); }", "web may not name crypto::seal"),
        ("src/web/a.rs", "fn f(x: Vec<Option<crate::policy::Policy>>) {}", "web may not name policy::Policy"),
        ("src/web/a.rs", "impl crate::audit::row::WrittenOnce for X {}", "web may not name audit::row"),
        ("src/web/a.rs", "fn f() { if let crate::policy::Object::Hub = x {} }", "web may not name policy::Object"),
        ("src/web/a.rs", "fn f() { vec![crate::store::open()]; }", "web may not name store::open"),
        ("src/web/a.rs", "macro_rules! m { () => { $crate::store::open() } }", "web may not name store::open"),
        ("src/web/a.rs", "macro_rules! m { () => { use crate::{store, app}; } }", "group inside a macro"),
        ("src/web/a.rs", "#[derive(Debug)] #[with(crate::store::X)] struct A;", "web may not name store::X"),
        ("src/web/a.rs", "mod inner { use super::super::super::store::Tx; }", "web may not name store::Tx"),
        ("src/web/a.rs", "use crate::*;", "whole crate"),
        ("src/web/a.rs", "use crate as root;", "whole crate"),
        ("src/web/a.rs", "use crate::{self as root};", "whole crate"),
        ("src/web/mod.rs", "//! a\n//! b\n//! c\nuse super::*;", "whole crate"),
        ("src/web/a.rs", "use crate::cellar::Wine;", "which is no room"),
        ("src/cellar/a.rs", "use crate::domain::ids::UserId;", "the table does not know"),
        ("src/main.rs", "fn main() { referral_exchange::app::run(); }", "main may not name app::run"),
        ("src/audit/a.rs", "use crate::policy::Policy;", "audit may not name policy::Policy"),
        ("src/audit/a.rs", "use crate::policy;", "audit may not name policy"),
        ("src/crypto/a.rs", "use crate::audit::Authenticator;", "crypto may not name audit::Authenticator"),
        ("src/app/a.rs", "fn f() { crate::audit::Recorded::after_commit(a, b, c); }", "after_commit stays in"),
        ("src/app/a.rs", "use crate::audit::Recorded; fn f() { let make = Recorded::after_commit; }", "after_commit stays in"),
        ("src/app/a.rs", "fn f() { call!(Recorded::after_commit(a)); }", "after_commit stays in"),
        ("src/app/a.rs", "fn f() { <Recorded>::after_commit(a); }", "after_commit stays in"),
        ("src/policy/lint.rs", "use casbin::Enforcer;", "casbin stays in"),
        ("src/app/a.rs", "fn f(e: &::casbin::Enforcer) {}", "casbin stays in"),
        ("src/app/a.rs", "extern crate casbin;", "casbin stays in"),
        ("src/store/a.rs", "use age::x25519;", "age stays in"),
        ("src/app/a.rs", "fn f() { argon2::Params::new(); }", "argon2 stays in"),
        ("src/app/a.rs", "fn f() { sqlx::query(\"SELECT 1\"); }", "sqlx::query* stays in"),
        ("src/demo/a.rs", "use sqlx::{query_as, Row};", "sqlx::query* stays in"),
        ("src/bench/a.rs", "fn f() { sqlx::query!(\"SELECT 1\"); }", "sqlx::query* stays in"),
        ("src/app/a.rs", "use sqlx::*;", "sqlx::query* stays in"),
        ("src/app/mod.rs", "//! one line\nmod a;", "three //! lines"),
        ("src/app/a.rs", "fn f( {", "cannot be read"),
    ] {
        let found = found(path, text);
        assert!(found.iter().any(|fault| fault.starts_with(path) && fault.contains(says)), "{path} {text}: {found:?}");
    }
    let long = "// a line\n".repeat(601);
    assert_eq!(found("src/app/a.rs", &long).len(), 1);
    assert_eq!(found("src/app/mod.rs", &format!("{header}mod a;")), Vec::<String>::new());
}

#[test]
fn what_the_plan_grants_is_left_alone() {
    for (path, text) in [
        ("src/policy/a.rs", "use super::permit::Act; use crate::policy::question::State; use self::inner::X;"),
        ("src/policy/casbin.rs", "use ::casbin::Enforcer; fn f() { casbin::Error::x(); }"),
        ("src/policy/decide.rs", "fn f(rules: super::casbin::Rules) {}"),
        ("src/audit/a.rs", "use crate::{domain::ids::EventId, policy::{Act, Permit}};"),
        ("src/crypto/a.rs", "use crate::audit::Recorded; use age::x25519; fn f() { argon2::hash(); }"),
        ("src/store/a.rs", "fn f() { sqlx::query(\"x\"); crate::audit::Recorded::after_commit(a, b, c); }"),
        ("src/app/a.rs", "pub(crate) fn f() {} pub(super) fn g() {} fn h() -> sqlx::Error { x }"),
        ("src/app/a.rs", "fn f() { println!(\"crate::web::x and \\\" casbin::y\"); } /// See [`crate::web`].\nfn g() {}"),
        ("src/web/a.rs", "#[cfg(test)] mod tests { use super::*; use crate::policy::testing; }"),
        ("src/crypto/a.rs", "#[cfg(test)] mod tests { fn f() { crate::audit::Recorded::after_commit(a, b, c); } }"),
        ("src/web/a.rs", "mod age { pub fn years() {} } fn f(age: u8) -> u8 { self::age::years(); age }"),
        ("src/main.rs", "fn main() { referral_exchange::cli::run(); }"),
        ("src/lib.rs", "pub mod domain; pub mod web; pub use crate::domain::ids;"),
        ("src/web/mod.rs", "//! (being built)\n"),
    ] {
        assert_eq!(found(path, text), Vec::<String>::new(), "{path} {text}");
    }
}

#[test]
fn tests_are_held_to_the_table_but_for_the_proofs() {
    let bad = "#[cfg(test)] mod tests { use crate::store::Tx; }";
    assert_eq!(found("src/web/a.rs", bad), ["src/web/a.rs: web may not name store::Tx"]);
    let not_a_test = "#[cfg(not(test))] mod real { use crate::policy::Policy; }";
    assert_eq!(found("src/web/a.rs", not_a_test), ["src/web/a.rs: web may not name policy::Policy"]);
    let declaring = Source { path: "src/web/mod.rs".into(), text: "//! a\n//! b\n//! c\n#[cfg(test)]\nmod trial;".into() };
    let trial = Source { path: "src/web/trial.rs".into(), text: "use crate::policy::testing::permit;".into() };
    assert!(faults(&[declaring, trial.clone()]).is_empty());
    assert_eq!(faults(&[trial]).len(), 1, "the file alone does not say that it is for tests");
}
