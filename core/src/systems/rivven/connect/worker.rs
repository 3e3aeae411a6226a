//! The workers as they were seen: their Deployments, what each of them runs, and what keeps its pod
//! from running.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::{
    api::{apps::v1::Deployment, core::v1::Pod},
    jiff::Timestamp,
};
use serde_json::Value;

use super::{Valid, list};
use crate::{
    kind::Ctx,
    label::{CONNECTORS, WORKER},
    observed::{Api, Observed, at, text},
    systems::rivven::{Rivven, names},
    workload::{problems::PodProblem, seen::is_ready},
};

/// A worker.
#[derive(Clone, Debug, Default)]
pub(super) struct Worker {
    /// The connectors that its pods are started with.
    pub(super) connectors: BTreeSet<String>,
    /// Its pods, those on their way out too, each with the connectors that it was started with.
    pub(super) pods: BTreeMap<String, BTreeSet<String>>,
    /// Since when its pod is there.
    pub(super) since: Option<Timestamp>,
    /// Pods that exist.
    pub(super) replicas: i64,
    /// Pods that run.
    pub(super) ready: i64,
    /// Whether its controller has not looked yet at what is written now.
    pub(super) unobserved: bool,
    /// Whether its pod runs that.
    current: bool,
    /// What keeps it from running, as a sentence.
    pub(super) problem: Option<String>,
}

impl Worker {
    /// All that there are, running or not, by their numbers: those of which only a pod is left too.
    pub(super) fn all(
        ctx: &Ctx<'_>,
        valid: &Valid,
        seen: &Observed<Rivven>,
    ) -> BTreeMap<usize, Self> {
        let mut all: BTreeMap<usize, Self> = BTreeMap::new();
        for deployment in seen.items(&list(Api::of::<Deployment>(), &valid.namespace, &valid.name))
        {
            if let Some(number) =
                names::worker_number(&valid.name, text(deployment, "/metadata/name"))
            {
                all.insert(number, Self::of(deployment));
            }
        }
        for pod in seen.items(&list(Api::of::<Pod>(), &valid.namespace, &valid.name)) {
            let label = at(pod, "/metadata/labels").and_then(|all| all.get(WORKER));
            let Some(number) = label.and_then(Value::as_str).and_then(|it| it.parse().ok()) else {
                continue;
            };
            let worker: &mut Self = all.entry(number).or_default();
            worker.pods.insert(text(pod, "/metadata/name").to_owned(), connectors(pod));
            if at(pod, "/metadata/deletionTimestamp").is_some() {
                continue;
            }
            worker.since = worker.since.max(text(pod, "/status/startTime").parse().ok());
            if !is_ready(pod) {
                let problems = PodProblem::of(pod, names::WORKER);
                let told = problems.iter().find_map(|problem| problem.told(ctx.now));
                worker.problem = told.map(str::to_owned).or(worker.problem.take());
            }
        }
        all
    }

    fn of(deployment: &Value) -> Self {
        let number = |place| at(deployment, place).and_then(Value::as_i64).unwrap_or(0);
        let observed =
            number("/status/observedGeneration") >= number("/metadata/generation").max(1);
        Self {
            connectors: at(deployment, "/spec/template").map(connectors).unwrap_or_default(),
            replicas: number("/status/replicas"),
            ready: number("/status/readyReplicas"),
            unobserved: !observed,
            current: observed && number("/status/updatedReplicas") >= 1,
            problem: not_created(deployment),
            ..Self::default()
        }
    }

    /// Whether it runs what is asked for.
    pub(super) fn runs(&self) -> bool {
        self.current && self.ready >= 1
    }
}

/// What a pod, or the template of one, is started with.
fn connectors(pod: &Value) -> BTreeSet<String> {
    let all = at(pod, "/metadata/annotations").and_then(|all| all.get(CONNECTORS));
    let all = all.and_then(Value::as_str).unwrap_or_default().split(',');
    all.filter(|name| !name.is_empty()).map(str::to_owned).collect()
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
