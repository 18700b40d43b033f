//! The pathways: which there are, what each asks, and how a submission looks.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{lists::List, path::Part, problem::Problem, signed::Signed};
use crate::{
    app::{App, Error, PathwayView, Versioned, definition_json, example, schema},
    domain::enquiry::FormKind,
};

/// A pathway in a list.
#[derive(Serialize, ToSchema)]
pub struct PathwayItem {
    /// Its id.
    id: String,
    /// What people call it.
    title: String,
    /// SHA-256 of its file, hexadecimal.
    version: String,
    /// `L1` to `L4`.
    sensitivity: &'static str,
    /// Whether you may send it.
    may_submit: bool,
    /// Whether its team can be asked for advice without naming anybody.
    advice: bool,
}

impl From<PathwayView> for PathwayItem {
    fn from(PathwayView { versioned: Versioned { pathway, version }, may_submit }: PathwayView) -> Self {
        let (id, title) = (pathway.id.as_str().to_owned(), pathway.title.clone());
        Self { id, title, version, sensitivity: pathway.sensitivity.code(), may_submit, advice: pathway.enquiry.is_some() }
    }
}

/// A code with its words.
#[derive(Serialize, ToSchema)]
pub struct CodedText {
    code: String,
    text: String,
}

/// A way a referral can end, with the lines its referrer may hear. Where they must not learn how it ended, those who do not decide
/// on it see the lines alone, each as a way of its own.
#[derive(Serialize, ToSchema)]
pub struct OutcomeView {
    code: String,
    title: String,
    feedback: Vec<CodedText>,
}

/// A pathway's definition; more members stand beside these.
#[derive(Serialize, ToSchema)]
pub struct Definition {
    id: String,
    title: String,
    /// SHA-256 of its file, hexadecimal.
    version: String,
    /// Each with id, label, kind and whatever its kind has.
    #[schema(value_type = Vec<Object>)]
    questions: Vec<serde_json::Value>,
    outcomes: Vec<OutcomeView>,
    /// Codes a triager may give.
    grades: Vec<String>,
    /// Whether its team can be asked for advice without naming anybody.
    advice: bool,
}

fn found(app: &App, id: &str, kind: FormKind) -> Result<Versioned, Error> {
    app.form(id, kind).ok_or(Error::Unseen)
}

/// The pathways, each with whether you may send it.
#[utoipa::path(
    get, path = "/pathways", tag = "pathways", operation_id = "pathways",
    responses((status = 200, description = "Every pathway in force", body = List<PathwayItem>))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Problem> {
    let items = app.pathways_for(&signed.caller).await?.into_iter().map(PathwayItem::from).collect();
    Ok(Json(List { items, next: None }).into_response())
}

/// What a pathway asks and how it can end.
#[utoipa::path(
    get, path = "/pathways/{id}", tag = "pathways", operation_id = "pathway", params(("id" = String, Path, description = "Pathway id")),
    responses((status = 200, description = "The definition in force", body = Definition))
)]
pub async fn definition(State(app): State<Arc<App>>, signed: Signed, Part(id): Part) -> Result<Response, Problem> {
    let Versioned { pathway, version } = found(&app, &id, FormKind::Referral)?;
    let decides = app.works_on(&signed.caller, &pathway).await?;
    Ok(Json(definition_json(&pathway, &version, decides)).into_response())
}

/// The JSON Schema (2020-12) of a submission.
#[utoipa::path(
    get, path = "/pathways/{id}/schema", tag = "pathways", operation_id = "pathwaySchema",
    params(("id" = String, Path, description = "Pathway id")),
    responses((status = 200, description = "The schema of the body of `POST /referrals`", body = Object))
)]
pub async fn json_schema(State(app): State<Arc<App>>, signed: Signed, Part(id): Part) -> Result<Response, Problem> {
    let sender = app.sender_kind(&signed.caller).await?;
    Ok(Json(schema(&found(&app, &id, FormKind::Referral)?.pathway, sender)).into_response())
}

/// A made-up submission that is accepted as it is.
#[utoipa::path(
    get, path = "/pathways/{id}/example", tag = "pathways", operation_id = "pathwayExample",
    params(("id" = String, Path, description = "Pathway id")),
    responses((status = 200, description = "A valid body for `POST /referrals`", body = super::referrals::Submission))
)]
pub async fn sample(State(app): State<Arc<App>>, signed: Signed, Part(id): Part) -> Result<Response, Problem> {
    let sender = app.sender_kind(&signed.caller).await?;
    Ok(Json(example(&found(&app, &id, FormKind::Referral)?.pathway, sender, signed.request.at.uk_date())).into_response())
}

/// What the enquiry asks that goes with a pathway: a question to its team, in which nobody is named.
#[utoipa::path(
    get, path = "/pathways/{id}/enquiry", tag = "pathways", operation_id = "enquiry", params(("id" = String, Path, description = "Pathway id")),
    responses((status = 200, description = "The definition in force; 404 where none is offered", body = Definition))
)]
pub async fn enquiry(State(app): State<Arc<App>>, signed: Signed, Part(id): Part) -> Result<Response, Problem> {
    let Versioned { pathway, version } = found(&app, &id, FormKind::Enquiry)?;
    let decides = app.works_on(&signed.caller, &pathway).await?;
    Ok(Json(definition_json(&pathway, &version, decides)).into_response())
}

/// The JSON Schema (2020-12) of an enquiry.
#[utoipa::path(
    get, path = "/pathways/{id}/enquiry/schema", tag = "pathways", operation_id = "enquirySchema",
    params(("id" = String, Path, description = "Pathway id")),
    responses((status = 200, description = "The schema of the body of `POST /enquiries`", body = Object))
)]
pub async fn enquiry_schema(State(app): State<Arc<App>>, signed: Signed, Part(id): Part) -> Result<Response, Problem> {
    let sender = app.sender_kind(&signed.caller).await?;
    Ok(Json(schema(&found(&app, &id, FormKind::Enquiry)?.pathway, sender)).into_response())
}

/// A made-up enquiry that is accepted as it is.
#[utoipa::path(
    get, path = "/pathways/{id}/enquiry/example", tag = "pathways", operation_id = "enquiryExample",
    params(("id" = String, Path, description = "Pathway id")),
    responses((status = 200, description = "A valid body for `POST /enquiries`", body = super::referrals::Submission))
)]
pub async fn enquiry_sample(State(app): State<Arc<App>>, signed: Signed, Part(id): Part) -> Result<Response, Problem> {
    let sender = app.sender_kind(&signed.caller).await?;
    Ok(Json(example(&found(&app, &id, FormKind::Enquiry)?.pathway, sender, signed.request.at.uk_date())).into_response())
}
