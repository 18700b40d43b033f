//! Closing a referral with a reason on record, taking it up again, the steps between, and the referrer's disagreement.

use serde_json::json;

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey, ReferralView, Versioned,
    assignments::side_of,
    decisions::{for_referrer, to_mend},
    desk::{change, change_with, marks},
    idempotency::Once,
};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        clock::Step,
        closing::{CloseReason, Farewell, NewFarewell},
        compartment::EntryKind,
        decision::{Fault, reason},
        desk::Desk,
        ids::UserId,
        news::{News, Side},
        notice::NoticeCode,
        reference::Reference,
        referral::Stage,
        running_clock::RunningClock,
        time::Timestamp,
    },
    policy::RequestContext,
    store::referrals::Referral,
};

/// How a referral is closed without a decision that closes it.
#[derive(Clone, Default)]
pub struct Closing {
    /// Why; none where nothing was chosen, which is asked again.
    pub reason: Option<CloseReason>,
    /// Why, in words for the file.
    pub text: String,
    /// Of a duplicate: the referral that says the same, as typed.
    pub duplicate_of: String,
    /// What whoever sent it hears.
    pub farewell: NewFarewell,
    /// The revision at which the caller saw it.
    pub revision: i64,
}

/// A closing that fits its referral.
#[derive(Clone)]
pub struct ClosingView {
    /// Why.
    pub reason: CloseReason,
    /// Why, in words for the file.
    pub text: String,
    /// The referral that says the same.
    pub duplicate_of: Option<Reference>,
    /// What whoever sent it hears.
    pub farewell: Farewell,
}

impl App {
    /// What closing a referral would write down and tell, and nothing of it is done.
    ///
    /// # Errors
    /// As [`App::close_referral`], except for what has changed.
    pub async fn preview_closing(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, closing): (&str, &Closing),
    ) -> Result<(ReferralView, ClosingView), Error> {
        let view = self.read_referral(request, caller, reference).await?;
        let checked = self.check_closing(caller, (&view.referral, &view.course), closing).await?;
        Ok((view, checked))
    }

    /// Closes a referral; once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`]; [`Error::Conflict`] when it has changed since the revision given;
    /// [`Error::Invalid`] when a reason is missing, or the other referral is none that the caller's team received.
    pub async fn close_referral(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, closing): (&str, &Closing),
    ) -> Result<Answered<Added>, Error> {
        let Closing { reason, text, duplicate_of, farewell: NewFarewell { words, line, untold }, revision } = closing;
        let body = json!([reason.map(CloseReason::code), text, duplicate_of, revision, words, line, untold]).to_string();
        let route = format!("POST /referrals/{reference}/close");
        let act = async |once: &Once<'_>| self.close_once(request, caller, (reference, closing), once).await;
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    /// Takes a closed referral up again, with a reason; once for each key.
    ///
    /// # Errors
    /// As [`App::close_referral`].
    pub async fn reopen_referral(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, text, revision): (&str, &str, i64),
    ) -> Result<Answered<Added>, Error> {
        let body = json!([text, revision]).to_string();
        let route = format!("POST /referrals/{reference}/reopen");
        let act = async |once: &Once<'_>| self.reopen_once(request, caller, (reference, text, revision), once).await;
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    /// Whoever sent it says that they do not agree: the team reads why, and what was closed is taken up again; once for each
    /// key.
    ///
    /// # Errors
    /// As [`App::close_referral`].
    pub async fn disagree(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, text): (&str, &str),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/disagreement");
        let act = async |once: &Once<'_>| self.disagree_once(request, caller, (reference, text), once).await;
        self.once(request, caller, key, (&route, text.as_bytes()), act).await
    }

    /// Whoever sent it asks the team to withdraw it: a notice with its reason, which closes nothing by itself; once for each
    /// key.
    ///
    /// # Errors
    /// As [`App::close_referral`].
    pub async fn retract(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, text): (&str, &str),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/retraction");
        let act = async |once: &Once<'_>| {
            let (referral, sight, permit) = self.permitted(request, caller, (reference, Action::Retract, None)).await?;
            let (by, at) = (caller.user(), request.at);
            // Once is enough, until the team has taken it up again.
            let again = |asked| !matches!(referral.stage, Stage::Opened { at, .. } if at > asked);
            if referral.desk.retracted_at.is_some_and(again) {
                return Err(Error::Conflict("you have asked to withdraw it already: the team has been told"));
            }
            let mut faults = Vec::new();
            let text = reason(text, "text", "Say why you want to withdraw it", &mut faults).ok_or_else(|| to_mend(faults))?;
            let shared = self.shared_compartment(&sight, &referral).await?;
            let desk = Desk { retracted_at: Some(at), ..referral.desk };
            let news = self.tell_desk(&referral, NoticeCode::Retracted).await?;
            let mut tx = self.store.begin().await?;
            let done = Added { id: tx.event().to_string(), at };
            once.remember(&mut tx, &done).await?;
            change(&mut tx, &Referral { desk, ..referral.clone() }).await?;
            let mut details = Details { compartments: vec![shared.shown()], keys: vec![shared.key], ..Details::default() };
            self.write_down(&mut tx, &mut details, (&shared, EntryKind::Retraction), &text, (by, at)).await?;
            self.mark_new(&mut tx, &referral, Side::Desk, (News::Retraction, by, at)).await?;
            self.tell(&mut tx, &news, at).await?;
            tx.commit(permit, &details).await?;
            Ok(done)
        };
        self.once(request, caller, key, (&route, text.as_bytes()), act).await
    }

    /// Says that a step is done: its clock stops; once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`]; [`Error::Conflict`] when no such clock runs. The first decision is made, never
    /// marked; those who cover mark the first contact alone.
    pub async fn mark_step(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, step): (&str, Step),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/step");
        let act = async |once: &Once<'_>| {
            let (referral, _, permit) = self.permitted(request, caller, (reference, Action::MarkStep, None)).await?;
            let clocks = self.store.clocks_of(referral.id).await?;
            let may = marks(side_of(&permit, &referral), step);
            let done = |clock: &RunningClock| if clock.step == step && may { clock.stop(request.at) } else { *clock };
            let stopped: Vec<_> = clocks.iter().map(done).collect();
            if stopped == clocks {
                return Err(Error::Conflict("no clock of this step runs"));
            }
            let mut tx = self.store.begin().await?;
            let done = Added { id: tx.event().to_string(), at: request.at };
            once.remember(&mut tx, &done).await?;
            change_with(&mut tx, referral, &stopped).await?;
            tx.commit(permit, &Details::default()).await?;
            Ok(done)
        };
        self.once(request, caller, key, (&route, step.code().as_bytes()), act).await
    }

    async fn close_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, closing): (&str, &Closing),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let is_duplicate = closing.reason == Some(CloseReason::Duplicate);
        let action = if is_duplicate { Action::MarkDuplicate } else { Action::CloseReferral };
        let asked = (reference, action, Some(closing.revision));
        let (referral, sight, permit) = self.permitted(request, caller, asked).await?;
        let (by, at) = (caller.user(), request.at);
        let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
        let closing = self.check_closing(caller, (&referral, &versioned), closing).await?;
        let stage = referral.stage.close(by, at).ok_or(Error::Conflict("it is not in a state that allows this"))?;
        let casework = self.casework(&sight, &referral).await?;
        let told = match &closing.farewell {
            Farewell::Told(told) => Some((self.shared_compartment(&sight, &referral).await?, told)),
            Farewell::Untold(_) | Farewell::Known => None,
        };
        let clocks = self.store.clocks_of(referral.id).await?;
        let clocks: Vec<_> = clocks.into_iter().map(|clock| clock.stop(at)).collect();
        let desk = referral.desk.settled();
        // Of a decision the sender was told already. Whoever is told nothing more still learns that it ended.
        let news = match closing.farewell {
            Farewell::Known => Vec::new(),
            _ => self.tell_sender(&referral, NoticeCode::Closed, Some(by)).await?,
        };

        let mut tx = self.store.begin().await?;
        let done = Added { id: tx.event().to_string(), at };
        once.remember(&mut tx, &done).await?;
        change_with(&mut tx, Referral { stage, desk, ..referral.clone() }, &clocks).await?;
        let (casework, keys) = self.open_casework(&mut tx, casework, &referral, at).await?;
        let mut details = Details { compartments: vec![casework.shown()], keys, ..Details::default() };
        let content = for_file(&closing);
        self.write_down(&mut tx, &mut details, (&casework, EntryKind::Closing), &content, (by, at)).await?;
        if !matches!(closing.farewell, Farewell::Known) {
            self.mark_new(&mut tx, &referral, Side::Sender, (News::Closing, by, at)).await?;
        }
        if let Some((shared, told)) = told {
            details.compartments.push(shared.shown());
            details.keys.push(shared.key);
            details.recipients.push((referral.referrer_agency, referral.referrer_team));
            let words = for_referrer(told, &versioned, Some(closing.reason));
            self.write_down(&mut tx, &mut details, (&shared, EntryKind::Feedback), &words, (by, at)).await?;
        }
        self.tell(&mut tx, &news, at).await?;
        tx.commit(permit, &details).await?;
        Ok(done)
    }

    /// Holds a closing against its referral and the pathway that it is worked on by.
    async fn check_closing(
        &self,
        caller: &Caller,
        (referral, course): (&Referral, &Versioned),
        closing: &Closing,
    ) -> Result<ClosingView, Error> {
        let mut faults: Vec<Fault> = Vec::new();
        match closing.reason {
            None => faults.push(("reason", "Choose the reason")),
            Some(CloseReason::Done) if !matches!(referral.stage, Stage::Decided { .. }) => {
                faults.push(("reason", "Decide first, or choose another reason"));
            }
            Some(_) => {}
        }
        let is_duplicate = closing.reason == Some(CloseReason::Duplicate);
        let other = if is_duplicate { self.same_desk(caller, referral, &closing.duplicate_of).await? } else { None };
        if is_duplicate && other.is_none() {
            faults.push(("duplicate_of", "Enter the reference of another referral that your team received"));
        }
        let text = reason(&closing.text, "text", "Say why it is closed", &mut faults);
        let farewell = closing.farewell.check(&course.pathway, closing.reason, &mut faults);
        match (closing.reason, text, farewell) {
            (Some(reason), Some(text), Some(farewell)) if faults.is_empty() => {
                Ok(ClosingView { reason, text, duplicate_of: other, farewell })
            }
            _ => Err(to_mend(faults)),
        }
    }

    /// Another referral that the same team received and the caller sees.
    async fn same_desk(&self, caller: &Caller, referral: &Referral, typed: &str) -> Result<Option<Reference>, Error> {
        let Ok(reference) = Reference::parse(typed) else { return Ok(None) };
        let other = self.store.referral_seen_by(reference, &caller.holders()).await?;
        let same = |other: &Referral| other.id != referral.id && other.receiving_team == referral.receiving_team;
        Ok(other.filter(same).map(|other| other.reference))
    }

    async fn reopen_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, text, revision): (&str, &str, i64),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let asked = (reference, Action::ReopenReferral, Some(revision));
        let (referral, sight, permit) = self.permitted(request, caller, asked).await?;
        let (by, at) = (caller.user(), request.at);
        let mut faults = Vec::new();
        let text = reason(text, "text", "Say why it is taken up again", &mut faults).ok_or_else(|| to_mend(faults))?;
        let (stage, clocks) = self.taken_up(&referral, (by, at)).await?;
        let casework = self.casework(&sight, &referral).await?;
        let news = self.tell_sender(&referral, NoticeCode::Reopened, Some(by)).await?;
        let mut tx = self.store.begin().await?;
        let done = Added { id: tx.event().to_string(), at };
        once.remember(&mut tx, &done).await?;
        let desk = referral.desk.over();
        change_with(&mut tx, Referral { stage, desk, ..referral.clone() }, &clocks).await?;
        let (casework, keys) = self.open_casework(&mut tx, casework, &referral, at).await?;
        let mut details = Details { compartments: vec![casework.shown()], keys, ..Details::default() };
        self.write_down(&mut tx, &mut details, (&casework, EntryKind::Reopening), &text, (by, at)).await?;
        self.tell(&mut tx, &news, at).await?;
        tx.commit(permit, &details).await?;
        Ok(done)
    }

    async fn disagree_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, text): (&str, &str),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let (referral, sight, permit) = self.permitted(request, caller, (reference, Action::Disagree, None)).await?;
        let (by, at) = (caller.user(), request.at);
        let mut faults = Vec::new();
        let text = reason(text, "text", "Say why you do not agree", &mut faults).ok_or_else(|| to_mend(faults))?;
        let shared = self.shared_compartment(&sight, &referral).await?;
        let desk = Desk { escalated_at: Some(at), ..referral.desk.over() };
        // Somebody must look again, in the time of a first decision, at what is closed as at what goes on.
        let again = match referral.stage {
            Stage::Decided { .. } => Some(self.decided_anew(&referral, at).await?),
            Stage::Closed { .. } => Some(self.taken_up(&referral, (by, at)).await?),
            _ => None,
        };
        let mut news = self.tell_desk(&referral, NoticeCode::Disagreed).await?;
        // Not whoever decided alone: it goes up.
        if let Stage::Decided { by: decided, .. } | Stage::Closed { by: decided, .. } = referral.stage {
            let leads = self.tell_leads(&referral, NoticeCode::Disagreed, (decided, &news)).await?;
            news.extend(leads);
        }
        news.extend(self.tell_on_cover(&referral, NoticeCode::Disagreed).await?);
        let mut tx = self.store.begin().await?;
        let done = Added { id: tx.event().to_string(), at };
        once.remember(&mut tx, &done).await?;
        match again {
            Some((stage, clocks)) => change_with(&mut tx, Referral { stage, desk, ..referral.clone() }, &clocks).await?,
            None => change(&mut tx, &Referral { desk, ..referral.clone() }).await?,
        }
        let mut details = Details { compartments: vec![shared.shown()], keys: vec![shared.key], ..Details::default() };
        self.write_down(&mut tx, &mut details, (&shared, EntryKind::Disagreement), &text, (by, at)).await?;
        self.tell(&mut tx, &news, at).await?;
        tx.commit(permit, &details).await?;
        Ok(done)
    }

    /// The stage and the clocks of a referral that is decided and goes on, when it must be decided anew.
    async fn decided_anew(&self, referral: &Referral, at: Timestamp) -> Result<(Stage, Vec<RunningClock>), Error> {
        let clocks = self.store.clocks_of(referral.id).await?.into_iter();
        let anew = |clock: RunningClock| if clock.step == Step::Triage { clock.reopen(at, at, &self.calendar) } else { clock };
        Ok((referral.stage, clocks.map(anew).collect()))
    }

    /// The stage and the clocks of a closed referral that is taken up again.
    async fn taken_up(&self, referral: &Referral, (by, at): (UserId, Timestamp)) -> Result<(Stage, Vec<RunningClock>), Error> {
        let Stage::Closed { at: closed, .. } = referral.stage else { return Err(Error::Conflict("it is not closed")) };
        let stage = referral.stage.reopen(by, at).ok_or(Error::Conflict("it is not closed"))?;
        let clocks = self.store.clocks_of(referral.id).await?.into_iter();
        Ok((stage, clocks.map(|clock| clock.reopen(closed, at, &self.calendar)).collect()))
    }
}

fn for_file(closing: &ClosingView) -> String {
    let untold = match &closing.farewell {
        Farewell::Untold(why) => Some(why),
        Farewell::Told(_) | Farewell::Known => None,
    };
    json!({
        "reason": closing.reason.code(),
        "text": closing.text,
        "of": closing.duplicate_of.map(|reference| reference.to_string()),
        "untold": untold,
    })
    .to_string()
}

/// Reads why a referral was closed, as words.
pub(super) fn read_closing(text: &str) -> Result<String, Error> {
    let damaged = || Error::Integrity("why a referral was closed cannot be read");
    let json: serde_json::Value = serde_json::from_str(text).map_err(|_| damaged())?;
    let reason = json["reason"].as_str().and_then(CloseReason::parse).ok_or_else(damaged)?;
    let text = json["text"].as_str().ok_or_else(damaged)?;
    let of = json["of"].as_str().map_or_else(String::new, |reference| format!(" ({reference})"));
    let untold = json["untold"].as_str().map_or_else(String::new, |why| format!("\nThe referrer is told nothing more: {why}"));
    Ok(format!("{}{of}.\n{text}{untold}", reason.title()))
}
