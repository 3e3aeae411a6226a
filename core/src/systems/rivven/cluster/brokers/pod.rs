//! A broker's pod as it was seen.

use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

use crate::{
    label::RESTART,
    observed::{Ref, annotation, at, text},
    plan::Precondition,
    systems::rivven::{Health, Membership, names},
    workload::{
        problems::{Cause, PodProblem},
        seen::is_ready,
    },
};

/// A pod.
#[derive(Clone, Debug)]
pub(in super::super) struct PodSeen {
    pub(in super::super) target: Ref,
    pub(in super::super) at: Precondition,
    pub(in super::super) ready: bool,
    pub(in super::super) deleting: bool,
    pub(in super::super) revision: String,
    pub(in super::super) image: String,
    pub(in super::super) restart_asked: bool,
    /// The port of its API, as it was started with.
    pub(in super::super) api_port: u16,
    pub(in super::super) health: HealthSeen,
    /// When its kubelet first heard of it.
    pub(in super::super) started: Option<Timestamp>,
    /// What keeps it from being ready, or from its end.
    pub(in super::super) problems: Vec<PodProblem>,
}

/// What a broker says of itself.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum HealthSeen {
    /// It was not asked: its pod is not ready.
    NotAsked,
    /// It could not be asked.
    Unreachable(String),
    /// It answered.
    Answered(Health),
}

impl PodSeen {
    pub(super) fn of(target: Ref, pod: &Value, api_port: u16) -> Self {
        let ready = is_ready(pod);
        let containers = at(pod, "/spec/containers").and_then(Value::as_array);
        let broker = containers
            .and_then(|all| all.iter().find(|one| text(one, "/name") == names::CONTAINER));
        let ports = broker.and_then(|broker| broker.get("ports")).and_then(Value::as_array);
        let named = ports.and_then(|all| all.iter().find(|one| text(one, "/name") == "metrics"));
        let port = named.and_then(|port| port.get("containerPort")).and_then(Value::as_u64);
        let deleting = at(pod, "/metadata/deletionTimestamp").is_some();
        let sound = ready && !deleting;
        Self {
            at: Precondition::as_seen(&target, pod),
            target,
            ready,
            deleting,
            revision: text(pod, "/metadata/labels/controller-revision-hash").to_owned(),
            image: broker.map(|broker| text(broker, "/image")).unwrap_or_default().to_owned(),
            restart_asked: annotation(pod, RESTART) == Some("true"),
            api_port: port.and_then(|port| u16::try_from(port).ok()).unwrap_or(api_port),
            health: HealthSeen::NotAsked,
            started: text(pod, "/status/startTime").parse().ok(),
            problems: if sound { Vec::new() } else { PodProblem::of(pod, names::CONTAINER) },
        }
    }

    /// Whether it is on its way to being ready.
    pub(super) fn starts(&self) -> bool {
        !self.ready && self.problems.iter().all(|one| one.cause != Cause::Failed)
    }

    /// What is wrong with it, once that is worth telling.
    pub(in super::super) fn problem(&self, now: Timestamp) -> Option<&str> {
        self.problems.iter().find_map(|one| one.told(now))
    }

    /// Whether it should have come to its end and has not.
    pub(in super::super) fn is_stuck(&self, now: Timestamp) -> bool {
        self.deleting && self.problem(now).is_some()
    }

    /// Whether it is ready and not about to stop.
    pub(in super::super) fn up(&self) -> bool {
        self.ready && !self.deleting
    }

    /// Its part in a cluster, by its own word.
    pub(in super::super) fn membership(&self) -> Option<&Membership> {
        match &self.health {
            HealthSeen::Answered(health) => health.membership.as_ref(),
            HealthSeen::NotAsked | HealthSeen::Unreachable(_) => None,
        }
    }

    /// Whether it was asked and did not answer.
    pub(in super::super) fn silent(&self) -> bool {
        matches!(self.health, HealthSeen::Unreachable(_))
    }

    /// Whether it serves nobody: not ready, or unhealthy by its own word.
    pub(in super::super) fn broken(&self) -> bool {
        let ill = matches!(&self.health, HealthSeen::Answered(health) if !health.healthy);
        !self.ready || ill
    }
}
