//! Every rule of the lint, each shown by a text that breaks it and nothing else.

use proptest::prelude::*;

use super::{
    error::Fault,
    files::{Files, Line},
    lint::check,
    question::{Question, State},
};
use crate::domain::{action::Action, compartment::CompartmentKind, relation::Relation, role::Subject, sensitivity::Sensitivity};

fn faults(files: &Files) -> Vec<Fault> {
    check(files).err().unwrap_or_default()
}

fn policy(line: &str) -> Files {
    Files { policy: line.to_owned(), ..Files::embedded() }
}

fn cases(line: &str) -> Files {
    let pair = "lead, sign-in, own, -, -, -, allow, a\njob, sign-in, own, -, -, -, deny, b\n";
    Files { cases: format!("{pair}{line}\n"), ..Files::embedded() }
}

/// The only fault of the files must name this file and line, and say this.
fn assert_fault(files: &Files, file: &str, line: usize, says: &str) {
    match faults(files).as_slice() {
        [fault] => {
            assert_eq!((fault.file, fault.line), (file, line), "{fault}");
            assert!(fault.mend.contains(says), "{fault} should say: {says}");
        }
        other => panic!("one fault expected ({says}): {other:?}"),
    }
}

#[test]
fn the_files_of_the_program_have_no_fault() {
    assert_eq!(faults(&Files::embedded()), []);
}

/// First of casbin's ways to fail open: without lines the matcher is asked about blanks.
#[test]
fn an_empty_policy_is_refused() {
    for empty in ["", "\n\n", "# p, lead, sign-in, own, -, -, -, allow\n"] {
        assert_fault(&policy(empty), "policy.csv", empty.lines().count() + 1, "at least one line");
    }
    assert_fault(&Files { cases: String::new(), ..Files::embedded() }, "cases.csv", 1, "at least one line");
}

/// Second: a mistyped effect counts as no effect, so a mistyped deny lets through.
#[test]
fn a_mistyped_effect_is_refused() {
    for effect in ["dney", "alow", "Allow", "DENY", "true", "any", "-", "allow # and more"] {
        assert_fault(&policy(&format!("p, lead, sign-in, own, -, -, -, {effect}")), "policy.csv", 1, "unknown effect");
    }
}

/// Third: a line of the wrong width loads and then breaks every question that reaches it.
#[test]
fn a_line_of_the_wrong_width_is_refused() {
    for (line, found) in [
        ("p", 1),
        ("p, lead", 2),
        ("p, lead, sign-in, own, -, -, allow", 7),
        ("p, lead, sign-in, own, -, -, -, allow, allow", 9),
        ("p, lead, sign-in, own, -, -, -, allow, -, allow", 10),
    ] {
        assert_fault(&policy(line), "policy.csv", 1, &format!("{found} cells"));
    }
    assert_fault(&cases("lead, sign-in, own, -, -, -, allow"), "cases.csv", 3, "7 cells");
}

#[test]
fn policy_lines_say_only_what_is_known_and_fits() {
    for (line, says) in [
        ("g, lead, triager", "unknown directive \"g\""),
        ("p2, lead, sign-in, own, -, -, -, allow", "unknown directive \"p2\""),
        ("P, lead, sign-in, own, -, -, -, allow", "unknown directive"),
        ("p, lead, sign-in, , -, -, -, allow", "cell 4 is blank"),
        ("p, lead, sign-in, own, -, -, -,", "cell 8 is blank"),
        ("p, leader, sign-in, own, -, -, -, allow", "unknown subject"),
        ("p, \"lead\", sign-in, own, -, -, -, allow", "unknown subject"),
        ("p, lead, signin, own, -, -, -, allow", "unknown action"),
        ("p, lead, any, own, -, -, -, deny", "unknown action"),
        ("p, lead, sign-in, mine, -, -, -, allow", "unknown relation"),
        ("p, any, sign-in, own, -, -, -, allow", "unknown subject \"any\""),
        ("p, lead, sign-in, any, -, -, -, allow", "unknown relation \"any\""),
        ("p, lead, sign-in, own, L1, -, -, allow", "without a sensitivity"),
        ("p, lead, sign-in, own, any, -, -, allow", "without a sensitivity"),
        ("p, lead, sign-in, own, -, any, -, allow", "without a compartment"),
        ("p, lead, sign-in, own, -, -, any, allow", "without a state"),
        ("p, lead, read-pathways, none, any, -, open, allow", "without a sensitivity"),
        ("p, lead, read-pathways, none, -, -, -, allow", "unknown state"),
        ("p, lead, read-pathways, none, -, -, ready, allow", "unknown state"),
        ("p, lead, bear-team, own-team, -, -, open, allow", "unknown state"),
        ("p, lead, submit-referral, referrer, -, -, new, allow", "unknown sensitivity"),
        ("p, lead, submit-referral, referrer, L5, -, new, allow", "unknown sensitivity"),
        ("p, lead, submit-referral, referrer, L1, shared, new, allow", "without a compartment"),
        ("p, lead, submit-referral, referrer, L1, -, ready, allow", "unknown state"),
        ("p, lead, read-referral, granted, L1, -, any, allow", "unknown compartment"),
        ("p, lead, read-referral, granted, L1, open, any, allow", "unknown compartment"),
        ("p, analyst, read-referral, granted, L1, share, any, allow", "never reach content"),
        ("p, hub-operator, list-queue, receiving-team, L1, shared, any, allow", "never reach content"),
        ("p, agency-administrator, list-sent, referrer, L1, shared, any, allow", "never reach content"),
        ("p, job, read-referral, granted, L1, share, any, allow", "never reach content"),
        ("p, set-up, read-referral, none, L1, shared, any, allow", "never reach content"),
    ] {
        assert_fault(&policy(line), "policy.csv", 1, says);
    }
}

#[test]
fn a_deny_line_may_speak_of_everybody() {
    assert_eq!(faults(&policy("p, any, read-referral, any, any, any, any, deny")), []);
    assert_eq!(faults(&policy("p, any, sign-in, any, -, -, -, deny")), []);
}

#[test]
fn a_repeated_line_is_refused_and_the_first_is_named() {
    let twice = "# a comment\np, lead, sign-in, own, -, -, -, allow\n\np,lead,sign-in,  own,-,-,-,allow\n";
    assert_fault(&policy(twice), "policy.csv", 4, "repeats line 2");
}

#[test]
fn every_fault_is_told_at_once() {
    let files = Files { model: String::new(), policy: "p, x\ng, y".into(), cases: "z".into() };
    let told: Vec<_> = faults(&files).iter().map(|fault| (fault.file, fault.line)).collect();
    assert_eq!(told, [("model.conf", 1), ("policy.csv", 1), ("policy.csv", 2), ("cases.csv", 1)]);
}

#[test]
fn cases_are_whole_questions_with_a_verdict_and_a_reason() {
    for (line, says) in [
        ("any, sign-in, own, -, -, -, deny, why", "unknown subject"),
        ("lead, sign-in, any, -, -, -, deny, why", "unknown relation"),
        ("lead, sign-in, own, -, -, any, deny, why", "unknown state"),
        ("lead, sign-in, own, L1, -, -, deny, why", "asked with neither"),
        ("lead, open-hub, own, -, -, -, deny, why", "a state of the hub"),
        ("lead, bear-team, own, -, -, open, deny, why", "a state of the team"),
        ("lead, submit-referral, own, -, -, new, deny, why", "a sensitivity and a state"),
        ("lead, read-referral, own, L1, -, new, deny, why", "a sensitivity, a compartment and a state"),
        ("lead, sign-in, own, -, -, -, refuse, why", "unknown verdict"),
        ("lead, sign-in, own, -, -, -, deny,", "cell 8 is blank"),
    ] {
        assert_fault(&cases(line), "cases.csv", 3, says);
    }
    let both = "lead, sign-in, own, -, -, -, allow, commas, in a reason, are welcome\n";
    assert_fault(&Files { cases: both.into(), ..Files::embedded() }, "cases.csv", 2, "must come out as deny");
}

#[test]
fn the_model_reads_one_way_only() {
    let whole = Files::embedded().model;
    let with = |from: &str, to: &str| {
        assert!(whole.contains(from), "{from}");
        Files { model: whole.replace(from, to), ..Files::embedded() }
    };
    for (from, to) in [
        ("&& !some(where (p.eft == deny))", ""),
        ("some(where (p.eft == allow)) && !some(where (p.eft == deny))", "!some(where (p.eft == deny))"),
        ("r.state == p.state", "r.state == p.status"),
        ("r.relation == p.relation", "true"),
        ("compartment, state, eft", "compartment, state"),
        ("r.action == p.action &&", "r.action == p.action ||"),
        ("[policy_effect]", "[role_definition]\ng = _, _\n[policy_effect]"),
        ("[matchers]", "[matchers]\nm2 = true"),
    ] {
        let found = faults(&with(from, to));
        assert!(matches!(found.as_slice(), [fault] if fault.file == "model.conf" && fault.mend.contains("must read")), "{from}");
    }
    let longer = Files { model: format!("{whole}\nm2 = true\n"), ..Files::embedded() };
    assert_fault(&longer, "model.conf", whole.lines().count() + 2, "ends with the matcher");
    let spaced = Files { model: whole.replace("m = ", "m   =   "), ..Files::embedded() };
    assert_eq!(faults(&spaced), []);
}

#[test]
fn no_code_of_one_kind_of_state_is_that_of_another() {
    let codes: Vec<_> = State::all().map(State::code).collect();
    let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
    assert_eq!(distinct.len(), codes.len());
    assert!(codes.iter().all(|code| Relation::parse(code).is_none() && CompartmentKind::parse(code).is_none()));
}

fn code<T: Copy + std::fmt::Debug + 'static>(all: &'static [T], code: fn(T) -> &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        6 => proptest::sample::select(all).prop_map(move |one| code(one).to_owned()),
        1 => Just("any".to_owned()),
        1 => Just("-".to_owned()),
        1 => Just(String::new()),
        1 => "[a-z# ]{1,6}",
    ]
}

proptest! {
    /// Whatever is written, a line that passes can match only questions that fit, and some question matches it.
    #[test]
    fn a_line_that_passes_speaks_about_something(
        who in code(Subject::ALL, Subject::code),
        what in code(Action::ALL, Action::code),
        how in code(Relation::ALL, Relation::code),
        level in code(Sensitivity::ALL, Sensitivity::code),
        kind in code(CompartmentKind::ALL, CompartmentKind::code),
        state in prop_oneof![Just("-".to_owned()), Just("any".into()), Just("new".into()), Just("open".into()), Just("ready".into())],
        effect in prop_oneof![Just("allow"), Just("deny"), Just("dney")],
    ) {
        let files = policy(&format!("p, {who}, {what}, {how}, {level}, {kind}, {state}, {effect}"));
        if let Ok(checked) = check(&files) {
            let lines: Vec<Line> = checked.lines;
            prop_assert_eq!(lines.len(), 1);
            prop_assert!(effect != "dney");
            let asked = |subject: Subject, relation: Relation| Question::every(subject, lines[0].action, relation).any(|question| lines[0].matches(question));
            prop_assert!(Subject::ALL.iter().any(|&subject| Relation::ALL.iter().any(|&relation| asked(subject, relation))));
        }
    }
}
