//! A clock that is set, not read: for filling a demonstration with a past, and for tests.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use crate::domain::{ports::Clock, time::Timestamp};

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct SettableClock(AtomicI64);

impl SettableClock {
    /// Standing at a moment.
    pub const fn at(moment: Timestamp) -> Self {
        Self(AtomicI64::new(moment.millis()))
    }

    /// Moves to a moment.
    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.millis(), Ordering::SeqCst);
    }

    /// Moves on.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().plus(by));
    }
}

impl Clock for SettableClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}
