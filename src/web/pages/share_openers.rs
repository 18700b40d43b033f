//! Who opened what was shared, a line for each person: how they are rung, when first and last, and how often.

use std::collections::BTreeSet;

use askama::Template;

use crate::{app::OpeningView, domain::ids::UserId};

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
    /// Their account: two may be named alike.
    pub user: UserId,
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
            if let Some(person) = people.iter_mut().find(|person| person.user == opening.user && person.who == who) {
                person.did.push(did);
            } else {
                let ring = opening.by.phone.clone().unwrap_or_default();
                people.push(Opener { user: opening.user, who, ring, did: vec![did] });
            }
        }
        Self { people }
    }

    /// How many they are, in words.
    pub(super) fn count(&self) -> String {
        let people: BTreeSet<UserId> = self.people.iter().map(|person| person.user).collect();
        match people.len() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::Reached, domain::time::Timestamp};

    #[test]
    fn two_people_of_one_name_are_two_and_one_who_did_two_things_is_one() {
        let opening = |byte, is_file| OpeningView {
            user: UserId::from_bytes([byte; 16]),
            by: Reached { name: "Sam Same".to_owned(), role: "Triager".to_owned(), phone: None },
            team: "A team (An agency)".to_owned(),
            first: Timestamp::from_millis(0),
            last: Timestamp::from_millis(0),
            times: 1,
            is_file,
        };
        let of = |openings: &[OpeningView]| Openers::of(openings).count();
        assert_eq!(of(&[opening(1, false), opening(1, true)]), "Opened by 1 person");
        assert_eq!(of(&[opening(1, false), opening(2, false)]), "Opened by 2 people");
    }
}
