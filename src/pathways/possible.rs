//! Can a condition hold at all? Told from the choices that questions offer and from when they are asked.
//!
//! A condition is taken apart into ways in which it could hold, each a list of things that must be so at once; one way
//! without a contradiction is enough. The conditions of the questions named come along: what is never asked is never answered.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Known;
use crate::domain::{
    code::{Code, QuestionId},
    condition::Condition,
    question::{Kind, SENDER_KIND},
};

/// More ways than this are not looked through: such a condition counts as possible.
const MOST_WAYS: usize = 2000;
/// A question hangs on others, they on others: so deep is looked.
const DEEPEST: usize = 12;

/// Something that must be so of one question.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Must<'c> {
    /// Answered, and has this code.
    Have(&'c Code),
    /// Answered, and has not.
    Lack(&'c Code),
    /// Answered, and counts at least so many.
    Count(usize),
    /// Answered, and counts fewer.
    Fewer(usize),
    /// Answered with something known.
    Known,
    /// Not answered, or not known.
    Open,
}

/// What must be so at once.
type Way<'c> = BTreeSet<(&'c QuestionId, Must<'c>)>;

/// Whether some answers make the condition hold.
pub(super) fn can_hold(condition: &Condition, known: &Known) -> bool {
    let Some(ways) = ways(condition, Truth::True) else { return true };
    ways.iter().any(|way| is_possible(way, known, DEEPEST))
}

/// Whether some answers make the condition hold while an earlier one does not.
pub(super) fn can_hold_beside(condition: &Condition, earlier: &Condition, known: &Known) -> bool {
    let together = ways(condition, Truth::True).zip(ways(earlier, Truth::NotTrue));
    let Some(ways) = together.and_then(|(holds, not)| both(&holds, &not)) else { return true };
    ways.iter().any(|way| is_possible(way, known, DEEPEST))
}

/// What a condition is to be: it is true, false or undecided.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Truth {
    /// Certainly true.
    True,
    /// Certainly false.
    False,
    /// False or undecided.
    NotTrue,
    /// True or undecided.
    NotFalse,
}

impl Truth {
    /// What the opposite of the condition then is.
    const fn opposite(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::NotTrue => Self::NotFalse,
            Self::NotFalse => Self::NotTrue,
        }
    }

    /// Whether it leans to true.
    const fn is_for(self) -> bool {
        matches!(self, Self::True | Self::NotFalse)
    }
}

/// The ways in which a condition is so; none if there are too many.
fn ways(condition: &Condition, truth: Truth) -> Option<Vec<Way<'_>>> {
    let is_for = truth.is_for();
    match condition {
        Condition::Not(part) => ways(part, truth.opposite()),
        Condition::All(parts) if is_for => all(parts, truth),
        Condition::All(parts) => any(parts, truth),
        Condition::Any(parts) if is_for => any(parts, truth),
        Condition::Any(parts) => all(parts, truth),
        Condition::Is(id, code) => Some(undecided(truth, id, [if is_for { Must::Have(code) } else { Must::Lack(code) }])),
        Condition::In(id, codes) if is_for => {
            let mut found: Vec<Way<'_>> = codes.iter().map(|code| Way::from([(id, Must::Have(code))])).collect();
            found.extend((truth == Truth::NotFalse).then(|| Way::from([(id, Must::Open)])));
            Some(found)
        }
        Condition::In(id, codes) => Some(undecided(truth, id, codes.iter().map(Must::Lack))),
        // Always decided. Known or not, for another reason or for none: nothing more is told of it.
        Condition::NotKnown(id, _) if is_for => Some(vec![Way::from([(id, Must::Open)])]),
        Condition::NotKnown(..) => Some(vec![Way::new()]),
        Condition::AtLeast(id, count) => {
            Some(undecided(truth, id, [if is_for { Must::Count(*count) } else { Must::Fewer(*count) }]))
        }
        Condition::Answered(id) => Some(vec![Way::from([(id, if is_for { Must::Known } else { Must::Open })])]),
    }
}

/// What looks at an answer is undecided while there is none that is known.
fn undecided<'c>(truth: Truth, id: &'c QuestionId, musts: impl IntoIterator<Item = Must<'c>>) -> Vec<Way<'c>> {
    let decided = musts.into_iter().map(|must| (id, must)).collect();
    let open = matches!(truth, Truth::NotTrue | Truth::NotFalse).then(|| Way::from([(id, Must::Open)]));
    std::iter::once(decided).chain(open).collect()
}

fn any(parts: &[Condition], truth: Truth) -> Option<Vec<Way<'_>>> {
    let mut found = Vec::new();
    for part in parts {
        found.extend(ways(part, truth)?);
    }
    (found.len() <= MOST_WAYS).then_some(found)
}

fn all(parts: &[Condition], truth: Truth) -> Option<Vec<Way<'_>>> {
    let mut found = vec![Way::new()];
    for part in parts {
        found = both(&found, &ways(part, truth)?)?;
    }
    Some(found)
}

fn both<'c>(left: &[Way<'c>], right: &[Way<'c>]) -> Option<Vec<Way<'c>>> {
    if left.len().saturating_mul(right.len()) > MOST_WAYS {
        return None;
    }
    Some(left.iter().flat_map(|a| right.iter().map(move |b| a.union(b).cloned().collect())).collect())
}

/// Whether nothing in this way contradicts, the conditions of the questions it needs answered included.
fn is_possible(way: &Way<'_>, known: &Known, depth: usize) -> bool {
    let mut by_question: BTreeMap<&QuestionId, Vec<&Must<'_>>> = BTreeMap::new();
    for (id, must) in way {
        by_question.entry(id).or_default().push(must);
    }
    if !by_question.iter().all(|(id, musts)| agree(id, musts, known)) {
        return false;
    }
    let Some(depth) = depth.checked_sub(1) else { return true };
    // A question that must be answered must be asked.
    let asked = by_question.iter().filter(|(_, musts)| musts.iter().any(|must| **must != Must::Open));
    let mut together = vec![way.clone()];
    for when in asked.filter_map(|(id, _)| known.shown.get(*id)) {
        let Some(found) = ways(when, Truth::True).and_then(|ways| both(&together, &ways)) else { return true };
        together = found;
    }
    together.iter().any(|fuller| fuller == way || is_possible(fuller, known, depth))
}

/// Whether all this can be so of one question.
fn agree(id: &QuestionId, musts: &[&Must<'_>], known: &Known) -> bool {
    let open = musts.iter().any(|must| **must == Must::Open);
    let answered = musts.iter().any(|must| **must != Must::Open);
    // Who sends is always known.
    if open && (answered || id.as_str() == SENDER_KIND || known.always.contains(id)) {
        return false;
    }
    let Some(kind) = known.kinds.get(id) else { return true };
    let have: BTreeSet<&Code> =
        musts.iter().filter_map(|must| if let Must::Have(code) = must { Some(*code) } else { None }).collect();
    let lack: BTreeSet<&Code> =
        musts.iter().filter_map(|must| if let Must::Lack(code) = must { Some(*code) } else { None }).collect();
    let least =
        musts.iter().filter_map(|must| if let Must::Count(count) = must { Some(*count) } else { None }).max().unwrap_or(1);
    let fewer = musts.iter().filter_map(|must| if let Must::Fewer(count) = must { Some(*count) } else { None }).min();
    if !have.is_disjoint(&lack) {
        return false;
    }
    let fewest = least.max(have.len());
    let counts = |most: usize| fewest <= most && fewer.is_none_or(|fewer| fewest < fewer);
    match kind {
        Kind::Choice(choices) => have.len() <= 1 && (have.len() == 1 || !answered || choices.len() > lack.len()),
        Kind::YesNo => have.len() <= 1 && (have.len() == 1 || lack.len() < 2),
        Kind::Many(choices) => !answered || counts(choices.len().saturating_sub(lack.len())),
        Kind::Number { least: lowest, most } => {
            let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
            let is_counted = musts.iter().any(|must| matches!(must, Must::Count(_)));
            let from = if is_counted { least.max(size(*lowest)) } else { size(*lowest) };
            !answered || (from <= size(*most) && fewer.is_none_or(|fewer| from < fewer))
        }
        Kind::Group(group) => !answered || (counts(group.most) && fewer.is_none_or(|fewer| group.least < fewer)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        answers::{Answer, Answers},
        code::Choice,
    };

    fn id(n: usize) -> QuestionId {
        QuestionId::parse(&format!("q{n}")).expect("an id")
    }

    fn code(n: usize) -> Code {
        Code::parse(&format!("c{n}")).expect("a code")
    }

    fn choices() -> Vec<Choice> {
        (0..3).map(|n| Choice::new(code(n), "C")).collect()
    }

    /// q0 and q1 are choices, q2 is ticks.
    fn known() -> Known {
        let mut known = Known::default();
        known.kinds.insert(id(0), Kind::Choice(choices()));
        known.kinds.insert(id(1), Kind::Choice(choices()));
        known.kinds.insert(id(2), Kind::Many(choices()));
        known
    }

    fn any_condition() -> impl Strategy<Value = Condition> {
        let leaf = (0..3_usize, 0..3_usize, 0..4_u8).prop_map(|(question, of, form)| match form {
            0 => Condition::Is(id(question), code(of)),
            1 => Condition::In(id(question), vec![code(of), code((of + 1) % 3)]),
            2 => Condition::AtLeast(id(2), of + 1),
            _ => Condition::Answered(id(question)),
        });
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 1..3).prop_map(Condition::All),
                proptest::collection::vec(inner.clone(), 1..3).prop_map(Condition::Any),
                inner.prop_map(|part| Condition::Not(Box::new(part))),
            ]
        })
    }

    /// Every way of answering the three questions.
    fn everything() -> Vec<Answers> {
        let one: Vec<Option<Answer>> =
            [None, Some(Answer::NotKnown(None))].into_iter().chain((0..3).map(|n| Some(Answer::Choice(code(n))))).collect();
        let ticks = |set: usize| (0..3).filter(|n| set & (1 << n) != 0).map(code).collect::<Vec<_>>();
        let many: Vec<Option<Answer>> = std::iter::once(None).chain((1..8).map(|set| Some(Answer::Many(ticks(set))))).collect();
        let mut all = Vec::new();
        for a in &one {
            for b in &one {
                for c in &many {
                    let given = [a, b, c].into_iter().enumerate().filter_map(|(n, answer)| Some((id(n), answer.clone()?)));
                    all.push(Answers::from_pairs(given));
                }
            }
        }
        all
    }

    proptest! {
        #[test]
        fn a_condition_can_hold_exactly_when_some_answers_make_it_hold(condition in any_condition()) {
            let holds = everything().iter().any(|answers| condition.holds(answers));
            prop_assert_eq!(can_hold(&condition, &known()), holds, "{:?}", condition);
        }

        #[test]
        fn a_rule_is_reached_exactly_when_some_answers_pass_the_earlier_one(later in any_condition(), earlier in any_condition()) {
            let reached = everything().iter().any(|answers| later.holds(answers) && !earlier.holds(answers));
            prop_assert_eq!(can_hold_beside(&later, &earlier, &known()), reached, "{:?} after {:?}", later, earlier);
        }
    }

    #[test]
    fn what_a_question_hangs_on_counts_too() {
        let mut known = known();
        known.shown.insert(id(1), Condition::Is(id(0), code(0)));
        let both = |a, b| Condition::All(vec![Condition::Is(id(0), code(a)), Condition::Is(id(1), code(b))]);
        assert!(can_hold(&both(0, 1), &known));
        assert!(!can_hold(&both(1, 1), &known), "q1 is asked only when q0 is c0");
        let open = Condition::All(vec![Condition::Is(id(0), code(1)), Condition::Not(Box::new(Condition::Answered(id(1))))]);
        assert!(can_hold(&open, &known), "what is not asked is not answered");
    }
}
