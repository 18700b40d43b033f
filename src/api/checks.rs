//! The check before sharing: what waits for whoever checks, and what becomes of it.

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
    lists::{List, ReferralItem},
    messages::{Made, made},
    path::Part,
    problem::Problem,
    signed::Signed,
};
use crate::{
    app::{App, Error, RestrictedMember, Stop, Verdict},
    domain::{code::Code, enquiry::FormKind},
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
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
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
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
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
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
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
    /// The other teams that they sit in, by name: those that receive on this pathway first.
    also: Vec<String>,
}

impl From<RestrictedMember> for Member {
    fn from(RestrictedMember { user, name, team, agency, also }: RestrictedMember) -> Self {
        Self { id: user.to_string(), name, team, agency, also }
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
