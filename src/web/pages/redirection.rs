//! Passing a referral to another team.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::{
    assignment::instead,
    readers::{Item, of_our_file},
};
use crate::{
    app::{App, Error, IdempotencyKey, Redirection, ReferralView},
    domain::{action::Action, ids::TeamId, message::Audience},
    web::{
        components::{Button, ErrorLink, ErrorMessage, ErrorSummary, Hint, Label, Select, SelectItem, Textarea, WarningText},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

/// To whom it goes, and why.
#[derive(Clone, Template)]
#[template(path = "referral/redirect.html")]
pub struct RedirectPage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Address of the referral.
    pub href: String,
    /// The revision that the page shows.
    pub revision: i64,
    /// The teams to choose from: id and name with agency.
    pub teams: Vec<(String, String)>,
    /// The one chosen.
    pub team: String,
    /// Who reads the reason, in a sentence.
    pub read_by: String,
    /// What was written.
    pub text: String,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl RedirectPage {
    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn teams(&self) -> Select {
        let none = SelectItem { value: Some(String::new()), text: "Choose a team".to_owned(), selected: None };
        let item = |(id, name): &(String, String)| SelectItem { value: Some(id.clone()), text: name.clone(), selected: None };
        Select {
            name: "team".to_owned(),
            label: Label::from("Which team is it for?"),
            error_message: self.error("team"),
            items: std::iter::once(none).chain(self.teams.iter().map(item)).collect(),
            value: self.team.clone(),
            ..Select::default()
        }
    }

    fn text(&self) -> Textarea {
        Textarea {
            name: "text".to_owned(),
            label: "Why is it passed on?".into(),
            hint: Some(Hint::from(self.read_by.as_str())),
            error_message: self.error("text"),
            value: self.text.clone(),
            rows: Some(4),
            autocomplete: "off".to_owned(),
            ..Textarea::default()
        }
    }

    fn warning() -> WarningText {
        let text = "The new team gets what the referrer sent and what was said with the referrer. It gets none of your team’s \
                    notes. Your team sees the referral no more.";
        WarningText { text: text.to_owned(), ..WarningText::default() }
    }

    fn button() -> Button {
        Button { text: "Pass it on".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// This page's route.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/referrals/{reference}/redirect", routing::get(ask).post(redirect))
}

async fn ask(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    if !view.actions.contains(&Action::RedirectReferral) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    ok(&blank(&app, &person, &view).await?)
}

async fn blank(app: &App, person: &SignedIn, view: &ReferralView) -> Result<RedirectPage, Failure> {
    let href = format!("/referrals/{}", view.referral.reference);
    let teams = app.redirect_teams(&view.referral).await?;
    let free = view.pathway.pathway.free_feedback;
    let read_by = if free { Item::to_write(Audience::Shared).sentence(view) } else { of_our_file(view) };
    Ok(RedirectPage {
        frame: person.frame.titled("Pass this referral on").back_to(&href).at("/queue"),
        form_token: fresh_token(app),
        revision: view.referral.revision,
        teams: teams.into_iter().map(|team| (team.id.to_string(), format!("{}, {}", team.name, team.agency))).collect(),
        team: String::new(),
        read_by,
        text: String::new(),
        errors: Vec::new(),
        href,
    })
}

async fn redirect(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token", "revision", "team", "text"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let redirection = Redirection {
        team: TeamId::parse(posted.value("team")).ok(),
        text: posted.value("text").to_owned(),
        // What is no revision is none that anything stands at.
        revision: posted.value("revision").parse().unwrap_or(0),
    };
    match app.redirect_referral(&person.request, &person.caller, &key, (&reference, &redirection)).await {
        // The team sees it no more.
        Ok(_) => Ok(see("/queue")),
        Err(Error::Invalid(errors)) => {
            let view = app.read_referral(&person.request, &person.caller, &reference).await?;
            let page = blank(&app, &person, &view).await?;
            mend(&RedirectPage {
                frame: page.frame.clone().failed_if(true),
                team: posted.value("team").to_owned(),
                text: posted.value("text").to_owned(),
                errors: errors.iter().map(|error| (error.name(), error.message.clone())).collect(),
                ..page
            })
        }
        Err(Error::Conflict(_)) => {
            let notice = "This referral changed while you wrote, so it was not passed on. Look again first.";
            instead(&app, &person, &reference, notice).await
        }
        Err(other) => Err(Failure(other)),
    }
}
