//! Where you are signed in.

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
    lists::List,
    messages::{Made, made},
    path::Part,
    problem::Problem,
    signed::Signed,
};
use crate::{
    app::{App, SessionView},
    domain::ids::SessionId,
};

/// A session of yours.
#[derive(Serialize, ToSchema)]
pub struct SessionItem {
    id: String,
    #[schema(format = DateTime)]
    begun_at: String,
    /// When it was last used, to the minute.
    #[schema(format = DateTime)]
    used_at: String,
    #[schema(format = DateTime)]
    expires_at: String,
    /// Whether it is the one that asks.
    this: bool,
}

impl From<SessionView> for SessionItem {
    fn from(view: SessionView) -> Self {
        Self {
            id: view.id.to_string(),
            begun_at: view.begun_at.rfc3339(),
            used_at: view.used_at.rfc3339(),
            expires_at: view.ends_at.rfc3339(),
            this: view.is_this,
        }
    }
}

/// Where you are signed in, the newest first.
#[utoipa::path(
    get, path = "/sessions", tag = "session", operation_id = "sessions",
    responses((status = 200, description = "All of them", body = List<SessionItem>))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Problem> {
    let sessions = app.own_sessions(&signed.request, &signed.caller).await?;
    let items: Vec<_> = sessions.into_iter().map(SessionItem::from).collect();
    Ok(Json(List { items, next: None }).into_response())
}

/// Ends one of your sessions. One that is not yours and one that does not exist give the same 404.
#[utoipa::path(
    post, path = "/sessions/{id}/end", tag = "session", operation_id = "end_session", request_body = Nothing,
    params(("id" = String, Path, description = "The session's id")),
    responses((status = 201, description = "Ended; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn end(State(app): State<Arc<App>>, Part(id): Part, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    let session = SessionId::parse(&id).unwrap_or(SessionId::from_bytes([0; 16]));
    Ok(made(app.end_own_session(&signed.request, &signed.caller, &key, session).await?))
}
