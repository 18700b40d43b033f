//! Sharing chosen items of a referral onward, ending that, and what was shared with you.

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
    lists::{List, SentFields},
    messages::{Made, made},
    path::{Pair, Part},
    problem::Problem,
    query::{self, Query},
    signed::Signed,
};
use crate::{
    app::{App, Declined, Error, ListQuery, NewAccess, OpeningView, ShareView, SharedItem},
    domain::{
        code::{Code, QuestionId},
        ids::{AgreementId, EntryId, TeamId},
        legal::{Basis, Purpose},
        sharing::{AnswerPart, NewShare, ShareTo},
        time::Timestamp,
    },
};

/// Items to share.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareBody {
    /// The id of a team, from `/teams`; it may be left out where `user` is given.
    team: Option<String>,
    /// The one person who gets it, by user name or account id; all who work in the team unless told.
    user: Option<String>,
    /// The ids of what is shared, from `entries` of the referral: of the kinds that its readers read, never of a restricted
    /// category. It may be left out where `answers` or `sections` is given.
    #[serde(default)]
    #[schema(required = false)]
    entries: Vec<String>,
    /// Answers that are shared by themselves, by the ids of their questions, with what was changed of them since; nothing beside
    /// the answers as a whole.
    #[serde(default)]
    #[schema(required = false)]
    answers: Vec<String>,
    /// Sections of the form whose answers are shared so, by their ids.
    #[serde(default)]
    #[schema(required = false)]
    sections: Vec<String>,
    /// Answers that are withheld from agencies by name (`withheld` of the referral) and are given all the same, by the ids of
    /// their questions: sealed apart, for nobody of those agencies.
    #[serde(default)]
    #[schema(required = false)]
    withheld: Vec<String>,
    /// The lawful basis, a code.
    #[schema(example = "public-task")]
    basis: String,
    /// The purpose, a code.
    #[schema(example = "safeguarding")]
    purpose: String,
    /// Why, for your team's file; needed where basis and purpose are not the pathway's own for your agency. At most 5,000
    /// characters.
    reason: Option<String>,
    /// The id of an agreement of the register.
    agreement: Option<String>,
    /// Whether it cannot wait.
    #[serde(default)]
    #[schema(required = false)]
    urgent: bool,
    /// The revision at which you saw the referral; left out, it is shared as it stands.
    revision: Option<i64>,
}

impl Members for ShareBody {
    const NAMES: &'static str = "team or user or both, entries or answers or sections or withheld, basis, purpose, reason, agreement, urgent, revision (the last four may \
         be left out)";
}

/// With whom. An id that is none is answered like that of a team which cannot get it.
fn share_to(team: Option<String>, user: Option<String>) -> ShareTo {
    let team = team.map(|team| TeamId::parse(&team).unwrap_or(TeamId::from_bytes([0; 16])));
    ShareTo { team, person: user.unwrap_or_default() }
}

/// What something rests on, and what it is for.
fn law(basis: &str, purpose: &str) -> Result<(Basis, Purpose), Error> {
    let basis = Basis::parse(basis).ok_or(Error::Malformed("basis is a code such as public-task"))?;
    let purpose = Purpose::parse(purpose).ok_or(Error::Malformed("purpose is a code such as safeguarding"))?;
    Ok((basis, purpose))
}

/// What is neither a question nor a section of any pathway.
const NO_PART: Error = Error::Malformed("answers and sections are ids of the pathway, as in child_name");

impl ShareBody {
    fn share(self) -> Result<NewShare, Error> {
        let (basis, purpose) = law(&self.basis, &self.purpose)?;
        // An id that is none is answered like one of nothing that the caller could share.
        let entry = |id: &String| EntryId::parse(id).unwrap_or(EntryId::from_bytes([0; 16]));
        let answers = self.answers.iter().map(|id| QuestionId::parse(id).map(AnswerPart::Answer).map_err(|_| NO_PART));
        let sections = self.sections.iter().map(|id| Code::parse(id).map(AnswerPart::Section).map_err(|_| NO_PART));
        Ok(NewShare {
            parts: answers.chain(sections).collect::<Result<_, _>>()?,
            withheld: self.withheld.iter().map(|id| QuestionId::parse(id).map_err(|_| NO_PART)).collect::<Result<_, _>>()?,
            to: share_to(self.team, self.user),
            entries: self.entries.iter().map(entry).collect(),
            basis: Some(basis),
            purpose: Some(purpose),
            reason: self.reason.unwrap_or_default(),
            agreement: self.agreement.map(|id| AgreementId::parse(&id).unwrap_or(AgreementId::from_bytes([0; 16]))),
            urgent: self.urgent,
            revision: self.revision,
        })
    }
}

/// Shares chosen items with a team or a person. Each is sealed anew to a key that only they hold; what is written later is not
/// part of it. What they hold of it already: 409.
#[utoipa::path(
    post, path = "/referrals/{reference}/shares", tag = "sharing", operation_id = "share", request_body = ShareBody,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Shared; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn share(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let share = body.read::<ShareBody>()?.share()?;
    Ok(made(app.share(&signed.request, &signed.caller, &key, (&reference, &share)).await?))
}

/// Recalls a share: its recipient opens it no more, and what they held of the key is erased. What they have opened or copied
/// they know; whoever could open it is told to destroy their copies, and whom to ask (a notice `recalled`).
#[utoipa::path(
    post, path = "/referrals/{reference}/shares/{id}/recall", tag = "sharing", operation_id = "recall_share",
    request_body = Nothing,
    params(
        ("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2"),
        ("id" = String, Path, description = "The share's id, from `shares` of the referral")
    ),
    responses((status = 201, description = "Recalled; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn recall(
    State(app): State<Arc<App>>,
    Pair(reference, id): Pair,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.recall_share(&signed.request, &signed.caller, &key, (&reference, &id)).await?))
}

/// With whom you decide not to share.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotSharedBody {
    /// The id of a team, from `/teams`.
    team: String,
    /// Why, for your team's file. At most 5,000 characters.
    reason: String,
}

impl Members for NotSharedBody {
    const NAMES: &'static str = "team, reason";
}

/// Records that your team decided not to share with another, and why.
#[utoipa::path(
    post, path = "/referrals/{reference}/not-shared", tag = "sharing", operation_id = "decline_to_share",
    request_body = NotSharedBody,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "On record; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn decline(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let NotSharedBody { team, reason } = body.read()?;
    let declined = Declined { team: TeamId::parse(&team).ok(), reason };
    Ok(made(app.decline_to_share(&signed.request, &signed.caller, &key, (&reference, &declined)).await?))
}

/// Who may read along in your team's own words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessBody {
    /// The id of a team, from `/teams`; it may be left out where `user` is given.
    team: Option<String>,
    /// The one person who reads along, by user name or account id; all who work in the team unless told.
    user: Option<String>,
    /// The lawful basis, a code.
    #[schema(example = "public-task")]
    basis: String,
    /// The purpose, a code.
    #[schema(example = "safeguarding")]
    purpose: String,
    /// Why, for your team's file and for whoever reads along. At most 5,000 characters.
    reason: String,
    /// The revision at which you saw the referral; left out, it is given as it stands.
    revision: Option<i64>,
}

impl Members for AccessBody {
    const NAMES: &'static str = "team or user or both, basis, purpose, reason, revision (may be left out)";
}

/// Lets a team or person of another read what your team writes for itself on a referral, until you end it. What is kept apart
/// is no part of it.
#[utoipa::path(
    post, path = "/referrals/{reference}/casework-access", tag = "sharing", operation_id = "give_casework_access",
    request_body = AccessBody,
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 201, description = "Given; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn give_access(
    State(app): State<Arc<App>>,
    Part(reference): Part,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    let AccessBody { team, user, basis, purpose, reason, revision } = body.read()?;
    let (basis, purpose) = law(&basis, &purpose)?;
    let access = NewAccess { to: share_to(team, user), basis: Some(basis), purpose: Some(purpose), reason, revision };
    Ok(made(app.give_casework_access(&signed.request, &signed.caller, &key, (&reference, &access)).await?))
}

/// Ends that. What your team writes from now on has a new key.
#[utoipa::path(
    post, path = "/referrals/{reference}/casework-access/{id}/end", tag = "sharing", operation_id = "end_casework_access",
    request_body = Nothing,
    params(
        ("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2"),
        ("id" = String, Path, description = "The id, from `shares` of the referral")
    ),
    responses((status = 201, description = "Ended; `Idempotency-Replayed: true` when it had been before", body = Made))
)]
pub async fn end_access(
    State(app): State<Arc<App>>,
    Pair(reference, id): Pair,
    Change { signed, key, body }: Change,
) -> Result<Response, Problem> {
    body.read::<Nothing>()?;
    Ok(made(app.end_casework_access(&signed.request, &signed.caller, &key, (&reference, &id)).await?))
}

/// That somebody opened what was shared with them, or downloaded of it.
#[derive(Serialize, ToSchema)]
pub struct Opening {
    /// Their name.
    by: String,
    /// What they do there.
    role: String,
    /// The team they did it from, with its agency.
    team: String,
    /// Their work number; null where they gave none.
    phone: Option<String>,
    /// The first time.
    #[schema(format = DateTime)]
    first: String,
    /// The last time.
    #[schema(format = DateTime)]
    at: String,
    /// How often.
    times: u64,
    /// Whether it was a file that they downloaded.
    file: bool,
}

impl From<OpeningView> for Opening {
    fn from(opening: OpeningView) -> Self {
        let OpeningView { user: _, by, team, first, last, times, is_file } = opening;
        Self {
            by: by.name,
            role: by.role,
            team,
            phone: by.phone,
            first: first.rfc3339(),
            at: last.rfc3339(),
            times,
            file: is_file,
        }
    }
}

/// Something that was shared of a referral.
#[derive(Serialize, ToSchema)]
pub struct Share {
    id: String,
    /// `items`, or `casework`: reading along in the receiving team's own words.
    what: &'static str,
    /// With whom: team or person, with the agency.
    to: String,
    /// Who shared it, by name.
    by: String,
    /// For which team.
    team: String,
    agency: String,
    #[schema(format = DateTime)]
    at: String,
    /// The lawful basis, a code.
    basis: &'static str,
    /// The purpose, a code.
    purpose: &'static str,
    /// The id of the agreement named.
    agreement: Option<String>,
    /// How it stood to the agreements on record: `none` named, `in-force`, `lapsed`, or `other`: it covers something else.
    agreement_fit: &'static str,
    /// Whether it could not wait.
    urgent: bool,
    /// The ids of what was chosen, among your `entries`; for the team that shared it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    entries: Vec<String>,
    /// The ids of the questions whose answers were chosen by themselves; likewise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    answers: Vec<String>,
    /// Of those given though they are withheld from some agencies the ids of the questions; for those who read them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    withheld: Vec<String>,
    /// Why, as that team noted it.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(required = false)]
    reason: String,
    /// Whether answers of the referral were changed since, for all to read who hold it: what was given may not hold any more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    changed_since: bool,
    /// When it was ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// Who ended it, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<String>,
    /// Who opened it, a row for each person and kind of act, the latest first; for the team that shared it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    opened: Vec<Opening>,
}

impl From<ShareView> for Share {
    fn from(share: ShareView) -> Self {
        let (by, team, agency) = share.by;
        let (ended_by, ended_at) = share.ended.unzip();
        Self {
            id: share.id.to_string(),
            what: share.what.code(),
            to: share.to,
            by,
            team,
            agency,
            at: share.at.rfc3339(),
            basis: share.basis.code(),
            purpose: share.purpose.code(),
            agreement: share.agreement.map(|agreement| agreement.to_string()),
            agreement_fit: share.fit.code(),
            urgent: share.urgent,
            entries: share.entries.iter().map(ToString::to_string).collect(),
            answers: share.answers.iter().map(ToString::to_string).collect(),
            withheld: share.withheld.iter().map(ToString::to_string).collect(),
            reason: share.reason,
            changed_since: share.changed_since,
            ended_at: ended_at.map(Timestamp::rfc3339),
            ended_by,
            opened: share.opened.into_iter().map(Opening::from).collect(),
        }
    }
}

/// A referral of which something was shared with you.
#[derive(Serialize, ToSchema)]
pub struct SharedReferral {
    reference: String,
    /// The pathway's id.
    pathway: String,
    /// `items`, or `casework`: reading along in the receiving team's own words.
    what: &'static str,
    /// The team that shared it.
    team: String,
    agency: String,
    /// With whom: your team, or you.
    to: String,
    #[schema(format = DateTime)]
    at: String,
    /// Whether it could not wait.
    urgent: bool,
}

impl From<SharedItem> for SharedReferral {
    fn from(item: SharedItem) -> Self {
        Self {
            reference: item.reference.to_string(),
            pathway: item.pathway,
            what: item.what.code(),
            team: item.by.0,
            agency: item.by.1,
            to: item.to,
            at: item.at.rfc3339(),
            urgent: item.urgent,
        }
    }
}

/// What was shared with you or your teams and has not been ended, the latest first. `GET /referrals/{reference}` opens it.
#[utoipa::path(
    get, path = "/shared", tag = "sharing", operation_id = "shared", params(SentFields),
    responses((status = 200, description = "A page", body = List<SharedReferral>))
)]
pub async fn list(State(app): State<Arc<App>>, signed: Signed, Query(fields): Query<SentFields>) -> Result<Response, Problem> {
    let (cursor, limit) = fields.parts();
    let asked = ListQuery { cursor: query::given(cursor), limit: query::limit(limit)?, ..ListQuery::default() };
    let page = app.shared_with(&signed.request, &signed.caller, &asked).await?;
    let items: Vec<_> = page.items.into_iter().map(SharedReferral::from).collect();
    Ok(Json(List { items, next: page.next }).into_response())
}
