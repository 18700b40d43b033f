//! The policy in force, which a running hub can replace as a whole.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::decide::Policy;

/// Holds the policy in force. There is always one, and only a loaded one can follow it.
#[derive(Debug)]
pub struct PolicyInForce(ArcSwap<Policy>);

impl PolicyInForce {
    /// The first policy.
    pub fn new(policy: Policy) -> Self {
        Self(ArcSwap::from_pointee(policy))
    }

    /// The policy in force; a request takes it once and keeps to it.
    pub fn current(&self) -> Arc<Policy> {
        self.0.load_full()
    }

    /// Puts a freshly loaded policy into force and gives back the one before.
    pub fn replace(&self, policy: Policy) -> Arc<Policy> {
        self.0.swap(Arc::new(policy))
    }
}
