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

/// Who has a turn, and who waits for one; nothing where the kind has no turns.
pub(super) struct Turns(Option<Paced>);

struct Paced {
    fleet: Mutex<Fleet>,
    at_once: AtOnce,
    api: Api,
    watches: Watches,
    queue: Arc<Queue>,
}

impl Turns {
    /// Everybody goes when it likes.
    pub(super) const NONE: Self = Self(None);

    /// Among all resources of this kind.
    pub(super) fn new(at_once: AtOnce, api: Api, watches: Watches, queue: Arc<Queue>) -> Self {
        let fleet = Mutex::new(Fleet::new(at_once));
        Self(Some(Paced { fleet, at_once, api, watches, queue }))
    }

    /// Somebody else leads: whoever does next looks at all of them anew.
    pub(super) fn reset(&self) {
        if let Some(paced) = &self.0 {
            *paced.lock() = Fleet::new(paced.at_once);
        }
    }

    /// A resource is looked at.
    pub(super) fn meet(&self, key: &Key, object: &Value) {
        if let Some(paced) = &self.0 {
            paced.lock().meet(key, object, Timestamp::now());
        }
    }

    /// What a resource is told.
    pub(super) fn turn(&self, key: &Key) -> Answer {
        self.0.as_ref().map_or_else(Answer::alone, |paced| paced.lock().turn(key))
    }

    /// Gives a resource its turn, if it may have it now: what it is told then.
    pub(super) fn take(&self, key: &Key) -> Option<Answer> {
        let mut fleet = self.0.as_ref()?.lock();
        fleet.take(key).then(|| fleet.turn(key))
    }

    /// Learns where a resource stands.
    pub(super) fn stands(&self, key: &Key, standing: Standing) {
        if let Some(paced) = &self.0 {
            paced.lock().stands(key, standing);
        }
    }

    /// A resource is gone, or nobody can tell what it asks for.
    pub(super) fn forget(&self, key: &Key) {
        if let Some(paced) = &self.0 {
            paced.lock().forget(key);
        }
    }

    /// A resource was looked at. Whoever is the next in the line is, if there is a turn for it.
    pub(super) fn looked_at(&self, key: &Key) {
        let Some(paced) = &self.0 else { return };
        let due = {
            let mut fleet = paced.lock();
            fleet.looked_at(key);
            fleet.due()
        };
        due.iter().for_each(|key| paced.queue.wake(key));
    }

    /// How many have their turn, and how many wait.
    pub(super) fn counts(&self) -> Option<(usize, usize)> {
        self.0.as_ref().map(|paced| paced.lock().counts())
    }
}

impl Paced {
    fn lock(&self) -> MutexGuard<'_, Fleet> {
        let there = self.watches.count(&self.api);
        let mut fleet = self.fleet.lock().unwrap_or_else(PoisonError::into_inner);
        fleet.among(there);
        fleet
    }
}
