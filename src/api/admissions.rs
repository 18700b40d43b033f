//! Who waits for a team's key, and handing it over.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Change, Members},
    lists::List,
    messages::{Made, made},
    people,
    problem::Problem,
    signed::Signed,
};
use crate::{
    app::{Admission, App, WaitingMember},
    domain::admission::NotAdmitted,
};

/// Somebody who waits for the key of a team that you lead.
#[derive(Serialize, ToSchema)]
pub struct Waiting {
    /// The team's id.
    team: String,
    /// Its name.
    team_name: String,
    /// The account's id.
    user: String,
    /// What they sign in with.
    username: String,
    name: String,
    /// The name of the agency that employs them.
    agency: String,
    role: &'static str,
    /// The fingerprint of their key, to be compared with them by another way; null while they have none.
    fingerprint: Option<String>,
}

impl From<WaitingMember> for Waiting {
    fn from(member: WaitingMember) -> Self {
        let WaitingMember { team, team_name, user, username, name, agency, role, fingerprint, .. } = member;
        let (team, user, role) = (team.to_string(), user.to_string(), role.code());
        Self { team, team_name, user, username, name, agency, role, fingerprint }
    }
}

/// Who waits for the key of a team that you lead.
#[utoipa::path(
    get, path = "/admissions", tag = "people", operation_id = "admissions",
    responses((status = 200, description = "All of them", body = List<Waiting>))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Problem> {
    let items: Vec<_> = app.admissions(&signed.request, &signed.caller).await?.into_iter().map(Waiting::from).collect();
    Ok(Json(List { items, next: None }).into_response())
}

/// Who gets a team's key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdmissionBody {
    /// The team's id.
    team: String,
    /// The account's id.
    user: String,
    /// The fingerprint that you compared with them; blanks and case do not count.
    fingerprint: String,
    /// Whether they get the keys that the team had before, too.
    #[serde(default)]
    #[schema(required = false)]
    older: bool,
}

impl Members for AdmissionBody {
    const NAMES: &'static str = "team, user, fingerprint, older (may be left out)";
}

/// Hands a team's key to somebody who waits for it. A key with another fingerprint is a conflict, and so is somebody whom another
/// lead has just admitted.
#[utoipa::path(
    post, path = "/admissions", tag = "people", operation_id = "admit", request_body = AdmissionBody,
    responses((status = 201, description = "Admitted; `Idempotency-Replayed: true` when they had been before", body = Made))
)]
pub async fn admit(State(app): State<Arc<App>>, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    let AdmissionBody { team, user, fingerprint, older } = body.read()?;
    let admission = Admission { team: people::team(&team), user: people::user(&user), fingerprint, older };
    Ok(made(app.admit(&signed.request, &signed.caller, &key, &admission).await?))
}

/// Who does not get a team's key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusalBody {
    /// The team's id.
    team: String,
    /// The account's id.
    user: String,
    /// `other-key` or `not-expected`.
    reason: String,
}

impl Members for RefusalBody {
    const NAMES: &'static str = "team, user, reason";
}

/// Says that somebody who waits for a team's key does not get it: their place in the team ends.
#[utoipa::path(
    post, path = "/admissions/refuse", tag = "people", operation_id = "refuse_member", request_body = RefusalBody,
    responses((status = 201, description = "Refused; `Idempotency-Replayed: true` when they had been before", body = Made))
)]
pub async fn refuse(State(app): State<Arc<App>>, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    let RefusalBody { team, user, reason } = body.read()?;
    let reason = NotAdmitted::parse(&reason).ok_or_else(|| Problem::field("reason", "it is one of: other-key, not-expected"))?;
    let about = (people::team(&team), people::user(&user), reason);
    Ok(made(app.refuse_member(&signed.request, &signed.caller, &key, about).await?))
}
