//! Letting somebody set a new password and second factor: what they lose by it is said before.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::{
    people::HREF,
    person::{InvitedPage, user},
};
use crate::{
    app::{App, Given, IdempotencyKey, Invited, Loss},
    web::{
        components::{Button, WarningText},
        error::{Answer, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

const FORM_TOKEN: &str = "form_token";

/// Asks whether somebody's password and second factor are to be reset; posted to its own address.
#[derive(Clone, Template)]
#[template(path = "people/reset.html")]
pub struct ResetPage {
    /// The frame.
    pub frame: Frame,
    /// Their name.
    pub name: String,
    /// What cannot be read until a lead admits them, a sentence a team.
    pub teams: Vec<String>,
    /// Teams that would have nobody left, a sentence each.
    pub missing: Vec<String>,
    /// What was given to them by name, and who can give it back, a sentence each.
    pub alone: Vec<String>,
    /// This page.
    pub href: String,
    /// Makes sending twice harmless.
    pub form_token: String,
}

impl ResetPage {
    fn warnings(&self) -> Vec<WarningText> {
        self.missing.iter().map(|text| WarningText { text: text.clone(), ..WarningText::default() }).collect()
    }

    fn button() -> Button {
        Button {
            text: "Reset and make a code".to_owned(),
            classes: "govuk-button--warning".to_owned(),
            prevent_double_click: Some(true),
            ..Button::default()
        }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/people/{id}/reset", routing::get(ask).post(reset))
}

/// What was given by name, in sentences; `whose` says to whom.
pub(super) fn alone((drafts, referrals): (Given, Given), whose: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    for (given, one, several, holder) in [
        (drafts, "draft", "drafts", "the person who can go on with it"),
        (referrals, "referral", "referrals", "another who holds it: a deputy, who checks, or the receiving team"),
    ] {
        let Given { all, held } = given;
        let count = |count: i64| if count == 1 { format!("1 {one}") } else { format!("{count} {several}") };
        if held > 0 {
            sentences.push(format!("{} given to {whose} by name can be given back by {holder}.", count(held)));
        }
        if all > held {
            sentences.push(format!("{} given to {whose} alone open by your agency’s recovery alone.", count(all - held)));
        }
    }
    sentences
}

fn team((team, leads): (String, Vec<String>)) -> String {
    match leads.as_slice() {
        [] => format!("{team}: nobody but you, if you lead it, could hand its key over again. Have another made its lead first."),
        _ => format!("{team}: until {} hands its key over again.", leads.join(" or ")),
    }
}

async fn ask(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>) -> Answer {
    let view = app.person_of_agency(&person.request, &person.caller, user(&id)).await?;
    let Loss { teams, drafts, referrals } = app.loss_by_reset(&person.caller, view.user).await?;
    let href = format!("{HREF}/{}", view.user);
    ok(&ResetPage {
        frame: person.frame.titled("Reset a password – People").back_to(&href).at(HREF),
        name: view.name,
        teams: teams.into_iter().map(team).collect(),
        missing: app.missing_without(view.user).await?.into_iter().map(super::suspension::missing).collect(),
        alone: alone((drafts, referrals), "them"),
        href: format!("{href}/reset"),
        form_token: fresh_token(&app),
    })
}

async fn reset(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    posted.only(&[FORM_TOKEN])?;
    let key = IdempotencyKey::parse(posted.value(FORM_TOKEN))?;
    let made = app.reset_person(&person.request, &person.caller, &key, user(&id)).await?.value;
    // Pressed twice: the code was shown the first time, and is nowhere kept.
    let Some(code) = made.code else { return Ok(see(&format!("{HREF}/{id}"))) };
    let view = app.person_of_agency(&person.request, &person.caller, user(&id)).await?;
    let invited = Invited { name: view.name, username: made.username, code, expires_at: made.expires_at };
    ok(&InvitedPage { reset: true, ..InvitedPage::of(&person.frame, user(&id), invited) })
}
