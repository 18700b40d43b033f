//! Conditions over answers: no script, only `all any not is in at_least answered not_known`.
//!
//! A condition is true, false or undecided. It is undecided while what it looks at is unanswered or "not known", and
//! `not` leaves undecided undecided: not knowing never counts as "no". Only `answered` and `not_known` are always decided.

use super::{
    answers::Answers,
    code::{Code, QuestionId},
};

/// A condition; it holds only when it is certainly true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Every one of these.
    All(Vec<Condition>),
    /// At least one of these.
    Any(Vec<Condition>),
    /// The opposite.
    Not(Box<Condition>),
    /// The answer is this code, or has it ticked; `yes` and `no` for yes-no questions.
    Is(QuestionId, Code),
    /// The answer is one of these codes, or has one of them ticked.
    In(QuestionId, Vec<Code>),
    /// At least so many are ticked, or are in the group; for a number, it is at least this.
    AtLeast(QuestionId, usize),
    /// It is not known, and for this reason.
    NotKnown(QuestionId, Code),
    /// There is an answer other than "not known".
    Answered(QuestionId),
}

/// What is left of a condition once some answers are settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// It holds, whatever else is answered.
    Always,
    /// It does not hold, whatever else is answered.
    Never,
    /// It holds when this does, which looks only at what may still change.
    When(Condition),
}

impl Condition {
    /// Whether it is certainly true of these answers.
    pub fn holds(&self, answers: &Answers) -> bool {
        self.decide(answers) == Some(true)
    }

    /// True, false, or none while undecided.
    pub fn decide(&self, answers: &Answers) -> Option<bool> {
        match self {
            Self::All(parts) => join(parts, answers, false),
            Self::Any(parts) => join(parts, answers, true),
            Self::Not(part) => part.decide(answers).map(|truth| !truth),
            Self::Is(question, code) => answers.get(question)?.has(code),
            Self::In(question, codes) => {
                let answer = answers.get(question)?;
                let mut found = None;
                for code in codes {
                    found = Some(found.unwrap_or(false) | answer.has(code)?);
                }
                found
            }
            Self::AtLeast(question, count) => answers.get(question)?.counted().map(|counted| counted >= *count),
            Self::NotKnown(question, reason) => Some(answers.get(question).is_some_and(|answer| answer.is_unknown_for(reason))),
            Self::Answered(question) => Some(answers.get(question).is_some_and(|answer| !answer.is_not_known())),
        }
    }

    /// What is left of it for a form that asks only some of its questions; none where nothing is. An alternative that looks at
    /// what is not asked falls away, so that it never holds where the whole would not.
    pub fn limited_to(&self, is_asked: &impl Fn(&QuestionId) -> bool) -> Option<Self> {
        match self {
            Self::Any(parts) => {
                let left: Vec<Self> = parts.iter().filter_map(|part| part.limited_to(is_asked)).collect();
                (!left.is_empty()).then_some(Self::Any(left))
            }
            Self::All(parts) => parts.iter().map(|part| part.limited_to(is_asked)).collect::<Option<_>>().map(Self::All),
            whole => whole.questions().into_iter().all(is_asked).then(|| whole.clone()),
        }
    }

    /// What is left of it when all answers are settled but those to the questions that may still change.
    pub fn left(&self, answers: &Answers, may_change: &impl Fn(&QuestionId) -> bool) -> Left {
        self.left_of(true, answers, may_change)
    }

    /// The same of its opposite where `truth` is false: every `not` goes down to what it is about, so that what does not
    /// hold for certain can be struck out on the way.
    fn left_of(&self, truth: bool, answers: &Answers, may_change: &impl Fn(&QuestionId) -> bool) -> Left {
        match self {
            Self::Not(part) => part.left_of(!truth, answers, may_change),
            Self::All(parts) | Self::Any(parts) => {
                let needs_all = matches!(self, Self::All(_)) == truth;
                let mut left = Vec::new();
                for part in parts {
                    match (part.left_of(truth, answers, may_change), needs_all) {
                        (Left::When(part), _) => left.push(part),
                        (Left::Always, true) | (Left::Never, false) => {}
                        (settled, _) => return settled,
                    }
                }
                match (left.pop(), needs_all) {
                    (None, true) => Left::Always,
                    (None, false) => Left::Never,
                    (Some(only), _) if left.is_empty() => Left::When(only),
                    (Some(last), _) => {
                        left.push(last);
                        Left::When(if needs_all { Self::All(left) } else { Self::Any(left) })
                    }
                }
            }
            about if about.questions().into_iter().any(may_change) => {
                Left::When(if truth { about.clone() } else { Self::Not(Box::new(about.clone())) })
            }
            about if about.decide(answers) == Some(truth) => Left::Always,
            _ => Left::Never,
        }
    }

    /// Every question it looks at.
    pub fn questions(&self) -> Vec<&QuestionId> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::questions).collect(),
            Self::Not(part) => part.questions(),
            Self::Is(question, _)
            | Self::In(question, _)
            | Self::AtLeast(question, _)
            | Self::NotKnown(question, _)
            | Self::Answered(question) => vec![question],
        }
    }
}

/// One part that equals `decisive` settles it; else any undecided part leaves it undecided.
fn join(parts: &[Condition], answers: &Answers, decisive: bool) -> Option<bool> {
    let mut undecided = false;
    for part in parts {
        match part.decide(answers) {
            Some(truth) if truth == decisive => return Some(decisive),
            Some(_) => {}
            None => undecided = true,
        }
    }
    if undecided { None } else { Some(!decisive) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::answers::Answer;

    fn q(n: usize) -> QuestionId {
        QuestionId::parse(&format!("q{n}")).expect("an id")
    }

    fn c(n: usize) -> Code {
        Code::parse(&format!("c{n}")).expect("a code")
    }

    fn answers(of: &[Option<Answer>]) -> Answers {
        Answers::from_pairs(of.iter().enumerate().filter_map(|(n, answer)| Some((q(n), answer.clone()?))))
    }

    fn any_answer() -> impl Strategy<Value = Option<Answer>> {
        prop_oneof![
            Just(None),
            Just(Some(Answer::NotKnown(None))),
            (0..3_usize).prop_map(|n| Some(Answer::Choice(c(n)))),
            proptest::collection::btree_set(0..3_usize, 1..3)
                .prop_map(|set| Some(Answer::Many(set.into_iter().map(c).collect()))),
            (1..4_usize).prop_map(|count| Some(Answer::Group(vec![Answers::default(); count]))),
            (0..9_u32).prop_map(|number| Some(Answer::Number(number))),
            (0..9_u64).prop_map(|pence| Some(Answer::Money(pence))),
            (1900..2020_i16).prop_map(|year| crate::domain::part_date::PartDate::new(year, None, None, true).map(Answer::Date)),
        ]
    }

    /// Conditions over questions q0 to q3; `answered` is left out where growth of knowledge must not turn truths round.
    fn any_condition(answered: bool) -> impl Strategy<Value = Condition> {
        let leaf = (0..4_usize, 0..3_usize, 0..if answered { 4 } else { 3_u8 }).prop_map(|(question, code, kind)| match kind {
            0 => Condition::Is(q(question), c(code)),
            1 => Condition::In(q(question), vec![c(code), c((code + 1) % 3)]),
            2 => Condition::AtLeast(q(question), code + 1),
            _ => Condition::Answered(q(question)),
        });
        leaf.prop_recursive(3, 16, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 1..3).prop_map(Condition::All),
                proptest::collection::vec(inner.clone(), 1..3).prop_map(Condition::Any),
                inner.prop_map(|part| Condition::Not(Box::new(part))),
            ]
        })
    }

    #[test]
    fn not_known_is_neither_yes_nor_no() {
        let is = Condition::Is(q(0), c(0));
        for unknown in [None, Some(Answer::NotKnown(None)), Some(Answer::NotKnown(Some(c(0))))] {
            let given = answers(std::slice::from_ref(&unknown));
            assert!(!is.holds(&given));
            assert!(!Condition::Not(Box::new(is.clone())).holds(&given));
            assert!(!Condition::Answered(q(0)).holds(&given));
            assert!(Condition::Not(Box::new(Condition::Answered(q(0)))).holds(&given));
        }
        let other = answers(&[Some(Answer::Choice(c(1)))]);
        assert!(Condition::Not(Box::new(is)).holds(&other));
    }

    proptest! {
        #[test]
        fn de_morgan_holds(given in proptest::collection::vec(any_answer(), 4), parts in proptest::collection::vec(any_condition(true), 1..4)) {
            let given = answers(&given);
            let not = |part: &Condition| Condition::Not(Box::new(part.clone()));
            let outside = not(&Condition::All(parts.clone())).decide(&given);
            let inside = Condition::Any(parts.iter().map(not).collect()).decide(&given);
            prop_assert_eq!(outside, inside);
        }

        #[test]
        fn learning_more_never_turns_a_settled_condition_round(
            given in proptest::collection::vec(any_answer(), 4),
            later in proptest::collection::vec(any_answer(), 4),
            condition in any_condition(false),
        ) {
            let known = |answer: &Option<Answer>| answer.as_ref().is_some_and(|answer| !answer.is_not_known());
            let more: Vec<_> = given.iter().zip(&later).map(|(now, then)| if known(now) { now.clone() } else { then.clone() }).collect();
            if let Some(settled) = condition.decide(&answers(&given)) {
                prop_assert_eq!(condition.decide(&answers(&more)), Some(settled));
            }
        }

        #[test]
        fn what_is_left_of_a_condition_holds_only_where_the_whole_does_and_looks_at_nothing_else(
            given in proptest::collection::vec(any_answer(), 4),
            condition in any_condition(true),
        ) {
            let is_asked = |id: &QuestionId| *id == q(0) || *id == q(2);
            if let Some(left) = condition.limited_to(&is_asked) {
                prop_assert!(left.questions().into_iter().all(is_asked));
                prop_assert!(!left.holds(&answers(&given)) || condition.holds(&answers(&given)), "{:?} of {:?}", left, condition);
            }
        }

        #[test]
        fn what_is_left_of_a_condition_holds_whenever_the_whole_does(
            given in proptest::collection::vec(any_answer(), 4),
            later in proptest::collection::vec(any_answer(), 4),
            condition in any_condition(true),
        ) {
            let may_change = |id: &QuestionId| *id == q(1) || *id == q(3);
            let changed: Vec<_> = given.iter().zip(&later).enumerate()
                .map(|(n, (now, then))| if may_change(&q(n)) { then.clone() } else { now.clone() }).collect();
            let holds = match condition.left(&answers(&given), &may_change) {
                Left::Always => true,
                Left::Never => false,
                Left::When(left) => {
                    prop_assert!(left.questions().into_iter().all(may_change));
                    left.holds(&answers(&changed))
                }
            };
            prop_assert_eq!(holds, condition.holds(&answers(&changed)));
        }

        #[test]
        fn a_condition_looks_only_at_its_questions(given in proptest::collection::vec(any_answer(), 4), condition in any_condition(true)) {
            let seen: Vec<_> = condition.questions().into_iter().cloned().collect();
            let narrowed: Vec<_> = given.iter().enumerate().map(|(n, answer)| answer.clone().filter(|_| seen.contains(&q(n)))).collect();
            prop_assert_eq!(condition.decide(&answers(&given)), condition.decide(&answers(&narrowed)));
        }
    }
}
