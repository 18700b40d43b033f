//! Who opened what was shared, a line for each person: how they are rung, when first and last, and how often.

use askama::Template;

use crate::app::OpeningView;

/// Those who opened something.
#[derive(Clone, Default, Template)]
#[template(path = "share/openers.html")]
pub struct Openers {
    /// Each person, whoever did so last first.
    pub people: Vec<Opener>,
}

/// One person.
#[derive(Clone)]
pub struct Opener {
    /// Name, role, team and its agency.
    pub who: String,
    /// Their work number; empty where they gave none.
    pub ring: String,
    /// What they did, in sentences without a stop.
    pub did: Vec<String>,
}

impl Openers {
    pub(super) fn of(openings: &[OpeningView]) -> Self {
        let mut people: Vec<Opener> = Vec::new();
        for opening in openings {
            let who: Vec<&str> = [&opening.by.name, &opening.by.role, &opening.team].map(String::as_str).into();
            let who = who.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
            let did = did(opening);
            match people.iter_mut().find(|person| person.who == who) {
                Some(person) => person.did.push(did),
                None => people.push(Opener { who, ring: opening.by.phone.clone().unwrap_or_default(), did: vec![did] }),
            }
        }
        Self { people }
    }

    /// How many they are, in words.
    pub(super) fn count(&self) -> String {
        match self.people.len() {
            0 => "Nobody has opened it".to_owned(),
            1 => "Opened by 1 person".to_owned(),
            many => format!("Opened by {many} people"),
        }
    }
}

fn did(opening: &OpeningView) -> String {
    let what = if opening.is_file { "Downloaded a file of it" } else { "Opened it" };
    match opening.times {
        1 => format!("{what} once, {}", opening.last.words()),
        times => format!("{what} {times} times, first {}, last {}", opening.first.words(), opening.last.words()),
    }
}
