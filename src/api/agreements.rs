//! The register of agreements between agencies to share.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Change, Members},
    checks::Nothing,
    lists::List,
    messages::{Made, made},
    path::Part,
    problem::Problem,
    signed::Signed,
};
use crate::{
    app::{AgreementView, App, Error},
    domain::{agreement::NewAgreement, ids::AgencyId, legal::Purpose},
};

/// An agreement of the register.
#[derive(Serialize, ToSchema)]
pub struct Agreement {
    id: String,
    title: String,
    /// The names of the agencies that agreed.
    agencies: Vec<String>,
    /// The ids of the pathways it covers; empty where it covers all.
    pathways: Vec<String>,
    /// The purposes it covers, codes.
    purposes: Vec<&'static str>,
    /// Its first day, as in 2026-04-01.
    starts: String,
    /// Its last day; null while it has no end.
    ends: Option<String>,
    /// The day by which its parties look at it again.
    review: Option<String>,
    /// Whether it is in force today.
    in_force: bool,
}

impl From<AgreementView> for Agreement {
    fn from(view: AgreementView) -> Self {
        let terms = view.agreement.terms;
        Self {
            id: view.agreement.id.to_string(),
            title: terms.title,
            agencies: view.parties,
            pathways: terms.pathways,
            purposes: terms.purposes.into_iter().map(Purpose::code).collect(),
            starts: terms.starts.to_string(),
            ends: terms.ends.map(|day| day.to_string()),
            review: terms.review.map(|day| day.to_string()),
            in_force: view.in_force,
        }
    }
}

/// The register, by title.
#[utoipa::path(
    get, path = "/agreements", tag = "sharing", operation_id = "agreements",
    responses((status = 200, description = "All of it", body = List<Agreement>))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Problem> {
    let items: Vec<_> = app.agreements(&signed.caller).await?.into_iter().map(Agreement::from).collect();
    Ok(Json(List { items, next: None }).into_response())
}

/// An agreement to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementBody {
    /// At most 200 characters; it names no person.
    title: String,
    /// The names or ids of the agencies that agreed, your own among them.
    agencies: Vec<String>,
    /// The ids of the pathways it covers; all, if left out.
    #[serde(default)]
    #[schema(required = false)]
    pathways: Vec<String>,
    /// The purposes it covers, codes.
    purposes: Vec<String>,
    /// Its first day, as in 2026-04-01.
    starts: String,
    /// Its last day, if it has one.
    ends: Option<String>,
    /// The day by which its parties look at it again.
    review: Option<String>,
}

impl Members for AgreementBody {
    const NAMES: &'static str =
        "title, agencies, pathways (may be left out), purposes, starts, ends (may be left out), review (may be left out)";
}

/// Adds an agreement to the register: for administrators of a party's agency, and the operator.
#[utoipa::path(
    post, path = "/agreements", tag = "sharing", operation_id = "add_agreement", request_body = AgreementBody,
    responses((status = 201, description = "Added; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn add(State(app): State<Arc<App>>, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    let AgreementBody { title, agencies, pathways, purposes, starts, ends, review } = body.read()?;
    let known = app.agency_names().await?;
    // A name that is none is answered like the id of no agency.
    let agency = |text: &String| {
        let named = known.iter().find(|agency| agency.name == *text || agency.id.to_string() == *text);
        named.map_or(AgencyId::from_bytes([0; 16]), |agency| agency.id)
    };
    let purposes: Option<Vec<_>> = purposes.iter().map(|code| Purpose::parse(code)).collect();
    let day = |text: &String| text.parse::<Date>().ok();
    let new = NewAgreement {
        title,
        parties: agencies.iter().map(agency).collect(),
        pathways,
        purposes: purposes.ok_or(Error::Malformed("purposes are codes such as safeguarding"))?,
        starts: day(&starts),
        ends: ends.as_ref().map(day),
        review: review.as_ref().map(day),
    };
    Ok(made(app.add_agreement(&signed.request, &signed.caller, &key, &new).await?))
}

/// Ends an agreement.
#[utoipa::path(
    post, path = "/agreements/{id}/end", tag = "sharing", operation_id = "end_agreement", request_body = Nothing,
    params(("id" = String, Path, description = "The agreement's id")),
    responses((status = 201, description = "Ended; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn end(State(app): State<Arc<App>>, Part(id): Part, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.end_agreement(&signed.request, &signed.caller, &key, &id).await?))
}
