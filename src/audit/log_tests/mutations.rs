//! A verifier is only as good as what it refuses: every single bit of everything it reads, and every wrong shape.

use proptest::prelude::*;

use super::*;
use crate::audit::LogProof;
use crate::domain::time::Timestamp;

/// Every text that differs in one bit.
fn flipped(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    (0..bytes.len() * 8).map(|bit| {
        let mut changed = bytes.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        (bit, changed)
    })
}

fn receipt(size: u64, index: u64) -> LogProof {
    LogProof::new(index, numbered(size).inclusion(size, index), checkpoint(size).sign(&log_key()).unwrap())
}

#[test]
fn no_bit_of_a_receipt_can_change() {
    let text = receipt(11, 6).to_string();
    let key = log_key();
    assert!(LogProof::parse(text.as_bytes()).unwrap().verify(&data(6), key.verifier()).is_ok());
    for (bit, changed) in flipped(text.as_bytes()) {
        let verdict = LogProof::parse(&changed).and_then(|proof| proof.verify(&data(6), key.verifier()));
        assert!(verdict.is_err(), "bit {bit} of {text}");
    }
}

#[test]
fn no_bit_of_the_leaf_can_change() {
    let proof = receipt(11, 6);
    for (bit, changed) in flipped(&data(6)) {
        assert_eq!(proof.verify(&changed, log_key().verifier()), Err(LogError::RootMismatch), "bit {bit}");
    }
    assert_eq!(proof.verify(&[], log_key().verifier()), Err(LogError::RootMismatch));
    // An inner node's two children as a leaf: the first byte of the hashing keeps them apart.
    let rows = numbered(4);
    let children = [*rows.leaves[0].as_bytes(), *rows.leaves[1].as_bytes()].concat();
    let (right, root) = (hash::node(&rows.leaves[2], &rows.leaves[3]), rows.frontier(4).root());
    assert_eq!(inclusion::verify(&hash::leaf(&children), 0, 2, &[right], &root), Err(LogError::RootMismatch));
}

#[test]
fn no_bit_of_a_cosigned_note_can_change_unnoticed() {
    let (log, witness) = (log_key(), witness_key(40));
    let checkpoint = checkpoint(5);
    let cosignature = witness.cosign(&checkpoint, Timestamp::from_millis(1_700_000_000_999));
    let text = checkpoint.sign(&log).unwrap().with(cosignature).unwrap().to_string();
    let open = |bytes: &[u8]| Checkpoint::open_witnessed(bytes, log.verifier(), &[witness.verifier()]).map(|o| o.cosigned.len());
    assert_eq!(open(text.as_bytes()), Ok(1));
    for (bit, changed) in flipped(text.as_bytes()) {
        // A change of the witness's name or key id makes the line a stranger's, which is ignored; the witness is then missing.
        assert_ne!(open(&changed), Ok(1), "bit {bit} of {text}");
    }
}

#[test]
fn no_bit_of_a_consistency_proof_or_root_can_change() {
    let rows = numbered(300);
    for (old, new) in [(3, 8), (6, 7), (64, 65), (255, 257), (256, 300), (299, 300)] {
        let (old_root, new_root) = (rows.frontier(old).root(), rows.frontier(new).root());
        let proof = rows.consistency(old, new);
        let verify = |old_root: &TreeHash, new_root: &TreeHash, proof: &[TreeHash]| {
            consistency::verify((old, old_root), (new, new_root), proof)
        };
        assert_eq!(verify(&old_root, &new_root, &proof), Ok(()));
        for (at, hash) in proof.iter().enumerate() {
            for (bit, changed) in flipped(hash.as_bytes()) {
                let mut proof = proof.clone();
                proof[at] = TreeHash::from_slice(&changed).unwrap();
                assert_eq!(verify(&old_root, &new_root, &proof), Err(LogError::RootMismatch), "{old} {new} hash {at} bit {bit}");
            }
        }
        for (_, changed) in flipped(old_root.as_bytes()) {
            assert_eq!(verify(&TreeHash::from_slice(&changed).unwrap(), &new_root, &proof), Err(LogError::RootMismatch));
        }
        for (_, changed) in flipped(new_root.as_bytes()) {
            assert_eq!(verify(&old_root, &TreeHash::from_slice(&changed).unwrap(), &proof), Err(LogError::RootMismatch));
        }
    }
}

#[test]
fn lengths_and_sizes_are_checked() {
    let rows = numbered(9);
    let (root, leaf) = (rows.frontier(9).root(), rows.leaves[4]);
    let proof = rows.inclusion(9, 4);
    let longer: Vec<TreeHash> = proof.iter().copied().chain([root]).collect();
    assert_eq!(inclusion::verify(&leaf, 4, 9, &proof[1..], &root), Err(LogError::ProofLength));
    assert_eq!(inclusion::verify(&leaf, 4, 9, &[], &root), Err(LogError::ProofLength));
    assert_eq!(inclusion::verify(&leaf, 4, 9, &longer, &root), Err(LogError::ProofLength));
    assert_eq!(inclusion::verify(&leaf, 9, 9, &proof, &root), Err(LogError::OutsideTree));
    assert_eq!(inclusion::verify(&leaf, 0, 0, &[], &leaf), Err(LogError::OutsideTree));
    assert_eq!(inclusion::verify(&leaf, u64::MAX - 1, u64::MAX, &proof, &root), Err(LogError::ProofLength));
    assert_eq!(inclusion::verify(&leaf, 0, 1, &[], &leaf), Ok(()));
    assert_eq!(inclusion::verify(&leaf, 0, 1, &[root], &leaf), Err(LogError::ProofLength));

    let old = rows.frontier(3).root();
    let proof = rows.consistency(3, 9);
    let longer: Vec<TreeHash> = proof.iter().copied().chain([root]).collect();
    assert_eq!(consistency::verify((3, &old), (9, &root), &[]), Err(LogError::ProofLength));
    assert_eq!(consistency::verify((3, &old), (9, &root), &proof[..2]), Err(LogError::ProofLength));
    assert_eq!(consistency::verify((3, &old), (9, &root), &longer), Err(LogError::ProofLength));
    assert_eq!(consistency::verify((9, &root), (3, &old), &proof), Err(LogError::SizesReversed));
    assert_eq!(consistency::verify((u64::MAX - 1, &old), (u64::MAX, &root), &proof), Err(LogError::ProofLength));
}

#[test]
fn equal_and_empty_trees_need_an_empty_proof() {
    let rows = numbered(3);
    let (root, other, empty) = (rows.frontier(3).root(), rows.frontier(2).root(), hash::empty());
    let verify = consistency::verify;
    assert_eq!(verify((3, &root), (3, &root), &[]), Ok(()));
    assert_eq!(verify((3, &root), (3, &other), &[]), Err(LogError::RootMismatch));
    assert_eq!(verify((3, &root), (3, &root), &[root]), Err(LogError::ProofLength));
    assert_eq!(verify((0, &empty), (3, &root), &[]), Ok(()));
    assert_eq!(verify((0, &empty), (0, &empty), &[]), Ok(()));
    assert_eq!(verify((0, &empty), (3, &root), &[root]), Err(LogError::ProofLength));
    assert_eq!(verify((0, &root), (3, &root), &[]), Err(LogError::EmptyRoot));
    assert_eq!(verify((0, &root), (0, &root), &[]), Err(LogError::EmptyRoot));
}

#[test]
fn a_rewritten_past_does_not_follow() {
    let honest = numbered(300);
    let mut leaves = honest.leaves.clone();
    leaves[17] = hash::leaf(b"never happened");
    let forged = Rows::of(leaves);
    let new = Checkpoint::new("exchange.example/audit", 300, forged.frontier(300).root()).unwrap();
    let old = checkpoint(200);
    for proof in [honest.consistency(200, 300), forged.consistency(200, 300)] {
        assert_eq!(new.follows(&old, &proof), Err(LogError::RootMismatch));
    }
    assert_eq!(checkpoint(300).follows(&old, &honest.consistency(200, 300)), Ok(()));
    assert_eq!(old.follows(&checkpoint(300), &honest.consistency(200, 300)), Err(LogError::SizesReversed));
    let stranger = Checkpoint::new("other.example/log", 300, honest.frontier(300).root()).unwrap();
    assert_eq!(stranger.follows(&old, &honest.consistency(200, 300)), Err(LogError::Origin));
}

proptest! {
    /// Proofs for one place never verify at another place, size or length.
    #[test]
    fn a_proof_serves_one_place(size in 2..600_u64, index in 0..600_u64, claim in 0..600_u64, other in 1..600_u64) {
        let index = index % size;
        let rows = numbered(600);
        let (proof, root) = (rows.inclusion(size, index), rows.frontier(size).root());
        let leaf = rows.leaves[usize::try_from(index).unwrap()];
        prop_assert_eq!(inclusion::verify(&leaf, claim, size, &proof, &root).is_ok(), claim == index);
        // Read at another size, the path has another shape or ends in another root.
        if other != size {
            let there = rows.frontier(other).root();
            prop_assert!(inclusion::verify(&leaf, index, other, &proof, &there).is_err());
        }
    }

    /// No bytes make the parsers panic, and what they accept, they write back unchanged.
    #[test]
    fn parsers_accept_only_what_they_would_write(
        edits in prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(any::<u8>())), 1..4),
    ) {
        let mut bytes = receipt(7, 2).with_extra(vec![1, 2, 3]).to_string().into_bytes();
        for (at, edit) in edits {
            let at = at.index(bytes.len());
            match edit {
                Some(byte) => bytes[at] = byte,
                None => { bytes.remove(at); }
            }
        }
        if let Ok(proof) = LogProof::parse(&bytes) {
            prop_assert_eq!(proof.to_string().into_bytes(), bytes);
        }
    }
}
