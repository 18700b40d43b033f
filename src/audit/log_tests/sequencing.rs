//! The sequencer's step: contiguous indexes, the same groups and root however the events are batched, and what it refuses.

use proptest::prelude::*;

use super::*;
use crate::audit::Authenticator;
use crate::audit::sequencer::{Leaf, step};
use crate::audit::tree::Span;
use crate::domain::ids::EventId;

fn authenticator() -> Authenticator {
    Authenticator::new(seed(4))
}

fn event(number: u64) -> EventId {
    EventId::from_bytes(u128::from(number).to_be_bytes())
}

fn leaf(number: u64) -> Leaf {
    let tag = authenticator().tag(&event(number).to_bytes(), &data(number));
    Leaf::authenticated(&authenticator(), event(number), &data(number), &tag).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn batches_make_no_difference(batches in prop::collection::vec(0..400_u64, 1..6)) {
        let mut frontier = Frontier::new();
        let mut stored = Rows::default();
        for batch in batches {
            let size = frontier.size();
            let leaves: Vec<Leaf> = (size..size + batch).map(leaf).collect();
            let done = step(&frontier, size, &leaves).unwrap();
            let indexes: Vec<u64> = done.sequence.iter().map(|(index, _)| *index).collect();
            prop_assert_eq!(indexes, (size..size + batch).collect::<Vec<_>>());
            prop_assert!(done.sequence.iter().zip(&leaves).all(|((_, placed), given)| placed == given));
            stored.leaves.extend(done.sequence.iter().map(|(_, leaf)| *leaf.hash()));
            stored.groups.extend(&done.groups);
            frontier = done.frontier;
            // A second node, or the next start, reads the same state from the rows.
            prop_assert_eq!(&stored.frontier(frontier.size()), &frontier);
        }
        let whole = numbered(frontier.size());
        prop_assert_eq!(&stored.groups, &whole.groups);
        prop_assert_eq!(frontier.root(), whole.frontier(frontier.size()).root());
    }
}

#[test]
fn an_unauthenticated_event_gets_no_leaf() {
    let good = authenticator().tag(&event(1).to_bytes(), b"data");
    let check =
        |id: u64, data: &[u8], tag: &[u8]| Leaf::authenticated(&authenticator(), event(id), data, tag).map(|leaf| *leaf.hash());
    assert_eq!(check(1, b"data", &good), Ok(hash::leaf(b"data")));
    for bit in 0..256 {
        let mut tag = good;
        tag[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(check(1, b"data", &tag), Err(LogError::Unauthenticated));
    }
    assert_eq!(check(2, b"data", &good), Err(LogError::Unauthenticated));
    assert_eq!(check(1, b"date", &good), Err(LogError::Unauthenticated));
    assert_eq!(check(1, b"data", &good[..31]), Err(LogError::Unauthenticated));
    let other = Authenticator::new(seed(5));
    assert_eq!(refusal(Leaf::authenticated(&other, event(1), b"data", &good)), Some(LogError::Unauthenticated));
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let frontier = numbered(10).frontier(10);
    for stored in [0, 9, 11] {
        assert_eq!(step(&frontier, stored, &[leaf(10)]), Err(LogError::SizeMoved));
    }
    assert_eq!(step(&frontier, 10, &[leaf(10), leaf(11), leaf(10)]), Err(LogError::Repeated));
    // The same data under another event's id.
    let tag = authenticator().tag(&event(99).to_bytes(), &data(10));
    let copy = Leaf::authenticated(&authenticator(), event(99), &data(10), &tag).unwrap();
    assert_eq!(step(&frontier, 10, &[leaf(10), copy]), Err(LogError::Repeated));
    let nothing = step(&frontier, 10, &[]).unwrap();
    assert!(nothing.sequence.is_empty() && nothing.groups.is_empty());
    assert_eq!(nothing.frontier, frontier);
}

#[test]
fn rows_must_be_all_there_in_order() {
    let span = Span { level: 0, first: 4, end: 7 };
    let row = |index: u64| (index, hash::leaf(&data(index)));
    let fill = |indexes: &[u64]| Known::new().fill(&span, indexes.iter().copied().map(row));
    assert_eq!(fill(&[4, 5, 6]), Ok(()));
    for (indexes, at) in [(&[][..], 4), (&[4, 5], 6), (&[5, 6], 4), (&[4, 6, 5], 5), (&[4, 4, 5, 6], 5), (&[4, 5, 6, 7], 7)] {
        assert_eq!(fill(indexes), Err(LogError::Gap { level: 0, index: at }), "{indexes:?}");
    }
    let plan = inclusion::plan(600, 300).unwrap();
    assert_eq!(plan.hashes(&Known::new()), Err(LogError::Missing { level: 0, index: 301 }));
    assert_eq!(Frontier::read(256, &Known::new()), Err(LogError::Missing { level: 8, index: 0 }));
}

#[test]
fn a_frontier_fits_its_size() {
    let node = hash::leaf(b"x");
    for (size, nodes) in [(0, 1), (1, 0), (1, 2), (3, 1), (7, 4), (8, 3)] {
        assert_eq!(Frontier::restore(size, vec![node; nodes]), Err(LogError::Frontier), "{size} {nodes}");
    }
    assert_eq!(Frontier::restore(7, vec![node; 3]).map(|frontier| frontier.size()), Ok(7));
    assert_eq!(Frontier::restore(0, Vec::new()), Ok(Frontier::new()));
}

#[test]
fn plans_refuse_what_is_not_in_the_tree() {
    assert_eq!(inclusion::plan(0, 0), Err(LogError::OutsideTree));
    assert_eq!(inclusion::plan(5, 5), Err(LogError::OutsideTree));
    assert_eq!(consistency::plan(6, 5), Err(LogError::SizesReversed));
    for (old, new) in [(0, 0), (0, 5), (5, 5)] {
        assert!(consistency::plan(old, new).unwrap().needs().is_empty());
    }
}
