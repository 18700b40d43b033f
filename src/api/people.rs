//! The people of an agency, looked after by its administrators.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{self, Change, Members},
    checks::Nothing,
    lists::List,
    path::Part,
    problem::Problem,
    query::{self, Fields, Query},
    signed::Signed,
};
use crate::{
    app::{Answered, App, HeldPlace, InvitationMade, NewPerson, PersonView, WorkContact},
    domain::{
        ids::{TeamId, UserId},
        role::Role,
        text::{JobTitle, PersonName, Username, WorkPhone},
        time::Timestamp,
        training::Training,
    },
};

/// A place that somebody has in a team.
#[derive(Serialize, ToSchema)]
pub struct PlaceOf {
    /// The team's id.
    team: String,
    /// Its name.
    name: String,
    /// The name of the agency that hosts it.
    agency: String,
    role: &'static str,
    /// Whether it waits for a lead of the team to hand its key over.
    waits: bool,
}

impl From<HeldPlace> for PlaceOf {
    fn from(place: HeldPlace) -> Self {
        let HeldPlace { team, name, agency, role, waits, .. } = place;
        Self { team: team.to_string(), name, agency, role: role.code(), waits }
    }
}

/// Somebody of your agency.
#[derive(Serialize, ToSchema)]
pub struct PersonOfAgency {
    id: String,
    /// What they sign in with.
    username: String,
    name: String,
    /// `invited`, `ready`, or `disabled`: then they cannot sign in.
    state: &'static str,
    /// When their invitation runs out, or ran out; null when they have joined or none was made.
    #[schema(format = DateTime)]
    invited_until: Option<String>,
    /// When their password and second factor were reset, while no lead has admitted the key that they make after it; else null.
    #[schema(format = DateTime)]
    reset_at: Option<String>,
    /// When they last signed in; null where that was never noted.
    #[schema(format = DateTime)]
    last_sign_in_at: Option<String>,
    /// Whether they could sign in, and have not for 90 days.
    dormant: bool,
    /// The day of their last safeguarding training; null where none is known.
    #[schema(format = Date)]
    trained_on: Option<String>,
    /// The main one first, also those in teams of other agencies.
    places: Vec<PlaceOf>,
}

impl From<PersonView> for PersonOfAgency {
    fn from(view: PersonView) -> Self {
        Self {
            id: view.user.to_string(),
            username: view.username,
            name: view.name,
            state: view.state.code(),
            invited_until: view.invited_until.map(Timestamp::rfc3339),
            reset_at: view.reset_at.map(Timestamp::rfc3339),
            last_sign_in_at: view.last_sign_in.map(Timestamp::rfc3339),
            dormant: view.dormant,
            trained_on: match view.training {
                Training::Unknown => None,
                Training::Recent(day) | Training::Old(day) => Some(day.to_string()),
            },
            places: view.places.into_iter().map(PlaceOf::from).collect(),
        }
    }
}

/// Which part of the list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleFields {
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 100; 50 unless told.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

impl Fields for PeopleFields {
    const NAMES: &'static str = "cursor, limit";
}

/// Whom an address names; a text that cannot be an id is looked up as one that nobody has, and found like it.
pub(super) fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap_or(UserId::from_bytes([0; 16]))
}

/// Which team a body names, likewise.
pub(super) fn team(id: &str) -> TeamId {
    TeamId::parse(id).unwrap_or(TeamId::from_bytes([0; 16]))
}

/// The role of a body, one of those that agencies give.
pub(super) fn role(code: &str) -> Result<Role, Problem> {
    let codes = || Role::OF_AGENCIES.map(Role::code).join(", ");
    let role = Role::parse(code).filter(|role| Role::OF_AGENCIES.contains(role));
    role.ok_or_else(|| Problem::field("role", format!("it is one of: {}", codes())))
}

/// The people of your agency, by name. For its administrators.
#[utoipa::path(
    get, path = "/people", tag = "people", operation_id = "people", params(PeopleFields),
    responses((status = 200, description = "A page", body = List<PersonOfAgency>))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed, Query(fields): Query<PeopleFields>) -> Result<Response, Problem> {
    let cursor = |text: String| UserId::parse(&text).map_err(|_| Problem::field("cursor", "it is not one of ours"));
    let after = query::given(fields.cursor).map(cursor).transpose()?;
    let page = app.people(&signed.request, &signed.caller, (after, query::limit(fields.limit)?)).await?;
    let items: Vec<_> = page.people.into_iter().map(PersonOfAgency::from).collect();
    Ok(Json(List { items, next: page.next.map(|user| user.to_string()) }).into_response())
}

/// One of them. Somebody of another agency and nobody give the same 404.
#[utoipa::path(
    get, path = "/people/{id}", tag = "people", operation_id = "person",
    params(("id" = String, Path, description = "The account's id")),
    responses((status = 200, description = "They", body = PersonOfAgency))
)]
pub async fn show(State(app): State<Arc<App>>, Part(id): Part, signed: Signed) -> Result<Response, Problem> {
    let view = app.person_of_agency(&signed.request, &signed.caller, user(&id)).await?;
    Ok(Json(PersonOfAgency::from(view)).into_response())
}

/// Somebody to be invited, with their first place.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonBody {
    /// At most 100 characters.
    name: String,
    /// What they will sign in with: 3 to 64 small letters, numbers, dots, hyphens or @.
    username: String,
    /// What they do at work, at most 100 characters.
    title: Option<String>,
    /// Where they are rung at work.
    phone: Option<String>,
    /// The id of a team of your agency.
    team: String,
    /// What they do there: `practitioner triager lead coordinator dpo agency-administrator analyst`.
    role: String,
}

impl Members for PersonBody {
    const NAMES: &'static str = "name, username, title (may be left out), phone (may be left out), team, role";
}

impl PersonBody {
    fn read(self) -> Result<NewPerson, Problem> {
        let wrong = |field: &'static str| move |_| Problem::field(field, "it is not one");
        let title = self.title.map(|text| JobTitle::parse(&text)).transpose().map_err(wrong("title"))?;
        let phone = self.phone.map(|text| WorkPhone::parse(&text)).transpose().map_err(wrong("phone"))?;
        Ok(NewPerson {
            name: PersonName::parse(&self.name).map_err(wrong("name"))?,
            username: Username::parse(&self.username).map_err(wrong("username"))?,
            contact: WorkContact { title, phone },
            place: (team(&self.team), role(&self.role)?),
        })
    }
}

/// Somebody who is invited.
#[derive(Serialize, ToSchema)]
pub struct InvitedPerson {
    id: String,
    /// What they will sign in with.
    username: String,
    /// The code by which they join. Told this once: null in a repeated answer, and nowhere kept.
    code: Option<String>,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// The answer to an invitation.
pub(super) fn invited(Answered { value, replayed }: Answered<InvitationMade>) -> Response {
    let InvitationMade { user, username, code, expires_at } = value;
    let code = code.map(|code| code.as_str().to_owned());
    let body = InvitedPerson { id: user.to_string(), username, code, expires_at: expires_at.rfc3339() };
    body::replayed((StatusCode::CREATED, Json(body)).into_response(), replayed)
}

/// Makes somebody's account with their first place, and the invitation by which they join.
#[utoipa::path(
    post, path = "/people", tag = "people", operation_id = "add_person", request_body = PersonBody,
    responses((status = 201, description = "Invited; `Idempotency-Replayed: true` when they had been before", body = InvitedPerson))
)]
pub async fn add(State(app): State<Arc<App>>, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    let new = body.read::<PersonBody>()?.read()?;
    Ok(invited(app.add_person_once(&signed.request, &signed.caller, &key, new).await?))
}

/// Makes a new invitation for somebody who has not joined; the code they were given before is of no use any more.
#[utoipa::path(
    post, path = "/people/{id}/invite", tag = "people", operation_id = "invite_person", request_body = Nothing,
    params(("id" = String, Path, description = "The account's id")),
    responses((status = 201, description = "Invited; `Idempotency-Replayed: true` when they had been before", body = InvitedPerson))
)]
pub async fn invite(
    State(app): State<Arc<App>>,
    Part(id): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(invited(app.invite_once(&signed.request, &signed.caller, &key, user(&id)).await?))
}

/// Lets somebody who has joined set a new password and second factor, with the code of the answer. Their sessions end, and what
/// they could open is closed to them until a lead has compared their new key, other than the administrator who made this.
#[utoipa::path(
    post, path = "/people/{id}/reset", tag = "people", operation_id = "reset_person", request_body = Nothing,
    params(("id" = String, Path, description = "The account's id")),
    responses((status = 201, description = "Reset; `Idempotency-Replayed: true` when it had been before", body = InvitedPerson))
)]
pub async fn reset(
    State(app): State<Arc<App>>,
    Part(id): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(invited(app.reset_person(&signed.request, &signed.caller, &key, user(&id)).await?))
}
