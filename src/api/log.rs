//! The log: its events for data protection officers, its checkpoints and key for everybody.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::header;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    path::Part,
    problem::Problem,
    query::{self, Fields, Query},
    signed::Signed,
};
use crate::{
    app::{App, LogFormat, LogItem, LogOutcome, LogQuery, Outgoing, log_cursor},
    domain::{
        action::Action,
        ids::{AgencyId, TeamId},
        legal::LogUse,
    },
};

/// One event.
#[derive(Serialize, ToSchema)]
pub struct Event {
    /// Its place in the log.
    index: i64,
    /// When the request began.
    #[schema(format = DateTime)]
    at: String,
    /// The act.
    action: String,
    /// The user name of who acted, or a job's name; null when nobody was signed in.
    actor: Option<String>,
    /// The agency's name.
    agency: Option<String>,
    /// The role at that moment.
    role: Option<String>,
    /// How who acted stood to it.
    relation: String,
    /// The lawful basis.
    basis: Option<String>,
    /// The purpose.
    purpose: Option<String>,
    /// `allow` or `refuse`.
    outcome: String,
    /// The referral's reference.
    reference: Option<String>,
    /// The name of the team acted from.
    team: Option<String>,
    /// Why it was refused, a code.
    reason: Option<String>,
    /// The use that was made of the log, where it was read.
    #[serde(rename = "use")]
    log_use: Option<String>,
}

impl From<LogItem> for Event {
    fn from(item: LogItem) -> Self {
        Self {
            index: item.index,
            at: item.at.rfc3339(),
            action: item.action,
            actor: item.actor,
            agency: item.agency,
            role: item.role,
            relation: item.relation,
            basis: item.basis,
            purpose: item.purpose,
            outcome: item.outcome,
            reference: item.reference,
            team: item.team,
            reason: item.reason,
            log_use: item.log_use,
        }
    }
}

/// A page of the log.
#[derive(Serialize, ToSchema)]
pub struct Events {
    /// Newest first.
    items: Vec<Event>,
    /// The cursor of the next page; null on the last.
    next: Option<String>,
    /// Events that have no place yet.
    pending: i64,
}

/// One event with what proves it.
#[derive(Serialize, ToSchema)]
pub struct EventWithLeaf {
    #[serde(flatten)]
    event: Event,
    /// Base64 of the bytes hashed into the leaf.
    leaf_data: String,
}

/// Which part of the log.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogFields {
    /// Only events of this referral.
    reference: Option<String>,
    /// Only acts of this person, by user name or account id.
    actor: Option<String>,
    /// Only acts from this team, by its id.
    team: Option<String>,
    /// Only acts of this agency's people, by its id.
    agency: Option<String>,
    /// Only this act, by its code.
    action: Option<String>,
    /// `allow` for what was done, `refuse` for what was refused.
    outcome: Option<String>,
    /// Not before this moment, RFC 3339, or this day in the United Kingdom.
    from: Option<String>,
    /// Before this moment, RFC 3339, or until the end of this day in the United Kingdom.
    to: Option<String>,
    /// Why you read: `lawfulness` (unless told), `self-monitoring`, `integrity` or `criminal-proceedings`.
    #[serde(rename = "use")]
    #[param(rename = "use")]
    log_use: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 100; 50 unless told.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

/// Which part of the log goes into a file, and how it is written.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportFields {
    /// `csv` (unless told) or `json`.
    format: Option<String>,
    /// Only events of this referral.
    reference: Option<String>,
    /// Only acts of this person, by user name or account id.
    actor: Option<String>,
    /// Only acts from this team, by its id.
    team: Option<String>,
    /// Only acts of this agency's people, by its id.
    agency: Option<String>,
    /// Only this act, by its code.
    action: Option<String>,
    /// `allow` for what was done, `refuse` for what was refused.
    outcome: Option<String>,
    /// Not before this moment, RFC 3339.
    from: Option<String>,
    /// Before this moment, RFC 3339.
    to: Option<String>,
    /// As for the list.
    #[serde(rename = "use")]
    #[param(rename = "use")]
    log_use: Option<String>,
}

/// Why one event is read.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UseField {
    /// As for the list.
    #[serde(rename = "use")]
    #[param(rename = "use")]
    log_use: Option<String>,
}

impl Fields for LogFields {
    const NAMES: &'static str = "reference, actor, team, agency, action, outcome, from, to, use, cursor, limit";
}

impl Fields for ExportFields {
    const NAMES: &'static str = "format, reference, actor, team, agency, action, outcome, from, to, use";
}

impl Fields for UseField {
    const NAMES: &'static str = "use";
}

impl From<ExportFields> for LogFields {
    fn from(fields: ExportFields) -> Self {
        let ExportFields { format: _, reference, actor, team, agency, action, outcome, from, to, log_use } = fields;
        Self { reference, actor, team, agency, action, outcome, from, to, log_use, cursor: None, limit: None }
    }
}

impl LogFields {
    fn query(self) -> Result<LogQuery, Problem> {
        Ok(LogQuery {
            reference: query::given(self.reference),
            actor: query::given(self.actor),
            team: query::code("team", self.team, |text| TeamId::parse(text).ok())?,
            agency: query::code("agency", self.agency, |text| AgencyId::parse(text).ok())?,
            action: query::one_of("action", self.action, Action::ALL, Action::code)?,
            outcome: query::one_of("outcome", self.outcome, LogOutcome::ALL, LogOutcome::code)?,
            from: query::moment("from", self.from, 0)?,
            to: query::moment("to", self.to, 1)?,
            log_use: query::one_of("use", self.log_use, LogUse::ALL, LogUse::code)?,
            cursor: query::code("cursor", self.cursor, log_cursor)?,
            limit: query::limit(self.limit)?,
        })
    }
}

/// A place in the log; what is no number is looked up as a place that is never filled.
fn place(text: &str) -> i64 {
    log_cursor(text).unwrap_or(-1)
}

fn plain(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// The events your agency may see, newest first. Reading is itself an event.
#[utoipa::path(
    get, path = "/log", tag = "log", operation_id = "log", params(LogFields),
    responses((status = 200, description = "A page", body = Events))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed, Query(fields): Query<LogFields>) -> Result<Response, Problem> {
    let page = app.read_log(&signed.request, &signed.caller, &fields.query()?).await?;
    let items = page.items.into_iter().map(Event::from).collect();
    Ok(Json(Events { items, next: page.next.map(|place| place.to_string()), pending: page.pending }).into_response())
}

/// The part of the log that fits, as a file: what it holds is on record before it begins. At most 100,000 events.
#[utoipa::path(
    get, path = "/log/export", tag = "log", operation_id = "export", params(ExportFields),
    responses((status = 200, description = "CSV (RFC 4180; a cell that a spreadsheet could run begins with an apostrophe), or one \
        JSON object with `rows`, `use`, `filters`, `from`, `to` and `items`", content_type = "text/csv", body = String))
)]
pub async fn export(
    State(app): State<Arc<App>>,
    signed: Signed,
    Query(mut fields): Query<ExportFields>,
) -> Result<Response, Problem> {
    let format = query::one_of("format", fields.format.take(), LogFormat::ALL, LogFormat::code)?.unwrap_or(LogFormat::Csv);
    let asked = LogFields::from(fields).query()?;
    let export = app.export_log(&signed.request, &signed.caller, &asked, format).await?;
    let headers = [
        (header::CONTENT_TYPE, format.content_type().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", export.name)),
    ];
    Ok((headers, Body::new(Outgoing::from(export))).into_response())
}

/// The newest checkpoint, as a signed note.
#[utoipa::path(
    get, path = "/log/checkpoint", tag = "log", operation_id = "checkpoint", security(()),
    responses((status = 200, description = "A signed note", body = String, content_type = "text/plain; charset=utf-8"))
)]
pub async fn checkpoint(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    Ok(plain(app.checkpoint().await?))
}

/// The line by which anybody can verify checkpoints.
#[utoipa::path(
    get, path = "/log/key", tag = "log", operation_id = "logKey", security(()),
    responses((status = 200, description = "A verifier key", body = String, content_type = "text/plain; charset=utf-8"))
)]
pub async fn key(State(app): State<Arc<App>>) -> Response {
    plain(app.verifier_key() + "\n")
}

/// One event, with the bytes hashed into its leaf.
#[utoipa::path(
    get, path = "/log/{index}", tag = "log", operation_id = "logEvent",
    params(("index" = u64, Path, description = "Its place in the log"), UseField),
    responses((status = 200, description = "The event", body = EventWithLeaf))
)]
pub async fn event(
    State(app): State<Arc<App>>,
    signed: Signed,
    Part(index): Part,
    Query(fields): Query<UseField>,
) -> Result<Response, Problem> {
    let log_use = query::one_of("use", fields.log_use, LogUse::ALL, LogUse::code)?.unwrap_or(LogUse::Lawfulness);
    let found = app.read_log_event(&signed.request, &signed.caller, place(&index), log_use).await?;
    Ok(Json(EventWithLeaf { event: found.item.into(), leaf_data: STANDARD.encode(found.leaf_data) }).into_response())
}

/// The proof that an event stands in the log, under a checkpoint that covers it.
#[utoipa::path(
    get, path = "/log/{index}/receipt", tag = "log", operation_id = "receipt",
    params(("index" = u64, Path, description = "Its place in the log")),
    responses((status = 200, description = "A tlog-proof", body = String, content_type = "text/plain; charset=utf-8"))
)]
pub async fn receipt(State(app): State<Arc<App>>, signed: Signed, Part(index): Part) -> Result<Response, Problem> {
    Ok(plain(app.receipt(&signed.request, &signed.caller, place(&index)).await?))
}
