//! The ambient clock and random source: the only place that may reach for them.

use std::time::SystemTime;

use rand::{TryRng, rngs::SysRng};

use crate::domain::{
    ports::{Clock, Random},
    time::Timestamp,
};

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the injected clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The operating system's random source.
#[derive(Debug, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(
        clippy::expect_used,
        reason = "without randomness no key may be made and no act recorded: stopping is the only safe answer"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        SysRng.try_fill_bytes(buffer).expect("the operating system gives random bytes");
    }
}
