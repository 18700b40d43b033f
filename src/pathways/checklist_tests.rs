//! The checklist of what professionals expect of each pathway, against the files.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::library::Library;
use crate::domain::{
    clock::Step,
    pathway::Pathway,
    question::{Kind, SENDER_KIND},
};

const CHECKLIST: &str = include_str!("../../tests/data/checklist.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Items {
    referrer: BTreeMap<String, Vec<String>>,
    choices: BTreeMap<String, Vec<String>>,
    triager: Decided,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decided {
    grades: Vec<String>,
    outcomes: Vec<String>,
    clocks: Vec<String>,
}

fn checklist() -> BTreeMap<String, Items> {
    toml::from_str(CHECKLIST).expect("the checklist")
}

/// Every question by its name in the checklist: `id`, or `group.id` inside a group.
fn names(pathway: &Pathway) -> BTreeSet<String> {
    let mut names = BTreeSet::from([SENDER_KIND.to_owned()]);
    for question in pathway.questions() {
        names.insert(question.id.to_string());
        if let Kind::Group(group) = &question.kind {
            names.extend(group.questions.iter().map(|inner| format!("{}.{}", question.id, inner.id)));
        }
    }
    names
}

#[test]
fn every_item_of_the_checklist_is_asked() {
    let (library, checklist) = (Library::embedded().expect("the files"), checklist());
    let with_files: Vec<_> = library.iter().map(|loaded| loaded.pathway.id.to_string()).collect();
    assert_eq!(checklist.keys().cloned().collect::<Vec<_>>(), with_files, "each pathway has its part");
    for loaded in library.iter() {
        let names = names(&loaded.pathway);
        for (item, asked_by) in &checklist[loaded.pathway.id.as_str()].referrer {
            assert!(!asked_by.is_empty(), "{}: nothing asks `{item}`", loaded.pathway.id);
            for name in asked_by {
                assert!(names.contains(name), "{}: `{item}` names `{name}`, which is no question", loaded.pathway.id);
            }
        }
    }
}

/// What a question of the checklist offers.
fn offered(pathway: &Pathway, name: &str) -> Option<Vec<String>> {
    let (outer, inner) = name.split_once('.').map_or((name, None), |(outer, inner)| (outer, Some(inner)));
    let question = pathway.questions().find(|question| question.id.as_str() == outer)?;
    let kind = match (&question.kind, inner) {
        (Kind::Group(group), Some(inner)) => &group.questions.iter().find(|asked| asked.id.as_str() == inner)?.kind,
        (kind, _) => kind,
    };
    Some(kind.choices().iter().map(|choice| choice.code.to_string()).collect())
}

#[test]
fn every_choice_of_the_checklist_is_offered_and_no_other() {
    let (library, checklist) = (Library::embedded().expect("the files"), checklist());
    for loaded in library.iter() {
        let choices = &checklist[loaded.pathway.id.as_str()].choices;
        assert!(!choices.is_empty(), "{}", loaded.pathway.id);
        for (name, codes) in choices {
            assert_eq!(offered(&loaded.pathway, name).as_ref(), Some(codes), "{}: {name}", loaded.pathway.id);
        }
    }
}

#[test]
fn everything_a_triager_decides_is_there() {
    let (library, checklist) = (Library::embedded().expect("the files"), checklist());
    for loaded in library.iter() {
        let (pathway, wanted) = (&loaded.pathway, &checklist[loaded.pathway.id.as_str()].triager);
        let grades: Vec<_> = pathway.grades.iter().map(|grade| grade.code.to_string()).collect();
        let outcomes: Vec<_> = pathway.outcomes.iter().map(|outcome| outcome.code.to_string()).collect();
        let steps = Step::ALL.iter().filter(|step| pathway.clocks.of(**step).is_some());
        let clocks: Vec<_> = steps.map(|step| step.code().to_owned()).collect();
        assert_eq!((&grades, &outcomes, &clocks), (&wanted.grades, &wanted.outcomes, &wanted.clocks), "{}", pathway.id);
    }
}
