use super::*;
use crate::domain::{
    answers::Answers,
    question::{Group, NotKnown, Sealed},
};

fn id(text: &str) -> QuestionId {
    QuestionId::parse(text).expect("an id")
}

fn question(name: &str, kind: Kind, withhold: bool) -> Question {
    Question {
        id: id(name),
        label: format!("What is the {name}?"),
        short: format!("The {name}"),
        noun: format!("the {name}"),
        hint: None,
        kind,
        required: false,
        not_known: Some(NotKnown::default()),
        show_when: None,
        sealed: Sealed::Shared,
        personal: true,
        minor: None,
        not_before: vec![],
        within_months: None,
        or_not_sure: false,
        withhold,
        example: None,
    }
}

fn text(name: &str, withhold: bool) -> Question {
    question(name, Kind::Text { max: 200 }, withhold)
}

fn children() -> Question {
    let questions = vec![text("name", false), text("school", true)];
    question("children", Kind::Group(Box::new(Group { item: "child".into(), least: 0, most: 9, questions })), false)
}

fn said(words: &str) -> Answer {
    Answer::Text(words.to_owned())
}

fn item(pairs: &[(&str, Answer)]) -> Answers {
    Answers::from_pairs(pairs.iter().map(|(name, answer)| (id(name), answer.clone())))
}

#[test]
fn of_a_group_only_the_parts_that_can_be_kept_back_go() {
    let children = children();
    assert!(children.can_be_withheld() && !text("name", false).can_be_withheld());
    assert_eq!(children.withheld_words(), "The children: The school");
    let both = item(&[("name", said("Robin")), ("school", said("Oak"))]);
    let only_school = item(&[("school", said("Elm"))]);
    assert_eq!(
        children.without_kept(&[both.clone(), only_school.clone()]),
        Some(Answer::Group(vec![item(&[("name", said("Robin"))])])),
        "a child of whom nothing else was said is not there at all"
    );
    assert_eq!(children.without_kept(std::slice::from_ref(&only_school)), None);
    assert!(children.has_to_keep(&Answer::Group(vec![both])));
}

#[test]
fn not_known_is_nothing_to_keep_back() {
    let school = text("school", true);
    assert!(school.has_to_keep(&said("Oak")) && !school.has_to_keep(&Answer::NotKnown(None)));
    assert!(!text("name", false).has_to_keep(&said("Robin")));
    let unknown = item(&[("name", said("Robin")), ("school", Answer::NotKnown(None))]);
    assert!(!children().has_to_keep(&Answer::Group(vec![unknown])));
}
