//! Keys renewed: the next keys of what a removal, a disabled account or a team's new key leaves behind. Nothing here opens
//! anything: new keys are drawn and sealed to the public keys of those who are left, so a job without keys can do it.

use super::{
    Added, Answered, App, Caller, Error, Founder, IdempotencyKey,
    gate::bare,
    idempotency::Once,
    reading::TRIES,
    sealing::{Compartment, Holder},
};
use crate::{
    audit::Details,
    domain::{
        action::Action,
        actor::Actor,
        ids::{AgencyId, ReferralId, RenewalId, TeamId, UserId},
        key::{HolderKind, OwnerKind},
        relation::Relation,
        renewal::{RenewalState, Subject},
        role::Role,
        time::Timestamp,
    },
    policy::{HubState, Object, RequestContext, ShownCompartment, State},
    store::{CommitError, Tx, renewals::NewestKey},
};

/// The job's name in the log.
const JOB: &str = "key-renewal";
/// How many grants one step of the job passes: a step ends soon, so that a pause or a stop is heard.
const A_STEP: i64 = 50;
/// The most steps at once, for the same reason.
const STEPS: usize = 2;

/// What one turn of the job came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewed {
    /// How many compartments got their next key.
    pub compartments: i64,
    /// Whether a renewal still runs: a turn may find nothing to do in one and have another before it.
    pub more: bool,
}

impl App {
    /// Begins the renewal of what somebody could read, in the transaction that takes it from them.
    pub(super) async fn begin_renewal(
        &self,
        tx: &mut Tx,
        agency: AgencyId,
        subject: Subject,
        at: Timestamp,
    ) -> Result<(), Error> {
        tx.begin_renewal(RenewalId::random(&*self.random), (agency, subject), at).await.map_err(Error::from)
    }

    /// Gives a referral's or draft's compartments their next keys, before somebody writes into one that whoever has left could
    /// still open: nothing is sealed to a key of old because the job has not come so far.
    ///
    /// # Errors
    /// [`Error::Conflict`] where nobody of those who received it could ever open what is written now: who writes must know.
    pub(super) async fn renew_before_writing(&self, request: &RequestContext, referral: ReferralId) -> Result<(), Error> {
        if self.store.reaches_nobody(referral).await? {
            return Err(Error::Conflict("nobody in the team that received this holds its key at present: ring the team"));
        }
        let mut done = self.renew(request, referral).await;
        for _ in 1..TRIES {
            // Somebody else does so, or changes who holds it: it is looked at again.
            let Err(Error::Conflict(_)) = &done else { break };
            done = self.renew(request, referral).await;
        }
        done.map(drop)
    }

    /// Gives those of a referral's compartments their next keys whose newest is in the hands of somebody who must not have it;
    /// how many. Those who hold none of it but recovery are nobody to write for: there it stays as it is.
    async fn renew(&self, request: &RequestContext, referral: ReferralId) -> Result<i64, Error> {
        let keys = self.store.newest_keys(referral).await?;
        let mut stale: Vec<(Compartment, Vec<Holder>)> = Vec::new();
        for of in keys.chunk_by(|one, other| one.compartment == other.compartment) {
            let [first, ..] = of else { continue };
            let stays = |key: &NewestKey| key.entitled && key.present;
            if of.iter().all(stays) || !of.iter().any(|key| key.entitled && key.to_kind != HolderKind::Recovery) {
                continue;
            }
            let key = self.checked_key_of(OwnerKind::Compartment, &first.compartment.to_string(), first.epoch).await?;
            let old = Compartment {
                id: first.compartment,
                kind: first.kind,
                key: key.id,
                referral,
                epoch: first.epoch,
                recipient: key.recipient,
            };
            stale.push((old, self.who_go_on(of).await?));
        }
        if stale.is_empty() {
            return Ok(0);
        }
        let on = State::Hub(HubState::Open);
        let permit = self.ask(bare(Actor::Job(JOB), Action::RenewKeys, Object::Hub, Relation::None, on, request)).await?;
        let mut tx = self.store.begin().await?;
        if tx.held_newest_keys(referral).await? != keys {
            // Released, erased, given or renewed since: whom it was decided for may not be who it is for now.
            return Err(CommitError::Stale("compartment").into());
        }
        let (mut compartments, mut renewed) = (Vec::<ShownCompartment>::new(), Vec::new());
        for (old, holders) in &stale {
            let (next, keys) = self.next_epoch(&mut tx, old, holders, request.at).await?;
            compartments.push(next.shown());
            renewed.extend(keys);
        }
        let count = i64::try_from(stale.len()).unwrap_or(i64::MAX);
        tx.commit(permit, &Details { compartments, keys: renewed, ..Details::default() }).await?;
        Ok(count)
    }

    /// Those who go on holding a compartment, each once for a reason, with their present keys.
    async fn who_go_on(&self, keys: &[NewestKey]) -> Result<Vec<Holder>, Error> {
        let damaged = || Error::Integrity("a holder's id is damaged");
        let mut going: Vec<&NewestKey> = Vec::new();
        for key in keys.iter().filter(|key| key.entitled) {
            let same = |other: &&NewestKey| (&other.to, other.reason, other.held) == (&key.to, key.reason, key.held);
            if !going.iter().any(same) {
                going.push(key);
            }
        }
        let mut holders = Vec::new();
        for key in going {
            let holder = match key.to_kind {
                HolderKind::Team => self.team_holder(&self.team(TeamId::parse(&key.to).map_err(|_| damaged())?).await?).await?,
                HolderKind::User => self.user_holder(UserId::parse(&key.to).map_err(|_| damaged())?).await?,
                HolderKind::Recovery => {
                    let agency = AgencyId::parse(&key.to).map_err(|_| damaged())?;
                    self.recovery_holder(&self.agency(agency).await?).await?
                }
            };
            let holder = holder.because(key.reason);
            holders.push(if key.held { holder.held() } else { holder });
        }
        Ok(holders)
    }

    /// A job without keys goes on with what removals have left. It ends after some steps, so that it stands in nobody's way, and
    /// begins again where it stood.
    ///
    /// # Errors
    /// [`Error::Unavailable`]. One referral that cannot be renewed is left where it stands, on record, and keeps no other waiting.
    pub async fn renew_keys(&self) -> Result<Renewed, Error> {
        let mut all = 0;
        for _ in 0..STEPS {
            let Some(renewal) = self.store.running_renewal().await? else { break };
            let request = self.request(None);
            let found = self.store.to_renew(renewal.subject, &renewal.reached, A_STEP).await?;
            let (mut renewed, mut last) = (0, None::<ReferralId>);
            for (_, referral) in &found {
                if last.replace(*referral) == Some(*referral) {
                    continue;
                }
                match self.renew(&request, *referral).await {
                    Ok(count) => renewed += count,
                    Err(Error::Conflict(_)) => {}
                    Err(Error::Unavailable) => return Err(Error::Unavailable),
                    Err(error) => {
                        tracing::error!(error.kind = "job", referral.id = %referral, error = %error, "a job leaves one referral as it is");
                    }
                }
            }
            all += renewed;
            let passed = i64::try_from(found.len()).unwrap_or(i64::MAX);
            let reached = found.last().map(|(grant, _)| grant.to_string());
            self.store.step_renewal(&renewal.stepped((passed, renewed), reached, request.at)).await?;
        }
        Ok(Renewed { compartments: all, more: self.store.running_renewal().await?.is_some() })
    }

    /// Pauses the renewal of keys of the caller's agency, or lets it go on; once for each key of a request.
    ///
    /// # Errors
    /// [`Error::Refused`]; [`Error::Conflict`] when it does not stand where that is possible, or is not the agency's.
    pub async fn turn_renewal(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        (id, pause): (&str, bool),
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /keys/renewals/{id}/{}", if pause { "pause" } else { "resume" });
        let act = async |once: &Once<'_>| self.turn_once(request, caller, (id, pause), once).await;
        self.once(request, caller, key, (&route, b""), act).await
    }

    async fn turn_once(
        &self,
        request: &RequestContext,
        caller: &Caller,
        (id, pause): (&str, bool),
        once: &Once<'_>,
    ) -> Result<Added, Error> {
        let agency = caller.agency();
        let (action, from, to) = if pause {
            (Action::PauseRenewal, RenewalState::Running, RenewalState::Paused)
        } else {
            (Action::ResumeRenewal, RenewalState::Paused, RenewalState::Running)
        };
        let (actor, relation) = Founder::Caller(caller).acting_on(agency, Role::AgencyAdministrator)?;
        let permit = self.ask(bare(actor, action, Object::Agency(agency), relation, State::None, request)).await?;
        let id = RenewalId::parse(id).map_err(|_| Error::Unseen)?;
        let mut tx = self.store.begin().await?;
        let done = Added { id: id.to_string(), at: request.at };
        once.remember(&mut tx, &done).await?;
        if !tx.turn_renewal((id, agency), from, to).await? {
            return Err(Error::Conflict("it is not at a point where that is possible; look again"));
        }
        tx.commit(permit, &Details::default()).await?;
        Ok(done)
    }
}
