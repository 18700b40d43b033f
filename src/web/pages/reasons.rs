//! Taking a referral up again, asking to withdraw it, saying that one does not agree: a reason each. And marking a step as
//! done.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing,
};

use super::{
    assignment::{acted_on, instead},
    readers::{Item, of_our_file},
};
use crate::{
    app::{Added, Answered, App, Error, IdempotencyKey, ReferralView},
    domain::{action::Action, clock::Step, message::Audience},
    web::{
        components::{Button, ErrorLink, ErrorMessage, ErrorSummary, Hint, Textarea},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

/// What somebody gives a reason for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reasoned {
    /// Taking it up again.
    Reopen,
    /// Not agreeing with the decision.
    Disagree,
    /// Asking to withdraw it.
    Retract,
}

impl Reasoned {
    const fn action(self) -> Action {
        match self {
            Self::Reopen => Action::ReopenReferral,
            Self::Disagree => Action::Disagree,
            Self::Retract => Action::Retract,
        }
    }

    const fn way(self) -> &'static str {
        match self {
            Self::Reopen => "reopen",
            Self::Disagree => "disagree",
            Self::Retract => "retract",
        }
    }

    const fn heading(self) -> &'static str {
        match self {
            Self::Reopen => "Take this referral up again",
            Self::Disagree => "I do not agree with this",
            Self::Retract => "Ask to withdraw this referral",
        }
    }

    const fn about(self) -> &'static str {
        match self {
            Self::Reopen => "It goes back into your team’s list, and must be decided again in time.",
            Self::Retract => {
                "The team reads what you write and decides. What you sent stays on file, and if somebody may be in danger the team \
                 goes on."
            }
            Self::Disagree => {
                "The team reads what you write and looks again. If it was closed, it is taken up again. If somebody is in \
                 danger now, ring 999 first."
            }
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Reopen => "Why is it taken up again?",
            Self::Disagree => "Why do you not agree?",
            Self::Retract => "Why do you want to withdraw it?",
        }
    }

    fn read_by(self, view: &ReferralView) -> String {
        match self {
            Self::Reopen => of_our_file(view),
            Self::Disagree | Self::Retract => Item::to_write(Audience::Shared).sentence(view),
        }
    }

    const fn button(self) -> &'static str {
        match self {
            Self::Reopen => "Take it up again",
            Self::Disagree | Self::Retract => "Send to the team",
        }
    }
}

/// A page that asks for a reason.
#[derive(Clone, Template)]
#[template(path = "referral/reasons.html")]
pub struct ReasonPage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Address of the referral.
    pub href: String,
    /// What for.
    pub of: Reasoned,
    /// The revision that the page shows.
    pub revision: i64,
    /// Who reads what is written, as a sentence.
    pub read_by: String,
    /// What was written.
    pub text: String,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl ReasonPage {
    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn text(&self) -> Textarea {
        Textarea {
            name: "text".to_owned(),
            label: self.of.label().into(),
            hint: Some(Hint::from(self.read_by.as_str())),
            error_message: self.error("text"),
            value: self.text.clone(),
            rows: Some(5),
            autocomplete: "off".to_owned(),
            ..Textarea::default()
        }
    }

    fn button(&self) -> Button {
        Button { text: self.of.button().to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/referrals/{reference}/reopen", routing::get(ask_reopen).post(reopen))
        .route("/referrals/{reference}/disagree", routing::get(ask_disagree).post(disagree))
        .route("/referrals/{reference}/retract", routing::get(ask_retract).post(retract))
        .route("/referrals/{reference}/step", routing::post(step))
}

async fn ask_reopen(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    ask(&app, &person, &reference, Reasoned::Reopen).await
}

async fn ask_disagree(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    ask(&app, &person, &reference, Reasoned::Disagree).await
}

async fn ask_retract(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    ask(&app, &person, &reference, Reasoned::Retract).await
}

async fn ask(app: &App, person: &SignedIn, reference: &str, of: Reasoned) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    if !view.actions.contains(&of.action()) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    ok(&blank(app, person, &view, of))
}

fn blank(app: &App, person: &SignedIn, view: &ReferralView, of: Reasoned) -> ReasonPage {
    let href = format!("/referrals/{}", view.referral.reference);
    ReasonPage {
        frame: person.frame.titled(of.heading()).back_to(&href).acting_on(acted_on(view)),
        form_token: fresh_token(app),
        of,
        revision: view.referral.revision,
        read_by: of.read_by(view),
        href,
        text: String::new(),
        errors: Vec::new(),
    }
}

async fn reopen(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token", "revision", "text"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let what = (reference.as_str(), posted.value("text"), revision(&posted));
    let done = app.reopen_referral(&person.request, &person.caller, &key, what).await;
    answer(&app, &person, (&reference, Reasoned::Reopen), &posted, done).await
}

async fn disagree(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token", "revision", "text"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let done = app.disagree(&person.request, &person.caller, &key, (&reference, posted.value("text"))).await;
    answer(&app, &person, (&reference, Reasoned::Disagree), &posted, done).await
}

async fn retract(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token", "revision", "text"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let done = app.retract(&person.request, &person.caller, &key, (&reference, posted.value("text"))).await;
    answer(&app, &person, (&reference, Reasoned::Retract), &posted, done).await
}

async fn step(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&["form_token", "step"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    // The first decision is never marked, so a step that is none is refused like it.
    let step = Step::parse(posted.value("step")).unwrap_or(Step::Triage);
    match app.mark_step(&person.request, &person.caller, &key, (&reference, step)).await {
        Ok(_) => Ok(see(&format!("/referrals/{reference}"))),
        Err(Error::Conflict(_)) => instead(&app, &person, &reference, "Somebody marked this step before you did.").await,
        Err(other) => Err(Failure(other)),
    }
}

/// The revision a form shows. What is no revision is none that anything stands at.
fn revision(posted: &Posted) -> i64 {
    posted.value("revision").parse().unwrap_or(0)
}

async fn answer(
    app: &App,
    person: &SignedIn,
    (reference, of): (&str, Reasoned),
    posted: &Posted,
    done: Result<Answered<Added>, Error>,
) -> Answer {
    match done {
        Ok(_) => Ok(see(&format!("/referrals/{reference}"))),
        Err(Error::Invalid(errors)) => {
            let view = app.read_referral(&person.request, &person.caller, reference).await?;
            let page = blank(app, person, &view, of);
            mend(&ReasonPage {
                frame: page.frame.clone().failed_if(true),
                text: posted.value("text").to_owned(),
                errors: errors.iter().map(|error| (error.name(), error.message.clone())).collect(),
                ..page
            })
        }
        Err(Error::Conflict(_)) => {
            let notice = "This referral changed while you wrote, so nothing was recorded. Look again first.";
            instead(app, person, reference, notice).await
        }
        Err(other) => Err(Failure(other)),
    }
}
