//! What was seen of a registry: its Deployment, its pod, and what it answered.

use std::sync::Arc;

use k8s_openapi::api::{apps::v1::Deployment, core::v1::Pod};
use kube_core::ResourceExt as _;
use serde_json::Value;

use super::{Valid, api::RivvenSchemaRegistry, list};
use crate::{
    kind::Ctx,
    observed::{Api, Observed, at, text},
    owner::controller,
    systems::rivven::{
        Answer, Probe, Rivven,
        home::{self, Away},
        names,
        registry::{Question, Registry, SeenRegistry},
    },
    workload::{
        deployment::{DeploymentSeen, not_created},
        problems::PodProblem,
        seen::is_ready,
    },
};

/// What was seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Situation<'a> {
    /// Why there is no cluster that it may be for, if there is none.
    pub(super) away: Option<Away>,
    /// The Deployment, if it is there and is ours.
    pub(super) deployment: Option<&'a Value>,
    /// The pod that runs or may run.
    pub(super) pod: Option<&'a Value>,
    /// Pods that there are, on their way out or not.
    pub(super) pods: usize,
    /// Whether it is ready.
    pub(super) ready: bool,
    /// What it answered.
    pub(super) seen: Option<&'a SeenRegistry>,
    /// Why it did not, if it should have.
    pub(super) silent: Option<String>,
    /// What keeps its pod from running, as a sentence.
    pub(super) problem: Option<String>,
}

impl<'a> Situation<'a> {
    /// Reads what was seen.
    pub(super) fn of(ctx: &Ctx<'_>, valid: &Valid, seen: &'a Observed<Rivven>) -> Self {
        let items = |api| seen.items(&list(api, &valid.namespace, &valid.name));
        let deployments = items(Api::of::<Deployment>()).iter().map(Arc::as_ref);
        let deployment = deployments.into_iter().find(|one| controller(one) == Some(valid.uid()));
        let all: Vec<&Value> = items(Api::of::<Pod>()).iter().map(Arc::as_ref).collect();
        let pod = running(&all);
        let mut own = Self {
            away: home::cluster(&valid.cluster, &valid.namespace, seen).err(),
            deployment,
            pod,
            pods: all.len(),
            ready: pod.is_some_and(is_ready),
            problem: deployment.and_then(not_created),
            ..Self::default()
        };
        if let Some(pod) = pod.filter(|pod| !is_ready(pod)) {
            let problems = PodProblem::of(pod, names::REGISTRY);
            let told = problems.iter().find_map(|problem| problem.told(ctx.now));
            own.problem = told.map(str::to_owned).or(own.problem);
        }
        let subjects = || valid.subjects.keys().cloned().collect();
        let question = pod
            .filter(|pod| starts(pod))
            .map(|pod| Question { registry: registry(valid, pod), subjects: subjects() });
        match question.and_then(|question| seen.answer(&Probe::Registry(question))) {
            Some(Answer::Registry(said)) => own.seen = Some(said),
            Some(Answer::Unreachable(why)) => own.silent = Some(why.clone()),
            _ => {}
        }
        own
    }

    /// Whether the Deployment has come to what is written.
    pub(super) fn rolled_out(&self) -> bool {
        self.deployment.is_some_and(|one| DeploymentSeen::of(one).is_rolled_out(1))
    }
}

/// The question to the pod of a resource that need not be valid, if its program runs.
pub(super) fn question(
    resource: &RivvenSchemaRegistry,
    seen: &Observed<Rivven>,
) -> Option<Question> {
    let (namespace, name) = (resource.namespace().unwrap_or_default(), resource.name_any());
    let pods = seen.items(&list(Api::of::<Pod>(), &namespace, &name));
    let all: Vec<&Value> = pods.iter().map(Arc::as_ref).collect();
    let pod = running(&all).filter(|pod| starts(pod))?;
    let spec = &resource.spec;
    let port = spec.server.as_ref().and_then(|it| it.port?.try_into().ok());
    let pod = text(pod, "/metadata/name").to_owned();
    let registry = Registry { namespace, name, pod, port: port.unwrap_or(names::REGISTRY_PORT) };
    let subjects = spec.compatibility.as_ref().and_then(|it| it.per_subject.as_ref());
    Some(Question {
        registry,
        subjects: subjects.into_iter().flatten().map(|it| it.0.clone()).collect(),
    })
}

/// The registry in a pod.
pub(super) fn registry(valid: &Valid, pod: &Value) -> Registry {
    Registry {
        namespace: valid.namespace.clone(),
        name: valid.name.clone(),
        pod: text(pod, "/metadata/name").to_owned(),
        port: valid.port,
    }
}

/// The pod that is no longer on its way out and has not ended: the newest, where there are two.
fn running<'a>(pods: &[&'a Value]) -> Option<&'a Value> {
    let stays = |pod: &&&Value| {
        at(pod, "/metadata/deletionTimestamp").is_none()
            && !matches!(text(pod, "/status/phase"), "Succeeded" | "Failed")
    };
    let made = |pod: &&&Value| text(pod, "/metadata/creationTimestamp").to_owned();
    pods.iter().filter(stays).max_by_key(made).copied()
}

/// Whether its program has started, ready or not.
fn starts(pod: &Value) -> bool {
    let all = at(pod, "/status/containerStatuses").and_then(Value::as_array);
    all.into_iter().flatten().any(|one| at(one, "/state/running").is_some()) || is_ready(pod)
}
