//! Closing a referral without a decision: a form that asks why and what the referrer reads, and a page that shows who will read
//! what.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing,
};
use http::StatusCode;

use super::{assignment::acted_on, readers::of_our_file};
use crate::{
    app::{App, Closing, ClosingView, Error, IdempotencyKey, ReferralView},
    domain::{
        action::Action,
        answers::FieldError,
        closing::{CloseReason, Farewell, NewFarewell, farewells},
        referral::ReferralState,
    },
    web::{
        components::{
            Button, ErrorLink, ErrorMessage, ErrorSummary, Fieldset, Hint, Input, Label, NotificationBanner, Radio, Radios,
            SummaryList, SummaryRow, Textarea,
        },
        error::{Answer, Failure, mend, ok, page, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

const FIELDS: [&str; 9] =
    ["form_token", "step", "revision", "reason", "duplicate_of", "text", "reason_for_referrer", "feedback", "reason_untold"];

/// A closing as it is being written.
#[derive(Clone, Default)]
pub struct Written {
    /// Why, as a code.
    pub reason: String,
    /// The other referral, as typed.
    pub duplicate_of: String,
    /// Why, for the file.
    pub text: String,
    /// What the referrer reads, in own words.
    pub words: String,
    /// A line of the pathway for the referrer, by its code.
    pub line: String,
    /// Why the referrer is told nothing.
    pub untold: String,
    /// The revision that was seen.
    pub revision: i64,
}

impl Written {
    fn read(posted: &Posted) -> Self {
        let value = |name| posted.value(name).to_owned();
        Self {
            reason: value("reason"),
            duplicate_of: value("duplicate_of"),
            text: value("text"),
            words: value("reason_for_referrer"),
            line: value("feedback"),
            untold: value("reason_untold"),
            // What is no revision is none that anything stands at.
            revision: posted.value("revision").parse().unwrap_or(0),
        }
    }

    fn closing(&self) -> Closing {
        Closing {
            reason: CloseReason::parse(&self.reason),
            text: self.text.clone(),
            duplicate_of: self.duplicate_of.clone(),
            farewell: NewFarewell { words: self.words.clone(), line: self.line.clone(), untold: self.untold.clone() },
            revision: self.revision,
        }
    }
}

/// The form.
#[derive(Clone, Template)]
#[template(path = "referral/close.html")]
pub struct ClosePage {
    /// The frame.
    pub frame: Frame,
    /// Address of the referral.
    pub href: String,
    /// Where it is passed on instead; empty where the reader may not.
    pub redirect_href: String,
    /// What came between, when the writer was too late; empty for nothing.
    pub notice: String,
    /// The reasons to choose from, code and words.
    pub reasons: Vec<(String, String)>,
    /// The lines that the referrer can be told, code and words; empty where the team writes its own.
    pub lines: Vec<(String, String)>,
    /// Whether the referrer knows of a decision already.
    pub is_decided: bool,
    /// Who reads what is for the file, as a sentence.
    pub read_by: String,
    /// What is written.
    pub written: Written,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
}

impl ClosePage {
    fn error(&self, field: &str) -> Option<ErrorMessage> {
        self.errors.iter().find(|(name, _)| name == field).map(|(_, words)| ErrorMessage { text: words.clone() })
    }

    fn summary(&self) -> Option<ErrorSummary> {
        let link = |(field, words): &(String, String)| ErrorLink { href: format!("#{field}"), text: words.clone() };
        (!self.errors.is_empty()).then(|| ErrorSummary::new(self.errors.iter().map(link).collect()))
    }

    fn banner(&self) -> NotificationBanner {
        NotificationBanner { text: self.notice.clone(), ..NotificationBanner::default() }
    }

    fn radios(&self, name: &str, legend: Fieldset, items: &[(String, String)], value: &str) -> Radios {
        let item = |(value, text): &(String, String)| Radio { value: value.clone(), text: text.clone(), ..Radio::default() };
        Radios {
            name: name.to_owned(),
            fieldset: Some(legend),
            error_message: self.error(name),
            items: items.iter().map(item).collect(),
            value: value.to_owned(),
            ..Radios::default()
        }
    }

    fn reasons(&self) -> Radios {
        self.radios(
            "reason",
            Fieldset::new("What is the reason?", "govuk-fieldset__legend--m"),
            &self.reasons,
            &self.written.reason,
        )
    }

    fn duplicate(&self) -> Input {
        Input {
            name: "duplicate_of".to_owned(),
            label: Label::from("The other referral, if another says the same"),
            hint: Some(Hint::from("Its reference, for example 7K3F-9QXD-2. Your team must have received it.")),
            error_message: self.error("duplicate_of"),
            value: self.written.duplicate_of.clone(),
            classes: "govuk-input--width-10".to_owned(),
            autocomplete: "off".to_owned(),
            spellcheck: Some(false),
            ..Input::default()
        }
    }

    fn area(&self, (name, label): (&str, &str), hint: &str, value: &str) -> Textarea {
        Textarea {
            name: name.to_owned(),
            label: label.into(),
            hint: Some(Hint::from(hint)),
            error_message: self.error(name),
            value: value.to_owned(),
            rows: Some(4),
            autocomplete: "off".to_owned(),
            ..Textarea::default()
        }
    }

    fn text(&self) -> Textarea {
        self.area(("text", "Why is it closed? For the file"), &self.read_by, &self.written.text)
    }

    /// What follows a decision that the referrer knows of.
    const fn known(&self) -> &'static str {
        if self.is_decided { " They know of the decision: where it has been carried out, you can leave this empty." } else { "" }
    }

    fn words(&self) -> Textarea {
        let hint = format!("Why it ends, and where they can turn. Never what only your file may hold.{}", self.known());
        self.area(("reason_for_referrer", "What do you tell the referrer?"), &hint, &self.written.words)
    }

    fn line(&self) -> Radios {
        let hint = format!("On this pathway they read one of these lines, and nothing else.{}", self.known());
        let legend = Fieldset::new("Which line does the referrer read?", "govuk-fieldset__legend--s");
        let radios = self.radios("feedback", legend, &self.lines, &self.written.line);
        let none = Radio { text: "None of them".to_owned(), checked: Some(self.written.line.is_empty()), ..Radio::default() };
        Radios { hint: Some(Hint::from(hint.as_str())), items: radios.items.into_iter().chain([none]).collect(), ..radios }
    }

    fn untold(&self) -> Textarea {
        let hint = format!("Only if you tell them nothing: they still see that it is closed. {}", self.read_by);
        self.area(("reason_untold", "Or why are they told nothing?"), &hint, &self.written.untold)
    }

    fn button() -> Button {
        Button {
            text: "See who reads what".to_owned(),
            name: "step".to_owned(),
            value: "preview".to_owned(),
            ..Button::default()
        }
    }
}

/// Who will read what, before it is closed.
#[derive(Clone, Template)]
#[template(path = "referral/close_preview.html")]
pub struct ClosePreviewPage {
    /// The frame.
    pub frame: Frame,
    /// Makes sending twice harmless.
    pub form_token: String,
    /// Address of the referral.
    pub href: String,
    /// What the team reads: names and words.
    pub file: Vec<(String, String)>,
    /// What the referrer reads; empty for nothing.
    pub told: String,
    /// Why they read nothing, as a sentence.
    pub silence: String,
    /// Who else reads it: everybody who holds the shared part.
    pub readers: Vec<String>,
    /// Who reads what is for the file, as a sentence.
    pub read_by: String,
    /// What is written.
    pub written: Written,
}

impl ClosePreviewPage {
    fn file(&self) -> SummaryList {
        SummaryList {
            rows: self.file.iter().map(|(key, words)| SummaryRow::words(key, words)).collect(),
            ..SummaryList::default()
        }
    }

    fn send() -> Button {
        Button {
            text: "Close the referral".to_owned(),
            name: "step".to_owned(),
            value: "send".to_owned(),
            prevent_double_click: Some(true),
            ..Button::default()
        }
    }

    fn change() -> Button {
        Button {
            text: "Change it".to_owned(),
            name: "step".to_owned(),
            value: "edit".to_owned(),
            classes: "govuk-button--secondary".to_owned(),
            ..Button::default()
        }
    }
}

/// These pages' routes.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new().route("/referrals/{reference}/close", routing::get(ask).post(close))
}

async fn ask(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, &reference).await?;
    if !view.actions.contains(&Action::CloseReferral) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    let revision = view.referral.revision;
    ok(&form(&person, &view, Written { revision, ..Written::default() }))
}

fn form(person: &SignedIn, view: &ReferralView, written: Written) -> ClosePage {
    let href = format!("/referrals/{}", view.referral.reference);
    let is_decided = view.referral.stage.state() == ReferralState::Decided;
    let reasons = CloseReason::ALL.iter().filter(|reason| **reason != CloseReason::Done || is_decided);
    let pathway = &view.course.pathway;
    let lines = farewells(pathway).filter(|_| !pathway.free_feedback);
    let redirects = view.actions.contains(&Action::RedirectReferral);
    ClosePage {
        frame: person.frame.titled("Close this referral").back_to(&href).at("/queue").acting_on(acted_on(view)),
        redirect_href: if redirects { format!("{href}/redirect") } else { String::new() },
        href,
        notice: String::new(),
        reasons: reasons.map(|reason| (reason.code().to_owned(), reason.title().to_owned())).collect(),
        lines: lines.map(|line| (line.code.to_string(), line.title.clone())).collect(),
        is_decided,
        read_by: of_our_file(view),
        written,
        errors: Vec::new(),
    }
}

async fn close(State(app): State<Arc<App>>, person: SignedIn, Path(reference): Path<String>, posted: Posted) -> Answer {
    posted.only(&FIELDS)?;
    let written = Written::read(&posted);
    match posted.value("step") {
        "send" => {}
        "edit" => {
            let view = app.read_referral(&person.request, &person.caller, &reference).await?;
            return ok(&form(&person, &view, written));
        }
        _ => return Box::pin(preview(&app, &person, &reference, written)).await,
    }
    let key = IdempotencyKey::parse(posted.value("form_token"))?;
    match app.close_referral(&person.request, &person.caller, &key, (&reference, &written.closing())).await {
        Ok(_) => Ok(see(&format!("/referrals/{reference}"))),
        Err(Error::Invalid(errors)) => again(&app, &person, &reference, written, &errors).await,
        Err(Error::Conflict(_)) => too_late(&app, &person, &reference, written).await,
        Err(other) => Err(Failure(other)),
    }
}

async fn preview(app: &App, person: &SignedIn, reference: &str, written: Written) -> Answer {
    let (view, closing) = match app.preview_closing(&person.request, &person.caller, (reference, &written.closing())).await {
        Ok(shown) => shown,
        Err(Error::Invalid(errors)) => return again(app, person, reference, written, &errors).await,
        Err(other) => return Err(Failure(other)),
    };
    let href = format!("/referrals/{reference}");
    if !view.actions.contains(&Action::CloseReferral) {
        return Ok(see(&href));
    }
    let (told, silence) = match &closing.farewell {
        Farewell::Told(told) => (told.text.clone(), ""),
        Farewell::Untold(_) => (String::new(), "Nothing but that it is closed. Why they are told no more stands in the file."),
        Farewell::Known => (String::new(), "Nothing new: they know of the decision."),
    };
    ok(&ClosePreviewPage {
        frame: person
            .frame
            .titled("Who reads this closing")
            .back_to(&format!("{href}/close"))
            .at("/queue")
            .acting_on(acted_on(&view)),
        form_token: fresh_token(app),
        href,
        file: file(closing),
        told,
        silence: silence.to_owned(),
        readers: view.holders.iter().map(|holder| holder.name.clone()).collect(),
        read_by: of_our_file(&view),
        written,
    })
}

/// What the team reads of a closing, line by line.
fn file(closing: ClosingView) -> Vec<(String, String)> {
    let untold = match closing.farewell {
        Farewell::Untold(why) => Some(why),
        Farewell::Told(_) | Farewell::Known => None,
    };
    [
        ("Reason", Some(closing.reason.title().to_owned())),
        ("The same as", closing.duplicate_of.map(|reference| reference.to_string())),
        ("Why it is closed", Some(closing.text)),
        ("Why the referrer is told nothing", untold),
    ]
    .into_iter()
    .filter_map(|(key, words)| Some((key.to_owned(), words?)))
    .collect()
}

/// The form with what is to be mended.
async fn again(
    app: &App,
    person: &SignedIn,
    reference: &str,
    written: Written,
    errors: &[FieldError],
) -> Result<Response, Failure> {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    let form = form(person, &view, written);
    let errors = errors.iter().map(|error| (error.name(), error.message.clone())).collect();
    mend(&ClosePage { frame: form.frame.clone().failed_if(true), errors, ..form })
}

/// The form with all that was written, for somebody who was overtaken.
async fn too_late(app: &App, person: &SignedIn, reference: &str, written: Written) -> Answer {
    let view = app.read_referral(&person.request, &person.caller, reference).await?;
    if !view.actions.contains(&Action::CloseReferral) {
        return Ok(see(&format!("/referrals/{reference}")));
    }
    let form = form(person, &view, Written { revision: view.referral.revision, ..written });
    let notice = "This referral changed while you wrote, so nothing was recorded. What you wrote is kept here.".to_owned();
    page(StatusCode::CONFLICT, &ClosePage { notice, ..form })
}
