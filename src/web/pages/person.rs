//! One of an agency's people: where they stand, their places, and a new invitation.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::{
    membership::place_words,
    people::{HREF, standing},
    training::training_words,
};
use crate::{
    app::{App, Founder, HeldPlace, Invited, PersonView},
    domain::{account::AccountState, ids::UserId, time::Timestamp},
    web::{
        components::{Button, SummaryList, SummaryRow},
        error::{Answer, ok},
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

/// Somebody of the agency.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing about the person, none a state of another")]
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
    /// Their places: role and team, agency, whether it waits; and where one ends, empty for those of other agencies' teams.
    pub places: Vec<(String, String)>,
    /// When they last signed in, in words.
    pub last_sign_in: String,
    /// When they were last trained, in words.
    pub training: String,
    /// Their page.
    pub href: String,
    /// Whether they are shut out.
    pub shut_out: bool,
    /// Whether they have left: shut out, without a place.
    pub left: bool,
    /// Whether they are the reader, who changes nothing of their own.
    pub own: bool,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Where a new invitation is asked for; empty once they have joined.
    pub invite_href: String,
    /// Whether they can set a new password and second factor: they have joined, and are not shut out.
    pub resettable: bool,
    /// What is to be said while a reset waits for a lead; empty for nothing.
    pub reset: String,
}

impl PersonPage {
    fn facts(&self) -> SummaryList {
        let rows = vec![
            SummaryRow::words("User name", &self.username),
            SummaryRow::words("Where they stand", &self.standing),
            SummaryRow::words("Last signed in", &self.last_sign_in),
            SummaryRow::words("Safeguarding training", &self.training),
        ];
        SummaryList { rows, ..SummaryList::default() }
    }

    fn reinstate() -> Button {
        Button { text: "Have them back".to_owned(), prevent_double_click: Some(true), ..Button::default() }
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
    /// Whether they have joined, and set a new password and second factor with it.
    pub reset: bool,
    /// When it runs out, in words.
    pub until: String,
    /// Where it goes on from here, and that in words.
    pub href: String,
    /// See `href`.
    pub onward: String,
}

impl InvitedPage {
    /// The page of an invitation for somebody.
    pub(super) fn of(frame: &Frame, user: UserId, invited: Invited) -> Self {
        Self {
            frame: frame.titled("Invitation").at(HREF),
            reset: false,
            name: invited.name,
            username: invited.username,
            code: invited.code.to_string(),
            until: invited.expires_at.words(),
            href: format!("{HREF}/{user}"),
            onward: "Go on to their page".to_owned(),
        }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/people/{id}", routing::get(show)).route("/people/{id}/invite", routing::post(invite))
}

/// Whom an address names; a text that cannot be an id is looked up as one that nobody has, and found like it.
pub(super) fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap_or_else(|_| UserId::from_bytes([0; 16]))
}

async fn show(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>) -> Answer {
    let view = app.person_of_agency(&person.request, &person.caller, user(&id)).await?;
    ok(&page(&app, &person, &view))
}

fn page(app: &App, person: &SignedIn, view: &PersonView) -> PersonPage {
    let own = view.user == person.caller.user();
    let href = format!("{HREF}/{}", view.user);
    let end = |place: &HeldPlace| if place.own && !own { format!("{href}/places/{}", place.team) } else { String::new() };
    let shut_out = view.state == AccountState::Disabled;
    PersonPage {
        // A name never stands in a title: titles end up in histories.
        frame: person.frame.titled("Somebody of your agency – People").back_to(HREF).at(HREF),
        name: view.name.clone(),
        username: view.username.clone(),
        standing: standing(view, person.request.at),
        last_sign_in: view.last_sign_in.map_or_else(|| "Not recorded".to_owned(), Timestamp::date_words),
        training: training_words(view.training),
        places: view.places.iter().map(|place| (place_words(place), end(place))).collect(),
        invite_href: if view.state == AccountState::Invited { format!("{href}/invite") } else { String::new() },
        resettable: view.state == AccountState::Ready && !own,
        reset: reset_words(view),
        shut_out,
        left: shut_out && view.places.is_empty(),
        own,
        form_token: fresh_token(app),
        href,
    }
}

/// What becomes of somebody whose password was reset.
fn reset_words(view: &PersonView) -> String {
    let Some(at) = view.reset_at.map(Timestamp::date_words) else { return String::new() };
    match view.state {
        AccountState::Invited => {
            format!("Their password and second factor were reset on {at}. They open nothing, and set new ones with the code.")
        }
        AccountState::Ready if view.places.iter().any(|place| place.waits) => {
            format!(
                "Their password was reset on {at}, and they have a new key. It opens nothing until a lead has compared it; not the administrator who made the reset."
            )
        }
        _ => String::new(),
    }
}

async fn invite(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>) -> Answer {
    let invited = app.invite(&person.request, &Founder::Caller(&person.caller), user(&id)).await?;
    ok(&InvitedPage::of(&person.frame, user(&id), invited))
}
