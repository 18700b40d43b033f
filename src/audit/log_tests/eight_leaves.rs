//! The customary eight leaves: roots at every size, and every proof between them.

use super::*;

/// (root over the leaves so far, leaf data that came last).
fn vector() -> Vec<(TreeHash, Option<Vec<u8>>)> {
    let file = vectors("eight_leaves.txt");
    let parse = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let root = TreeHash::from_slice(&hex::decode(words[1]).unwrap()).unwrap();
        let data = words.get(2).map(|text| if *text == "-" { Vec::new() } else { hex::decode(text).unwrap() });
        (root, data)
    };
    file.lines().map(parse).collect()
}

#[test]
fn roots_are_the_published_ones() {
    let vector = vector();
    assert_eq!(vector.len(), 9);
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root(), vector[0].0);
    for (root, data) in &vector[1..] {
        frontier.append(hash::leaf(data.as_ref().unwrap()), &mut Vec::new()).unwrap();
        assert_eq!(frontier.root(), *root, "size {}", frontier.size());
    }
}

#[test]
fn every_proof_of_every_size_verifies_there_and_nowhere_else() {
    let vector = vector();
    let leaves: Vec<TreeHash> = vector[1..].iter().map(|(_, data)| hash::leaf(data.as_ref().unwrap())).collect();
    let rows = Rows::of(leaves.clone());
    for size in 1..=8_u64 {
        let root = vector[usize::try_from(size).unwrap()].0;
        for index in 0..size {
            let proof = rows.inclusion(size, index);
            for (other, leaf) in (0..).zip(&leaves) {
                for claimed in 0..size {
                    let fits = inclusion::verify(leaf, claimed, size, &proof, &root).is_ok();
                    assert_eq!(fits, other == index && claimed == index, "{size} {index} {other} {claimed}");
                }
            }
        }
        for old in 0..=size {
            let old_root = vector[usize::try_from(old).unwrap()].0;
            let proof = rows.consistency(old, size);
            assert_eq!(consistency::verify((old, &old_root), (size, &root), &proof), Ok(()), "{old} {size}");
        }
    }
}
