//! Where somebody is signed in, and ending one of these sessions.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use crate::{
    app::{App, IdempotencyKey, SessionView},
    domain::ids::SessionId,
    web::{
        error::{Answer, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
        words,
    },
};

const HREF: &str = "/account/sessions";
const FORM_TOKEN: &str = "form_token";

/// Every place where the reader is signed in.
#[derive(Clone, Template)]
#[template(path = "account/sessions.html")]
pub struct SessionsPage {
    /// The frame.
    pub frame: Frame,
    /// The sessions, the newest first.
    pub sessions: Vec<SessionLine>,
}

/// One of them.
#[derive(Clone)]
pub struct SessionLine {
    /// When it began and was last used, in words.
    pub words: String,
    /// Where it is ended; empty for the one the reader is in, which signing out ends.
    pub href: String,
    /// Makes sending twice harmless.
    pub form_token: String,
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route(HREF, routing::get(show)).route("/account/sessions/{id}/end", routing::post(end))
}

async fn show(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    let line = |view: SessionView| {
        let this = if view.is_this { " This is where you are now." } else { "" };
        let (begun, used) = (words::day_and_time(view.begun_at), words::day_and_time(view.used_at));
        SessionLine {
            words: format!("Signed in: {begun}. Last used: {used}.{this}"),
            href: if view.is_this { String::new() } else { format!("{HREF}/{}/end", view.id) },
            form_token: fresh_token(&app),
        }
    };
    ok(&SessionsPage {
        frame: person.frame.titled("Where you are signed in").back_to("/account").at("/account"),
        sessions: app.own_sessions(&person.request, &person.caller).await?.into_iter().map(line).collect(),
    })
}

async fn end(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    posted.only(&[FORM_TOKEN])?;
    let key = IdempotencyKey::parse(posted.value(FORM_TOKEN))?;
    // A text that cannot be an id is looked up like one that is none of theirs.
    let session = SessionId::parse(&id).unwrap_or(SessionId::from_bytes([0; 16]));
    app.end_own_session(&person.request, &person.caller, &key, session).await?;
    Ok(see(HREF))
}
