//! Leaves alone for a while what does not answer.
//!
//! A hundred topics on one dead broker would otherwise each wait for their own deadline, and hold
//! up what could be done elsewhere. While it is left alone the last reason is given again, word by
//! word: a reason that told the time would change a status each time somebody looked.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How many failures in a row are taken for chance.
const PATIENCE: u32 = 3;
/// How long it is left alone at first.
const FIRST: Duration = Duration::from_secs(5);
/// How long it is left alone at most.
const LONGEST: Duration = Duration::from_secs(60);
/// After how long a failure is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(600);

/// One breaker for each of many.
#[derive(Debug)]
pub(super) struct Breakers<K> {
    failing: Mutex<BTreeMap<K, Failing>>,
}

/// What has failed, and nothing has answered since.
#[derive(Debug)]
struct Failing {
    /// How often in a row.
    times: u32,
    why: String,
    last: Instant,
    until: Instant,
    /// Whether one was let through to find out.
    tried: bool,
}

impl<K: Ord + Clone> Breakers<K> {
    pub(super) fn new() -> Self {
        Self { failing: Mutex::default() }
    }

    /// Why it is left alone now, if it is. Takes no trial.
    pub(super) fn open(&self, key: &K, now: Instant) -> Option<String> {
        let failing = self.lock();
        failing.get(key).filter(|one| one.until > now).map(|one| one.why.clone())
    }

    /// Whether it may be asked now; if not, the last reason. When a pause is over one is let
    /// through, and the others wait for the same pause again unless that one is answered.
    pub(super) fn admit(&self, key: &K, now: Instant) -> Result<(), String> {
        let mut failing = self.lock();
        match failing.get_mut(key) {
            Some(one) if one.until > now => Err(one.why.clone()),
            Some(one) if one.times >= PATIENCE => {
                one.tried = true;
                one.until = now + pause(one.times);
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }

    /// It has answered.
    pub(super) fn answered(&self, key: &K) {
        self.lock().remove(key);
    }

    /// It has not answered.
    pub(super) fn failed(&self, key: &K, why: &str, now: Instant) {
        let mut failing = self.lock();
        failing.retain(|_, one| now.duration_since(one.last) < FORGOTTEN);
        let one = failing.entry(key.clone()).or_insert_with(|| Failing {
            times: 0,
            why: String::new(),
            last: now,
            until: now,
            tried: false,
        });
        // One that was under way when the pause began says nothing new.
        if one.until > now && !one.tried {
            return;
        }
        one.times += 1;
        why.clone_into(&mut one.why);
        one.last = now;
        one.until = now + pause(one.times);
        one.tried = false;
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<K, Failing>> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pause(times: u32) -> Duration {
    let Some(doublings) = times.checked_sub(PATIENCE) else { return Duration::ZERO };
    FIRST.saturating_mul(1 << doublings.min(8)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn fail(breakers: &Breakers<u8>, times: u32) {
        for _ in 0..times {
            breakers.failed(&1, "connection refused", Instant::now());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn two_failures_are_chance_and_the_third_begins_a_pause() {
        let breakers = Breakers::new();
        fail(&breakers, 2);
        assert_eq!(breakers.admit(&1, Instant::now()), Ok(()));
        fail(&breakers, 1);
        assert_eq!(breakers.admit(&1, Instant::now()), Err("connection refused".to_owned()));
        assert_eq!(breakers.admit(&2, Instant::now()), Ok(()), "another is not left alone");
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_pause_one_is_let_through_and_its_failure_doubles_the_next() {
        let breakers = Breakers::new();
        fail(&breakers, 3);
        for expected in [5, 10, 20, 40, 60, 60] {
            let wait = Duration::from_secs(expected);
            advance(wait - Duration::from_millis(1)).await;
            assert!(breakers.open(&1, Instant::now()).is_some(), "within {expected} s");
            advance(Duration::from_millis(1)).await;
            assert_eq!(breakers.admit(&1, Instant::now()), Ok(()), "after {expected} s");
            assert!(breakers.admit(&1, Instant::now()).is_err(), "only one is let through");
            fail(&breakers, 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_trial_that_never_reports_is_followed_by_another() {
        let breakers = Breakers::new();
        fail(&breakers, 3);
        advance(FIRST).await;
        assert_eq!(breakers.admit(&1, Instant::now()), Ok(()));
        advance(FIRST).await;
        assert_eq!(breakers.admit(&1, Instant::now()), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_ends_it_at_once() {
        let breakers = Breakers::new();
        fail(&breakers, 5);
        breakers.answered(&1);
        assert_eq!(breakers.admit(&1, Instant::now()), Ok(()));
        fail(&breakers, 2);
        assert_eq!(breakers.admit(&1, Instant::now()), Ok(()), "counted from the start again");
    }

    #[tokio::test(start_paused = true)]
    async fn failures_that_were_under_way_do_not_prolong_a_pause() {
        let breakers = Breakers::new();
        fail(&breakers, 7);
        advance(FIRST).await;
        assert_eq!(breakers.admit(&1, Instant::now()), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_failed_long_ago_is_not_kept() {
        let breakers = Breakers::new();
        fail(&breakers, 1);
        advance(FORGOTTEN).await;
        breakers.failed(&2, "no answer", Instant::now());
        assert_eq!(breakers.lock().keys().collect::<Vec<_>>(), [&2]);
    }
}
