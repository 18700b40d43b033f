//! Messages on a referral.

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
    body::{self, Change, Members},
    path::Part,
    problem::Problem,
};
use crate::{
    app::{Added, Answered, App, Error},
    domain::message::Audience,
};

/// A message to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// `shared`: referrer and receiving team; `casework`: the receiving team only.
    #[schema(example = "shared")]
    audience: String,
    /// At most 5,000 characters.
    text: String,
    /// Whether it is a question of the receiving team, for whose answer the referral waits; `audience` is then `shared`.
    #[serde(default)]
    #[schema(required = false)]
    question: bool,
}

impl Members for NewMessage {
    const NAMES: &'static str = "audience, text, question (may be left out)";
}

/// What was added, and when.
#[derive(Serialize, ToSchema)]
pub struct Made {
    id: String,
    #[schema(format = DateTime)]
    at: String,
}

/// The answer to something added: 201, and whether it had been added before.
pub(super) fn made(answered: Answered<Added>) -> Response {
    let Answered { value: Added { id, at }, replayed } = answered;
    let response = (StatusCode::CREATED, Json(Made { id, at: at.rfc3339() })).into_response();
    body::replayed(response, replayed)
}

/// Writes a message. What you cannot see and what does not exist give the same 404.
#[utoipa::path(
    post, path = "/referrals/{reference}/messages", tag = "referrals", operation_id = "write_message", request_body = NewMessage,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Written; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn write(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let NewMessage { audience, text, question } = body.read()?;
    let audience = Audience::to_write_to(&audience).ok_or(Error::Malformed("audience is shared or casework"))?;
    if question && audience != Audience::Shared {
        return Err(Error::Malformed("a question goes to the referrer: its audience is shared").into());
    }
    if question {
        return Ok(made(app.ask_referrer(&signed.request, &signed.caller, &key, (&reference, &text)).await?));
    }
    let written = app.write_message(&signed.request, &signed.caller, &key, (&reference, audience, &text)).await?;
    Ok(made(written))
}
