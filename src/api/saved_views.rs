//! Views of queues that you keep under names.

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
    messages::{Made, made},
    path::Part,
    problem::Problem,
    signed::Signed,
};
use crate::{
    app::{App, Error, NewSavedView},
    domain::{
        ids::{AgencyId, TeamId},
        queue::{QueueFilter, QueueView},
        referral::ReferralState,
        saved_view::{Kept, SavedView as Found},
        urgency::Urgency,
    },
};

/// A view that you keep. All but id and name are what `GET /queue` is asked with.
#[derive(Serialize, ToSchema)]
pub struct SavedView {
    id: String,
    name: String,
    /// The team's id.
    team: String,
    /// `unassigned`, `mine`, `team`, `away`, `waiting`, `copies` (for information only) or `closed`.
    view: &'static str,
    /// Only this pathway, by its id.
    pathway: Option<String>,
    /// `today`, `soon` or `routine`.
    urgency: Option<&'static str>,
    /// Only what this agency sent, by its id.
    agency: Option<String>,
    /// `received`, `opened`, `decided` or `closed`.
    state: Option<&'static str>,
    /// Only what is overdue.
    overdue: bool,
    /// Only what nobody of the team has opened.
    unread: bool,
    /// Only what its sender asked to withdraw.
    retracted: bool,
}

impl From<Found> for SavedView {
    fn from(Found { id, name, kept: Kept { team, view, filter } }: Found) -> Self {
        Self {
            id: id.to_string(),
            name: name.as_str().to_owned(),
            team: team.to_string(),
            view: view.code(),
            pathway: filter.pathway,
            urgency: filter.urgency.map(Urgency::code),
            agency: filter.agency.map(|agency| agency.to_string()),
            state: filter.state.map(ReferralState::code),
            overdue: filter.overdue,
            unread: filter.unread,
            retracted: filter.retracted,
        }
    }
}

/// A view to keep.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedViewBody {
    /// What you call it, at most 60 characters; it names no person. One that you keep under the same name is replaced.
    name: String,
    /// The id of one of your teams; the first that receives, unless told.
    team: Option<String>,
    /// `unassigned`, `mine`, `team` (all that is open), `away`, `waiting`, `copies` (for information only) or `closed`; `team` unless told.
    view: Option<String>,
    /// Only this pathway, by its id.
    pathway: Option<String>,
    /// `today`, `soon` or `routine`.
    urgency: Option<String>,
    /// Only what this agency sent, by its id.
    agency: Option<String>,
    /// `received`, `opened`, `decided` or `closed`.
    state: Option<String>,
    /// Only what is overdue.
    #[serde(default)]
    #[schema(required = false)]
    overdue: bool,
    /// Only what nobody of the team has opened.
    #[serde(default)]
    #[schema(required = false)]
    unread: bool,
    /// Only what its sender asked to withdraw.
    #[serde(default)]
    #[schema(required = false)]
    retracted: bool,
}

impl Members for SavedViewBody {
    const NAMES: &'static str =
        "name, team, view, pathway, urgency, agency, state, overdue, unread, retracted (all but the first may be left out)";
}

fn code<T>(code: Option<String>, parse: impl Fn(&str) -> Option<T>, fault: &'static str) -> Result<Option<T>, Error> {
    code.map(|code| parse(&code).ok_or(Error::Malformed(fault))).transpose()
}

impl SavedViewBody {
    fn view(self) -> Result<NewSavedView, Error> {
        Ok(NewSavedView {
            name: self.name,
            // An id that is none is answered like that of a team which is not yours.
            team: self.team.map(|id| TeamId::parse(&id).unwrap_or(TeamId::from_bytes([0; 16]))),
            view: code(self.view, QueueView::parse, "view is a code such as team")?,
            filter: QueueFilter {
                pathway: self.pathway,
                urgency: code(self.urgency, Urgency::parse, "urgency is a code such as today")?,
                agency: code(self.agency, |id| AgencyId::parse(id).ok(), "agency is an agency's id")?,
                state: code(self.state, ReferralState::parse, "state is a code such as received")?,
                overdue: self.overdue,
                unread: self.unread,
                retracted: self.retracted,
            },
        })
    }
}

/// What you keep, by name.
#[utoipa::path(
    get, path = "/queue/views", tag = "desk", operation_id = "saved_views",
    responses((status = 200, description = "All of it, at most 20", body = List<SavedView>))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Problem> {
    let items: Vec<_> = app.saved_views(&signed.caller).await?.into_iter().map(SavedView::from).collect();
    Ok(Json(List { items, next: None }).into_response())
}

/// Keeps a view of a queue under a name.
#[utoipa::path(
    post, path = "/queue/views", tag = "desk", operation_id = "save_view", request_body = SavedViewBody,
    responses((status = 201, description = "Kept; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn save(State(app): State<Arc<App>>, Change { signed, key, body }: Change) -> Result<Response, Problem> {
    let view = body.read::<SavedViewBody>()?.view()?;
    Ok(made(app.save_view(&signed.request, &signed.caller, &key, &view).await?))
}

/// Forgets a view that you keep.
#[utoipa::path(
    post, path = "/queue/views/{id}/delete", tag = "desk", operation_id = "forget_view", request_body = Nothing,
    params(("id" = String, Path, description = "The view's id")),
    responses((status = 201, description = "Forgotten; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn forget(
    State(app): State<Arc<App>>,
    Part(id): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.forget_view(&signed.request, &signed.caller, &key, &id).await?))
}
