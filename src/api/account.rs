//! Who is signed in.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{problem::Problem, signed::Signed};
use crate::app::{Caller, Error, NamedPlace};

/// A person, from their main place.
#[derive(Serialize, ToSchema)]
pub struct Person {
    /// What they sign in with.
    username: String,
    /// Their name.
    name: String,
    /// The agency's name.
    agency: String,
    /// The team's name.
    team: String,
    /// The role there.
    role: &'static str,
}

/// A place in a team.
#[derive(Serialize, ToSchema)]
pub struct PlaceView {
    /// The team's id.
    id: String,
    /// The team's name.
    name: String,
    /// The agency's name.
    agency: String,
    /// The role there.
    role: &'static str,
}

/// The signed-in person with their places.
#[derive(Serialize, ToSchema)]
pub struct Me {
    user: Person,
    /// The main one first.
    teams: Vec<PlaceView>,
}

impl Person {
    /// The signed-in person.
    ///
    /// # Errors
    /// [`Error::Refused`] for somebody without a place.
    pub fn of(caller: &Caller) -> Result<Self, Error> {
        let main = caller.main().ok_or(Error::Refused)?;
        Ok(Self {
            username: caller.username().as_str().to_owned(),
            name: caller.name().as_str().to_owned(),
            agency: main.agency.as_str().to_owned(),
            team: main.team.as_str().to_owned(),
            role: main.place.role.code(),
        })
    }
}

impl From<&NamedPlace> for PlaceView {
    fn from(named: &NamedPlace) -> Self {
        Self {
            id: named.place.team.to_string(),
            name: named.team.as_str().to_owned(),
            agency: named.agency.as_str().to_owned(),
            role: named.place.role.code(),
        }
    }
}

/// The signed-in person and their teams.
#[utoipa::path(get, path = "/me", tag = "session", operation_id = "me", responses((status = 200, description = "Who you are", body = Me)))]
pub async fn show(signed: Signed) -> Result<Response, Problem> {
    let teams = signed.caller.places().iter().map(PlaceView::from).collect();
    Ok(Json(Me { user: Person::of(&signed.caller)?, teams }).into_response())
}
