//! The caller's own account, and the ways that stand open to them.

use super::{
    Added, Answered, App, Caller, Error, IdempotencyKey,
    gate::bare,
    idempotency::{Once, acted},
    sign_in::own,
};
use crate::{
    audit::Details,
    domain::{action::Action, ids::SessionId, relation::Relation, role::Role, session::IDLE, time::Timestamp},
    policy::{DenialReason, Object, Question, RequestContext, State},
    store::sessions::SessionTimes,
};

/// Somewhere that the caller is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionView {
    /// Its public id.
    pub id: SessionId,
    /// When they signed in.
    pub begun_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Timestamp,
    /// When it ends in any case.
    pub ends_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// Where a caller may go, so that no page guesses a link. Each place decides anew when it is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each place, none a state of another")]
pub struct Ways {
    /// To what they sent, and to single referrals.
    pub sent: bool,
    /// To a queue.
    pub queue: bool,
    /// To the log.
    pub log: bool,
    /// To who checks for the agency.
    pub safeguarding_leads: bool,
    /// To the people of the agency.
    pub people: bool,
    /// To the agencies of the partnership.
    pub agencies: bool,
}

impl App {
    /// The ways open to a caller, as the policy has them.
    pub fn ways(&self, caller: &Caller) -> Ways {
        let policy = self.policy.current();
        let of_own_agency = |action| {
            caller.places().iter().any(|named| {
                policy.allows(&Question {
                    subject: named.place.role.into(),
                    action,
                    relation: Relation::OwnAgency,
                    sensitivity: None,
                    compartment: None,
                    state: State::None,
                })
            })
        };
        Ways {
            sent: caller.admitted().next().is_some(),
            queue: !self.queue_places(caller).is_empty(),
            log: of_own_agency(Action::ReadLog),
            safeguarding_leads: of_own_agency(Action::SetSafeguardingLeads),
            people: of_own_agency(Action::ReadPeople),
            agencies: caller.has_role(Role::HubOperator),
        }
    }

    /// Where the caller is signed in, the newest session first; looking at the own account is on record.
    pub async fn own_sessions(&self, request: &RequestContext, caller: &Caller) -> Result<Vec<SessionView>, Error> {
        self.read_account(request, caller).await?;
        let view = |times: SessionTimes| SessionView {
            id: times.id,
            begun_at: times.begun_at,
            // Each use moves that limit to a quarter of an hour later, or to the end of the session.
            used_at: times.idle_expires_at.minus(IDLE).max(times.begun_at),
            ends_at: times.expires_at,
            is_this: times.id == caller.session(),
        };
        Ok(self.store.sessions_of(caller.user(), request.at).await?.into_iter().map(view).collect())
    }

    /// Ends one of the caller's sessions; once for each key.
    ///
    /// # Errors
    /// [`Error::Unseen`] when it is none of theirs, or has ended.
    pub async fn end_own_session(
        &self,
        request: &RequestContext,
        caller: &Caller,
        key: &IdempotencyKey,
        session: SessionId,
    ) -> Result<Answered<Added>, Error> {
        let route = format!("POST /sessions/{session}/end");
        let act = async |once: &Once<'_>| {
            let own_sessions = self.store.sessions_of(caller.user(), request.at).await?;
            if own_sessions.iter().all(|known| known.id != session) {
                let act = bare(caller.acting()?, Action::EndSession, Object::Unseen, Relation::None, State::None, request);
                self.refuse(act, DenialReason::Unseen, None).await?;
                return Err(Error::Unseen);
            }
            let permit = self.ask(own(&caller.acting()?, Action::EndSession, caller.user(), request)).await?;
            let mut tx = self.store.begin().await?;
            let done = acted(&tx, request.at);
            once.remember(&mut tx, &done).await?;
            if !tx.end_session(session, request.at).await? {
                return Err(Error::Unseen);
            }
            tx.commit(permit, &Details::default()).await?;
            Ok(done)
        };
        self.once(request, caller, key, (&route, b""), act).await
    }

    /// How many sessions the caller has; looking at the own account is on record.
    pub async fn read_account(&self, request: &RequestContext, caller: &Caller) -> Result<u64, Error> {
        let permit = self.ask(own(&caller.acting()?, Action::ReadAccount, caller.user(), request)).await?;
        for recorded in self.store.record(vec![(permit, Details::default())]).await? {
            recorded?;
        }
        let sessions = self.store.live_sessions(caller.user(), request.at).await?;
        Ok(u64::try_from(sessions).unwrap_or(0))
    }
}
