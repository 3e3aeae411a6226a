//! A spec that changes several times in a row: restarts wait until it has come to rest, so that no
//! broker is restarted for each of the changes.

use std::time::Duration;

use tokio::time::Instant;

/// How long a spec has to stay as it is before brokers are restarted for it: who edits it by hand,
/// or applies several files, changes it several times in a row.
const REST: Duration = Duration::from_secs(5);
/// How long restarts are waited with at most for a spec that goes on changing.
const UNREST: Duration = Duration::from_secs(60);

/// When a spec has changed.
#[derive(Debug, Default)]
pub(super) struct Unrest {
    generation: Option<i64>,
    /// The first and the last change of those that came in a row.
    changes: Option<(Instant, Instant)>,
}

impl Unrest {
    /// Its generation is this now. The first that is seen is no change: after a start of the
    /// operator nobody is kept waiting.
    pub(super) fn see(&mut self, generation: Option<i64>, now: Instant) {
        if self.generation.is_some() && self.generation != generation {
            let first = self.changes.filter(|(_, last)| now - *last < REST);
            self.changes = Some((first.map_or(now, |(first, _)| first), now));
        }
        self.generation = generation;
    }

    /// How much longer to wait with restarts.
    pub(super) fn left(&self, now: Instant) -> Duration {
        let until = self.changes.map(|(first, last)| (last + REST).min(first + UNREST));
        until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_wait_for_a_spec_that_keeps_changing_but_not_for_ever() {
        let (start, mut unrest) = (Instant::now(), Unrest::default());
        let at = |seconds| start + Duration::from_secs(seconds);
        let left = |unrest: &Unrest, seconds| unrest.left(at(seconds)).as_secs();
        unrest.see(Some(7), at(0));
        assert_eq!(left(&unrest, 0), 0, "what is found at the start is no change");
        unrest.see(Some(8), at(10));
        unrest.see(Some(8), at(12));
        assert_eq!((left(&unrest, 12), left(&unrest, 15)), (3, 0));
        for (generation, second) in (100..).zip((20..=90).step_by(2)) {
            unrest.see(Some(generation), at(second));
        }
        assert_eq!((left(&unrest, 77), left(&unrest, 80)), (3, 0), "a minute after the first");
    }
}
