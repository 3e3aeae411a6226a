//! Turns in what all resources of a kind undergo: who waits for one, and what waits with it.

use kube_core::Resource as _;

use crate::{
    annotations,
    kind::{Ctx, Kind, was_in_sync},
    label::RESTARTED,
    plan::{Action, FLEET_GATE, FLEET_PACED, Gate, Plan, Risk, Verb, Waiting, Why},
    rule,
    system::System,
};

/// Whether the resources of a kind undergo such changes a part at a time.
pub fn is_paced<K: Kind>() -> bool {
    K::GATES.contains(&FLEET_GATE)
}

/// Where a resource stands with what all undergo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits for its turn, and for nothing else.
    Waits,
    /// It is *Ready* and nothing is to be done.
    Settled,
    /// Something is on its way.
    Underway,
}

impl Standing {
    /// Of a resource, by what is planned for it.
    pub fn of<K: Kind>(resource: &K::Resource, plan: &Plan<K::System>) -> Self {
        let only = |one: &Waiting| one.gates.iter().filter(|gate| !gate.passes()).count() == 1;
        if plan.waiting.iter().any(|one| is_for_turn(one) && only(one)) {
            Self::Waits
        } else if was_in_sync(resource) && plan.actions.iter().all(|one| one.verb.only_tells()) {
            Self::Settled
        } else {
            Self::Underway
        }
    }
}

/// Whether this waits for its turn in the fleet. What runs is as it was asked for until then.
pub(super) fn is_for_turn(waiting: &Waiting) -> bool {
    waiting.gates.iter().any(|gate| gate.id == FLEET_PACED && !gate.passes())
}

/// Holds back what such a change would do to the resource, or says that its turn has come.
///
/// A resource that is not *Ready* is not held back: it has nothing to lose, and the change may be
/// what mends it.
pub(super) fn pace<K: Kind>(ctx: &Ctx<'_>, resource: &K::Resource, plan: &mut Plan<K::System>) {
    let restarts = |action: &Action<K::System>| action.risk >= Risk::Restart && by_fleet(action);
    if !is_paced::<K>() || !was_in_sync(resource) || !plan.actions.iter().any(restarts) {
        return;
    }
    let gate = Gate::judged(FLEET_PACED, ctx.pace.open, ctx.pace.observed);
    let gate = gate.or_skipped(&annotations::skipped(resource.meta()));
    for mut action in std::mem::take(&mut plan.actions) {
        match action.verb.target().filter(|_| by_fleet(&action) && !gate.passes()).cloned() {
            Some(target) => {
                plan.kept.push(target.clone());
                plan.waiting.push(Waiting {
                    what: action.verb.to_string(),
                    target,
                    risk: action.risk,
                    rule: &rule::OBJ_12,
                    gates: vec![gate.clone()],
                });
            }
            None => {
                if by_fleet(&action) {
                    action.gates.insert(0, gate.clone());
                }
                plan.actions.push(action);
            }
        }
    }
}

/// Whether an action changes what is wished for of an object. A restart that the resource's own
/// annotation asks for is somebody's wish.
fn by_fleet<S: System>(action: &Action<S>) -> bool {
    let restarts = RESTARTED.replace('/', "~1");
    let (Verb::Apply(..), Why::Changed(changes)) = (&action.verb, &action.why) else {
        return false;
    };
    !changes.iter().any(|change| change.path.ends_with(&restarts))
}
