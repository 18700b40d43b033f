//! Who works on a referral: taken, given back, handed on.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Change, Members},
    checks::Nothing,
    messages::{Made, made},
    path::Part,
    problem::Problem,
};
use crate::app::{App, Assignment, CoveredView};

/// To whom a referral goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignBody {
    /// What they sign in with; a member of the receiving team who can work on it.
    #[schema(example = "theo.invented")]
    to: String,
    /// What to say to them, for the receiving team to read; at most 2,000 characters.
    note: Option<String>,
    /// The revision at which you saw it.
    revision: i64,
}

impl Members for AssignBody {
    const NAMES: &'static str = "to, note (may be left out), revision";
}

/// Takes a referral that nobody works on; of the team that covers, says that you act on it, beside whoever works on it. If somebody was faster: 409, and `detail` names them.
#[utoipa::path(
    post, path = "/referrals/{reference}/claim", tag = "desk", operation_id = "claim", request_body = Nothing,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Yours; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn claim(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.claim(&signed.request, &signed.caller, &key, &reference).await?))
}

/// Gives back a referral that you work on.
#[utoipa::path(
    post, path = "/referrals/{reference}/release", tag = "desk", operation_id = "release", request_body = Nothing,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Given back; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn release(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.release(&signed.request, &signed.caller, &key, &reference).await?))
}

/// Gives a referral to a member of the team: your own, or as lead or coordinator anybody's.
#[utoipa::path(
    post, path = "/referrals/{reference}/assign", tag = "desk", operation_id = "assign", request_body = AssignBody,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Given; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn assign(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let AssignBody { to, note, revision } = body.read()?;
    let assignment = Assignment { to, note: note.unwrap_or_default(), revision: Some(revision) };
    Ok(made(app.assign(&signed.request, &signed.caller, &key, (&reference, &assignment)).await?))
}

/// That the team that covers has opened it.
#[derive(Serialize, ToSchema)]
pub struct Covered {
    /// The team, by name.
    team: String,
    /// When it first opened it.
    #[schema(format = DateTime)]
    opened_at: String,
}

impl From<CoveredView> for Covered {
    fn from(CoveredView { team, at }: CoveredView) -> Self {
        Self { team, opened_at: at.rfc3339() }
    }
}
