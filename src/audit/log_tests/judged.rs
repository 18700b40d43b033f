//! The independent `ct-merkle` implementation as judge of roots and proofs.

use ct_merkle::{ConsistencyProof, InclusionProof, mem_backed_tree::MemoryBackedTree};
use proptest::prelude::*;
use sha2::Sha256;

use super::*;

type Judge = MemoryBackedTree<Sha256, Vec<u8>>;

fn bytes(hashes: &[TreeHash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// Both trees at a size: the same root, and the same proofs at these indexes and from these older sizes.
fn compare(judge: &Judge, rows: &Rows, indexes: &[u64], olds: &[u64]) {
    let size = judge.len();
    let root = rows.frontier(size).root();
    assert_eq!(judge.root().as_bytes().as_slice(), root.as_bytes(), "root of {size}");
    for index in indexes.iter().copied().filter(|index| *index < size) {
        let ours = rows.inclusion(size, index);
        let at = usize::try_from(index).unwrap();
        assert_eq!(judge.prove_inclusion(at).as_bytes(), bytes(&ours), "inclusion of {index} in {size}");
        let theirs = InclusionProof::<Sha256>::try_from_bytes(bytes(&ours)).unwrap();
        assert!(judge.root().verify_inclusion(&data(index), index, &theirs).is_ok());
        assert_eq!(inclusion::verify(&rows.leaves[at], index, size, &ours, &root), Ok(()), "{index} in {size}");
    }
    for old in olds.iter().copied().filter(|old| (1..size).contains(old)) {
        let ours = rows.consistency(old, size);
        let theirs: ConsistencyProof<Sha256> = judge.prove_consistency(usize::try_from(size - old).unwrap());
        assert_eq!(theirs.as_bytes(), bytes(&ours), "consistency of {old} with {size}");
        let old_root = rows.frontier(old).root();
        assert_eq!(consistency::verify((old, &old_root), (size, &root), &ours), Ok(()), "{old} in {size}");
    }
}

#[test]
fn every_index_and_older_size_of_small_trees() {
    let mut judge = Judge::new();
    let rows = numbered(70);
    let all: Vec<u64> = (0..70).collect();
    compare(&judge, &rows, &all, &all);
    for index in 0..70 {
        judge.push(data(index));
        compare(&judge, &rows, &all, &all);
    }
}

#[test]
fn the_edges_of_powers_of_two_and_of_groups() {
    let rows = numbered(65_537);
    let edges: Vec<u64> =
        (1..=16).flat_map(|power| [(1 << power) - 1, 1 << power, (1 << power) + 1]).chain([0, 511, 769]).collect();
    let mut judge = Judge::new();
    for index in 0..65_537 {
        judge.push(data(index));
        if index > 200 && edges.contains(&(index + 1)) {
            compare(&judge, &rows, &edges, &edges);
        }
    }
    assert_eq!(rows.groups.iter().filter(|group| group.level == 8).count(), 256);
    assert_eq!(rows.groups.iter().filter(|group| group.level == 16).count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn random_sizes_and_positions(size in 1..1600_u64, picks in prop::collection::vec(any::<prop::sample::Index>(), 6)) {
        let mut judge = Judge::new();
        (0..size).for_each(|index| judge.push(data(index)));
        let picks: Vec<u64> = picks.iter().map(|pick| pick.index(usize::try_from(size).unwrap()) as u64).collect();
        compare(&judge, &numbered(size), &picks, &picks);
    }
}
