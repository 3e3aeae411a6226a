//! The rules of specs that every kind with pods has: what Kubernetes asks of the parts of a pod,
//! and what we keep to ourselves in it.
//!
//! A kind shows what its spec says of pods ([`HasPods`]) and lists the rules among its own, each by
//! the id that it has there. The fields are called the same in all kinds.

mod around;
mod contained;
mod placed;
pub mod restricted;

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Affinity, EnvVar, PodSecurityContext, SecurityContext, Toleration, TopologySpreadConstraint,
};

pub use self::{
    around::{annotation_prefix, budget, label_prefixes, liveness, pod_annotations, pod_labels},
    contained::{
        container_profiles, image, kernel_parameters, limits, pod_profiles, pull_secrets,
        resources, variable_fields, variable_sources, variables_once,
    },
    placed::{node_affinity, node_selector, pod_affinity, spread, spread_selectors, tolerations},
};
use crate::k8s::api::{DisruptionBudget, Probe, PullPolicy, Resources};

/// A resource whose spec says something of pods.
pub trait HasPods: 'static {
    /// What it says.
    fn pods(&self) -> Pods<'_>;
}

/// What a spec says of pods, as it is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pods<'a> {
    /// The name of their container, which the builder gives.
    pub container: &'a str,
    /// `spec.image`.
    pub image: Option<&'a String>,
    /// `spec.imagePullPolicy`.
    pub pull_policy: Option<PullPolicy>,
    /// `spec.imagePullSecrets`.
    pub pull_secrets: &'a [String],
    /// `spec.resources`.
    pub resources: Option<&'a Resources>,
    /// `spec.env`.
    pub env: &'a [EnvVar],
    /// `spec.securityContext`.
    pub security_context: Option<&'a PodSecurityContext>,
    /// `spec.containerSecurityContext`.
    pub container_security_context: Option<&'a SecurityContext>,
    /// `spec.podLabels`.
    pub labels: Option<&'a BTreeMap<String, String>>,
    /// `spec.podAnnotations`.
    pub annotations: Option<&'a BTreeMap<String, String>>,
    /// The restart that the resource's own annotation asks for, which its pods carry.
    pub restart: Option<&'a String>,
    /// `spec.serviceAccount`.
    pub service_account: Option<&'a String>,
    /// `spec.nodeSelector`.
    pub node_selector: Option<&'a BTreeMap<String, String>>,
    /// `spec.affinity`.
    pub affinity: Option<&'a Affinity>,
    /// `spec.tolerations`.
    pub tolerations: &'a [Toleration],
    /// `spec.topologySpreadConstraints`; an empty list asks for none, and nothing for our own.
    pub spread: Option<&'a [TopologySpreadConstraint]>,
    /// `spec.livenessProbe`.
    pub liveness: Option<&'a Probe>,
    /// `spec.podDisruptionBudget`.
    pub budget: Option<&'a DisruptionBudget>,
}

/// Writes [`HasPods`] for a resource whose spec has the fields of its pods under the names that
/// they have in all kinds, by the name of its container; where the spec has them, by the fields of
/// its liveness probe and its budget too.
macro_rules! has_pods {
    ($resource:ty, $container:expr) => {
        has_pods!(@ $resource, $container, |_| None, |_| None);
    };
    ($resource:ty, $container:expr, $liveness:ident, $budget:ident) => {
        has_pods!(@ $resource, $container,
            |own: &$resource| own.spec.$liveness.as_ref(),
            |own: &$resource| own.spec.$budget.as_ref());
    };
    (@ $resource:ty, $container:expr, $liveness:expr, $budget:expr) => {
        impl $crate::workload::checks::HasPods for $resource {
            fn pods(&self) -> $crate::workload::checks::Pods<'_> {
                use $crate::k8s::api::{DisruptionBudget, Probe};

                let (spec, annotations) = (&self.spec, self.metadata.annotations.as_ref());
                let liveness: fn(&Self) -> Option<&Probe> = $liveness;
                let budget: fn(&Self) -> Option<&DisruptionBudget> = $budget;
                $crate::workload::checks::Pods {
                    container: $container,
                    image: spec.image.as_ref(),
                    pull_policy: spec.image_pull_policy,
                    pull_secrets: spec.image_pull_secrets.as_deref().unwrap_or_default(),
                    resources: spec.resources.as_ref(),
                    env: spec.env.as_deref().unwrap_or_default(),
                    security_context: spec.security_context.as_ref(),
                    container_security_context: spec.container_security_context.as_ref(),
                    labels: spec.pod_labels.as_ref(),
                    annotations: spec.pod_annotations.as_ref(),
                    restart: annotations.and_then(|all| all.get($crate::label::RESTART)),
                    service_account: spec.service_account.as_ref(),
                    node_selector: spec.node_selector.as_ref(),
                    affinity: spec.affinity.as_ref(),
                    tolerations: spec.tolerations.as_deref().unwrap_or_default(),
                    spread: spec.topology_spread_constraints.as_deref(),
                    liveness: liveness(self),
                    budget: budget(self),
                }
            }
        }
    };
}

pub(crate) use has_pods;
