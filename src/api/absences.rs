//! Who is away from work.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Change, Members},
    lists::List,
    messages::{Made, made},
    problem::Problem,
    query::{self, Fields, Query},
    signed::Signed,
};
use crate::{
    app::{AbsenceView, App, NewAbsence},
    domain::{absence::Absence, ids::TeamId, time::Timestamp},
};

/// That somebody is away.
#[derive(Serialize, ToSchema)]
pub struct Away {
    /// The first day back; null where that is not known.
    #[schema(format = Date)]
    until: Option<String>,
}

impl From<Absence> for Away {
    fn from(absence: Absence) -> Self {
        Self { until: absence.until.map(day) }
    }
}

/// Somebody of a team who is away, now or later.
#[derive(Serialize, ToSchema)]
pub struct Absent {
    /// What they sign in with.
    username: String,
    /// Their name.
    name: String,
    /// The first day away.
    #[schema(format = Date)]
    from: String,
    /// The first day back; null where that is not known.
    #[schema(format = Date)]
    until: Option<String>,
    /// Whether they are away now.
    away: bool,
}

fn day(at: Timestamp) -> String {
    at.uk_date().to_string()
}

impl Absent {
    fn of(view: AbsenceView, now: Timestamp) -> Option<Self> {
        let AbsenceView { username, name, absence } = view;
        let absence = absence?;
        Some(Self { username, name, from: day(absence.from), until: absence.until.map(day), away: absence.is_on(now) })
    }
}

/// Of which team.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AbsenceFields {
    /// The id of a team whose queue you work; the first, unless told.
    team: Option<String>,
}

impl Fields for AbsenceFields {
    const NAMES: &'static str = "team";
}

/// When somebody is away. Why is not asked, and has no place here.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceBody {
    /// Yourself, unless told: what somebody of a team that you lead signs in with.
    username: Option<String>,
    /// The first day away; today, unless told.
    #[schema(format = Date)]
    from: Option<String>,
    /// The first day back, on which it ends by itself; open, unless told.
    #[schema(format = Date)]
    until: Option<String>,
}

impl Members for AbsenceBody {
    const NAMES: &'static str = "username, from, until (all may be left out)";
}

/// Who is back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BackBody {
    /// Yourself, unless told: what somebody of a team that you lead signs in with.
    username: Option<String>,
}

impl Members for BackBody {
    const NAMES: &'static str = "username (may be left out)";
}

/// Who of a team is away, now or later. They can still be given work.
#[utoipa::path(
    get, path = "/absences", tag = "desk", operation_id = "absences", params(AbsenceFields),
    responses((status = 200, description = "All of them, by name", body = List<Absent>))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed, Query(fields): Query<AbsenceFields>) -> Result<Response, Problem> {
    // An id that cannot be one is asked for like one that is nobody's: the answer must not tell them apart.
    let team = query::given(fields.team).map(|text| TeamId::parse(&text).unwrap_or(TeamId::from_bytes([0; 16])));
    let (_, members) = app.absences(&signed.request, &signed.caller, team).await?;
    let items: Vec<_> = members.into_iter().filter_map(|view| Absent::of(view, signed.request.at)).collect();
    Ok(Json(List { items, next: None }).into_response())
}

/// Says when you are away, or as a lead of their team somebody else, in place of what was said before.
#[utoipa::path(
    post, path = "/absences", tag = "desk", operation_id = "set_absence", request_body = AbsenceBody,
    responses((status = 201, description = "Said; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn set(State(app): State<Arc<App>>, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    let AbsenceBody { username, from, until } = body.read()?;
    let [of, from, until] = [username, from, until].map(Option::unwrap_or_default);
    Ok(made(app.set_absence(&signed.request, &signed.caller, &key, &NewAbsence { of, from, until }).await?))
}

/// Says that you are back or do not go away, or as a lead of their team somebody else.
#[utoipa::path(
    post, path = "/absences/end", tag = "desk", operation_id = "end_absence", request_body = BackBody,
    responses((status = 201, description = "Said; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn end(State(app): State<Arc<App>>, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    let BackBody { username } = body.read()?;
    Ok(made(app.end_absence(&signed.request, &signed.caller, &key, &username.unwrap_or_default()).await?))
}
