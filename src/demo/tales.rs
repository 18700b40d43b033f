//! Whole stories for each pathway: what is told, seen and wished for belongs together, and its dates agree. The files beside
//! this one hold them, in the shape of answers; ages and days are drawn from what a story allows.

use std::collections::BTreeMap;

use jiff::{Span, civil::Date};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::chance::Chance;
use crate::app::Error;

/// The stories of each pathway.
const FILES: [(&str, &str); 8] = [
    ("child-exploitation", include_str!("tales/child-exploitation.toml")),
    ("child-exploitation-information", include_str!("tales/child-exploitation-information.toml")),
    ("fire-prevention", include_str!("tales/fire-prevention.toml")),
    ("fire-protection", include_str!("tales/fire-protection.toml")),
    ("foreign-national-offender", include_str!("tales/foreign-national-offender.toml")),
    ("marac", include_str!("tales/marac.toml")),
    ("modern-slavery", include_str!("tales/modern-slavery.toml")),
    ("prevent", include_str!("tales/prevent.toml")),
];

/// One story.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tale {
    /// For what alone it is told: somebody in danger now, or a case that goes by name; none for the usual way.
    #[serde(default)]
    pub(super) turn: Told,
    /// What somebody asks who names nobody yet.
    pub(super) enquiry: Option<String>,
    /// What is answered. `{ days_ago = [1, 3] }` is a day, `{ years = [14, 16] }` an age, both drawn.
    answers: Map<String, Value>,
}

/// For what a story is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Told {
    /// In the usual way.
    #[default]
    Usual,
    /// Somebody is in danger.
    Urgent,
    /// Somebody involved works for a partner.
    Restricted,
}

/// Every story there is, by pathway.
pub(super) struct Tales(BTreeMap<&'static str, Vec<Tale>>);

impl Tales {
    /// Reads what is built in.
    ///
    /// # Errors
    /// [`Error::Configuration`] for a file that holds no stories.
    pub(super) fn read() -> Result<Self, Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            tale: Vec<Tale>,
        }
        let read = |(pathway, text): (&'static str, &str)| {
            let file: File = toml::from_str(text).map_err(|error| Error::Configuration(format!("{pathway}: {error}")))?;
            Ok((pathway, file.tale))
        };
        FILES.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The stories of a pathway; none of one that a folder brought along.
    pub(super) fn of(&self, pathway: &str) -> &[Tale] {
        self.0.get(pathway).map_or(&[], Vec::as_slice)
    }
}

impl Tale {
    /// Its answers, with ages and days drawn; `today` is the day of telling.
    pub(super) fn answers(&self, today: Date, chance: &mut Chance) -> Map<String, Value> {
        let mut answers = self.answers.clone();
        answers.values_mut().for_each(|answer| settle(answer, today, chance));
        if let Some(worry) = &self.enquiry {
            answers.insert("advice_worry".to_owned(), json!(worry));
        }
        answers
    }

    /// What it says to a question of several lines; nothing where it does not speak of it.
    pub(super) fn words(&self, question: &str) -> Option<&str> {
        self.answers.get(question)?.as_str()
    }
}

/// Draws what a story leaves open, wherever it stands.
fn settle(value: &mut Value, today: Date, chance: &mut Chance) {
    let span = |range: &Value| Some((range.get(0)?.as_u64()?, range.get(1)?.as_u64()?));
    match value {
        Value::Object(members) => {
            if let Some((least, most)) = members.get("days_ago").and_then(span) {
                let days = i64::try_from(least + chance.below(most - least + 1)).unwrap_or_default();
                *value = json!(today.saturating_sub(Span::new().days(days)).to_string());
            } else if let Some((least, most)) = members.get("years").and_then(span) {
                *value = json!({ "years": least + chance.below(most - least + 1) });
            } else {
                members.values_mut().for_each(|member| settle(member, today, chance));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| settle(item, today, chance)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::PathwayLibrary;

    #[test]
    fn every_pathway_has_stories_and_each_begins_otherwise() {
        let (tales, library) = (Tales::read().expect("stories"), PathwayLibrary::embedded().expect("the built-in pathways"));
        for loaded in library.iter() {
            let of = tales.of(loaded.pathway.id.as_str());
            let question = if loaded.pathway.id.as_str() == "foreign-national-offender" { "conduct" } else { "narrative" };
            let told: std::collections::BTreeSet<_> = of.iter().filter_map(|tale| tale.words(question)).collect();
            assert!(told.len() >= 4 && told.len() == of.len(), "{}", loaded.pathway.id);
            let offered = loaded.pathway.enquiry.is_some();
            assert_eq!(of.iter().any(|tale| tale.enquiry.is_some()), offered, "{}", loaded.pathway.id);
        }
    }

    #[test]
    fn days_and_ages_are_drawn_from_what_the_story_allows() {
        let today = jiff::civil::date(2026, 3, 10);
        let mut chance = Chance::from_seed(7);
        for _ in 0..40 {
            let mut value = json!([{ "on": { "days_ago": [1, 3] }, "age": { "years": [14, 16] } }]);
            settle(&mut value, today, &mut chance);
            let years = value[0]["age"]["years"].as_u64().unwrap_or_default();
            assert!((14..=16).contains(&years), "{value}");
            assert!(["2026-03-07", "2026-03-08", "2026-03-09"].contains(&value[0]["on"].as_str().unwrap_or_default()));
        }
    }
}
