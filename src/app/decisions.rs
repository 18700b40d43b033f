//! Decisions on a referral: for the file in the team's own compartment, for the referrer in the shared one, in one act.

use serde_json::{Value, json};

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey, Versioned, assignments::side_of, desk::change_with, idempotency::Once,
    latest, messages::room_for_more, opening::Sight, sealing::Compartment,
};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        answers::FieldError,
        clock::{Starts, Step},
        closing::CloseReason,
        code::{Code, QuestionId},
        compartment::{CompartmentKind, EntryKind},
        decision::{Decision, Fault, NewDecision, Told},
        desk::Side,
        ids::{EntryId, UserId},
        news::{self, News},
        notice::NoticeCode,
        pathway::Pathway,
        referral::Stage,
        sensitivity::Sensitivity,
        time::Timestamp,
    },
    policy::RequestContext,
    store::{Tx, referrals::Referral},
};

/// A decision as the receiving team reads it.
#[derive(Clone)]
pub struct DecisionView {
    /// Its id.
    pub id: EntryId,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it, by name.
    pub by: String,
    /// The outcome: code and words.
    pub outcome: (String, String),
    /// The grade: code and words.
    pub grade: Option<(String, String)>,
    /// Why, for the file.
    pub reason: String,
    /// Whether it closed the referral.
    pub closes: bool,
}

/// What the referrer reads of a decision, or of a closing without one.
#[derive(Clone)]
pub struct FeedbackView {
    /// Its id.
    pub id: EntryId,
    /// When it was written.
    pub at: Timestamp,
    /// The outcome's code; where the pathway's lines must not let it show, that of the first line that says the same.
    pub code: String,
    /// The outcome in words; blank where the line says all.
    pub title: String,
    /// The words; may be blank.
    pub text: String,
    /// Whether it went with a closing, and not with a decision.
    pub closing: bool,
}

impl App {
    /// Decides on a referral as it stood at a revision; once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`]; [`Error::Conflict`] when it has changed since, or is closed; [`Error::Invalid`]
    /// with everything to mend.
    pub async fn decide_referral(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, decision, revision): (&str, &NewDecision, i64),
    ) -> Result<Answered<Added>, Error> {
        let NewDecision { outcome, grade, reason_for_file, reason_for_referrer, feedback, close } = decision;
        let body = json!([outcome, grade, reason_for_file, reason_for_referrer, feedback, close, revision]).to_string();
        let route = format!("POST /referrals/{reference}/decision");
        let act = async |once: &Once<'_>| {
            let decided = self.decide_once(request, caller, (reference, decision, revision), once).await;
            self.damage_on_record(request, caller, Action::DecideReferral, decided).await
        };
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    async fn decide_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, decision, revision): (&str, &NewDecision, i64),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let asked = (reference, Action::DecideReferral, Some(revision));
        let (referral, sight, permit) = self.permitted(request, caller, asked).await?;
        let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
        let assessed = self.assessed(request, caller, (&referral, &versioned.pathway)).await?;
        let mut decision = decision.check(&versioned.pathway, assessed.as_ref()).map_err(to_mend)?;
        let (by, at) = (caller.user(), request.at);
        // Whoever covers opens it and decides; the desk reads that it was, and ends it or not.
        let for_desk = side_of(&permit, &referral) == Side::Cover;
        let unopened = referral.stage == Stage::Received && for_desk;
        let opened = if unopened { referral.stage.open(by, at) } else { referral.stage };
        decision.closes &= !for_desk;
        let decided = opened.decide(by, at);
        let stage = if decision.closes { decided.and_then(|stage| stage.close(by, at)) } else { decided };
        let stage = stage.ok_or(Error::Conflict("it is not in a state that allows this"))?;
        let shared = self.shared_compartment(&sight, &referral).await?;
        let casework = if for_desk { self.casework_of_desk(&referral).await? } else { self.casework(&sight, &referral).await? };
        let clocks = self.store.clocks_of(referral.id).await?.into_iter();
        let ends = |step| decision.closes || step == Step::Triage;
        // Whoever decides waits for no answer any more.
        let clocks = clocks.map(|clock| clock.resume(at, &self.calendar)).collect();
        let clocks = versioned.pathway.begun(clocks, (Starts::Decision, at), &self.calendar).into_iter();
        let clocks: Vec<_> = clocks.map(|clock| if ends(clock.step) { clock.stop(at) } else { clock }).collect();
        let desk = referral.desk.settled();
        let mut news = self.tell_sender(&referral, NoticeCode::Decided, Some(by)).await?;
        if for_desk {
            news.extend(self.tell_desk(&referral, NoticeCode::Decided).await?);
        }
        let counted = self.counted(&referral, &decision, at).await?;

        let mut tx = self.store.begin().await?;
        let done = Added { id: tx.event().to_string(), at };
        once.remember(&mut tx, &done).await?;
        // The move comes before the words: of two who decide at once the slower writes none.
        change_with(&mut tx, Referral { stage, desk, ..referral.clone() }, &clocks).await?;
        if let Some((agency, month, code)) = counted {
            tx.count_measure(&referral.pathway, &agency, "-", &month, &code).await?;
        }
        let (casework, keys) = self.open_casework(&mut tx, casework, &referral, at).await?;
        let mut details = Details {
            compartments: vec![casework.shown(), shared.shown()],
            keys,
            recipients: vec![(referral.referrer_agency, referral.referrer_team)],
            ..Details::default()
        };
        details.keys.push(shared.key);
        let file = for_file(&decision, &versioned);
        self.write_down(&mut tx, &mut details, (&casework, EntryKind::Decision), &file, (by, at)).await?;
        self.mark_new(&mut tx, &referral, news::Side::Sender, (News::Decision, by, at)).await?;
        if for_desk {
            self.mark_new(&mut tx, &referral, news::Side::Desk, (News::Decision, by, at)).await?;
        }
        let told = for_referrer(&decision.told, &versioned, None);
        self.write_down(&mut tx, &mut details, (&shared, EntryKind::Feedback), &told, (by, at)).await?;
        self.tell(&mut tx, &news, at).await?;
        tx.commit(permit, &details).await?;
        Ok(done)
    }

    /// What a decision adds to the counts for boards, if anything: the receiving team's agency, the month and the outcome. What
    /// people received by name is counted nowhere, and neither are outcomes where everything about a case is most sensitive.
    async fn counted(
        &self,
        referral: &Referral,
        decision: &Decision,
        at: Timestamp,
    ) -> Result<Option<(String, String, String)>, Error> {
        if referral.sensitivity == Sensitivity::L4 || !self.named_on(referral.id).await?.is_empty() {
            return Ok(None);
        }
        let agency = self.agency(referral.receiving_agency).await?.code.clone();
        Ok(Some((agency, at.uk_date().strftime("%Y-%m").to_string(), format!("outcome-{}", decision.outcome.as_str()))))
    }

    /// The grade that the answers give, where the pathway that they were given on grades them: whoever decides cannot go below
    /// it, so they are read.
    async fn assessed(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (referral, pathway): (&Referral, &Pathway),
    ) -> Result<Option<Code>, Error> {
        if pathway.risk.is_none() || referral.answered_on.is_some() {
            return Ok(None);
        }
        let reference = referral.reference.to_string();
        let view = Box::pin(self.read_referral(request, caller, &reference)).await?;
        Ok(pathway.risk(&latest(&view)).cloned())
    }

    /// The pathway by which something was decided: the one the referral's answers were given on, unless the words say another,
    /// since it may have been passed on to others in between.
    pub(super) async fn judged_by(&self, referral: &Referral, form: &Versioned, text: &str) -> Result<Versioned, Error> {
        match json_of(text)?["threshold"].as_str() {
            Some(version) if version != form.version => self.form_at(version, referral.kind).await,
            _ => Ok(form.clone()),
        }
    }

    /// The shared compartment of a referral, to write into.
    pub(super) async fn shared_compartment(&self, sight: &Sight, referral: &Referral) -> Result<Compartment, Error> {
        let shown = sight.compartments(referral.id).into_iter().find(|shown| shown.kind == CompartmentKind::Shared);
        self.held_compartment(sight, shown.ok_or(Error::Refused)?).await
    }

    /// Seals words into a compartment and has the event name them.
    pub(super) async fn write_down(
        &self,
        tx: &mut Tx,
        details: &mut Details,
        (compartment, kind): (&Compartment, EntryKind),
        content: &str,
        (author, at): (UserId, Timestamp),
    ) -> Result<(), Error> {
        room_for_more(tx, compartment.referral).await?;
        let entry = self.sealed_entry(tx, compartment, kind, content.as_bytes(), author, at);
        tx.insert_entry(&entry).await?;
        details.entries.push((entry.id, entry.sha256));
        Ok(())
    }
}

/// What is to be mended, field by field.
pub(super) fn to_mend(faults: Vec<Fault>) -> Error {
    // Fixed words of ours are always ids.
    let error = |(field, message): Fault| QuestionId::parse(field).ok().map(|field| FieldError::new(field, message));
    Error::Invalid(faults.into_iter().filter_map(error).collect())
}

fn for_file(decision: &Decision, versioned: &Versioned) -> String {
    json!({
        "outcome": decision.outcome.as_str(),
        "grade": decision.grade.as_ref().map(Code::as_str),
        "reason": decision.reason,
        "closes": decision.closes,
        // By which version of the pathway's thresholds it was judged.
        "threshold": versioned.version,
    })
    .to_string()
}

/// What the referrer reads, sealed; with the reason where it was closed without a decision.
pub(super) fn for_referrer(told: &Told, versioned: &Versioned, closed: Option<CloseReason>) -> String {
    json!({
        "outcome": told.outcome.as_ref().map(Code::as_str),
        "line": told.line.as_ref().map(Code::as_str),
        "text": told.text,
        "threshold": versioned.version,
        "closed": closed.map(CloseReason::code),
    })
    .to_string()
}

fn damaged() -> Error {
    Error::Integrity("a decision cannot be read")
}

fn json_of(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|_| damaged())
}

/// Reads a sealed decision back.
pub(super) fn read_decision(versioned: &Versioned, id: EntryId, at: Timestamp, text: &str) -> Result<DecisionView, Error> {
    let json = json_of(text)?;
    let code = json["outcome"].as_str().ok_or_else(damaged)?;
    let outcome = versioned.pathway.outcome(code).ok_or_else(damaged)?;
    let graded = |code: &str| {
        let grade = versioned.pathway.grades.iter().find(|grade| grade.code.as_str() == code);
        grade.map(|grade| (code.to_owned(), grade.title.clone())).ok_or_else(damaged)
    };
    Ok(DecisionView {
        id,
        at,
        by: String::new(),
        outcome: (code.to_owned(), outcome.title.clone()),
        grade: json["grade"].as_str().map(graded).transpose()?,
        reason: json["reason"].as_str().ok_or_else(damaged)?.to_owned(),
        closes: json["closes"].as_bool().ok_or_else(damaged)?,
    })
}

/// Reads back what the referrer is told.
pub(super) fn read_feedback(versioned: &Versioned, id: EntryId, at: Timestamp, text: &str) -> Result<FeedbackView, Error> {
    let json = json_of(text)?;
    let (outcome, line) = (json["outcome"].as_str(), json["line"].as_str());
    let line = line.and_then(|code| versioned.pathway.told_by(code)).map(Code::as_str);
    let title = outcome.and_then(|code| versioned.pathway.outcome(code)).map(|outcome| outcome.title.clone());
    Ok(FeedbackView {
        id,
        at,
        code: outcome.or(line).unwrap_or_default().to_owned(),
        title: title.unwrap_or_default(),
        text: json["text"].as_str().ok_or_else(damaged)?.to_owned(),
        closing: json["closed"].is_string(),
    })
}
