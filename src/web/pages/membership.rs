//! A place in a team: given by an administrator, with what somebody does there, and ended.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::{
    people::{HREF, role_chosen, role_question, team_question, teams},
    person::user,
};
use crate::{
    app::{App, Error, HeldPlace, IdempotencyKey, PersonView},
    domain::ids::TeamId,
    web::{
        components::{Button, ErrorLink, ErrorMessage, ErrorSummary, Radios, Select, WarningText},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
        words,
    },
};

const TEAM: &str = "team";
const ROLE: &str = "role";
const FORM_TOKEN: &str = "form_token";

/// The form by which somebody is given a place, or another role where they have one; posted to its own address.
#[derive(Clone, Template)]
#[template(path = "people/place.html")]
pub struct PlacePage {
    /// The frame; `failed` when something must be mended.
    pub frame: Frame,
    /// Their name.
    pub name: String,
    /// Their places, one line each.
    pub places: Vec<String>,
    /// The teams to choose among: id and name.
    pub teams: Vec<(String, String)>,
    /// The team chosen; empty for none yet.
    pub team: String,
    /// The code of the role chosen; empty for none yet.
    pub role: String,
    /// This page.
    pub href: String,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// What is wrong: field and words.
    pub errors: Vec<(&'static str, String)>,
}

impl PlacePage {
    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(&str, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn team(&self) -> Select {
        team_question(&self.teams, &self.team, self.error(TEAM))
    }

    fn role(&self) -> Radios {
        role_question(&self.role, self.error(ROLE))
    }

    fn button() -> Button {
        Button { text: "Save".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// Asks whether somebody's place is to end; posted to its own address and `/end`.
#[derive(Clone, Template)]
#[template(path = "people/end_place.html")]
pub struct EndPlacePage {
    /// The frame.
    pub frame: Frame,
    /// Their name.
    pub name: String,
    /// What they do, and in which team.
    pub place: String,
    /// Whether they hold the team's key, as far as anybody does of such a role.
    pub holds_key: bool,
    /// This page.
    pub href: String,
    /// Makes sending twice harmless.
    pub form_token: String,
}

impl EndPlacePage {
    fn warning() -> WarningText {
        let text = "What they have opened, copied or printed stays known to them.";
        WarningText { text: text.to_owned(), ..WarningText::default() }
    }

    fn button() -> Button {
        Button {
            text: "End this place".to_owned(),
            classes: "govuk-button--warning".to_owned(),
            prevent_double_click: Some(true),
            ..Button::default()
        }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/people/{id}/place", routing::get(show).post(give))
        .route("/people/{id}/places/{team}", routing::get(ask_end))
        .route("/people/{id}/places/{team}/end", routing::post(end))
}

/// A place in words.
pub(super) fn place_words(place: &HeldPlace) -> String {
    let waits = if place.waits { " (waits for the team’s key)" } else { "" };
    format!("{}, {} ({}){waits}", place.role.title(), place.name, place.agency)
}

fn person_href(view: &PersonView) -> String {
    format!("{HREF}/{}", view.user)
}

async fn page(app: &App, person: &SignedIn, id: &str) -> Result<PlacePage, Failure> {
    let view = app.person_of_agency(&person.request, &person.caller, user(id)).await?;
    let href = person_href(&view);
    Ok(PlacePage {
        // A name never stands in a title: titles end up in histories.
        frame: person.frame.titled("A place in a team – People").back_to(&href).at(HREF),
        places: view.places.iter().map(place_words).collect(),
        name: view.name,
        teams: teams(app, person).await?,
        team: String::new(),
        role: String::new(),
        href: format!("{href}/place"),
        form_token: fresh_token(app),
        errors: Vec::new(),
    })
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>) -> Answer {
    ok(&page(&app, &person, &id).await?)
}

async fn give(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    posted.only(&[TEAM, ROLE, FORM_TOKEN])?;
    let team = TeamId::parse(posted.value(TEAM)).map_err(|_| (TEAM, "Choose the team in which they have a place"));
    let role = role_chosen(&posted).ok_or((ROLE, "Choose what they will do there"));
    let errors = match (team, role) {
        (Ok(team), Ok(role)) => {
            let key = IdempotencyKey::parse(posted.value(FORM_TOKEN))?;
            match app.set_place(&person.request, &person.caller, &key, (user(&id), team, role)).await {
                Ok(_) => return Ok(see(&format!("{HREF}/{id}"))),
                Err(Error::Conflict(why)) => vec![(TEAM, words::capital(why))],
                Err(other) => return Err(Failure(other)),
            }
        }
        (team, role) => {
            let wrong = [team.err(), role.err()].into_iter().flatten();
            wrong.map(|(field, words)| (field, words.to_owned())).collect()
        }
    };
    let shown = page(&app, &person, &id).await?;
    let (team, role) = (posted.value(TEAM).to_owned(), posted.value(ROLE).to_owned());
    mend(&PlacePage { frame: shown.frame.failed_if(true), team, role, errors, ..shown })
}

fn ending(person: &SignedIn, view: &PersonView, place: &HeldPlace, form_token: String) -> EndPlacePage {
    let href = person_href(view);
    EndPlacePage {
        frame: person.frame.titled("End a place – People").back_to(&href).at(HREF),
        name: view.name.clone(),
        place: place_words(place),
        holds_key: place.role.holds_team_key(),
        href: format!("{href}/places/{}", place.team),
        form_token,
    }
}

async fn ask_end(State(app): State<Arc<App>>, person: SignedIn, Path((id, team)): Path<(String, String)>) -> Answer {
    let view = app.person_of_agency(&person.request, &person.caller, user(&id)).await?;
    let place = view.places.iter().find(|place| place.own && place.team.to_string() == team).ok_or(Error::Unseen)?;
    ok(&ending(&person, &view, place, fresh_token(&app)))
}

async fn end(State(app): State<Arc<App>>, person: SignedIn, Path((id, team)): Path<(String, String)>, posted: Posted) -> Answer {
    posted.only(&[FORM_TOKEN])?;
    let key = IdempotencyKey::parse(posted.value(FORM_TOKEN))?;
    let team = TeamId::parse(&team).unwrap_or_else(|_| TeamId::from_bytes([0; 16]));
    app.end_place_once(&person.request, &person.caller, &key, (user(&id), team)).await?;
    Ok(see(&format!("{HREF}/{id}")))
}
