//! What has to hold before a broker is taken away or restarted, with the value that is seen.
//!
//! Each gate has a stable id, which `sluicegate/skip-gate` takes. One that cannot be told is shut.

use super::{
    Valid,
    brokers::{Brokers, HealthSeen},
};
use crate::{
    plan::{Gate, GateState, Guard},
    systems::rivven::Rivven,
};

/// Every other broker's pod is ready.
pub(super) const PODS_READY: &str = "pods-ready";
/// Every other broker calls itself healthy.
pub(super) const BROKERS_HEALTHY: &str = "brokers-healthy";
/// Every partition keeps enough copies in sync while this broker is down.
pub(super) const ISR_ABOVE_MIN: &str = "isr-above-min";
/// The voters that stay are a majority.
pub(super) const QUORUM_KEPT: &str = "quorum-kept";
/// The broker that is to go holds no topic.
pub(super) const BROKER_DRAINED: &str = "broker-drained";

/// What the broker has on its volume is still there after its pod has stopped.
pub(super) const VOLUME_KEPT: &str = "volume-kept";

/// Every gate of a cluster, with what it asks for.
pub const GATES: &[(&str, &str)] = &[
    (PODS_READY, "every other broker's pod is ready and none is stopping"),
    (BROKERS_HEALTHY, "every other broker calls itself healthy"),
    (ISR_ABOVE_MIN, "every partition keeps min.insync.replicas while this broker is down"),
    (QUORUM_KEPT, "the voters that stay are a majority"),
    (BROKER_DRAINED, "the broker that is to go holds no topic"),
    (VOLUME_KEPT, "the broker's claim has its volume and is not being deleted (STO-07)"),
];

/// The ids of [`GATES`].
pub(super) fn ids() -> Vec<&'static str> {
    GATES.iter().map(|(id, _)| *id).collect()
}

/// The gates before one broker may be stopped, of which there shall be so many.
pub(super) fn before_stopping(brokers: &Brokers, ordinal: u32, wanted: u32) -> Vec<Gate> {
    let mut gates = vec![
        volume_kept(brokers, ordinal),
        pods_ready(brokers, ordinal, wanted),
        healthy(brokers, ordinal),
    ];
    if brokers.clustered() {
        gates.push(in_sync(brokers, ordinal));
        gates.push(quorum(brokers));
    }
    gates
}

/// Whether what a broker stands on outlives its pod.
pub(super) fn volume_kept(brokers: &Brokers, ordinal: u32) -> Gate {
    let Some(claim) = brokers.claims.get(&ordinal) else {
        let runs = brokers.pods.get(&ordinal).is_some_and(|pod| pod.ready);
        return Gate::judged(VOLUME_KEPT, Some(!runs), "its claim does not exist");
    };
    let name = &claim.target.name;
    match claim.peril() {
        Some(why) => Gate::judged(VOLUME_KEPT, Some(false), format!("{name} {why}")),
        None if claim.bound => Gate::judged(VOLUME_KEPT, Some(true), format!("{name} stays")),
        // A broker that has never had a volume loses none.
        None => Gate::judged(VOLUME_KEPT, Some(true), format!("{name} has no volume yet")),
    }
}

/// Whether what a broker has on its volume is given up by annotation.
pub(super) fn gives_up_volume(gates: &[Gate]) -> bool {
    gates.iter().any(|gate| gate.id == VOLUME_KEPT && gate.state == GateState::Skipped)
}

/// Looks once more, just before a pod stops, whether its claim is still the one that was seen and
/// stays.
pub(super) fn claim_stays(valid: &Valid, brokers: &Brokers, ordinal: u32) -> Option<Guard<Rivven>> {
    let claim = brokers.claims.get(&ordinal)?;
    let skipped = valid.control.skip.contains(VOLUME_KEPT);
    (!skipped).then(|| Guard::Live(claim.target.clone(), claim.at.uid().to_owned()))
}

fn pods_ready(brokers: &Brokers, ordinal: u32, wanted: u32) -> Gate {
    let others = (0..wanted).filter(|other| *other != ordinal);
    let up = |other: &u32| brokers.pods.get(other).is_some_and(|pod| pod.ready && !pod.deleting);
    let (total, ready) = (others.clone().count(), others.filter(up).count());
    let stopping = brokers.pods.values().filter(|pod| pod.deleting).count();
    let mut observed = format!("{ready} of {total} others ready");
    if stopping > 0 {
        observed.push_str(&format!(", {stopping} stopping"));
    }
    Gate::judged(PODS_READY, Some(ready == total && stopping == 0), observed)
}

fn healthy(brokers: &Brokers, ordinal: u32) -> Gate {
    let mut healthy = 0;
    let mut ill = Vec::new();
    let mut silent = Vec::new();
    for (other, pod) in brokers.pods.iter().filter(|(other, _)| **other != ordinal) {
        match &pod.health {
            HealthSeen::Answered(health) if health.healthy => healthy += 1,
            HealthSeen::Answered(_) => ill.push(*other),
            HealthSeen::Unreachable(why) => silent.push(format!("{other} ({why})")),
            HealthSeen::NotAsked => silent.push(format!("{other} (not ready)")),
        }
    }
    if !ill.is_empty() {
        return Gate::judged(BROKERS_HEALTHY, Some(false), format!("unhealthy: {ill:?}"));
    }
    if !silent.is_empty() {
        let observed = format!("no answer from {}", silent.join(", "));
        return Gate::judged(BROKERS_HEALTHY, None, observed);
    }
    let others = if healthy == 1 { "other" } else { "others" };
    Gate::judged(BROKERS_HEALTHY, Some(true), format!("{healthy} {others} healthy"))
}

fn in_sync(brokers: &Brokers, ordinal: u32) -> Gate {
    let Some(part) = brokers.pods.get(&ordinal).and_then(|pod| pod.membership()) else {
        return Gate::judged(ISR_ABOVE_MIN, None, "the broker does not say");
    };
    let observed = format!("{} of {} partitions", part.partitions_safe, part.partitions);
    Gate::judged(ISR_ABOVE_MIN, Some(part.partitions_safe >= part.partitions), observed)
}

fn quorum(brokers: &Brokers) -> Gate {
    let leads = |pod: &&super::brokers::PodSeen| pod.membership().is_some_and(|part| part.leader);
    let Some(part) = brokers.pods.values().find(leads).and_then(|pod| pod.membership()) else {
        return Gate::judged(QUORUM_KEPT, None, "no leader is seen");
    };
    let observed = format!("{} of {} voters healthy", part.voters_healthy, part.voters);
    let kept = part.voters_healthy.saturating_sub(1) > part.voters / 2;
    Gate::judged(QUORUM_KEPT, Some(kept), observed)
}
