//! That a loop goes round: the loop says so, and whoever looks after the process asks how long ago.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// That something goes round. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Heartbeat(Arc<Mutex<Instant>>);

impl Heartbeat {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// It went round.
    pub(crate) fn mark(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// How long ago it last did.
    pub(crate) fn age(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}
