//! Restarting brokers: which one is next, whether it may be, and why.
//!
//! At most one per plan, and none while another is down: the order is ours, because the StatefulSet
//! restarts nothing by itself (OnDelete).

use std::time::Duration;

use k8s_openapi::jiff::Timestamp;

use super::{
    Valid,
    brokers::{Brokers, PodSeen, Set, pods},
    gates,
};
use crate::{
    condition::EventKind,
    kind::Ctx,
    plan::{Action, Event, Gate, Guard, Risk, Verb, Waiting, Why},
    rule::Rule,
    systems::rivven::{Rivven, rules},
};

/// What is to be done about pods that are out of date.
#[derive(Debug, Default)]
pub(super) struct Roll {
    pub(super) restart: Option<Action<Rivven>>,
    /// Whether the status can wait until the broker stops: it was told before that brokers are
    /// restarted on purpose, or others that are due tell so then.
    pub(super) defer_status: bool,
    /// How long restarts are waited with, because the spec may change again.
    pub(super) held: Option<Duration>,
    pub(super) events: Vec<Event>,
    pub(super) waiting: Vec<Waiting>,
}

/// A pod that has to be restarted, and why.
struct Due<'a> {
    ordinal: u32,
    pod: &'a PodSeen,
    why: String,
    rule: &'static Rule,
}

/// The next restart. `wanted` is how many brokers there shall be right now.
pub(super) fn roll(ctx: &Ctx<'_>, valid: &Valid, brokers: &Brokers, wanted: u32) -> Roll {
    let now = ctx.now;
    let Some(set) = &brokers.set else { return Roll::default() };
    // Until the StatefulSet controller has looked at what is written, no revision means anything.
    if !set.observed || set.deleting || set.update_revision.is_empty() {
        return Roll::default();
    }
    let (stopping, due): (Vec<_>, Vec<_>) =
        due(valid, brokers, set, now).into_iter().partition(|due| due.pod.deleting);
    let mut roll = Roll::default();
    // One that is just stopping is waited for. One that does not come to its end holds the others
    // up, and they say so.
    if stopping.iter().any(|due| !due.pod.is_stuck(now)) {
        return roll;
    }
    // What is asked for by the spec alone waits until the spec has come to rest. A broker that
    // serves nobody anyway does not.
    let (held, due): (Vec<_>, Vec<_>) = due.into_iter().partition(|due| {
        let by_spec = std::ptr::eq(due.rule, &rules::ROL_01);
        by_spec && !due.pod.broken() && !ctx.hold_restarts.is_zero()
    });
    if !held.is_empty() {
        roll.held = Some(ctx.hold_restarts);
        roll.defer_status = true;
    }
    let serving = brokers.serving();
    let others = due.len() > 1;
    // Whether one that comes before waits for something that the others wait for, too.
    let mut in_line = false;
    for due in in_order(due, serving) {
        let broken = due.pod.broken();
        let alone = due.ordinal == serving && !brokers.clustered();
        let gates = match broken {
            // It serves nobody: no other has to be up, but what it has written must not go.
            true => vec![gates::volume_kept(brokers, due.ordinal)],
            false => gates::before_stopping(brokers, due.ordinal, wanted),
        };
        let skip = &valid.control.skip;
        let gates: Vec<Gate> = gates.into_iter().map(|gate| gate.or_skipped(skip)).collect();
        let may = gates.iter().all(Gate::passes);
        let (risk, rule) = match (gates::gives_up_volume(&gates), broken, alone) {
            (true, ..) => (Risk::DataLoss, &rules::STO_07),
            (false, true, _) => (Risk::None, &rules::ROL_03),
            (false, false, true) => (Risk::Unavailable, &rules::ROL_02),
            (false, false, false) => (Risk::Restart, due.rule),
        };
        if may && roll.restart.is_none() && !in_line {
            roll.events.push(event(valid, &due));
            roll.defer_status = others || valid.before.rolling;
            let restart = restart(valid, set, &due, risk, rule, gates, wanted);
            let stays = gates::claim_stays(valid, brokers, due.ordinal);
            roll.restart = Some(stays.into_iter().fold(restart, Action::guarded));
        } else {
            // What is wrong with its own volume is no reason to leave the others as they are.
            in_line |= gates.iter().all(|gate| gate.passes() || gate.id != gates::VOLUME_KEPT);
            let what = format!("restart {}: {}", due.pod.target, due.why);
            let target = due.pod.target.clone();
            roll.waiting.push(Waiting { what, target, risk, rule, gates });
        }
    }
    roll
}

fn due<'a>(valid: &Valid, brokers: &'a Brokers, set: &Set, now: Timestamp) -> Vec<Due<'a>> {
    let pods = brokers.pods.iter();
    pods.filter_map(|(ordinal, pod)| {
        let claim = brokers.claims.get(ordinal);
        let (why, rule) = if pod.revision != set.update_revision {
            (reason(valid, pod), &rules::ROL_01)
        } else if pod.restart_asked {
            ("its annotation asks for it".to_owned(), &rules::ROL_04)
        } else if pod.up() && claim.is_some_and(|claim| claim.needs_restart(pod.started, now)) {
            ("its file system grows when it is mounted again".to_owned(), &rules::STO_08)
        } else {
            return None;
        };
        Some(Due { ordinal: *ordinal, pod, why, rule })
    })
    .collect()
}

fn reason(valid: &Valid, pod: &PodSeen) -> String {
    if pod.image == valid.image {
        "what it is started from has changed".to_owned()
    } else {
        format!("image {} -> {}", pod.image, valid.image)
    }
}

/// Broken ones first, then those that do not answer (all others wait for their answer, so they
/// would wait for ever), then from the highest down, and the one that serves last.
fn in_order(mut due: Vec<Due<'_>>, serving: u32) -> Vec<Due<'_>> {
    due.sort_by_key(|due| {
        let last = due.ordinal == serving;
        (!due.pod.broken(), !due.pod.silent(), last, std::cmp::Reverse(due.ordinal))
    });
    due
}

fn restart(
    valid: &Valid,
    set: &Set,
    due: &Due<'_>,
    risk: Risk,
    rule: &'static Rule,
    gates: Vec<Gate>,
    wanted: u32,
) -> Action<Rivven> {
    let pod = due.pod;
    // A broken pod needs no gate, so it must still be broken: as it was seen, not as it may be now.
    let at = if pod.broken() { pod.at.clone() } else { pod.at.clone().at_any_version() };
    let verb = Verb::Restart(pod.target.clone(), at);
    let why = Why::Requested(due.why.clone());
    let action = Action::new(verb, why, risk, rule).through(gates);
    if pod.broken() || valid.control.skip.contains(gates::PODS_READY) {
        return action;
    }
    action.guarded(Guard::PodsReady {
        of: pods(&valid.namespace, &valid.name),
        controller_uid: set.at.uid().to_owned(),
        min_ready: usize::try_from(wanted.saturating_sub(1)).unwrap_or(usize::MAX),
        excluding: pod.target.name.clone(),
    })
}

fn event(valid: &Valid, due: &Due<'_>) -> Event {
    Event {
        kind: EventKind::Normal,
        reason: "RestartingBroker",
        note: format!("{} is restarted: {}", due.pod.target, due.why),
        regarding: valid.own.clone(),
        related: Some(due.pod.target.clone()),
    }
}
