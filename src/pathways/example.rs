//! A made-up submission that fits its pathway.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::answers::answers_to_json;
use crate::domain::{
    agency::AgencyKind,
    answers::{Address, Answer, Answers},
    pathway::Pathway,
    question::{Kind, Question},
};

/// A valid body for `POST /referrals` from this kind of agency, dated today at the latest, that reaches the receiving team at once: nobody is in
/// danger, nothing is left to be checked first. Choices and all else that is no free text hold no spaces; free text holds
/// several words and leaves 50 characters spare. Questions too short for that are left out, or answered with one word.
pub fn example(pathway: &Pathway, sender: AgencyKind, today: Date) -> Value {
    let mut answers = Answers::from_sender(sender);
    for question in pathway.questions() {
        if question.is_shown(&answers) {
            let candidates = candidates(pathway, question, today).into_iter();
            let with = |answer: Answer| {
                let mut tried = answers.clone();
                tried.push(question.id.clone(), answer);
                tried
            };
            // The first of those that break the fewest rules; rules hang on later answers too, so that one may break at first.
            answers = candidates.map(with).min_by_key(|tried| pathway.broken(tried).count()).unwrap_or(answers);
        }
    }
    let mut members = answers_to_json(&answers);
    // Written without its space, so that whoever alters the free texts of an example leaves it alone.
    for answer in members.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        if let Some(postcode) = answer.get_mut("postcode") {
            *postcode = json!(POSTCODE);
        }
    }
    json!({ "pathway": pathway.id.as_str(), "answers": members })
}

/// In no town: the area ZZ is never assigned.
const POSTCODE: &str = "ZZ993WZ";

const FREE_TEXT: &str = "made up words";

/// The answers to try, the likeliest first.
fn candidates(pathway: &Pathway, question: &Question, today: Date) -> Vec<Answer> {
    match &question.kind {
        Kind::Choice(of) => of.iter().map(|choice| Answer::Choice(choice.code.clone())).collect(),
        Kind::Many(of) => of.iter().map(|choice| Answer::Many(vec![choice.code.clone()])).collect(),
        // Where somebody looks first, that they are a party is what lets it go at once.
        Kind::YesNo if pathway.check.as_ref().is_some_and(|check| check.party == question.id) => vec![Answer::YesNo(true)],
        Kind::YesNo if question.id == pathway.danger.question || question.id == pathway.conflict => vec![Answer::YesNo(false)],
        Kind::YesNo => vec![Answer::YesNo(false), Answer::YesNo(true)],
        _ => made_up(question, today).into_iter().collect(),
    }
}

/// An answer that is not chosen from a list.
fn made_up(question: &Question, today: Date) -> Option<Answer> {
    match &question.kind {
        Kind::Text { max } | Kind::LongText { max } => match &question.example {
            Some(example) => Some(Answer::Text(example.clone())),
            None if FREE_TEXT.len() + 50 <= *max => Some(Answer::Text(FREE_TEXT.to_owned())),
            None => question.required.then(|| Answer::Text("X".to_owned())),
        },
        Kind::Choice(_) | Kind::Many(_) | Kind::YesNo => None,
        Kind::Date { .. } => Some(Answer::Date(today)),
        // Of the block kept for drama.
        Kind::Phone => Some(Answer::Phone("07700900000".to_owned())),
        Kind::Address => Some(Answer::Address(Address {
            line_1: "1 Example Street".to_owned(),
            line_2: None,
            town: "Example Town".to_owned(),
            postcode: Some(POSTCODE.to_owned()),
            uprn: None,
        })),
    }
}
