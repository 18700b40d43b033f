//! The commands that check files and answer questions, as transcripts of the real binary.

use std::{fs, path::Path};

use crate::support::binary::transcript;

const FIRE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pathways/fire-protection.toml");
const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/policies");

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn pathway_files_are_checked_line_by_line() {
    let folder = folder();
    let good = fs::read_to_string(FIRE).unwrap();
    let put = |name: &str, text: &str| {
        fs::create_dir_all(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("fire-protection.toml"), text).unwrap();
    };
    put("good", &good);
    put("bad", &good.replacen("minutes = 4", "minutes = 0\nseconds = 3", 1));
    put("broken", "id = \"broken\nname");
    let [good_file, bad_file, broken_file] = ["good", "bad", "broken"].map(|name| format!("{name}/fire-protection.toml"));

    let (code, data, talk) = transcript(folder.path(), &["pathway", "check", &good_file]);
    assert_eq!((code, data.as_str(), talk.as_str()), (0, "", "1 pathway file can be used.\n"));

    let (code, data, talk) = transcript(folder.path(), &["pathway", "check", &good_file, &bad_file, &broken_file]);
    let lines: Vec<&str> = data.lines().collect();
    let line = 1 + good.lines().position(|line| line == "minutes = 4").unwrap();
    assert_eq!((code, talk.as_str()), (1, "3 faults to mend.\n"), "{data}");
    assert!(lines[0].starts_with(&format!("{bad_file}:{line}: set `minutes`")), "{data}");
    assert!(lines[1].starts_with(&format!("{bad_file}:{}: remove `seconds`", line + 1)), "{data}");
    assert!(lines[2].starts_with(&format!("{broken_file}:2: this is not TOML")), "{data}");

    let (code, data, _) = transcript(folder.path(), &["pathway", "check", &good_file, FIRE]);
    assert_eq!((code, data), (1, format!("{FIRE}:1: choose another id: {good_file} is `fire-protection` too\n")));
    let (code, data, talk) = transcript(folder.path(), &["pathway", "check", "absent.toml"]);
    assert_eq!((code, data.as_str(), talk.as_str()), (3, "", "absent.toml cannot be read: entity not found\n"));
}

#[test]
fn every_file_of_the_tree_can_be_used_and_the_screening_file_is_checked_with_them() {
    let folder = folder();
    let tree = concat!(env!("CARGO_MANIFEST_DIR"), "/pathways");
    let files = fs::read_dir(tree).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<String> = files.filter(|path| path.is_file()).map(|path| path.display().to_string()).collect();
    let mut arguments = vec!["pathway", "check"];
    arguments.extend(files.iter().map(String::as_str));
    let (code, data, talk) = transcript(folder.path(), &arguments);
    let told = format!("{tree}/calendar/bank-holidays.toml: bank holidays are known until 2028-12-31.\n");
    assert_eq!((code, data.as_str(), talk), (0, "", format!("{told}9 pathway files can be used.\n")));

    let screening = fs::read_to_string(format!("{tree}/screening.toml")).unwrap();
    fs::write(folder.path().join("screening.toml"), screening.replace("\"marac\"", "\"closed\"")).unwrap();
    let line = 1 + screening.lines().position(|line| line.contains("\"marac\"")).unwrap();
    let (code, data, _) = transcript(folder.path(), &["pathway", "check", "screening.toml"]);
    let expected = format!("screening.toml:{line}: no pathway file is called `closed`: correct it or add the file\n");
    assert_eq!((code, data), (1, expected));
}

#[test]
fn bank_holidays_are_checked_by_themselves_and_with_the_files_beside_them() {
    let folder = folder();
    let tree = concat!(env!("CARGO_MANIFEST_DIR"), "/pathways/calendar/bank-holidays.toml");
    let good = fs::read_to_string(tree).unwrap();
    fs::create_dir_all(folder.path().join("calendar")).unwrap();
    fs::copy(FIRE, folder.path().join("fire-protection.toml")).unwrap();
    let put = |text: &str| fs::write(folder.path().join("calendar/bank-holidays.toml"), text).unwrap();
    let check = |file: &str| transcript(folder.path(), &["pathway", "check", file]);

    put(&good);
    let known = "calendar/bank-holidays.toml: bank holidays are known until 2028-12-31.\n";
    assert_eq!(check("calendar/bank-holidays.toml"), (0, String::new(), known.to_owned()));
    assert_eq!(check("fire-protection.toml"), (0, String::new(), format!("{known}1 pathway file can be used.\n")));

    let line = 1 + good.lines().position(|line| line.contains("2026-05-04")).unwrap();
    put(&good.replace("2026-05-04", "\"20x6-05-04\""));
    for file in ["calendar/bank-holidays.toml", "fire-protection.toml"] {
        let (code, data, talk) = check(file);
        assert_eq!((code, talk.as_str()), (1, "1 fault to mend.\n"), "{file}");
        assert!(data.starts_with(&format!("calendar/bank-holidays.toml:{line}: write a date")), "{data}");
    }
}

#[test]
fn a_way_out_that_leads_nowhere_is_a_fault_and_an_old_review_a_warning() {
    let folder = folder();
    let text = fs::read_to_string(FIRE).unwrap();
    let text = text.replace("pathway = \"fire-prevention\"", "pathway = \"fire-preventing\"");
    let text = text.replace("review_by = 2027-11-30", "review_by = 2020-11-30");
    let line = |word: &str| text.lines().position(|line| line.contains(word)).unwrap() + 1;
    fs::write(folder.path().join("fire-protection.toml"), &text).unwrap();
    let (code, data, talk) = transcript(folder.path(), &["pathway", "check", "fire-protection.toml"]);
    let at = line("fire-preventing");
    let expected =
        format!("fire-protection.toml:{at}: no pathway file is called `fire-preventing`: correct it or add the file\n");
    assert_eq!((code, data), (1, expected));
    let warning = format!("warning: fire-protection.toml:{}: look at this file again", line("review_by"));
    assert!(talk.starts_with(&warning), "{talk}");

    let marac = fs::read_to_string(Path::new(FIRE).with_file_name("marac.toml")).unwrap();
    fs::write(folder.path().join("marac.toml"), marac.replace("order = [\"standard\", \"medium\",", "order = [\"standard\","))
        .unwrap();
    let (code, data, _) = transcript(folder.path(), &["pathway", "check", "marac.toml"]);
    assert!(code == 1 && data.contains("put `medium` into `order`"), "{data}");
}

#[test]
fn policies_are_linted_and_their_cases_run() {
    let folder = folder();
    let (code, data, talk) = transcript(folder.path(), &["policy", "check"]);
    assert_eq!((code, data.as_str()), (0, ""));
    assert!(talk.starts_with("The policy can be used; its digest is "), "{talk}");
    assert_eq!(transcript(folder.path(), &["policy", "check", "--policies", POLICIES]), (code, data, talk));

    for name in ["model.conf", "policy.csv", "cases.csv"] {
        fs::copy(Path::new(POLICIES).join(name), folder.path().join(name)).unwrap();
    }
    let policy = fs::read_to_string(folder.path().join("policy.csv")).unwrap();
    fs::write(folder.path().join("policy.csv"), format!("{policy}p, wizard, fly\n")).unwrap();
    let (code, data, talk) = transcript(folder.path(), &["policy", "check", "--policies", "."]);
    assert_eq!((code, talk.as_str()), (1, "The policy cannot be used.\n"));
    assert!(data.contains(&format!("policy.csv line {}: ", policy.lines().count() + 1)), "{data}");

    let (code, data, talk) = transcript(folder.path(), &["policy", "check", "--policies", "absent"]);
    assert_eq!((code, data.as_str()), (3, ""));
    assert!(talk.contains("model.conf cannot be read"), "{talk}");
}

#[test]
fn a_database_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let database = folder.path().join("exchange.sqlite");
    let text = "[hub]\nname = \"Referrals\"\npartnership = \"Three Shires\"\norigin = \"exchange.example.org/log\"\n\
                [listen]\ndevelopment = true\n[database]\nurl = \"sqlite:exchange.sqlite\"\n";
    fs::write(folder.path().join("exchange.toml"), text).unwrap();
    let migrated = transcript(folder.path(), &["migrate", "--config", "exchange.toml"]);
    assert_eq!(migrated.0, 0, "{migrated:?}");
    let mode = || fs::metadata(&database).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&database, fs::Permissions::from_mode(0o644)).unwrap();
    for command in [&["config", "check"][..], &["serve"]] {
        let (code, data, talk) = transcript(folder.path(), &[command, &["--config", "exchange.toml"]].concat());
        assert_eq!(code, 3, "{talk}");
        let told = format!("{data}{talk}");
        assert!(told.contains("exchange.sqlite can be read by others; set its mode to 600"), "{told}");
    }
}

#[test]
fn a_demonstration_with_no_pathways_to_read_makes_nothing() {
    let folder = folder();
    let (code, _, talk) = transcript(folder.path(), &["demo", "--data", "data", "--pathways", "absent"]);
    assert_eq!(code, 3, "{talk}");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn the_help_of_explain_lists_every_word() {
    let (code, data, _) = transcript(folder().path(), &["policy", "explain", "--help"]);
    assert_eq!(code, 0);
    for words in ["relation: referrer", "sensitivity: L1 L2 L3 L4", "compartment: draft", "state: new"] {
        assert!(data.contains(words), "{words}: {data}");
    }
}

#[test]
fn the_policy_explains_itself() {
    let folder = folder();
    let explain = |words: &[&str]| transcript(folder.path(), &[&["policy", "explain"], words].concat());
    let (code, data, talk) = explain(&["triager", "read-referral", "receiving-team", "L1", "shared", "received"]);
    assert_eq!((code, talk.as_str()), (0, ""), "{data}");
    assert!(data.starts_with("allowed: triager, read-referral, receiving-team, L1, shared, received\n"), "{data}");
    assert!(data.contains("policy.csv line "), "{data}");

    // One argument or several: the same question.
    let (code, data, talk) = explain(&["hub-operator", "read-referral", "receiving-team, L1, shared, received"]);
    assert_eq!((code, talk.as_str()), (4, "The policy refuses this.\n"), "{data}");
    assert!(data.starts_with("refused: hub-operator, read-referral, "), "{data}");

    for words in [["wizard", "read-referral", "L1"], ["triager", "fly", "L1"], ["triager", "read-referral", "purple"]] {
        let (code, data, talk) = explain(&words);
        assert_eq!((code, data.as_str()), (2, ""), "{words:?}");
        assert!(talk.contains("unknown"), "{talk}");
    }
}

#[test]
fn the_matrix_is_the_committed_one() {
    let (code, data, _) = transcript(folder().path(), &["policy", "matrix"]);
    assert_eq!(code, 0);
    assert_eq!(data, fs::read_to_string(Path::new(POLICIES).join("matrix.txt")).unwrap());
}

#[test]
fn verification_needs_a_hub() {
    let folder = folder();
    let cases = [
        (["audit", "verify", "--data", "absent"], "there is no directory absent"),
        (["audit", "verify", "--config", "absent.toml"], "absent.toml"),
        (["audit", "verify", "--data", "."], "there is no hub here"),
    ];
    for (arguments, expected) in cases {
        let (code, data, talk) = transcript(folder.path(), &arguments);
        assert_eq!((code, data.as_str()), (3, ""), "{arguments:?}: {talk}");
        assert!(talk.contains(expected), "{talk}");
    }
}
