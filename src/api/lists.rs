//! Lists of referrals: what one sent, and a team's queue.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    absences::Away,
    problem::Problem,
    query::{self, Fields, Query},
    signed::Signed,
};
use crate::{
    app::{App, Item, ListQuery, Page},
    domain::{
        ids::TeamId,
        news::News,
        queue::{QueueFilter, QueueView},
        referral::ReferralState,
        time::Timestamp,
        urgency::Urgency,
    },
};

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub struct List<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; null on the last.
    pub next: Option<String>,
}

/// A referral in a list.
#[derive(Serialize, ToSchema)]
pub struct ReferralItem {
    /// The reference to quote.
    reference: String,
    /// `referral`, or `enquiry`: a question in which nobody is named.
    kind: &'static str,
    /// When an enquiry was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    answered_at: Option<String>,
    /// The pathway's id.
    pathway: String,
    /// `checking`, `stopped`, `withdrawn`, `received`, `opened`, `decided` or `closed`.
    state: &'static str,
    /// When the next step is due; null while nothing is, and for what is here for information only.
    #[schema(format = DateTime)]
    due_at: Option<String>,
    /// When it was sent.
    #[schema(format = DateTime)]
    submitted_at: String,
    /// The line that tells it from others, where your key reaches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    headline: Option<String>,
    /// Who works on it, by name; in the receiving team's queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_to: Option<String>,
    /// Where whoever works on it is away; in the receiving team's queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_away: Option<Away>,
    /// Whether nobody in the receiving team has opened it or, of your list, there is news: in a queue from the sender, a changed
    /// answer included; in what you sent from the team. Outside the receiving team's own queue what whoever covers has opened
    /// is read.
    unread: bool,
    /// What is new: `message`, `question`, `answer`, `addition`, `file`, `decision`, `closing` or `retraction`.
    #[serde(skip_serializing_if = "Option::is_none")]
    news: Option<&'static str>,
    /// When its sender asked to withdraw it; that closes nothing by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    retracted_at: Option<String>,
    /// When whoever covers first opened it, while the receiving team has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    covered_at: Option<String>,
    /// Who of those who cover says that they act, by name; in the queues of the receiving team and of those who cover.
    #[serde(skip_serializing_if = "Option::is_none")]
    acting: Option<String>,
    /// Whether it stands here for information only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    copied: bool,
    /// Whose deputy you are, by name; of what somebody else wrote, in the list of what you sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    deputy_for: Option<String>,
    /// Who sent it, by name, where somebody else did; in the list of what you sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_by: Option<String>,
    /// When it goes on by itself, while it is `checking`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    check_until: Option<String>,
}

impl From<Item> for ReferralItem {
    fn from(item: Item) -> Self {
        let unread = item.is_new();
        Self {
            reference: item.reference.to_string(),
            kind: item.kind.code(),
            answered_at: item.answered_at.map(Timestamp::rfc3339),
            pathway: item.pathway,
            state: item.state.code(),
            due_at: item.due_at.map(Timestamp::rfc3339),
            submitted_at: item.submitted_at.rfc3339(),
            headline: item.headline,
            assigned_to: item.assigned_to,
            assigned_away: item.assigned_away.map(Away::from),
            unread,
            news: item.news.map(News::code),
            retracted_at: item.retracted_at.map(Timestamp::rfc3339),
            covered_at: item.covered_at.map(Timestamp::rfc3339),
            acting: item.acting,
            copied: item.copied,
            deputy_for: item.hands.author,
            sent_by: item.hands.sender,
            check_until: item.check_until.map(Timestamp::rfc3339),
        }
    }
}

/// Which part of what was sent.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SentFields {
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 100; 25 unless told.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

/// Which part of which queue.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QueueFields {
    /// The id of one of your teams; the first that receives, unless told.
    team: Option<String>,
    /// `received`, `opened`, `decided` or `closed`; all unless told.
    state: Option<String>,
    /// `unassigned`, `mine`, `team` (all that is open), `away` (whoever works on it is), `waiting`, `copies` (for information only) or `closed`; all that the team has unless told.
    view: Option<String>,
    /// Only this pathway, by its id.
    pathway: Option<String>,
    /// `today`, `soon` or `routine`.
    urgency: Option<String>,
    /// `true` for what is overdue.
    overdue: Option<String>,
    /// `true` for what nobody of the team has opened, or not since the sender last wrote.
    unread: Option<String>,
    /// `true` for what its sender asked to withdraw.
    retracted: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 100; 25 unless told.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

impl SentFields {
    /// The cursor and the limit, as they came.
    pub(super) fn parts(self) -> (Option<String>, Option<String>) {
        (self.cursor, self.limit)
    }
}

impl Fields for SentFields {
    const NAMES: &'static str = "cursor, limit";
}

impl Fields for QueueFields {
    const NAMES: &'static str = "team, state, view, pathway, urgency, overdue, unread, retracted, cursor, limit";
}

fn page(page: Page) -> Response {
    let items: Vec<_> = page.items.into_iter().map(ReferralItem::from).collect();
    Json(List { items, next: page.next }).into_response()
}

/// What you sent, for yourself or as somebody's deputy, and what you are the deputy for; newest first.
#[utoipa::path(
    get, path = "/referrals", tag = "referrals", operation_id = "sent", params(SentFields),
    responses((status = 200, description = "A page", body = List<ReferralItem>))
)]
pub async fn sent(State(app): State<Arc<App>>, signed: Signed, Query(fields): Query<SentFields>) -> Result<Response, Problem> {
    let asked = ListQuery { cursor: query::given(fields.cursor), limit: query::limit(fields.limit)?, ..ListQuery::default() };
    Ok(page(app.sent(&signed.request, &signed.caller, &asked).await?))
}

fn flag(text: &str) -> Option<bool> {
    text.parse().ok()
}

/// A team's queue, soonest due first; what is closed the latest first.
#[utoipa::path(
    get, path = "/queue", tag = "referrals", operation_id = "queue", params(QueueFields),
    responses((status = 200, description = "A page", body = List<ReferralItem>))
)]
pub async fn queue(State(app): State<Arc<App>>, signed: Signed, Query(fields): Query<QueueFields>) -> Result<Response, Problem> {
    // An id that cannot be one is asked for like one that is nobody's: the answer must not tell them apart.
    let team = query::given(fields.team).map(|text| TeamId::parse(&text).unwrap_or(TeamId::from_bytes([0; 16])));
    let asked = ListQuery {
        cursor: query::given(fields.cursor),
        limit: query::limit(fields.limit)?,
        view: query::code("view", fields.view, QueueView::parse)?,
        filter: QueueFilter {
            pathway: query::given(fields.pathway),
            urgency: query::code("urgency", fields.urgency, Urgency::parse)?,
            agency: None,
            state: query::code("state", fields.state, ReferralState::parse)?,
            overdue: query::code("overdue", fields.overdue, flag)?.unwrap_or_default(),
            unread: query::code("unread", fields.unread, flag)?.unwrap_or_default(),
            retracted: query::code("retracted", fields.retracted, flag)?.unwrap_or_default(),
        },
        team,
    };
    Ok(page(app.queue(&signed.request, &signed.caller, &asked).await?))
}
