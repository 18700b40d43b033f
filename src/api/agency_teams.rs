//! The teams of an agency, for its administrators; and their first lead, who makes a team's key.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Change, Members},
    checks::Nothing,
    messages::{Made, made},
    path::Part,
    people::{team as named, user},
    problem::Problem,
    signed::Signed,
};
use crate::{
    app::{AgencyTeam, App, TeamMember},
    domain::{team_register::TeamRegister, text::TeamName},
};

/// Somebody with a place in a team.
#[derive(Serialize, ToSchema)]
pub struct Member {
    /// The account's id.
    id: String,
    name: String,
    role: &'static str,
    /// Whether they wait for a lead to hand the team's key over.
    waits: bool,
}

impl From<TeamMember> for Member {
    fn from(TeamMember { user, name, role, waits, .. }: TeamMember) -> Self {
        Self { id: user.to_string(), name, role: role.code(), waits }
    }
}

/// A team of your agency.
#[derive(Serialize, ToSchema)]
pub struct OwnTeam {
    id: String,
    name: String,
    /// The code by which pathway files name it.
    code: String,
    /// `awaiting-key` or `ready`.
    state: &'static str,
    members: Vec<Member>,
    /// How many of them hold its key; fewer than two is a warning.
    key_holders: usize,
    /// The account's id of who answers for it.
    lead: Option<String>,
    /// Who does in their absence.
    deputy: Option<String>,
    /// The day by which that is looked at again.
    #[schema(format = Date)]
    review: Option<String>,
}

impl From<AgencyTeam> for OwnTeam {
    fn from(team: AgencyTeam) -> Self {
        let TeamRegister { lead, deputy, review } = team.register;
        Self {
            id: team.id.to_string(),
            name: team.name,
            code: team.code,
            state: team.state.code(),
            members: team.members.into_iter().map(Member::from).collect(),
            key_holders: team.key_holders,
            lead: lead.map(|user| user.to_string()),
            deputy: deputy.map(|user| user.to_string()),
            review: review.map(|day| day.to_string()),
        }
    }
}

/// A team of your agency, with its people. For its administrators.
#[utoipa::path(
    get, path = "/teams/{id}", tag = "teams", operation_id = "team",
    params(("id" = String, Path, description = "The team's id")),
    responses((status = 200, description = "The team", body = OwnTeam))
)]
pub async fn show(State(app): State<Arc<App>>, Part(id): Part, signed: Signed) -> Result<Response, Problem> {
    let team = app.agency_team(&signed.request, &signed.caller, named(&id)).await?;
    Ok(Json(OwnTeam::from(team)).into_response())
}

/// A team to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamBody {
    /// At most 120 characters.
    name: String,
    /// 2 to 60 small letters, digits and hyphens; pathway files name the team by it.
    code: String,
    /// The code of the agency that it is a team of, where that is not your own. Hub operators alone make teams of others, and
    /// teams that pathway files name.
    #[serde(default)]
    agency: Option<String>,
}

impl Members for TeamBody {
    const NAMES: &'static str = "name, code, agency (may be left out)";
}

/// Makes a team of your agency; a hub operator, of any. It awaits its key, and nothing can be sent to it before.
#[utoipa::path(
    post, path = "/teams", tag = "teams", operation_id = "add_team", request_body = TeamBody,
    responses((status = 201, description = "Made; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn add(State(app): State<Arc<App>>, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    let TeamBody { name, code, agency } = body.read()?;
    let name = TeamName::parse(&name).map_err(|_| Problem::field("name", "it is not one"))?;
    Ok(made(app.add_team(&signed.request, &signed.caller, &key, (agency.as_deref(), &code, name)).await?))
}

/// Who answers for a team.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterBody {
    /// The account's id of who answers for it; null for nobody.
    lead: Option<String>,
    /// Who does in their absence; null for nobody.
    deputy: Option<String>,
    /// The day by which that is looked at again, as in 2027-03-27.
    #[schema(format = Date)]
    review: Option<String>,
}

impl Members for RegisterBody {
    const NAMES: &'static str = "lead, deputy, review (all may be left out)";
}

/// Says who answers for a team of your agency, in place of who did.
#[utoipa::path(
    post, path = "/teams/{id}/register", tag = "teams", operation_id = "set_team_register", request_body = RegisterBody,
    params(("id" = String, Path, description = "The team's id")),
    responses((status = 201, description = "Said; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn set(State(app): State<Arc<App>>, Part(id): Part, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    let RegisterBody { lead, deputy, review } = body.read()?;
    let day = |text: String| text.parse::<Date>().map_err(|_| Problem::field("review", "it is a day, as in 2027-03-27"));
    let [lead, deputy] = [lead, deputy].map(|id| id.map(|id| user(&id)));
    let register = TeamRegister { lead, deputy, review: review.map(day).transpose()? };
    Ok(made(app.set_team_register(&signed.request, &signed.caller, &key, (named(&id), register)).await?))
}

/// Makes the key of a team that has none yet: for its first lead. From then on it can receive. Repeated, it is a conflict.
#[utoipa::path(
    post, path = "/teams/{id}/key", tag = "teams", operation_id = "bear_team", request_body = Nothing,
    params(("id" = String, Path, description = "The team's id")),
    responses((status = 204, description = "Made"))
)]
pub async fn bear(State(app): State<Arc<App>>, Part(id): Part, Change { signed, body, .. }: Change) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    app.bear_team(&signed.request, &signed.caller, named(&id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
