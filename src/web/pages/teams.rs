//! The teams of an agency, for its administrators: the list, and the form that makes one.

use std::sync::Arc;

use askama::Template;
use axum::{Router, extract::State, routing};

use super::queue::{ListLink, heads};
use crate::{
    app::{AgencyTeam, App, Error, IdempotencyKey},
    domain::{agency::TeamState, team_register::FEWEST_KEY_HOLDERS, text::TeamName},
    web::{
        components::{Button, Cell, ErrorLink, ErrorMessage, ErrorSummary, Hint, Input, Label, Table},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

pub(super) const HREF: &str = "/teams";
const NAME: &str = "name";
const CODE: &str = "code";
const FORM_TOKEN: &str = "form_token";

/// Every team of the agency, by name.
#[derive(Clone, Template)]
#[template(path = "teams/list.html")]
pub struct TeamsPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the agency.
    pub agency: String,
    /// The teams.
    pub teams: Vec<TeamLine>,
}

/// One of them.
#[derive(Clone)]
pub struct TeamLine {
    /// Its name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// How many people have a place in it, in words.
    pub people: String,
    /// What is to be seen to, a sentence each.
    pub warnings: Vec<String>,
}

impl From<&AgencyTeam> for TeamLine {
    fn from(team: &AgencyTeam) -> Self {
        let people = match team.members.len() {
            1 => "1 person".to_owned(),
            count => format!("{count} people"),
        };
        Self { name: team.name.clone(), href: format!("{HREF}/{}", team.id), people, warnings: warnings(team) }
    }
}

/// What is to be seen to about a team, a sentence each.
pub(super) fn warnings(team: &AgencyTeam) -> Vec<String> {
    let mut warnings = Vec::new();
    // Teams in which nobody opens anything need no key.
    let works = team.members.iter().any(|member| member.role.holds_team_key());
    if team.state == TeamState::AwaitingKey && (works || team.members.is_empty()) {
        warnings.push("It has no key yet: nothing can be sent to it.".to_owned());
    } else if works && team.key_holders < FEWEST_KEY_HOLDERS {
        let who = if team.key_holders == 0 { "Nobody holds" } else { "Only one person holds" };
        warnings.push(format!("{who} its key. If that is lost, what it has can be opened by your agency’s recovery alone."));
    }
    if team.register.lead.is_none() {
        warnings.push("Nobody is named who answers for it.".to_owned());
    } else if team.review_due {
        warnings.push("Who answers for it is to be looked at again.".to_owned());
    }
    warnings
}

impl TeamsPage {
    fn table(&self) -> Result<Table, askama::Error> {
        let row = |line: &TeamLine| -> Result<Vec<Cell>, askama::Error> {
            let warnings = if line.warnings.is_empty() { "Nothing".to_owned() } else { line.warnings.join(" ") };
            Ok(vec![
                Cell::of(&ListLink { href: &line.href, text: &line.name })?,
                Cell::words(&line.people),
                Cell::words(&warnings),
            ])
        };
        Ok(Table {
            caption: format!("Teams of {}", self.agency),
            caption_classes: "govuk-visually-hidden".to_owned(),
            head: Some(heads(&["Team", "People", "To be seen to"])),
            rows: self.teams.iter().map(row).collect::<Result<_, askama::Error>>()?,
            first_cell_is_header: true,
            stacks: true,
            ..Table::default()
        })
    }
}

/// A team to be made; posted to `/teams/add`.
#[derive(Clone, Template)]
#[template(path = "teams/add.html")]
pub struct AddTeamPage {
    /// The frame; `failed` when something must be mended.
    pub frame: Frame,
    /// Name and code, as typed.
    pub typed: [String; 2],
    /// Makes sending twice harmless.
    pub form_token: String,
    /// What is wrong: field and words.
    pub errors: Vec<(&'static str, String)>,
}

impl AddTeamPage {
    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(&str, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn inputs(&self) -> Vec<Input> {
        let labels = [
            (NAME, "Name of the team", "As others read it, such as Duty desk."),
            (CODE, "Short code", "2 to 60 small letters, numbers and hyphens, such as duty-desk. Forms name the team by it."),
        ];
        let error = |field: &str| self.errors.iter().find(|(name, _)| *name == field);
        let input = |((name, label, hint), typed): ((&str, &str, &str), &String)| Input {
            name: name.to_owned(),
            label: Label::from(label),
            hint: Some(Hint::from(hint)),
            error_message: error(name).map(|(_, words)| ErrorMessage { text: words.clone() }),
            value: typed.clone(),
            autocomplete: "off".to_owned(),
            ..Input::default()
        };
        labels.into_iter().zip(&self.typed).map(input).collect()
    }

    fn button() -> Button {
        Button { text: "Make the team".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route(HREF, routing::get(show)).route("/teams/add", routing::get(show_add).post(add))
}

async fn show(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    let teams = app.agency_teams(&person.request, &person.caller).await?;
    ok(&TeamsPage {
        agency: person.caller.main().map(|named| named.agency.as_str().to_owned()).unwrap_or_default(),
        teams: teams.iter().map(TeamLine::from).collect(),
        frame: person.frame.titled("Teams").at("/people"),
    })
}

async fn add_page(app: &App, person: &SignedIn) -> Result<AddTeamPage, Failure> {
    // Whoever may not is told so before typing.
    app.look_at_people(&person.request, &person.caller, None).await?;
    Ok(AddTeamPage {
        frame: person.frame.titled("A new team").back_to(HREF).at("/people"),
        typed: [String::new(), String::new()],
        form_token: fresh_token(app),
        errors: Vec::new(),
    })
}

async fn show_add(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    ok(&add_page(&app, &person).await?)
}

async fn add(State(app): State<Arc<App>>, person: SignedIn, posted: Posted) -> Answer {
    let page = add_page(&app, &person).await?;
    posted.only(&[NAME, CODE, FORM_TOKEN])?;
    let errors = match TeamName::parse(posted.value(NAME)) {
        Ok(name) => {
            let key = IdempotencyKey::parse(posted.value(FORM_TOKEN))?;
            match app.add_team(&person.request, &person.caller, &key, (None, posted.value(CODE).trim(), name)).await {
                Ok(made) => return Ok(see(&format!("{HREF}/{}", made.value.id))),
                Err(Error::Malformed(_)) => vec![(CODE, "Enter 2 to 60 small letters, numbers and hyphens".to_owned())],
                Err(Error::Conflict(why)) => vec![(CODE, format!("Choose another code: {why}"))],
                Err(other) => return Err(Failure(other)),
            }
        }
        Err(_) => vec![(NAME, "Enter the name of the team, 120 characters or fewer".to_owned())],
    };
    let typed = [NAME, CODE].map(|field| posted.value(field).to_owned());
    mend(&AddTeamPage { frame: page.frame.failed_if(true), typed, errors, ..page })
}
