//! Whose turn it is, where a change goes through all resources of a kind a part at a time: the
//! answer to the core's gate `fleet-paced`. No clock and no waiting in it: it is told what is
//! there, and says whom to look at again.

use std::collections::BTreeSet;

use k8s_openapi::jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sluicegate_core::{
    observed::{at, text},
    plan::Pace,
    settings::AtOnce,
    step::Standing,
};

/// A resource, by namespace and name.
type Key = (String, String);

/// Whoever ceased to be *Ready* less long ago is taken to be undergoing a change, by one who has
/// only just begun to look.
const LATELY: SignedDuration = SignedDuration::from_mins(10);

/// Who of a kind undergoes a change that all do, and who waits.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    at_once: AtOnce,
    /// How many there are.
    there: usize,
    /// Those that were looked at, until all were.
    met: BTreeSet<Key>,
    all_met: bool,
    changing: BTreeSet<Key>,
    waiting: BTreeSet<Key>,
    /// Whether somebody may have a turn who was told to wait.
    moved: bool,
}

/// What one resource is told: [`Pace`], with its sentence.
#[derive(Debug)]
pub(crate) struct Answer {
    open: Option<bool>,
    observed: String,
}

impl Answer {
    /// As the core takes it.
    pub(crate) fn pace(&self) -> Pace<'_> {
        Pace { open: self.open, observed: &self.observed }
    }
}

impl Fleet {
    /// One that has looked at nobody yet, and lets so many have their turn at once.
    pub(crate) fn new(at_once: AtOnce) -> Self {
        Self { at_once, ..Self::default() }
    }

    /// There are so many now.
    pub(crate) fn among(&mut self, there: usize) {
        self.there = there;
    }

    /// Looks at a resource. Before the first has its turn, each has to be looked at.
    pub(crate) fn meet(&mut self, key: &Key, resource: &Value, now: Timestamp) {
        if !self.all_met && self.met.insert(key.clone()) && is_unready_of_late(resource, now) {
            self.changing.insert(key.clone());
        }
    }

    /// What a resource is told.
    pub(crate) fn turn(&self, key: &Key) -> Answer {
        let (changing, there, most) = (self.changing.len(), self.there, self.most());
        let open = self.all_met.then(|| self.changing.contains(key));
        let observed = match open {
            Some(_) => format!("{changing} of {there} changing, at most {most} at once"),
            None => format!("{} of {there} have been looked at", self.met.len()),
        };
        Answer { open, observed }
    }

    /// Gives a resource its turn, if one more may have it.
    pub(crate) fn take(&mut self, key: &Key) -> bool {
        let free = self.all_met && self.changing.len() < self.most();
        if free {
            self.waiting.remove(key);
            self.changing.insert(key.clone());
        }
        free
    }

    /// Learns where a resource stands.
    pub(crate) fn stands(&mut self, key: &Key, standing: Standing) {
        if standing == Standing::Waits {
            self.waiting.insert(key.clone());
            return;
        }
        self.waiting.remove(key);
        if standing == Standing::Settled {
            self.leave(key);
        }
    }

    /// A resource is no longer there.
    pub(crate) fn forget(&mut self, key: &Key) {
        self.met.remove(key);
        self.waiting.remove(key);
        self.leave(key);
    }

    /// These are there now, and nobody else.
    pub(crate) fn keep(&mut self, there: &BTreeSet<Key>) {
        let all = [&self.changing, &self.waiting, &self.met].into_iter().flatten();
        let gone: Vec<Key> = all.filter(|key| !there.contains(*key)).cloned().collect();
        gone.iter().for_each(|key| self.forget(key));
        self.among(there.len());
    }

    fn leave(&mut self, key: &Key) {
        self.moved |= self.changing.remove(key);
    }

    fn most(&self) -> usize {
        self.at_once.of(self.there)
    }

    /// Who is to be looked at again, since one more may have its turn.
    pub(crate) fn due(&mut self) -> Vec<Key> {
        if !self.all_met && self.met.len() >= self.there {
            self.met.clear();
            (self.all_met, self.moved) = (true, true);
        }
        if !std::mem::take(&mut self.moved) {
            return Vec::new();
        }
        let free = self.most().saturating_sub(self.changing.len());
        self.waiting.iter().take(free).cloned().collect()
    }

    /// How many undergo a change, and how many wait.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.changing.len(), self.waiting.len())
    }
}

/// Whether a resource ceased to be *Ready* only lately.
fn is_unready_of_late(resource: &Value, now: Timestamp) -> bool {
    let conditions = at(resource, "/status/conditions").and_then(Value::as_array);
    let ready = conditions.into_iter().flatten().find(|one| text(one, "/type") == "Ready");
    ready.is_some_and(|ready| {
        let since = text(ready, "/lastTransitionTime").parse::<Timestamp>();
        text(ready, "/status") != "True"
            && since.is_ok_and(|since| now.duration_since(since) < LATELY)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn key(nth: usize) -> Key {
        ("default".to_owned(), format!("flow-{nth:03}"))
    }

    fn ready(status: &str, since: &str) -> Value {
        let ready = json!({ "type": "Ready", "status": status, "lastTransitionTime": since });
        json!({ "status": { "conditions": [ready] } })
    }

    fn now() -> Timestamp {
        "2026-01-01T12:00:00Z".parse().expect("a time")
    }

    /// A fleet of so many that were ready when all of them were looked at.
    fn fleet(there: usize, at_once: &str) -> Fleet {
        let mut fleet = Fleet::new(at_once.parse().expect("a part"));
        fleet.among(there);
        let long_ago = ready("True", "2025-12-01T00:00:00Z");
        (0..there).for_each(|nth| fleet.meet(&key(nth), &long_ago, now()));
        assert!(fleet.due().is_empty());
        fleet
    }

    /// One that asks for its turn, as a controller does: whether it has it.
    fn asks(fleet: &mut Fleet, nth: usize) -> bool {
        let open = fleet.turn(&key(nth)).open == Some(true) || fleet.take(&key(nth));
        fleet.stands(&key(nth), if open { Standing::Underway } else { Standing::Waits });
        open
    }

    #[test]
    fn nobody_has_a_turn_before_all_were_looked_at() {
        let mut fleet = Fleet::new(AtOnce::default());
        fleet.among(2);
        fleet.meet(&key(0), &json!({}), now());
        assert!(!asks(&mut fleet, 0) && fleet.due().is_empty());
        assert_eq!(fleet.turn(&key(0)).pace().observed, "1 of 2 have been looked at");
        assert_eq!(fleet.turn(&key(0)).pace().open, None);
        fleet.meet(&key(1), &json!({}), now());
        assert_eq!(fleet.due(), [key(0)], "it is looked at again");
        assert!(asks(&mut fleet, 0));
    }

    #[test]
    fn who_ceased_to_be_ready_of_late_is_counted_by_a_new_leader() {
        let states = [
            (ready("False", "2026-01-01T11:55:00Z"), 1),
            (ready("Unknown", "2026-01-01T11:55:00Z"), 1),
            (ready("False", "2026-01-01T11:45:00Z"), 0),
            (ready("True", "2026-01-01T11:59:00Z"), 0),
            (json!({}), 0),
        ];
        for (state, changing) in states {
            let mut fleet = Fleet::new(AtOnce::default());
            fleet.among(1);
            fleet.meet(&key(0), &state, now());
            assert_eq!(fleet.counts(), (changing, 0), "{state}");
        }
    }

    #[test]
    fn one_that_never_gets_ready_holds_up_those_who_wait() {
        let mut fleet = fleet(10, "1");
        assert!(asks(&mut fleet, 3) && !asks(&mut fleet, 4) && !asks(&mut fleet, 5));
        assert_eq!(fleet.turn(&key(4)).pace().observed, "1 of 10 changing, at most 1 at once");
        assert!(asks(&mut fleet, 3), "its turn lasts");
        assert!(fleet.due().is_empty() && !asks(&mut fleet, 4));
        // Its resource is deleted.
        fleet.forget(&key(3));
        assert_eq!(fleet.due(), [key(4)]);
        assert!(fleet.due().is_empty(), "nobody is woken twice for one turn");
    }

    proptest! {
        /// Whatever comes when: never more than so many at once, and each has its turn.
        #[test]
        fn all_have_their_turn_and_never_too_many(
            there in 1..40_usize,
            percent in 1..=100_usize,
            order in proptest::collection::vec(any::<prop::sample::Index>(), 0..200),
        ) {
            let mut fleet = fleet(there, &format!("{percent}%"));
            let most = AtOnce::Percent(percent).of(there);
            let (mut changing, mut changed) = (BTreeSet::new(), BTreeSet::new());
            let mut queue: Vec<usize> = order.iter().map(|at| at.index(there)).collect();
            queue.extend(0..there);
            while let Some(nth) = queue.pop() {
                if changing.remove(&nth) {
                    changed.insert(nth);
                    fleet.stands(&key(nth), Standing::Settled);
                } else if !changed.contains(&nth) && asks(&mut fleet, nth) {
                    changing.insert(nth);
                }
                prop_assert!(changing.len() <= most, "{changing:?}");
                prop_assert_eq!(fleet.counts().0, changing.len());
                let woken: Vec<usize> = (0..there).filter(|nth| fleet.waiting.contains(&key(*nth)))
                    .filter(|nth| changing.len() < most && !changing.contains(nth)).collect();
                for due in fleet.due() {
                    let nth = (0..there).find(|nth| key(*nth) == due).expect("it is there");
                    prop_assert!(woken.contains(&nth));
                    queue.push(nth);
                }
                if queue.is_empty() {
                    queue.extend(&changing);
                }
            }
            prop_assert_eq!(changed.len(), there);
            prop_assert_eq!(fleet.counts(), (0, 0));
        }
    }
}
