//! A RivvenConnect as users write it, and what is told back.
//!
//! As in a cluster, every field may be left out but what nobody can guess, and the schema has no
//! defaults.

mod connectors;
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
    connectors::{Keys, RateLimit, Sink, Source, TopicConfig},
    settings::{Health, LogLevel, Metrics, Retry, Settings, Tls, Topics, WorkerConfig},
};
use crate::{
    k8s::{
        api::{PullPolicy, Resources, lenient, lenient_list},
        schema::{self, IMAGE, SUBDOMAIN, TAG},
    },
    systems::rivven::api::ClusterRef,
    words,
};

words! {
    /// What has become of the connectors, in one word.
    #[derive(Default)]
    ConnectPhase {
        /// Seen, and nothing started yet.
        #[default]
        Pending = "Pending",
        /// The worker starts.
        Starting = "Starting",
        /// The worker runs with every connector that is enabled.
        Running = "Running",
        /// Something runs, and less than is asked for.
        Degraded = "Degraded",
        /// Nothing of what is asked for runs.
        Failed = "Failed",
        /// On its way out.
        Terminating = "Terminating",
    }
}

words! {
    /// What a connector is doing.
    ConnectorState {
        /// Its worker runs with it.
        Running = "running",
        /// Its worker starts.
        Pending = "pending",
        /// Its worker has ended or cannot be started.
        Failed = "failed",
        /// It is not started: `reason` says why.
        Waiting = "waiting",
        /// It has made all of its records.
        Completed = "completed",
        /// `enabled` is false.
        Disabled = "disabled",
    }
}

/// Connectors that move records into topics of a Rivven cluster and out of them: a Deployment with
/// their file.
// Columns have words in common, which is no mistake.
#[allow(clippy::duplicated_attributes)]
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[kube(
    group = "rivven.hupe1980.github.io",
    version = "v1alpha1",
    kind = "RivvenConnect",
    namespaced,
    shortname = "rcon",
    category = "rivven",
    category = "streaming",
    status = "RivvenConnectStatus",
    scale(
        spec_replicas_path = ".spec.replicas",
        status_replicas_path = ".status.replicas",
        label_selector_path = ".status.selector"
    ),
    printcolumn(name = "Cluster", type_ = "string", json_path = ".spec.clusterRef.name"),
    printcolumn(name = "Replicas", type_ = "integer", json_path = ".status.readyReplicas"),
    printcolumn(name = "Sources", type_ = "integer", json_path = ".status.sourcesRunning"),
    printcolumn(name = "Sinks", type_ = "integer", json_path = ".status.sinksRunning"),
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].status"#,
        priority = 1
    ),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.message", priority = 1),
    crates(kube_core = "::kube_core"),
    derive = "PartialEq",
    doc = "Connectors that move records into topics of a Rivven cluster and out of them."
)]
#[serde(rename_all = "camelCase")]
pub struct RivvenConnectSpec {
    /// The cluster whose topics are written and read. Connectors are told its address.
    pub cluster_ref: ClusterRef,

    /// Number of workers, 1 to 10. They share the connectors: each connector runs on one of them. A
    /// worker that none falls to is not started. Default: `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10))]
    pub replicas: Option<i32>,

    /// Release of rivven-connect, as in an image tag, 1 to 64 characters. Left out or `latest`: the
    /// newest release that this operator knows, which is then pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = TAG))]
    pub version: Option<String>,

    /// Image of the worker, up to 255 characters. One without tag or digest takes the version as
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

    /// Processor time and memory of each worker. Left out: nothing is asked for and nothing is
    /// limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,

    /// Settings of the worker. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<WorkerConfig>,

    /// Connectors that bring records into topics, at most 50. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 50))]
    pub sources: Option<Vec<Source>>,

    /// Connectors that take records out of topics, at most 50. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 50))]
    pub sinks: Option<Vec<Sink>>,

    /// What all connectors have in common. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,

    /// Encryption of the connections to the brokers. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,

    /// Which nodes the worker prefers or needs. Left out: the operator's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::affinity")]
    pub affinity: Option<Affinity>,

    /// Taints of nodes that the worker puts up with, at most 20. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::tolerations")]
    pub tolerations: Option<Vec<Toleration>>,

    /// How evenly workers are spread over zones or nodes, at most 16 constraints. Left out: the
    /// operator's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::topology_spread_constraints")]
    pub topology_spread_constraints: Option<Vec<TopologySpreadConstraint>>,

    /// More environment for the worker, at most 100 variables, none of them `SECRET_*` (what comes
    /// from Secrets is called so) and none for the dynamic linker. Connectors may refer to them as
    /// `${NAME}`. Default: `[]`.
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

    /// Name of an existing ServiceAccount for the pod. Left out: the operator's choice; the worker
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
}

/// What has become of the connectors.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RivvenConnectStatus {
    /// The state in one word.
    #[serde(deserialize_with = "lenient")]
    pub phase: ConnectPhase,

    /// Workers that exist, ready or not.
    #[serde(deserialize_with = "lenient")]
    pub replicas: i32,

    /// Workers that are ready.
    #[serde(deserialize_with = "lenient")]
    pub ready_replicas: i32,

    /// Sources whose worker runs with them.
    #[serde(deserialize_with = "lenient")]
    pub sources_running: i32,

    /// Sinks whose worker runs with them.
    #[serde(deserialize_with = "lenient")]
    pub sinks_running: i32,

    /// Sources of the specification.
    #[serde(deserialize_with = "lenient")]
    pub sources_total: i32,

    /// Sinks of the specification.
    #[serde(deserialize_with = "lenient")]
    pub sinks_total: i32,

    /// The generation of the resource that this speaks of.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub observed_generation: Option<i64>,

    /// What is the case and since when, at most one of a type.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient_list")]
    #[schemars(schema_with = "schema::conditions")]
    pub conditions: Vec<Condition>,

    /// Label selector of the workers' pods, as text: what an autoscaler reads.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub selector: Option<String>,

    /// Each connector, sources first, as far as its worker shows it.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient_list")]
    pub connector_statuses: Vec<ConnectorStatus>,

    /// When something in this status last changed.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub last_updated: Option<Time>,

    /// The state in one sentence.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub message: Option<String>,
}

/// What has become of one connector.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorStatus {
    /// Its name.
    pub name: String,
    /// `source` or `sink`.
    pub connector_type: String,
    /// Which connector it is, such as `datagen`.
    pub kind: String,
    /// What it is doing.
    pub state: ConnectorState,
    /// The worker that it is on, by the name of its Deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<String>,
    /// Why it waits or has failed, as a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Whether it loses what changes while it is away (rule CON-57); left out where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loses_changes: Option<bool>,
    /// The topics that its patterns stood for at its first start: it began there as `startOffset`
    /// says. In those that came later it begins with their first record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub initial_topics: Vec<String>,
    /// The topics that its patterns stand for now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
}

crate::status!(RivvenConnectStatus, last_updated);
