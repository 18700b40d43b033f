//! Trees too large to build: when all leaves are alike, a perfect subtree's root depends on its level only, so rows of any tree
//! can be answered without building it.

use super::*;
use crate::audit::Span;
use crate::audit::tree::{GROUP_LEVELS, MAX_SIZE};

/// The roots of perfect subtrees, by level.
fn levels() -> Vec<TreeHash> {
    std::iter::successors(Some(hash::leaf(b"alike")), |below| Some(hash::node(below, below))).take(42).collect()
}

/// The root by the recursive definition of RFC 6962.
fn defined(size: u64, levels: &[TreeHash]) -> TreeHash {
    if size.is_power_of_two() {
        return levels[size.ilog2() as usize];
    }
    let left = 1 << size.ilog2();
    hash::node(&levels[size.ilog2() as usize], &defined(size - left, levels))
}

fn fetch(needs: &[Span], size: u64, levels: &[TreeHash]) -> Known {
    let mut known = Known::new();
    for span in needs {
        assert!(span.level == 0 || GROUP_LEVELS.contains(&span.level), "{span:?}");
        assert!(span.first < span.end && span.end << span.level <= size, "{span:?} is not stored at {size}");
        known.fill(span, (span.first..span.end).map(|index| (index, levels[usize::from(span.level)]))).unwrap();
    }
    known
}

#[test]
fn proofs_across_every_stored_level() {
    let levels = levels();
    let mut sizes: Vec<u64> =
        [23, 24, 25, 30].into_iter().flat_map(|power| [(1 << power) - 1, 1 << power, (1 << power) + 1]).collect();
    sizes.extend([100_000_000, 0x1_0101_0101, 0x2_ffff_ffff]);
    for size in &sizes {
        let root = defined(*size, &levels);
        let needs = Frontier::needs(*size).unwrap();
        assert_eq!(Frontier::read(*size, &fetch(&needs, *size, &levels)).unwrap().root(), root, "{size}");
        for index in [0, 1, 255, 256, 65_536, size / 2, size / 3, size - 257, size - 1] {
            let plan = inclusion::plan(*size, index).unwrap();
            let proof = plan.hashes(&fetch(&plan.needs(), *size, &levels)).unwrap();
            assert_eq!(inclusion::verify(&levels[0], index, *size, &proof, &root), Ok(()), "{index} of {size}");
        }
        for old in [1, 2, 3, 255, 257, 65_535, size / 2, size / 3, size - 256, size - 1, *size] {
            let plan = consistency::plan(old, *size).unwrap();
            let proof = plan.hashes(&fetch(&plan.needs(), *size, &levels)).unwrap();
            let old_root = defined(old, &levels);
            assert_eq!(consistency::verify((old, &old_root), (*size, &root), &proof), Ok(()), "{old} of {size}");
        }
    }
}

#[test]
fn a_proof_fetches_few_rows() {
    for (size, index) in [(10_000_000, 5_000_001), (100_000_000, 99_999_999), (1 << 32, 0), ((1 << 32) - 1, 12_345_678)] {
        let needs = inclusion::plan(size, index).unwrap().needs();
        assert!(needs.len() <= 8, "{needs:?}");
        for pair in needs.windows(2) {
            assert!(pair[0].level < pair[1].level || pair[0].end < pair[1].first, "{needs:?}");
        }
        for level in [0, 8, 16, 24] {
            let rows: u64 = needs.iter().filter(|span| span.level == level).map(|span| span.end - span.first).sum();
            assert!(rows <= 511, "{rows} rows of level {level}");
        }
    }
}

#[test]
fn the_last_leaf_of_three_groups_closes_all_three() {
    let levels = levels();
    let frontier = Frontier::restore((1 << 24) - 1, (0..24).rev().map(|level| levels[level]).collect());
    let mut frontier = frontier.unwrap();
    let mut groups = Vec::new();
    frontier.append(levels[0], &mut groups).unwrap();
    let expected = [(8, 65_535), (16, 255), (24, 0)];
    assert_eq!(groups.iter().map(|group| (group.level, group.index)).collect::<Vec<_>>(), expected);
    assert!(groups.iter().all(|group| group.hash == levels[usize::from(group.level)]));
    assert_eq!((frontier.size(), frontier.nodes()), (1 << 24, &levels[24..25]));
}

#[test]
fn sizes_beyond_the_limit_are_refused_before_any_work() {
    let levels = levels();
    assert_eq!(inclusion::plan(MAX_SIZE + 1, 0), Err(LogError::TooLarge));
    assert_eq!(consistency::plan(1, u64::MAX), Err(LogError::TooLarge));
    assert_eq!(Frontier::needs(u64::MAX), Err(LogError::TooLarge));
    let mut full = Frontier::restore(MAX_SIZE, vec![levels[40]]).unwrap();
    let before = full.clone();
    assert_eq!(full.append(levels[0], &mut Vec::new()), Err(LogError::TooLarge));
    assert_eq!(full, before);
    assert_eq!(inclusion::plan(MAX_SIZE, MAX_SIZE - 1).map(|plan| plan.needs().is_empty()), Ok(false));
}
