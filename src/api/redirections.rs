//! Passing a referral to another team, or on to another pathway.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    body::{Change, Members},
    messages::{Made, made},
    path::Part,
    problem::Problem,
};
use crate::{
    app::{App, Redirection},
    domain::ids::TeamId,
};

/// To whom a referral is passed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedirectionBody {
    /// The id of a team, from `/teams`; with `pathway`, one of those that receive it.
    team: String,
    /// The id of another pathway that it goes on to: its outcomes, grades and clocks count from then on. Left out, it stays on its
    /// own.
    #[serde(default)]
    #[schema(required = false)]
    pathway: Option<String>,
    /// Why: for the new team and the referrer, or for the file alone where the pathway allows no words of your own. At most
    /// 5,000 characters.
    text: String,
    /// The revision at which you saw the referral.
    revision: i64,
}

impl Members for RedirectionBody {
    const NAMES: &'static str = "team, pathway (may be left out), text, revision";
}

/// Passes a referral to another team, or on to another pathway: what is shared, and nothing of your team's own. Afterwards
/// your team sees it no more, unless you name your own.
#[utoipa::path(
    post, path = "/referrals/{reference}/redirect", tag = "desk", operation_id = "redirect", request_body = RedirectionBody,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Passed on; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn redirect(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let RedirectionBody { team, pathway, text, revision } = body.read()?;
    // An id that is none is answered like a team that cannot get it.
    let redirection = Redirection { team: TeamId::parse(&team).ok(), pathway, text, revision };
    Ok(made(app.redirect_referral(&signed.request, &signed.caller, &key, (&reference, &redirection)).await?))
}
