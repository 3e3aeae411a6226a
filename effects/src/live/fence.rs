//! Until when this process may write.
//!
//! A leader that was held up, by a stopped process or a slow machine, must not act on what it knew
//! before. Every write looks here first, and ends when the time is up.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Until when this process may write. Clones share one time.
#[derive(Clone, Debug)]
pub struct Fence(Arc<Mutex<Until>>);

#[derive(Clone, Copy, Debug)]
enum Until {
    /// Nobody competes.
    Ever,
    /// A lease is held until then, by the monotonic clock.
    Then(Instant),
}

impl Fence {
    /// Never closes: there is nobody to share with.
    pub fn open() -> Self {
        Self(Arc::new(Mutex::new(Until::Ever)))
    }

    /// Closed until it is [extended](Self::extend).
    pub fn closed() -> Self {
        Self(Arc::new(Mutex::new(Until::Then(Instant::now()))))
    }

    /// Lets writes pass until then.
    pub fn extend(&self, until: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Until::Then(until);
    }

    /// Lets no write pass any more.
    pub fn close(&self) {
        self.extend(Instant::now());
    }

    /// How long writes may still take; nothing if none may begin.
    pub fn left(&self) -> Option<Duration> {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Until::Ever => Some(Duration::MAX),
            Until::Then(until) => {
                until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
            }
        }
    }
}
