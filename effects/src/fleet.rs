//! Whose turn it is, where a change goes through all resources of a kind a part at a time: the
//! answer to the core's gate `fleet-paced`. No clock and no waiting in it: it is told what is
//! there, and says whom to look at again.

use std::collections::{BTreeMap, BTreeSet};

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
/// only just begun to look, for as long.
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
    /// Those that have their turn; with a time those that are only taken to, until then.
    changing: BTreeMap<Key, Option<Timestamp>>,
    /// Those that wait, each with its place in the line.
    waiting: BTreeMap<Key, u64>,
    line: BTreeMap<u64, Key>,
    places: u64,
    /// Those that have left the line to be looked at again.
    called: BTreeSet<Key>,
}

/// What one resource is told: [`Pace`], with its sentence.
#[derive(Debug)]
pub(crate) struct Answer {
    open: Option<bool>,
    observed: String,
}

impl Answer {
    /// Where there are no turns.
    pub(crate) fn alone() -> Self {
        let Pace { open, observed } = Pace::ALONE;
        Self { open, observed: observed.to_owned() }
    }

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
        self.changing.retain(|_, until| until.is_none_or(|until| now < until));
        if !self.all_met && self.met.insert(key.clone()) {
            let until = unready_of_late(resource, now);
            self.changing.extend(until.map(|until| (key.clone(), Some(until))));
        }
    }

    /// What a resource is told.
    pub(crate) fn turn(&self, key: &Key) -> Answer {
        let (changing, there, most) = (self.changing.len(), self.there, self.most());
        let open = self.all_met.then(|| self.changing.get(key) == Some(&None));
        let observed = match open {
            Some(_) => format!("{changing} of {there} changing, at most {most} at once"),
            None => format!("{} of {there} have been looked at", self.met.len()),
        };
        Answer { open, observed }
    }

    /// Gives a resource its turn, if one more may have it.
    pub(crate) fn take(&mut self, key: &Key) -> bool {
        let others = self.changing.len() - usize::from(self.changing.contains_key(key));
        let free = self.all_met && others < self.most();
        if free {
            self.unline(key);
            self.changing.insert(key.clone(), None);
        }
        free
    }

    /// Learns where a resource stands.
    pub(crate) fn stands(&mut self, key: &Key, standing: Standing) {
        if standing == Standing::Waits && self.changing.get(key).is_some_and(Option::is_some) {
            // It is well, and undergoes nothing yet.
            self.changing.remove(key);
        }
        match standing {
            Standing::Waits if !self.waiting.contains_key(key) => {
                self.waiting.insert(key.clone(), self.places);
                self.line.insert(self.places, key.clone());
                self.places += 1;
            }
            Standing::Waits => {}
            Standing::Underway => self.unline(key),
            Standing::Settled => self.forget(key),
        }
    }

    /// A resource is no longer there, or cannot be looked at.
    pub(crate) fn forget(&mut self, key: &Key) {
        self.unline(key);
        self.changing.remove(key);
    }

    /// These are there now, and nobody else.
    pub(crate) fn keep(&mut self, there: &BTreeSet<Key>) {
        let all = self.changing.keys().chain(self.waiting.keys());
        let gone: Vec<Key> = all.filter(|key| !there.contains(*key)).cloned().collect();
        gone.iter().for_each(|key| self.forget(key));
        self.met.retain(|key| there.contains(key));
        self.called.retain(|key| there.contains(key));
        self.among(there.len());
    }

    /// Somebody who was called has been looked at, whatever came of it.
    pub(crate) fn looked_at(&mut self, key: &Key) {
        self.called.remove(key);
    }

    /// Who is to be looked at again, since there may be a turn for it: the first in the line.
    pub(crate) fn due(&mut self) -> Vec<Key> {
        if !self.all_met && self.met.len() >= self.there {
            self.met.clear();
            self.all_met = true;
        }
        let spoken_for = self.changing.len() + self.called.len();
        let free = if self.all_met { self.most().saturating_sub(spoken_for) } else { 0 };
        let due: Vec<Key> = self.line.values().take(free).cloned().collect();
        due.iter().for_each(|key| self.unline(key));
        self.called.extend(due.iter().cloned());
        due
    }

    /// How many undergo a change, and how many wait.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.changing.len(), self.waiting.len() + self.called.len())
    }

    fn unline(&mut self, key: &Key) {
        if let Some(place) = self.waiting.remove(key) {
            self.line.remove(&place);
        }
    }

    fn most(&self) -> usize {
        self.at_once.of(self.there)
    }
}

/// Until when a resource is counted that ceased to be *Ready* only lately.
fn unready_of_late(resource: &Value, now: Timestamp) -> Option<Timestamp> {
    let conditions = at(resource, "/status/conditions").and_then(Value::as_array)?;
    let ready = conditions.iter().find(|one| text(one, "/type") == "Ready")?;
    let since: Timestamp = text(ready, "/lastTransitionTime").parse().ok()?;
    let until = since.checked_add(LATELY).ok()?;
    (text(ready, "/status") != "True" && since <= now && now < until).then_some(until)
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
        fleet.looked_at(&key(0));
        assert_eq!(fleet.counts(), (1, 0));
    }

    #[test]
    fn who_ceased_to_be_ready_of_late_is_counted_by_a_new_leader() {
        let states = [
            (ready("False", "2026-01-01T11:55:00Z"), 1),
            (ready("Unknown", "2026-01-01T11:55:00Z"), 1),
            (ready("False", "2026-01-01T11:45:00Z"), 0),
            (ready("True", "2026-01-01T11:59:00Z"), 0),
            (ready("False", "2026-01-01T12:30:00Z"), 0),
            (json!({}), 0),
        ];
        for (state, changing) in states {
            let mut fleet = Fleet::new(AtOnce::default());
            fleet.among(1);
            fleet.meet(&key(0), &state, now());
            assert_eq!(fleet.counts(), (changing, 0), "{state}");
            // Not for ever: it may never be Ready again.
            fleet.meet(&key(0), &state, now() + LATELY);
            assert_eq!(fleet.counts(), (0, 0), "{state}");
        }
    }

    #[test]
    fn who_is_only_taken_to_undergo_a_change_has_no_turn_by_that() {
        let mut fleet = Fleet::new("1".parse().expect("a number"));
        fleet.among(3);
        let of_late = ready("False", "2026-01-01T11:55:00Z");
        (0..3).for_each(|nth| fleet.meet(&key(nth), &of_late, now()));
        assert!(fleet.due().is_empty());
        assert_eq!(fleet.counts(), (3, 0));
        assert!(!asks(&mut fleet, 0) && !asks(&mut fleet, 1), "the others are not seen to be well");
        assert_eq!(fleet.counts(), (1, 2));
        fleet.stands(&key(2), Standing::Settled);
        assert_eq!(fleet.due(), [key(0)]);
        assert!(asks(&mut fleet, 0) && !asks(&mut fleet, 1));
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
        // Who is called and does not come, since it could not be planned, holds up nobody.
        fleet.looked_at(&key(4));
        assert_eq!(fleet.due(), [key(5)]);
        assert!(asks(&mut fleet, 5));
    }

    #[test]
    fn who_comes_to_the_line_as_a_turn_gets_free_is_called() {
        let mut fleet = fleet(10, "1");
        assert!(asks(&mut fleet, 3) && !fleet.take(&key(4)));
        // In between.
        fleet.stands(&key(3), Standing::Settled);
        assert!(fleet.due().is_empty());
        fleet.stands(&key(4), Standing::Waits);
        assert_eq!(fleet.due(), [key(4)]);
        // There may be more at once by now.
        fleet.looked_at(&key(4));
        assert!(asks(&mut fleet, 4) && !asks(&mut fleet, 5));
        fleet.at_once = AtOnce::Number(2);
        assert_eq!(fleet.due(), [key(5)]);
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
                fleet.looked_at(&key(nth));
                for due in fleet.due() {
                    queue.push((0..there).find(|nth| key(*nth) == due).expect("it is there"));
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
