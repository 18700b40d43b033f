//! What somebody is told of.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::Change,
    checks::Nothing,
    lists::List,
    messages::{Made, made},
    path::Part,
    problem::Problem,
    query::{self, Fields, Query},
    signed::Signed,
};
use crate::{
    app::{App, NoticeQuery, NoticeView},
    domain::time::Timestamp,
};

/// Somebody to ask.
#[derive(Serialize, ToSchema)]
pub struct WhomToAsk {
    name: String,
    /// What they do there.
    role: String,
    /// Their team, with its agency.
    team: String,
    /// Their work number; null where they gave none.
    phone: Option<String>,
}

/// Something that somebody is told of.
#[derive(Serialize, ToSchema)]
pub struct NoticeItem {
    id: String,
    /// What happened: `received`, `question`, `decided` and so on.
    code: &'static str,
    /// The same in words.
    text: &'static str,
    /// The reference of the referral, question or draft it is about; null for what is about none.
    reference: Option<String>,
    /// The name of the member it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    /// Of what was taken back (`recalled`), whom to ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    ask: Option<WhomToAsk>,
    /// Whether it is for today.
    urgent: bool,
    #[schema(format = DateTime)]
    at: String,
    /// When somebody it is to had looked; null until then.
    #[schema(format = DateTime)]
    read_at: Option<String>,
}

impl From<NoticeView> for NoticeItem {
    fn from(view: NoticeView) -> Self {
        Self {
            id: view.id.to_string(),
            code: view.code.code(),
            text: view.code.sentence(),
            reference: view.reference.map(|reference| reference.to_string()),
            about: view.about,
            ask: view.ask.map(|(by, team)| WhomToAsk { name: by.name, role: by.role, team, phone: by.phone }),
            urgent: view.urgent,
            at: view.at.rfc3339(),
            read_at: view.read_at.map(Timestamp::rfc3339),
        }
    }
}

/// Which part of the notices.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoticeFields {
    /// `true` for what nobody has read.
    unread: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 100; 25 unless told.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

impl Fields for NoticeFields {
    const NAMES: &'static str = "unread, cursor, limit";
}

/// What you and your teams are told of, newest first. What is about something you no longer see is not there.
#[utoipa::path(
    get, path = "/notices", tag = "notices", operation_id = "notices", params(NoticeFields),
    responses((status = 200, description = "A page", body = List<NoticeItem>))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed, Query(fields): Query<NoticeFields>) -> Result<Response, Problem> {
    let asked = NoticeQuery {
        unread: query::code("unread", fields.unread, |text| text.parse().ok())?.unwrap_or_default(),
        cursor: query::given(fields.cursor),
        limit: query::limit(fields.limit)?,
    };
    let page = app.notices(&signed.request, &signed.caller, &asked).await?;
    let items: Vec<_> = page.items.into_iter().map(NoticeItem::from).collect();
    Ok(Json(List { items, next: page.next }).into_response())
}

/// Marks a notice as read. One that is not yours and one that does not exist give the same 404.
#[utoipa::path(
    post, path = "/notices/{id}/read", tag = "notices", operation_id = "read_notice", request_body = Nothing,
    params(("id" = String, Path, description = "The notice's id")),
    responses((status = 201, description = "Read; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn read(
    State(app): State<Arc<App>>,
    Part(id): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.mark_notice(&signed.request, &signed.caller, &key, &id).await?))
}
