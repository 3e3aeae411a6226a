//! What is to be done, and when: each resource at most once at a time.
//!
//! [`Agenda`] is the queue without a clock: it is told the time. [`Queue`] adds the waiting.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// A resource, by namespace and name.
pub type Key = (String, String);

/// Who is due when.
#[derive(Debug, Default)]
pub struct Agenda {
    due: BTreeMap<Key, Instant>,
    /// Those of `due` that are not being worked on.
    order: BTreeSet<(Instant, Key)>,
    running: BTreeSet<Key>,
}

impl Agenda {
    /// Makes a resource due then. If it is due earlier already, that stands; if it is being worked
    /// on, it will be worked on again.
    pub fn wake(&mut self, key: &Key, at: Instant) {
        match self.due.get(key) {
            Some(due) if *due <= at => return,
            Some(due) => drop(self.order.remove(&(*due, key.clone()))),
            None => {}
        }
        self.due.insert(key.clone(), at);
        if !self.running.contains(key) {
            self.order.insert((at, key.clone()));
        }
    }

    /// The resource that has waited longest, if one is due, and since when. It is being worked on
    /// from now on.
    pub fn take(&mut self, now: Instant) -> Option<(Key, Instant)> {
        if self.next()? > now {
            return None;
        }
        let (due, key) = self.order.pop_first()?;
        self.due.remove(&key);
        self.running.insert(key.clone());
        Some((key, due))
    }

    /// When the next resource is due that nobody works on.
    pub fn next(&self) -> Option<Instant> {
        self.order.first().map(|(due, _)| *due)
    }

    /// A resource is no longer being worked on.
    pub fn done(&mut self, key: &Key) {
        if self.running.remove(key)
            && let Some(due) = self.due.get(key)
        {
            self.order.insert((*due, key.clone()));
        }
    }

    /// How many are due and wait for their turn.
    pub fn depth(&self, now: Instant) -> usize {
        self.order.iter().take_while(|(due, _)| *due <= now).count()
    }
}

/// An agenda that is waited on.
#[derive(Debug, Default)]
pub struct Queue {
    agenda: Mutex<Agenda>,
    changed: Notify,
}

impl Queue {
    /// Makes a resource due now.
    pub fn wake(&self, key: &Key) {
        self.wake_after(key, Duration::ZERO);
    }

    /// Makes a resource due after a while, unless it is due earlier.
    pub fn wake_after(&self, key: &Key, wait: Duration) {
        self.agenda().wake(key, Instant::now() + wait);
        self.changed.notify_one();
    }

    /// Waits for the next resource that is due, for the one who hands them out: its key, and how
    /// long it has waited for its turn.
    pub async fn next(&self) -> (Key, Duration) {
        loop {
            let next = {
                let mut agenda = self.agenda();
                let now = Instant::now();
                if let Some((key, due)) = agenda.take(now) {
                    return (key, now - due);
                }
                agenda.next()
            };
            match next {
                Some(due) => tokio::select! {
                    () = sleep_until(due) => {}
                    () = self.changed.notified() => {}
                },
                None => self.changed.notified().await,
            }
        }
    }

    /// A resource is no longer being worked on.
    pub fn done(&self, key: &Key) {
        self.agenda().done(key);
        self.changed.notify_one();
    }

    /// How many resources are due and wait for their turn.
    pub fn depth(&self) -> usize {
        self.agenda().depth(Instant::now())
    }

    fn agenda(&self) -> MutexGuard<'_, Agenda> {
        self.agenda.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(number: u8) -> Key {
        ("default".to_owned(), format!("r{number}"))
    }

    #[derive(Clone, Debug)]
    enum Step {
        Wake(u8, u64),
        Take,
        Done(u8),
        Pass(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            3 => (0..4_u8, 0..20_u64).prop_map(|(key, wait)| Step::Wake(key, wait)),
            3 => Just(Step::Take),
            2 => (0..4_u8).prop_map(Step::Done),
            2 => (0..15_u64).prop_map(Step::Pass),
        ];
        proptest::collection::vec(step, 0..80)
    }

    proptest! {
        /// Against the plainest model: for each key when it is due, and whether it is worked on.
        #[test]
        fn no_wake_is_lost_and_nobody_works_on_a_resource_twice(steps in steps()) {
            let mut now = Instant::now();
            let mut agenda = Agenda::default();
            let mut due: BTreeMap<Key, Instant> = BTreeMap::new();
            let mut running: BTreeSet<Key> = BTreeSet::new();
            for step in steps {
                match step {
                    Step::Pass(time) => now += Duration::from_millis(time),
                    Step::Wake(number, wait) => {
                        let at = now + Duration::from_millis(wait);
                        agenda.wake(&key(number), at);
                        let due = due.entry(key(number)).or_insert(at);
                        *due = (*due).min(at);
                    }
                    Step::Done(number) => {
                        agenda.done(&key(number));
                        running.remove(&key(number));
                    }
                    Step::Take => {
                        let free = due.iter().filter(|(key, at)| {
                            **at <= now && !running.contains(*key)
                        });
                        let first = free.map(|(key, at)| (*at, key.clone())).min();
                        prop_assert_eq!(agenda.take(now), first.clone().map(|(at, key)| (key, at)));
                        if let Some((_, key)) = first {
                            due.remove(&key);
                            prop_assert!(running.insert(key));
                        }
                    }
                }
            }
            let waiting = due.iter().filter(|(key, at)| **at <= now && !running.contains(*key));
            prop_assert_eq!(agenda.depth(now), waiting.count());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_woken_while_it_is_worked_on_is_worked_on_again() {
        let queue = Queue::default();
        queue.wake(&key(1));
        let (taken, _) = queue.next().await;
        queue.wake(&taken);
        queue.wake(&taken);
        let nothing = tokio::time::timeout(Duration::from_secs(60), queue.next()).await;
        assert!(nothing.is_err(), "it was handed out twice at a time");
        queue.done(&taken);
        assert_eq!(queue.next().await.0, taken);
        queue.done(&taken);
        assert!(tokio::time::timeout(Duration::from_secs(60), queue.next()).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn the_earlier_time_stands_and_the_wait_is_counted_from_it() {
        let queue = Queue::default();
        queue.wake_after(&key(1), Duration::from_secs(600));
        queue.wake_after(&key(1), Duration::from_secs(3));
        queue.wake_after(&key(1), Duration::from_secs(30));
        let start = Instant::now();
        let (_, waited) = queue.next().await;
        assert_eq!((start.elapsed().as_secs(), waited.as_secs()), (3, 0));
    }
}
