//! The keys of an agency's teams, for those who look after them.

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
    messages::{Made, made},
    path::Part,
    problem::Problem,
    signed::Signed,
};
use crate::{
    app::{App, KeysView, ReconciliationView, RenewalView, TeamKeyView},
    domain::time::Timestamp,
};

/// The keys of an agency's teams, and what is being renewed.
#[derive(Serialize, ToSchema)]
pub struct Keys {
    /// The agency's teams, by name.
    teams: Vec<TeamKey>,
    /// The newest first; at most 20.
    renewals: Vec<KeyRenewal>,
    /// When keys and grants were last held against the log; null for never.
    reconciliation: Option<KeyReconciliation>,
}

/// Published keys, keys handed over and grants of the whole hub, held against the events that made them, and those against them.
#[derive(Serialize, ToSchema)]
pub struct KeyReconciliation {
    #[schema(format = DateTime)]
    asked_at: String,
    /// Null while it waits for the job.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// How many rows and events were looked at.
    checked: i64,
    /// How much did not agree.
    found: i64,
    /// The first hundred of that.
    differences: Vec<KeyDifference>,
}

/// A row that does not agree with the log.
#[derive(Serialize, ToSchema)]
pub struct KeyDifference {
    what: String,
    /// The table.
    table: String,
    /// The row's id.
    id: String,
}

impl From<ReconciliationView> for KeyReconciliation {
    fn from(run: ReconciliationView) -> Self {
        let difference = |(what, table, id): (String, String, String)| KeyDifference { what, table, id };
        Self {
            asked_at: run.asked_at.rfc3339(),
            ended_at: run.ended_at.map(Timestamp::rfc3339),
            checked: run.checked,
            found: run.found,
            differences: run.differences.into_iter().map(difference).collect(),
        }
    }
}

/// A team's key.
#[derive(Serialize, ToSchema)]
pub struct TeamKey {
    /// The team's id.
    team: String,
    /// Its name.
    name: String,
    /// 128 bits of SHA-256 over the public key, in eight groups of four hexadecimal digits; null while nobody holds one.
    fingerprint: Option<String>,
    /// How many keys it has had.
    epoch: i64,
    /// When the present one was made.
    made_at: Option<String>,
    /// Names of those who hold it.
    holders: Vec<String>,
}

/// The renewal of what somebody could read.
#[derive(Serialize, ToSchema)]
pub struct KeyRenewal {
    id: String,
    /// The team's or person's name.
    of: String,
    /// `running`, `paused` or `done`.
    state: &'static str,
    /// How many keys to open compartments there were when it began.
    total: i64,
    /// How many of them the job has passed.
    done: i64,
    begun_at: String,
    ended_at: Option<String>,
}

impl From<TeamKeyView> for TeamKey {
    fn from(view: TeamKeyView) -> Self {
        let last = view.epochs.last();
        Self {
            team: view.id.to_string(),
            name: view.name,
            fingerprint: Some(view.fingerprint).filter(|text| !text.is_empty()),
            epoch: last.map_or(0, |(epoch, _)| *epoch),
            made_at: last.map(|(_, at)| at.rfc3339()),
            holders: view.holders,
        }
    }
}

impl From<RenewalView> for KeyRenewal {
    fn from(RenewalView { renewal, of }: RenewalView) -> Self {
        Self {
            id: renewal.id.to_string(),
            of,
            state: renewal.state.code(),
            total: renewal.total,
            done: renewal.done,
            begun_at: renewal.begun_at.rfc3339(),
            ended_at: renewal.ended_at.map(Timestamp::rfc3339),
        }
    }
}

/// The keys of your agency's teams: for its administrators and data protection officers.
#[utoipa::path(
    get, path = "/keys", tag = "people", operation_id = "keys",
    responses((status = 200, description = "All of them", body = Keys))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Problem> {
    let KeysView { teams, renewals, reconciliation } = app.keys(&signed.request, &signed.caller).await?;
    let teams = teams.into_iter().map(TeamKey::from).collect();
    let renewals = renewals.into_iter().map(KeyRenewal::from).collect();
    Ok(Json(Keys { teams, renewals, reconciliation: reconciliation.map(KeyReconciliation::from) }).into_response())
}

/// Has keys and grants held against the log, within moments: for administrators and data protection officers.
#[utoipa::path(
    post, path = "/keys/reconcile", tag = "people", operation_id = "reconcile_keys", request_body = Nothing,
    responses((status = 201, description = "Asked for; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn reconcile(State(app): State<Arc<App>>, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.ask_reconciliation(&signed.request, &signed.caller, &key).await?))
}

/// Makes a team's next key, for those who are in it now: for its leads and its agency's administrators.
#[utoipa::path(
    post, path = "/teams/{id}/key/replace", tag = "people", operation_id = "replace_team_key", request_body = Nothing,
    params(("id" = String, Path, description = "The team's id")),
    responses((status = 201, description = "Made; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn replace(
    State(app): State<Arc<App>>,
    Part(id): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.replace_team_key(&signed.request, &signed.caller, &key, &id).await?))
}

/// Pauses a renewal.
#[utoipa::path(
    post, path = "/keys/renewals/{id}/pause", tag = "people", operation_id = "pause_renewal", request_body = Nothing,
    params(("id" = String, Path, description = "The renewal's id")),
    responses((status = 201, description = "Paused; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn pause(
    State(app): State<Arc<App>>,
    Part(id): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.turn_renewal(&signed.request, &signed.caller, &key, (&id, true)).await?))
}

/// Lets a paused renewal go on.
#[utoipa::path(
    post, path = "/keys/renewals/{id}/resume", tag = "people", operation_id = "resume_renewal", request_body = Nothing,
    params(("id" = String, Path, description = "The renewal's id")),
    responses((status = 201, description = "It goes on; `Idempotency-Replayed: true` when it did before", body = Made))
)]
pub async fn resume(
    State(app): State<Arc<App>>,
    Part(id): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.turn_renewal(&signed.request, &signed.caller, &key, (&id, false)).await?))
}
