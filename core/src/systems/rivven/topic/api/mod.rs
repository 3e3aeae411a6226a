//! A topic as users write it, and what is told back.
//!
//! As with clusters, every field but the reference may be left out and the schema has no
//! defaults; descriptions end with them.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube_derive::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use super::super::api::ClusterRef;
use crate::{
    k8s::{
        api::{lenient, lenient_list},
        schema,
    },
    words,
};

/// What a broker takes as the name of a topic: begins with a letter or a digit, has no `..`. At
/// most 255 long.
pub const TOPIC_NAME: &str = schema::DOTTED;

words! {
    /// What happens to records that are old.
    CleanupPolicy {
        /// They are removed. This is the default.
        Delete = "delete",
        /// The newest of each key stays.
        Compact = "compact",
        /// Both.
        DeleteCompact = "delete,compact",
        /// Both, in the other order, which means the same.
        CompactDelete = "compact,delete",
    }
}

words! {
    /// How the records of a topic are compressed.
    TopicCompression {
        /// Not at all.
        None = "none",
        /// Gzip.
        Gzip = "gzip",
        /// Snappy.
        Snappy = "snappy",
        /// LZ4. This is the default.
        Lz4 = "lz4",
        /// Zstandard.
        Zstd = "zstd",
        /// As whoever wrote them did.
        Producer = "producer",
    }
}

words! {
    /// Which time a record bears.
    TimestampType {
        /// When it was made. This is the default.
        CreateTime = "CreateTime",
        /// When the broker stored it.
        LogAppendTime = "LogAppendTime",
    }
}

words! {
    /// What someone may do to a topic.
    Operation {
        /// Read records.
        Read = "Read",
        /// Write records.
        Write = "Write",
        /// Create it.
        Create = "Create",
        /// Delete it.
        Delete = "Delete",
        /// Change it.
        Alter = "Alter",
        /// See that it exists.
        Describe = "Describe",
        /// All of these.
        All = "All",
        /// See its settings.
        DescribeConfigs = "DescribeConfigs",
        /// Change its settings.
        AlterConfigs = "AlterConfigs",
    }
}

words! {
    /// Whether a rule allows or forbids.
    Permission {
        /// It allows. This is the default.
        Allow = "Allow",
        /// It forbids.
        Deny = "Deny",
    }
}

words! {
    /// What has become of a topic, in one word.
    #[derive(Default)]
    TopicPhase {
        /// Seen, not yet made.
        #[default]
        Pending = "Pending",
        /// As it was asked for.
        Ready = "Ready",
        /// Not as it was asked for; will be tried again.
        Error = "Error",
        /// Not to be had as it was asked for.
        Failed = "Failed",
        /// On its way out.
        Terminating = "Terminating",
    }
}

/// A topic of a Rivven cluster.
// Columns have words in common, which is no mistake.
#[allow(clippy::duplicated_attributes)]
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[kube(
    group = "rivven.hupe1980.github.io",
    version = "v1alpha1",
    kind = "RivvenTopic",
    namespaced,
    shortname = "rivt",
    category = "rivven",
    category = "streaming",
    status = "RivvenTopicStatus",
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
    printcolumn(name = "Cluster", type_ = "string", json_path = ".spec.clusterRef.name"),
    printcolumn(name = "Topic", type_ = "string", json_path = ".status.topicName"),
    printcolumn(name = "Partitions", type_ = "integer", json_path = ".status.currentPartitions"),
    printcolumn(
        name = "Replication",
        type_ = "integer",
        json_path = ".status.currentReplicationFactor"
    ),
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.message", priority = 1),
    crates(kube_core = "::kube_core"),
    derive = "PartialEq",
    doc = "A topic of a Rivven cluster."
)]
#[serde(rename_all = "camelCase")]
pub struct RivvenTopicSpec {
    /// The cluster that has the topic; cannot be changed afterwards.
    pub cluster_ref: ClusterRef,

    /// Name of the topic in the cluster, up to 255 letters, digits, dots, dashes and underscores,
    /// beginning with a letter or a digit, without two dots in a row; cannot be changed, added or
    /// removed afterwards. Optional; the name of this resource without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255), regex(pattern = TOPIC_NAME))]
    pub topic_name: Option<String>,

    /// Number of partitions, 1 to 10000; rivvend 0.0.22 creates at most 1000 at once. May grow,
    /// never shrinks. Default: `3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000))]
    pub partitions: Option<i32>,

    /// Copies of every partition, 1 to 10. Default: `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10))]
    pub replication_factor: Option<i32>,

    /// Settings of the topic. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<TopicConfig>,

    /// Who may do what, at most 100 rules. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub acls: Option<Vec<Acl>>,

    /// Whether the topic is deleted together with this resource. Broker 0.0.22 keeps its records,
    /// and they are back when a topic is made by that name (rule TOP-39). Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_on_remove: Option<bool>,

    /// Words to sort topics by, at most 50, of up to 4096 characters each. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::settings")]
    pub topic_labels: Option<BTreeMap<String, String>>,
}

/// Settings of a topic. Broker 0.0.22 keeps them and acts on none (rule TOP-40).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TopicConfig {
    /// Milliseconds for which records are kept, 1 hour to 10 years. Broker 0.0.22 removes none
    /// (rule TOP-40). Default: `604800000`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 3_600_000, max = 315_360_000_000_i64))]
    pub retention_ms: Option<i64>,
    /// Bytes that are kept of each partition, 1 MiB to 10 TiB; -1 is all. Broker 0.0.22 removes
    /// none (rule TOP-40). Default: `-1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -1, max = 10_995_116_277_760_i64))]
    pub retention_bytes: Option<i64>,
    /// Bytes after which a new segment file is begun, 1 MiB to 10 GiB. Default: `1073741824`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1_048_576, max = 10_737_418_240_i64))]
    pub segment_bytes: Option<i64>,
    /// What happens to records that are old. Default: `delete`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleanup_policy: Option<CleanupPolicy>,
    /// How records are compressed. Default: `lz4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression_type: Option<TopicCompression>,
    /// Copies that must have a record before it counts as written, 1 to 10. Broker 0.0.22 makes no
    /// copies (rule TOP-40). Default: `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10))]
    pub min_insync_replicas: Option<i32>,
    /// Bytes of the largest record, 1 KiB to 100 MiB. Default: `1048576`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1024, max = 104_857_600))]
    pub max_message_bytes: Option<i64>,
    /// Whether records bear a time. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_timestamp_enabled: Option<bool>,
    /// Which time records bear. Default: `CreateTime`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_timestamp_type: Option<TimestampType>,
    /// Whether a record that is sent twice is written once. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotent_writes: Option<bool>,
    /// Milliseconds between two writes to disk, 0 to 86400000; 0 leaves it to the broker.
    /// Default: `0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 86_400_000))]
    pub flush_interval_ms: Option<i64>,
    /// More settings by the broker's own names, at most 50, of up to 4096 characters each, none
    /// that has a field of its own. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::settings")]
    pub custom: Option<BTreeMap<String, String>>,
}

/// Who may, or may not, do what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Acl {
    /// Whom it is about: `user:` or `group:` and a name of up to 128 characters, or `*` for all.
    #[schemars(length(min = 1, max = 134), regex(pattern = schema::PRINCIPAL))]
    pub principal: String,
    /// What they may do, 1 to 7 operations, each once over all rules for the same principal.
    #[schemars(length(min = 1, max = 7))]
    pub operations: Vec<Operation>,
    /// Whether they may or may not. Default: `Allow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission_type: Option<Permission>,
    /// Where they must come from, up to 256 characters. Default: `"*"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 256))]
    pub host: Option<String>,
}

/// What has become of a topic.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RivvenTopicStatus {
    /// The state in one word.
    #[serde(deserialize_with = "lenient")]
    pub phase: TopicPhase,

    /// The state in one sentence.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub message: Option<String>,

    /// Name of the topic in the cluster.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub topic_name: Option<String>,

    /// Whether the cluster had the topic when it was last asked.
    #[serde(deserialize_with = "lenient")]
    pub topic_exists: bool,

    /// Partitions that the topic has.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub current_partitions: Option<i32>,

    /// Copies that every partition has.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub current_replication_factor: Option<i32>,

    /// The generation of the resource that this speaks of.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub observed_generation: Option<i64>,

    /// What is the case and since when, at most one of a type.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient_list")]
    #[schemars(schema_with = "schema::conditions")]
    pub conditions: Vec<Condition>,

    /// When the topic was last made as asked for.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub last_sync_time: Option<Time>,

    /// Where the partitions are, where that is known.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient_list")]
    pub partition_info: Vec<PartitionInfo>,
}

/// Where one partition is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartitionInfo {
    /// Its number, from 0.
    pub partition: i32,
    /// The broker that leads it; -1 when unknown.
    #[serde(default = "unknown")]
    pub leader: i64,
    /// The brokers that have a copy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replicas: Vec<i64>,
    /// The brokers whose copy is complete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub isr: Vec<i64>,
}

crate::status!(RivvenTopicStatus, last_sync_time);

fn unknown() -> i64 {
    -1
}

#[cfg(test)]
mod tests;
