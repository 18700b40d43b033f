//! Files on a referral: in and out as they stream.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{FromRequest as _, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{self, Bytes, Change, Members},
    messages::{Made, made},
    path::{Pair, Part},
    problem::Problem,
    signed::Signed,
};
use crate::{
    app::{App, Download, Incoming, Onto, Outgoing, QuarantineView},
    domain::{
        file::FileForm,
        multipart::boundary,
        quarantine::{LiftReason, StopReason},
    },
};

/// A file to add.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form for the document; it is read as it streams")]
pub struct NewAttachment {
    /// PDF, Word, OpenDocument text, JPEG, PNG or plain text, by its content; at most 25 MB.
    #[schema(format = Binary)]
    file: String,
    /// What it shows; at most 300 characters, may be left out.
    description: Option<String>,
    /// `shared`: referrer and receiving team; `casework`: the receiving team only.
    #[schema(example = "shared")]
    audience: String,
}

/// Always a download, never a page.
fn given(download: Download) -> Response {
    let headers = [
        (header::CONTENT_TYPE, download.kind.content_type().to_owned()),
        (header::CONTENT_LENGTH, download.size.to_string()),
        (header::CONTENT_DISPOSITION, download.name.disposition()),
    ];
    (headers, Body::new(Outgoing::from(download))).into_response()
}

/// Adds a file to a referral. Repeated with the same key, fields and file it gives the first answer again.
#[utoipa::path(
    post, path = "/referrals/{reference}/attachments", tag = "referrals", operation_id = "attach",
    request_body(content = NewAttachment, content_type = "multipart/form-data"),
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Added; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn add(
    State(app): State<Arc<App>>,
    signed: Signed,
    Part(reference): Part,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let key = body::idempotency_key(&headers)?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let form = (boundary(content_type), Incoming(request.into_body()));
    let arrived = app.receive(&signed.request, &signed.caller, Onto::Referral(&reference), form).await?;
    arrived.only(&["audience", "description"])?;
    Ok(made(app.attach(&signed.request, &signed.caller, &key, (&reference, arrived)).await?))
}

/// A file as a download; pictures come without the place and device they were taken with.
#[utoipa::path(
    get, path = "/referrals/{reference}/attachments/{id}", tag = "referrals", operation_id = "attachment",
    params(
        ("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2"),
        ("id" = String, Path, description = "The file's id, as the referral lists it")
    ),
    responses((status = 200, description = "The file; 409 when it is in quarantine", content_type = "application/octet-stream"))
)]
pub async fn file(State(app): State<Arc<App>>, signed: Signed, Pair(reference, id): Pair) -> Result<Response, Problem> {
    Ok(given(app.download(&signed.request, &signed.caller, (&reference, &id), FileForm::File).await?))
}

/// A picture as it came, with all it tells; an act of its own in the log. 404 where the file is the same either way.
#[utoipa::path(
    get, path = "/referrals/{reference}/attachments/{id}/original", tag = "referrals", operation_id = "original",
    params(
        ("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2"),
        ("id" = String, Path, description = "The file's id, as the referral lists it")
    ),
    responses((status = 200, description = "The picture as it came", content_type = "application/octet-stream"))
)]
pub async fn original(State(app): State<Arc<App>>, signed: Signed, Pair(reference, id): Pair) -> Result<Response, Problem> {
    Ok(given(app.download(&signed.request, &signed.caller, (&reference, &id), FileForm::Original).await?))
}

/// That a file was put into quarantine: with it every copy that was shared.
#[derive(Serialize, ToSchema)]
pub struct Quarantine {
    /// By whom, name and team; null where you may not know.
    by: Option<String>,
    #[schema(format = DateTime)]
    at: String,
    /// `child-image`, `harmful`, `tells-too-much` or `misplaced`; null where no reason was given.
    reason: Option<&'static str>,
    /// That it was let out again since; left out where it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<QuarantineEnd>,
}

/// That a file was let out of quarantine.
#[derive(Serialize, ToSchema)]
pub struct QuarantineEnd {
    /// By whom.
    by: String,
    #[schema(format = DateTime)]
    at: String,
    /// `slip`, `found-safe` or `police-agreed`.
    reason: &'static str,
}

impl From<QuarantineView> for Quarantine {
    fn from(QuarantineView { by, at, reason, lifted }: QuarantineView) -> Self {
        let ended = lifted.map(|(by, at, reason)| QuarantineEnd { by, at: at.rfc3339(), reason: reason.code() });
        Self { by, at: at.rfc3339(), reason: reason.map(StopReason::code), ended }
    }
}

/// Why a file is stopped.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StopBody {
    /// `child-image`, `harmful`, `tells-too-much` or `misplaced`. Told to everybody who can read the file.
    reason: String,
}

impl Members for StopBody {
    const NAMES: &'static str = "reason";
}

/// Puts a file into quarantine: from then on nobody downloads it, nor any copy that was shared, and whoever could is told. Safe
/// to repeat. The body may be left out: what must be stopped is stopped without a reason, too.
#[utoipa::path(
    post, path = "/referrals/{reference}/attachments/{id}/quarantine", tag = "referrals", operation_id = "quarantine",
    request_body(content = Option<StopBody>),
    params(
        ("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2"),
        ("id" = String, Path, description = "The file's id, as the referral lists it")
    ),
    responses((status = 201, description = "It is in quarantine", body = Made))
)]
pub async fn quarantine(
    State(app): State<Arc<App>>,
    signed: Signed,
    Pair(reference, id): Pair,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let key = body::idempotency_key(&headers)?;
    let reason = if headers.contains_key(header::CONTENT_TYPE) {
        let StopBody { reason } = Bytes::from_request(request, &app).await?.read()?;
        let known = StopReason::parse(&reason);
        Some(known.ok_or_else(|| Problem::malformed("reason is child-image, harmful, tells-too-much or misplaced"))?)
    } else if axum::body::to_bytes(request.into_body(), 0).await.is_ok() {
        None
    } else {
        // A reason that came without saying what it is must not be lost: who may let the file out rests on it.
        return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    };
    Ok(made(app.quarantine(&signed.request, &signed.caller, &key, (&reference, &id, reason)).await?))
}

/// Why a file is let out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftBody {
    /// `slip`, `found-safe` or `police-agreed`; the last alone is enough for what was stopped as `child-image`.
    reason: String,
}

impl Members for LiftBody {
    const NAMES: &'static str = "reason";
}

/// Lets a file and every copy of it out of quarantine: for a lead of the team that received the referral.
#[utoipa::path(
    post, path = "/referrals/{reference}/attachments/{id}/quarantine/end", tag = "referrals", operation_id = "end_quarantine",
    request_body = LiftBody,
    params(
        ("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2"),
        ("id" = String, Path, description = "The file's id, as the referral lists it")
    ),
    responses((status = 201, description = "It can be downloaded again; 409 where it was not in quarantine", body = Made))
)]
pub async fn end_quarantine(
    State(app): State<Arc<App>>,
    Pair(reference, id): Pair,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let LiftBody { reason } = body.read()?;
    let reason = LiftReason::parse(&reason);
    let reason = reason.ok_or_else(|| Problem::malformed("reason is slip, found-safe or police-agreed"))?;
    Ok(made(app.lift_quarantine(&signed.request, &signed.caller, &key, (&reference, &id, reason)).await?))
}
