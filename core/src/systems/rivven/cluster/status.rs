//! What is told of a cluster: from what was seen of it, and nothing else.

use super::{
    RivvenClusterStatus, Valid,
    api::Phase,
    brokers::{Brokers, ClaimSeen, HealthSeen, PodSeen, broker, list},
    conditions as c,
    scale::{self, Scale},
    storage, volumes,
};
use crate::{
    condition::{Draft, State},
    k8s::monitoring::ServiceMonitor,
    kind::{Ctx, Report},
    label,
    observed::{Api, Observed},
    reasons::READY_BLOCKED,
    systems::rivven::{Rivven, image, names},
    workload::{
        conditions::{ROLLED_OUT_ALL, ROLLED_OUT_NOT, measured, monitored},
        problems::Cause,
        warnings::pod_not_created,
    },
};

/// The status and its conditions.
pub(super) fn report(
    ctx: &Ctx<'_>,
    valid: &Valid,
    brokers: &Brokers,
    seen: &Observed<Rivven>,
) -> Report<RivvenClusterStatus> {
    let rolling = rolling(ctx, valid, brokers);
    let scale = scale::scale(valid, brokers, seen);
    let ready = ready(ctx, valid, brokers, seen, &scale, rolling);
    let monitors = list(Api::of::<ServiceMonitor>(), &valid.namespace, &valid.name);
    let conditions = vec![
        volumes::kept(brokers),
        volumes::matching(valid, brokers),
        available(brokers, rolling),
        rolled_out(valid, brokers, rolling),
        clustered(valid, brokers),
        reachable(brokers),
        measured(valid.measured, "rivvend", valid.release.version, &valid.image),
        monitored(valid.monitor.is_some(), &monitors, seen),
    ];
    let status = RivvenClusterStatus {
        phase: phase(ctx, valid, brokers, &scale, rolling),
        replicas: count(exist(brokers, rolling)),
        ready_replicas: count(brokers.pods.values().filter(|pod| pod.up()).count()),
        updated_replicas: count(updated(brokers)),
        broker_endpoints: endpoints(ctx, valid, brokers),
        leader: leader(valid, brokers),
        version: version(brokers).or_else(|| valid.before.version.clone()),
        selector: Some(label::pairs(&valid.selector)),
        ..RivvenClusterStatus::default()
    };
    Report { status, conditions: [vec![ready], conditions].concat(), synced: None }
}

/// Whether brokers are away because they are restarted on purpose, and for no other reason. All
/// that is told is the same from when one stops until it is back, so that it is told once.
fn rolling(ctx: &Ctx<'_>, valid: &Valid, brokers: &Brokers) -> bool {
    let asked = |pod: &PodSeen| pod.restart_asked;
    let begun = valid.before.rolling || brokers.pods.values().any(asked);
    let begun = begun || !brokers.stale().is_empty();
    let down = |ordinal: &u32| !brokers.pods.get(ordinal).is_some_and(PodSeen::up);
    let mut left = (0..valid.replicas).filter(|ordinal| !brokers.up_to_date(*ordinal)).peekable();
    let any = left.peek().is_some() || brokers.pods.values().any(asked);
    valid.before.served
        && begun
        && any
        && left.filter(down).all(|ordinal| brokers.restarting(ordinal, ctx.now))
}

/// How many brokers there are. One that is restarted is counted while it is away.
fn exist(brokers: &Brokers, rolling: bool) -> usize {
    let there = brokers.pods.len();
    let kept = brokers.set.as_ref().and_then(|set| usize::try_from(set.replicas).ok());
    if rolling { there.max(kept.unwrap_or(0)) } else { there }
}

fn updated(brokers: &Brokers) -> usize {
    brokers.pods.keys().filter(|ordinal| brokers.up_to_date(**ordinal)).count()
}

fn count(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn ready(
    ctx: &Ctx<'_>,
    valid: &Valid,
    brokers: &Brokers,
    seen: &Observed<Rivven>,
    scale: &Scale,
    rolling: bool,
) -> Draft {
    if !valid.unsupported_security.is_empty() && brokers.set.is_none() {
        return c::READY_NO_BROKERS.no("no broker is started: see the condition Blocked");
    }
    let wanted = valid.replicas;
    let up = |ordinal: &u32| brokers.pods.get(ordinal).is_some_and(PodSeen::up);
    let count = (0..wanted).filter(up).count();
    let so_far = format!("{count} of {wanted} brokers ready");
    let Some(set) = &brokers.set else { return c::READY_STARTING.no(so_far) };
    let failed = problems(ctx, valid, brokers, seen);
    if !failed.is_empty() {
        return c::READY_FAILED.no(format!("{so_far}; {}", failed.join("; ")));
    }
    let updated = updated(brokers);
    if rolling {
        return c::READY_ROLLING.no(format!("{so_far}, {updated} up to date"));
    }
    if set.deleting && !set.held_by.is_empty() {
        let (set, by) = (&set.target, set.held_by.join(", "));
        let held = format!("{set} is being deleted and is held by the finalizer {by}");
        return c::READY_STARTING.no(format!("{so_far}; {held}"));
    }
    if !set.observed || set.deleting || usize::try_from(wanted) != Ok(count) {
        return c::READY_STARTING.no(so_far);
    }
    if set.replicas > wanted || brokers.pods.len() > count {
        return scaling_down(valid, brokers, scale);
    }
    if !brokers.stale().is_empty() {
        return c::READY_ROLLING.no(format!("{so_far}, {updated} up to date"));
    }
    let ill = |health: &HealthSeen| matches!(health, HealthSeen::Answered(it) if !it.healthy);
    if let Some((ordinal, _)) = brokers.pods.iter().find(|(_, pod)| ill(&pod.health)) {
        let pod = names::pod(&valid.name, *ordinal);
        return c::READY_UNHEALTHY.no(format!("{pod} calls itself unhealthy"));
    }
    let volumes = volumes::matching(valid, brokers);
    // A wish that is smaller than the last one is told as refused.
    let lowered = set.size.as_ref() > Some(&valid.size);
    if !lowered && brokers.claims_of(wanted).any(ClaimSeen::is_short) {
        return c::READY_RESIZING.no(volumes.message);
    }
    c::READY_SERVING.yes(serving(valid, brokers, &volumes))
}

/// What is said of a cluster that serves: also what it cannot do.
fn serving(valid: &Valid, brokers: &Brokers, volumes: &Draft) -> String {
    let wanted = valid.replicas;
    let mut message = format!("{wanted} of {wanted} brokers ready and up to date");
    if wanted > 1 && !brokers.clustered() {
        message.push_str("; brokers run alone (Clustered=False)");
    }
    let perils = brokers.claims_in_peril().map(|(_, claim, _)| claim.target.name.clone());
    let perils: Vec<String> = perils.chain(brokers.lacking_claims()).collect();
    if !perils.is_empty() {
        message.push_str(&format!("; data at risk: {} (VolumesKept=False)", perils.join(", ")));
    }
    if volumes.state == State::False {
        message.push_str(&format!("; {} (VolumesMatch=False)", volumes.message));
    } else if *volumes.reason == c::VOLUMES_LARGER {
        message.push_str(&format!("; {}", volumes.message));
    }
    message
}

fn scaling_down(valid: &Valid, brokers: &Brokers, scale: &Scale) -> Draft {
    let mut message = format!("{} brokers, {} asked for", brokers.live(), valid.replicas);
    if let Some(blocked) = scale.blocked.first() {
        message.push_str(&format!("; {}: {}", blocked.rule.id, blocked.message));
        return READY_BLOCKED.no(message);
    }
    for waiting in &scale.waiting {
        let shut = waiting.gates.iter().filter(|gate| !gate.passes()).map(|gate| gate.id);
        let shut = shut.collect::<Vec<_>>().join(", ");
        message.push_str(&format!("; {}: waits for {shut}", waiting.what));
    }
    c::READY_SCALING.no(message)
}

/// What keeps brokers away, one sentence each.
pub(super) fn problems(
    ctx: &Ctx<'_>,
    valid: &Valid,
    brokers: &Brokers,
    seen: &Observed<Rivven>,
) -> Vec<String> {
    let ordinals = 0..valid.replicas.max(brokers.live());
    let not_made = brokers.not_made(ctx.now);
    let told = |ordinal: u32| {
        let name = names::pod(&valid.name, ordinal);
        let claim = brokers.claims.get(&ordinal);
        let pod = brokers.pods.get(&ordinal);
        if pod.is_some_and(PodSeen::up) {
            return None;
        }
        if let Some(class) = claim.and_then(|claim| storage::lacks_class(claim, seen)) {
            let claim = names::claim(&valid.name, ordinal);
            return Some(format!(
                "{name}: its claim {claim} waits for storage class {class}, \
                                 which does not exist"
            ));
        }
        if let Some(claim) = claim.filter(|claim| claim.lost) {
            let claim = &claim.target.name;
            return Some(format!("{name}: its claim {claim} has lost its volume"));
        }
        if let Some(why) = pod.and_then(|pod| pod.problem(ctx.now)) {
            return Some(format!("{name}: {why}"));
        }
        not_made.contains(&ordinal).then(|| not_created(&name, brokers, seen))
    };
    ordinals.filter_map(told).collect()
}

/// What a plan takes to pass by itself: brokers that are away. Nothing passes by itself on a node
/// that does not answer.
pub(super) fn recovering<'a>(
    ctx: &Ctx<'_>,
    valid: &'a Valid,
    brokers: &'a Brokers,
) -> impl Iterator<Item = String> + use<'a> {
    let now = ctx.now;
    let passes = |pod: &&PodSeen| {
        let for_good = |cause: Cause| matches!(cause, Cause::Stopping | Cause::Node);
        !pod.up() && pod.problems.iter().all(|problem| !for_good(problem.cause))
    };
    let sick = brokers.pods.values().filter(passes).filter_map(move |pod| {
        Some(format!("{} becomes ready ({})", pod.target.name, pod.problem(now)?))
    });
    let absent = brokers.not_made(now).into_iter();
    let absent = absent.map(|ordinal| format!("{} is created", names::pod(&valid.name, ordinal)));
    sick.chain(absent)
}

/// A pod that its StatefulSet could not make, in the words of the one who refused it.
fn not_created(pod: &str, brokers: &Brokers, seen: &Observed<Rivven>) -> String {
    let set = brokers.set.as_ref().map(|set| &set.target);
    let warnings = set.map(|set| seen.warnings(set)).unwrap_or_default();
    match pod_not_created(warnings, pod) {
        Some(why) => format!("{pod}: it could not be created: {why}"),
        None => {
            let set = set.map(|set| set.name.as_str()).unwrap_or_default();
            format!("{pod}: it could not be created; kubectl describe statefulset {set} says why")
        }
    }
}

fn available(brokers: &Brokers, rolling: bool) -> Draft {
    let serving = brokers.serving();
    match brokers.pods.get(&serving) {
        Some(pod) if pod.up() => c::AVAILABLE_SERVED.yes(format!("broker {serving} serves")),
        _ if rolling => c::AVAILABLE_RESTARTING.no(format!("broker {serving} is restarted")),
        _ => c::AVAILABLE_NOT_SERVED.no(format!("broker {serving} is not ready")),
    }
}

fn rolled_out(valid: &Valid, brokers: &Brokers, rolling: bool) -> Draft {
    let left: Vec<u32> = match rolling {
        true => (0..valid.replicas).filter(|ordinal| !brokers.up_to_date(*ordinal)).collect(),
        false => brokers.stale(),
    };
    match &brokers.set {
        Some(set) if set.observed && left.is_empty() && !brokers.pods.is_empty() => {
            ROLLED_OUT_ALL.yes("")
        }
        _ if brokers.pods.is_empty() && !valid.before.served => {
            ROLLED_OUT_NOT.no("there is no broker yet")
        }
        Some(set) if set.observed => ROLLED_OUT_NOT.no(format!("not up to date: brokers {left:?}")),
        Some(_) | None => ROLLED_OUT_NOT.no("Kubernetes has not looked at the change yet"),
    }
}

fn clustered(valid: &Valid, brokers: &Brokers) -> Draft {
    if brokers.clustered() {
        return c::CLUSTERED_YES.yes("");
    }
    if valid.replicas == 1 && brokers.live() <= 1 {
        return c::CLUSTERED_SINGLE.no("one broker needs no cluster");
    }
    if valid.release.clusters || (brokers.set.is_none() && !valid.unsupported_security.is_empty()) {
        return c::CLUSTERED_UNSEEN.unknown("no broker has said so yet");
    }
    let mut message = format!(
        "rivvend {} cannot form a cluster: {} brokers run alone, nothing is copied between them, \
         and clients are led to {} only.",
        valid.release.version,
        valid.replicas.max(brokers.live()),
        names::pod(&valid.name, 0),
    );
    if valid.replicas > 1 {
        message.push_str(" Set spec.replicas to 1, or run a release that can.");
    }
    c::CLUSTERED_ALONE.no(message)
}

fn reachable(brokers: &Brokers) -> Draft {
    let silent: Vec<String> = brokers
        .pods
        .values()
        .filter_map(|pod| match &pod.health {
            HealthSeen::Unreachable(why) => Some(format!("{}: {why}", pod.target.name)),
            HealthSeen::NotAsked | HealthSeen::Answered(_) => None,
        })
        .collect();
    if !silent.is_empty() {
        return c::REACHABLE_NOT.no(silent.join("; "));
    }
    if brokers.pods.values().any(|pod| matches!(pod.health, HealthSeen::Answered(_))) {
        return c::REACHABLE_ALL.yes("");
    }
    c::REACHABLE_UNASKED.unknown("no broker is ready")
}

fn phase(ctx: &Ctx<'_>, valid: &Valid, brokers: &Brokers, scale: &Scale, rolling: bool) -> Phase {
    let ready = brokers.pods.values().filter(|pod| pod.up()).count();
    let all = usize::try_from(valid.replicas) == Ok(ready);
    let failed =
        |(ordinal, pod): (&u32, &PodSeen)| !pod.up() && !brokers.restarting(*ordinal, ctx.now);
    let held = valid.control.paused || !valid.unsupported_security.is_empty();
    match &brokers.set {
        None if held => Phase::Pending,
        // What it takes is being made: that is said once, and not again when it is there.
        _ if ready == 0 && !valid.before.served => Phase::Provisioning,
        _ if rolling => Phase::Updating,
        None if all => Phase::Updating,
        None => Phase::Degraded,
        Some(set) if !set.observed => Phase::Updating,
        Some(_) if brokers.pods.iter().any(failed) => Phase::Degraded,
        Some(_) if !brokers.not_made(ctx.now).is_empty() => Phase::Degraded,
        Some(_) if !brokers.stale().is_empty() => Phase::Updating,
        Some(set) if set.replicas > valid.replicas && !scale.blocked.is_empty() => Phase::Running,
        Some(set) if set.replicas != valid.replicas => Phase::Updating,
        Some(_) if all => Phase::Running,
        Some(_) => Phase::Degraded,
    }
}

/// The addresses that clients may use: every ready broker of a cluster; where brokers run alone,
/// the first only.
fn endpoints(ctx: &Ctx<'_>, valid: &Valid, brokers: &Brokers) -> Vec<String> {
    let serves = |ordinal: u32| brokers.clustered() || ordinal == brokers.serving();
    let ready = brokers.pods.iter().filter(|(ordinal, pod)| pod.up() && serves(**ordinal));
    ready
        .map(|(ordinal, _)| {
            broker(&valid.namespace, &valid.name, *ordinal, names::CLIENT_PORT)
                .address(&ctx.settings.cluster_domain)
        })
        .collect()
}

fn leader(valid: &Valid, brokers: &Brokers) -> Option<String> {
    brokers.clustered().then(|| names::pod(&valid.name, brokers.serving()))
}

/// What the images of the brokers that are up call themselves; several while they differ.
fn version(brokers: &Brokers) -> Option<String> {
    let up = brokers.pods.values().filter(|pod| pod.up());
    let mut versions: Vec<String> = up.filter_map(|pod| image::version(&pod.image)).collect();
    versions.sort_unstable();
    versions.dedup();
    (!versions.is_empty()).then(|| versions.join(", "))
}
