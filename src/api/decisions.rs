//! What the receiving team decides on a referral, and what becomes of it.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Change, Members},
    messages::{Made, made},
    path::Part,
    problem::Problem,
};
use crate::{
    app::{App, Closing, Error, ReferralView},
    domain::{
        clock::Step,
        closing::{CloseReason, NewFarewell},
        decision::NewDecision,
        referral::Stage,
        time::Timestamp,
    },
};

/// A decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    /// One of the pathway's outcomes, a code.
    #[schema(example = "no-action")]
    outcome: String,
    /// One of the pathway's grades, a code.
    grade: Option<String>,
    /// Why, for the file: only the receiving team reads it. At most 5,000 characters.
    reason_for_file: String,
    /// What the referrer reads, where the pathway allows your own words. At most 5,000 characters.
    reason_for_referrer: Option<String>,
    /// A line of the outcome for the referrer, by its code; the only way where the pathway allows no words of your own.
    feedback: Option<String>,
    /// Whether this closes the referral; as the outcome says unless told.
    close: Option<bool>,
    /// The revision at which you saw the referral.
    revision: i64,
}

impl Members for DecisionBody {
    const NAMES: &'static str = "outcome, grade (may be left out), reason_for_file, reason_for_referrer (may be left out), feedback (may be left out), \
         close (may be left out), revision";
}

/// Decides on a referral. If it has changed since the revision given: 409.
#[utoipa::path(
    post, path = "/referrals/{reference}/decision", tag = "desk", operation_id = "decide", request_body = DecisionBody,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Decided; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn decide(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let DecisionBody { outcome, grade, reason_for_file, reason_for_referrer, feedback, close, revision } = body.read()?;
    let decision = NewDecision { outcome, grade, reason_for_file, reason_for_referrer, feedback, close };
    Ok(made(app.decide_referral(&signed.request, &signed.caller, &key, (&reference, &decision, revision)).await?))
}

/// Why a referral is closed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosingBody {
    /// `done`, `duplicate`, `wrong-desk`, `withdrawn` or `other`.
    #[schema(example = "done")]
    reason: String,
    /// Why, in words for the file. At most 5,000 characters.
    text: String,
    /// Of a duplicate: the reference of the other referral.
    duplicate_of: Option<String>,
    /// What the referrer reads, where the pathway allows your own words. At most 5,000 characters.
    reason_for_referrer: Option<String>,
    /// A line of the pathway for the referrer, by its code; the only way where it allows no words of your own.
    feedback: Option<String>,
    /// Why the referrer is told nothing, for the file. At most 5,000 characters. Unless the reason is `done`, one of the three
    /// is there: nothing is closed in silence.
    reason_untold: Option<String>,
    /// The revision at which you saw the referral.
    revision: i64,
}

impl Members for ClosingBody {
    const NAMES: &'static str = "reason, text, duplicate_of (of a duplicate), reason_for_referrer (may be left out), feedback (may be left out), \
         reason_untold (may be left out), revision";
}

/// Closes a referral without a decision that closes it, with a reason on record.
#[utoipa::path(
    post, path = "/referrals/{reference}/close", tag = "desk", operation_id = "close", request_body = ClosingBody,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Closed; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn close(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let body: ClosingBody = body.read()?;
    let reason = CloseReason::parse(&body.reason);
    let reason = reason.ok_or(Error::Malformed("reason is done, duplicate, wrong-desk, withdrawn or other"))?;
    let farewell = NewFarewell {
        words: body.reason_for_referrer.unwrap_or_default(),
        line: body.feedback.unwrap_or_default(),
        untold: body.reason_untold.unwrap_or_default(),
    };
    let closing = Closing {
        reason: Some(reason),
        text: body.text,
        duplicate_of: body.duplicate_of.unwrap_or_default(),
        farewell,
        revision: body.revision,
    };
    Ok(made(app.close_referral(&signed.request, &signed.caller, &key, (&reference, &closing)).await?))
}

/// Why a referral is taken up again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReopeningBody {
    /// Why, for the file. At most 5,000 characters.
    text: String,
    /// The revision at which you saw the referral.
    revision: i64,
}

impl Members for ReopeningBody {
    const NAMES: &'static str = "text, revision";
}

/// Takes a closed referral up again.
#[utoipa::path(
    post, path = "/referrals/{reference}/reopen", tag = "desk", operation_id = "reopen", request_body = ReopeningBody,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Open again; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn reopen(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let ReopeningBody { text, revision } = body.read()?;
    Ok(made(app.reopen_referral(&signed.request, &signed.caller, &key, (&reference, &text, revision)).await?))
}

/// Why you do not agree, or want to withdraw what you sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisagreementBody {
    /// Why, for the receiving team. At most 5,000 characters.
    text: String,
}

impl Members for DisagreementBody {
    const NAMES: &'static str = "text";
}

/// Says that you, who sent it, do not agree with what was decided. What was closed is taken up again.
#[utoipa::path(
    post, path = "/referrals/{reference}/disagreement", tag = "referrals", operation_id = "disagree",
    request_body = DisagreementBody,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "On record; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn disagree(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let DisagreementBody { text } = body.read()?;
    Ok(made(app.disagree(&signed.request, &signed.caller, &key, (&reference, &text)).await?))
}

/// Asks the receiving team to withdraw what you sent. It is told, and decides; nothing closes by itself.
#[utoipa::path(
    post, path = "/referrals/{reference}/retraction", tag = "referrals", operation_id = "retract",
    request_body = DisagreementBody,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "On record; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn retract(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let DisagreementBody { text } = body.read()?;
    Ok(made(app.retract(&signed.request, &signed.caller, &key, (&reference, &text)).await?))
}

/// A step that is done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepBody {
    /// `first-contact`, `assessment` or `review`.
    #[schema(example = "first-contact")]
    step: String,
}

impl Members for StepBody {
    const NAMES: &'static str = "step";
}

/// Says that a step of the work is done: its clock stops.
#[utoipa::path(
    post, path = "/referrals/{reference}/step", tag = "desk", operation_id = "mark_step", request_body = StepBody,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Done; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn mark_step(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let StepBody { step } = body.read()?;
    let step = Step::parse(&step).ok_or(Error::Malformed("step is first-contact, assessment or review"))?;
    Ok(made(app.mark_step(&signed.request, &signed.caller, &key, (&reference, step)).await?))
}

/// The latest decision as you may see it. A referrer reads `outcome` and `reason_for_referrer` alone.
#[derive(Serialize, ToSchema)]
pub struct Decided {
    /// The outcome's code; for a referrer on a pathway that allows no words of the team's own, the code
    /// of the first line that says what they read.
    outcome: String,
    /// The grade's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<String>,
    /// Why, for the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_for_file: Option<String>,
    /// What the referrer reads.
    reason_for_referrer: String,
    /// Who decided, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    at: Option<String>,
}

impl Decided {
    /// The latest, as far as the reader may see it.
    pub(super) fn latest(view: &ReferralView) -> Option<Self> {
        let told = view.feedback.iter().rfind(|told| !told.closing);
        let words = told.map(|told| told.text.clone()).unwrap_or_default();
        match (view.decisions.last(), told) {
            (Some(decision), _) => Some(Self {
                outcome: decision.outcome.0.clone(),
                grade: decision.grade.as_ref().map(|(code, _)| code.clone()),
                reason_for_file: Some(decision.reason.clone()),
                reason_for_referrer: words,
                by: Some(decision.by.clone()),
                at: Some(Timestamp::rfc3339(decision.at)),
            }),
            (None, Some(told)) => Some(Self {
                outcome: told.code.clone(),
                grade: None,
                reason_for_file: None,
                reason_for_referrer: words,
                by: None,
                at: None,
            }),
            (None, None) => None,
        }
    }
}

/// What the referrer was told when it was closed without a decision.
#[derive(Serialize, ToSchema)]
pub struct ClosedView {
    /// The words, or the pathway's line; null where they were told nothing more.
    reason_for_referrer: Option<String>,
}

impl ClosedView {
    /// Of a closed referral; none where it is not closed, or a decision closed it.
    pub(super) fn of(view: &ReferralView) -> Option<Self> {
        let Stage::Closed { at, .. } = view.referral.stage else { return None };
        let told = view.feedback.iter().rfind(|told| told.at == at);
        let told = told.map(|told| (told.closing, told.text.clone()));
        match told {
            Some((false, _)) => None,
            told => Some(Self { reason_for_referrer: told.map(|(_, words)| words) }),
        }
    }
}
