//! The one gate: an act is asked about here, and a refusal is on record before the caller hears of it.

use std::net::IpAddr;

use super::{App, Caller, Error, throttle::address};
use crate::{
    audit::Details,
    domain::{
        action::Action, actor::Actor, agency::AgencyKind, ids::RequestId, pathway::Pathway, relation::Relation, time::Timestamp,
    },
    policy::{Act, DenialReason, HubState, Legal, Object, Permit, RequestContext, State},
};

impl App {
    /// A request begins: an id, the peer's address, the time.
    pub fn request(&self, source: Option<IpAddr>) -> RequestContext {
        RequestContext { id: RequestId::random(&*self.random), source, at: self.clock.now() }
    }

    /// Asks the policy; a no becomes an event at once.
    pub(super) async fn ask(&self, act: Act) -> Result<Permit, Error> {
        match self.policy.current().decide(act) {
            Ok(permit) => Ok(permit),
            Err(denial) => {
                self.store.refuse(&[(denial, Details::default())]).await?;
                Err(Error::Refused)
            }
        }
    }

    /// Puts a refusal that was decided elsewhere on record: unseen, throttled, cross-site.
    pub(super) async fn refuse(&self, act: Act, reason: DenialReason, route: Option<&'static str>) -> Result<(), Error> {
        if reason == DenialReason::Integrity {
            // Whoever runs the hub must hear of it, not only whoever reads the log.
            let (action, request) = (act.action.code(), act.request.id);
            tracing::error!(
                request.id = %request,
                error.kind = "integrity",
                action,
                "a stored record failed its check; nothing of it was shown or used"
            );
            self.alarm(&act).await?;
        }
        let denial = self.policy.current().refuse(act, reason);
        self.store.refuse(&[(denial, Details { route, ..Details::default() })]).await?;
        Ok(())
    }

    /// Passes an answer on. One that failed because what is stored is not what the log vouches for is on record first.
    pub(super) async fn damage_on_record<T>(
        &self,
        request: &RequestContext,
        caller: &Caller,
        action: Action,
        answer: Result<T, Error>,
    ) -> Result<T, Error> {
        if let Err(Error::Integrity(_)) = &answer {
            let act = bare(caller.acting()?, action, Object::Unseen, Relation::None, State::None, request);
            self.refuse(act, DenialReason::Integrity, None).await?;
        }
        answer
    }

    /// A refusal of nobody in particular: the first of its source, route and minute is an event, the rest are counted, in this
    /// process, and named in the next.
    pub async fn refuse_nobody(
        &self,
        request: &RequestContext,
        route: &'static str,
        action: Action,
        reason: DenialReason,
    ) -> Result<(), Error> {
        let minute = request.at.millis() / 60_000;
        if let Some(more) = self.nobodies.count(address(request), route, minute) {
            let act = bare(Actor::Nobody, action, Object::Unseen, Relation::None, State::None, request);
            let denial = self.policy.current().refuse(act, reason);
            let more = (more > 0).then_some(more);
            self.store.refuse(&[(denial, Details { route: Some(route), more, ..Details::default() })]).await?;
        }
        Ok(())
    }

    /// A signed-in person's request whose token or origin was not ours.
    pub async fn refuse_cross_site(
        &self,
        request: &RequestContext,
        caller: &Caller,
        route: &'static str,
        action: Action,
    ) -> Result<(), Error> {
        let act = bare(caller.acting()?, action, Object::Unseen, Relation::None, State::None, request);
        self.refuse(act, DenialReason::CrossSite, Some(route)).await
    }

    pub(super) async fn hub_state(&self) -> Result<HubState, Error> {
        let hub = self.store.hub().await?;
        Ok(hub.map_or(HubState::SettingUp, |hub| hub.state))
    }
}

/// An act that touches no referral.
pub(super) fn bare(
    actor: Actor,
    action: Action,
    object: Object,
    relation: Relation,
    state: State,
    request: &RequestContext,
) -> Act {
    Act {
        actor,
        action,
        object,
        relation,
        sensitivity: None,
        state,
        compartments: Vec::new(),
        legal: None,
        request: request.clone(),
    }
}

/// The law an agency of this kind rests on for a pathway, unless it says otherwise.
pub(super) fn legal(kind: AgencyKind, pathway: &Pathway) -> Legal {
    let (basis, purpose) = pathway.default_legal(kind);
    Legal { regime: basis.regime(), basis, purpose }
}

/// The moment a refused source may count as quiet again.
pub(super) fn quiet_since(now: Timestamp) -> Timestamp {
    now.minus(std::time::Duration::from_mins(15))
}
