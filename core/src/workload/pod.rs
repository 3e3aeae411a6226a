//! A pod of one container, and of those that run before it, of what a kind says and what its spec
//! says.

use k8s_openapi::{
    api::core::v1::{Container, LocalObjectReference, PodSpec, PodTemplateSpec, Volume},
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};

use super::{
    hardening::{as_user, confined_whatever_the_pod_says, overlay},
    parts::PodParts,
    spreading::{across_zones, apart},
};
use crate::label::Labels;

/// What a kind says of its pods.
pub(crate) struct Pod<'a> {
    /// The labels of everything that belongs to the resource. They win over those of the spec.
    pub(crate) labels: &'a Labels,
    /// The labels by which its pods find each other.
    pub(crate) selector: &'a Labels,
    /// What the kind writes on its pods. It wins over what the spec writes.
    pub(crate) annotations: Labels,
    /// Who runs the image, where the spec names nobody.
    pub(crate) user: i64,
    /// How long the program may take to end, in seconds.
    pub(crate) grace_seconds: i64,
    /// The container, but for what the spec says of it.
    pub(crate) container: Container,
    /// Those that have to end well before it starts, likewise.
    pub(crate) beforehand: Vec<Container>,
    /// The volumes that they mount, but for claims.
    pub(crate) volumes: Vec<Volume>,
}

/// The template of its pods.
pub(crate) fn template(pod: Pod<'_>, parts: &PodParts) -> PodTemplateSpec {
    let mut annotations = parts.annotations.clone();
    annotations.extend(pod.annotations.clone());
    let mut labels = parts.labels.clone();
    labels.extend(pod.labels.clone());
    PodTemplateSpec {
        metadata: Some(ObjectMeta {
            annotations: Some(annotations),
            labels: Some(labels),
            ..ObjectMeta::default()
        }),
        spec: Some(spec(pod, parts)),
    }
}

fn spec(pod: Pod<'_>, parts: &PodParts) -> PodSpec {
    let secret = |name: &String| LocalObjectReference { name: name.clone() };
    let pull_secrets: Vec<_> = parts.image_pull_secrets.iter().map(secret).collect();
    let zones = || vec![across_zones(pod.selector)];
    let beforehand = pod.beforehand.into_iter().map(|one| container(one, parts));
    PodSpec {
        affinity: Some(parts.affinity.clone().unwrap_or_else(|| apart(pod.selector))),
        automount_service_account_token: Some(false),
        // What else runs in the namespace would add variables that programs take for their own: a
        // Service called `rivven-metrics` becomes `RIVVEN_METRICS_PORT`.
        enable_service_links: Some(false),
        image_pull_secrets: some(pull_secrets),
        init_containers: some(beforehand.collect()),
        node_selector: parts.node_selector.clone(),
        security_context: Some(overlay(as_user(pod.user), parts.security_context.as_ref())),
        service_account_name: parts.service_account.clone(),
        termination_grace_period_seconds: Some(pod.grace_seconds),
        tolerations: some(parts.tolerations.clone()),
        topology_spread_constraints: Some(parts.spread.clone().unwrap_or_else(zones)),
        volumes: some(pod.volumes),
        containers: vec![container(pod.container, parts)],
        ..PodSpec::default()
    }
}

/// The variables of the spec come last, so that they may refer to the kind's own.
fn container(own: Container, parts: &PodParts) -> Container {
    let mut env = own.env.unwrap_or_default();
    env.extend(parts.env.clone());
    let security = overlay(confined_whatever_the_pod_says(), parts.container_security.as_ref());
    Container {
        env: some(env),
        image_pull_policy: Some(parts.image_pull_policy.clone()),
        resources: parts.resources.clone(),
        security_context: Some(security),
        ..own
    }
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
