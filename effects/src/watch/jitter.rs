//! Chance, for what must not happen to all at the same time. Seeded where a test has to know.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

/// A source of numbers that are spread evenly, and no secret.
#[derive(Clone, Debug)]
pub struct Jitter(u64);

impl Jitter {
    /// One that nobody can foretell.
    pub fn thrown() -> Self {
        Self(RandomState::new().hash_one(0))
    }

    /// One that always falls alike.
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number from 0 up to, and without, 1.
    pub fn share(&mut self) -> f64 {
        // SplitMix64: a counter, mixed. 53 bits are what a double holds.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A time between these two.
    pub fn between(&mut self, least: Duration, most: Duration) -> Duration {
        least + most.saturating_sub(least).mul_f64(self.share())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_fall_between_their_bounds_and_not_all_in_one_place() {
        let (least, most) = (Duration::from_secs(180), Duration::from_secs(200));
        let mut jitter = Jitter::seeded(7);
        let times: Vec<Duration> = (0..1_000).map(|_| jitter.between(least, most)).collect();
        assert!(times.iter().all(|time| (least..most).contains(time)));
        let early = times.iter().filter(|time| **time < Duration::from_secs(190)).count();
        assert!((400..600).contains(&early), "{early}");
    }
}
