//! What is told of a registry: from what was seen of it, and nothing else.

use std::collections::BTreeMap;

use super::{
    Valid, api::RivvenSchemaRegistryStatus, conditions as c, roll::Roll, situation::Situation,
};
use crate::{
    condition::Draft,
    k8s::api::Phase,
    kind::{Ctx, Measure, Report},
    systems::rivven::{
        home::{self, Away},
        names,
        registry::SeenRegistry,
    },
    workload::conditions::{MONITORED_NOT_ASKED, ROLLED_OUT_ALL, ROLLED_OUT_NOT, measured},
};

/// The status and its conditions.
pub(super) fn report(
    ctx: &Ctx<'_>,
    valid: &Valid,
    situation: &Situation<'_>,
) -> Report<RivvenSchemaRegistryStatus> {
    let (ready, phase) = ready(valid, situation);
    let roll = Roll::of(valid, situation);
    let rolled_out = match (roll.held(), situation.rolled_out()) {
        (Some(gate), _) => {
            c::ROLLED_OUT_HELD.no(format!("a change waits: {} (REG-51)", gate.observed))
        }
        (None, true) => ROLLED_OUT_ALL.yes(""),
        (None, false) => ROLLED_OUT_NOT.no(""),
    };
    let conditions = vec![
        ready,
        levels(situation),
        durable(valid),
        scaled(valid),
        rolled_out,
        measured(valid.measured, "rivven-schema", valid.release.version, &valid.image),
        MONITORED_NOT_ASKED.no("rivven-schema 0.0.22 offers no figures"),
    ];
    let status = RivvenSchemaRegistryStatus {
        phase,
        replicas: i32::try_from(situation.pods).unwrap_or(i32::MAX),
        ready_replicas: i32::from(situation.ready),
        compatibility_level: situation.seen.map(|seen| seen.level.clone()),
        subject_levels: subjects(valid, situation),
        endpoints: situation
            .ready
            .then(|| url(ctx, valid, roll.port(valid, situation)))
            .into_iter()
            .collect(),
        storage_status: Some("memory".to_owned()),
        ..RivvenSchemaRegistryStatus::default()
    };
    Report { status, conditions, synced: None }
}

/// The levels of the subjects that are named, and of those that were and are not yet at the level
/// of all.
fn subjects(valid: &Valid, situation: &Situation<'_>) -> BTreeMap<String, String> {
    let Some(seen) = situation.seen else { return valid.levels_before.clone() };
    let kept = |(name, level): &(&String, &String)| {
        valid.subjects.contains_key(*name) || *level != valid.level
    };
    let all = seen.subjects.iter().filter(kept);
    all.map(|(name, level)| (name.clone(), level.clone())).collect()
}

fn ready(valid: &Valid, situation: &Situation<'_>) -> (Draft, Phase) {
    let none_runs = situation.deployment.is_none() || situation.start.end.is_some();
    if none_runs && !valid.unsupported_security.is_empty() {
        let why = "no registry is started: see the condition Blocked";
        return (c::READY_NOT_STARTED.no(why), Phase::Failed);
    }
    match &situation.away {
        Some(Away::NotThere(why)) => return (c::READY_NO_CLUSTER.no(why.clone()), Phase::Pending),
        Some(Away::NotPermitted) => {
            let why = home::not_listed(&valid.cluster, &valid.namespace);
            return (c::READY_NOT_PERMITTED.no(why), Phase::Failed);
        }
        None => {}
    }
    let away = if valid.served { Phase::Degraded } else { Phase::Provisioning };
    // One that answers and is not open yet has no problem: it is being set, or kept closed.
    let comes = situation.seen.is_some_and(|seen| !seen.is_open());
    if let Some(problem) = situation.problem.as_ref().filter(|_| !comes) {
        return (c::READY_FAILED.no(problem.clone()), Phase::Failed);
    }
    if situation.pod.is_none() {
        let phase = if situation.deployment.is_none() { Phase::Pending } else { away };
        return (c::READY_STARTING.no("the registry is not started yet"), phase);
    }
    if situation.start.is_over() {
        return (c::READY_STARTING.no("it has ended, and the next start is another pod"), away);
    }
    let left = situation.left.as_ref().map(Vec::len);
    // One that has just started does not answer yet.
    match (situation.silent.as_ref().filter(|_| situation.ready), left) {
        (Some(why), _) => (c::READY_SILENT.unknown(why.clone()), Phase::Degraded),
        (None, None) => (c::READY_STARTING.no("the registry starts"), away),
        (None, Some(0)) if situation.ready => {
            let phase = if situation.rolled_out() { Phase::Running } else { Phase::Updating };
            (c::READY_SERVING.yes(format!("the registry runs with {}", valid.level)), phase)
        }
        (None, Some(0)) => (c::READY_STARTING.no("the registry is not ready yet"), away),
        (None, Some(_)) if situation.is_set() == Some(true) && valid.kept_closed => {
            let why = "everything is in force; clients are let in when the annotation \
                       sluicegate/keep-closed is taken off";
            (c::READY_CLOSED.no(why), away)
        }
        (None, Some(_)) => (c::READY_SETTING.no("levels, contexts and rules are being set"), away),
    }
}

fn levels(situation: &Situation<'_>) -> Draft {
    match situation.is_set() {
        Some(true) => c::LEVELS_APPLIED.yes(""),
        Some(false) => c::LEVELS_APPLYING.no(""),
        None => c::LEVELS_UNKNOWN.unknown(situation.silent.clone().unwrap_or_default()),
    }
}

fn durable(valid: &Valid) -> Draft {
    match valid.to_last {
        true => c::DURABLE_NOT.no("schemas are in memory and gone when the pod stops"),
        false => c::DURABLE_NOT_ASKED.no(""),
    }
}

fn scaled(valid: &Valid) -> Draft {
    match valid.replicas {
        1 => c::SCALED_AS_ASKED.yes(""),
        many => c::SCALED_NOT.no(format!("1 runs, {many} are asked for")),
    }
}

/// Where clients find it.
fn url(ctx: &Ctx<'_>, valid: &Valid, port: u16) -> String {
    let service = names::registry(&valid.name);
    let domain = &ctx.settings.cluster_domain;
    format!("http://{service}.{}.svc.{domain}:{port}", valid.namespace)
}

/// What moves by itself.
pub(super) fn measures(seen: &SeenRegistry) -> Vec<Measure> {
    // One of them is the operator's own sign.
    let contexts = seen.contexts.len().saturating_sub(usize::from(seen.is_open()));
    let contexts = u64::try_from(contexts).unwrap_or(u64::MAX);
    vec![
        Measure::whole("schemas", "Schemas that the registry holds.", seen.schema_count),
        Measure::whole("subjects", "Subjects that the registry holds.", seen.subject_count),
        Measure::whole("contexts", "Contexts that the registry has.", contexts),
    ]
}
