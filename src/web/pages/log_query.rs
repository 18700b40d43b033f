//! What the log is asked with, as it stands in an address.

use serde::Deserialize;

use crate::{
    app::{LogFormat, LogOutcome, LogQuery, log_cursor},
    domain::{
        action::Action,
        ids::{AgencyId, TeamId},
        legal::LogUse,
        part_date::whole_date,
        time::Timestamp,
    },
};

/// What stands in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) action: String,
    pub(super) outcome: String,
    pub(super) actor: String,
    pub(super) team: String,
    pub(super) agency: String,
    pub(super) reference: String,
    pub(super) from: String,
    pub(super) to: String,
    #[serde(rename = "use")]
    pub(super) log_use: String,
    pub(super) cursor: String,
    /// Of an export.
    pub(super) format: String,
}

impl Asked {
    /// What narrows, by the names of the fields.
    pub(super) fn filters(&self) -> [(&'static str, &String); 8] {
        [
            ("action", &self.action),
            ("outcome", &self.outcome),
            ("actor", &self.actor),
            ("team", &self.team),
            ("agency", &self.agency),
            ("reference", &self.reference),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }
}

/// The query, and what is wrong with the filters.
pub(super) fn read(asked: &Asked) -> (LogQuery, Vec<(String, String)>) {
    let mut errors = Vec::new();
    let mut wrong = |name: &str, words: &str| errors.push((name.to_owned(), words.to_owned()));
    let text = |value: &str| (!value.trim().is_empty()).then(|| value.trim().to_owned());
    let log_use = LogUse::parse(&asked.log_use);
    let others = asked.filters().into_iter().map(|(_, value)| value).chain([&asked.cursor]);
    if log_use.is_none() && (!asked.log_use.is_empty() || others.into_iter().any(|value| !value.is_empty())) {
        wrong("use", "Select what you use the log for");
    }
    let (action, outcome) = (Action::parse(&asked.action), LogOutcome::parse(&asked.outcome));
    let (team, agency) = (TeamId::parse(&asked.team).ok(), AgencyId::parse(&asked.agency).ok());
    let chosen = [
        ("action", &asked.action, action.is_some()),
        ("outcome", &asked.outcome, outcome.is_some()),
        ("team", &asked.team, team.is_some()),
        ("agency", &asked.agency, agency.is_some()),
    ];
    for (name, value, is_known) in chosen {
        if !value.is_empty() && !is_known {
            wrong(name, "Select one from the list");
        }
    }
    let mut day = |name: &str, value: &str, label: &str, after: i8| match text(value) {
        None => None,
        Some(value) => {
            let moment = whole_date(&value).and_then(|day| Timestamp::of_day(&day.to_string(), after).ok());
            if moment.is_none() {
                wrong(name, &format!("{label} must be a date, such as 27/3/2026"));
            }
            moment
        }
    };
    let from = day("from", &asked.from, "From", 0);
    let to = day("to", &asked.to, "To", 1);
    let query = LogQuery {
        reference: text(&asked.reference),
        actor: text(&asked.actor),
        team,
        agency,
        action,
        outcome,
        from,
        to,
        log_use,
        cursor: log_cursor(&asked.cursor),
        limit: None,
    };
    (query, errors)
}

/// The address of the next page, with the same filters.
pub(super) fn next_address(asked: &Asked, cursor: i64) -> String {
    address("/log", asked, ("cursor", &cursor.to_string()))
}

/// The address of a file that holds all that the filters let through.
pub(super) fn export_address(asked: &Asked, format: LogFormat) -> String {
    address("/log/export", asked, ("format", format.code()))
}

fn address(path: &str, asked: &Asked, last: (&str, &str)) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("use", &asked.log_use);
    for (name, value) in asked.filters().iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    query.append_pair(last.0, last.1);
    format!("{path}?{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(change: impl Fn(&mut Asked)) -> Asked {
        let mut asked = Asked { log_use: "lawfulness".to_owned(), ..Asked::default() };
        change(&mut asked);
        asked
    }

    #[test]
    fn days_are_those_of_the_united_kingdom_the_last_one_included() {
        let (query, errors) = read(&asked(|asked| {
            "2026-03-28".clone_into(&mut asked.from);
            "2026-03-29".clone_into(&mut asked.to);
        }));
        assert_eq!(errors, []);
        let text = |moment: Option<Timestamp>| moment.map(Timestamp::rfc3339);
        assert_eq!(text(query.from).as_deref(), Some("2026-03-28T00:00:00.000Z"));
        let as_people_write = read(&asked(|asked| "28/3/2026".clone_into(&mut asked.from)));
        assert_eq!((text(as_people_write.0.from).as_deref(), as_people_write.1), (Some("2026-03-28T00:00:00.000Z"), vec![]));
        // Summer time began that night.
        assert_eq!(text(query.to).as_deref(), Some("2026-03-29T23:00:00.000Z"));
    }

    #[test]
    fn what_cannot_be_read_is_said_at_its_field() {
        let names = |asked: &Asked| read(asked).1.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&asked(|asked| "2026-02-30".clone_into(&mut asked.from))), ["from"]);
        assert_eq!(names(&asked(|asked| "27 March".clone_into(&mut asked.to))), ["to"]);
        assert_eq!(names(&asked(|asked| "curiosity".clone_into(&mut asked.log_use))), ["use"]);
        for (name, change) in [
            ("action", (|asked| "dance".clone_into(&mut asked.action)) as fn(&mut Asked)),
            ("outcome", |asked| "maybe".clone_into(&mut asked.outcome)),
            ("team", |asked| "ours".clone_into(&mut asked.team)),
            ("agency", |asked| "ours".clone_into(&mut asked.agency)),
        ] {
            assert_eq!(names(&asked(change)), [name]);
        }
        assert_eq!(names(&Asked { actor: "x".to_owned(), ..Asked::default() }), ["use"]);
        assert_eq!(names(&Asked::default()), [""; 0]);
    }

    #[test]
    fn the_next_page_keeps_the_filters() {
        let asked = asked(|asked| "a&b".clone_into(&mut asked.actor));
        assert_eq!(next_address(&asked, 7), "/log?use=lawfulness&actor=a%26b&cursor=7");
        assert_eq!(export_address(&asked, LogFormat::Csv), "/log/export?use=lawfulness&actor=a%26b&format=csv");
    }
}
