//! One team of an agency: its people, who answers for it; and the page on which its first lead makes its key.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::teams::{HREF, warnings};
use crate::{
    app::{AgencyTeam, App, Error, IdempotencyKey},
    domain::{
        ids::{TeamId, UserId},
        part_date::whole_date,
        team_register::TeamRegister,
    },
    web::{
        components::{Button, ErrorLink, ErrorMessage, ErrorSummary, Hint, Input, Label, Select, SelectItem, WarningText},
        error::{Answer, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

const LEAD: &str = "lead";
const DEPUTY: &str = "deputy";
const REVIEW: &str = "review";
const FORM_TOKEN: &str = "form_token";

/// A team, with the form that says who answers for it; posted to its own address.
#[derive(Clone, Template)]
#[template(path = "teams/team.html")]
pub struct TeamPage {
    /// The frame; `failed` when something must be mended.
    pub frame: Frame,
    /// Its name.
    pub name: String,
    /// The code by which forms name it.
    pub code: String,
    /// Its people: name, what they do there, and their page, empty for people of other agencies.
    pub members: Vec<(String, String, String)>,
    /// The same to choose among: id and name.
    pub choices: Vec<(String, String)>,
    /// What is to be seen to, a sentence each.
    pub warnings: Vec<String>,
    /// Who answers for it, their deputy, and the day of the review, as typed.
    pub typed: [String; 3],
    /// This page.
    pub href: String,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// What is wrong: field and words.
    pub errors: Vec<(&'static str, String)>,
}

impl TeamPage {
    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(&str, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn warnings(&self) -> Vec<WarningText> {
        self.warnings.iter().map(|text| WarningText { text: text.clone(), ..WarningText::default() }).collect()
    }

    fn person(&self, name: &str, label: &str, chosen: &str) -> Select {
        let item = |(value, text): &(String, String)| SelectItem {
            value: Some(value.clone()),
            text: text.clone(),
            ..SelectItem::default()
        };
        let nobody = SelectItem { value: Some(String::new()), text: "Nobody".to_owned(), ..SelectItem::default() };
        Select {
            name: name.to_owned(),
            label: Label::from(label),
            error_message: self.error(name),
            items: std::iter::once(nobody).chain(self.choices.iter().map(item)).collect(),
            value: chosen.to_owned(),
            ..Select::default()
        }
    }

    fn lead(&self) -> Select {
        self.person(LEAD, "Who answers for it", &self.typed[0])
    }

    fn deputy(&self) -> Select {
        self.person(DEPUTY, "Who does in their absence", &self.typed[1])
    }

    fn review(&self) -> Input {
        Input {
            name: REVIEW.to_owned(),
            label: Label::from("Look at this again by"),
            hint: Some(Hint::from("For example 27/3/2027.")),
            error_message: self.error(REVIEW),
            value: self.typed[2].clone(),
            classes: "govuk-input--width-10".to_owned(),
            autocomplete: "off".to_owned(),
            ..Input::default()
        }
    }

    fn button() -> Button {
        Button { text: "Save".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// Asks its first lead to make the key of a team; posted to its own address.
#[derive(Clone, Template)]
#[template(path = "teams/key.html")]
pub struct TeamKeyPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the team.
    pub team: String,
    /// This page.
    pub href: String,
}

impl TeamKeyPage {
    fn button() -> Button {
        Button { text: "Make the team’s key".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/teams/{team}", routing::get(show).post(set))
        .route("/teams/{team}/key", routing::get(show_key).post(bear))
}

/// Which team an address names; a text that cannot be an id is looked up as one that none has, and found like it.
fn named(team: &str) -> TeamId {
    TeamId::parse(team).unwrap_or_else(|_| TeamId::from_bytes([0; 16]))
}

fn page(app: &App, person: &SignedIn, team: &AgencyTeam) -> TeamPage {
    let id = |user: Option<UserId>| user.map(|user| user.to_string()).unwrap_or_default();
    let waits = |waits: bool| if waits { " (waits for the team’s key)" } else { "" };
    let register = &team.register;
    TeamPage {
        frame: person.frame.titled("A team – Teams").back_to(HREF).at("/people"),
        name: team.name.clone(),
        code: team.code.clone(),
        members: team
            .members
            .iter()
            .map(|member| {
                let role = format!("{}{}", member.role.title(), waits(member.waits));
                // People of other agencies have no page here.
                let href = if member.own { format!("/people/{}", member.user) } else { String::new() };
                (member.name.clone(), role, href)
            })
            .collect(),
        choices: team.members.iter().map(|member| (member.user.to_string(), member.name.clone())).collect(),
        warnings: warnings(team),
        typed: [
            id(register.lead),
            id(register.deputy),
            register.review.map(|day| day.strftime("%-d/%-m/%Y").to_string()).unwrap_or_default(),
        ],
        href: format!("{HREF}/{}", team.id),
        form_token: fresh_token(app),
        errors: Vec::new(),
    }
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Path(team): Path<String>) -> Answer {
    let team = app.agency_team(&person.request, &person.caller, named(&team)).await?;
    ok(&page(&app, &person, &team))
}

async fn set(State(app): State<Arc<App>>, person: SignedIn, Path(team): Path<String>, posted: Posted) -> Answer {
    posted.only(&[LEAD, DEPUTY, REVIEW, FORM_TOKEN])?;
    let chosen = |field: &str| match posted.value(field) {
        "" => Ok(None),
        text => UserId::parse(text).map(Some).map_err(|_| Error::Malformed("This is nobody who can be chosen.")),
    };
    let typed = posted.value(REVIEW).trim();
    let review = whole_date(typed);
    let register = TeamRegister { lead: chosen(LEAD)?, deputy: chosen(DEPUTY)?, review };
    let mut errors = Vec::new();
    if register.lead.is_some() && register.lead == register.deputy {
        errors.push((DEPUTY, "Choose somebody else as deputy".to_owned()));
    }
    if review.is_none() && !typed.is_empty() {
        errors.push((REVIEW, "The day must be a real date, such as 27/3/2027".to_owned()));
    }
    if errors.is_empty() {
        let key = IdempotencyKey::parse(posted.value(FORM_TOKEN))?;
        app.set_team_register(&person.request, &person.caller, &key, (named(&team), register)).await?;
        return Ok(see(&format!("{HREF}/{team}")));
    }
    let shown = page(&app, &person, &app.agency_team(&person.request, &person.caller, named(&team)).await?);
    let typed = [LEAD, DEPUTY, REVIEW].map(|field| posted.value(field).to_owned());
    mend(&TeamPage { frame: shown.frame.failed_if(true), typed, errors, ..shown })
}

async fn show_key(State(app): State<Arc<App>>, person: SignedIn, Path(team): Path<String>) -> Answer {
    let (id, team) = app.team_to_bear(&person.request, &person.caller, named(&team)).await?;
    ok(&TeamKeyPage { frame: person.frame.titled("A team’s key").back_to("/"), team, href: format!("{HREF}/{id}/key") })
}

async fn bear(State(app): State<Arc<App>>, person: SignedIn, Path(team): Path<String>, posted: Posted) -> Answer {
    posted.only(&[])?;
    app.bear_team(&person.request, &person.caller, named(&team)).await?;
    Ok(see("/"))
}
