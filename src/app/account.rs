//! The caller's own account, and the ways that stand open to them.

use super::{App, Caller, Error, sign_in::own};
use crate::{
    audit::Details,
    domain::{action::Action, relation::Relation},
    policy::{Question, RequestContext, State},
};

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
        }
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
