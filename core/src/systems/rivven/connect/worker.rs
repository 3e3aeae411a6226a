//! The workers as they were seen: their Deployments, the Jobs of sources that end, what each runs,
//! and what keeps its pod from running.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use k8s_openapi::{
    api::{apps::v1::Deployment, batch::v1::Job, core::v1::Pod},
    jiff::Timestamp,
};
use serde_json::Value;

use super::{Valid, blame::Blame, list};
use crate::{
    kind::Ctx,
    label::{CONNECTORS, PARTITIONS, RUN, WORKER},
    observed::{Api, Observed, annotation, at, text},
    owner::controller,
    systems::rivven::{Rivven, names},
    workload::{
        deployment::{DeploymentSeen, not_created},
        problems::PodProblem,
        seen::{has_ended, holds, is_ready},
    },
};

/// A worker.
#[derive(Clone, Debug, Default)]
pub(super) struct Worker {
    /// The connectors that its pods are started with.
    pub(super) connectors: BTreeSet<String>,
    /// The partitions of the topics of its sinks that its pods are started with.
    pub(super) partitions: BTreeMap<String, u32>,
    /// Its pods that run or may run, those on their way out too, each with the connectors that it
    /// was started with.
    pub(super) pods: BTreeMap<String, BTreeSet<String>>,
    /// Since when its pod is there.
    pub(super) since: Option<Timestamp>,
    /// Pods that exist, of a Deployment.
    pub(super) replicas: i64,
    /// Pods that run.
    pub(super) ready: i64,
    /// Whether its controller has not looked yet at what is written now.
    pub(super) unobserved: bool,
    /// Whether its pod runs what is written now.
    pub(super) current: bool,
    /// Of a Job: what it runs, as a digest.
    pub(super) run: Option<String>,
    /// Whether it has come to its end.
    pub(super) completed: bool,
    /// What keeps it from running, as a sentence.
    pub(super) problem: Option<String>,
    /// What it shows of who is to blame for that.
    pub(super) blame: Blame,
}

impl Worker {
    /// All that there are, running or not, by their names: those of which only a pod is left too.
    pub(super) fn all(
        ctx: &Ctx<'_>,
        valid: &Valid,
        seen: &Observed<Rivven>,
    ) -> BTreeMap<String, Self> {
        let items = |api| seen.items(&list(api, &valid.namespace, &valid.name));
        let ours = |object: &&Arc<Value>| controller(object) == Some(valid.uid());
        let name = |object: &Value| text(object, "/metadata/name").to_owned();
        let deployments = items(Api::of::<Deployment>());
        let deployments =
            deployments.iter().filter(ours).map(|one| (name(one), Self::deployed(one)));
        let jobs = items(Api::of::<Job>());
        let jobs = jobs.iter().filter(ours).map(|one| (name(one), Self::of_job(one)));
        let mut all: BTreeMap<String, Self> = deployments.chain(jobs).collect();
        for pod in items(Api::of::<Pod>()) {
            let label = at(pod, "/metadata/labels").and_then(|all| all.get(WORKER));
            let Some(worker) = label.and_then(Value::as_str) else { continue };
            all.entry(worker.to_owned()).or_default().note(ctx, pod);
        }
        all
    }

    fn deployed(deployment: &Value) -> Self {
        let seen = DeploymentSeen::of(deployment);
        let stopped = at(deployment, "/spec/replicas").and_then(Value::as_i64) == Some(0);
        let template = at(deployment, "/spec/template");
        Self {
            connectors: template.filter(|_| !stopped).map(connectors).unwrap_or_default(),
            partitions: template.map(partitions).unwrap_or_default(),
            replicas: seen.replicas,
            ready: seen.ready,
            unobserved: !seen.observed,
            current: seen.is_rolled_out(1),
            problem: not_created(deployment),
            ..Self::default()
        }
    }

    fn of_job(job: &Value) -> Self {
        let completed = holds(job, "Complete").is_some();
        let template = at(job, "/spec/template").map(connectors).unwrap_or_default();
        Self {
            // One that is through runs nothing.
            connectors: if completed { BTreeSet::new() } else { template },
            ready: at(job, "/status/ready").and_then(Value::as_i64).unwrap_or(0),
            current: true,
            problem: job_problem(job),
            run: annotation(job, RUN).map(str::to_owned),
            completed,
            ..Self::default()
        }
    }

    fn note(&mut self, ctx: &Ctx<'_>, pod: &Value) {
        if has_ended(pod) {
            return;
        }
        self.pods.insert(text(pod, "/metadata/name").to_owned(), connectors(pod));
        if at(pod, "/metadata/deletionTimestamp").is_some() {
            return;
        }
        self.since = self.since.max(text(pod, "/status/startTime").parse().ok());
        if !is_ready(pod) {
            self.blame.add(pod);
            let problems = PodProblem::of(pod, names::WORKER);
            let told = problems.iter().find_map(|problem| problem.told(ctx.now));
            self.problem = told.map(str::to_owned).or(self.problem.take());
        }
    }

    /// Whether it runs what is asked for.
    pub(super) fn runs(&self) -> bool {
        self.current && self.ready >= 1
    }
}

/// What a pod, or the template of one, is started with.
fn connectors(pod: &Value) -> BTreeSet<String> {
    let all = annotation(pod, CONNECTORS).unwrap_or_default().split(',');
    all.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Why a Job does not go on, as a sentence.
fn job_problem(job: &Value) -> Option<String> {
    let name = text(job, "/metadata/name");
    if let Some(failed) = holds(job, "Failed") {
        let why = text(failed, "/reason");
        return Some(format!("Job {name} has failed ({why}); it runs again when it is deleted"));
    }
    holds(job, "Suspended").map(|_| format!("Job {name} is suspended"))
}

/// The partitions of the topics that the template of a pod says.
fn partitions(template: &Value) -> BTreeMap<String, u32> {
    let all = annotation(template, PARTITIONS).unwrap_or_default().split(',');
    let one = |pair: &str| {
        let (name, number) = pair.split_once('=')?;
        Some((name.to_owned(), number.parse().ok()?))
    };
    all.filter_map(one).collect()
}
