//! How hard a password is to guess: the cost of one run of Argon2id.

use argon2::Params;

/// Memory, passes and lanes of one run. Stored with each credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// The cost is outside what Argon2 takes, or above what one sign-in may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an Argon2 cost has 8 KiB or more of memory for each lane, at most 256 MiB, 1 to 16 passes and 1 to 4 lanes")]
pub struct BadCost;

impl Cost {
    /// 64 MiB, three passes, one lane: near the low-memory choice of RFC 9106.
    pub const PRODUCTION: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    /// A cost, from settings or a row. The upper limits keep a planted row from exhausting the machine.
    ///
    /// # Errors
    /// [`BadCost`] outside the limits.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, BadCost> {
        let within =
            memory_kib <= 256 * 1024 && (1..=16).contains(&passes) && (1..=4).contains(&lanes) && memory_kib >= 8 * lanes;
        if within { Ok(Self { memory_kib, passes, lanes }) } else { Err(BadCost) }
    }

    /// Memory in KiB.
    pub const fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Passes over the memory.
    pub const fn passes(self) -> u32 {
        self.passes
    }

    /// Lanes.
    pub const fn lanes(self) -> u32 {
        self.lanes
    }

    /// Whether it is below [`Cost::PRODUCTION`] in memory or passes.
    pub const fn is_weak(self) -> bool {
        self.is_below(Self::PRODUCTION)
    }

    /// Whether it is below the floor in memory or passes. More of one does not make up for less of the other.
    pub const fn is_below(self, floor: Self) -> bool {
        self.memory_kib < floor.memory_kib || self.passes < floor.passes
    }

    pub(super) fn params(self) -> Params {
        Params::new(self.memory_kib, self.passes, self.lanes, Some(64))
            .unwrap_or_else(|_| unreachable!("the limits of Cost lie inside those of Argon2"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        for (memory, passes, lanes, good) in [
            (8, 1, 1, true),
            (32, 16, 4, true),
            (256 * 1024, 3, 1, true),
            (7, 1, 1, false),
            (31, 1, 4, false),
            (256 * 1024 + 1, 1, 1, false),
            (u32::MAX, 1, 1, false),
            (64, 0, 1, false),
            (64, 17, 1, false),
            (64, 1, 0, false),
            (64, 1, 5, false),
        ] {
            let cost = Cost::new(memory, passes, lanes);
            assert_eq!(cost.is_ok(), good, "{memory} {passes} {lanes}");
            if let Ok(cost) = cost {
                assert_eq!((cost.params().m_cost(), cost.params().t_cost(), cost.params().p_cost()), (memory, passes, lanes));
            }
        }
    }

    #[test]
    fn weak_is_less_of_either() {
        let cost = |memory, passes| Cost::new(memory, passes, 1).expect("a cost");
        assert!(!Cost::PRODUCTION.is_weak());
        assert!(!cost(128 * 1024, 4).is_weak());
        assert!(cost(64 * 1024 - 1, 16).is_weak());
        assert!(cost(256 * 1024, 2).is_weak());
        assert!(!cost(64, 1).is_below(cost(64, 1)));
    }
}
