//! Giving back to people what was theirs by name and is lost to them with the key that they had.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    body::Change,
    checks::Nothing,
    lists::List,
    messages::{Made, made},
    path::Part,
    people::user,
    problem::Problem,
    signed::Signed,
};
use crate::app::{App, OwedView};

/// Somebody who lost what was given to them by name, and for whom you hold it.
#[derive(Serialize, ToSchema)]
pub struct OwedTo {
    /// The account's id.
    user: String,
    name: String,
    /// The name of the agency that employs them.
    agency: String,
    /// How many drafts of theirs you hold.
    drafts: usize,
    /// How many referrals.
    referrals: usize,
}

impl From<OwedView> for OwedTo {
    fn from(OwedView { user, name, agency, drafts, referrals }: OwedView) -> Self {
        Self { user: user.to_string(), name, agency, drafts, referrals }
    }
}

/// For whom you hold what they lost with a key that they had: a lead has admitted their new one.
#[utoipa::path(
    get, path = "/give-back", tag = "people", operation_id = "owed",
    responses((status = 200, description = "All of them; there is one page", body = List<OwedTo>))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Problem> {
    let items: Vec<_> = app.owed(&signed.request, &signed.caller).await?.into_iter().map(OwedTo::from).collect();
    Ok(Json(List { items, next: None }).into_response())
}

/// Gives somebody back what you hold of what was theirs by name. Each compartment is an event of its own.
#[utoipa::path(
    post, path = "/give-back/{id}", tag = "people", operation_id = "give_back", request_body = Nothing,
    params(("id" = String, Path, description = "The account's id")),
    responses((status = 201, description = "Given back; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn give(
    State(app): State<Arc<App>>,
    Part(id): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.give_back(&signed.request, &signed.caller, &key, user(&id)).await?))
}
