//! Marking answers as never to reach an agency, after they were sent, and taking a mark away.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Change, Members},
    messages::{Made, made},
    path::Part,
    problem::Problem,
    referrals::WithholdBody,
};
use crate::app::{App, MarkView, WithheldView};

/// Answers of a referral that are kept from somebody, and that you may read.
#[derive(Serialize, ToSchema)]
pub struct Withheld {
    /// Question ids.
    answers: Vec<String>,
    /// The agencies that never get them, by name.
    from: Vec<String>,
}

impl From<WithheldView> for Withheld {
    fn from(WithheldView { questions, from, .. }: WithheldView) -> Self {
        Self { answers: questions.iter().map(ToString::to_string).collect(), from }
    }
}

/// A mark on an answer: since it was made, people of an agency are refused what is said to the question.
#[derive(Serialize, ToSchema)]
pub struct MarkItem {
    /// The question's id.
    answer: String,
    /// The agency's code.
    from: String,
    /// Whether you may take the mark away.
    may_end: bool,
}

impl From<MarkView> for MarkItem {
    fn from(MarkView { question, agency: (code, _), may_end }: MarkView) -> Self {
        Self { answer: question.to_string(), from: code, may_end }
    }
}

/// Answers to withhold from agencies from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkBody {
    /// Which answers, and from which agencies; at least one of each. Neither side that works on the referral can be named.
    withhold: WithholdBody,
    /// The revision at which you saw the referral.
    revision: i64,
}

impl Members for MarkBody {
    const NAMES: &'static str = "withhold, revision";
}

/// Marks answers as never to reach agencies. Their people are refused them from now on; what they opened before stays known.
#[utoipa::path(
    post, path = "/referrals/{reference}/withheld", tag = "sharing", operation_id = "withhold", request_body = MarkBody,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Withheld; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn withhold(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let MarkBody { withhold, revision } = body.read()?;
    let withhold = withhold.chosen()?;
    Ok(made(app.withhold_answers(&signed.request, &signed.caller, &key, (&reference, &withhold, revision)).await?))
}

/// A mark to take away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndMarkBody {
    /// The question's id.
    answer: String,
    /// The code of the agency, from `/teams`.
    from: String,
}

impl Members for EndMarkBody {
    const NAMES: &'static str = "answer, from";
}

/// Takes away the mark on an answer against one agency. What the sender marked only the sender's side can take away.
#[utoipa::path(
    post, path = "/referrals/{reference}/withheld/end", tag = "sharing", operation_id = "end_withholding",
    request_body = EndMarkBody,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Taken away; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn end(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let EndMarkBody { answer, from } = body.read()?;
    Ok(made(app.end_withholding(&signed.request, &signed.caller, &key, (&reference, &answer, &from)).await?))
}
