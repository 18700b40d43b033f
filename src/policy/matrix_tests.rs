//! The grid shows every change of the policy.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{decide::Policy, files::Files, question::Question};
use crate::domain::{action::Action, relation::Relation, role::Subject};

/// Every question allowed by the policy, as its cells.
fn allowed(policy: &Policy) -> BTreeSet<[String; 6]> {
    let mut all = BTreeSet::new();
    for &subject in Subject::ALL {
        for &action in Action::ALL {
            for &relation in Relation::ALL {
                let questions = Question::every(subject, action, relation).filter(|question| policy.allows(question));
                all.extend(questions.map(|question| question.cells().map(str::to_owned)));
            }
        }
    }
    all
}

/// Reads the grid back: every combination that its lines allow.
fn read_back(matrix: &str) -> BTreeSet<[String; 6]> {
    let mut all = BTreeSet::new();
    let mut subject = String::new();
    for line in matrix.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            subject = name.to_owned();
        }
        let cells: Vec<&str> = line.split(" | ").collect();
        let [action, relation, sensitivities, compartments, states] = cells.as_slice() else { continue };
        for sensitivity in sensitivities.split(' ') {
            for compartment in compartments.split(' ') {
                for state in states.split(' ') {
                    let cells = [&subject, *action, *relation, sensitivity, compartment, state].map(str::to_owned);
                    assert!(all.insert(cells), "told twice: {line}");
                }
            }
        }
    }
    all
}

#[tokio::test]
async fn the_grid_says_exactly_what_is_allowed() {
    let policy = Policy::load(Files::embedded()).await.expect("loads");
    assert_eq!(read_back(&policy.matrix()), allowed(&policy));
}

#[tokio::test]
async fn every_subject_action_and_relation_is_accounted_for() {
    let matrix = Policy::load(Files::embedded()).await.expect("loads").matrix();
    for block in matrix.split("\n[").skip(1) {
        let never: Vec<&str> =
            block.lines().filter_map(|line| line.strip_prefix("never: ")).flat_map(|line| line.split(' ')).collect();
        for &action in Action::ALL {
            let lines: Vec<&str> = block.lines().filter(|line| line.split(" | ").next() == Some(action.code())).collect();
            assert_eq!(lines.is_empty(), never.contains(&action.code()), "one or the other: {action} in {block}");
            if !lines.is_empty() {
                for relation in Relation::ALL {
                    let words = |line: &&&str| line.split([' ', '|']).any(|word| word == relation.code());
                    assert!(lines.iter().any(|line| words(&line)), "{action} {relation} in {block}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Ragged sets, which fall into several groups, read back whole.
    #[test]
    fn any_set_of_lines_reads_back(
        lines in proptest::collection::btree_set(
            (
                proptest::sample::select(&["L1", "L2", "L3", "L4", "any"][..]),
                proptest::sample::select(&["draft", "shared", "casework", "share", "any"][..]),
                proptest::sample::select(&["new", "received", "opened", "any"][..]),
                proptest::sample::select(&["allow", "allow", "deny"][..]),
            ),
            1..12,
        )
    ) {
        let written = |(level, kind, state, effect): &(&str, &str, &str, &str)| {
            format!("p, lead, read-referral, granted, {level}, {kind}, {state}, {effect}")
        };
        let policy = lines.iter().map(written).collect::<Vec<_>>().join("\n");
        let policy = format!("p, lead, sign-in, own, -, -, -, allow\n{policy}");
        let cases = "lead, sign-in, own, -, -, -, allow, a\njob, sign-in, own, -, -, -, deny, b\n".to_owned();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let policy = runtime.block_on(Policy::load(Files { policy, cases, ..Files::embedded() })).expect("loads");
        prop_assert_eq!(read_back(&policy.matrix()), allowed(&policy));
    }
}
