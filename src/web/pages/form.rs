//! The form of a pathway, all questions on one page.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::Response,
    routing,
};
use serde::Deserialize;

use super::{
    answers::{Fields, Given},
    check,
    field::FieldView,
    receiver::Receiver,
};
use crate::{
    app::{App, Error, IdempotencyKey, Versioned},
    domain::{
        agency::AgencyKind,
        answers::{Answers, FieldError},
        code::QuestionId,
    },
    web::{
        components::{Button, ErrorLink, ErrorSummary, InsetText},
        error::{Answer, Failure, mend, ok, see},
        posted::Posted,
        session::{SignedIn, fresh_token},
        view::Frame,
    },
};

/// The form. It posts its answers, `csrf_token` and `form_token` to `action`.
#[derive(Clone, Template)]
#[template(path = "form/form.html")]
pub struct FormPage {
    /// The frame; `failed` when the answers need mending.
    pub frame: Frame,
    /// Name of the pathway; the heading.
    pub pathway: String,
    /// Who will receive it.
    pub received_by: String,
    /// Address that receives the answers and shows them for checking.
    pub action: String,
    /// The same for all attempts to send these answers: what makes sending twice harmless.
    pub form_token: String,
    /// Whether an answer can call up a further question.
    pub may_grow: bool,
    /// The questions, in parts.
    pub sections: Vec<SectionView>,
    /// Answers to questions that are not asked now, kept in case they are asked again.
    pub set_aside: Vec<(String, String)>,
    /// Errors of no single field, such as a rule over several.
    pub general_errors: Vec<String>,
}

/// A part of the form.
#[derive(Clone)]
pub struct SectionView {
    /// Its heading.
    pub title: String,
    /// Why it is asked, who will see it; empty for none.
    pub intro: String,
    /// Its questions.
    pub fields: Vec<FieldView>,
}

impl FormPage {
    fn summary(&self) -> ErrorSummary {
        let general = self.general_errors.iter().map(|text| ErrorLink { href: String::new(), text: text.clone() });
        let fields = self.sections.iter().flat_map(|section| &section.fields).flat_map(FieldView::error_links);
        ErrorSummary::new(general.chain(fields).collect())
    }

    fn emergency() -> InsetText {
        let text = "If anyone is in immediate danger, ring 999 now. Make this record afterwards.";
        InsetText { text: text.to_owned(), ..InsetText::default() }
    }

    fn button() -> Button {
        Button { text: "Check your answers".to_owned(), prevent_double_click: Some(true), ..Button::default() }
    }
}

/// The form's routes: asked, checked, changed, sent; and gone on with after a session ended.
pub(in crate::web) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/refer/{pathway}/form", routing::get(fresh).post(change))
        .route("/refer/{pathway}/check", routing::post(check_answers))
        .route("/refer/{pathway}/send", routing::post(send))
        .route("/refer/{pathway}/resume", routing::post(change))
}

/// The name of the token that makes sending twice harmless.
const FORM_TOKEN: &str = "form_token";

/// The answer to the question about danger, which was asked first.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    danger: Option<String>,
}

async fn fresh(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, Query(asked): Query<Asked>) -> Answer {
    let versioned = app.start_referral(&person.request, &person.caller, &id).await?;
    let Some(danger) = asked.danger.filter(|answer| matches!(answer.as_str(), "yes" | "no")) else {
        return Ok(see(&format!("/refer/{id}/danger")));
    };
    let fields = vec![(versioned.pathway.danger.question.to_string(), danger)];
    ok(&page(&app, &person, &versioned, &fields, &fresh_token(&app), None).await?)
}

/// The form again, with every answer.
async fn change(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    let versioned = app.start_referral(&person.request, &person.caller, &id).await?;
    ok(&page(&app, &person, &versioned, posted.fields(), posted.value(FORM_TOKEN), None).await?)
}

async fn check_answers(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    let versioned = app.start_referral(&person.request, &person.caller, &id).await?;
    let sender = app.sender_kind(&person.caller).await?;
    match checked(&app, &person, &versioned, sender, &posted) {
        Ok((given, answers)) => ok(&check::page(&app, &person, &versioned, &answers, given, posted.value(FORM_TOKEN)).await?),
        Err(errors) => again(&app, &person, &versioned, &posted, &errors).await,
    }
}

async fn send(State(app): State<Arc<App>>, person: SignedIn, Path(id): Path<String>, posted: Posted) -> Answer {
    let versioned = app.start_referral(&person.request, &person.caller, &id).await?;
    let key = IdempotencyKey::parse(posted.value(FORM_TOKEN))?;
    let today = person.request.at.uk_date();
    let sender = app.sender_kind(&person.caller).await?;
    let given = Given::read(&versioned.pathway, posted.fields(), sender, today);
    // What names the request: the pathway and the answers alone, so that a new session's token changes nothing.
    let body = url::form_urlencoded::Serializer::new(format!("{id}?")).extend_pairs(given.carried()).finish();
    match app.submit(&person.request, &person.caller, &key, body.as_bytes(), &versioned, given.raw).await {
        Ok(sent) => Ok(see(&format!("/referrals/{}/sent", sent.value.reference))),
        Err(Error::Invalid(errors)) => again(&app, &person, &versioned, &posted, &errors).await,
        Err(other) => Err(Failure(other)),
    }
}

/// The answers if they fit, with the fields to carry on; else what to mend.
fn checked(
    app: &App,
    person: &SignedIn,
    versioned: &Versioned,
    sender: AgencyKind,
    posted: &Posted,
) -> Result<(Fields, Answers), Vec<FieldError>> {
    let given = Given::read(&versioned.pathway, posted.fields(), sender, person.request.at.uk_date());
    let carried = given.carried();
    let doubled = given.doubled;
    let found = match app.check_answers(versioned, given.raw, sender) {
        Ok(answers) if doubled.is_empty() => return Ok((carried, answers)),
        Err(Error::Invalid(found)) => found,
        // Checking answers fails in no other way.
        Ok(_) | Err(_) => Vec::new(),
    };
    let others = found.into_iter().filter(|error| doubled.iter().all(|known| known.field != error.field));
    let others: Vec<_> = others.collect();
    Err(doubled.into_iter().chain(others).collect())
}

async fn again(
    app: &App,
    person: &SignedIn,
    versioned: &Versioned,
    posted: &Posted,
    errors: &[FieldError],
) -> Result<Response, Failure> {
    mend(&page(app, person, versioned, posted.fields(), posted.value(FORM_TOKEN), Some(errors)).await?)
}

async fn page(
    app: &App,
    person: &SignedIn,
    versioned: &Versioned,
    fields: &[(String, String)],
    form_token: &str,
    errors: Option<&[FieldError]>,
) -> Result<FormPage, Failure> {
    let pathway = &versioned.pathway;
    // A form whose token was lost or damaged gets a new one: it has never been sent.
    let form_token = IdempotencyKey::parse(form_token).map_or_else(|_| fresh_token(app), |_| form_token.to_owned());
    let sender = app.sender_kind(&person.caller).await?;
    let given = Given::read(pathway, fields, sender, person.request.at.uk_date());
    let receiver = Receiver::of(app, pathway, &Answers::default()).await?;
    let errors_of_fields = errors.unwrap_or_default();
    let is_shown = |id: &QuestionId| given.shown.iter().any(|question| question.id == *id);
    let sections = pathway.sections.iter().map(|section| SectionView {
        title: section.title.clone(),
        intro: section.intro.clone().unwrap_or_default(),
        fields: section
            .questions
            .iter()
            .filter(|question| is_shown(&question.id))
            .map(|question| given.field(question, errors_of_fields))
            .collect(),
    });
    let general = errors_of_fields.iter().filter(|error| !is_shown(&error.field)).map(|error| error.message.clone());
    Ok(FormPage {
        frame: person
            .frame
            .titled(&format!("Your answers – {}", pathway.title))
            .back_to(&format!("/refer/{}", pathway.id))
            .failed_if(errors.is_some()),
        pathway: pathway.title.clone(),
        received_by: receiver.name(),
        action: format!("/refer/{}/check", pathway.id),
        form_token,
        may_grow: pathway.questions().any(|question| question.show_when.is_some()),
        sections: sections.filter(|section| !section.fields.is_empty()).collect(),
        set_aside: given.set_aside(pathway),
        general_errors: general.collect(),
    })
}
