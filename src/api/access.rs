//! Who has seen a referral.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    path::Part,
    problem::Problem,
    query::{self, Fields, Query},
    signed::Signed,
};
use crate::app::{AccessItem, AccessQuery, App, log_cursor};

/// What one person or team did, of one kind.
#[derive(Serialize, ToSchema)]
pub struct Access {
    /// The person's name; null where you are told teams, and for the exchange itself.
    name: Option<String>,
    /// The team acted from; null for the exchange itself.
    team: Option<String>,
    /// Its agency.
    agency: Option<String>,
    /// The act.
    action: &'static str,
    /// When it was done first.
    #[schema(format = DateTime)]
    first_at: String,
    /// When it was done last.
    #[schema(format = DateTime)]
    last_at: String,
    /// How often.
    times: u64,
}

impl From<AccessItem> for Access {
    fn from(item: AccessItem) -> Self {
        Self {
            name: item.person,
            team: item.team,
            agency: item.agency,
            action: item.action.code(),
            first_at: item.first.rfc3339(),
            last_at: item.last.rfc3339(),
            times: item.times,
        }
    }
}

/// A page of who has seen a referral.
#[derive(Serialize, ToSchema)]
pub struct AccessList {
    items: Vec<Access>,
    /// The cursor of the next page; null on the last.
    next: Option<String>,
    /// What was refused, a row for each person or team and kind of act, the newest first; on the first page alone, at most 50.
    refused: Vec<Access>,
}

/// Which part of it.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccessFields {
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 100; 50 unless told.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

impl Fields for AccessFields {
    const NAMES: &'static str = "cursor, limit";
}

/// Who has seen a referral, newest first: a row for each person or team and kind of act. The receiving team and the data protection
/// officers of agencies that hold it are told persons, everybody else teams. What was refused stands apart. Asking is on record.
#[utoipa::path(
    get, path = "/referrals/{reference}/access", tag = "referrals", operation_id = "access",
    params(("reference" = String, Path, description = "The reference"), AccessFields),
    responses((status = 200, description = "A page", body = AccessList))
)]
pub async fn list(
    State(app): State<Arc<App>>,
    signed: Signed,
    Part(reference): Part,
    Query(fields): Query<AccessFields>,
) -> Result<Response, Problem> {
    let asked = AccessQuery { cursor: query::code("cursor", fields.cursor, log_cursor)?, limit: query::limit(fields.limit)? };
    let page = app.read_access(&signed.request, &signed.caller, &reference, asked).await?;
    let items: Vec<_> = page.items.into_iter().map(Access::from).collect();
    let refused = page.refused.into_iter().map(Access::from).collect();
    Ok(Json(AccessList { items, next: page.next.map(|place| place.to_string()), refused }).into_response())
}
