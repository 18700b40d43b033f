//! A made-up submission that fits its pathway.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::answers::answers_to_json;
use crate::domain::{
    agency::AgencyKind,
    answers::{Answer, Answers},
    parts::{Address, Age, Document, Person, Vehicle},
    pathway::Pathway,
    question::{Kind, Question},
};

/// A valid body for `POST /referrals` from this kind of agency, dated today at the latest, that reaches the receiving team at once: nobody is in
/// danger, nothing is left to be checked first. Choices and all else that is no free text hold no spaces; free text holds
/// several words and leaves 50 characters spare. Questions too short for that are left out, or answered with one word.
pub fn example(pathway: &Pathway, sender: AgencyKind, today: Date) -> Value {
    example_given(pathway, (sender, today), &Answers::default())
}

/// The same, with these answers as they are wherever they are asked for, and the others made to fit them.
pub fn example_given(pathway: &Pathway, (sender, today): (AgencyKind, Date), given: &Answers) -> Value {
    let filling = Filling { pathway, today, given };
    let answers = filling.fill(&Answers::from_sender(sender), pathway.questions());
    let mut members = answers_to_json(&answers);
    without_spaces(&mut members);
    json!({ "pathway": pathway.id.as_str(), "answers": members })
}

/// Postcodes without their space, wherever they stand, so that whoever alters the free texts of an example leaves them alone.
fn without_spaces(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "postcode" {
                    *member = json!(POSTCODE);
                }
                without_spaces(member);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_spaces),
        _ => {}
    }
}

/// A form being filled in with made-up answers.
#[derive(Clone, Copy)]
struct Filling<'p> {
    pathway: &'p Pathway,
    today: Date,
    /// What is not to be made up.
    given: &'p Answers,
}

impl Filling<'_> {
    /// The answers given before and made-up ones to these questions.
    fn fill<'q>(self, before: &Answers, questions: impl Iterator<Item = &'q Question>) -> Answers {
        let mut answers = before.clone();
        for question in questions {
            if !question.is_shown(&answers) {
                continue;
            }
            let with = |answer: Answer| {
                let mut tried = answers.clone();
                tried.push(question.id.clone(), answer);
                tried
            };
            let tried = self.candidates(question, &answers).into_iter().map(with);
            // The first of those that break the fewest rules; rules hang on later answers too, so that one may break at first.
            answers = tried.min_by_key(|tried| self.pathway.broken(tried).count()).unwrap_or(answers);
        }
        answers
    }

    /// The answers to try, the likeliest first.
    fn candidates(self, question: &Question, before: &Answers) -> Vec<Answer> {
        let Self { pathway, today, given } = self;
        if let Some(answer) = given.get(&question.id) {
            return vec![answer.clone()];
        }
        match &question.kind {
            Kind::Choice(of) => of.iter().map(|choice| Answer::Choice(choice.code.clone())).collect(),
            Kind::Many(of) => of.iter().map(|choice| Answer::Many(vec![choice.code.clone()])).collect(),
            // Where somebody looks first, that they are a party is what lets it go at once.
            Kind::YesNo if pathway.check.as_ref().is_some_and(|check| check.party == question.id) => {
                vec![Answer::YesNo(true)]
            }
            Kind::YesNo if question.id == pathway.danger.question || question.id == pathway.conflict => {
                vec![Answer::YesNo(false)]
            }
            Kind::YesNo => vec![Answer::YesNo(false), Answer::YesNo(true)],
            Kind::Group(group) => {
                let item = self.fill(before, group.questions.iter());
                let own: Vec<_> = item.iter().filter(|(id, _)| group.question(id).is_some()).collect();
                let own = Answers::from_pairs(own.into_iter().map(|(id, answer)| (id.clone(), answer.clone())));
                let items = vec![own; group.least.max(1)];
                vec![Answer::Group(items)]
            }
            _ => made_up(question, today).into_iter().collect(),
        }
    }
}

/// In no town: the area ZZ is never assigned.
const POSTCODE: &str = "ZZ993WZ";

const FREE_TEXT: &str = "made up words";

/// An answer that is not chosen from a list.
fn made_up(question: &Question, today: Date) -> Option<Answer> {
    match &question.kind {
        Kind::Text { max } | Kind::LongText { max, .. } => match &question.example {
            Some(example) => Some(Answer::Text(example.clone())),
            None if FREE_TEXT.len() + 50 <= *max => Some(Answer::Text(FREE_TEXT.to_owned())),
            None => question.required.then(|| Answer::Text("X".to_owned())),
        },
        Kind::Choice(_) | Kind::Many(_) | Kind::YesNo | Kind::File | Kind::Group(_) => None,
        Kind::Date(_) => Some(Answer::Date(today.into())),
        Kind::Age => {
            let years = question.example.as_ref().and_then(|years| years.parse().ok()).unwrap_or(15);
            Some(Answer::Age(Age::Years { years, estimated: false }))
        }
        Kind::Person => Some(Answer::Person(Person {
            given_name: Some("Robin".to_owned()),
            family_name: Some("Example".to_owned()),
            known_as: None,
        })),
        // Of the block kept for drama.
        Kind::Phone => Some(Answer::Phone("07700900000".to_owned())),
        // Of a domain that is kept for examples.
        Kind::Email => Some(Answer::Text("robin@post.example".to_owned())),
        Kind::Address(_) => Some(Answer::Address(Address {
            line_1: "1 Example Street".to_owned(),
            line_2: None,
            town: "Example Town".to_owned(),
            postcode: Some(POSTCODE.to_owned()),
            uprn: None,
            write_to: false,
        })),
        Kind::Vehicle => Some(Answer::Vehicle(Vehicle {
            registration: Some("ZZ99ZZZ".to_owned()),
            colour: Some("red".to_owned()),
            ..Vehicle::default()
        })),
        Kind::Document => Some(Answer::Document(Document {
            of_type: Some("passport".to_owned()),
            number: Some("000000000".to_owned()),
            ..Document::default()
        })),
        Kind::Money => Some(Answer::Money(12_050)),
        Kind::Number { least, most } => Some(Answer::Number((*least).max(1).min(*most))),
    }
}
