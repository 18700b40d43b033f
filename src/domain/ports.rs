//! What the outside gives: time and randomness, as traits, so that nothing reaches for the ambient ones.

use super::time::Timestamp;

/// Tells the time. Production reads the system clock; tests set it.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// Gives cryptographically strong random bytes.
pub trait Random: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}
