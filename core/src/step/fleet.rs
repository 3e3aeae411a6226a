//! Turns in what all resources of a kind undergo: who waits for one, and what waits with it.

use kube_core::{Resource as _, object::HasStatus as _};
use serde_json::Value;

use crate::{
    annotations,
    condition::{EventKind, Reason},
    kind::{Ctx, Kind, Status as _, was_in_sync},
    label::RESTARTED,
    observed::{at, text},
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
    /// It is *Ready* and nothing is to be done, or somebody has asked for it not to be.
    Settled,
    /// Something is on its way, or broken.
    Underway,
}

impl Standing {
    /// Of a resource, by what is planned for it.
    pub fn of<K: Kind>(resource: &K::Resource, plan: &Plan<K::System>) -> Self {
        if plan.waiting.iter().any(is_for_turn) {
            return Self::Waits;
        }
        let acts = plan.actions.iter().any(|one| !one.verb.only_tells());
        let is = |kind, status| says::<K>(resource, plan, kind, status).is_some();
        // By a reason that calls for nobody, such as that it was stopped.
        let by_wish = says::<K>(resource, plan, "Ready", "False").is_some_and(|reason| {
            let own = |one: &&&Reason| one.condition == "Ready" && one.name == reason;
            let found = K::REASONS.iter().find(own);
            found.is_some_and(|one| one.event() == Some(EventKind::Normal))
        });
        let left_alone = is("Accepted", "False") || is("Paused", "True") || is("Blocked", "True");
        match !acts && (is("Ready", "True") || by_wish) || left_alone {
            true => Self::Settled,
            false => Self::Underway,
        }
    }
}

/// The reason of a condition, if that says so: in the status that is there, and in the one that a
/// plan writes. What is only about to be told may wait for more to tell.
fn says<K: Kind>(
    resource: &K::Resource,
    plan: &Plan<K::System>,
    kind: &str,
    status: &str,
) -> Option<String> {
    let told = resource.status()?.conditions().iter().find(|one| one.type_ == kind)?;
    let next = plan.status().and_then(|next| {
        let conditions = at(next, "/conditions").and_then(Value::as_array)?;
        conditions.iter().find(|one| text(one, "/type") == kind)
    });
    let still = next.is_none_or(|next| text(next, "/status") == status);
    (told.status == status && still).then(|| told.reason.clone())
}

/// Whether this waits for its turn in the fleet, and for nothing else. What runs is as it was asked
/// for until then.
pub(super) fn is_for_turn(waiting: &Waiting) -> bool {
    let mut closed = waiting.gates.iter().filter(|gate| !gate.passes());
    closed.next().is_some_and(|gate| gate.id == FLEET_PACED) && closed.next().is_none()
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
        // What the change leaves over is still in use until then.
        let held = !gate.passes() && (by_fleet(&action) || action.why == Why::Orphaned);
        match action.verb.target().filter(|_| held).cloned() {
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
