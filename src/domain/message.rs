//! Messages on a referral: who they are for, and how long they may be.

use super::compartment::CompartmentKind;

coded_enum! {
    /// Who reads a message.
    pub enum Audience {
        /// Referrer and receiving team.
        Shared = "shared",
        /// The receiving team only.
        Casework = "casework",
    }
}

impl Audience {
    /// The compartment that seals its messages.
    pub const fn compartment(self) -> CompartmentKind {
        match self {
            Self::Shared => CompartmentKind::Shared,
            Self::Casework => CompartmentKind::Casework,
        }
    }

    /// The audience whose messages this compartment seals.
    pub const fn of(kind: CompartmentKind) -> Option<Self> {
        match kind {
            CompartmentKind::Shared => Some(Self::Shared),
            CompartmentKind::Casework => Some(Self::Casework),
            _ => None,
        }
    }
}

/// The longest message, in characters.
pub const LONGEST: usize = 5000;
