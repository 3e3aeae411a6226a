//! How one processor follows another.

use k8s_openapi::{
    api::apps::v1::{Deployment, DeploymentStrategy, RollingUpdateDeployment},
    apimachinery::pkg::util::intstr::IntOrString,
};
use serde_json::{Value, json};

use crate::{
    k8s::recreate,
    label::DIGEST,
    observed::{annotation, at, text},
    plan::{Action, Manifest, Precondition, Risk, Verb, Why},
    systems::dataflow::{DataFlows, flow::Valid, rules},
};

/// Of a polled source the old processor has ended before the new one starts: two would read the
/// same rows. A consumer group shares its partitions out by itself.
pub(super) fn strategy(flow: &Valid) -> DeploymentStrategy {
    match flow.by_group {
        true => one_by_one(),
        false => recreate(),
    }
}

fn one_by_one() -> DeploymentStrategy {
    DeploymentStrategy {
        type_: Some("RollingUpdate".to_owned()),
        rolling_update: Some(RollingUpdateDeployment {
            max_surge: Some(IntOrString::Int(0)),
            max_unavailable: Some(IntOrString::Int(1)),
        }),
    }
}

/// What has to be done before the strategy of a Deployment can be that of a polled source: an API
/// server refuses Recreate beside settings of a rolling update, and a server-side apply takes away
/// only what is its own. So they are made ours first, which starts nothing anew: by themselves
/// where the Deployment was never ours, and else with everything that we keep there.
pub(in super::super) fn strategy_first(
    flow: &Valid,
    live: &Value,
    goal: &Deployment,
) -> Option<Action<DataFlows>> {
    let ours = json!(one_by_one());
    let there = at(live, "/spec/strategy")?;
    if flow.by_group || text(there, "/type") != "RollingUpdate" || *there == ours {
        return None;
    }
    let whole = Manifest::of(goal);
    let target = whole.target.clone();
    let seen = Precondition::as_seen(&target, live);
    let manifest = match annotation(live, DIGEST) {
        None => Manifest::part(target, &json!({ "spec": { "strategy": ours } })),
        Some(_) => {
            let mut stage = goal.clone();
            if let Some(spec) = &mut stage.spec {
                spec.strategy = Some(one_by_one());
            }
            Manifest::of(&stage).towards(&whole)
        }
    };
    let why = "its strategy is somebody else's, and is taken over before it is changed";
    let why = Why::Requested(why.to_owned());
    Some(Action::new(Verb::Apply(manifest, seen), why, Risk::None, &rules::FLW_53))
}
