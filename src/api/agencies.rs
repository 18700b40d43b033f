//! The agencies of the partnership, for the hub's operators.

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
    checks::Nothing,
    lists::List,
    path::Part,
    people::{InvitedPerson, invited},
    problem::Problem,
    signed::Signed,
};
use crate::{
    app::{App, EnrolledAgency, FirstPerson, NewAgency, RecoveryRecipient},
    domain::{
        account::AccountState,
        agency::AgencyKind,
        ids::AgencyId,
        text::{AgencyName, PersonName, TeamName, Username, WorkPhone},
    },
};

/// Somebody who looks after an agency's people.
#[derive(Serialize, ToSchema)]
pub struct AdministratorOf {
    name: String,
    /// `invited`, `ready` or `disabled`.
    state: &'static str,
}

impl From<(String, AccountState)> for AdministratorOf {
    fn from((name, state): (String, AccountState)) -> Self {
        Self { name, state: state.code() }
    }
}

/// An agency of the partnership.
#[derive(Serialize, ToSchema)]
pub struct AgencyItem {
    id: String,
    name: String,
    code: String,
    /// `police council health fire education charity housing justice`.
    kind: &'static str,
    /// What its recovery recipient is compared by.
    recovery_fingerprint: String,
    administrators: Vec<AdministratorOf>,
}

impl From<EnrolledAgency> for AgencyItem {
    fn from(agency: EnrolledAgency) -> Self {
        Self {
            id: agency.id.to_string(),
            name: agency.name,
            code: agency.code,
            kind: agency.kind.code(),
            recovery_fingerprint: agency.recovery_fingerprint,
            administrators: agency.administrators.into_iter().map(AdministratorOf::from).collect(),
        }
    }
}

/// Every agency of the partnership, by name. For the hub's operators.
#[utoipa::path(
    get, path = "/agencies", tag = "agencies", operation_id = "agencies",
    responses((status = 200, description = "The agencies", body = List<AgencyItem>))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Problem> {
    let agencies = app.enrolled_agencies(&signed.request, &signed.caller).await?;
    let items: Vec<_> = agencies.into_iter().map(AgencyItem::from).collect();
    Ok(Json(List { items, next: None }).into_response())
}

/// The first administrator of an agency, with the team they sit in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdministratorBody {
    /// At most 100 characters.
    name: String,
    /// What they will sign in with: 3 to 64 small letters, numbers, dots, hyphens or @.
    username: String,
    /// Where they are rung at work.
    phone: Option<String>,
    /// The name of their team, which is made with them.
    team: String,
    /// 2 to 60 small letters, digits and hyphens.
    team_code: String,
}

/// An agency to let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyBody {
    /// At most 120 characters.
    name: String,
    /// 2 to 60 small letters, digits and hyphens; it stays for ever.
    code: String,
    /// `police council health fire education charity housing justice`.
    kind: String,
    /// `age1…`, as the agency made it.
    recovery: String,
    administrator: AdministratorBody,
}

impl Members for AgencyBody {
    const NAMES: &'static str = "name, code, kind, recovery, administrator";
}

impl AgencyBody {
    fn read(self) -> Result<NewAgency, Problem> {
        fn wrong<E>(field: &'static str) -> impl Fn(E) -> Problem {
            move |_| Problem::field(field, "it is not one")
        }
        let Self { name, code, kind, recovery, administrator } = self;
        let AdministratorBody { name: person, username, phone, team, team_code } = administrator;
        let kinds = || AgencyKind::ALL.iter().map(|kind| kind.code()).collect::<Vec<_>>().join(", ");
        Ok(NewAgency {
            name: AgencyName::parse(&name).map_err(wrong("name"))?,
            code: App::read_code(&code).map_err(wrong("code"))?,
            kind: AgencyKind::parse(&kind).ok_or_else(|| Problem::field("kind", format!("it is one of: {}", kinds())))?,
            recovery: RecoveryRecipient::parse(&recovery).map_err(wrong("recovery"))?,
            administrator: FirstPerson {
                name: PersonName::parse(&person).map_err(wrong("administrator.name"))?,
                username: Username::parse(&username).map_err(wrong("administrator.username"))?,
                phone: phone.map(|text| WorkPhone::parse(&text)).transpose().map_err(wrong("administrator.phone"))?,
                team: (
                    App::read_code(&team_code).map_err(wrong("administrator.team_code"))?,
                    TeamName::parse(&team).map_err(wrong("administrator.team"))?,
                ),
            },
        })
    }
}

/// Lets an agency in with its first administrator, and makes the invitation by which they join. For the hub's operators.
#[utoipa::path(
    post, path = "/agencies", tag = "agencies", operation_id = "add_agency", request_body = AgencyBody,
    responses((status = 201, description = "In; `Idempotency-Replayed: true` when it had been before", body = InvitedPerson))
)]
pub async fn add(State(app): State<Arc<App>>, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    let new = body.read::<AgencyBody>()?.read()?;
    Ok(invited(app.let_in(&signed.request, &signed.caller, &key, &new).await?))
}

/// Makes another code for the first administrator of an agency, while none of its administrators has joined.
#[utoipa::path(
    post, path = "/agencies/{id}/invite", tag = "agencies", operation_id = "invite_administrator", request_body = Nothing,
    params(("id" = String, Path, description = "The agency's id")),
    responses((status = 201, description = "Invited; `Idempotency-Replayed: true` when they had been before", body = InvitedPerson))
)]
pub async fn invite(
    State(app): State<Arc<App>>,
    Part(id): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    let agency = AgencyId::parse(&id).unwrap_or(AgencyId::from_bytes([0; 16]));
    Ok(invited(app.invite_administrator(&signed.request, &signed.caller, &key, agency).await?))
}
