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
    referrals::WithholdBody,
};
use crate::app::{App, Said, Saying};

/// Answers to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// As in a submission; only those that change. An earlier answer can be changed, and not taken away.
    #[schema(value_type = Object)]
    answers: Unique,
    /// The referral's `revision` as you saw it.
    revision: i64,
    /// What of these answers must never reach which agencies, as in a submission; sealed by itself, for everybody else who holds
    /// the referral. Neither side that works on it can be named.
    withhold: Option<WithholdBody>,
}

impl Members for Amendment {
    const NAMES: &'static str = "answers, revision, withhold (may be left out)";
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
    let Amendment { answers, revision, withhold } = body.read()?;
    let withhold = withhold.map(WithholdBody::chosen).transpose()?;
    let saying = Saying { said: Said::Json(&answers.0), withhold: withhold.as_ref() };
    let said = (saying, body.as_slice());
    Ok(made(app.amend_answers(&signed.request, &signed.caller, &key, (&reference, None, revision), said).await?))
}
