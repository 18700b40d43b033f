//! Proof of a decision. A [`Permit`] cannot be built, copied or changed outside this room; committing uses it up.

use std::net::IpAddr;

use super::question::{Question, State};
use crate::domain::{
    action::Action,
    actor::Actor,
    compartment::CompartmentKind,
    ids::{AgencyId, CompartmentId, ReferralId, RequestId, TeamId, UserId},
    legal::{Basis, Purpose, Regime},
    relation::Relation,
    sensitivity::Sensitivity,
    time::Timestamp,
};

/// The request an act belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestContext {
    /// Ties together the events of one request.
    pub id: RequestId,
    /// The peer's address, as the listener saw it; none for jobs.
    pub source: Option<IpAddr>,
    /// When the request began.
    pub at: Timestamp,
}

/// The law an act rests on; recorded with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Legal {
    /// Which law.
    pub regime: Regime,
    /// The lawful basis.
    pub basis: Basis,
    /// The purpose.
    pub purpose: Purpose,
}

/// What an act is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// The hub.
    Hub,
    /// An account.
    Account(UserId),
    /// An agency.
    Agency(AgencyId),
    /// A team.
    Team(TeamId),
    /// A referral, at a revision that the commit re-checks; `None` while it is being made.
    Referral(ReferralId, Option<i64>),
    /// A draft, by the id that it keeps when it is sent, at a revision likewise.
    Draft(ReferralId, Option<i64>),
    /// Something the caller cannot see, or that does not exist: the log does not tell which.
    Unseen,
}

/// A compartment that an act reaches into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownCompartment {
    /// Its id.
    pub id: CompartmentId,
    /// Its kind.
    pub kind: CompartmentKind,
}

/// An act somebody asks to do: all that the decision, and later the event, needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// About what.
    pub object: Object,
    /// The actor's relation to it.
    pub relation: Relation,
    /// The pathway's sensitivity, where one applies.
    pub sensitivity: Option<Sensitivity>,
    /// The state of the object.
    pub state: State,
    /// The compartments reached into: every one must be allowed. Empty where none applies.
    pub compartments: Vec<ShownCompartment>,
    /// The law it rests on, where personal data of a referral is touched.
    pub legal: Option<Legal>,
    /// The request it belongs to.
    pub request: RequestContext,
}

impl Act {
    /// The questions the policy must all answer with yes.
    pub fn questions(&self) -> Vec<Question> {
        let question = |compartment| Question {
            subject: self.actor.subject(),
            action: self.action,
            relation: self.relation,
            sensitivity: self.sensitivity,
            compartment,
            state: self.state,
        };
        if self.compartments.is_empty() {
            vec![question(None)]
        } else {
            self.compartments.iter().map(|shown| question(Some(shown.kind))).collect()
        }
    }
}

coded_enum! {
    /// Why an act was refused.
    pub enum DenialReason {
        /// The policy does not allow it.
        Policy = "policy",
        /// The caller cannot see the object, or it does not exist.
        Unseen = "unseen",
        /// The policy could not be evaluated; that is a no.
        Evaluation = "evaluation",
        /// Nobody is signed in.
        NotSignedIn = "not-signed-in",
        /// User name, password or code was wrong.
        Credentials = "credentials",
        /// Too many tries.
        Throttled = "throttled",
        /// The form's token or origin was not ours.
        CrossSite = "cross-site",
        /// What is stored is not what the log vouches for; nothing of it was shown.
        Integrity = "integrity",
        /// A scanner found something harmful in what was sent.
        Infected = "infected",
        /// The scanner did not look at what was sent.
        Unscanned = "unscanned",
        /// The file is in quarantine.
        Quarantined = "quarantined",
    }
}

/// Proof that the policy allowed an act. Only [`super::Policy`] makes one.
#[derive(Debug)]
#[must_use = "a permit does nothing until it is committed"]
pub struct Permit {
    act: Act,
    policy: [u8; 32],
}

impl Permit {
    pub(super) const fn new(act: Act, policy: [u8; 32]) -> Self {
        Self { act, policy }
    }

    /// A permit for the unit tests of the rooms that demand one; the product cannot call it.
    #[cfg(test)]
    pub(crate) fn for_test(act: Act) -> Self {
        Self::new(act, [0; 32])
    }

    /// The act that was allowed.
    pub const fn act(&self) -> &Act {
        &self.act
    }

    /// SHA-256 of the policy that allowed it.
    pub const fn policy(&self) -> &[u8; 32] {
        &self.policy
    }
}

/// A refused act; the log keeps it as it keeps a permitted one.
#[derive(Debug)]
pub struct Denial {
    // Boxed so that a `Result` with a refusal in it stays small.
    act: Box<Act>,
    policy: [u8; 32],
    reason: DenialReason,
}

impl Denial {
    pub(super) fn new(act: Act, policy: [u8; 32], reason: DenialReason) -> Self {
        Self { act: Box::new(act), policy, reason }
    }

    /// The act that was refused.
    pub fn act(&self) -> &Act {
        &self.act
    }

    /// SHA-256 of the policy in force.
    pub const fn policy(&self) -> &[u8; 32] {
        &self.policy
    }

    /// Why.
    pub const fn reason(&self) -> DenialReason {
        self.reason
    }
}
