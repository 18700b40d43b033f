//! The sealed files are real age files: Debian's `age` opens ours, and we open its. A missing `age` fails these tests.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use super::{
    envelopes::{context, recorded},
    identity,
};
use crate::crypto::{bytes::sha256, envelope, open, seal};

fn age(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("age")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("these tests need the `age` command (Debian package `age`)");
    child.stdin.take().expect("a pipe").write_all(input).expect("age reads its input");
    let output = child.wait_with_output().expect("age ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn age_opens_what_is_sealed_here() {
    let key = identity("compartment");
    let sealed = seal(&context(), b"for age to read", &key.recipient());
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), &sealed.bytes).expect("it can be written");
    let path = file.path().to_str().expect("a plain path");
    let plain = age(&["--decrypt", "--identity", "-", path], key.danger_written().as_bytes());
    assert_eq!(envelope::read(&context(), &plain).as_deref(), Ok(&b"for age to read".to_vec()));
}

#[test]
fn what_age_seals_opens_here() {
    let key = identity("compartment");
    let recipient = key.recipient();
    let bytes = age(&["--encrypt", "--recipient", recipient.as_str()], &envelope::write(&context(), b"from age"));
    let hash = sha256(&bytes);
    let opened = open(&recorded(vec![(context().entry, hash)]), &context(), &hash, &bytes, &key).expect("it opens");
    assert_eq!(opened.as_bytes(), b"from age");
}
