//! Putting a file into quarantine and letting it out again: a page before each, with what it does and why.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing,
};

use super::file::stopped;
use crate::{
    app::{App, Error, FileView, IdempotencyKey, ReferralView},
    domain::{
        action::Action,
        quarantine::{LiftReason, StopReason},
    },
    web::{
        components::{
            Button, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, Radio, Radios, SummaryList, SummaryRow, WarningText,
        },
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

/// What is done to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopping {
    /// It goes into quarantine.
    Stop,
    /// It comes out again.
    LetOut,
}

impl Stopping {
    const fn action(self) -> Action {
        match self {
            Self::Stop => Action::QuarantineFile,
            Self::LetOut => Action::LiftQuarantine,
        }
    }

    /// The page's heading.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Stop => "Put a file into quarantine",
            Self::LetOut => "Let a file out of quarantine",
        }
    }

    const fn way(self) -> &'static str {
        match self {
            Self::Stop => "quarantine",
            Self::LetOut => "quarantine/end",
        }
    }

    /// Whether there is something to do it to.
    fn fits(self, file: &FileView) -> bool {
        match self {
            Self::Stop => !graver(file).is_empty(),
            Self::LetOut => file.is_quarantined(),
        }
    }

    /// The reasons to choose from, each by code and words.
    fn reasons(self, file: &FileView) -> Vec<(String, String)> {
        let reason = |code: &str, words: &str| (code.to_owned(), words.to_owned());
        let why = file.quarantine.as_ref().and_then(|stopped| stopped.reason);
        match self {
            Self::Stop => graver(file).iter().map(|known| reason(known.code(), known.sentence())).collect(),
            Self::LetOut => {
                let enough = LiftReason::ALL.iter().filter(|known| known.is_enough_for(why));
                enough.map(|known| reason(known.code(), known.sentence())).collect()
            }
        }
    }
}

/// The reasons for which a file can be stopped: every one, or, where it is stopped already, those that weigh more.
pub(super) fn graver(file: &FileView) -> Vec<StopReason> {
    let known = file.quarantine.as_ref().filter(|_| file.is_quarantined()).map(|stopped| stopped.reason);
    StopReason::ALL.iter().copied().filter(|reason| known.is_none_or(|known| reason.is_graver_than(known))).collect()
}

/// The page.
#[derive(Clone, Template)]
#[template(path = "file/quarantine.html")]
pub struct QuarantinePage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// What is done.
    pub of: Stopping,
    /// What the file is called.
    pub name: String,
    /// What it shows; may be blank.
    pub description: String,
    /// Who put it into quarantine, when and why; empty where nobody did.
    pub stopped: String,
    /// The team whose lead can let it out, with its agency.
    pub team: String,
    /// Address of the file.
    pub href: String,
    /// The reasons to choose from: code and words.
    pub reasons: Vec<(String, String)>,
    /// What is wrong; empty if nothing is.
    pub error: String,
}

impl QuarantinePage {
    fn of(app: &App, person: &SignedIn, view: &ReferralView, (of, file): (Stopping, &FileView)) -> Self {
        let referral = format!("/referrals/{}", view.referral.reference);
        let (team, agency) = &view.received_by;
        Self {
            frame: person.frame.titled(of.heading()).back_to(&format!("{referral}#files")),
            form_token: fresh_token(app),
            of,
            name: file.name.as_str().to_owned(),
            description: file.description.clone(),
            stopped: file.quarantine.as_ref().map(stopped).unwrap_or_default(),
            team: format!("{team} ({agency})"),
            href: format!("{referral}/files/{}", file.id),
            reasons: of.reasons(file),
            error: String::new(),
        }
    }

    const fn stops(&self) -> bool {
        matches!(self.of, Stopping::Stop)
    }

    fn summary(&self) -> Option<ErrorSummary> {
        let link = ErrorLink { href: "#reason".to_owned(), text: self.error.clone() };
        (!self.error.is_empty()).then(|| ErrorSummary::new(vec![link]))
    }

    /// Which file it is and, where it is stopped, by whom.
    fn facts(&self) -> SummaryList {
        let all = [("File", &self.name), ("What it shows", &self.description), ("Quarantine", &self.stopped)];
        let rows = all.iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| SummaryRow::words(key, value));
        SummaryList { rows: rows.collect(), ..SummaryList::default() }
    }

    fn warning() -> WarningText {
        let text = "If it may be a sexual image of a child, do not open, copy, print or send it again, and do not delete it \
                    anywhere. Ring the police: 101, or 999 if a child is in danger now.";
        WarningText { text: text.to_owned(), icon_fallback_text: "Warning".to_owned() }
    }

    fn reasons(&self) -> Radios {
        let item = |(code, words): &(String, String)| Radio { value: code.clone(), text: words.clone(), ..Radio::default() };
        let legend = if self.stops() { "Why is it stopped?" } else { "Why can it be opened again?" };
        Radios {
            name: "reason".to_owned(),
            fieldset: Some(Fieldset::new(legend, "govuk-fieldset__legend--s")),
            items: self.reasons.iter().map(item).collect(),
            error_message: (!self.error.is_empty()).then(|| ErrorMessage { text: self.error.clone() }),
            ..Radios::default()
        }
    }

    fn button(&self) -> Button {
        let (text, classes) =
            if self.stops() { ("Put it into quarantine", "govuk-button--warning") } else { ("Let it out of quarantine", "") };
        Button { text: text.to_owned(), classes: classes.to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/referrals/{reference}/files/{id}/quarantine", routing::get(ask_stop).post(stop))
        .route("/referrals/{reference}/files/{id}/quarantine/end", routing::get(ask_let_out).post(let_out))
}

type Named = Path<(String, String)>;

async fn ask_stop(State(app): State<Arc<App>>, person: SignedIn, named: Named) -> Answer {
    ask(&app, &person, named, Stopping::Stop).await
}

async fn ask_let_out(State(app): State<Arc<App>>, person: SignedIn, named: Named) -> Answer {
    ask(&app, &person, named, Stopping::LetOut).await
}

async fn ask(app: &App, person: &SignedIn, Path((reference, id)): Named, of: Stopping) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    let file = view.files.iter().find(|file| file.id.to_string() == id).ok_or(Error::Unseen)?;
    // Somebody else did it meanwhile, or it is not theirs to do: the list says how it stands.
    if !(of.fits(file) && view.actions.contains(&of.action())) {
        return Ok(see(&format!("/referrals/{reference}#files")));
    }
    ok(&QuarantinePage::of(app, person, &view, (of, file)))
}

/// The page again, with what is wrong.
async fn again(app: &App, person: &SignedIn, (reference, id): (&str, &str), (of, error): (Stopping, &str)) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    let file = view.files.iter().find(|file| file.id.to_string() == id).ok_or(Error::Unseen)?;
    let page = QuarantinePage::of(app, person, &view, (of, file));
    mend(&QuarantinePage { frame: page.frame.clone().failed_if(true), error: error.to_owned(), ..page })
}

async fn stop(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path((reference, id)): Named,
    posted: Posted,
) -> Result<Response, Failure> {
    posted.only(&["form_token", "reason"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let Some(reason) = StopReason::parse(posted.value("reason")) else {
        return again(&app, &person, (&reference, &id), (Stopping::Stop, "Choose why it is stopped")).await;
    };
    app.quarantine(&person.request, &person.caller, &key, (&reference, &id, Some(reason))).await?;
    Ok(see(&format!("/referrals/{reference}#files")))
}

async fn let_out(
    State(app): State<Arc<App>>,
    person: SignedIn,
    Path((reference, id)): Named,
    posted: Posted,
) -> Result<Response, Failure> {
    posted.only(&["form_token", "reason"])?;
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    let file = (reference.as_str(), id.as_str());
    let Some(reason) = LiftReason::parse(posted.value("reason")) else {
        return again(&app, &person, file, (Stopping::LetOut, "Choose why it can be opened again")).await;
    };
    match app.lift_quarantine(&person.request, &person.caller, &key, (&reference, &id, reason)).await {
        // Out already, by somebody else's hand: the list says so.
        Ok(_) | Err(Error::Conflict(_)) => Ok(see(&format!("/referrals/{reference}#files"))),
        Err(Error::Invalid(_)) => {
            again(&app, &person, file, (Stopping::LetOut, "Choose another reason: only the police can say this")).await
        }
        Err(other) => Err(Failure(other)),
    }
}
