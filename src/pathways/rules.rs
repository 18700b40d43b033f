//! What answers call up, of a pathway file: rules, urgency, advice, flags and risk.

use super::{conditions::condition, known::Known, reader::Table, routes::urgency_words};
use crate::domain::{
    code::{Code, PathwayId},
    condition::Condition,
    parts::Age,
    rule::{Advice, AgeBound, Flag, Mark, Nameless, Risk, Rule, UrgencyRule},
    urgency::Urgency,
};

fn when(table: &Table<'_>, known: &Known) -> Option<Condition> {
    condition(table.reader, table.need("when")?, known)
}

/// Reads the rules that stop a sending.
pub(super) fn rules(file: &Table<'_>, known: &Known) -> Vec<Rule> {
    let mut read: Vec<Rule> = Vec::new();
    for table in file.tables("rule") {
        let code = table.need_code("code", Code::parse);
        let when = when(&table, known);
        let question = table.need("question").and_then(|value| known.named(table.reader, "question", value));
        let message = table.need_text("message");
        let (title, text) = (table.text("title"), table.text("text"));
        let pathways: Vec<_> = table
            .list("pathways")
            .into_iter()
            .filter_map(|value| table.reader.code("pathways", value, PathwayId::parse))
            .collect();
        if title.is_none() != text.is_none() || (title.is_none() && !pathways.is_empty()) {
            table.fault("give `title` and `text` together: they make the page that `pathways` stands on");
        }
        if let (Some(code), Some(when), Some(question), Some(message)) = (code, when, question, message) {
            if read.iter().any(|rule| rule.code == code) {
                table.fault(format!("rename this rule: another has the code `{code}`"));
            }
            if message.ends_with('.') {
                table.fault("take the full stop off `message`: it stands as an error beside its question");
            }
            read.push(Rule { code, when, question, message, title, text, pathways });
        }
        table.end();
    }
    read
}

/// Reads the urgency rules.
pub(super) fn urgency(file: &Table<'_>, known: &Known) -> Vec<UrgencyRule> {
    let mut rules = Vec::new();
    for table in file.tables("urgency") {
        let when = when(&table, known);
        let urgency =
            table.need("urgency").and_then(|value| table.reader.word("urgency", value, Urgency::parse, &urgency_words()));
        if let (Some(when), Some(urgency)) = (when, urgency) {
            rules.push(UrgencyRule { when, urgency });
        }
        table.end();
    }
    rules
}

/// Reads the hints.
pub(super) fn advice(file: &Table<'_>, known: &Known) -> Vec<Advice> {
    let mut read: Vec<Advice> = Vec::new();
    for table in file.tables("advice") {
        let code = table.need_code("code", Code::parse);
        let age = age_bound(&table, known);
        let when = match &age {
            // Of an age alone it is about whoever said one.
            Some(age) if table.value("when").is_none() => Some(Condition::Answered(age.question.clone())),
            _ => when(&table, known),
        };
        let text = table.need_text("text");
        let pathway = table.code("pathway", PathwayId::parse);
        if let (Some(code), Some(when), Some(text)) = (code, when, text) {
            if read.iter().any(|advice| advice.code == code) {
                table.fault(format!("rename this advice: another has the code `{code}`"));
            }
            read.push(Advice { code, when, age, text, pathway });
        }
        table.end();
    }
    read
}

/// Reads `age`, the question, with `from` and `under` in whole years.
fn age_bound(table: &Table<'_>, known: &Known) -> Option<AgeBound> {
    let question = table.value("age").and_then(|value| known.age(table.reader, "age", value));
    let years = |key| {
        let years = table.value(key).and_then(|value| table.reader.number(key, value, 1..=u16::from(Age::MOST)));
        years.and_then(|years| u8::try_from(years).ok())
    };
    let (from, under) = (years("from"), years("under"));
    match (&question, from, under) {
        (Some(_), None, None) => table.fault("add `from` or `under`: the age that it is about"),
        (_, Some(from), Some(under)) if from >= under => table.fault("make `from` less than `under`: no age is both"),
        _ => {}
    }
    Some(AgeBound { question: question?, from, under })
}

/// The most characters of a flag: several stand above everything else on a phone.
const LONGEST_FLAG: usize = 120;

/// Reads what a reader must see first.
pub(super) fn flags(file: &Table<'_>, known: &Known) -> Vec<Flag> {
    let mut read = Vec::new();
    for table in file.tables("flag") {
        let (when, text) = (when(&table, known), table.need_text("text"));
        if text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_FLAG) {
            table.fault(format!("shorten `text` to {LONGEST_FLAG} characters: it stands above everything else"));
        }
        read.extend(when.zip(text).map(|(when, text)| Flag { when, text }));
        table.end();
    }
    read
}

/// Reads when nobody may be named.
pub(super) fn nameless(file: &Table<'_>, known: &Known) -> Option<Nameless> {
    let table = file.reader.as_table("nameless", file.value("nameless")?)?;
    let (when, text) = (when(&table, known), table.need_text("text"));
    table.end();
    Some(Nameless { when: when?, text: text? })
}

/// Reads how gradings make one: choice questions that all offer the grades.
pub(super) fn risk(file: &Table<'_>, known: &Known) -> Option<Risk> {
    let table = file.reader.as_table("risk", file.value("risk")?)?;
    let order: Vec<Code> =
        table.need_list("order").into_iter().filter_map(|value| table.reader.code("order", value, Code::parse)).collect();
    let mut questions = Vec::new();
    for value in table.need_list("questions") {
        let Some(id) = known.choice(table.reader, "questions", value) else { continue };
        let offered = known.choices(&id);
        if let Some(absent) = order.iter().find(|grade| offered.iter().all(|choice| choice.code != **grade)) {
            table.reader.fault(&value.span(), format!("offer `{absent}` in the question `{id}`, or take it out of `order`"));
        }
        questions.push(id);
    }
    let mut marks = Vec::new();
    for mark in table.tables("mark") {
        let when = when(&mark, known);
        if let (Some(when), Some(grade)) = (when, mark.need_code("grade", Code::parse)) {
            if !order.contains(&grade) {
                mark.fault(format!("put `{grade}` into `order`, or mark with a grade that is there"));
            }
            marks.push(Mark { when, grade });
        }
        mark.end();
    }
    table.end();
    Some(Risk { questions, order, marks })
}
