//! Strict checks of the texts before casbin sees them. casbin lets three mistakes pass in favour of the caller: an empty
//! policy, a mistyped effect and (until the line is reached) a line of the wrong width; none gets through here.

use std::collections::{BTreeSet, HashMap};

use super::{
    error::Fault,
    files::{ANY, CASES, Case, Effect, Files, Line, MODEL, POLICY},
    question::{NOT_APPLICABLE, Question, State},
};
use crate::domain::{
    action::{Action, Scope},
    compartment::CompartmentKind,
    relation::Relation,
    role::{Role, Subject},
    sensitivity::Sensitivity,
};

/// The six cells by name, in the order of [`Question::cells`].
const CELLS: [&str; 6] = ["subject", "action", "relation", "sensitivity", "compartment", "state"];

/// What passed: the lines and cases, each at least one.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) lines: Vec<Line>,
    pub(super) cases: Vec<Case>,
}

/// Checks the three texts.
///
/// # Errors
/// Every fault found, in the order of the files and lines.
pub(super) fn check(files: &Files) -> Result<Checked, Vec<Fault>> {
    let mut faults = Faults::default();
    faults.within(MODEL);
    model(&files.model, &mut faults);
    faults.within(POLICY);
    let possible = Possible::default();
    let lines = rows(&files.policy, &mut faults, |number, row| policy_line(&possible, number, row));
    faults.within(CASES);
    let cases = rows(&files.cases, &mut faults, case);
    for verdict in Effect::ALL {
        if !cases.is_empty() && !cases.iter().any(|case| case.verdict == *verdict) {
            faults.add(files.cases.lines().count() + 1, format!("there is no case that must come out as {verdict}; add one"));
        }
    }
    if faults.found.is_empty() { Ok(Checked { lines, cases }) } else { Err(faults.found) }
}

#[derive(Default)]
struct Faults {
    file: &'static str,
    found: Vec<Fault>,
}

impl Faults {
    fn within(&mut self, file: &'static str) {
        self.file = file;
    }

    fn add(&mut self, line: usize, mend: String) {
        self.found.push(Fault { file: self.file, line, mend });
    }
}

/// The lines that say something, with their numbers.
fn spoken(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// The only model there is: see `policies/model.conf`.
fn expected_model() -> [String; 8] {
    let matcher = CELLS.iter().filter(|cell| **cell != "action").fold("r.action == p.action".to_owned(), |matcher, cell| {
        format!("{matcher} && (p.{cell} == \"{ANY}\" || r.{cell} == p.{cell})")
    });
    [
        "[request_definition]".to_owned(),
        format!("r = {}", CELLS.join(", ")),
        "[policy_definition]".to_owned(),
        format!("p = {}, eft", CELLS.join(", ")),
        "[policy_effect]".to_owned(),
        "e = some(where (p.eft == allow)) && !some(where (p.eft == deny))".to_owned(),
        "[matchers]".to_owned(),
        format!("m = {matcher}"),
    ]
}

fn model(text: &str, faults: &mut Faults) {
    let expected = expected_model();
    let mut found = spoken(text);
    for wanted in &expected {
        match found.next() {
            None => return faults.add(text.lines().count() + 1, format!("the file ends early; add: {wanted}")),
            Some((number, line)) if line.split_whitespace().ne(wanted.split_whitespace()) => {
                return faults.add(number, format!("this must read: {wanted}"));
            }
            Some(_) => {}
        }
    }
    if let Some((number, _)) = found.next() {
        faults.add(number, "the model ends with the matcher; remove this line".to_owned());
    }
}

/// Reads every spoken line, refusing blanks, duplicates and an empty file.
fn rows<T>(text: &str, faults: &mut Faults, read: impl Fn(usize, &[&str]) -> Result<T, String>) -> Vec<T> {
    let mut seen: HashMap<Vec<&str>, usize> = HashMap::new();
    let mut good = Vec::new();
    let mut any = false;
    for (number, line) in spoken(text) {
        any = true;
        // The eighth cell takes the rest of the line: of a case it is the reason, in which commas are welcome.
        let cells: Vec<&str> = line.splitn(8, ',').map(str::trim).collect();
        if let Some(blank) = cells.iter().position(|cell| cell.is_empty()) {
            faults.add(number, format!("cell {} is blank; write \"{NOT_APPLICABLE}\" where nothing applies", blank + 1));
        } else if let Some(first) = seen.insert(cells.clone(), number) {
            faults.add(number, format!("this repeats line {first}; remove one"));
        } else {
            match read(number, &cells) {
                Ok(row) => good.push(row),
                Err(mend) => faults.add(number, mend),
            }
        }
    }
    if !any {
        faults.add(text.lines().count() + 1, "the file says nothing; it needs at least one line".to_owned());
    }
    good
}

fn policy_line(possible: &Possible, number: usize, row: &[&str]) -> Result<Line, String> {
    let directive = row.first().copied().unwrap_or_default();
    if directive != "p" {
        return Err(format!("unknown directive \"{}\"; every line begins with p", directive.escape_debug()));
    }
    let [_, cells @ .., effect] = row else { return Err(width(row.len())) };
    let cells: [&str; 6] = cells.try_into().map_err(|_| width(row.len()))?;
    if effect.contains(',') {
        return Err(width(row.len() + effect.matches(',').count()));
    }
    let effect = known("effect", effect, Effect::parse, Effect::ALL.iter().map(|effect| effect.code()))?;
    let action = action(cells[1])?;
    if effect == Effect::Deny {
        or_any(cells[0], subject)?;
        or_any(cells[2], relation)?;
    } else {
        content(subject(cells[0])?, action)?;
        relation(cells[2])?;
    }
    for at in 3..CELLS.len() {
        let possible = possible.at(action, at);
        if possible.contains(NOT_APPLICABLE) {
            if cells[at] != NOT_APPLICABLE {
                return Err(format!("{action} is asked without a {}; write \"{NOT_APPLICABLE}\"", CELLS[at]));
            }
        } else if cells[at] != ANY && !possible.contains(cells[at]) {
            return Err(unknown(CELLS[at], cells[at], possible.iter().copied().chain([ANY])));
        }
    }
    Ok(Line { number, action, cells: cells.map(str::to_owned), effect })
}

fn width(found: usize) -> String {
    format!("{found} cells; a line has 8: p, {}, effect", CELLS.join(", "))
}

fn case(number: usize, row: &[&str]) -> Result<Case, String> {
    let [who, what, relation_cell, sensitivity, compartment, state, verdict, why] = row else {
        return Err(format!("{} cells; a case has 8: {}, verdict, why", row.len(), CELLS.join(", ")));
    };
    let question = Question {
        subject: subject(who)?,
        action: action(what)?,
        relation: relation(relation_cell)?,
        sensitivity: optional(3, sensitivity, Sensitivity::parse, Sensitivity::ALL.iter().map(|one| one.code()))?,
        compartment: optional(4, compartment, CompartmentKind::parse, CompartmentKind::ALL.iter().map(|one| one.code()))?,
        state: known(CELLS[5], state, state_coded, State::all().map(State::code))?,
    };
    if !question.fits() {
        return Err(misfit(question.action));
    }
    let verdict = known("verdict", verdict, Effect::parse, Effect::ALL.iter().map(|effect| effect.code()))?;
    Ok(Case { number, question, verdict, why: (*why).to_owned() })
}

/// What a question about the action must carry, in words.
pub(super) fn misfit(action: Action) -> String {
    let needs = match action.scope() {
        Scope::Hub => "a state of the hub, and neither sensitivity nor compartment",
        Scope::Account | Scope::Agency => "neither sensitivity, compartment nor state",
        Scope::Team => "a state of the team, and neither sensitivity nor compartment",
        Scope::Referral => "a sensitivity and a state of the referral, and no compartment",
        Scope::Compartment => "a sensitivity, a compartment and a state of the referral",
    };
    format!("{action} is asked with {needs}")
}

/// Content is only for the roles that are given team keys. An officer may come to see released content; nobody else.
fn content(subject: Subject, action: Action) -> Result<(), String> {
    let holder = Role::ALL.iter().any(|role| role.holds_team_key() && Subject::from(*role) == subject);
    if action.scope() != Scope::Compartment || holder || subject == Subject::Dpo {
        Ok(())
    } else {
        Err(format!("{subject} must never reach content; remove this line"))
    }
}

/// The codes that each cell can hold, by the scope of the action asked about. Worked out once for a whole file: for each
/// line anew it was half of what starting costs.
struct Possible(HashMap<Scope, [BTreeSet<&'static str>; CELLS.len()]>);

impl Default for Possible {
    fn default() -> Self {
        let mut scopes = HashMap::new();
        for action in Action::ALL {
            scopes.entry(action.scope()).or_insert_with(|| codes(*action));
        }
        Self(scopes)
    }
}

impl Possible {
    fn at(&self, action: Action, at: usize) -> &BTreeSet<&'static str> {
        // Every action's scope was entered above.
        &self.0[&action.scope()][at]
    }
}

fn codes(action: Action) -> [BTreeSet<&'static str>; CELLS.len()] {
    let mut codes = <[BTreeSet<&'static str>; CELLS.len()]>::default();
    for question in Question::every(Subject::SetUp, action, Relation::None) {
        for (codes, code) in codes.iter_mut().zip(question.cells()) {
            codes.insert(code);
        }
    }
    codes
}

fn subject(cell: &str) -> Result<Subject, String> {
    known(CELLS[0], cell, Subject::parse, Subject::ALL.iter().map(|subject| subject.code()))
}

fn action(cell: &str) -> Result<Action, String> {
    known(CELLS[1], cell, Action::parse, Action::ALL.iter().map(|action| action.code()))
}

fn relation(cell: &str) -> Result<Relation, String> {
    known(CELLS[2], cell, Relation::parse, Relation::ALL.iter().map(|relation| relation.code()))
}

/// The state with this code; the codes of the different kinds of state do not overlap, which a test holds them to.
pub(super) fn state_coded(code: &str) -> Option<State> {
    State::all().find(|state| state.code() == code)
}

fn or_any<T>(cell: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<(), String> {
    if cell == ANY { Ok(()) } else { read(cell).map(drop) }
}

fn optional<T>(
    at: usize,
    cell: &str,
    read: impl Fn(&str) -> Option<T>,
    all: impl Iterator<Item = &'static str>,
) -> Result<Option<T>, String> {
    if cell == NOT_APPLICABLE { Ok(None) } else { known(CELLS[at], cell, read, all).map(Some) }
}

fn known<T>(
    what: &str,
    cell: &str,
    read: impl Fn(&str) -> Option<T>,
    all: impl Iterator<Item = &'static str>,
) -> Result<T, String> {
    read(cell).ok_or_else(|| unknown(what, cell, all))
}

fn unknown<'a>(what: &str, cell: &str, all: impl Iterator<Item = &'a str>) -> String {
    format!("unknown {what} \"{}\"; write one of: {}", cell.escape_debug(), all.collect::<Vec<_>>().join(" "))
}
