//! A DataFlow as users write it, and what is told back.
//!
//! Every field may be left out but source and sink, and the schema has no defaults.

mod parts;

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{Affinity, Toleration},
    apimachinery::pkg::apis::meta::v1::{Condition, Time},
};
use kube_derive::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::parts::{Step, StepType, Store, StoreType};
use crate::{
    k8s::{
        api::{NetworkPolicy, Resources, lenient, lenient_list},
        schema::{self, IMAGE, SUBDOMAIN, TAG},
    },
    words,
};

/// A flow of records from a source, by transformations, to a sink: a Deployment of its processor,
/// the file that this reads, and where it notes how far it is.
// Columns have words in common, which is no mistake.
#[allow(clippy::duplicated_attributes)]
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[kube(
    group = "dataflow.dataflow.io",
    version = "v1",
    kind = "DataFlow",
    plural = "dataflows",
    namespaced,
    shortname = "df",
    category = "streaming",
    status = "DataFlowStatus",
    scale(
        spec_replicas_path = ".spec.replicas",
        status_replicas_path = ".status.replicas",
        label_selector_path = ".status.selector"
    ),
    printcolumn(name = "Source", type_ = "string", json_path = ".spec.source.type"),
    printcolumn(name = "Sink", type_ = "string", json_path = ".spec.sink.type"),
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.message", priority = 1),
    crates(kube_core = "::kube_core"),
    derive = "PartialEq",
    doc = "A flow of records from a source, by transformations, to a sink."
)]
#[serde(rename_all = "camelCase")]
pub struct DataFlowSpec {
    /// Where records come from.
    #[schemars(schema_with = "parts::source")]
    pub source: Store,

    /// Where they go.
    #[schemars(schema_with = "parts::sink")]
    pub sink: Store,

    /// What is done to them on their way, in this order; at most 100. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "parts::steps")]
    pub transformations: Option<Vec<Step>>,

    /// Where records go that cannot be written. Optional; `onError` says what becomes of them
    /// without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "parts::sink")]
    pub errors: Option<Store>,

    /// What becomes of a record that cannot be written or transformed, where `errors` names no
    /// store: the flow stops, or goes on without it. Default: `stop`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_error: Option<OnError>,

    /// What is promised of each record. Default: `atLeastOnce`, the only one so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,

    /// Seconds that a polled source leaves a row alone after it was written, 0 to 3600: rows may be
    /// seen in another order than they were written in. Default: `5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 3600))]
    pub safety_lag: Option<i32>,

    /// Number of processors, 0 to 100: of a Kafka source as many as there are partitions may have
    /// work, of any other one. 0 stops the flow. Default: `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub replicas: Option<i32>,

    /// Processor time and memory of the processor. Left out: 100m and 128Mi are set aside, and 500m
    /// and 512Mi are its limits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,

    /// Labels that a node must have, at most 20. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::labels")]
    pub node_selector: Option<BTreeMap<String, String>>,

    /// Which nodes it prefers or needs. Left out: the operator's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::affinity")]
    pub affinity: Option<Affinity>,

    /// Taints of nodes that it puts up with, at most 20. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::tolerations")]
    pub tolerations: Option<Vec<Toleration>>,

    /// Whether the processor notes in a ConfigMap how far a polled source is. Without it each start
    /// begins anew. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint_persistence: Option<bool>,

    /// Which connections to the processor the cluster's network lets through. Left out: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_policy: Option<NetworkPolicy>,

    /// Records that wait between source and sinks at most, 1 to 100000. Default: `100`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100_000))]
    pub channel_buffer_size: Option<i32>,

    /// Image of the processor with its tag, up to 255 characters. Left out: the published one of
    /// `processorVersion`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255), regex(pattern = IMAGE))]
    pub processor_image: Option<String>,

    /// Release of the published processor, as in an image tag, 1 to 64 characters. It has no effect
    /// beside `processorImage`. Left out: what the operator was told, or else its own release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = TAG))]
    pub processor_version: Option<String>,

    /// Secrets that open the registry of the image, at most 10. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 10))]
    pub image_pull_secrets: Option<Vec<PullSecret>>,
}

/// A Secret that opens a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PullSecret {
    /// Its name.
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub name: String,
}

words! {
    /// What becomes of a record that cannot be written or transformed.
    OnError {
        /// The flow stops at it. This is the default.
        Stop = "stop",
        /// The flow goes on without it.
        Skip = "skip",
    }
}

words! {
    /// What is promised of each record.
    Delivery {
        /// It arrives, and after a crash perhaps once more.
        AtLeastOnce = "atLeastOnce",
    }
}

words! {
    /// What has become of a flow, in one word.
    #[derive(Default)]
    Phase {
        /// Its processor is being made, or starts.
        #[default]
        Pending = "Pending",
        /// Its processors run what is asked for.
        Running = "Running",
        /// Something keeps it from running.
        Error = "Error",
        /// It is stopped, because it is asked for, or on its way out.
        Stopped = "Stopped",
    }
}

/// What has become of a flow.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DataFlowStatus {
    /// The state in one word.
    #[serde(deserialize_with = "lenient")]
    pub phase: Phase,

    /// Processors that exist, ready or not.
    #[serde(deserialize_with = "lenient")]
    pub replicas: i32,

    /// Processors that are ready.
    #[serde(deserialize_with = "lenient")]
    pub ready_replicas: i32,

    /// Records that a sink has acknowledged since the processors started, as it was when something
    /// else in this status changed; the metric `dataflow_flow_sent` tells how it is now.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub processed_count: Option<i64>,

    /// What went wrong since the processors started, as it was then.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub error_count: Option<i64>,

    /// When a record was last acknowledged, as it was then.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub last_processed_time: Option<Time>,

    /// Label selector of the processors' pods, as text: what an autoscaler reads.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub selector: Option<String>,

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

crate::status!(DataFlowStatus, last_updated, {
    fn but_for_counts(&mut self, before: &Self) -> Option<Self> {
        self.processed_count = self.processed_count.or(before.processed_count);
        self.error_count = self.error_count.or(before.error_count);
        if self.last_processed_time.is_none() {
            self.last_processed_time = before.last_processed_time.clone();
        }
        Some(Self {
            processed_count: before.processed_count,
            error_count: before.error_count,
            last_processed_time: before.last_processed_time.clone(),
            ..self.clone()
        })
    }
});
