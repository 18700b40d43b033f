//! Suspending somebody, their leaving, and having them back.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::{people::HREF, person::user};
use crate::{
    app::{App, IdempotencyKey, Missing, Remains},
    web::{
        components::{Button, WarningText},
        error::{Answer, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

const FORM_TOKEN: &str = "form_token";

/// What the page asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShuttingOut {
    /// To suspend them.
    Suspend,
    /// To record that they leave.
    Leave,
}

/// Asks whether somebody is to be shut out; posted to its own address.
#[derive(Clone, Template)]
#[template(path = "people/shut_out.html")]
pub struct ShutOutPage {
    /// The frame.
    pub frame: Frame,
    /// Which of the two.
    pub what: ShuttingOut,
    /// Their name.
    pub name: String,
    /// What becomes of teams that would miss them, a sentence each.
    pub missing: Vec<String>,
    /// This page.
    pub href: String,
    /// Makes sending twice harmless.
    pub form_token: String,
}

impl ShutOutPage {
    fn leaves(&self) -> bool {
        self.what == ShuttingOut::Leave
    }

    fn warnings(&self) -> Vec<WarningText> {
        self.missing.iter().map(|text| WarningText { text: text.clone(), ..WarningText::default() }).collect()
    }

    fn button(&self) -> Button {
        let text = if self.leaves() { "They have left" } else { "Suspend them now" };
        Button {
            text: text.to_owned(),
            classes: "govuk-button--warning".to_owned(),
            prevent_double_click: Some(true),
            ..Button::default()
        }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/people/{id}/suspend", routing::get(ask_suspend).post(suspend))
        .route("/people/{id}/leave", routing::get(ask_leave).post(leave))
        .route("/people/{id}/return", routing::post(reinstate))
}

/// What becomes of a team without somebody, in words.
pub(super) fn missing(Missing { team, remains }: Missing) -> String {
    match remains {
        Remains::Nobody => format!(
            "Nobody else holds the key of {team}. What it has could then be opened by your agency’s recovery alone. \
             If you can wait, have somebody else admitted as its lead first."
        ),
        _ => format!("{team} would have no lead. Nobody could hand its key to new members until you make a member its lead."),
    }
}

async fn page(app: &App, person: &SignedIn, id: &str, what: ShuttingOut) -> Answer {
    let view = app.person_of_agency(&person.request, &person.caller, user(id)).await?;
    let (title, path) = match what {
        ShuttingOut::Suspend => ("Suspend somebody – People", "suspend"),
        ShuttingOut::Leave => ("Somebody leaves – People", "leave"),
    };
    let href = format!("{HREF}/{}", view.user);
    ok(&ShutOutPage {
        frame: person.frame.titled(title).back_to(&href).at(HREF),
        what,
        name: view.name,
        missing: app.missing_without(view.user).await?.into_iter().map(missing).collect(),
        href: format!("{href}/{path}"),
        form_token: fresh_token(app),
    })
}

async fn ask_suspend(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>) -> Answer {
    page(&app, &person, &id, ShuttingOut::Suspend).await
}

async fn ask_leave(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>) -> Answer {
    page(&app, &person, &id, ShuttingOut::Leave).await
}

async fn suspend(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    posted.only(&[FORM_TOKEN])?;
    let key = IdempotencyKey::parse(posted.value(FORM_TOKEN))?;
    app.suspend(&person.request, &person.caller, &key, user(&id)).await?;
    Ok(see(&format!("{HREF}/{id}")))
}

async fn leave(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    posted.only(&[FORM_TOKEN])?;
    let key = IdempotencyKey::parse(posted.value(FORM_TOKEN))?;
    app.remove_person(&person.request, &person.caller, &key, user(&id)).await?;
    Ok(see(&format!("{HREF}/{id}")))
}

async fn reinstate(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    posted.only(&[FORM_TOKEN])?;
    let key = IdempotencyKey::parse(posted.value(FORM_TOKEN))?;
    app.reinstate(&person.request, &person.caller, &key, user(&id)).await?;
    Ok(see(&format!("{HREF}/{id}")))
}
