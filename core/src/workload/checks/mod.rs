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
use crate::k8s::api::{DisruptionBudget, Probe, Resources};

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
    /// `spec.nodeSelector`.
    pub node_selector: Option<&'a BTreeMap<String, String>>,
    /// `spec.affinity`.
    pub affinity: Option<&'a Affinity>,
    /// `spec.tolerations`.
    pub tolerations: &'a [Toleration],
    /// `spec.topologySpreadConstraints`.
    pub spread: &'a [TopologySpreadConstraint],
    /// `spec.livenessProbe`.
    pub liveness: Option<&'a Probe>,
    /// `spec.podDisruptionBudget`.
    pub budget: Option<&'a DisruptionBudget>,
}
