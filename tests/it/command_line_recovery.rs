//! `recovery make` and `recovery test`: shares are shown once each, one at a time, and what was typed wrong is told by its share.

use std::{io::Write as _, process::Stdio};

use crate::support::binary::command;

fn typed(arguments: &[&str], lines: &[String]) -> (i32, String, String) {
    let mut child = command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let input: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn made(threshold: &str, shares: usize) -> (String, Vec<String>, String) {
    let count = shares.to_string();
    let arguments = ["recovery", "make", "--threshold", threshold, "--shares", &count];
    let (code, data, talk) = typed(&arguments, &vec![String::new(); shares * 2]);
    assert_eq!(code, 0, "{talk}");
    let written: Vec<String> = talk.lines().filter(|line| line.starts_with("share-")).map(str::to_owned).collect();
    assert_eq!(written.len(), shares);
    (data.trim_end().to_owned(), written, talk)
}

#[test]
fn a_key_is_made_split_and_made_again_by_any_of_its_keepers() {
    let (recipient, shares, talk) = made("3", 5);
    assert!(recipient.starts_with("age1") && recipient.len() == 62, "{recipient}");
    assert!(talk.contains("any 3 of them make it again") && talk.contains("Fingerprint of the recipient: "), "{talk}");
    let arguments = ["recovery", "test", "--recipient", recipient.as_str()];
    for some in [[0, 1, 2], [4, 2, 0], [1, 3, 4]] {
        let (code, data, talk) = typed(&arguments, &some.map(|at: usize| shares[at].clone()));
        assert_eq!(code, 0, "{talk}");
        assert!(data.starts_with("The shares make the key of this recipient: "), "{data}");
        let secret = shares[some[0]].split(' ').nth(5).unwrap();
        assert!(!data.contains(secret) && !talk.contains(secret) && !talk.contains("AGE-SECRET-KEY"), "{talk}");
    }
}

#[test]
fn shares_that_are_wrong_few_or_of_another_key_are_told() {
    let (recipient, shares, _) = made("2", 3);
    let (_, strange, _) = made("2", 3);
    let arguments = ["recovery", "test", "--recipient", recipient.as_str()];
    let lines = [
        "nonsense".to_owned(),
        mistyped(&shares[1]),
        shares[0].clone(),
        shares[0].clone(),
        strange[1].clone(),
        shares[1].clone(),
    ];
    let (code, _, talk) = typed(&arguments, &lines);
    assert_eq!(code, 0, "{talk}");
    for told in [
        "That cannot be used: this is no share",
        "That cannot be used: share 2 of 3 was mistyped",
        "That cannot be used: share 1 was given already",
        "That cannot be used: share 2 belongs to another key than the first",
    ] {
        assert!(talk.contains(told), "{told}: {talk}");
    }
    let (code, data, talk) = typed(&arguments, &shares[..1]);
    assert!(code == 1 && data.is_empty() && talk.contains("1 of 2 are here"), "{talk}");
    let (code, data, talk) = typed(&arguments, &strange[..2]);
    assert!(code == 1 && data.is_empty() && talk.contains("it is not that of this recipient"), "{talk}");
}

#[test]
fn a_ceremony_that_stops_prints_no_recipient_and_a_lone_keeper_is_refused() {
    let arguments = ["recovery", "make", "--threshold", "2", "--shares", "3"];
    let (code, data, talk) = typed(&arguments, &vec![String::new(); 3]);
    assert!(code == 1 && data.is_empty() && talk.contains("stopped at share 2 of 3"), "{talk}");
    for (threshold, shares) in [("1", "3"), ("4", "3"), ("2", "17")] {
        let (code, data, _) = typed(&["recovery", "make", "--threshold", threshold, "--shares", shares], &[]);
        assert_eq!((code, data.as_str()), (2, ""), "{threshold} of {shares}");
    }
    let (code, _, talk) = typed(&["recovery", "test", "--recipient", "age1nonsense"], &[]);
    assert!(code == 2 && talk.contains("begins with age1"), "{talk}");
}

/// The same with its last letter changed.
fn mistyped(share: &str) -> String {
    let (rest, last) = share.split_at(share.len() - 1);
    format!("{rest}{}", if last == "q" { 'p' } else { 'q' })
}
