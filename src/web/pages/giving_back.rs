//! Giving back to people what was theirs by name and is lost to them with the key that they had.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::person::user;
use crate::{
    app::{App, IdempotencyKey, OwedView},
    web::{
        error::{Answer, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

pub(super) const HREF: &str = "/give-back";

/// For whom the reader holds what they have lost.
#[derive(Clone, Template)]
#[template(path = "give_back/list.html")]
pub struct GiveBackPage {
    /// The frame.
    pub frame: Frame,
    /// Those people.
    pub people: Vec<OwedLine>,
}

/// One of them.
#[derive(Clone)]
pub struct OwedLine {
    /// Their name.
    pub name: String,
    /// Their agency, and what the reader holds, as a sentence.
    pub about: String,
    /// Where it is given back.
    pub href: String,
    /// Makes sending twice harmless.
    pub form_token: String,
}

/// What somebody lost, in words.
pub(super) fn what(view: &OwedView) -> String {
    let count = |count: usize, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        more => Some(format!("{more} {one}s")),
    };
    [count(view.referrals, "referral"), count(view.drafts, "draft")].into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route(HREF, routing::get(list)).route("/give-back/{id}", routing::post(give))
}

async fn list(State(app): State<Arc<App>>, person: SignedIn) -> Answer {
    let line = |view: OwedView| OwedLine {
        about: format!("{}. You hold {} that they could open before.", view.agency, what(&view)),
        href: format!("{HREF}/{}", view.user),
        name: view.name,
        form_token: fresh_token(&app),
    };
    let people = app.owed(&person.request, &person.caller).await?.into_iter().map(line).collect();
    ok(&GiveBackPage { frame: person.frame.titled("Give back").back_to("/"), people })
}

async fn give(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    app.give_back(&person.request, &person.caller, &key, user(&id)).await?;
    Ok(see(HREF))
}
