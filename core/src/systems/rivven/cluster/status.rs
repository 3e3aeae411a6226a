//! What is told of a cluster: from what was seen of it, and nothing else.

use super::{
    RivvenClusterStatus, Valid,
    api::Phase,
    brokers::{Brokers, HealthSeen, broker, list},
    conditions as c,
};
use crate::{
    condition::Draft,
    effect,
    k8s::monitoring::ServiceMonitor,
    kind::{Ctx, Report},
    observed::{Api, Observed},
    systems::rivven::{Rivven, names},
};

/// The status and its conditions.
pub(super) fn report(
    ctx: &Ctx<'_>,
    valid: &Valid,
    brokers: &Brokers,
    seen: &Observed<Rivven>,
) -> Report<RivvenClusterStatus> {
    let ready = ready(valid, brokers);
    let conditions = vec![
        available(brokers),
        rolled_out(brokers),
        clustered(valid, brokers),
        reachable(brokers),
        effect::report(&valid.without_effect),
        measured(valid),
        monitored(valid, seen),
    ];
    let set = brokers.set.as_ref();
    let status = RivvenClusterStatus {
        phase: phase(valid, brokers),
        replicas: set.map_or(0, |set| set.current),
        ready_replicas: set.map_or(0, |set| set.ready),
        updated_replicas: set.map_or(0, |set| set.updated),
        broker_endpoints: endpoints(ctx, valid, brokers),
        leader: leader(valid, brokers),
        version: version(brokers),
        selector: selector(valid),
        ..RivvenClusterStatus::default()
    };
    Report { status, conditions: [vec![ready], conditions].concat() }
}

fn ready(valid: &Valid, brokers: &Brokers) -> Draft {
    if !valid.secrecy.is_empty() && brokers.set.is_none() {
        return c::READY_NO_BROKERS.no("no broker is started: see the condition Blocked");
    }
    let wanted = valid.replicas;
    let up =
        |ordinal: &u32| brokers.pods.get(ordinal).is_some_and(|pod| pod.ready && !pod.deleting);
    let count = (0..wanted).filter(up).count();
    let Some(set) = &brokers.set else {
        return c::READY_STARTING.no("the StatefulSet does not exist");
    };
    if !set.observed || set.deleting || usize::try_from(wanted) != Ok(count) {
        return c::READY_STARTING.no(format!("{count} of {wanted} brokers ready"));
    }
    if set.replicas > wanted || brokers.pods.len() > count {
        let live = brokers.live();
        return c::READY_SCALING.no(format!("{live} brokers, {wanted} asked for"));
    }
    let stale = brokers.stale();
    if !stale.is_empty() {
        return c::READY_ROLLING.no(format!("{} of {wanted} brokers out of date", stale.len()));
    }
    let ill = |health: &HealthSeen| matches!(health, HealthSeen::Answered(it) if !it.healthy);
    if let Some((ordinal, _)) = brokers.pods.iter().find(|(_, pod)| ill(&pod.health)) {
        let pod = names::pod(&valid.name, *ordinal);
        return c::READY_UNHEALTHY.no(format!("{pod} calls itself unhealthy"));
    }
    let mut message = format!("{wanted} of {wanted} brokers ready and up to date");
    if wanted > 1 && !brokers.clustered() {
        message.push_str("; brokers run alone (Clustered=False)");
    }
    if !valid.without_effect.is_empty() {
        message.push_str(&format!("; without effect: {}", valid.without_effect.join(", ")));
    }
    c::READY_SERVING.yes(message)
}

fn available(brokers: &Brokers) -> Draft {
    let serving = brokers.serving();
    match brokers.pods.get(&serving) {
        Some(pod) if pod.ready => c::AVAILABLE_SERVED.yes(format!("broker {serving} serves")),
        Some(_) => c::AVAILABLE_NOT_SERVED.no(format!("broker {serving} is not ready")),
        None => c::AVAILABLE_NOT_SERVED.no("there is no broker"),
    }
}

fn rolled_out(brokers: &Brokers) -> Draft {
    let stale = brokers.stale();
    match &brokers.set {
        Some(set) if set.observed && stale.is_empty() && !brokers.pods.is_empty() => {
            c::ROLLED_OUT_ALL.yes("")
        }
        Some(set) if set.observed => {
            c::ROLLED_OUT_NOT.no(format!("out of date: brokers {stale:?}"))
        }
        Some(_) | None => c::ROLLED_OUT_NOT.no("Kubernetes has not looked at the change yet"),
    }
}

fn clustered(valid: &Valid, brokers: &Brokers) -> Draft {
    if brokers.clustered() {
        return c::CLUSTERED_YES.yes("");
    }
    if valid.replicas == 1 {
        return c::CLUSTERED_SINGLE.no("one broker needs no cluster");
    }
    if valid.release.clusters || (brokers.set.is_none() && !valid.secrecy.is_empty()) {
        return c::CLUSTERED_UNSEEN.unknown("no broker has said so yet");
    }
    c::CLUSTERED_ALONE.no(format!(
        "rivvend {} cannot form a cluster: {} brokers run alone, nothing is copied between them, \
         and clients are led to {} only. Set spec.replicas to 1, or run a release that can.",
        valid.release.version,
        valid.replicas,
        names::pod(&valid.name, 0),
    ))
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

fn measured(valid: &Valid) -> Draft {
    if valid.measured {
        return c::MEASURED_YES.yes(format!("rivvend {}", valid.release.version));
    }
    let oldest = valid.release.version;
    let message = format!("{} is taken to be able to do what {oldest} can", valid.image);
    c::MEASURED_NOT.no(message)
}

fn monitored(valid: &Valid, seen: &Observed<Rivven>) -> Draft {
    if valid.monitor.is_none() {
        return c::MONITORED_NOT_ASKED.no("");
    }
    let monitors = list(Api::of::<ServiceMonitor>(), &valid.namespace, &valid.name);
    if seen.served(&monitors) == Some(true) {
        c::MONITORED_YES.yes("")
    } else {
        c::MONITORED_NOT_SERVED.no("monitoring.coreos.com/v1 ServiceMonitor is not installed")
    }
}

fn phase(valid: &Valid, brokers: &Brokers) -> Phase {
    let ready = brokers.pods.values().filter(|pod| pod.ready && !pod.deleting).count();
    let all = usize::try_from(valid.replicas) == Ok(ready);
    match &brokers.set {
        None => Phase::Pending,
        Some(_) if ready == 0 && !valid.served => Phase::Provisioning,
        Some(set) if !set.observed || !brokers.stale().is_empty() => Phase::Updating,
        Some(set) if set.replicas != valid.replicas => Phase::Updating,
        Some(_) if all => Phase::Running,
        Some(_) => Phase::Degraded,
    }
}

/// The addresses that clients may use: every ready broker of a cluster; where brokers run alone,
/// the first only.
fn endpoints(ctx: &Ctx<'_>, valid: &Valid, brokers: &Brokers) -> Vec<String> {
    let serves = |ordinal: u32| brokers.clustered() || ordinal == brokers.serving();
    let ready = brokers.pods.iter().filter(|(ordinal, pod)| pod.ready && serves(**ordinal));
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

/// The tag that the brokers' images carry, as the pods say; several while they differ.
fn version(brokers: &Brokers) -> Option<String> {
    let tag =
        |image: &str| image.rsplit(['/']).next()?.split_once(':').map(|(_, tag)| tag.to_owned());
    let mut tags: Vec<String> = brokers.pods.values().filter_map(|pod| tag(&pod.image)).collect();
    tags.sort_unstable();
    tags.dedup();
    (!tags.is_empty()).then(|| tags.join(", "))
}

fn selector(valid: &Valid) -> Option<String> {
    let pairs: Vec<String> =
        valid.selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    Some(pairs.join(","))
}
