use super::*;
use crate::{
    domain::{
        clock::{Limit, Pauses, Step},
        compartment::Category,
    },
    pathways::{Loaded, library::EMBEDDED, unwanted},
};

/// A change to a form, that for fire protection unless `file` names another, and the fault that it must bring.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    file: Option<String>,
    replace: String,
    with: String,
    at: String,
    says: String,
}

/// Every change of the table.
fn changes() -> Vec<Fault> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        fault: Vec<Fault>,
    }
    let file: File = toml::from_str(include_str!("../../tests/data/faults.toml")).expect("the table");
    assert!(file.fault.len() > 60, "the table is read whole");
    file.fault
}

const FIRE: &str = include_str!("../../pathways/fire-protection.toml");

fn faults(text: &str) -> Vec<(usize, String)> {
    faults_of("fire-protection.toml", text)
}

/// What a checker says of a file.
fn faults_of(name: &str, text: &str) -> Vec<(usize, String)> {
    let faults = match Loaded::parse(name, text) {
        Err(faults) => faults.0,
        Ok(loaded) => unwanted(name, &loaded),
    };
    assert!(faults.iter().all(|fault| fault.file == name));
    faults.into_iter().map(|fault| (fault.line, fault.message)).collect()
}

impl Fault {
    /// The file's name, and its text once it is changed.
    fn changed(&self) -> (&str, String) {
        let name = self.file.as_deref().unwrap_or("fire-protection.toml");
        let text = EMBEDDED.iter().find(|(known, _)| *known == name).expect("a file").1;
        assert!(text.contains(&self.replace), "{name} no longer holds: {}", self.replace);
        (name, text.replacen(&self.replace, &self.with, 1))
    }
}

/// The line, counted from 1, of the first line that holds a text.
fn line_of(text: &str, part: &str) -> usize {
    text.lines().position(|line| line.contains(part)).expect("the part is there") + 1
}

#[test]
fn outcomes_that_tell_the_referrer_the_same_close_alike_and_have_one_code_for_them() {
    const OFFENDER: &str = include_str!("../../pathways/foreign-national-offender.toml");
    let whole = parse("foreign-national-offender.toml", OFFENDER).expect("it loads");
    assert!(!whole.free_feedback);
    let told = ["no-trace", "trace-serious", "wanted", "no-action"].map(|code| {
        let line = &whole.outcome(code).expect("an outcome").feedback[0];
        whole.told_by(line.code.as_str()).map(Code::as_str)
    });
    assert_eq!(told, [Some("fno-assessed-a"); 4]);
    assert_eq!(whole.told_by("fno-stopped").map(Code::as_str), Some("fno-stopped"));
    let apart = OFFENDER.replacen("title = \"Wanted: to the arrest team\"", "title = \"Wanted\"\ncloses = true", 1);
    let faults = parse("foreign-national-offender.toml", &apart).expect_err("a fault").0;
    assert!(faults.iter().any(|fault| fault.message.contains("set `closes` as in the other outcome")), "{faults:?}");
}

#[test]
fn every_fault_names_its_line_and_what_to_mend() {
    let mut missed = Vec::new();
    for change in changes() {
        let (name, text) = change.changed();
        let found = faults_of(name, &text);
        let Fault { with, at: place, says, .. } = &change;
        let line = match place.split_once('#') {
            // The so-manieth table of an array, by its header.
            Some((header, nth)) if !header.is_empty() => {
                let nth: usize = nth.parse().expect("a number");
                text.lines().enumerate().filter(|(_, line)| *line == header).nth(nth - 1).expect("the table").0 + 1
            }
            _ => line_of(&text, place),
        };
        // A fault of a question as a whole stands at its header, the line above its id.
        let header = if place.starts_with("id = ") { line - 1 } else { line };
        let near = found.iter().any(|(at, message)| (*at == line || *at == header) && message.contains(says));
        if !near {
            missed.push(format!("{with:?}: expected line {line} with {says:?}, found {found:#?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn one_mistake_does_not_bring_a_flood() {
    for change in changes() {
        let (name, text) = change.changed();
        let found = faults_of(name, &text);
        assert!((1..=4).contains(&found.len()), "{:?}: {found:#?}", change.with);
    }
}

#[test]
fn all_faults_are_told_at_once_in_order_of_lines() {
    let text = FIRE.replace("minutes = 4", "minutes = 400").replace("max = 120", "max = 0").replace("years = 7", "years = 0");
    let lines: Vec<_> = faults(&text).into_iter().map(|(line, _)| line).collect();
    let expected = ["minutes = 400", "max = 0", "years = 0"].map(|part| line_of(&text, part));
    assert_eq!(lines, expected);
}

#[test]
fn text_that_is_not_toml_is_told_with_its_line() {
    let text = format!("{FIRE}\nowner = = 3\n");
    let found = faults(&text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, line_of(&text, "owner = = 3"));
    assert!(found[0].1.contains("not TOML"), "{found:?}");
}

#[test]
fn too_many_required_questions_are_refused() {
    let question = |n: i32| {
        format!("[[section.question]]\nid = \"extra_{n}\"\nkind = \"yes-no\"\nlabel = \"Q?\"\nnoun = \"q\"\nrequired = true\n\n")
    };
    let extra = (0..21).map(question).collect::<Vec<_>>().concat();
    let text =
        FIRE.replace("[[section]]\nid = \"about-this-referral\"", &format!("{extra}[[section]]\nid = \"about-this-referral\""));
    let found = faults(&text);
    assert!(found[0].1.contains("24 are the most"), "{found:?}");
}

#[test]
fn more_than_twelve_screens_before_sending_are_refused_and_later_sections_are_not_counted() {
    let section = |n: i32, later: bool| {
        format!(
            "[[section]]\nid = \"extra-{n}\"\ntitle = \"Extra\"\nlater = {later}\n\n[[section.question]]\nid = \"extra_{n}\"\n\
             kind = \"yes-no\"\nlabel = \"Q?\"\nnoun = \"q\"\n\n"
        )
    };
    let with = |later| {
        let extra: String = (0..9).map(|n| section(n, later)).collect();
        FIRE.replace("[[section]]\nid = \"about-this-referral\"", &format!("{extra}[[section]]\nid = \"about-this-referral\""))
    };
    assert!(faults(&with(false))[0].1.contains("12 come before sending, 8 are the most in 12 screens"));
    let pathway = parse("fire-protection.toml", &with(true)).expect("a pathway");
    assert_eq!((pathway.sections.len(), pathway.minimum().count()), (13, 4));
}

/// Settings that the fire form does not use, put at its end.
const MORE: &str = r#"
[[rule]]
code = "empty"
when = { all = [{ question = "in_use", is = "empty" }, { question = "sender_kind", in = ["police", "council"] }] }
question = "in_use"
message = "Choose how the premises are used"
title = "Use another form"
text = "Empty premises go to the council."
pathways = ["fire-prevention"]

[[copy]]
code = "council"
when = { question = "premises_use", is = "private-home" }
by = "district"
teams = { leicester = "city-team", rutland = "rutland-team" }
default = "county-team"
why = "The council is told as well."

[check]
who = "safeguarding-lead"
absent_after = { working_days = 1 }
unless = { question = "danger_now", is = "yes" }
party = "involved"
reasons = [{ code = "unfounded", title = "There is nothing in it" }]

[risk]
questions = ["in_use"]
order = ["empty", "closed", "staff-only", "open-public"]

[[restricted]]
category = "health"
teams = ["health-team"]
who = "The health team alone."

[[clock]]
step = "review"
pauses = "while-waiting-for-referrer"
limit = { months = 3 }
"#;

#[test]
fn every_setting_of_a_whole_pathway_is_read() {
    let text = FIRE.replace("id = \"opinion\"\n", "id = \"opinion\"\nsealed = \"health\"\n") + MORE;
    let pathway = parse("fire-protection.toml", &text).expect("a pathway");
    let [rule] = pathway.rules.as_slice() else { panic!("one rule") };
    assert!(rule.stops_the_form() && rule.pathways.len() == 1);
    let mut answers = crate::domain::answers::Answers::from_sender(AgencyKind::Council);
    let mut answer = |id: &str, code: &str| {
        let code = Code::parse(code).expect("a code");
        answers.push(QuestionId::parse(id).expect("an id"), crate::domain::answers::Answer::Choice(code));
        answers.clone()
    };
    assert_eq!(pathway.broken(&answer("in_use", "empty")).count(), 1);
    assert_eq!(pathway.copies(&answer("district", "rutland")), []);
    let home = answer("premises_use", "private-home");
    assert_eq!(pathway.copies(&home).iter().map(|copy| copy.team.as_str()).collect::<Vec<_>>(), ["rutland-team"]);
    assert_eq!(pathway.risk(&home).map(Code::as_str), Some("empty"));
    let check = pathway.check.as_ref().expect("a check");
    assert!(!check.is_skipped(&home) && check.absent_after == Limit::WorkingDays(1) && check.reasons.len() == 1);
    let review = pathway.clocks.of(Step::Review).expect("a clock");
    assert_eq!((review.default, review.pauses), (Limit::Months(3), Pauses::WhileWaitingForReferrer));
    assert_eq!(pathway.clocks.of(Step::Assessment), None);
    let [restricted] = pathway.restricted.as_slice() else { panic!("one category") };
    assert_eq!((restricted.category, restricted.teams.len()), (Category::Health, 1));
    let choices = pathway.legal_choices(AgencyKind::Charity);
    assert_eq!(choices.first().map(|choice| choice.basis), Some(crate::domain::legal::Basis::RecognisedLegitimateInterest));
    assert!(AgencyKind::ALL.iter().all(|kind| !pathway.legal_choices(*kind).is_empty()));
}

#[test]
fn the_version_is_the_hash_of_the_text() {
    assert_eq!(version_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_ne!(version_of(FIRE), version_of(&format!("{FIRE} ")));
}

#[test]
fn the_fire_form_says_what_the_partnership_expects() {
    let pathway = parse("fire-protection.toml", FIRE).expect("a pathway");
    assert_eq!((pathway.sensitivity, pathway.purpose), (Sensitivity::L1, Purpose::FireSafety));
    assert!(AgencyKind::ALL.iter().all(|kind| pathway.may_submit(*kind)));
    assert_eq!(pathway.clocks.triage.default, Limit::WorkingDays(10));
    let limits: Vec<_> = pathway.clocks.triage.special.iter().map(|special| special.limit).collect();
    assert_eq!(limits, [Limit::Hours(4), Limit::WorkingDays(3)]);
    let route = &pathway.routes.default;
    assert_eq!((route.team.as_str(), route.cover.as_str()), ("fire-protection", "fire-control"));
    for outcome in [
        "satisfactory",
        "advice",
        "informal-notification",
        "alterations-notice",
        "enforcement-notice",
        "prohibition-notice",
        "prosecution",
    ] {
        assert!(pathway.outcome(outcome).is_some(), "{outcome}");
    }
    let personal: Vec<_> = pathway.questions().filter(|q| q.personal).map(|q| q.id.as_str()).collect();
    assert_eq!(personal, ["responsible_person", "narrative", "opinion", "involved_who", "second_contact"]);
}
