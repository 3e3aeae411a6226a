//! A cluster as users write it, and what is told back.
//!
//! Every field may be left out, and the schema has no defaults: a default that the API server
//! writes into stored objects can never be changed again, and takes the field from whoever applies
//! it later. Descriptions end with the default instead, as a value that changes nothing when it is
//! written down; a test holds them to it.

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

pub use self::settings::{
    AccessMode, Auth, BrokerConfig, Compression, DeletionPolicy, Mechanism, Metrics, Scram,
    Service, ServiceType, Storage, Tls,
};
pub use crate::k8s::api::{DisruptionBudget, Phase, Probe, PullPolicy, Resources};
use crate::k8s::{
    api::{lenient, lenient_list},
    schema::{self, IMAGE, SUBDOMAIN, TAG},
};

/// A cluster of Rivven brokers: a StatefulSet with storage, its Services and its disruption
/// budget. Broker 0.0.22 cannot replicate: its replicas are independent brokers behind one Service.
// Columns have words in common, which is no mistake.
#[allow(clippy::duplicated_attributes)]
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[kube(
    group = "rivven.hupe1980.github.io",
    version = "v1alpha1",
    kind = "RivvenCluster",
    namespaced,
    shortname = "rivc",
    category = "rivven",
    category = "streaming",
    status = "RivvenClusterStatus",
    scale(
        spec_replicas_path = ".spec.replicas",
        status_replicas_path = ".status.replicas",
        label_selector_path = ".status.selector"
    ),
    printcolumn(
        name = "Healthy",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].status"#
    ),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].reason"#
    ),
    printcolumn(name = "Replicas", type_ = "integer", json_path = ".status.replicas"),
    printcolumn(name = "Ready", type_ = "integer", json_path = ".status.readyReplicas"),
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Version", type_ = "string", json_path = ".status.version"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.message", priority = 1),
    crates(kube_core = "::kube_core"),
    derive = "PartialEq",
    doc = "A cluster of Rivven brokers: a StatefulSet, its Services and its disruption budget."
)]
#[serde(rename_all = "camelCase")]
pub struct RivvenClusterSpec {
    /// Number of brokers, 1 to 100. Default: `3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub replicas: Option<i32>,

    /// Release of Rivven that the brokers run, as in an image tag, 1 to 64 characters. Left out
    /// or `latest`: the newest release that this operator knows, which is then pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = TAG))]
    pub version: Option<String>,

    /// Image of the brokers, up to 255 characters. One without tag or digest takes the version as
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

    /// Where the brokers keep their data. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<Storage>,

    /// Processor time and memory of each broker. Left out: nothing is asked for and nothing is
    /// limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,

    /// Which nodes the brokers prefer or need. Left out: the operator spreads them over nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::affinity")]
    pub affinity: Option<Affinity>,

    /// Taints of nodes that the brokers put up with, at most 20. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::tolerations")]
    pub tolerations: Option<Vec<Toleration>>,

    /// How evenly the brokers are spread over zones or nodes, at most 16 constraints. Left out:
    /// the operator's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::topology_spread_constraints")]
    pub topology_spread_constraints: Option<Vec<TopologySpreadConstraint>>,

    /// More environment for the brokers, at most 100 variables, none of them `RIVVEN_*` (what the
    /// broker reads is set by the operator) and none for the dynamic linker. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::env")]
    pub env: Option<Vec<EnvVar>>,

    /// Security context of the pods, laid field by field over the operator's own, which satisfies
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

    /// Name of an existing ServiceAccount for the pods. Left out: the operator's choice; the
    /// brokers get no token either way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub service_account: Option<String>,

    /// More annotations for the pods, at most 50 of 256 KiB each. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::annotations")]
    pub pod_annotations: Option<BTreeMap<String, String>>,

    /// More labels for the pods, at most 20. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::labels")]
    pub pod_labels: Option<BTreeMap<String, String>>,

    /// Settings of the brokers. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<BrokerConfig>,

    /// Encryption of the brokers' connections. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,

    /// Figures for Prometheus. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Metrics>,

    /// Brokers that may be taken down on purpose at once. Optional; the defaults of its fields
    /// apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_disruption_budget: Option<DisruptionBudget>,

    /// When a broker counts as stuck and is restarted: its `/health` is asked for. Optional; the
    /// defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liveness_probe: Option<Probe>,

    /// When a broker counts as able to serve clients: its port is connected to, which a broker that
    /// hangs still lets everybody do. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readiness_probe: Option<Probe>,

    /// The Service that clients connect to. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,

    /// How clients prove who they are. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,

    /// Namespaces besides the cluster's own whose RivvenTopics may refer to this cluster, at most
    /// 100; `*` means all. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(max = 100),
        inner(length(min = 1, max = 63), regex(pattern = schema::NAMESPACE_OR_ALL))
    )]
    pub topic_namespaces: Option<Vec<String>>,
}

/// What has become of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RivvenClusterStatus {
    /// The state in one word.
    #[serde(deserialize_with = "lenient")]
    pub phase: Phase,

    /// Brokers that exist, ready or not; one that is being restarted among them.
    #[serde(deserialize_with = "lenient")]
    pub replicas: i32,

    /// Brokers that serve clients.
    #[serde(deserialize_with = "lenient")]
    pub ready_replicas: i32,

    /// Brokers that serve clients and run what the specification asks for.
    #[serde(deserialize_with = "lenient")]
    pub updated_replicas: i32,

    /// The generation of the resource that this speaks of.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub observed_generation: Option<i64>,

    /// What is the case and since when, at most one of a type.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient_list")]
    #[schemars(schema_with = "schema::conditions")]
    pub conditions: Vec<Condition>,

    /// Addresses of the brokers that are ready, as host and port.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient_list")]
    pub broker_endpoints: Vec<String>,

    /// The broker that leads the cluster. Absent where there is no such thing.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub leader: Option<String>,

    /// When something in this status last changed.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub last_updated: Option<Time>,

    /// The state in one sentence.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub message: Option<String>,

    /// The release that the brokers are told to run.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub version: Option<String>,

    /// Label selector of the pods, as text: what an autoscaler reads.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub selector: Option<String>,
}

crate::status!(RivvenClusterStatus, last_updated);

#[cfg(test)]
mod tests;
