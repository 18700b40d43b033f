//! A whole pathway file, read and checked.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    clocks::clocks,
    conditions::condition,
    enquiry::{AskedAbout, enquiry},
    fault::Faults,
    known::Known,
    people::{check, consent, copies, lawful, named, restricted},
    questions::{choices, sections},
    reader::{Reader, Table},
    routes::{districts, routes},
    rules::{advice, flags, nameless, risk, rules, urgency},
};
use crate::domain::{
    agency::AgencyKind,
    code::{Choice, Code, PathwayId, QuestionId},
    enquiry::FormKind,
    legal::Purpose,
    next_step::{NextStep, Way},
    outcome::{Outcome, Retention},
    pathway::Pathway,
    question::{Kind, Question},
    section::{Answering, Danger, Ring, Section},
    sensitivity::Sensitivity,
};

/// The most questions that a submission may have to answer, whatever the answers.
const MOST_REQUIRED: usize = 24;
/// The most screens that come before sending, whatever is answered.
const MOST_SCREENS: usize = 12;
/// Those of them that are no section: the question about danger, whom to ring, the tasks, and the page that checks.
const OTHER_SCREENS: usize = 4;
/// Whom anybody rings who is in danger.
const EMERGENCY: &str = "999";
/// The most minutes that they may take.
const MOST_MINUTES: u16 = 5;

/// The identity of a pathway file: the SHA-256 of its text, 64 lower-case hexadecimal digits.
pub fn version_of(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// The id that a pathway file gives itself, whatever else of it can be read.
pub fn id_of(text: &str) -> Option<String> {
    let file = DeTable::parse(text).ok()?;
    let id = file.get_ref().get("id")?;
    id.get_ref().as_str().map(str::to_owned)
}

/// Reads one pathway file. `file` is its name (`fire-protection.toml`), for the faults.
///
/// # Errors
/// Every fault found, in the order of lines.
pub fn parse(file: &str, text: &str) -> Result<Pathway, Faults> {
    let reader = Reader::new(file, text);
    let read = reader.document().and_then(|document| {
        let table = reader.table("the file", 0..0, document.get_ref());
        whole(table, file)
    });
    reader.finish(read)
}

/// Reads which question asks whether somebody involved is known to a partner: one that must be answered.
fn conflict(file: &Table<'_>, known: &Known, sections: &[Section]) -> Option<QuestionId> {
    let value = file.need("conflict")?;
    let id = known.yes_no(file.reader, "conflict", value)?;
    if sections.iter().flat_map(|section| &section.questions).any(|question| question.id == id && !question.required) {
        file.reader.fault(&value.span(), format!("make `{id}` `required`: left out, it would count as a no"));
    }
    Some(id)
}

fn whole(file: Table<'_>, name: &str) -> Option<Pathway> {
    let reader = file.reader;
    let may_submit = file.need_words("may_submit", AgencyKind::parse, AgencyKind::ALL.iter().map(|kind| kind.code()));
    let (anywhere, inside) = ids(&file);
    let about_person = file.need("about_person").is_some() && file.flag("about_person", false);
    let mut known = Known { about_person, ..Known::new(anywhere, inside, &may_submit) };
    let mut sections = sections(&file, &mut known);
    let id = file.need_code("id", PathwayId::parse);
    if let (Some(id), Some(value)) = (&id, file.value("id"))
        && name != format!("{id}.toml")
    {
        reader.fault(&value.span(), "give the file and its `id` the same name");
    }
    let codes = |all: &[&'static str]| all.to_vec();
    let sensitivity_words = codes(&Sensitivity::ALL.iter().map(|s| s.code()).collect::<Vec<_>>());
    let purpose_words = codes(&Purpose::ALL.iter().map(|p| p.code()).collect::<Vec<_>>());
    let title = file.need_text("title");
    let description = file.need_text("description");
    let sensitivity =
        file.need("sensitivity").and_then(|v| reader.word("sensitivity", v, Sensitivity::parse, &sensitivity_words));
    let purpose = file.need("purpose").and_then(|v| reader.word("purpose", v, Purpose::parse, &purpose_words));
    let lawful = lawful(&file, &may_submit, purpose);
    let consent = consent(&file, &known);
    let safe_contact = named(&file, "safe_contact", &known);
    let voice = file.value("voice").and_then(|value| known.named(reader, "voice", value));
    let conflict = conflict(&file, &known, &sections);
    if about_person {
        let of_people = [("consent", consent.is_some()), ("safe_contact", !safe_contact.is_empty()), ("voice", voice.is_some())];
        check_person(&file, of_people, sensitivity);
    }
    let minutes = file.need_number("minutes", 1..=MOST_MINUTES).and_then(|minutes| u8::try_from(minutes).ok());
    let to_hand = file.need_texts("to_hand");
    let district = file.value("district").and_then(|value| known.choice(reader, "district", value));
    let danger = danger(&file, &sections, &known, district.as_ref());
    takes_not_sure(&mut sections, danger.as_ref());
    let headline = file.need_list("headline").into_iter().filter_map(|value| known.named(reader, "headline", value)).collect();
    let (rules, risk) = (rules(&file, &known), risk(&file, &known));
    let urgency = urgency(&file, &known);
    let (advice, flags, nameless) = (advice(&file, &known), flags(&file, &known), nameless(&file, &known));
    let routes = routes(&file, &known, district.as_ref());
    let copies = copies(&file, &known, routes.as_ref());
    let check = check(&file, &known);
    let restricted = restricted(&file, &known);
    let clocks = clocks(&file, &known);
    let (free_feedback, takes_redirected) = (file.flag("free_feedback", true), file.flag("takes_redirected", true));
    let outcomes = outcomes(&file, !free_feedback);
    let grades = choices(&file, "grades", 0);
    let retention = retention(&file);
    let (owner, review_by) = (file.need_text("owner"), file.need_date("review_by"));
    let next_steps = next_steps(&file, &known);
    let asked_about =
        AskedAbout { sections: &sections, danger: danger.as_ref(), conflict: conflict.as_ref(), district: district.as_ref() };
    let terms = enquiry(&file, &known, about_person, &asked_about);
    check_length(&file, &sections, danger.as_ref());
    file.end();
    let mut pathway = Pathway {
        id: id?,
        kind: FormKind::Referral,
        enquiry: None,
        title: title?,
        description: description?,
        sensitivity: sensitivity?,
        purpose: purpose?,
        lawful,
        may_submit,
        about_person,
        consent,
        safe_contact,
        voice,
        conflict: conflict?,
        minutes: minutes?,
        to_hand,
        danger: danger?,
        sections,
        district,
        headline,
        rules,
        risk,
        urgency,
        advice,
        nameless,
        flags,
        routes: routes?,
        copies,
        check,
        restricted,
        clocks: clocks?,
        outcomes,
        grades,
        free_feedback,
        takes_redirected,
        retention: retention?,
        owner: owner?,
        review_by: review_by?,
        next_steps,
    };
    pathway.enquiry = terms.map(|terms| pathway.enquiry_of(terms));
    Some(pathway)
}

/// Marks the question about danger: its "yes" takes in whoever is not sure.
fn takes_not_sure(sections: &mut [Section], danger: Option<&Danger>) {
    let mut asked = sections.iter_mut().flat_map(|section| &mut section.questions);
    let danger = danger.and_then(|danger| asked.find(|question| question.id == danger.question));
    if let Some(question) = danger {
        question.or_not_sure = true;
    }
}

/// What a pathway about a person must have is there.
fn check_person(file: &Table<'_>, of_people: [(&'static str, bool); 3], sensitivity: Option<Sensitivity>) {
    // Where more is wanting, that is told alone.
    let is_whole = of_people.iter().all(|(_, is_there)| *is_there);
    if let (true, Some(Sensitivity::L1), Some(value)) = (is_whole, sensitivity, file.value("sensitivity")) {
        file.reader.fault(&value.span(), "set `sensitivity` to `L2` or more: the pathway is about a person");
    }
    for (key, is_there) in of_people {
        if !is_there && file.value(key).is_none() {
            file.fault(format!("add `{key}`: the pathway is about a person"));
        }
    }
}

/// Nobody is asked too much before sending.
fn check_length(file: &Table<'_>, sections: &[Section], danger: Option<&Danger>) {
    let required = sections.iter().flat_map(|s| &s.questions).filter(|q| q.required && q.show_when.is_none()).count();
    if required > MOST_REQUIRED {
        file.fault(format!("require fewer questions: {required} are always required, {MOST_REQUIRED} are the most"));
    }
    // The question about danger has a screen before these; what may mean danger shows once more whom to ring.
    let asks_more = |section: &Section| section.questions.iter().any(|q| danger.is_none_or(|danger| danger.question != q.id));
    let before = sections.iter().filter(|section| !section.later && asks_more(section)).count();
    let most = MOST_SCREENS - OTHER_SCREENS - usize::from(danger.is_some_and(|danger| danger.also.is_some()));
    if before > most {
        file.fault(format!(
            "mark sections as `later`, or ask more in each: {before} come before sending, {most} are the most in {MOST_SCREENS} screens"
        ));
    }
}

/// The ids of all questions, and of those inside groups, before anything is checked.
fn ids(file: &Table<'_>) -> (BTreeSet<String>, BTreeSet<String>) {
    let sections = || file.value("section").and_then(|value| value.get_ref().as_array()).into_iter().flatten();
    let questions = || sections().filter_map(|section| section.get_ref().get("question")?.get_ref().as_array()).flatten();
    let inside = questions().filter_map(|question| question.get_ref().get("question")?.get_ref().as_array()).flatten();
    let id = |question: &Spanned<DeValue<'_>>| Some(question.get_ref().get("id")?.get_ref().as_str()?.to_owned());
    (questions().filter_map(id).collect(), inside.filter_map(id).collect())
}

fn danger(file: &Table<'_>, sections: &[Section], known: &Known, district: Option<&QuestionId>) -> Option<Danger> {
    let table = file.reader.as_table("danger", file.need("danger")?)?;
    let question = table.need_code("question", QuestionId::parse);
    let first = sections.first().and_then(|section| section.questions.first());
    let fits = |asked: &Question| {
        Some(&asked.id) == question.as_ref()
            && asked.kind == Kind::YesNo
            && asked.required
            && asked.not_known.is_none()
            && asked.show_when.is_none()
    };
    if question.is_some() && !first.is_some_and(fits) {
        table.fault("ask the danger question first of all: a required yes-no without `not_known` and `show_when`");
    }
    let (title, lines) = (table.need_text("title"), table.need_texts("lines"));
    let mut ring = Vec::new();
    for item in table.need_tables("ring") {
        let (hours, districts) = (item.text("hours"), districts(&item, known, district));
        let answering = answering(&item);
        if let (Some(number), Some(who)) = (item.need_text("number"), item.need_text("who")) {
            ring.push(Ring { number, who, hours, answering, districts });
        }
        item.end();
    }
    let is_emergency = |ring: &Ring| ring.number == EMERGENCY && ring.answering == Answering::Always && ring.districts.is_empty();
    // A number that is none is told on its own.
    let are_numbers = ring.iter().all(|ring| ring.number.chars().all(|c| c.is_ascii_digit() || c == ' '));
    if !ring.is_empty() && are_numbers && !ring.iter().any(is_emergency) {
        table.fault(format!("add {EMERGENCY} to `ring`, for every district and at any hour: somebody may be in danger"));
    }
    let also = table.value("also").and_then(|value| condition(table.reader, value, known));
    table.end();
    Some(Danger { question: question?, title: title?, lines, ring, also })
}

/// When a number is answered, by the clock; always, unless the file says otherwise.
pub(super) fn answering(item: &Table<'_>) -> Answering {
    let codes: Vec<&str> = Answering::ALL.iter().map(|answering| answering.code()).collect();
    let read = item.value("answers").and_then(|value| item.reader.word("answers", value, Answering::parse, &codes));
    read.unwrap_or(Answering::Always)
}

/// What happens next: lines, or tables of a line and the ways and answers of which it is true.
pub(super) fn next_steps(file: &Table<'_>, known: &Known) -> Vec<NextStep> {
    let words: Vec<&str> = Way::ALL.iter().map(|way| way.code()).collect();
    let step = |value: &Spanned<DeValue<'_>>| {
        if value.get_ref().as_table().is_none() {
            return Some(NextStep { text: file.reader.text("next_steps", value)?, ways: Vec::new(), when: None });
        }
        let table = file.reader.as_table("next_steps", value)?;
        let text = table.need_text("text");
        let ways: Vec<Way> =
            table.list("way").into_iter().filter_map(|item| table.reader.word("way", item, Way::parse, &words)).collect();
        let when = table.value("when").and_then(|value| condition(table.reader, value, known));
        if table.value("way").is_none() && table.value("when").is_none() {
            table.fault("say of which sendings this is true in `way` or `when`, or write the line alone");
        }
        table.end();
        Some(NextStep { text: text?, ways, when })
    };
    file.need_list("next_steps").into_iter().filter_map(step).collect()
}

/// The outcomes. Where the referrer must not learn which it was (`hides`), those that tell them the same close alike, or where the
/// referral stands would tell them apart.
pub(super) fn outcomes(file: &Table<'_>, hides: bool) -> Vec<Outcome> {
    let mut read: Vec<Outcome> = Vec::new();
    for table in file.need_tables("outcome") {
        let (code, title, hint) = (table.need_code("code", Code::parse), table.need_text("title"), table.text("hint"));
        let closes = table.flag("closes", false);
        let mut feedback: Vec<Choice> = Vec::new();
        for item in table.need_tables("feedback") {
            if let (Some(code), Some(title)) = (item.need_code("code", Code::parse), item.need_text("text")) {
                let elsewhere = read.iter().flat_map(|outcome| &outcome.feedback);
                if elsewhere.chain(&feedback).any(|line| line.code == code) {
                    item.fault(format!("rename this feedback line: another has the code `{code}`"));
                }
                feedback.push(Choice::new(code, title));
            }
            item.end();
        }
        if let (Some(code), Some(title)) = (code, title) {
            if read.iter().any(|outcome| outcome.code == code) {
                table.fault(format!("rename this outcome: another has the code `{code}`"));
            }
            let says = |line: &Choice| feedback.iter().any(|own| own.title == line.title);
            let alike = |known: &Outcome| known.closes == closes || !known.feedback.iter().any(says);
            if hides && !read.iter().all(alike) {
                table.fault(
                    "set `closes` as in the other outcome that tells the referrer the same, or they can tell which it was",
                );
            }
            read.push(Outcome { code, title, hint, closes, feedback });
        }
        table.end();
    }
    read
}

pub(super) fn retention(file: &Table<'_>) -> Option<Retention> {
    let table = file.reader.as_table("retention", file.need("retention")?)?;
    let (years, basis) = (table.need_number("years", 1..=100), table.need_text("basis"));
    table.end();
    Some(Retention { years: years?, basis: basis? })
}

#[cfg(test)]
#[path = "definition_tests.rs"]
mod tests;
