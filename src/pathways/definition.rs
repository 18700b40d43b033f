//! A whole pathway file, read and checked.

use sha2::{Digest, Sha256};

use super::{
    conditions::Known,
    fault::Faults,
    questions::{choices, sections},
    reader::{Reader, Table},
    routes::{advice, clocks, routes, urgency},
};
use crate::domain::{
    agency::AgencyKind,
    code::{Choice, Code, PathwayId, QuestionId},
    legal::Purpose,
    outcome::{Outcome, Retention},
    pathway::{Danger, Pathway, Ring, Section},
    question::{Kind, Question},
    sensitivity::Sensitivity,
};

/// The most questions that a submission may have to answer, whatever the answers.
const MOST_REQUIRED: usize = 12;

/// The identity of a pathway file: the SHA-256 of its text, 64 lower-case hexadecimal digits.
pub fn version_of(text: &str) -> String {
    hex::encode(Sha256::digest(text))
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

fn whole(file: Table<'_>, name: &str) -> Option<Pathway> {
    let reader = file.reader;
    let mut known = Known { anywhere: ids(&file), ..Known::default() };
    let sections = sections(&file, &mut known);
    let id = file.need_code("id", PathwayId::parse);
    if let (Some(id), Some(value)) = (&id, file.value("id"))
        && name != format!("{id}.toml")
    {
        reader.fault(&value.span(), "give the file and its `id` the same name");
    }
    let codes = |all: &[&'static str]| all.to_vec();
    let sensitivity_words = codes(&Sensitivity::ALL.iter().map(|s| s.code()).collect::<Vec<_>>());
    let purpose_words = codes(&Purpose::ALL.iter().map(|p| p.code()).collect::<Vec<_>>());
    let kind_words = codes(&AgencyKind::ALL.iter().map(|k| k.code()).collect::<Vec<_>>());
    let title = file.need_text("title");
    let description = file.need_text("description");
    let sensitivity =
        file.need("sensitivity").and_then(|v| reader.word("sensitivity", v, Sensitivity::parse, &sensitivity_words));
    let purpose = file.need("purpose").and_then(|v| reader.word("purpose", v, Purpose::parse, &purpose_words));
    let submit = file.need_list("may_submit").into_iter();
    let may_submit = submit.filter_map(|item| reader.word("may_submit", item, AgencyKind::parse, &kind_words)).collect();
    let minutes = file.need_number("minutes", 1..=60).and_then(|minutes| u8::try_from(minutes).ok());
    let to_hand = file.need_texts("to_hand");
    let danger = danger(&file, &sections);
    let district = file.value("district").and_then(|value| named(&file, "district", value, &known));
    if let (Some(id), Some(value)) = (&district, file.value("district"))
        && !matches!(known.kinds.get(id), Some(Kind::Choice(_)))
    {
        reader.fault(&value.span(), "make the `district` question a choice");
    }
    let headline = file.need_list("headline").into_iter().filter_map(|value| named(&file, "headline", value, &known)).collect();
    let urgency = urgency(&file, &known);
    let advice = advice(&file, &known);
    let routes = routes(&file, &known, district.as_ref());
    let clocks = clocks(&file, &known);
    let outcomes = outcomes(&file);
    let grades = choices(&file, "grades", 0);
    let free_feedback = file.flag("free_feedback", true);
    let retention = retention(&file);
    let owner = file.need_text("owner");
    let review_by = file.need_date("review_by");
    let next_steps = file.need_texts("next_steps");
    let required = sections.iter().flat_map(|s| &s.questions).filter(|q| q.required && q.show_when.is_none()).count();
    if required > MOST_REQUIRED {
        file.fault(format!("require fewer questions: {required} are always required, {MOST_REQUIRED} are the most"));
    }
    file.end();
    Some(Pathway {
        id: id?,
        title: title?,
        description: description?,
        sensitivity: sensitivity?,
        purpose: purpose?,
        may_submit,
        minutes: minutes?,
        to_hand,
        danger: danger?,
        sections,
        district,
        headline,
        urgency,
        advice,
        routes: routes?,
        clocks: clocks?,
        outcomes,
        grades,
        free_feedback,
        retention: retention?,
        owner: owner?,
        review_by: review_by?,
        next_steps,
    })
}

/// The ids of all questions, before anything is checked.
fn ids(file: &Table<'_>) -> std::collections::BTreeSet<String> {
    let sections = file.value("section").and_then(|value| value.get_ref().as_array()).into_iter().flatten();
    let questions = sections.filter_map(|section| section.get_ref().get("question")?.get_ref().as_array()).flatten();
    questions.filter_map(|question| Some(question.get_ref().get("id")?.get_ref().as_str()?.to_owned())).collect()
}

/// A question named by the file's own settings.
fn named(file: &Table<'_>, key: &str, value: &toml::Spanned<toml::de::DeValue<'_>>, known: &Known) -> Option<QuestionId> {
    let id = file.reader.code(key, value, QuestionId::parse)?;
    if known.kinds.contains_key(&id) {
        return Some(id);
    }
    file.reader.fault(&value.span(), format!("no question has the id `{id}`: correct it or add the question"));
    None
}

fn danger(file: &Table<'_>, sections: &[Section]) -> Option<Danger> {
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
        if let (Some(number), Some(who)) = (item.need_text("number"), item.need_text("who")) {
            ring.push(Ring { number, who });
        }
        item.end();
    }
    table.end();
    Some(Danger { question: question?, title: title?, lines, ring })
}

fn outcomes(file: &Table<'_>) -> Vec<Outcome> {
    let mut read: Vec<Outcome> = Vec::new();
    for table in file.need_tables("outcome") {
        let (code, title) = (table.need_code("code", Code::parse), table.need_text("title"));
        let mut feedback: Vec<Choice> = Vec::new();
        for item in table.need_tables("feedback") {
            if let (Some(code), Some(title)) = (item.need_code("code", Code::parse), item.need_text("text")) {
                let elsewhere = read.iter().flat_map(|outcome| &outcome.feedback);
                if elsewhere.chain(&feedback).any(|line| line.code == code) {
                    item.fault(format!("rename this feedback line: another has the code `{code}`"));
                }
                feedback.push(Choice { code, title });
            }
            item.end();
        }
        if let (Some(code), Some(title)) = (code, title) {
            if read.iter().any(|outcome| outcome.code == code) {
                table.fault(format!("rename this outcome: another has the code `{code}`"));
            }
            read.push(Outcome { code, title, feedback });
        }
        table.end();
    }
    read
}

fn retention(file: &Table<'_>) -> Option<Retention> {
    let table = file.reader.as_table("retention", file.need("retention")?)?;
    let (years, basis) = (table.need_number("years", 1..=100), table.need_text("basis"));
    table.end();
    Some(Retention { years: years?, basis: basis? })
}

#[cfg(test)]
#[path = "definition_tests.rs"]
mod tests;
