//! Proofs for the unit tests of the rooms that demand them; not part of the program.

use super::permit::{Act, Denial, DenialReason, Permit};

/// A permit that no policy was asked for.
pub fn permit(act: Act) -> Permit {
    Permit::new(act, [7; 32])
}

/// A denial that no policy was asked for.
pub fn denial(act: Act, reason: DenialReason) -> Denial {
    Denial::new(act, [7; 32], reason)
}
