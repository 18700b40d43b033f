//! The whole grid as text: what the policy comes to, so that a change of it can be read as a diff.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    decide::Policy,
    question::{NOT_APPLICABLE, Question, State},
};
use crate::domain::{action::Action, compartment::CompartmentKind, relation::Relation, role::Subject, sensitivity::Sensitivity};

const HEAD: &str = "\
# Generated from policies/policy.csv by the test `policy_matrix` (UPDATE_GENERATED=1 writes it anew): every question the
# policy can be asked, and what comes of it. A line allows every combination of its sensitivities, compartments and states;
# what stands in no line is refused. \"never\" lists the relations, and at the end of each block the actions, that are refused
# whatever else is asked.
";

/// What one (subject, action, relation) is allowed, as few products of sets as the grouping finds.
#[derive(Debug, Default)]
struct Allowed {
    groups: Vec<Group>,
}

/// Compartments that share the same states.
type Row = (Vec<Option<CompartmentKind>>, Vec<State>);

#[derive(Debug, PartialEq, Eq)]
struct Group {
    sensitivities: Vec<Option<Sensitivity>>,
    compartments: Vec<Option<CompartmentKind>>,
    states: Vec<State>,
}

impl Allowed {
    /// Groups the allowed questions: first the states of each (sensitivity, compartment), then compartments with the same
    /// states, then sensitivities with the same of both. Each question lands in exactly one group.
    fn of(questions: impl Iterator<Item = Question>) -> Self {
        let mut states: BTreeMap<(Option<Sensitivity>, Option<CompartmentKind>), Vec<State>> = BTreeMap::new();
        for question in questions {
            states.entry((question.sensitivity, question.compartment)).or_default().push(question.state);
        }
        let mut by_sensitivity: BTreeMap<Option<Sensitivity>, Vec<Row>> = BTreeMap::new();
        for ((sensitivity, compartment), states) in states {
            let rows = by_sensitivity.entry(sensitivity).or_default();
            match rows.iter_mut().find(|(_, same)| *same == states) {
                Some((compartments, _)) => compartments.push(compartment),
                None => rows.push((vec![compartment], states)),
            }
        }
        let mut groups: Vec<Group> = Vec::new();
        for (sensitivity, rows) in by_sensitivity {
            for (compartments, states) in rows {
                match groups.iter_mut().find(|group| group.compartments == compartments && group.states == states) {
                    Some(group) => group.sensitivities.push(sensitivity),
                    None => groups.push(Group { sensitivities: vec![sensitivity], compartments, states }),
                }
            }
        }
        Self { groups }
    }
}

impl Policy {
    /// The grid as text, the same for the same policy: a block for each subject, a line for each action, relation and set of
    /// sensitivities, compartments and states that is allowed, and the rest summed up as `never`.
    pub fn matrix(&self) -> String {
        let mut text = HEAD.to_owned();
        for &subject in Subject::ALL {
            let mut never = Vec::new();
            let mut lines = String::new();
            for &action in Action::ALL {
                match self.action_lines(subject, action) {
                    Some(more) => lines.push_str(&more),
                    None => never.push(action.code()),
                }
            }
            // Writing to a String cannot fail.
            let _ = write!(text, "\n[{subject}]\n{lines}never: {}\n", or_dash(&never));
        }
        text
    }

    /// The lines of one subject and action; `None` when nothing is allowed.
    fn action_lines(&self, subject: Subject, action: Action) -> Option<String> {
        let mut lines = String::new();
        let mut never = Vec::new();
        for &relation in Relation::ALL {
            let allowed = Allowed::of(Question::every(subject, action, relation).filter(|question| self.allows(question)));
            if allowed.groups.is_empty() {
                never.push(relation.code());
            }
            for group in &allowed.groups {
                let sensitivities = cell(group.sensitivities.iter().map(|one| one.map_or(NOT_APPLICABLE, Sensitivity::code)));
                let compartments = cell(group.compartments.iter().map(|one| one.map_or(NOT_APPLICABLE, CompartmentKind::code)));
                let states = cell(group.states.iter().map(|one| one.code()));
                let _ = writeln!(lines, "{action} | {relation} | {sensitivities} | {compartments} | {states}");
            }
        }
        if lines.is_empty() {
            return None;
        }
        let _ = writeln!(lines, "{action} | never: {}", or_dash(&never));
        Some(lines)
    }
}

fn cell(codes: impl Iterator<Item = &'static str>) -> String {
    codes.collect::<Vec<_>>().join(" ")
}

fn or_dash(codes: &[&str]) -> String {
    if codes.is_empty() { NOT_APPLICABLE.to_owned() } else { codes.join(" ") }
}
