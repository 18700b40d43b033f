//! Who comes in first: the questions about agencies, their administrators and the operator.

use std::collections::BTreeSet;

use super::ask::{Answering, Question};
use crate::{
    app::{App, FirstPerson, Founding, NewAgency, RecoveryRecipient},
    cli::Failure,
    domain::{
        agency::AgencyKind,
        text::{AgencyName, PersonName, TeamName, Username, WorkPhone},
    },
};

/// The team of whoever runs things, unless they name another.
const OFFICE: (&str, &str) = ("Exchange office", "exchange-office");

/// The names that may be given once.
#[derive(Default)]
struct Taken {
    agencies: BTreeSet<String>,
    users: BTreeSet<String>,
    teams: BTreeSet<String>,
}

pub(super) fn founding(asked: &mut impl Answering) -> Result<Founding, Failure> {
    let mut taken = Taken::default();
    let mut agencies = vec![agency(asked, 0, &mut taken)?];
    // Whoever runs the hub may sit with the administrator of their own agency.
    let own = agencies.first().map(|first| first.administrator.team.clone());
    let shared = own.as_ref().filter(|(code, _)| taken.teams.remove(code)).map(|(code, _)| code.clone());
    let who = "the first operator, who runs the hub and reads nothing in it";
    let operator = person(asked, "operator", who, own, &mut taken)?;
    taken.teams.extend(shared);
    for at in 1.. {
        if !asked.another(
            &format!("agency.{at}"),
            "Does another agency come in now? Others can later, on the page Agencies. yes or no",
        )? {
            break;
        }
        agencies.push(agency(asked, at, &mut taken)?);
    }
    Ok(Founding { agencies, operator })
}

fn agency(asked: &mut impl Answering, at: usize, taken: &mut Taken) -> Result<NewAgency, Failure> {
    let key = |name: &str| format!("agency.{at}.{name}");
    let which = if at == 0 { "Name of the first agency, whose people run the hub?" } else { "Name of this agency?" };
    let question = Question { key: &key("name"), text: which, default: None, example: "Three Shires Council" };
    let name = asked.answer(question, |text| AgencyName::parse(text).map_err(|error| error.to_string()))?;
    let default = code_of(name.as_str());
    let question = Question {
        key: &key("code"),
        text: "Its short code? 2 to 60 small letters, digits and hyphens; it stays for ever.",
        default: Some(&default).filter(|code| code.len() >= 2).map(String::as_str),
        example: "three-shires-council",
    };
    let code = asked.answer(question, |text| {
        let code = App::read_code(text).map_err(|error| error.to_string())?;
        if taken.agencies.contains(&code) { Err("another agency has this code".to_owned()) } else { Ok(code) }
    })?;
    taken.agencies.insert(code.clone());
    let kinds = AgencyKind::ALL.iter().map(|kind| kind.code()).collect::<Vec<_>>().join(", ");
    let text = format!("What is it in law? One of {kinds}.");
    let question = Question { key: &key("kind"), text: &text, default: None, example: "council" };
    let kind = asked.answer(question, |text| AgencyKind::parse(text).ok_or_else(|| format!("it is one of {kinds}")))?;
    let question = Question {
        key: &key("recovery"),
        text: "Its recovery recipient? `referral-exchange recovery make` makes one, whose key nobody holds alone.",
        default: None,
        example: "age1… and 58 more letters and digits",
    };
    let recovery = asked.answer(question, |text| RecoveryRecipient::parse(text).map_err(|error| error.to_string()))?;
    let (office, office_code) = OFFICE;
    let (team, team_code) =
        if at == 0 { (office, office_code.to_owned()) } else { ("Administration", format!("{code}-administration")) };
    let default = TeamName::parse(team).ok().map(|name| (team_code, name));
    let administrator =
        person(asked, &key("administrator"), "its first administrator, who looks after its people and teams", default, taken)?;
    Ok(NewAgency { code, name, kind, recovery, administrator })
}

/// Small letters, digits and hyphens made of a name.
fn code_of(name: &str) -> String {
    let plain: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let code = plain.split_whitespace().collect::<Vec<_>>().join("-");
    code.chars().take(60).collect::<String>().trim_end_matches('-').to_owned()
}

fn person(
    asked: &mut impl Answering,
    prefix: &str,
    who: &str,
    team: Option<(String, TeamName)>,
    taken: &mut Taken,
) -> Result<FirstPerson, Failure> {
    let key = |name: &str| format!("{prefix}.{name}");
    let text = format!("Name of {who}?");
    let question = Question { key: &key("name"), text: &text, default: None, example: "Dana Example" };
    let name = asked.answer(question, |text| PersonName::parse(text).map_err(|error| error.to_string()))?;
    let question = Question {
        key: &key("username"),
        text: "What do they sign in with? 3 to 64 small letters, digits, dots, hyphens or @.",
        default: None,
        example: "dana.example",
    };
    let username = asked.answer(question, |text| {
        let username =
            Username::parse(text).map_err(|_| "it has 3 to 64 small letters, digits, dots, hyphens or @".to_owned())?;
        if taken.users.contains(username.as_str()) { Err("somebody else has this name".to_owned()) } else { Ok(username) }
    })?;
    taken.users.insert(username.as_str().to_owned());
    let question =
        Question { key: &key("phone"), text: "Where are they rung at work?", default: Some(""), example: "0116 496 0000" };
    let phone = asked.answer(question, |text| match text {
        "" => Ok(None),
        text => WorkPhone::parse(text).map(Some).map_err(|_| "it is a number of 10 to 15 digits".to_owned()),
    })?;
    let (default_code, default_name) = team.map_or((None, None), |(code, name)| (Some(code), Some(name)));
    let question = Question {
        key: &key("team"),
        text: "Which team do they sit in? It is made with them.",
        default: default_name.as_ref().map(TeamName::as_str),
        example: "Exchange office",
    };
    let team = asked.answer(question, |text| TeamName::parse(text).map_err(|error| error.to_string()))?;
    let is_default = default_name.as_ref() == Some(&team);
    let own = code_of(team.as_str());
    let default = default_code.filter(|_| is_default).unwrap_or(own);
    let question = Question {
        key: &key("team_code"),
        text: "The team's short code? 2 to 60 small letters, digits and hyphens; forms name the team by it.",
        default: Some(&default).filter(|code| code.len() >= 2).map(String::as_str),
        example: "exchange-office",
    };
    let code = asked.answer(question, |text| {
        let code = App::read_code(text).map_err(|error| error.to_string())?;
        if taken.teams.contains(&code) { Err("another team has this code".to_owned()) } else { Ok(code) }
    })?;
    taken.teams.insert(code.clone());
    Ok(FirstPerson { username, name, phone, team: (code, team) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_made_of_a_name() {
        assert_eq!(code_of("Three Shires (Council) & Co."), "three-shires-council-co");
        assert_eq!(code_of("É"), "");
    }
}
