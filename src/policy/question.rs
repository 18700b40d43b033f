//! What the policy is asked: flat codes, worked out beforehand.

use crate::domain::{
    action::Action, agency::TeamState, compartment::CompartmentKind, referral::ReferralState, relation::Relation, role::Subject,
    sensitivity::Sensitivity,
};

coded_enum! {
    /// The life of the hub.
    pub enum HubState {
        /// First set-up: agencies and first administrators are being made.
        SettingUp = "setting-up",
        /// People work with it.
        Open = "open",
    }
}

/// The state of what is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// The thing has no state of its own.
    None,
    /// The hub's.
    Hub(HubState),
    /// A team's.
    Team(TeamState),
    /// A referral's.
    Referral(ReferralState),
}

/// How "does not apply" is written in questions and policy lines; never an empty text.
pub(super) const NOT_APPLICABLE: &str = "-";

impl State {
    /// The code, `-` where none applies.
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => NOT_APPLICABLE,
            Self::Hub(state) => state.code(),
            Self::Team(state) => state.code(),
            Self::Referral(state) => state.code(),
        }
    }
}

/// One question; the whole of what a decision may depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Question {
    /// Who asks.
    pub subject: Subject,
    /// What they want to do.
    pub action: Action,
    /// How they stand to the object.
    pub relation: Relation,
    /// The pathway's sensitivity, for referrals and compartments.
    pub sensitivity: Option<Sensitivity>,
    /// The kind of compartment, for compartments.
    pub compartment: Option<CompartmentKind>,
    /// The state of the object.
    pub state: State,
}

impl Question {
    /// The six cells as casbin sees them, in the order of `policies/model.conf`.
    pub fn cells(&self) -> [&'static str; 6] {
        [
            self.subject.code(),
            self.action.code(),
            self.relation.code(),
            self.sensitivity.map_or(NOT_APPLICABLE, Sensitivity::code),
            self.compartment.map_or(NOT_APPLICABLE, CompartmentKind::code),
            self.state.code(),
        ]
    }
}
