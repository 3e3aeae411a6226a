//! What was seen of a registry: its Deployment, its pod, and what it answered.

use std::sync::Arc;

use k8s_openapi::api::{apps::v1::Deployment, core::v1::Pod};
use kube_core::ResourceExt as _;
use serde_json::Value;

use super::{
    Valid,
    api::RivvenSchemaRegistry,
    force, list,
    start::{APART, End, Start},
};
use crate::{
    kind::Ctx,
    observed::{Api, Observed, at, text},
    owner::controller,
    systems::rivven::{
        Answer, Probe, Rivven,
        home::{self, Away},
        names,
        registry::{Change, Question, Registry, SeenRegistry, What, listens},
    },
    workload::{
        deployment::{DeploymentSeen, not_created},
        problems::PodProblem,
        seen::{is_ready, stays},
    },
};

/// After how many seconds the next of all subjects are looked at.
const TURN_SECONDS: u64 = 300;

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
    /// Which start it is.
    pub(super) start: Start<'a>,
    /// The registry in it, if its program has started.
    pub(super) registry: Option<Registry>,
    /// What it answered.
    pub(super) seen: Option<&'a SeenRegistry>,
    /// What is left to be done in it, in order; nothing where that is not known.
    pub(super) left: Option<Vec<Change>>,
    /// Why it did not answer, if it should have.
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
            start: Start::of(ctx.now, valid, (deployment, pod), seen),
            problem: deployment.and_then(not_created),
            ..Self::default()
        };
        // What the kubelet says of one that may not start any more is what it is kept by.
        if let Some(End::TooSoon { code }) = own.start.end {
            let apart = APART.as_secs();
            own.problem = Some(format!(
                "it ended with exit code {code} less than {apart} s after its start: the next one \
                 waits for so long"
            ));
        } else if let Some(pod) = pod.filter(|pod| !is_ready(pod) && own.start.end.is_none()) {
            let problems = PodProblem::of(pod, names::REGISTRY);
            let told = problems.iter().find_map(|problem| problem.told(ctx.now));
            own.problem = told.map(str::to_owned).or(own.problem);
        }
        let port = valid.port;
        let of_pod = |pod| registry(&valid.namespace, &valid.name, pod, port);
        own.registry = pod.filter(|pod| starts(pod)).map(of_pod);
        let answer = own.registry.as_ref().and_then(|asked| {
            let of = |probe: &Probe| matches!(probe, Probe::Registry(it) if it.registry == *asked);
            seen.answers().find(|(probe, _)| of(probe)).map(|(_, answer)| answer)
        });
        match answer {
            Some(Answer::Registry(said)) => own.seen = Some(said),
            Some(Answer::Unreachable(why)) => own.silent = Some(why.clone()),
            _ => {}
        }
        let asked = own.registry.as_ref().zip(own.seen);
        own.left = asked.map(|(registry, seen)| force::left(valid, registry, seen));
        own
    }

    /// Whether everything that is asked for is in force, be clients let in or not; nothing where
    /// that is not known.
    pub(super) fn is_set(&self) -> Option<bool> {
        Some(self.left.as_ref()?.iter().all(|one| one.what == What::Open))
    }

    /// Whether clients are not let in, because somebody asks for that.
    pub(super) fn waits_closed(&self, valid: &Valid) -> bool {
        valid.kept_closed && self.seen.is_some_and(|seen| !seen.is_open())
    }

    /// Whether the permit of this start is there and has to stay: it goes when all that is left is
    /// to let clients in.
    pub(super) fn keeps_permit(&self, valid: &Valid) -> bool {
        let set = self.start.here && self.is_set() == Some(true);
        let opens = set && !self.waits_closed(valid);
        self.start.permit.is_some() && !opens
    }

    /// Whether it is known to hold schemas.
    pub(super) fn holds(&self) -> bool {
        self.seen.is_some_and(|seen| seen.schema_count > 0)
    }

    /// Whether the Deployment has come to what is written.
    pub(super) fn rolled_out(&self) -> bool {
        self.deployment.is_some_and(|one| DeploymentSeen::of(one).is_rolled_out(1))
    }
}

/// What the registry of a resource has told of itself, if it was asked and has answered.
pub(super) fn said<'a>(
    resource: &RivvenSchemaRegistry,
    seen: &'a Observed<Rivven>,
) -> Option<&'a SeenRegistry> {
    let (namespace, name) = (resource.namespace().unwrap_or_default(), resource.name_any());
    seen.answers().find_map(|(probe, answer)| match (probe, answer) {
        (Probe::Registry(Question { registry, .. }), Answer::Registry(said))
            if (&registry.namespace, &registry.name) == (&namespace, &name) =>
        {
            Some(said)
        }
        _ => None,
    })
}

/// The question to the pod of a resource that need not be valid, if its program runs: about the
/// subjects that it names, and those that it named when its status was written.
pub(super) fn question(
    ctx: &Ctx<'_>,
    resource: &RivvenSchemaRegistry,
    seen: &Observed<Rivven>,
) -> Option<Question> {
    let (namespace, name) = (resource.namespace().unwrap_or_default(), resource.name_any());
    let pods = seen.items(&list(Api::of::<Pod>(), &namespace, &name));
    let all: Vec<&Value> = pods.iter().map(Arc::as_ref).collect();
    let pod = running(&all).filter(|pod| starts(pod))?;
    let registry = registry(&namespace, &name, pod, resource.spec.port());
    let compatibility = resource.spec.compatibility.as_ref();
    let named = compatibility.and_then(|it| it.per_subject.as_ref()).into_iter().flatten();
    let before = resource.status.iter().flat_map(|status| status.subject_levels.keys());
    let subjects = named.map(|(subject, _)| subject).chain(before).cloned().collect();
    let all = compatibility.is_some_and(|it| it.allow_overrides == Some(false));
    let now = u64::try_from(ctx.now.as_second()).unwrap_or_default();
    Some(Question { registry, subjects, turn: all.then_some(now / TURN_SECONDS) })
}

/// The registry in a pod. It listens where its pod says, which may be what was asked for earlier.
fn registry(namespace: &str, name: &str, pod: &Value, port: u16) -> Registry {
    Registry {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        pod: text(pod, "/metadata/name").to_owned(),
        port: at(pod, "/spec").and_then(listens).unwrap_or(port),
    }
}

/// The pod that is no longer on its way out and has not ended: the newest, where there are two.
fn running<'a>(pods: &[&'a Value]) -> Option<&'a Value> {
    let made = |pod: &&&Value| text(pod, "/metadata/creationTimestamp").to_owned();
    pods.iter().filter(|pod| stays(pod)).max_by_key(made).copied()
}

/// Whether its program has started, ready or not.
fn starts(pod: &Value) -> bool {
    let all = at(pod, "/status/containerStatuses").and_then(Value::as_array);
    all.into_iter().flatten().any(|one| at(one, "/state/running").is_some()) || is_ready(pod)
}
