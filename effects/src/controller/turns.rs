//! Turns in what all resources of a kind undergo: the [`Fleet`] of a controller, which wakes
//! whoever has waited for one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use k8s_openapi::jiff::Timestamp;
use serde_json::Value;
use sluicegate_core::{observed::Api, settings::AtOnce, step::Standing};

use super::{Key, Queue};
use crate::{
    fleet::{Answer, Fleet},
    watch::Watches,
};

/// Who has a turn, and who waits for one.
pub(super) struct Turns {
    fleet: Mutex<Fleet>,
    at_once: AtOnce,
    api: Api,
    watches: Watches,
    queue: Arc<Queue>,
}

impl Turns {
    /// Among all resources of this kind.
    pub(super) fn new(at_once: AtOnce, api: Api, watches: Watches, queue: Arc<Queue>) -> Self {
        Self { fleet: Mutex::new(Fleet::new(at_once)), at_once, api, watches, queue }
    }

    /// Somebody else leads: whoever does next looks at all of them anew.
    pub(super) fn reset(&self) {
        *self.lock() = Fleet::new(self.at_once);
    }

    /// A resource is looked at.
    pub(super) fn meet(&self, key: &Key, object: &Value) {
        self.lock().meet(key, object, Timestamp::now());
    }

    /// What a resource is told.
    pub(super) fn turn(&self, key: &Key) -> Answer {
        self.lock().turn(key)
    }

    /// Gives a resource its turn, if it may have it now: what it is told then.
    pub(super) fn take(&self, key: &Key) -> Option<Answer> {
        let mut fleet = self.lock();
        fleet.take(key).then(|| fleet.turn(key))
    }

    /// Learns where a resource stands.
    pub(super) fn stands(&self, key: &Key, standing: Standing) {
        self.lock().stands(key, standing);
    }

    /// A resource is gone.
    pub(super) fn forget(&self, key: &Key) {
        self.lock().forget(key);
        self.wake();
    }

    /// Looks again at those who have waited, if there is a turn for them.
    pub(super) fn wake(&self) {
        let due = self.lock().due();
        due.iter().for_each(|key| self.queue.wake(key));
    }

    /// How many have their turn, and how many wait.
    pub(super) fn counts(&self) -> (usize, usize) {
        self.lock().counts()
    }

    fn lock(&self) -> MutexGuard<'_, Fleet> {
        let there = self.watches.count(&self.api);
        let mut fleet = self.fleet.lock().unwrap_or_else(PoisonError::into_inner);
        fleet.among(there);
        fleet
    }
}
