//! Places in teams, and who is shut out: for an agency's administrators.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    body::{Change, Members},
    checks::Nothing,
    messages::{Made, made},
    path::Part,
    people::{role, team, user},
    problem::Problem,
};
use crate::app::App;

/// A place in a team of your agency.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceBody {
    /// The team's id.
    team: String,
    /// What they do there: `practitioner triager lead coordinator dpo agency-administrator analyst`.
    role: String,
}

impl Members for PlaceBody {
    const NAMES: &'static str = "team, role";
}

/// Which place ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndBody {
    /// The team's id.
    team: String,
}

impl Members for EndBody {
    const NAMES: &'static str = "team";
}

/// Gives somebody a place in a team, or another role where they have one. Nobody changes their own. What would leave a team without
/// anybody who can hand on its key is a conflict.
#[utoipa::path(
    post, path = "/people/{id}/places", tag = "people", operation_id = "set_place", request_body = PlaceBody,
    params(("id" = String, Path, description = "The account's id")),
    responses((status = 201, description = "Given; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn set(State(app): State<Arc<App>>, Part(id): Part, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    let body: PlaceBody = body.read()?;
    let place = (user(&id), team(&body.team), role(&body.role)?);
    Ok(made(app.set_place(&signed.request, &signed.caller, &key, place).await?))
}

/// Ends somebody's place in a team: they open nothing of it from then on.
#[utoipa::path(
    post, path = "/people/{id}/places/end", tag = "people", operation_id = "end_place", request_body = EndBody,
    params(("id" = String, Path, description = "The account's id")),
    responses((status = 201, description = "Ended; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn end(State(app): State<Arc<App>>, Part(id): Part, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    let body: EndBody = body.read()?;
    Ok(made(app.end_place_once(&signed.request, &signed.caller, &key, (user(&id), team(&body.team))).await?))
}

/// When somebody was trained.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainingBody {
    /// The day of their last safeguarding training, as in 2026-01-05; null where none is known.
    #[schema(format = Date)]
    trained_on: Option<String>,
}

impl Members for TrainingBody {
    const NAMES: &'static str = "trained_on";
}

/// Records when somebody was last trained in safeguarding. It keeps nobody from anything.
#[utoipa::path(
    post, path = "/people/{id}/training", tag = "people", operation_id = "set_training", request_body = TrainingBody,
    params(("id" = String, Path, description = "The account's id")),
    responses((status = 201, description = "Recorded; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn train(
    State(app): State<Arc<App>>,
    Part(id): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let TrainingBody { trained_on } = body.read()?;
    let day = |text: String| text.parse::<Date>().map_err(|_| Problem::field("trained_on", "it is a day, as in 2026-01-05"));
    let on = trained_on.map(day).transpose()?;
    Ok(made(app.set_training(&signed.request, &signed.caller, &key, (user(&id), on)).await?))
}

/// Suspends somebody: signed out everywhere at once, without any team's key, until you have them back.
#[utoipa::path(
    post, path = "/people/{id}/suspend", tag = "people", operation_id = "suspend_person", request_body = Nothing,
    params(("id" = String, Path, description = "The account's id")),
    responses((status = 201, description = "Suspended; `Idempotency-Replayed: true` when they had been before", body = Made))
)]
pub async fn suspend(
    State(app): State<Arc<App>>,
    Part(id): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.suspend(&signed.request, &signed.caller, &key, user(&id)).await?))
}

/// Records that somebody has left: as suspended, and their places end.
#[utoipa::path(
    post, path = "/people/{id}/leave", tag = "people", operation_id = "remove_person", request_body = Nothing,
    params(("id" = String, Path, description = "The account's id")),
    responses((status = 201, description = "Recorded; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn leave(
    State(app): State<Arc<App>>,
    Part(id): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.remove_person(&signed.request, &signed.caller, &key, user(&id)).await?))
}

/// Has somebody back who was suspended or had left. Each team's key is handed over anew.
#[utoipa::path(
    post, path = "/people/{id}/return", tag = "people", operation_id = "reinstate_person", request_body = Nothing,
    params(("id" = String, Path, description = "The account's id")),
    responses((status = 201, description = "Back; `Idempotency-Replayed: true` when they had been before", body = Made))
)]
pub async fn reinstate(
    State(app): State<Arc<App>>,
    Part(id): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.reinstate(&signed.request, &signed.caller, &key, user(&id)).await?))
}
