//! Writing a made-up referral: the pathway's example, varied where nothing depends on it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Span, civil::Date};
use serde_json::{Value, json};

use super::{chance::Chance, words};
use crate::{
    app::{example_given, raw_from_json},
    domain::{
        agency::AgencyKind,
        answers::{Answer, Answers},
        code::QuestionId,
        condition::Condition,
        pathway::Pathway,
        question::{DateRange, Kind, NOT_KNOWN, Precision, Question},
        urgency::Urgency,
        validate::examine,
    },
};

/// What kind of referral it is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It goes to the team in the usual way.
    Usual,
    /// Somebody is in danger: for today, and the covering team sees it.
    Urgent,
    /// The sender's safeguarding lead looks first.
    Checked,
    /// Somebody involved works for a partner: people by name receive it.
    Restricted,
}

/// How often other words are tried before the plain ones stand.
const TRIES: u8 = 8;

/// Of the answers that decide what else is asked, one in so many is another than the example's.
const BRANCH_IN: u64 = 4;

/// So many in a hundred live in the first area of a list, which is the city's.
const IN_THE_CITY: u64 = 34;

/// Of what would be for today in the usual way, one in so many stays so.
const TODAY_IN: u64 = 4;

/// Who writes: the kind of their agency, and the area that it is the council of.
pub(super) type Writer = (AgencyKind, Option<&'static str>);

/// The answers of a referral, as the JSON door takes them. `read` gives them read, if they could be sent.
pub(super) fn write(
    pathway: &Pathway,
    ((sender, area), today): (Writer, Date),
    turn: Turn,
    chance: &mut Chance,
    read: impl Fn(&Value) -> Option<Answers>,
) -> Value {
    let plain = |given: &Answers| {
        let mut plain = example_given(pathway, (sender, today), given)["answers"].take();
        steer(&mut plain, pathway, turn);
        plain
    };
    let home = home(pathway, area);
    let mut written = plain(&home);
    for _ in 0..TRIES {
        let mut varied = plain(&branch(pathway, turn, &home, chance));
        vary(&mut varied, pathway, today, chance);
        if read(&varied).is_some() {
            written = varied;
            break;
        }
    }
    let is_today = |answers: &Value| read(answers).is_some_and(|answers| pathway.urgency(&answers) == Urgency::Today);
    if turn != Turn::Usual || !is_today(&written) || chance.below(TODAY_IN) == 0 {
        return written;
    }
    let calm = unsure(&written, pathway, (sender, today)).into_iter().find(|calm| read(calm).is_some() && !is_today(calm));
    // Where not knowing is for today as well, something else is said.
    let others = || {
        let given = other_choices(pathway, &home);
        given.iter().cycle().take(given.len() * usize::from(TRIES)).find_map(|given| {
            let mut other = plain(given);
            vary(&mut other, pathway, today, chance);
            (read(&other).is_some() && !is_today(&other)).then_some(other)
        })
    };
    calm.or_else(others).unwrap_or(written)
}

/// Where a district's council meets people: in its own area. Nothing for others.
fn home(pathway: &Pathway, area: Option<&str>) -> Answers {
    let asked = pathway.district.as_ref().and_then(|id| pathway.question(id)).zip(area);
    let here = asked.and_then(|(question, area)| {
        let choice = question.kind.choices().iter().find(|choice| choice.code.as_str() == area)?;
        Some((question.id.clone(), Answer::Choice(choice.code.clone())))
    });
    Answers::from_pairs(here)
}

/// One answer to start from for each choice of a question that may make it for today.
fn other_choices(pathway: &Pathway, home: &Answers) -> Vec<Answers> {
    let rules = pathway.urgency.iter().filter(|rule| rule.urgency == Urgency::Today);
    let hangs: BTreeSet<&QuestionId> = rules.flat_map(|rule| rule.when.questions()).collect();
    let asked = pathway.questions().filter(|question| hangs.contains(&question.id));
    let choices = asked.filter_map(|question| match &question.kind {
        Kind::Choice(choices) => Some(choices.iter().map(|choice| (question.id.clone(), Answer::Choice(choice.code.clone())))),
        _ => None,
    });
    choices
        .flatten()
        .map(|pair| Answers::from_pairs(home.iter().map(|(id, answer)| (id.clone(), answer.clone())).chain([pair])))
        .collect()
}

/// The same answers, with one of those not known that would make it for today, or with all of them; without what is then not
/// asked.
fn unsure(answers: &Value, pathway: &Pathway, (sender, today): (AgencyKind, Date)) -> Vec<Value> {
    let rules = pathway.urgency.iter().filter(|rule| rule.urgency == Urgency::Today);
    let hangs: BTreeSet<&QuestionId> = rules.flat_map(|rule| rule.when.questions()).collect();
    let asked = pathway.questions().filter(|question| question.not_known.is_some() && hangs.contains(&question.id));
    let told: Vec<&str> = asked.map(|question| question.id.as_str()).filter(|id| answers.get(id).is_some()).collect();
    let without = |ids: &[&str]| {
        let mut other = answers.clone();
        for id in ids {
            other[*id] = json!({ "not_known": NOT_KNOWN });
        }
        let examined = examine(pathway, raw_from_json(&other).ok()?, sender, today);
        let shown: BTreeSet<&str> = examined.shown.iter().map(|question| question.id.as_str()).collect();
        other.as_object_mut()?.retain(|name, _| shown.contains(name.as_str()));
        Some(other)
    };
    told.chunks(1).chain([told.as_slice()]).filter_map(without).collect()
}

/// Answers what decides the way it goes.
fn steer(answers: &mut Value, pathway: &Pathway, turn: Turn) {
    match turn {
        Turn::Usual => {}
        Turn::Urgent => {
            answers[pathway.danger.question.as_str()] = json!(true);
            // Information about a child in danger now is taken only of a child who was referred.
            if let Some(child) = answers.get_mut("child_at_risk") {
                *child = json!("referred");
            }
        }
        Turn::Checked => {
            if let Some(check) = &pathway.check {
                answers[check.party.as_str()] = json!(false);
                // Whatever sends it at once is answered with the last choice, which lets it wait.
                for id in check.unless.iter().flat_map(Condition::questions) {
                    if let Some(Kind::Choice(choices)) = pathway.question(id).map(|question| &question.kind)
                        && let Some(last) = choices.last()
                    {
                        answers[id.as_str()] = json!(last.code.as_str());
                    }
                }
            }
        }
        Turn::Restricted => {
            answers[pathway.conflict.as_str()] = json!(true);
            let follows = |question: &&Question| {
                question.show_when.as_ref().is_some_and(|when| when.questions().contains(&&pathway.conflict))
            };
            for question in pathway.questions().filter(follows) {
                if let Some(text) = &question.example {
                    answers[question.id.as_str()] = json!(text);
                }
            }
        }
    }
}

/// The questions whose answers decide what else is asked, what may be sent and where it goes: those stay as they are.
fn steady(pathway: &Pathway) -> BTreeSet<&str> {
    let shown = pathway.questions().flat_map(with_items).filter_map(|question| question.show_when.as_ref());
    let rules = pathway.rules.iter().map(|rule| &rule.when);
    let routes = pathway.routes.special.iter().filter_map(|special| special.when.as_ref());
    let copies = pathway.copies.iter().map(|copy| &copy.when);
    let checks = pathway.check.iter().filter_map(|check| check.unless.as_ref());
    // What is for today goes unchecked.
    let urgencies = pathway.urgency.iter().filter(|_| pathway.check.is_some()).map(|rule| &rule.when);
    let conditions = shown.chain(rules).chain(routes).chain(copies).chain(checks).chain(urgencies);
    // So does what an age is held against.
    let minors = pathway.questions().flat_map(with_items).filter_map(|question| question.minor.as_ref());
    conditions.flat_map(Condition::questions).chain(minors).map(QuestionId::as_str).collect()
}

fn with_items(question: &Question) -> Vec<&Question> {
    match &question.kind {
        Kind::Group(group) => std::iter::once(question).chain(&group.questions).collect(),
        _ => vec![question],
    }
}

/// Answers to start from: the area, and here and there another way through the form than the example's.
fn branch(pathway: &Pathway, turn: Turn, home: &Answers, chance: &mut Chance) -> Answers {
    let unless = pathway.check.iter().filter_map(|check| check.unless.as_ref());
    let decides: BTreeSet<&QuestionId> = unless.flat_map(Condition::questions).collect();
    let steady = steady(pathway);
    let mut given = Answers::default();
    for question in pathway.questions() {
        let (Kind::Choice(choices) | Kind::Many(choices)) = &question.kind else { continue };
        if let Some(here) = home.get(&question.id) {
            given.push(question.id.clone(), here.clone());
            continue;
        }
        let choice = if Some(&question.id) == pathway.district.as_ref() {
            match choices.split_first() {
                Some((city, elsewhere)) if chance.below(100) >= IN_THE_CITY => chance.pick(elsewhere).or(Some(city)),
                _ => choices.first(),
            }
        } else if steady.contains(question.id.as_str())
            && !decides.contains(&question.id)
            && turn == Turn::Usual
            && chance.below(BRANCH_IN) == 0
        {
            chance.pick(choices)
        } else {
            None
        };
        if let Some(choice) = choice {
            let code = choice.code.clone();
            let is_many = matches!(question.kind, Kind::Many(_));
            given.push(question.id.clone(), if is_many { Answer::Many(vec![code]) } else { Answer::Choice(code) });
        }
    }
    given
}

/// Other choices, other words, other people.
fn vary(answers: &mut Value, pathway: &Pathway, today: Date, chance: &mut Chance) {
    let steady = steady(pathway);
    // How many days ago each date was said to be.
    let mut dates: BTreeMap<QuestionId, u16> = BTreeMap::new();
    for question in pathway.questions() {
        let id = question.id.as_str();
        let Some(answer) = answers.get_mut(id).filter(|answer| !is_not_known(answer)) else { continue };
        match &question.kind {
            Kind::Choice(choices) if !steady.contains(id) && Some(&question.id) != pathway.district.as_ref() => {
                if let Some(choice) = chance.pick(choices) {
                    *answer = json!(choice.code.as_str());
                }
            }
            Kind::Many(choices) if !steady.contains(id) => {
                if let Some(choice) = chance.pick(choices) {
                    *answer = json!([choice.code.as_str()]);
                }
            }
            Kind::LongText { min, max } => {
                let bank = words::told(pathway.id.as_str(), id);
                if let Some(text) = chance.pick(bank).filter(|text| (*min..=*max).contains(&text.chars().count())) {
                    *answer = json!(text);
                }
            }
            Kind::Date(of) if of.when == DateRange::TodayOrPast => {
                let since = question.not_before.iter().filter_map(|id| dates.get(id).copied()).min();
                // No month is shorter.
                let most = question.within_months.map_or(410, |months| 28 * u64::from(months)).min(410);
                let ago = match (since, of.precision) {
                    (Some(since), _) => chance.below(u64::from(since) + 1),
                    (None, Precision::Whole) => chance.below(10),
                    // What is told from memory lies further back.
                    (None, Precision::PartKnown) => 10 + chance.below(most - 10),
                };
                let days = u16::try_from(ago).unwrap_or_default();
                dates.insert(question.id.clone(), days);
                *answer = json!(today.saturating_sub(Span::new().days(i64::from(days))).to_string());
            }
            _ => {}
        }
    }
    if answers.get("premises_name").is_some() {
        premises(answers, chance);
    }
    let minor = pathway.questions().filter_map(|question| question.minor.as_ref());
    let said = minor.into_iter().any(|id| answers.get(id.as_str()).is_some_and(|under| under == "yes"));
    people_and_places(answers, (pathway.id.as_str(), said), "", chance);
}

fn is_not_known(answer: &Value) -> bool {
    answer.get("not_known").is_some()
}

/// A building, what it is used as, and what was seen there.
fn premises(answers: &mut Value, chance: &mut Chance) {
    if let Some((name, used_as)) = chance.pick(&words::PREMISES) {
        answers["premises_name"] = json!(name);
        answers["premises_use"] = json!(used_as);
    }
    if let Some((hazards, narrative)) = chance.pick(&words::SEEN) {
        answers["hazards"] = json!(hazards);
        answers["narrative"] = json!(narrative);
    }
}

/// How old somebody is, by the pathway and the question: the least, and how many years more at most.
fn ages(pathway: &str, is_minor: bool, question: &str) -> (u64, u64) {
    match (pathway, question) {
        (_, "harmer_age" | "other_age") => (19, 40),
        ("marac", "child_age") => (1, 15),
        (_, "child_age") => (11, 7),
        ("fire-prevention", _) => (61, 34),
        ("prevent", _) => (13, 25),
        _ if is_minor => (11, 7),
        _ => (18, 50),
    }
}

/// Names, ages and streets, wherever they stand.
fn people_and_places(value: &mut Value, of: (&str, bool), question: &str, chance: &mut Chance) {
    match value {
        Value::Object(members) => {
            let (name, street, age) =
                (members.contains_key("family_name"), members.contains_key("line_1"), members.contains_key("years"));
            if let (true, Some(given), Some(family)) = (name, chance.pick(&words::GIVEN), chance.pick(&words::FAMILY)) {
                members.insert("given_name".to_owned(), json!(given));
                members.insert("family_name".to_owned(), json!(family));
            }
            if let (true, Some(name)) = (street, chance.pick(&words::STREETS)) {
                members.insert("line_1".to_owned(), json!(format!("{} {name}", 1 + chance.below(180))));
            }
            if age {
                let (least, more) = ages(of.0, of.1, question);
                members.insert("years".to_owned(), json!(least + chance.below(more)));
            }
            for (name, member) in members {
                people_and_places(member, of, name, chance);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| people_and_places(item, of, question, chance)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::PathwayLibrary,
        domain::{code::Code, validate::validate},
    };

    #[test]
    fn what_is_written_can_be_sent_and_goes_the_way_it_was_meant_to() {
        let library = PathwayLibrary::embedded().expect("the built-in pathways");
        let today = jiff::civil::date(2026, 11, 23);
        let mut chance = Chance::from_seed(7);
        let enquiries = library.iter().filter_map(|loaded| loaded.pathway.enquiry.as_ref()).map(|enquiry| &*enquiry.form);
        let forms = library.iter().map(|loaded| &loaded.pathway).chain(enquiries);
        for (pathway, sender) in forms.flat_map(|form| AgencyKind::ALL.iter().map(move |sender| (form, *sender))) {
            if !pathway.may_submit(sender) {
                continue;
            }
            let read =
                |answers: &Value| -> Option<Answers> { validate(pathway, raw_from_json(answers).ok()?, sender, today).ok() };
            let mut different = BTreeSet::new();
            for turn in [Turn::Usual, Turn::Usual, Turn::Usual, Turn::Urgent, Turn::Checked, Turn::Restricted] {
                let written = write(pathway, ((sender, None), today), turn, &mut chance, read);
                different.insert(written.to_string());
                let doubted = read(&written).map(|answers| pathway.hints(&answers, today)).unwrap_or_default();
                let doubted = doubted.iter().find_map(crate::domain::hint::Hint::field);
                assert_eq!(doubted, None, "{} {turn:?}: nothing told contradicts itself", pathway.id);
                let Some(answers) = read(&written) else { panic!("{} {turn:?}: {written}", pathway.id) };
                assert_eq!(pathway.is_conflicted(&answers), turn == Turn::Restricted, "{}", pathway.id);
                assert!(turn != Turn::Urgent || pathway.urgency(&answers) == Urgency::Today, "{}", pathway.id);
                let checked = pathway.check.as_ref().filter(|check| !check.is_skipped(&answers));
                let checked = checked.is_some() && pathway.urgency(&answers) != Urgency::Today;
                assert_eq!(checked, turn == Turn::Checked && pathway.check.is_some(), "{}", pathway.id);
            }
            assert!(different.len() > 4, "{}: others each time", pathway.id);
        }
    }

    #[test]
    fn a_districts_council_refers_whom_it_meets_in_its_own_area() {
        let library = PathwayLibrary::embedded().expect("the built-in pathways");
        let (today, sender) = (jiff::civil::date(2026, 11, 23), AgencyKind::Council);
        let mut chance = Chance::from_seed(7);
        for loaded in library.iter().filter(|loaded| loaded.pathway.may_submit(sender)) {
            let pathway = &loaded.pathway;
            let read =
                |answers: &Value| -> Option<Answers> { validate(pathway, raw_from_json(answers).ok()?, sender, today).ok() };
            for turn in [Turn::Usual, Turn::Usual, Turn::Usual, Turn::Urgent, Turn::Checked, Turn::Restricted] {
                let written = write(pathway, ((sender, Some("melton")), today), turn, &mut chance, read);
                let answers = read(&written).unwrap_or_else(|| panic!("{}: {written}", pathway.id));
                assert_eq!(pathway.district(&answers).map(Code::as_str), Some("melton"), "{} {turn:?}", pathway.id);
            }
        }
    }

    #[test]
    fn most_of_what_is_sent_in_the_usual_way_is_not_for_today() {
        let library = PathwayLibrary::embedded().expect("the built-in pathways");
        let (today, sender) = (jiff::civil::date(2026, 11, 23), AgencyKind::Police);
        let mut chance = Chance::from_seed(7);
        for loaded in library.iter().filter(|loaded| loaded.pathway.may_submit(sender)) {
            let pathway = &loaded.pathway;
            let read =
                |answers: &Value| -> Option<Answers> { validate(pathway, raw_from_json(answers).ok()?, sender, today).ok() };
            let urgent = (0..40).filter(|_| {
                let written = write(pathway, ((sender, None), today), Turn::Usual, &mut chance, read);
                read(&written).is_some_and(|answers| pathway.urgency(&answers) == Urgency::Today)
            });
            assert!(urgent.count() <= 20, "{}", pathway.id);
        }
    }
}
