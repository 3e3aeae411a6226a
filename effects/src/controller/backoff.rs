//! How long a resource waits after what went wrong.
//!
//! What fails or is refused waits 30 s, then twice as long each time up to 600 s, and up to half of
//! that less, so that what failed together is not tried together. What only says "look again" is
//! looked at at once, then after 1, 2 and 4 s; after eight in a row it counts as a failure. What
//! changes meanwhile lets a resource try earlier, a little, without making the next wait longer: so
//! the echo of its own writes does not keep it busy, and the end of a fault is noticed.

use std::time::Duration;

use tokio::time::Instant;

use crate::watch::Jitter;

/// The first wait after a failure, and the longest.
const WAIT: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(600));
/// How much a change brings the next try forward at most: so long after the last try, for each
/// failure in a row, up to a minute.
const EARLY: Duration = Duration::from_secs(5);
const EARLY_MOST: Duration = Duration::from_secs(60);
/// So many lost races in a row are a failure.
const CONFLICTS: u32 = 8;

/// What has gone wrong with one resource since it last went well.
#[derive(Clone, Debug)]
pub struct Backoff {
    failures: u32,
    steps: u32,
    conflicts: u32,
    hold: Option<Hold>,
    jitter: Jitter,
}

/// That a resource waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hold {
    /// Until then, if nothing changes.
    until: Instant,
    /// Until then, even if something does.
    early: Instant,
}

impl Backoff {
    /// Nothing has gone wrong.
    pub fn new(jitter: Jitter) -> Self {
        Self { failures: 0, steps: 0, conflicts: 0, hold: None, jitter }
    }

    /// How many failures there were in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// It went well, or what is asked for has changed.
    pub fn reset(&mut self) {
        (self.failures, self.steps, self.conflicts, self.hold) = (0, 0, 0, None);
    }

    /// It failed: how long to wait before it is tried again.
    pub fn failed(&mut self, now: Instant) -> Duration {
        self.failures = self.failures.saturating_add(1);
        self.conflicts = 0;
        let until = match self.hold {
            // Something had changed meanwhile. It was a try beside those that are due.
            Some(hold) if now < hold.until => hold.until,
            Some(_) | None => now + self.step(),
        };
        let early = now + (EARLY * self.failures).min(EARLY_MOST);
        self.hold = Some(Hold { until, early: early.min(until) });
        until - now
    }

    /// It was refused: how long to wait before it is tried again. Meanwhile all that is told goes
    /// on.
    pub fn refused(&mut self) -> Duration {
        (self.conflicts, self.hold) = (0, None);
        self.step()
    }

    fn step(&mut self) -> Duration {
        let (least, most) = WAIT;
        let wait = (least * 2_u32.saturating_pow(self.steps)).min(most);
        self.steps = (self.steps + 1).min(8);
        self.jitter.between(wait / 2, wait)
    }

    /// A race was lost: how long to wait, or nothing if that happens too often to be one.
    pub fn conflicted(&mut self) -> Option<Duration> {
        self.conflicts += 1;
        match self.conflicts {
            1 => Some(Duration::ZERO),
            2 => Some(Duration::from_secs(1)),
            3 => Some(Duration::from_secs(2)),
            4..CONFLICTS => Some(Duration::from_secs(4)),
            _ => None,
        }
    }

    /// How long a resource still has to wait though something has changed; nothing if it need not.
    pub fn held(&self, now: Instant) -> Option<Duration> {
        let left = self.hold?.early.checked_duration_since(now)?;
        (!left.is_zero()).then_some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn failures_wait_longer_each_time_and_never_all_alike() {
        for seed in 0..200 {
            let mut backoff = Backoff::new(Jitter::seeded(seed));
            let mut now = Instant::now();
            for bound in [30, 60, 120, 240, 480, 600, 600, 600] {
                let wait = backoff.failed(now);
                let bound = Duration::from_secs(bound);
                assert!(wait >= bound / 2 && wait <= bound, "{wait:?} of {bound:?}");
                now += wait;
            }
            backoff.reset();
            assert!(backoff.failed(now) <= Duration::from_secs(30));
        }
        let first = |seed| Backoff::new(Jitter::seeded(seed)).failed(Instant::now());
        assert_ne!(first(1), first(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_lets_it_try_early_and_costs_it_nothing() {
        let mut backoff = Backoff::new(Jitter::seeded(1));
        let start = Instant::now();
        let wait = backoff.failed(start);
        assert_eq!(backoff.held(start), Some(EARLY));
        let early = start + EARLY;
        assert_eq!(backoff.held(early), None);
        assert_eq!(backoff.failed(early), wait - EARLY);
        assert_eq!(backoff.held(early + EARLY), Some(EARLY));
        assert!(backoff.failed(start + wait) > Duration::from_secs(29));
    }

    #[test]
    fn a_refusal_waits_as_a_failure_does_and_holds_nothing_back() {
        let mut backoff = Backoff::new(Jitter::seeded(1));
        for bound in [30, 60, 120, 240, 480, 600, 600] {
            let (wait, bound) = (backoff.refused(), Duration::from_secs(bound));
            assert!(wait >= bound / 2 && wait <= bound, "{wait:?} of {bound:?}");
            assert_eq!(backoff.held(Instant::now()), None);
        }
    }

    #[test]
    fn a_lost_race_is_looked_at_at_once_and_eight_are_a_failure() {
        let mut backoff = Backoff::new(Jitter::seeded(1));
        let waits: Vec<Option<u64>> =
            (0..9).map(|_| backoff.conflicted().map(|wait| wait.as_secs())).collect();
        let expected = [0, 1, 2, 4, 4, 4, 4].map(Some);
        assert_eq!(waits[..7], expected);
        assert_eq!(waits[7..], [None, None]);
        backoff.reset();
        assert_eq!(backoff.conflicted(), Some(Duration::ZERO));
    }
}
