//! One of an agency's people: where they stand, their places, and a new invitation.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::people::{HREF, standing};
use crate::{
    app::{App, Founder, HeldPlace, Invited, PersonView},
    domain::{account::AccountState, ids::UserId},
    web::{
        components::{Button, SummaryList, SummaryRow},
        error::{Answer, ok},
        session::SignedIn,
        view::Frame,
    },
};

/// Somebody of the agency.
#[derive(Clone, Template)]
#[template(path = "people/person.html")]
pub struct PersonPage {
    /// The frame.
    pub frame: Frame,
    /// Their name.
    pub name: String,
    /// What they sign in with.
    pub username: String,
    /// Where they stand, in words.
    pub standing: String,
    /// Their places: role and team, agency, whether it waits.
    pub places: Vec<String>,
    /// Where a new invitation is asked for; empty once they have joined.
    pub invite_href: String,
}

impl PersonPage {
    fn facts(&self) -> SummaryList {
        let places = if self.places.is_empty() { "None".to_owned() } else { self.places.join("\n") };
        let rows = vec![
            SummaryRow::words("User name", &self.username),
            SummaryRow::words("Where they stand", &self.standing),
            SummaryRow::words("Places in teams", &places),
        ];
        SummaryList { rows, ..SummaryList::default() }
    }

    fn invite() -> Button {
        Button { text: "Make a new invitation".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// An invitation just made, with its code, which is shown this once.
#[derive(Clone, Template)]
#[template(path = "people/invited.html")]
pub struct InvitedPage {
    /// The frame.
    pub frame: Frame,
    /// Their name.
    pub name: String,
    /// What they sign in with.
    pub username: String,
    /// The code, in groups.
    pub code: String,
    /// When it runs out, in words.
    pub until: String,
    /// Their page.
    pub href: String,
}

impl InvitedPage {
    /// The page of an invitation for somebody.
    pub(super) fn of(frame: &Frame, user: UserId, invited: Invited) -> Self {
        Self {
            frame: frame.titled("Invitation").at(HREF),
            name: invited.name,
            username: invited.username,
            code: invited.code.to_string(),
            until: invited.expires_at.words(),
            href: format!("{HREF}/{user}"),
        }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/people/{id}", routing::get(show)).route("/people/{id}/invite", routing::post(invite))
}

/// Whom an address names; a text that cannot be an id is looked up as one that nobody has, and found like it.
fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap_or_else(|_| UserId::from_bytes([0; 16]))
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>) -> Answer {
    let view = app.person_of_agency(&person.request, &person.caller, user(&id)).await?;
    ok(&page(&person, &view))
}

fn page(person: &SignedIn, view: &PersonView) -> PersonPage {
    let waits = |waits: bool| if waits { " (waits for the team’s key)" } else { "" };
    let place = |place: &HeldPlace| format!("{}, {} ({}){}", place.role.title(), place.name, place.agency, waits(place.waits));
    let invite = format!("{HREF}/{}/invite", view.user);
    PersonPage {
        // A name never stands in a title: titles end up in histories.
        frame: person.frame.titled("Somebody of your agency – People").back_to(HREF).at(HREF),
        name: view.name.clone(),
        username: view.username.clone(),
        standing: standing(view, person.request.at),
        places: view.places.iter().map(place).collect(),
        invite_href: if view.state == AccountState::Invited { invite } else { String::new() },
    }
}

async fn invite(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>) -> Answer {
    let invited = app.invite(&person.request, &Founder::Caller(&person.caller), user(&id)).await?;
    ok(&InvitedPage::of(&person.frame, user(&id), invited))
}
