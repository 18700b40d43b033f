//! A made-up submission that fits its pathway.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::answers::answers_to_json;
use crate::domain::{
    answers::{Address, Answer, Answers},
    pathway::Pathway,
    question::{Kind, Question},
};

/// A valid body for `POST /referrals`, dated today at the latest, that reaches the receiving team at once: nobody is in
/// danger, nothing is left to be checked first. Choices and all else that is no free text hold no spaces; free text holds
/// several words and leaves 50 characters spare. Questions too short for that are left out, or answered with one word.
pub fn example(pathway: &Pathway, today: Date) -> Value {
    let mut answers = Answers::default();
    for question in pathway.questions() {
        if question.is_shown(&answers)
            && let Some(answer) = made_up(question, today)
        {
            answers = Answers::from_pairs(
                answers.iter().map(|(id, answer)| (id.clone(), answer.clone())).chain([(question.id.clone(), answer)]),
            );
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

fn made_up(question: &Question, today: Date) -> Option<Answer> {
    match &question.kind {
        Kind::Text { max } | Kind::LongText { max } => match &question.example {
            Some(example) => Some(Answer::Text(example.clone())),
            None if FREE_TEXT.len() + 50 <= *max => Some(Answer::Text(FREE_TEXT.to_owned())),
            None => question.required.then(|| Answer::Text("X".to_owned())),
        },
        Kind::Choice(of) => of.first().map(|choice| Answer::Choice(choice.code.clone())),
        Kind::Many(of) => of.first().map(|choice| Answer::Many(vec![choice.code.clone()])),
        Kind::YesNo => Some(Answer::YesNo(false)),
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
