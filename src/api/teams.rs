//! The teams that can receive.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{lists::List, problem::Problem, signed::Signed};
use crate::app::{App, TeamView};

/// A team.
#[derive(Serialize, ToSchema)]
pub struct Team {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// Its agency's name.
    agency: String,
    /// Its agency's code.
    agency_code: String,
    /// The ids of the pathways that a referral may be passed on to it as.
    pathways: Vec<String>,
}

/// The teams that can receive a share or redirect.
#[utoipa::path(
    get, path = "/teams", tag = "teams", operation_id = "teams",
    responses((status = 200, description = "Every team that has a key, but desks that take nothing from elsewhere", body = List<Team>))
)]
pub async fn list(State(app): State<Arc<App>>, _: Signed) -> Result<Response, Problem> {
    let mut items = Vec::new();
    for (TeamView { id, name, agency, agency_code }, pathways) in app.receivers().await? {
        items.push(Team { id: id.to_string(), name, agency, agency_code, pathways });
    }
    Ok(Json(List { items, next: None }).into_response())
}
