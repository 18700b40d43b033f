//! Notes: the independent `signed_note` implementation as judge, and the rules about whose signatures count.

use signed_note::{Note as TheirNote, StandardSigner, StandardVerifier, VerifierList};

use super::*;
use crate::audit::note::Signature;
use crate::audit::{KeyType, Note, VerifierKey};
use crate::domain::time::Timestamp;

fn noon() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

#[test]
fn others_accept_our_notes() {
    let key = log_key();
    let note = checkpoint(300).sign(&key).unwrap().to_string();
    let verifier = StandardVerifier::new(&key.verifier().to_string()).unwrap();
    let theirs = TheirNote::from_bytes(note.as_bytes()).unwrap();
    let (good, ignored) = theirs.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
    assert_eq!((good.len(), ignored.len()), (1, 0));
    assert_eq!(theirs.text(), checkpoint(300).text().as_bytes());
    assert_eq!(theirs.to_bytes(), note.as_bytes());
}

#[test]
fn we_accept_the_notes_of_others() {
    let secret = ed25519_dalek::SigningKey::from_bytes(&seed(9));
    let public = VerifierKey::new("exchange.example/audit", KeyType::Ed25519, secret.verifying_key().as_bytes()).unwrap();
    let mut encoded = vec![1];
    encoded.extend_from_slice(&secret.to_bytes());
    let spelt = format!("PRIVATE+KEY+{}+{}+{}", public.name(), hex::encode(public.id()), crate::audit::wire::to_base64(&encoded));
    let signer = StandardSigner::new(&spelt).unwrap();
    let mut theirs = TheirNote::new(checkpoint(9).text().as_bytes(), &[]).unwrap();
    theirs.add_sigs(&[&signer]).unwrap();
    assert_eq!(Checkpoint::open(&theirs.to_bytes(), &public), Ok(checkpoint(9)));
    // The same seed under our own signer gives the same bytes: Ed25519 has no randomness.
    let ours = SigningKey::from_seed("exchange.example/audit", &seed(9)).unwrap();
    assert_eq!(checkpoint(9).sign(&ours).unwrap().to_string().as_bytes(), theirs.to_bytes());
}

#[test]
fn what_the_log_keeps_is_its_own_note_and_nothing_besides() {
    let (log, stranger) = (log_key(), SigningKey::from_seed("stranger.example/log", &seed(1)).unwrap());
    let (text, note) = (checkpoint(4).text(), checkpoint(4).sign(&log_key()).unwrap());
    let kept = |note: &str| Checkpoint::open_kept(note, log.verifier());
    assert_eq!(kept(&note.to_string()), Ok(checkpoint(4)));
    for more in [stranger.sign(&text), stranger.sign("something else\n"), log.sign(&text)] {
        let longer = note.clone().with(more.clone()).unwrap().to_string();
        assert_eq!(Checkpoint::open(longer.as_bytes(), log.verifier()), Ok(checkpoint(4)), "good enough for a reader");
        assert_eq!(kept(&longer), Err(LogError::NotAsSigned), "{longer}");
        let first = Note::new(&text, vec![more, log.sign(&text)]).unwrap().to_string();
        assert_eq!(kept(&first), Err(LogError::NotAsSigned), "{first}");
    }
    assert!(kept(&format!("{note}\n")).is_err());
}

#[test]
fn the_text_may_hold_empty_lines() {
    let key = log_key();
    let text = "one\n\n\ntwo\n\n";
    let note = Note::new(text, vec![key.sign(text)]).unwrap();
    let read = Note::parse(note.to_string().as_bytes()).unwrap();
    assert_eq!(read.text(), text);
    assert_eq!(read.verify(&[key.verifier()]).map(|verified| verified.len()), Ok(1));
}

#[test]
fn strangers_are_ignored_and_nobody_is_not_enough() {
    let (log, stranger) = (log_key(), SigningKey::from_seed("stranger.example/log", &seed(1)).unwrap());
    let text = checkpoint(4).text();
    let note = Note::new(&text, vec![stranger.sign("something else\n"), log.sign(&text)]).unwrap();
    let verified = note.verify(&[log.verifier()]).unwrap();
    assert_eq!(verified.iter().map(|one| one.key).collect::<Vec<_>>(), [log.verifier()]);
    // Known, the stranger's wrong signature voids the note.
    assert_eq!(note.verify(&[log.verifier(), stranger.verifier()]), Err(LogError::BadSignature));
    assert_eq!(note.verify(&[]), Err(LogError::Untrusted));
    let namesake = SigningKey::from_seed(log.verifier().name(), &seed(2)).unwrap();
    assert_eq!(note.verify(&[namesake.verifier()]), Err(LogError::Untrusted));
}

#[test]
fn a_second_line_of_a_known_key_must_be_good_and_counts_once() {
    let log = log_key();
    let text = checkpoint(4).text();
    let twice = Note::new(&text, vec![log.sign(&text), log.sign(&text)]).unwrap();
    assert_eq!(twice.verify(&[log.verifier()]).map(|verified| verified.len()), Ok(1));
    assert_eq!(twice.verify(&[log.verifier(), log.verifier()]).map(|verified| verified.len()), Ok(1));
    let spoilt = Note::new(&text, vec![log.sign(&text), log.sign("other\n")]).unwrap();
    assert_eq!(spoilt.verify(&[log.verifier()]), Err(LogError::BadSignature));
}

#[test]
fn a_signature_has_its_exact_length() {
    let (log, witness) = (log_key(), witness_key(3));
    let text = checkpoint(4).text();
    for (key, lengths) in [(log.verifier(), [1, 63, 65, 72]), (witness.verifier(), [1, 7, 64, 73])] {
        for length in lengths {
            let note = Note::new(&text, vec![Signature::new(key, vec![0; length])]).unwrap();
            assert_eq!(note.verify(&[key]), Err(LogError::BadSignature), "{length}");
        }
    }
}

#[test]
fn witnesses_count_each_once_and_never_instead_of_the_log() {
    let (log, one, two) = (log_key(), witness_key(50), witness_key(51));
    let checkpoint = checkpoint(20);
    let (first, second) = (one.cosign(&checkpoint, noon()), two.cosign(&checkpoint, noon()));
    let again = one.cosign(&checkpoint, Timestamp::from_millis(1_800_000_000_000));
    let note = checkpoint.sign(&log).unwrap().with(first.clone()).unwrap().with(again).unwrap().with(second).unwrap();
    let text = note.to_string();
    let opened = Checkpoint::open_witnessed(text.as_bytes(), log.verifier(), &[two.verifier(), one.verifier()]).unwrap();
    let seen: Vec<_> = opened.cosigned.iter().map(|verified| (verified.key, verified.seconds)).collect();
    assert_eq!(seen, [(one.verifier(), Some(1_700_000_000)), (two.verifier(), Some(1_700_000_000))]);
    let unsigned = Note::new(&checkpoint.text(), vec![first]).unwrap().to_string();
    let verdict = Checkpoint::open_witnessed(unsigned.as_bytes(), log.verifier(), &[one.verifier()]);
    assert_eq!(verdict, Err(LogError::Untrusted));
    assert_eq!(Checkpoint::open(unsigned.as_bytes(), one.verifier()), Err(LogError::KeyType));
    let verdict = Checkpoint::open_witnessed(text.as_bytes(), log.verifier(), &[log.verifier()]);
    assert_eq!(verdict, Err(LogError::KeyType));
}

#[test]
fn a_witness_signs_this_checkpoint_at_this_time_only() {
    let (log, witness) = (log_key(), witness_key(50));
    let (small, large) = (checkpoint(20), checkpoint(21));
    let note = large.sign(&log).unwrap().with(witness.cosign(&small, noon())).unwrap().to_string();
    let verdict = Checkpoint::open_witnessed(note.as_bytes(), log.verifier(), &[witness.verifier()]);
    assert_eq!(verdict, Err(LogError::BadSignature));
    // The same seed as a log's key: the signed bytes differ, so neither passes for the other.
    let as_log = SigningKey::from_seed(witness.verifier().name(), &seed(50)).unwrap();
    assert_ne!(as_log.verifier().id(), witness.verifier().id());
}

#[test]
fn a_log_signs_under_its_own_name_only() {
    let other = SigningKey::from_seed("other.example/log", &seed(7)).unwrap();
    assert_eq!(checkpoint(3).sign(&other), Err(LogError::Origin));
    let text = checkpoint(3).text();
    let note = Note::new(&text, vec![other.sign(&text)]).unwrap().to_string();
    assert_eq!(Checkpoint::open(note.as_bytes(), other.verifier()), Err(LogError::Origin));
}

#[test]
fn signature_lines_fill_up_to_the_limit() {
    let checkpoint = checkpoint(1);
    let mut note = checkpoint.sign(&log_key()).unwrap();
    for byte in 1..64 {
        note = note.with(witness_key(byte).cosign(&checkpoint, noon())).unwrap();
    }
    assert_eq!(Note::parse(note.to_string().as_bytes()).as_ref(), Ok(&note));
    let one_more = witness_key(64).cosign(&checkpoint, noon());
    let longer = format!("{note}{one_more}\n");
    assert_eq!(note.with(one_more), Err(LogError::TooManySignatures));
    assert_eq!(Note::parse(longer.as_bytes()), Err(LogError::TooManySignatures));
}
#[test]
fn two_trusted_keys_of_one_name_and_id_are_refused() {
    // Ids have 32 bits, so such seeds are soon found.
    let twin = |number: u32| {
        let mut seed = [0; 32];
        seed[..4].copy_from_slice(&number.to_be_bytes());
        SigningKey::from_seed("twin.example/log", &Zeroizing::new(seed)).unwrap()
    };
    let (one, two) = (twin(4_908), twin(10_337));
    assert_eq!(one.verifier().id(), two.verifier().id());
    let note = Note::new("text\n", vec![one.sign("text\n")]).unwrap();
    assert_eq!(note.verify(&[one.verifier()]).map(|verified| verified.len()), Ok(1));
    assert_eq!(note.verify(&[two.verifier()]), Err(LogError::BadSignature));
    assert_eq!(note.verify(&[two.verifier(), one.verifier()]), Err(LogError::AmbiguousKey));
}
