//! Writing a made-up referral: one of the pathway's stories, filled up with the pathway's own example.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::{
    chance::Chance,
    tales::{Tale, Told},
    words,
};
use crate::{
    app::{example_given, raw_from_json},
    domain::{
        agency::AgencyKind,
        answers::{Answer, Answers},
        compartment::Category,
        condition::Condition,
        pathway::Pathway,
        question::{Kind, Question},
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

/// So many in a hundred live in the first area of a list, which is the city's.
const IN_THE_CITY: u64 = 34;

/// Of those who are asked about equality, one in so many answers.
const EQUALITY_IN: u64 = 3;

/// Who writes: the kind of their agency, and the area that it is the council of.
pub(super) type Writer = (AgencyKind, Option<&'static str>);

/// The answers of a referral, as the JSON door takes them: of the stories the next that goes the way it is meant to, from the
/// place `at` on, or the example where none does. `read` gives them read, if they could be sent.
pub(super) fn write(
    pathway: &Pathway,
    (writer, today): (Writer, Date),
    turn: Turn,
    (tales, at): (&[Tale], usize),
    chance: &mut Chance,
    read: impl Fn(&Value) -> Option<Answers>,
) -> Value {
    let (before, after) = tales.split_at(at % tales.len().max(1));
    let asks = pathway.questions().any(|question| question.id.as_str() == "advice_worry");
    let told = match turn {
        Turn::Usual | Turn::Checked => Told::Usual,
        Turn::Urgent => Told::Urgent,
        Turn::Restricted => Told::Restricted,
    };
    for tale in after.iter().chain(before).filter(|tale| tale.turn == told && (!asks || tale.enquiry.is_some())) {
        let written = tell(pathway, (writer, today), tale, chance);
        if read(&written).is_some_and(|answers| goes(pathway, turn, &answers)) {
            return written;
        }
    }
    let home = home(pathway, writer.1, chance);
    let mut plain = example_given(pathway, (writer.0, today), &home)["answers"].take();
    steer(&mut plain, pathway, turn);
    people_and_places(&mut plain, &mut BTreeSet::new(), chance);
    plain
}

/// Whether answers go the way they are meant to.
fn goes(pathway: &Pathway, turn: Turn, answers: &Answers) -> bool {
    let is_today = pathway.urgency(answers) == Urgency::Today;
    let checked = pathway.check.as_ref().is_some_and(|check| !check.is_skipped(answers)) && !is_today;
    match turn {
        Turn::Usual => !checked && !pathway.is_conflicted(answers),
        Turn::Urgent => is_today,
        Turn::Checked => checked || pathway.check.is_none(),
        Turn::Restricted => pathway.is_conflicted(answers),
    }
}

/// A story as answers to a form. What the form must have and the story does not speak of is as in the form's example; what
/// need not be answered is left out, so that no example's words stand in another's story.
fn tell(pathway: &Pathway, ((kind, area), today): (Writer, Date), tale: &Tale, chance: &mut Chance) -> Value {
    let mut told = tale.answers(today, chance);
    told.retain(|name, _| pathway.questions().any(|question| question.id.as_str() == name));
    // Stories leave names open: what has none yet is no answer.
    told.values_mut().for_each(|answer| people_and_places(answer, &mut BTreeSet::new(), chance));
    let mut given = home(pathway, area, chance);
    council_of(&mut told, pathway, &given);
    if let Ok(raw) = raw_from_json(&Value::Object(told.clone())) {
        let fits = examine(pathway, raw, kind, today).answers;
        let pairs = given.iter().chain(fits.iter()).map(|(id, answer)| (id.clone(), answer.clone()));
        given = Answers::from_pairs(pairs);
    }
    let mut written = example_given(pathway, (kind, today), &given)["answers"].take();
    for question in pathway.questions().filter(|question| !question.required && given.get(&question.id).is_none()) {
        let keeps = question.sealed.category() == Some(Category::Equality);
        if keeps && chance.below(EQUALITY_IN) == 0 {
            choose(&mut written, question, chance);
        } else if let Some(members) = written.as_object_mut() {
            members.remove(question.id.as_str());
        }
    }
    people_and_places(&mut written, &mut BTreeSet::new(), chance);
    written
}

/// The council that is told of a child is that of the area.
fn council_of(told: &mut Map<String, Value>, pathway: &Pathway, given: &Answers) {
    let district = pathway.district.as_ref().and_then(|id| given.get(id));
    let (Some(council), Some(Answer::Choice(district))) = (told.get_mut("council"), district) else { return };
    *council = json!(match district.as_str() {
        own @ ("leicester" | "rutland") => own,
        "outside" => "elsewhere",
        _ => "leicestershire",
    });
}

/// Another of the choices of a question.
fn choose(written: &mut Value, question: &Question, chance: &mut Chance) {
    let Some(code) = chance.pick(question.kind.choices()).map(|choice| choice.code.as_str()) else { return };
    written[question.id.as_str()] = if matches!(question.kind, Kind::Many(_)) { json!([code]) } else { json!(code) };
}

/// Where the person is: a district's council meets people in its own area, others more often in the city than elsewhere.
fn home(pathway: &Pathway, area: Option<&str>, chance: &mut Chance) -> Answers {
    let Some(question) = pathway.district.as_ref().and_then(|id| pathway.question(id)) else { return Answers::default() };
    let choices = question.kind.choices();
    let own = area.and_then(|area| choices.iter().find(|choice| choice.code.as_str() == area));
    let drawn = own.or_else(|| match choices.split_first() {
        Some((city, elsewhere)) if chance.below(100) >= IN_THE_CITY => chance.pick(elsewhere).or(Some(city)),
        _ => choices.first(),
    });
    Answers::from_pairs(drawn.map(|choice| (question.id.clone(), Answer::Choice(choice.code.clone()))))
}

/// Answers what decides the way it goes, for a pathway without stories.
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

/// Names and streets, wherever they stand; nobody in one referral has the name of another.
fn people_and_places(value: &mut Value, taken: &mut BTreeSet<usize>, chance: &mut Chance) {
    match value {
        Value::Object(members) => {
            if members.contains_key("family_name") {
                let count = words::GIVEN.len();
                let drawn = usize::try_from(chance.below(u64::try_from(count).unwrap_or(1))).unwrap_or_default();
                let free = (drawn..drawn + count).map(|at| at % count).find(|at| !taken.contains(at)).unwrap_or(drawn);
                taken.insert(free);
                if let (Some(given), Some(family)) = (words::GIVEN.get(free), chance.pick(&words::FAMILY)) {
                    members.insert("given_name".to_owned(), json!(given));
                    members.insert("family_name".to_owned(), json!(family));
                }
            }
            if let (true, Some(name)) = (members.contains_key("line_1"), chance.pick(&words::STREETS)) {
                members.insert("line_1".to_owned(), json!(format!("{} {name}", 1 + chance.below(180))));
            }
            members.values_mut().for_each(|member| people_and_places(member, taken, chance));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| people_and_places(item, taken, chance)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::PathwayLibrary,
        demo::tales::Tales,
        domain::{code::Code, enquiry::FormKind, validate::validate},
    };

    const TURNS: [Turn; 4] = [Turn::Usual, Turn::Urgent, Turn::Checked, Turn::Restricted];

    fn today() -> Date {
        jiff::civil::date(2026, 11, 23)
    }

    fn read(pathway: &Pathway, sender: AgencyKind) -> impl Fn(&Value) -> Option<Answers> + '_ {
        move |answers: &Value| validate(pathway, raw_from_json(answers).ok()?, sender, today()).ok()
    }

    #[test]
    fn every_story_can_be_sent_by_whoever_may_and_nothing_of_it_is_lost() {
        let (library, tales) = (PathwayLibrary::embedded().expect("the built-in pathways"), Tales::read().expect("stories"));
        let mut chance = Chance::from_seed(7);
        for loaded in library.iter() {
            let pathway = &loaded.pathway;
            for (sender, tale) in
                pathway.may_submit.iter().flat_map(|kind| tales.of(pathway.id.as_str()).iter().map(move |tale| (*kind, tale)))
            {
                let written = tell(pathway, ((sender, None), today()), tale, &mut chance);
                let raw = raw_from_json(&written).expect("answers");
                let faults = validate(pathway, raw.clone(), sender, today());
                let Ok(answers) = faults else { panic!("{}: {faults:?}: {written}", pathway.id) };
                let doubted = pathway.hints(&answers, today());
                let doubted = doubted.iter().find_map(crate::domain::hint::Hint::field);
                assert_eq!(doubted, None, "{}: nothing told contradicts itself: {written}", pathway.id);
                let shown = examine(pathway, raw, sender, today()).shown;
                let told = tale.answers(today(), &mut chance);
                for question in shown.iter().filter(|question| told.contains_key(question.id.as_str())) {
                    let kept = written.get(question.id.as_str());
                    assert!(kept.is_some(), "{}: {} is told and lost", pathway.id, question.id);
                    if let Some(words) = tale.words(question.id.as_str()).filter(|_| question.id.as_str() != "council") {
                        assert_eq!(kept.and_then(Value::as_str), Some(words), "{}", pathway.id);
                    }
                }
                let strange = told.keys().find(|name| {
                    pathway.questions().all(|question| question.id.as_str() != *name) && name.as_str() != "advice_worry"
                });
                assert_eq!(strange, None, "{}: a question that the form does not have", pathway.id);
            }
        }
    }

    #[test]
    fn what_is_written_can_be_sent_and_goes_the_way_it_was_meant_to() {
        let (library, tales) = (PathwayLibrary::embedded().expect("the built-in pathways"), Tales::read().expect("stories"));
        let mut chance = Chance::from_seed(7);
        let enquiries = library.iter().filter_map(|loaded| loaded.pathway.enquiry.as_ref()).map(|enquiry| &*enquiry.form);
        let forms = library.iter().map(|loaded| &loaded.pathway).chain(enquiries);
        for (pathway, sender) in forms.flat_map(|form| form.may_submit.iter().map(move |sender| (form, *sender))) {
            // A folder's own pathway has none.
            for tales in [tales.of(pathway.id.as_str()), &[]] {
                let mut different = BTreeSet::new();
                for (at, turn) in TURNS.into_iter().chain([Turn::Usual; 4]).enumerate() {
                    let written =
                        write(pathway, ((sender, None), today()), turn, (tales, at), &mut chance, read(pathway, sender));
                    different.insert(written.to_string());
                    let Some(answers) = read(pathway, sender)(&written) else { panic!("{} {turn:?}: {written}", pathway.id) };
                    assert!(goes(pathway, turn, &answers), "{} {turn:?}: {written}", pathway.id);
                }
                // A question names nobody, and one of the stories begins with it.
                let least = if pathway.kind == FormKind::Referral { 5 } else { 2 };
                assert!(different.len() >= least, "{}: others each time", pathway.id);
            }
        }
    }

    #[test]
    fn a_districts_council_refers_whom_it_meets_in_its_own_area() {
        let (library, tales) = (PathwayLibrary::embedded().expect("the built-in pathways"), Tales::read().expect("stories"));
        let (sender, mut chance) = (AgencyKind::Council, Chance::from_seed(7));
        for loaded in library.iter().filter(|loaded| loaded.pathway.may_submit(sender)) {
            let pathway = &loaded.pathway;
            for turn in TURNS {
                let told = (tales.of(pathway.id.as_str()), 0);
                let writer = (sender, Some("melton"));
                let written = write(pathway, (writer, today()), turn, told, &mut chance, read(pathway, sender));
                let answers = read(pathway, sender)(&written).unwrap_or_else(|| panic!("{}: {written}", pathway.id));
                assert_eq!(pathway.district(&answers).map(Code::as_str), Some("melton"), "{} {turn:?}", pathway.id);
            }
        }
    }

    #[test]
    fn most_stories_are_not_for_today_and_those_of_young_children_are_soon_or_sooner() {
        let (library, tales) = (PathwayLibrary::embedded().expect("the built-in pathways"), Tales::read().expect("stories"));
        let (sender, mut chance) = (AgencyKind::Police, Chance::from_seed(7));
        for loaded in library.iter() {
            let pathway = &loaded.pathway;
            let usual = tales.of(pathway.id.as_str()).iter().filter(|tale| tale.turn == Told::Usual);
            let mut urgencies = Vec::new();
            for tale in usual {
                let written = tell(pathway, ((sender, None), today()), tale, &mut chance);
                let Some(answers) = read(pathway, sender)(&written) else { panic!("{}: {written}", pathway.id) };
                let urgency = pathway.urgency(&answers);
                let young = written["child_age"]["years"].as_u64().is_some_and(|years| years < 14);
                let sexual = written["exploitation"].to_string().contains("sexual");
                if young && sexual {
                    assert_ne!(urgency, Urgency::Routine, "{}: {written}", pathway.id);
                }
                urgencies.push(urgency);
            }
            let today = urgencies.iter().filter(|urgency| **urgency == Urgency::Today).count();
            assert!(today * 2 <= urgencies.len(), "{}: {today} of {}", pathway.id, urgencies.len());
        }
    }
}
