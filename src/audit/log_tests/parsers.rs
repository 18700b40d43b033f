//! Tables of what each parser refuses, and as what.

use super::*;
use crate::audit::{KeyType, LogProof, Note, VerifierKey};

/// A signature line that is well-formed, whoever made it.
const LINE: &str = "\u{2014} a.example/log AAAAAAE=";

#[test]
fn notes() {
    let good = format!("text\n\n{LINE}\n");
    assert_eq!(Note::parse(good.as_bytes()).map(|note| note.signatures().len()), Ok(1));
    let table: Vec<(String, LogError)> = vec![
        (String::new(), LogError::Unterminated),
        ("text\n".into(), LogError::Boundary),
        (format!("text\n{LINE}\n"), LogError::Boundary),
        (format!("\n{LINE}\n"), LogError::Boundary),
        (format!("text\n\n{LINE}"), LogError::Unterminated),
        (format!("text\n\n{LINE}\n\n"), LogError::Unsigned),
        ("text\n\n".into(), LogError::Unsigned),
        (good.replace('\n', "\r\n"), LogError::Characters),
        (good.replace('\n', "\r"), LogError::Characters),
        (good.replace("text", "te\txt"), LogError::Characters),
        (good.replace("text", "te\0xt"), LogError::Characters),
        (good.replace("text", "te\u{7f}xt"), LogError::Characters),
        (format!("\u{feff}{good}"), LogError::Characters),
        (good.replace('\u{2014}', "-"), LogError::SignatureLine),
        (good.replace('\u{2014}', "\u{2013}"), LogError::SignatureLine),
        (good.replace("\u{2014} ", "\u{2014}"), LogError::SignatureLine),
        (good.replace("\u{2014} ", " \u{2014} "), LogError::SignatureLine),
        (good.replace("\u{2014} ", "\u{2014}  "), LogError::KeyName),
        (good.replace("a.example/log ", "a.example/log"), LogError::SignatureLine),
        (good.replace("a.example/log ", "a.example/log  "), LogError::Base64),
        (good.replace("a.example", "a+example"), LogError::KeyName),
        (good.replace("a.example", "a\u{a0}example"), LogError::KeyName),
        (good.replace("a.example", "a\u{2003}example"), LogError::KeyName),
        (good.replace("AAAAAAE=", "AAAAAA=="), LogError::SignatureLine),
        (good.replace("AAAAAAE=", "AAE="), LogError::SignatureLine),
        (good.replace("AAAAAAE=", ""), LogError::SignatureLine),
        (good.replace("AAAAAAE=", "AAAAAAF="), LogError::Base64),
        (good.replace("AAAAAAE=", "AAAAAAE"), LogError::Base64),
        (good.replace("AAAAAAE=", "AAAAAAE= "), LogError::Base64),
        (good.replace("AAAAAAE=", "AAAAAA-_"), LogError::Base64),
        (format!("{good}text\n"), LogError::SignatureLine),
        (format!("text\n\n{}", format!("{LINE}\n").repeat(65)), LogError::TooManySignatures),
        (format!("text\n\n{}", format!("{LINE}\n").repeat(30_000)), LogError::TooManySignatures),
        (format!("{}\n\n{LINE}\n", "x".repeat(1 << 20)), LogError::TooLong),
    ];
    for (text, expected) in table {
        let shown: String = text.chars().take(80).collect();
        assert_eq!(Note::parse(text.as_bytes()), Err(expected), "{shown:?}");
    }
    assert_eq!(Note::parse(b"te\xffxt\n\n"), Err(LogError::Characters));
    let many = format!("text\n\n{}", format!("{LINE}\n").repeat(64));
    assert_eq!(Note::parse(many.as_bytes()).map(|note| note.signatures().len()), Ok(64));
}

#[test]
fn checkpoints() {
    let root = hash::leaf(b"x");
    let good = format!("a.example/log\n1\n{root}\n");
    assert_eq!(Checkpoint::parse(&good).map(|checkpoint| checkpoint.text()), Ok(good.clone()));
    let empty = format!("a.example/log\n0\n{}\n", hash::empty());
    assert_eq!(Checkpoint::parse(&empty).map(|checkpoint| checkpoint.size()), Ok(0));
    let table: Vec<(String, LogError)> = vec![
        (String::new(), LogError::CheckpointLines),
        (good.trim_end().to_owned(), LogError::CheckpointLines),
        (format!("{good}extension\n"), LogError::CheckpointLines),
        (format!("{good}\n"), LogError::CheckpointLines),
        (format!("\n{good}"), LogError::CheckpointLines),
        ("a.example/log\n1\n".into(), LogError::CheckpointLines),
        (good.replace("\n1\n", "\n01\n"), LogError::Number),
        (good.replace("\n1\n", "\n+1\n"), LogError::Number),
        (good.replace("\n1\n", "\n-1\n"), LogError::Number),
        (good.replace("\n1\n", "\n1 \n"), LogError::Number),
        (good.replace("\n1\n", "\n\n"), LogError::Number),
        (good.replace("\n1\n", "\n18446744073709551616\n"), LogError::Number),
        (good.replace("\n1\n", "\n0\n"), LogError::EmptyRoot),
        (good.replace('=', ""), LogError::Base64),
        (good.replace("\n1\n", "\n1\nAAAA"), LogError::Base64),
        (format!("a.example/log\n1\n{}\n", &root.to_string()[4..]), LogError::Base64),
        (good.replace("a.example", "a example"), LogError::KeyName),
        (good.replace("a.example/log", ""), LogError::KeyName),
        (good.replace("a.example", "a+example"), LogError::KeyName),
    ];
    for (text, expected) in table {
        assert_eq!(Checkpoint::parse(&text), Err(expected), "{text:?}");
    }
    let largest = good.replace("\n1\n", "\n18446744073709551615\n");
    assert_eq!(Checkpoint::parse(&largest).map(|checkpoint| checkpoint.size()), Ok(u64::MAX));
}

#[test]
fn verifier_keys() {
    let good = log_key().verifier().to_string();
    assert_eq!(VerifierKey::parse(&good).map(|key| key.to_string()), Ok(good.clone()));
    let (name, rest) = good.split_once('+').unwrap();
    let (id, key) = rest.split_once('+').unwrap();
    let identity = {
        let mut point = [0; 33];
        (point[0], point[1]) = (1, 1);
        crate::audit::wire::to_base64(&point)
    };
    let retyped = |kind: u8| {
        let mut bytes = crate::audit::wire::base64(key).unwrap();
        bytes[0] = kind;
        format!("{name}+{id}+{}", crate::audit::wire::to_base64(&bytes))
    };
    let table: Vec<(String, LogError)> = vec![
        (String::new(), LogError::VerifierKey),
        (name.to_owned(), LogError::VerifierKey),
        (format!("{name}+{id}"), LogError::VerifierKey),
        (format!("{good}\n"), LogError::Base64),
        (format!("+{id}+{key}"), LogError::KeyName),
        (format!("a b+{id}+{key}"), LogError::KeyName),
        (format!("{name}x+{id}+{key}"), LogError::KeyId),
        (format!("{name}+{}+{key}", id.to_uppercase().replace(char::is_numeric, "A")), LogError::VerifierKey),
        (format!("{name}+{}+{key}", &id[1..]), LogError::VerifierKey),
        (format!("{name}+0{id}+{key}"), LogError::VerifierKey),
        (format!("{name}+00000000+{key}"), LogError::KeyId),
        (format!("{name}+{id}+{}", key.trim_end_matches('=').split_at(8).0), LogError::VerifierKey),
        (format!("{name}+{id}+"), LogError::VerifierKey),
        (format!("{name}+{id}+{identity}"), LogError::WeakKey),
        (retyped(0), LogError::KeyType),
        (retyped(2), LogError::KeyType),
        (retyped(6), LogError::KeyType),
        (retyped(4), LogError::KeyId),
    ];
    for (text, expected) in table {
        assert_eq!(VerifierKey::parse(&text), Err(expected), "{text:?}");
    }
    // Spellings whose coordinate is at or above the prime; the curve library reduces them and would accept some.
    for least in [0xed, 0xee, 0xfe, 0xff] {
        for most in [0x7f, 0xff] {
            let mut key = [0xff; 32];
            (key[0], key[31]) = (least, most);
            assert_eq!(VerifierKey::new("a", KeyType::Ed25519, &key).err(), Some(LogError::WeakKey), "{least:x} {most:x}");
        }
    }
    for bad in ["", " ", "a b", "a+b", "a\nb", "a\u{3000}b", "a\u{85}b", "a\u{feff}b"] {
        assert_eq!(refusal(SigningKey::from_seed(bad, &seed(1))), Some(LogError::KeyName), "{bad:?}");
    }
}

#[test]
fn proof_bundles() {
    let note = checkpoint(2).sign(&log_key()).unwrap();
    let rows = numbered(2);
    let proof = LogProof::new(1, rows.inclusion(2, 1), note);
    let good = proof.to_string();
    assert_eq!(LogProof::parse(good.as_bytes()).as_ref(), Ok(&proof));
    let extra = proof.clone().with_extra(b"beside the point".to_vec());
    let read = LogProof::parse(extra.to_string().as_bytes()).unwrap();
    assert_eq!((read.extra(), read.index()), (Some(&b"beside the point"[..]), 1));
    assert!(read.verify(&data(1), log_key().verifier()).is_ok());
    let hash_line = format!("{}\n", rows.leaves[0]);
    let table: Vec<(String, LogError)> = vec![
        (String::new(), LogError::Boundary),
        (good.replace("@v1", "@v2"), LogError::ProofVersion),
        (format!(" {good}"), LogError::ProofVersion),
        (format!("\u{feff}{good}"), LogError::ProofVersion),
        (good.replace("index 1\n", ""), LogError::ProofLine),
        (good.replace("index 1\n", "index 1\nindex 1\n"), LogError::Base64),
        (good.replace("index 1\n", "index  1\n"), LogError::Number),
        (good.replace("index 1\n", "index 01\n"), LogError::Number),
        (good.replace("index 1\n", "index -1\n"), LogError::Number),
        (good.replace("index 1\n", "index 1 \n"), LogError::Number),
        (good.replace("index 1\n", "Index 1\n"), LogError::ProofLine),
        (good.replace("index 1\n", "index 1\nextra AA==\n"), LogError::Base64),
        (good.replace("index 1\n", "extra AB==\nindex 1\n"), LogError::Base64),
        (good.replace("index 1\n", "extra\nindex 1\n"), LogError::ProofLine),
        (good.replace("index 1\n", "extra AA==\nextra AA==\nindex 1\n"), LogError::ProofLine),
        (good.replace(&hash_line, &hash_line.replace('=', "")), LogError::Base64),
        (good.replace(&hash_line, &hash_line.repeat(65)), LogError::ProofLength),
        (good.replace(&hash_line, &hash_line.replace('\n', "\r\n")), LogError::Base64),
        // The second empty line is then part of what was signed.
        (good.replacen("\n\n", "\n\n\n", 1), LogError::BadSignature),
        (good.trim_end().to_owned(), LogError::Unterminated),
        (good.split_inclusive("\n\n").take(2).collect(), LogError::Unsigned),
        ("x".repeat(3 << 20), LogError::TooLong),
    ];
    for (text, expected) in table {
        let shown: String = text.chars().take(80).collect();
        let verdict = LogProof::parse(text.as_bytes()).and_then(|proof| proof.verify(&data(1), log_key().verifier()));
        assert_eq!(verdict, Err(expected), "{shown:?}");
    }
}
