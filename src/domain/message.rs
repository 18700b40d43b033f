//! Messages on a referral: who they are for, and how long they may be.

use super::compartment::CompartmentKind;

coded_enum! {
    /// Who reads a message.
    pub enum Audience {
        /// Referrer and receiving team.
        Shared = "shared",
        /// The receiving team only.
        Casework = "casework",
        /// Whoever something was shared with; nobody writes to it.
        Share = "share",
    }
}

impl Audience {
    /// The audience that somebody writes to, by its code.
    pub fn to_write_to(code: &str) -> Option<Self> {
        Self::parse(code).filter(|audience| *audience != Self::Share)
    }

    /// The compartment that seals its messages.
    pub const fn compartment(self) -> CompartmentKind {
        match self {
            Self::Shared => CompartmentKind::Shared,
            Self::Casework => CompartmentKind::Casework,
            Self::Share => CompartmentKind::Share,
        }
    }

    /// The audience whose messages this compartment seals.
    pub const fn of(kind: CompartmentKind) -> Option<Self> {
        match kind {
            CompartmentKind::Shared => Some(Self::Shared),
            CompartmentKind::Casework => Some(Self::Casework),
            CompartmentKind::Share => Some(Self::Share),
            _ => None,
        }
    }
}

/// The longest message, in characters.
pub const LONGEST: usize = 5000;
