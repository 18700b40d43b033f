//! What the policy is asked: flat codes, worked out beforehand.

use crate::domain::{
    action::{Action, Scope},
    agency::TeamState,
    compartment::CompartmentKind,
    referral::ReferralState,
    relation::Relation,
    role::Subject,
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
    /// Every state there is, `None` first.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::None)
            .chain(HubState::ALL.iter().copied().map(Self::Hub))
            .chain(TeamState::ALL.iter().copied().map(Self::Team))
            .chain(ReferralState::ALL.iter().copied().map(Self::Referral))
    }

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

    /// Whether the question carries exactly the facts its action's [`Scope`] is asked with. One that does not is never
    /// allowed: a missing sensitivity must not slip through a policy cell that says `any`.
    pub const fn fits(&self) -> bool {
        let (sensitivity, compartment) = (self.sensitivity.is_some(), self.compartment.is_some());
        match self.action.scope() {
            Scope::Hub => !sensitivity && !compartment && matches!(self.state, State::Hub(_)),
            Scope::Account | Scope::Agency => !sensitivity && !compartment && matches!(self.state, State::None),
            Scope::Team => !sensitivity && !compartment && matches!(self.state, State::Team(_)),
            Scope::Referral => sensitivity && !compartment && matches!(self.state, State::Referral(_)),
            Scope::Compartment => sensitivity && compartment && matches!(self.state, State::Referral(_)),
        }
    }

    /// Every question that fits, for one subject, action and relation.
    pub fn every(subject: Subject, action: Action, relation: Relation) -> impl Iterator<Item = Self> {
        let sensitivities = || std::iter::once(None).chain(Sensitivity::ALL.iter().copied().map(Some));
        let compartments = || std::iter::once(None).chain(CompartmentKind::ALL.iter().copied().map(Some));
        sensitivities()
            .flat_map(move |sensitivity| compartments().map(move |compartment| (sensitivity, compartment)))
            .flat_map(move |(sensitivity, compartment)| {
                State::all().map(move |state| Self { subject, action, relation, sensitivity, compartment, state })
            })
            .filter(Self::fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn questions(action: Action) -> Vec<Question> {
        Question::every(Subject::Lead, action, Relation::None).collect()
    }

    #[test]
    fn an_action_is_asked_with_the_facts_of_its_scope() {
        assert_eq!(questions(Action::OpenHub).len(), 2);
        assert_eq!(questions(Action::SignIn).len(), 1);
        assert_eq!(questions(Action::ReadLog).len(), 1);
        assert_eq!(questions(Action::BearTeam).len(), 2);
        assert_eq!(questions(Action::SubmitReferral).len(), 4 * 8);
        assert_eq!(questions(Action::ReadReferral).len(), 4 * 7 * 8);
    }

    #[test]
    fn a_missing_or_surplus_fact_does_not_fit() {
        for &action in Action::ALL {
            for good in questions(action) {
                let sensitivity = good.sensitivity.map(|_| Sensitivity::L1).xor(Some(Sensitivity::L1));
                assert!(!Question { sensitivity, ..good }.fits(), "{action}");
                let compartment = good.compartment.map(|_| CompartmentKind::Draft).xor(Some(CompartmentKind::Draft));
                assert!(!Question { compartment, ..good }.fits(), "{action}");
                let state = if good.state == State::None { State::Hub(HubState::Open) } else { State::None };
                assert!(!Question { state, ..good }.fits(), "{action}");
            }
        }
    }
}
