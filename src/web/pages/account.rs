//! The caller's own account.

use std::sync::Arc;

use askama::Template;
use axum::{Json, Router, extract::State, routing};

use super::queue::heads;
use crate::{
    app::{App, NamedPlace, WorkContact},
    web::{
        components::{Button, Cell, SummaryList, SummaryRow, Table},
        error::{Answer, ok},
        limits::Limits,
        session::SignedIn,
        view::Frame,
        words,
    },
};

/// Name, places and sessions; posts to `/sign-out` and `/sign-out-everywhere`.
#[derive(Clone, Template)]
#[template(path = "account/account.html")]
pub struct AccountPage {
    /// The frame.
    pub frame: Frame,
    /// Name of the person.
    pub name: String,
    /// Their user name.
    pub username: String,
    /// Their places.
    pub places: Vec<Place>,
    /// What they do at work; empty for not said.
    pub role: String,
    /// Where they are rung at work; empty for not said.
    pub phone: String,
    /// Who goes on with their drafts; empty for nobody.
    pub deputy: String,
    /// When they are away, as a sentence; empty while nothing is said of that.
    pub away: String,
    /// The fingerprint of their key, in groups.
    pub fingerprint: String,
    /// How many sessions they have, this one included.
    pub sessions: u64,
}

/// A place in a team.
#[derive(Clone)]
pub struct Place {
    /// The team.
    pub team: String,
    /// Its agency.
    pub agency: String,
    /// The role in words.
    pub role: String,
}

impl AccountPage {
    fn facts(&self) -> SummaryList {
        let rows = vec![SummaryRow::words("Name", &self.name), SummaryRow::words("User name", &self.username)];
        SummaryList { rows, ..SummaryList::default() }
    }

    fn places_table(&self) -> Table {
        let row = |place: &Place| vec![Cell::words(&place.team), Cell::words(&place.agency), Cell::words(&place.role)];
        Table {
            caption: "Your places in teams".to_owned(),
            caption_classes: "govuk-table__caption--m".to_owned(),
            head: Some(heads(&["Team", "Agency", "Role"])),
            rows: self.places.iter().map(row).collect(),
            first_cell_is_header: true,
            stacks: true,
            ..Table::default()
        }
    }

    fn sessions_words(&self) -> String {
        match self.sessions {
            0 | 1 => "You are signed in here and nowhere else.".to_owned(),
            2 => "You are signed in here and in one other place.".to_owned(),
            count => format!("You are signed in here and in {} other places.", count - 1),
        }
    }

    fn sign_out() -> Button {
        Button { text: "Sign out".to_owned(), classes: "govuk-button--secondary".to_owned(), ..Button::default() }
    }

    fn sign_out_everywhere() -> Button {
        Button { text: "Sign out everywhere".to_owned(), classes: "govuk-button--warning".to_owned(), ..Button::default() }
    }
}

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/account", routing::get(show)).route("/account/stay", routing::post(stay))
}

async fn show(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    let sessions = app.read_account(&person.request, &person.caller).await?;
    let WorkContact { title, phone } = app.work_contact(&person.caller).await?;
    let (chosen, people) = (app.chosen_deputy(&person.caller).await?, app.deputies_to_choose(&person.caller).await?);
    let deputy = people.into_iter().find(|(id, _)| Some(*id) == chosen).map(|(_, name)| name.as_str().to_owned());
    let away = app.own_absence(&person.caller).await?;
    let place = |named: &NamedPlace| Place {
        team: named.team.as_str().to_owned(),
        agency: named.agency.as_str().to_owned(),
        role: named.place.role.title().to_owned(),
    };
    ok(&AccountPage {
        frame: person.frame.titled("Your account").at("/account"),
        name: person.caller.name().as_str().to_owned(),
        username: person.caller.username().as_str().to_owned(),
        places: person.caller.places().iter().map(place).collect(),
        role: title.map(|title| title.as_str().to_owned()).unwrap_or_default(),
        phone: phone.map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
        deputy: deputy.unwrap_or_default(),
        away: away.map(|absence| format!("You are {}.", words::absence(absence, person.request.at))).unwrap_or_default(),
        fingerprint: app.own_fingerprint(&person.caller).await?,
        sessions,
    })
}

/// Having asked is enough: any request moves the end of a session on. What is told is when it ends now.
async fn stay(person: SignedIn) -> Json<Limits> {
    Json(Limits::of(&person.caller, person.request.at))
}
