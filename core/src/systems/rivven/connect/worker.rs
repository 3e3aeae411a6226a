//! The worker as it was seen: its Deployment, and what keeps its pod from running.

use k8s_openapi::{
    api::{apps::v1::Deployment, core::v1::Pod},
    jiff::Timestamp,
};
use serde_json::Value;

use super::{Valid, list};
use crate::{
    kind::Ctx,
    observed::{Api, Observed, Ref, Seen, at, text},
    systems::rivven::{Rivven, names},
    workload::{problems::PodProblem, seen::is_ready},
};

/// A worker.
#[derive(Clone, Debug, Default)]
pub(super) struct Worker {
    /// Whether there is one, running or not.
    pub(super) exists: bool,
    /// Since when its pod is there.
    pub(super) since: Option<Timestamp>,
    /// Pods that exist.
    pub(super) replicas: i64,
    /// Pods that run.
    pub(super) ready: i64,
    /// Whether its controller has looked at what is written now, and its pod runs that.
    current: bool,
    /// What keeps it from running, as a sentence.
    pub(super) problem: Option<String>,
}

impl Worker {
    /// Reads what was seen.
    pub(super) fn of(ctx: &Ctx<'_>, valid: &Valid, seen: &Observed<Rivven>) -> Self {
        let target = Ref::to::<Deployment>(&valid.namespace, &names::worker(&valid.name));
        let Seen::Present(deployment) = seen.raw(&target) else { return Self::default() };
        let number = |place| at(deployment, place).and_then(Value::as_i64).unwrap_or(0);
        let ready = number("/status/readyReplicas");
        let observed =
            number("/status/observedGeneration") >= number("/metadata/generation").max(1);
        let pods = seen.items(&list(Api::of::<Pod>(), &valid.namespace, &valid.name));
        let pods = pods.iter().filter(|pod| at(pod, "/metadata/deletionTimestamp").is_none());
        let pods: Vec<_> = pods.collect();
        let since = pods.iter().filter_map(|pod| text(pod, "/status/startTime").parse().ok()).max();
        let unready = pods.iter().filter(|pod| !is_ready(pod));
        let problems: Vec<PodProblem> =
            unready.flat_map(|pod| PodProblem::of(pod, names::WORKER)).collect();
        let told = problems.iter().find_map(|problem| problem.told(ctx.now)).map(str::to_owned);
        Self {
            exists: true,
            since,
            replicas: number("/status/replicas"),
            ready,
            current: observed && number("/status/updatedReplicas") >= 1,
            problem: told.or_else(|| not_created(deployment)),
        }
    }

    /// Whether it runs what is asked for.
    pub(super) fn runs(&self) -> bool {
        self.current && self.ready >= 1
    }
}

/// A pod that could not be made, in the words of the one who refused it: a quota, pod security.
fn not_created(deployment: &Value) -> Option<String> {
    let conditions = at(deployment, "/status/conditions").and_then(Value::as_array);
    let failed = conditions?
        .iter()
        .find(|one| text(one, "/type") == "ReplicaFailure" && text(one, "/status") == "True")?;
    let why: String = text(failed, "/message").chars().take(300).collect();
    Some(format!("its pod could not be created: {why}"))
}
