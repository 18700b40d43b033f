//! The check before sharing: what waits for whoever checks, and what becomes of it.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{self, Bytes, Members},
    lists::{List, ReferralItem},
    messages::{Made, made},
    path::Part,
    problem::Problem,
    signed::Signed,
};
use crate::{
    app::{App, Error, Founder, RestrictedMember, SafeguardingLead, Stop, Verdict},
    domain::{code::Code, enquiry::FormKind, ids::UserId, time::Timestamp},
};

/// What you decide.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// `pass`: it goes to the receiving team; `stop`: it goes back to the sender, who may still send it.
    #[schema(example = "pass")]
    decision: String,
    /// To stop it: one of the pathway's reasons, a code.
    reason: Option<String>,
    /// To stop it: words to the sender, at most 2,000 characters.
    text: Option<String>,
}

impl Members for Decision {
    const NAMES: &'static str = "decision, reason (to stop), text (may be left out)";
}

impl Decision {
    fn verdict(self) -> Result<Verdict, Error> {
        match (self.decision.as_str(), self.reason, self.text) {
            ("pass", None, None) => Ok(Verdict::Pass),
            ("pass", ..) => Err(Error::Malformed("a pass has no reason and no text")),
            ("stop", Some(reason), text) => {
                let reason = Code::parse(&reason).map_err(|_| Error::Malformed("reason is one of the pathway's codes"))?;
                Ok(Verdict::Stop(Stop { reason, text: text.unwrap_or_default() }))
            }
            ("stop", None, _) => Err(Error::Malformed("a stop needs a reason, one of the pathway's codes")),
            _ => Err(Error::Malformed("decision is pass or stop")),
        }
    }
}

/// What waits for your check, the one that goes on by itself soonest first.
#[utoipa::path(
    get, path = "/checks", tag = "checks", operation_id = "checks",
    responses((status = 200, description = "All of them", body = List<ReferralItem>))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Problem> {
    let page = app.checks(&signed.request, &signed.caller).await?;
    let items: Vec<_> = page.items.into_iter().map(ReferralItem::from).collect();
    Ok(Json(List { items, next: page.next }).into_response())
}

/// Passes a referral on to the receiving team, or stops it with a reason.
#[utoipa::path(
    post, path = "/referrals/{reference}/check", tag = "checks", operation_id = "check", request_body = Decision,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Decided; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn decide(
    State(app): State<Arc<App>>,
    signed: Signed,
    Part(reference): Part,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let key = body::idempotency_key(&headers)?;
    let verdict = body.read::<Decision>()?.verdict()?;
    Ok(made(app.check(&signed.request, &signed.caller, &key, (&reference, &verdict)).await?))
}

/// An empty object.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl Members for Nothing {
    const NAMES: &'static str = "none";
}

/// Sends all the same what was stopped at the check.
#[utoipa::path(
    post, path = "/referrals/{reference}/send-anyway", tag = "checks", operation_id = "send_anyway", request_body = Nothing,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Sent; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn send_anyway(
    State(app): State<Arc<App>>,
    signed: Signed,
    Part(reference): Part,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let key = body::idempotency_key(&headers)?;
    body.read::<Nothing>()?;
    Ok(made(app.send_stopped(&signed.request, &signed.caller, &key, &reference).await?))
}

/// Leaves unsent what was stopped at the check: the receiving team's key to it is erased.
#[utoipa::path(
    post, path = "/referrals/{reference}/withdraw", tag = "checks", operation_id = "withdraw", request_body = Nothing,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Withdrawn; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn withdraw(
    State(app): State<Arc<App>>,
    signed: Signed,
    Part(reference): Part,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let key = body::idempotency_key(&headers)?;
    body.read::<Nothing>()?;
    Ok(made(app.withdraw_stopped(&signed.request, &signed.caller, &key, &reference).await?))
}

/// Somebody of a restricted team.
#[derive(Serialize, ToSchema)]
pub struct Member {
    /// The account's id, for `strike_out`.
    id: String,
    name: String,
    team: String,
    agency: String,
}

impl From<RestrictedMember> for Member {
    fn from(RestrictedMember { user, name, team, agency }: RestrictedMember) -> Self {
        Self { id: user.to_string(), name, team, agency }
    }
}

/// The people who may receive a referral in which somebody involved is known to a partner: those you may strike out.
#[utoipa::path(
    get, path = "/pathways/{id}/restricted", tag = "pathways", operation_id = "restricted_members",
    params(("id" = String, Path, description = "Pathway id")),
    responses((status = 200, description = "By name", body = List<Member>))
)]
pub async fn restricted(State(app): State<Arc<App>>, signed: Signed, Part(id): Part) -> Result<Response, Problem> {
    let members = app.restricted_members(&signed.request, &signed.caller, (&id, FormKind::Referral)).await?;
    Ok(Json(List { items: members.into_iter().map(Member::from).collect::<Vec<_>>(), next: None }).into_response())
}

/// Who checks for your agency, in place of those it had.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Leads {
    leads: Vec<Lead>,
}

/// Somebody who checks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lead {
    /// The account's id.
    id: String,
    /// Away until then; there, if left out.
    #[schema(format = DateTime)]
    away_until: Option<String>,
}

impl Members for Leads {
    const NAMES: &'static str = "leads";
}

impl Lead {
    fn read(self) -> Result<SafeguardingLead, Error> {
        let user = UserId::parse(&self.id).map_err(|_| Error::Malformed("each lead has the id of an account"))?;
        let moment = |text: String| Timestamp::parse(&text).map_err(|_| Error::Malformed("away_until is a time of RFC 3339"));
        Ok(SafeguardingLead { user, away_until: self.away_until.map(moment).transpose()? })
    }
}

/// Sets who checks for your agency what must be checked before it is shared. Repeated, it sets the same again.
#[utoipa::path(
    post, path = "/safeguarding-leads", tag = "checks", operation_id = "set_safeguarding_leads", request_body = Leads,
    responses((status = 204, description = "Set"))
)]
pub async fn set_leads(
    State(app): State<Arc<App>>,
    signed: Signed,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    body::idempotency_key(&headers)?;
    let leads = body.read::<Leads>()?.leads.into_iter().map(Lead::read).collect::<Result<Vec<_>, _>>()?;
    let founder = Founder::Caller(&signed.caller);
    app.set_safeguarding_leads(&signed.request, &founder, signed.caller.agency(), &leads).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
