//! Who checks for an agency.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Change, Members},
    lists::List,
    problem::Problem,
    signed::Signed,
};
use crate::{
    app::{App, Error, Founder, LeadView, SafeguardingLead},
    domain::{ids::UserId, time::Timestamp},
};

/// Who checks for your agency, in place of those it had.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Leads {
    leads: Vec<Lead>,
}

/// Somebody who checks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lead {
    /// The account's id.
    id: String,
    /// Away until then; there, if left out.
    #[schema(format = DateTime)]
    away_until: Option<String>,
}

impl Members for Leads {
    const NAMES: &'static str = "leads";
}

impl Lead {
    fn read(self) -> Result<SafeguardingLead, Error> {
        let user = UserId::parse(&self.id).map_err(|_| Error::Malformed("each lead has the id of an account"))?;
        let moment = |text: String| Timestamp::parse(&text).map_err(|_| Error::Malformed("away_until is a time of RFC 3339"));
        Ok(SafeguardingLead { user, away_until: self.away_until.map(moment).transpose()? })
    }
}

/// Somebody of your agency who checks, or could.
#[derive(Serialize, ToSchema)]
pub struct Colleague {
    /// The account's id.
    id: String,
    name: String,
    /// Whether they check now.
    checks: bool,
    /// Away until then; null where they are there.
    #[schema(format = DateTime)]
    away_until: Option<String>,
}

impl From<LeadView> for Colleague {
    fn from(LeadView { user, name, checks, away_until }: LeadView) -> Self {
        let away_until = away_until.map(Timestamp::rfc3339);
        Self { id: user.to_string(), name: name.as_str().to_owned(), checks, away_until }
    }
}

/// Who checks for your agency, and who else could. For its administrators.
#[utoipa::path(
    get, path = "/safeguarding-leads", tag = "checks", operation_id = "safeguarding_leads",
    responses((status = 200, description = "By name", body = List<Colleague>))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Problem> {
    let people = app.safeguarding_leads(&signed.request, &signed.caller).await?;
    Ok(Json(List { items: people.into_iter().map(Colleague::from).collect::<Vec<_>>(), next: None }).into_response())
}

/// Sets who checks for your agency what must be checked before it is shared. Repeated, it sets the same again.
#[utoipa::path(
    post, path = "/safeguarding-leads", tag = "checks", operation_id = "set_safeguarding_leads", request_body = Leads,
    responses((status = 204, description = "Set"))
)]
pub async fn set(State(app): State<Arc<App>>, Change { signed, body, .. }: Change) -> Result<Response, Problem> {
    let leads = body.read::<Leads>()?.leads.into_iter().map(Lead::read).collect::<Result<Vec<_>, _>>()?;
    let founder = Founder::Caller(&signed.caller);
    app.set_safeguarding_leads(&signed.request, &founder, signed.caller.agency(), &leads).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
