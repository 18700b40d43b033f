//! The check before sharing: who checks, what waits for them, and what becomes of it. The receiving team's grant was made with
//! the notice; until one of the acts here releases it, lookup and gate ignore it.

use std::time::Duration;

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey,
    desk::{change, change_with},
    gate::{bare, legal},
    idempotency::Once,
    library::Versioned,
    lists::Page,
    telling::of_release,
};
use crate::{
    audit::{Details, row::Erasable},
    domain::{
        action::Action,
        actor::Actor,
        answers::FieldError,
        clock::Starts,
        code::{Code, QuestionId},
        compartment::{CompartmentKind, EntryKind},
        ids::{AgencyId, ReferralId, TeamId, UserId},
        key::HolderKind,
        notice::{NoticeCode, Telling},
        relation::Relation,
        running_clock::RunningClock,
        text::lines,
        time::Timestamp,
    },
    policy::{Act, Object, Permit, RequestContext, ShownCompartment, State},
    store::{CommitError, Tx, grants::HeldGrant, referrals::Referral},
};

/// The most that a list of checks shows; an agency has a handful at a time.
const MOST: i64 = 100;
/// The longest words to the sender, in characters.
const LONGEST: usize = 2000;
/// How long a stopped referral waits for its sender.
pub(super) const KEPT_STOPPED: Duration = Duration::from_hours(28 * 24);
/// The job's name in the log.
const JOB: &str = "checks";

/// What somebody who checks decides.
#[derive(Clone)]
pub enum Verdict {
    /// It goes to the receiving team.
    Pass,
    /// It does not, unless the sender sends it all the same.
    Stop(Stop),
}

/// Why it was stopped.
#[derive(Clone)]
pub struct Stop {
    /// One of the pathway's reasons.
    pub reason: Code,
    /// Words to the sender; empty for none.
    pub text: String,
}

/// Why it was stopped, as its readers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopView {
    /// Who stopped it, by name.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The reason's code.
    pub reason: String,
    /// The reason in the pathway's words.
    pub title: String,
    /// Words to the sender; empty for none.
    pub text: String,
}

/// What becomes of a held referral.
#[derive(Clone, Copy)]
enum Fate {
    Released,
    Withdrawn,
}

/// What waits on a held referral.
struct Waiting {
    grants: Vec<HeldGrant>,
    /// Its clocks, as they run once it is let go.
    clocks: Vec<RunningClock>,
    /// The teams to which they let it go.
    told: Vec<(AgencyId, TeamId)>,
    /// What is told to whom.
    news: Vec<Telling>,
}

impl App {
    /// What waits for the caller's check, the one that goes on by itself soonest first; and what was stopped and still waits
    /// for its sender.
    pub async fn checks(&self, request: &RequestContext, caller: &Caller) -> Result<Page, Error> {
        let rows = self.store.checks_of(caller.user(), MOST).await?;
        let own = caller.admitted().find(|place| place.agency == caller.agency());
        let place = own.or_else(|| caller.main().map(|named| &named.place)).ok_or(Error::Refused)?;
        let items =
            self.shown(request, caller, (place, Action::ListChecks), |_, _| Some((place, Relation::Checker)), rows).await?;
        Ok(Page { items, next: None })
    }

    /// How much waits for the caller's check: a number, and nothing of what it is.
    pub async fn checks_waiting(&self, caller: &Caller) -> Result<u64, Error> {
        if !caller.checks() {
            return Ok(0);
        }
        Ok(u64::try_from(self.store.count_checks(caller.user()).await?).unwrap_or(0))
    }

    /// Passes a referral on, or stops it; once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`], [`Error::Refused`]; [`Error::Invalid`] when the reason is none of the pathway's.
    pub async fn check(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (reference, verdict): (&str, &Verdict),
    ) -> Result<Answered<Added>, Error> {
        let body = match verdict {
            Verdict::Pass => "pass".to_owned(),
            Verdict::Stop(stop) => format!("stop\n{}\n{}", stop.reason, stop.text),
        };
        let route = format!("POST /referrals/{reference}/check");
        let act = async |once: &Once<'_>| {
            let (action, done) = match verdict {
                Verdict::Pass => {
                    let action = Action::PassCheck;
                    (action, self.decide(request, caller, (reference, action, Fate::Released), once).await)
                }
                Verdict::Stop(stop) => (Action::StopCheck, self.stop(request, caller, (reference, stop), once).await),
            };
            self.damage_on_record(request, caller, action, done).await
        };
        self.once(request, caller, key, (&route, body.as_bytes()), act).await
    }

    /// The sender sends what was stopped all the same; once for each key.
    pub async fn send_stopped(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        reference: &str,
    ) -> Result<Answered<Added>, Error> {
        self.end_stop(request, caller, key, ("send-anyway", reference, Action::SendStopped, Fate::Released)).await
    }

    /// The sender leaves it at the stop: the receiving team's key is erased; once for each key.
    pub async fn withdraw_stopped(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        reference: &str,
    ) -> Result<Answered<Added>, Error> {
        self.end_stop(request, caller, key, ("withdraw", reference, Action::WithdrawStopped, Fate::Withdrawn)).await
    }

    async fn end_stop(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (name, reference, action, fate): (&str, &str, Action, Fate),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /referrals/{reference}/{name}");
        let act = async |once: &Once<'_>| {
            let done = self.decide(request, caller, (reference, action, fate), once).await;
            self.damage_on_record(request, caller, action, done).await
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    /// Lets go what nobody has checked in time, and clears away what its sender left stopped. Holds no content key: the grants
    /// were made by the sender. Gives how many it moved.
    pub async fn mind_checks(&self) -> Result<usize, Error> {
        let request = self.request(None);
        let due = self.store.checks_due(request.at, MOST).await?;
        let left = self.store.stopped_before(request.at.minus(KEPT_STOPPED), MOST).await?;
        let due = due.into_iter().map(|referral| (referral, Action::ReleaseCheck, Fate::Released));
        let left = left.into_iter().map(|referral| (referral, Action::WithdrawStopped, Fate::Withdrawn));
        let mut moved = 0;
        for (referral, action, fate) in due.chain(left) {
            match self.mind_check(&request, &referral, (action, fate)).await {
                Ok(()) => moved += 1,
                // Somebody acted meanwhile, or another node was faster: that stands.
                Err(Error::Conflict(_)) => {}
                Err(Error::Unavailable) => return Err(Error::Unavailable),
                Err(error) => left_for_later(referral.id, &error),
            }
        }
        Ok(moved)
    }

    async fn mind_check(
        &self,
        request: &RequestContext,
        referral: &Referral,
        (action, fate): (Action, Fate),
    ) -> Result<(), Error> {
        let kind = self.agency(referral.referrer_agency).await?.kind;
        // A form that cannot be read any more must not keep a notice from those it is for.
        let legal = match self.form_at(&referral.pathway_version, referral.kind).await {
            Ok(versioned) => Some(legal(kind, &versioned.pathway)),
            Err(Error::Configuration(_) | Error::Integrity(_)) => None,
            Err(other) => return Err(other),
        };
        let act = Act {
            object: Object::Referral(referral.id, Some(referral.revision)),
            sensitivity: Some(referral.sensitivity),
            state: State::Referral(referral.stage.state()),
            legal,
            ..bare(Actor::Job(JOB), action, Object::Hub, Relation::None, State::None, request)
        };
        let permit = self.ask(act).await?;
        let held = self.waiting(referral, fate, (None, request.at)).await?;
        let tx = self.store.begin().await?;
        self.settle_held(tx, permit, referral, (fate, held)).await
    }

    /// An act of a person on a held referral, by the first of their ways that the policy allows.
    async fn decide(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, action, fate): (&str, Action, Fate),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let referral = self.find_referral(request, caller, reference, action).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        let act = self.act_on(request, caller, (&referral, &sight), action, |_, _| Some(Vec::new())).await?;
        let permit = self.ask(act).await?;
        let held = self.waiting(&referral, fate, (Some(caller.user()), request.at)).await?;
        let mut tx = self.store.begin().await?;
        let done = Added { id: tx.event().to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        self.settle_held(tx, permit, &referral, (fate, held)).await?;
        Ok(done)
    }

    /// The held grants of a referral as it was read. Read before the transaction begins, so that it waits for no second
    /// connection; the transaction looks whether they are the same still.
    async fn waiting(&self, referral: &Referral, fate: Fate, (by, at): (Option<UserId>, Timestamp)) -> Result<Waiting, Error> {
        let grants = self.store.held_grants(referral.id).await?;
        let told = match fate {
            Fate::Released => self.told_by(&grants).await?,
            Fate::Withdrawn => Vec::new(),
        };
        let news = match fate {
            Fate::Released => {
                let mut news = self.tell_sender(referral, NoticeCode::WentOn, by).await?;
                news.extend(of_release(referral, &grants));
                news
            }
            // Whoever lets it go knows it; of what ended by itself its sender may know nothing.
            Fate::Withdrawn if by.is_none() => self.tell_sender(referral, NoticeCode::StopEnded, by).await?,
            Fate::Withdrawn => Vec::new(),
        };
        let clocks = self.store.clocks_of(referral.id).await?;
        // The receiving team's time begins when it has the referral: the check is not theirs. Of a form that cannot be read any
        // more nothing says what begins later, so that all of it begins.
        let clocks = match self.form_at(&referral.pathway_version, referral.kind).await {
            Ok(versioned) => versioned.pathway.begun(clocks, (Starts::Receipt, at), &self.calendar),
            Err(Error::Configuration(_) | Error::Integrity(_)) => {
                clocks.into_iter().map(|clock| clock.start(at, &self.calendar)).collect()
            }
            Err(other) => return Err(other),
        };
        Ok(Waiting { grants, clocks, told, news })
    }

    /// Moves a held referral on, releases or erases its held grants, and commits.
    async fn settle_held(
        &self,
        mut tx: Tx,
        permit: Permit,
        referral: &Referral,
        (fate, held): (Fate, Waiting),
    ) -> Result<(), Error> {
        let at = permit.act().request.at;
        let moved = match fate {
            Fate::Released => referral.stage.release(),
            Fate::Withdrawn => referral.stage.withdraw(),
        };
        let stage = moved.ok_or(Error::Conflict("it is not waiting for this any more"))?;
        // First the move, so that of two who release it at once the slower finds it moved.
        match fate {
            Fate::Released => change_with(&mut tx, Referral { stage, ..referral.clone() }, &held.clocks).await?,
            Fate::Withdrawn => change(&mut tx, &Referral { stage, due_at: None, ..referral.clone() }).await?,
        }
        if !tx.still_held(referral.id, &held.grants).await? {
            // Its keys were renewed meanwhile: released would be those of before alone.
            return Err(CommitError::Stale("grant").into());
        }
        for grant in &held.grants {
            match fate {
                Fate::Released => tx.release_grant(grant.id, at).await?,
                Fate::Withdrawn => tx.erase(Erasable::Grant, grant.id).await?,
            }
        }
        self.tell(&mut tx, &held.news, at).await?;
        let compartments = reached(&held.grants);
        tx.commit(permit, &Details { recipients: held.told, compartments, ..Details::default() }).await?;
        Ok(())
    }

    async fn stop(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (reference, stop): (&str, &Stop),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let referral = self.find_referral(request, caller, reference, Action::StopCheck).await?;
        let sight = self.sight(caller, &[referral.id]).await?;
        let act = self.act_on(request, caller, (&referral, &sight), Action::StopCheck, |_, _| Some(Vec::new())).await?;
        let permit = self.ask(act).await?;
        let versioned = self.form_at(&referral.pathway_version, referral.kind).await?;
        let text = checked(&versioned, stop).map_err(Error::Invalid)?;
        let stage = referral.stage.stop(caller.user(), request.at);
        let stage = stage.ok_or(Error::Conflict("it is not waiting for this any more"))?;

        let shared = sight.compartments(referral.id).into_iter().find(|shown| shown.kind == CompartmentKind::Shared);
        let shared = self.held_compartment(&sight, shared.ok_or(Error::Refused)?).await?;
        let news = self.tell_sender(&referral, NoticeCode::Stopped, Some(caller.user())).await?;
        let mut tx = self.store.begin().await?;
        let done = Added { id: tx.event().to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        self.tell(&mut tx, &news, request.at).await?;
        let content = serde_json::json!({ "reason": stop.reason.as_str(), "text": text }).to_string();
        let entry = self.sealed_entry(&tx, &shared, EntryKind::CheckReason, content.as_bytes(), caller.user(), request.at);
        tx.insert_entry(&entry).await?;
        change(&mut tx, &Referral { stage, ..referral }).await?;
        let details = Details {
            entries: vec![(entry.id, entry.sha256)],
            compartments: vec![shared.shown()],
            keys: vec![shared.key],
            ..Details::default()
        };
        tx.commit(permit, &details).await?;
        Ok(done)
    }

    /// The teams that held grants are for.
    async fn told_by(&self, held: &[HeldGrant]) -> Result<Vec<(AgencyId, TeamId)>, Error> {
        let mut told = Vec::new();
        for grant in held.iter().filter(|grant| grant.to_kind == HolderKind::Team) {
            let team = TeamId::parse(&grant.to).map_err(|_| Error::Integrity("a holder's id is damaged"))?;
            let named = (self.team(team).await?.agency, team);
            if !told.contains(&named) {
                told.push(named);
            }
        }
        Ok(told)
    }

    /// A stop as its readers see it.
    pub(super) async fn stop_view(
        &self,
        versioned: &Versioned,
        stop: Option<(UserId, Timestamp, Stop)>,
    ) -> Result<Option<StopView>, Error> {
        let Some((by, at, stop)) = stop else { return Ok(None) };
        let by = self.store.account(by).await?.map(|account| account.name.as_str().to_owned()).unwrap_or_default();
        let reasons = versioned.pathway.check.as_ref().map_or(&[][..], |check| &check.reasons);
        let title = reasons.iter().find(|choice| choice.code == stop.reason).map(|choice| choice.title.clone());
        let reason = stop.reason.as_str().to_owned();
        Ok(Some(StopView { by, at, title: title.unwrap_or_default(), reason, text: stop.text }))
    }
}

/// The compartments that held grants are for, each once.
fn reached(held: &[HeldGrant]) -> Vec<ShownCompartment> {
    let mut shown: Vec<ShownCompartment> = Vec::new();
    for grant in held {
        if shown.iter().all(|known| known.id != grant.compartment) {
            shown.push(ShownCompartment { id: grant.compartment, kind: grant.kind });
        }
    }
    shown
}

/// One referral or draft that a job could not handle: whoever runs the hub hears of it, and the others are not kept waiting.
pub(super) fn left_for_later(id: ReferralId, error: &Error) {
    tracing::error!(error.kind = "job", error = %error, referral.id = %id, "a job leaves one referral for later");
}

/// The words of a stop, if its reason is one of the pathway's.
fn checked(versioned: &Versioned, stop: &Stop) -> Result<String, Vec<FieldError>> {
    let reasons = versioned.pathway.check.as_ref().map_or(&[][..], |check| &check.reasons);
    if reasons.iter().all(|choice| choice.code != stop.reason) {
        return Err(invalid("reason", "Choose why you stop it"));
    }
    if stop.text.trim().is_empty() {
        return Ok(String::new());
    }
    lines(&stop.text, LONGEST).map_err(|_| invalid("text", "Words to the sender must be 2,000 characters or less"))
}

fn invalid(field: &str, message: &str) -> Vec<FieldError> {
    // A fixed word of ours is always an id.
    QuestionId::parse(field).map(|field| FieldError::new(field, message)).into_iter().collect()
}

/// Reads a sealed stop back.
pub(super) fn read_stop(text: &str) -> Result<Stop, Error> {
    let damaged = || Error::Integrity("the reason of a stop cannot be read");
    let json: serde_json::Value = serde_json::from_str(text).map_err(|_| damaged())?;
    let of = |name: &str| json[name].as_str().ok_or_else(damaged);
    Ok(Stop { reason: Code::parse(of("reason")?).map_err(|_| damaged())?, text: of("text")?.to_owned() })
}
