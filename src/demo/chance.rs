//! Choosing between harmless alternatives, the same ones for the same seed; never for keys.

/// A small generator (`SplitMix64`).
pub(super) struct Chance(u64);

impl Chance {
    /// Starts from a seed.
    pub(super) const fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below a bound, which is not nought.
    pub(super) const fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// One of these; none of none.
    pub(super) fn pick<'v, T>(&mut self, values: &'v [T]) -> Option<&'v T> {
        let count = u64::try_from(values.len()).ok().filter(|count| *count > 0)?;
        values.get(usize::try_from(self.below(count)).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_chooses_the_same() {
        let drawn = |seed| {
            let mut chance = Chance::from_seed(seed);
            [0; 8].map(|_: u8| chance.below(1000))
        };
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
        assert_eq!(Chance::from_seed(7).pick::<u8>(&[]), None);
    }
}
