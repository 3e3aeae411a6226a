//! What is told of a flow: from what was seen of its Deployment and its pods, and nothing else.

use std::sync::Arc;

use k8s_openapi::{api::core::v1::Pod, apimachinery::pkg::apis::meta::v1::Time};
use serde_json::Value;

use super::{
    Valid,
    api::{DataFlowStatus, Phase},
    checkpoint::Checkpoint,
    conditions as c, deployment,
    figures::Told,
    list, names,
};
use crate::{
    condition::Draft,
    kind::{Ctx, Report},
    label,
    many::many,
    observed::{Api, Observed},
    systems::dataflow::DataFlows,
    workload::{
        conditions::{ROLLED_OUT_ALL, ROLLED_OUT_NOT},
        deployment::{DeploymentSeen, not_created},
        problems::PodProblem,
        seen::{is_ready, stays},
    },
};

/// The status and its conditions.
pub(super) fn report(
    ctx: &Ctx<'_>,
    valid: &Valid,
    seen: &Observed<DataFlows>,
) -> Report<DataFlowStatus> {
    let deployment = deployment(valid, seen);
    let pods = seen.items(&list(Api::of::<Pod>(), &valid.namespace, &valid.name));
    let pods: Vec<&Value> = pods.iter().map(Arc::as_ref).collect();
    let state = State {
        seen: deployment.map(DeploymentSeen::of),
        problem: deployment.and_then(not_created).or_else(|| problem(ctx, &pods)),
        checkpoint: Checkpoint::of(valid, seen),
    };
    let (ready, phase) = ready(valid, &state);
    let mut conditions = vec![
        ready,
        resolved(valid),
        processors(valid, &state),
        match state.is_rolled_out(valid) {
            true => ROLLED_OUT_ALL.yes(""),
            false => ROLLED_OUT_NOT.no(""),
        },
        checkpoint(valid, &state),
    ];
    let told = Told::of((&valid.namespace, &valid.name), valid.replicas, seen);
    conditions.extend(told.idle(valid));
    let told = told.together();
    let wide = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let count = |of: fn(&DeploymentSeen) -> i64| {
        state.seen.as_ref().map_or(0, |seen| i32::try_from(of(seen)).unwrap_or(i32::MAX))
    };
    let status = DataFlowStatus {
        phase,
        replicas: count(|seen| seen.replicas),
        ready_replicas: count(|seen| seen.ready),
        selector: Some(label::pairs(&names::pod_labels(&valid.name))),
        processed_count: told.map(|told| wide(told.sent)),
        error_count: told.map(|told| wide(told.errors)),
        last_processed_time: told.and_then(|told| told.last_sent).map(Time),
        ..DataFlowStatus::default()
    };
    Report { status, conditions, synced: None }
}

/// What was seen.
struct State {
    seen: Option<DeploymentSeen>,
    problem: Option<String>,
    checkpoint: Checkpoint,
}

impl State {
    /// Whether its Deployment has come to what the flow asks for.
    fn is_rolled_out(&self, valid: &Valid) -> bool {
        let rolled = |seen: DeploymentSeen| seen.is_rolled_out(valid.replicas.into());
        !self.is_held(valid) && self.seen.is_some_and(rolled)
    }

    /// Whether nothing is made or changed of it.
    fn is_held(&self, valid: &Valid) -> bool {
        let unusable = matches!(self.checkpoint, Checkpoint::Leaving | Checkpoint::Unusable(_));
        unusable || valid.literal().next().is_some()
    }
}

/// What keeps a pod from running, as a sentence.
fn problem(ctx: &Ctx<'_>, pods: &[&Value]) -> Option<String> {
    pods.iter().filter(|pod| stays(pod) && !is_ready(pod)).find_map(|pod| {
        let problems = PodProblem::of(pod, names::CONTAINER);
        problems.iter().find_map(|problem| problem.told(ctx.now)).map(str::to_owned)
    })
}

fn ready(valid: &Valid, state: &State) -> (Draft, Phase) {
    if state.checkpoint == Checkpoint::Leaving {
        return (
            c::READY_STARTING.no("an earlier flow of this name has not gone yet"),
            Phase::Pending,
        );
    }
    if state.is_held(valid) {
        let what = match state.seen {
            Some(_) => "what runs is left as it is",
            None => "no processor is started",
        };
        return (c::READY_HELD.no(format!("{what}; see the condition Blocked")), Phase::Error);
    }
    // Those of before count for nothing: what is asked for has to run.
    let wanted = i64::from(valid.replicas);
    match (state.seen, &state.problem) {
        (Some(seen), _) if wanted == 0 && seen.replicas == 0 => {
            (c::READY_STOPPED.no("replicas is 0"), Phase::Stopped)
        }
        (Some(_), _) if wanted == 0 => (c::READY_STOPPING.no("its processor ends"), Phase::Pending),
        (Some(seen), _) if state.is_rolled_out(valid) && seen.ready >= wanted => {
            let message = format!("{} {}", many(seen.ready, "processor"), valid.meaning.says());
            (c::READY_RUNNING.yes(message), Phase::Running)
        }
        (_, Some(problem)) => (c::READY_FAILED.no(problem.clone()), Phase::Error),
        (Some(_), None) => (c::READY_STARTING.no("its processor starts"), Phase::Pending),
        (None, None) => (c::READY_STARTING.no("its processor is not made yet"), Phase::Pending),
    }
}

fn resolved(valid: &Valid) -> Draft {
    let literal: Vec<String> = valid.literal().map(ToString::to_string).collect();
    match literal.is_empty() {
        true => c::SPEC_RESOLVED_YES.yes(""),
        false => {
            let names = literal.join(", ");
            c::SPEC_RESOLVED_LITERAL.no(format!("a secret is written down: {names} (FLW-50)"))
        }
    }
}

fn processors(valid: &Valid, state: &State) -> Draft {
    let ready = state.seen.map_or(0, |seen| seen.ready);
    match i64::from(valid.replicas) {
        0 => c::PROCESSOR_READY_NOT_ASKED.no(""),
        wanted if ready >= wanted => c::PROCESSOR_READY_ALL.yes(""),
        wanted => c::PROCESSOR_READY_NOT.no(format!("{ready} of {wanted} are ready")),
    }
}

fn checkpoint(valid: &Valid, state: &State) -> Draft {
    match &state.checkpoint {
        Checkpoint::NotWanted if valid.by_group => c::CHECKPOINT_NOT_NEEDED.yes(""),
        Checkpoint::NotWanted => c::CHECKPOINT_NOT_ASKED.no(""),
        Checkpoint::Ours | Checkpoint::Left(_) => c::CHECKPOINT_KEPT.yes(""),
        Checkpoint::Missing => c::CHECKPOINT_MISSING.no(""),
        Checkpoint::Leaving => c::CHECKPOINT_LEAVING.no(""),
        Checkpoint::Unusable(why) => c::CHECKPOINT_UNUSABLE.no(why.clone()),
    }
}
