//! Sending a referral, and opening one.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    absences::Away,
    assignments::Covered,
    attachments::Quarantine,
    body::{self, Change, Members},
    decisions::{ClosedView, Decided},
    json::Unique,
    path::Part,
    problem::Problem,
    receipt::Sent,
    shares::Share,
    signed::Signed,
    withholding::{MarkItem, Withheld},
};
use crate::{
    app::{
        AdditionView, Answered, App, Choices, EntryView, Error, FileView, MessageView, NoteView, Reached, ReferralView, Sending,
        StopView, answers_to_json, flags, latest, raw_from_request,
    },
    domain::{
        action::Action,
        code::QuestionId,
        compartment::EntryKind,
        enquiry::FormKind,
        ids::{TeamId, UserId},
        lawful::LegalPick,
        legal::{Basis, Purpose},
        time::Timestamp,
        withheld::Withhold,
    },
};

/// A referral to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// The pathway's id.
    pathway: String,
    /// Keyed by question id: texts, codes, lists of codes, true or false, whole numbers, objects of parts, lists of objects
    /// for groups, `{"not_known":"<code>"}`.
    #[schema(value_type = Object)]
    answers: Unique,
    /// The lawful basis, if not the pathway's default for your agency, with a reason.
    legal: Option<LegalBody>,
    /// Account ids, from `/pathways/{id}/restricted`, of those who must not receive it because they are involved; an empty list
    /// says that none of them is. Needed where somebody involved is or may be known to a partner.
    #[serde(default)]
    #[schema(required = false)]
    strike_out: Option<Vec<String>>,
    /// The reference of the enquiry that this referral is made of, if any; none for an enquiry.
    enquiry: Option<String>,
    /// The reference of what you sent before, was stopped at the check, and what this takes the place of: it ends as not sent.
    replaces: Option<String>,
    /// Answers that must never reach somebody.
    #[serde(default)]
    #[schema(required = false)]
    withhold: Option<WithholdBody>,
    /// The id, from `/me`, of the team that you send it from; the one you work in if left out.
    #[serde(default)]
    #[schema(required = false)]
    team: Option<String>,
}

impl Members for Submission {
    const NAMES: &'static str =
        "pathway, answers, legal, strike_out, enquiry, replaces, withhold, team (all but the first two may be left out)";
}

/// Answers that must never reach somebody: they are sealed apart, on no paper, and in a share only where each is named by itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithholdBody {
    /// Question ids: those whose definition says `withhold`; of a group, its own id keeps such parts of it back.
    answers: Vec<String>,
    /// Codes, from `/teams`, of the agencies that never get them; none to keep them from paper and shares alone.
    #[serde(default)]
    #[schema(required = false)]
    from: Vec<String>,
}

impl WithholdBody {
    pub(super) fn chosen(self) -> Result<Withhold, Error> {
        let answers = self.answers.iter().map(|id| QuestionId::parse(id)).collect::<Result<_, _>>();
        let answers = answers.map_err(|_| Error::Malformed("withhold.answers holds question ids"))?;
        Ok(Withhold { answers, from: self.from })
    }
}

/// What a sending rests on in law.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LegalBody {
    /// A code such as `public-task`.
    basis: String,
    /// A code such as `safeguarding`.
    purpose: String,
    /// Why, if it is not the pathway's default for your agency; sealed with the referral. At most 2,000 characters.
    reason: Option<String>,
}

impl LegalBody {
    fn pick(self) -> Result<LegalPick, Error> {
        Ok(LegalPick {
            basis: Basis::parse(&self.basis).ok_or(Error::Malformed("legal.basis is a code such as public-task"))?,
            purpose: Purpose::parse(&self.purpose).ok_or(Error::Malformed("legal.purpose is a code such as safeguarding"))?,
            reason: self.reason,
        })
    }
}

/// A sealed item that you may open.
#[derive(Serialize, ToSchema)]
pub struct Entry {
    id: String,
    /// What it is.
    kind: &'static str,
    /// The compartment that seals it.
    compartment: &'static str,
    /// When it was written.
    #[schema(format = DateTime)]
    at: String,
}

impl From<EntryView> for Entry {
    fn from(entry: EntryView) -> Self {
        let (kind, compartment) = (entry.kind.code(), entry.compartment.code());
        Self { id: entry.id.to_string(), kind, compartment, at: entry.at.rfc3339() }
    }
}

/// Answers that came after a referral was sent.
#[derive(Serialize, ToSchema)]
pub struct AnswerChange {
    id: String,
    /// `addition`: answers to what was left open; `amendment`: answers that replace earlier ones.
    kind: &'static str,
    #[schema(format = DateTime)]
    at: String,
    from: String,
    /// The answers, keyed by question id.
    #[schema(value_type = Object)]
    answers: serde_json::Value,
}

impl AnswerChange {
    fn of(AdditionView { id, at, from, amends, answers }: &AdditionView) -> Self {
        let kind = if *amends { EntryKind::Amendment } else { EntryKind::Addition };
        let (id, answers) = (id.to_string(), answers_to_json(answers));
        Self { id, kind: kind.code(), at: at.rfc3339(), from: from.clone(), answers }
    }
}

/// A message on a referral.
#[derive(Serialize, ToSchema)]
pub struct Message {
    id: String,
    #[schema(format = DateTime)]
    at: String,
    from: String,
    audience: String,
    text: String,
}

impl From<MessageView> for Message {
    fn from(message: MessageView) -> Self {
        let MessageView { id, at, from, audience, text } = message;
        Self { id: id.to_string(), at: at.rfc3339(), from, audience: audience.code().to_owned(), text }
    }
}

/// Words that went with an act on a referral.
#[derive(Serialize, ToSchema)]
pub struct Note {
    id: String,
    /// What they went with: `handover`, `closing`, `reopening`, `disagreement` or `retraction`.
    kind: &'static str,
    #[schema(format = DateTime)]
    at: String,
    from: String,
    /// `shared`: everybody who can see the referral; `casework`: the receiving team and whoever it lets read along; `share`: you
    /// and whoever shared it.
    audience: &'static str,
    text: String,
}

impl From<NoteView> for Note {
    fn from(NoteView { id, kind, at, from, audience, text }: NoteView) -> Self {
        Self { id: id.to_string(), kind: kind.code(), at: at.rfc3339(), from, audience: audience.code(), text }
    }
}

/// A file on a referral; its size is that of the copy you download.
#[derive(Serialize, ToSchema)]
pub struct Attachment {
    id: String,
    name: String,
    size: u64,
    #[serde(rename = "type")]
    media_type: &'static str,
    #[schema(format = DateTime)]
    at: String,
    from: String,
    /// `shared`: everybody who can see the referral; `casework`: the receiving team and whoever it lets read along; `share`: you
    /// and whoever shared it.
    audience: &'static str,
    /// What it shows; may be blank.
    description: String,
    /// `not-scanned` or `clean`.
    scan: &'static str,
    /// Whether it is in quarantine, and so cannot be downloaded.
    quarantined: bool,
    /// That it was put into quarantine, the last time; left out where it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantine: Option<Quarantine>,
    /// Whether the picture as it came is kept as well.
    original: bool,
}

impl From<FileView> for Attachment {
    fn from(file: FileView) -> Self {
        let is_quarantined = file.is_quarantined();
        Self {
            id: file.id.to_string(),
            name: file.name.as_str().to_owned(),
            size: file.size,
            media_type: file.kind.code(),
            at: file.at.rfc3339(),
            from: file.from,
            audience: file.audience.code(),
            description: file.description,
            scan: file.scan.code(),
            quarantined: is_quarantined,
            quarantine: file.quarantine.map(Into::into),
            original: file.has_original,
        }
    }
}

/// Who sent a referral, and how to reach them at work.
#[derive(Serialize, ToSchema)]
pub struct SentBy {
    /// Who wrote it, and hears back.
    name: String,
    /// What they do, in their own words; failing that, their role in the team.
    role: String,
    /// Where they are rung at work; null where they gave no number.
    phone: Option<String>,
    /// The team that it was sent from.
    team: String,
    /// Its agency.
    agency: String,
    /// Their deputy, where that is who sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    deputy: Option<DeputyBy>,
}

/// The deputy who sent a referral for its author, and how to reach them at work.
#[derive(Serialize, ToSchema)]
pub struct DeputyBy {
    name: String,
    /// What they do, in their own words; failing that, their role in the team.
    role: String,
    /// Where they are rung at work; null where they gave no number.
    phone: Option<String>,
}

impl SentBy {
    fn of(view: &ReferralView) -> Self {
        let Reached { name, role, phone } = view.sender.clone();
        let (_, team, agency) = view.sent_by.clone();
        let deputy = view.deputy.clone().map(|Reached { name, role, phone }| DeputyBy { name, role, phone });
        Self { name, role, phone, team, agency, deputy }
    }
}

/// A referral as you may see it.
#[derive(Serialize, ToSchema)]
pub struct Referral {
    reference: String,
    /// `referral`, or `enquiry`: a question in which nobody is named.
    kind: &'static str,
    /// When an enquiry was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    answered_at: Option<String>,
    /// The reference of the enquiry that it was made of, where that may be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    enquiry: Option<String>,
    /// The reference of what was stopped at the check, and what this takes the place of; for the sender's side.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
    /// The reference of what takes the place of this, which was stopped at the check.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced_by: Option<String>,
    /// References of the referrals made of an enquiry, where that may be told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    referrals: Vec<String>,
    /// The id of the pathway that it is on.
    pathway: String,
    /// SHA-256 of that pathway's file when it was sent, or passed on to it.
    pathway_version: String,
    /// What the answers were given on, where it was passed on to another pathway since.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_on: Option<AnsweredOn>,
    /// `checking`, `stopped`, `withdrawn`, `received`, `opened`, `decided` or `closed`; `shared` where you see a part that was
    /// shared with you, and `revision` is then 0.
    state: &'static str,
    /// When the next step is due; null while nothing is.
    #[schema(format = DateTime)]
    due_at: Option<String>,
    /// Counts its changes.
    revision: i64,
    /// Who sent it.
    sent_by: SentBy,
    /// How you stand to it.
    relation: &'static str,
    /// What you may do with it next.
    actions: Vec<&'static str>,
    /// What a reader must see first, the gravest before the others: dangers, and what must not be done.
    flags: Vec<String>,
    /// The answers as they stand now, keyed by question id; null where you may open none.
    #[schema(value_type = Option<Object>)]
    answers: Option<serde_json::Value>,
    /// Whether they are only some of those given, chosen to be shared with you: what is not there may have been answered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    answers_in_part: bool,
    /// The answers as they were sent, where some were added or changed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    answers_as_sent: Option<serde_json::Value>,
    /// What was added to the answers or changed in them since they were sent, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    changes: Vec<AnswerChange>,
    /// Answers among them that must never reach somebody: on no paper, and in a share only where each is named by itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    withheld: Vec<Withheld>,
    /// The marks that were made after sending, on questions that nobody answered, too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    marks: Vec<MarkItem>,
    entries: Vec<Entry>,
    messages: Vec<Message>,
    /// Words that went with acts on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    notes: Vec<Note>,
    /// The latest decision, as far as you may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Decided>,
    /// Of one that was closed without a decision that closes it: what the referrer reads of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<ClosedView>,
    /// Who works on it, by name; for the receiving team only.
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_to: Option<String>,
    /// That the team that covers has opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    covered: Option<Covered>,
    /// Who of those who cover says that they act, by name; for the receiving team and those who cover.
    #[serde(skip_serializing_if = "Option::is_none")]
    acting: Option<String>,
    /// Where they are away; for the receiving team only.
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_away: Option<Away>,
    attachments: Vec<Attachment>,
    /// What was shared of it: for the receiving team all, for you if you see it by a share what you were given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    shares: Vec<Share>,
    /// Why it rests on another lawful basis than the pathway's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_reason: Option<String>,
    /// Why it was stopped at the check.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<Stopped>,
}

/// The pathway that a referral was sent on.
#[derive(Serialize, ToSchema)]
pub struct AnsweredOn {
    /// Its id.
    pathway: String,
    /// SHA-256 of its file when it was sent.
    pathway_version: String,
}

/// A stop at the check.
#[derive(Serialize, ToSchema)]
pub struct Stopped {
    /// Who stopped it.
    by: String,
    /// One of the pathway's reasons, a code.
    reason: String,
    /// The reason in words.
    title: String,
    /// Words to the sender.
    text: String,
}

impl From<StopView> for Stopped {
    fn from(StopView { by, reason, title, text, .. }: StopView) -> Self {
        Self { by, reason, title, text }
    }
}

impl From<ReferralView> for Referral {
    fn from(view: ReferralView) -> Self {
        Self {
            answers: view.answers.as_ref().map(|_| answers_to_json(&latest(&view))),
            answers_as_sent: view.answers.as_ref().filter(|_| !view.additions.is_empty()).map(answers_to_json),
            answers_in_part: view.in_part,
            changes: view.additions.iter().map(AnswerChange::of).collect(),
            decision: Decided::latest(&view),
            closed: ClosedView::of(&view),
            answered_on: view
                .referral
                .answered_on
                .as_ref()
                .map(|version| AnsweredOn { pathway: view.pathway.pathway.id.to_string(), pathway_version: version.clone() }),
            flags: flags(&view),
            sent_by: SentBy::of(&view),
            reference: view.referral.reference.to_string(),
            kind: view.referral.kind.code(),
            answered_at: view.referral.answered_at.map(Timestamp::rfc3339),
            enquiry: view.enquiry.map(|reference| reference.to_string()),
            replaces: view.replaces.map(|reference| reference.to_string()),
            replaced_by: view.replaced_by.map(|reference| reference.to_string()),
            referrals: view.referrals.iter().map(ToString::to_string).collect(),
            pathway: view.referral.pathway,
            pathway_version: view.referral.pathway_version,
            // Where it stands is the receiving team's business, not that of whoever was given a part.
            state: if view.by_share { "shared" } else { view.referral.stage.state().code() },
            due_at: view.referral.due_at.filter(|_| !view.by_share).map(Timestamp::rfc3339),
            revision: if view.by_share { 0 } else { view.referral.revision },
            relation: view.relation.code(),
            actions: view.actions.into_iter().map(Action::code).collect(),
            withheld: view.withheld.into_iter().map(Withheld::from).collect(),
            marks: view.marks.into_iter().map(MarkItem::from).collect(),
            entries: view.entries.into_iter().map(Entry::from).collect(),
            messages: view.messages.into_iter().map(Message::from).collect(),
            notes: view.notes.into_iter().map(Note::from).collect(),
            assigned_away: view.desk.as_ref().and_then(|desk| desk.assigned_away).map(Away::from),
            covered: view.covered.map(Covered::from),
            acting: view.desk.as_ref().and_then(|desk| desk.acting.as_ref()).map(|(name, _)| name.clone()),
            assigned_to: view.desk.and_then(|desk| desk.assigned_to),
            attachments: view.files.into_iter().map(Attachment::from).collect(),
            shares: view.shares.into_iter().map(Share::from).collect(),
            legal_reason: view.legal_reason,
            stopped: view.stop.map(Stopped::from),
        }
    }
}

/// Sends a referral. Repeated with the same key and body it gives the first answer again.
#[utoipa::path(
    post, path = "/referrals", tag = "referrals", operation_id = "submit", request_body = Submission,
    responses((status = 201, description = "Sent; `Idempotency-Replayed: true` when it had been before", body = Sent))
)]
pub async fn submit(State(app): State<Arc<App>>, change: Change) -> Result<Response, Problem> {
    send(&app, change, FormKind::Referral).await
}

/// Asks a pathway's team for advice without naming anybody. The body is that of a referral, with the answers of the enquiry's
/// form; repeated with the same key and body it gives the first answer again.
#[utoipa::path(
    post, path = "/enquiries", tag = "referrals", operation_id = "ask", request_body = Submission,
    responses((status = 201, description = "Sent; `Idempotency-Replayed: true` when it had been before", body = Sent))
)]
pub async fn ask(State(app): State<Arc<App>>, change: Change) -> Result<Response, Problem> {
    send(&app, change, FormKind::Enquiry).await
}

async fn send(app: &App, Change { signed, key, body }: Change, kind: FormKind) -> Result<Response, Problem> {
    let Submission { pathway, answers, legal, strike_out, enquiry, replaces, withhold, team } = body.read()?;
    if kind == FormKind::Enquiry && (enquiry.is_some() || replaces.is_some()) {
        return Err(Error::Malformed("an enquiry is made of nothing: leave enquiry and replaces out").into());
    }
    let versioned = app.form(&pathway, kind).ok_or(Error::Unseen)?;
    let answers = raw_from_request(&versioned.pathway, &answers.0).map_err(Error::Invalid)?;
    let strike_out_unsaid = strike_out.is_none();
    let struck_out = strike_out.iter().flatten().map(|id| UserId::parse(id));
    let choices = Choices {
        withhold: withhold.map(WithholdBody::chosen).transpose()?,
        legal: legal.map(LegalBody::pick).transpose()?,
        struck_out: struck_out.collect::<Result<_, _>>().map_err(|_| Error::Malformed("strike_out holds account ids"))?,
        strike_out_unsaid,
        team: team.map(|id| TeamId::parse(&id)).transpose().map_err(|_| Error::Malformed("team is a team's id"))?,
    };
    let sending = Sending { answers: answers.clone(), choices, enquiry, replaces };
    let Answered { value, replayed } =
        app.submit(&signed.request, &signed.caller, &key, body.as_slice(), &versioned, sending).await?;
    let hints = app.hints(&signed.caller, &versioned, answers, value.sent_at).await?;
    let sent = Sent::of(value, hints);
    let place = (header::LOCATION, format!("/api/v1/referrals/{}", sent.reference));
    Ok(body::replayed((StatusCode::CREATED, [place], Json(sent)).into_response(), replayed))
}

/// Opens a referral. What you cannot see and what does not exist give the same 404.
#[utoipa::path(
    get, path = "/referrals/{reference}", tag = "referrals", operation_id = "referral",
    params(("reference" = String, Path, description = "The reference, as in 7K3F-9QXD-2")),
    responses((status = 200, description = "The referral", body = Referral))
)]
pub async fn show(State(app): State<Arc<App>>, signed: Signed, Part(reference): Part) -> Result<Response, Problem> {
    let view = app.read_referral(&signed.request, &signed.caller, &reference).await?;
    Ok(Json(Referral::from(view)).into_response())
}
