//! Changing what was sent.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    body::{Change, Members},
    json::Unique,
    messages::{Made, made},
    path::Part,
    problem::Problem,
};
use crate::app::{App, Said};

/// Answers to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// As in a submission; only those that change. An earlier answer can be changed, and not taken away.
    #[schema(value_type = Object)]
    answers: Unique,
    /// The referral's `revision` as you saw it.
    revision: i64,
}

impl Members for Amendment {
    const NAMES: &'static str = "answers, revision";
}

/// Changes answers that you sent. Both versions stay; the receiving team sees that it changed until it opens it again.
#[utoipa::path(
    post, path = "/referrals/{reference}/amendment", tag = "referrals", operation_id = "amend", request_body = Amendment,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "On record; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn amend(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let Amendment { answers, revision } = body.read()?;
    let said = (Said::Json(&answers.0), body.as_slice());
    Ok(made(app.amend_answers(&signed.request, &signed.caller, &key, (&reference, None, revision), said).await?))
}
