//! One log, one witness, byte for byte as another implementation made and accepted them.

use super::*;
use crate::audit::{LogProof, Note, VerifierKey};
use crate::domain::time::Timestamp;

struct Example {
    file: String,
    log: SigningKey,
    witness: CosigningKey,
    rows: Rows,
}

impl Example {
    fn read() -> Self {
        let file = vectors("checkpoint.txt");
        let seed = |name: &str| {
            let bytes = hex::decode(section(&file, name).trim_end()).unwrap();
            Zeroizing::new(<[u8; 32]>::try_from(bytes).unwrap())
        };
        let log = SigningKey::from_seed("exchange.example/audit", &seed("log seed")).unwrap();
        let witness = CosigningKey::from_seed("police.example/witness", &seed("witness seed")).unwrap();
        let leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        let rows = Rows::of(leaves.map(|data| hash::leaf(&hex::decode(data).unwrap())));
        Self { file, log, witness, rows }
    }

    fn section(&self, name: &str) -> String {
        section(&self.file, name)
    }
}

#[test]
fn keys_have_their_published_spelling_and_read_back() {
    let example = Example::read();
    for (key, name) in [(example.log.verifier(), "log vkey"), (example.witness.verifier(), "witness vkey")] {
        let vkey = example.section(name);
        assert_eq!(format!("{key}\n"), vkey);
        assert_eq!(VerifierKey::parse(vkey.trim_end()).as_ref(), Ok(key));
    }
}

#[test]
fn the_note_is_made_byte_for_byte_and_opens() {
    let example = Example::read();
    let at = Timestamp::from_millis(example.section("witness time").trim_end().parse::<i64>().unwrap() * 1000);
    let checkpoint = Checkpoint::new("exchange.example/audit", 8, example.rows.frontier(8).root()).unwrap();
    let note = checkpoint.sign(&example.log).unwrap().with(example.witness.cosign(&checkpoint, at)).unwrap();
    assert_eq!(note.to_string(), example.section("note"));

    let (log, witness) = (example.log.verifier(), example.witness.verifier());
    let opened = Checkpoint::open_witnessed(note.to_string().as_bytes(), log, &[witness]).unwrap();
    assert_eq!(opened.checkpoint, checkpoint);
    let cosigned: Vec<_> = opened.cosigned.iter().map(|one| (one.key.name(), one.seconds)).collect();
    assert_eq!(cosigned, [("police.example/witness", Some(1_700_000_000))]);
    assert_eq!(opened.note, Note::parse(example.section("note").as_bytes()).unwrap());
}

#[test]
fn another_size_under_the_same_signatures_is_refused() {
    let example = Example::read();
    let changed = example.section("note").replacen("\n8\n", "\n9\n", 1);
    assert_eq!(Checkpoint::open(changed.as_bytes(), example.log.verifier()), Err(LogError::BadSignature));
}

#[test]
fn proofs_are_the_published_ones() {
    let example = Example::read();
    let inclusion = hashes(&example.section("inclusion of 5"));
    let consistency = hashes(&example.section("consistency from 3"));
    assert_eq!(example.rows.inclusion(8, 5), inclusion);
    assert_eq!(example.rows.consistency(3, 8), consistency);
    let (old, new) = (example.rows.frontier(3).root(), example.rows.frontier(8).root());
    assert_eq!(inclusion::verify(&example.rows.leaves[5], 5, 8, &inclusion, &new), Ok(()));
    assert_eq!(consistency::verify((3, &old), (8, &new), &consistency), Ok(()));
}

#[test]
fn the_receipt_reads_back_and_proves_its_leaf_only() {
    let example = Example::read();
    let note = Note::parse(example.section("note").as_bytes()).unwrap();
    let receipt = LogProof::new(5, example.rows.inclusion(8, 5), note);
    let text = receipt.to_string();
    let expected = format!("c2sp.org/tlog-proof@v1\nindex 5\n{}\n{}", example.section("inclusion of 5"), example.section("note"));
    assert_eq!(text, expected);
    let read = LogProof::parse(text.as_bytes()).unwrap();
    assert_eq!(read, receipt);
    let log = example.log.verifier();
    assert_eq!(read.verify(b"@ABC", log).map(|checkpoint| checkpoint.size()), Ok(8));
    assert_eq!(read.verify(b"@ABD", log), Err(LogError::RootMismatch));
    let opened = read.verify_witnessed(b"@ABC", log, &[example.witness.verifier()]).unwrap();
    assert_eq!(opened.cosigned.len(), 1);
}
