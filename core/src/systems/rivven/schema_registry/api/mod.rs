//! A RivvenSchemaRegistry as users write it, and what is told back.
//!
//! As in a cluster, every field may be left out but what nobody can guess, and the schema has no
//! defaults.

mod access;
mod settings;

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{
        Affinity, EnvVar, PodSecurityContext, SecurityContext, Toleration, TopologySpreadConstraint,
    },
    apimachinery::pkg::apis::meta::v1::{Condition, Time},
};
use kube_derive::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    access::{Auth, AuthMethod, Cedar, External, Jwt, RegistryType, Role, SyncMode, Tls, User},
    settings::{
        Compatibility, Context, Contexts, Formats, Level, Metrics, SchemaType, Server, Storage,
        StorageMode, Validation, ValidationRule, ValidationType, Weight,
    },
};
use crate::{
    k8s::{
        api::{DisruptionBudget, Phase, Probe, PullPolicy, Resources, lenient, lenient_list},
        schema::{self, IMAGE, SUBDOMAIN, TAG},
    },
    systems::rivven::{api::ClusterRef, names},
};

/// A registry of schemas: a Deployment of one pod, its Services and its disruption budget. Release
/// 0.0.22 keeps schemas in memory: they are gone when its pod stops.
// Columns have words in common, which is no mistake.
#[allow(clippy::duplicated_attributes)]
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[kube(
    group = "rivven.hupe1980.github.io",
    version = "v1alpha1",
    kind = "RivvenSchemaRegistry",
    plural = "rivvenschemaregistries",
    namespaced,
    shortname = "rsr",
    category = "rivven",
    category = "streaming",
    status = "RivvenSchemaRegistryStatus",
    printcolumn(name = "Cluster", type_ = "string", json_path = ".spec.clusterRef.name"),
    printcolumn(name = "Replicas", type_ = "integer", json_path = ".status.replicas"),
    printcolumn(name = "Ready", type_ = "integer", json_path = ".status.readyReplicas"),
    printcolumn(name = "Level", type_ = "string", json_path = ".status.compatibilityLevel"),
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.message", priority = 1),
    crates(kube_core = "::kube_core"),
    derive = "PartialEq",
    doc = "A registry of schemas: a Deployment, its Services and its disruption budget."
)]
#[serde(rename_all = "camelCase")]
pub struct RivvenSchemaRegistrySpec {
    /// The cluster that the registry is for. Release 0.0.22 keeps nothing there.
    pub cluster_ref: ClusterRef,

    /// Number of registries, 1 to 10. Default: `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10))]
    pub replicas: Option<i32>,

    /// Release of rivven-schema, as in an image tag, 1 to 64 characters. Left out or `latest`: the
    /// newest release that this operator knows, which is then pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = TAG))]
    pub version: Option<String>,

    /// Image of the registry, up to 255 characters. One without tag or digest takes the version as
    /// its tag; beside one that has either, the version has no effect. Left out: the published
    /// image of the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255), regex(pattern = IMAGE))]
    pub image: Option<String>,

    /// When nodes fetch the image. Default: `IfNotPresent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_pull_policy: Option<PullPolicy>,

    /// Names of Secrets that open the registry, at most 10. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 10), inner(length(min = 1, max = 253), regex(pattern = SUBDOMAIN)))]
    pub image_pull_secrets: Option<Vec<String>>,

    /// Processor time and memory of the registry. Left out: nothing is asked for and nothing is
    /// limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,

    /// Where and how it listens. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<Server>,

    /// Where schemas are kept. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<Storage>,

    /// Which new versions of a schema are taken. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compatibility: Option<Compatibility>,

    /// Which kinds of schema are taken. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formats: Option<Formats>,

    /// Contexts, by which subjects are kept apart. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contexts: Option<Contexts>,

    /// What schemas are checked for beyond compatibility. Optional; the defaults of its fields
    /// apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<Validation>,

    /// Who may use it. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,

    /// Encryption of its connections. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,

    /// Figures for Prometheus. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Metrics>,

    /// Another registry to keep in step with. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_registry: Option<External>,

    /// Which nodes it prefers or needs. Left out: the operator's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::affinity")]
    pub affinity: Option<Affinity>,

    /// Taints of nodes that it puts up with, at most 20. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::tolerations")]
    pub tolerations: Option<Vec<Toleration>>,

    /// How evenly its pods are spread over zones or nodes, at most 16 constraints. Left out: the
    /// operator's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::topology_spread_constraints")]
    pub topology_spread_constraints: Option<Vec<TopologySpreadConstraint>>,

    /// More environment for the container, at most 100 variables, none for the dynamic linker. The
    /// program itself reads none. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::env")]
    pub env: Option<Vec<EnvVar>>,

    /// Security context of the pod, laid field by field over the operator's own, which satisfies
    /// the restricted Pod Security Standard. What would loosen it is refused. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::pod_security_context")]
    pub security_context: Option<PodSecurityContext>,

    /// Security context of the containers, laid field by field over the operator's own, which
    /// satisfies the restricted Pod Security Standard. What would loosen it is refused.
    /// Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::security_context")]
    pub container_security_context: Option<SecurityContext>,

    /// Labels that a node must have, at most 20. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::labels")]
    pub node_selector: Option<BTreeMap<String, String>>,

    /// Name of an existing ServiceAccount for the pod. Left out: the operator's choice; the pod
    /// gets no token either way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub service_account: Option<String>,

    /// More annotations for the pod, at most 50 of 256 KiB each. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::annotations")]
    pub pod_annotations: Option<BTreeMap<String, String>>,

    /// More labels for the pod, at most 20. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::labels")]
    pub pod_labels: Option<BTreeMap<String, String>>,

    /// How it is asked whether it still lives. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liveness_probe: Option<Probe>,

    /// How it is asked whether it may be used. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readiness_probe: Option<Probe>,

    /// Whether a drained node may take it away. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_disruption_budget: Option<DisruptionBudget>,
}

/// What has become of a registry.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RivvenSchemaRegistryStatus {
    /// The state in one word.
    #[serde(deserialize_with = "lenient")]
    pub phase: Phase,

    /// Pods that exist, ready or not.
    #[serde(deserialize_with = "lenient")]
    pub replicas: i32,

    /// Pods that are ready.
    #[serde(deserialize_with = "lenient")]
    pub ready_replicas: i32,

    /// The level that was seen to be in force for subjects that have none of their own.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub compatibility_level: Option<String>,

    /// The levels that were seen to be in force for the subjects of the specification.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "lenient")]
    pub subject_levels: BTreeMap<String, String>,

    /// Where clients find it, as URLs; nothing while it is not ready.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient_list")]
    pub endpoints: Vec<String>,

    /// Where schemas are kept: `memory`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub storage_status: Option<String>,

    /// The generation of the resource that this speaks of.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub observed_generation: Option<i64>,

    /// What is the case and since when, at most one of a type.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient_list")]
    #[schemars(schema_with = "schema::conditions")]
    pub conditions: Vec<Condition>,

    /// When something in this status last changed.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub last_updated: Option<Time>,

    /// The state in one sentence.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub message: Option<String>,
}

impl RivvenSchemaRegistrySpec {
    /// Where the registry is to listen.
    pub fn port(&self) -> u16 {
        let port = self.server.as_ref().and_then(|it| it.port?.try_into().ok());
        port.unwrap_or(names::REGISTRY_PORT)
    }
}

crate::status!(RivvenSchemaRegistryStatus, last_updated);
