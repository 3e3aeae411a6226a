//! The sources and sinks of a RivvenConnect.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::connector::Keys;
use crate::k8s::schema::{LABEL, OFFSET, SUBDOMAIN, TOPIC, TOPICS, VISIBLE};

/// A connector that brings records into a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// Its name, once in a resource: 1 to 63 lower-case letters, digits and dashes.
    #[schemars(length(min = 1, max = 63), regex(pattern = LABEL))]
    pub name: String,
    /// Which connector it is, such as `datagen`: 1 to 63 lower-case letters, digits and dashes.
    #[schemars(length(min = 1, max = 63), regex(pattern = LABEL))]
    pub connector: String,
    /// The topic that its records go to, 1 to 249 letters, digits, dots, dashes and underscores.
    #[schemars(length(min = 1, max = 249), regex(pattern = TOPIC))]
    pub topic: String,
    /// Topics of its records by their database, schema and table, up to 1024 characters. A source
    /// with it does not start (rule CON-53). Optional; all go to `topic` without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    pub topic_routing: Option<String>,
    /// Whether it runs. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Its keys, as `sluicegate explain connector NAME` lists them. A text may refer to a key of
    /// the Secret: `${secret:KEY}`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Keys>,
    /// Secret of this namespace with keys that the connector cannot do without and that are given
    /// nowhere else, and with those that `config` refers to. Optional; none is used without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub config_secret_ref: Option<String>,
    /// The tables of a connector of change data, beside or instead of those in its `config`, at
    /// most 1000. A source with any does not start (rule CON-53). Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1000))]
    pub tables: Option<Vec<Keys>>,
    /// How its topic is made if there is none. Optional; settings.topic applies without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_config: Option<TopicConfig>,
    /// The keys of a postgres-cdc, beside or instead of `config`. A postgres-cdc does not start
    /// (rule CON-53). Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postgres_cdc: Option<Keys>,
    /// The keys of a mysql-cdc, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mysql_cdc: Option<Keys>,
    /// The keys of an http source, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<Keys>,
    /// The keys of a datagen, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datagen: Option<Keys>,
    /// The keys of an external-source, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_source: Option<Keys>,
    /// The keys of an mqtt source, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mqtt: Option<Keys>,
    /// The keys of an sqs source, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sqs: Option<Keys>,
    /// The keys of a pubsub source, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pubsub: Option<Keys>,
}

/// A connector that takes records out of topics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sink {
    /// Its name, once in a resource: 1 to 63 lower-case letters, digits and dashes.
    #[schemars(length(min = 1, max = 63), regex(pattern = LABEL))]
    pub name: String,
    /// Which connector it is, such as `stdout`: 1 to 63 lower-case letters, digits and dashes.
    #[schemars(length(min = 1, max = 63), regex(pattern = LABEL))]
    pub connector: String,
    /// The topics whose records it takes, 1 to 100. One with `*` (any characters) or `?`
    /// (one) stands for several: those that there are, and those that come (rule CON-55).
    #[schemars(
        length(min = 1, max = 100),
        inner(length(min = 1, max = 249), regex(pattern = TOPICS))
    )]
    pub topics: Vec<String>,
    /// The group under which the broker remembers how far it has come, 1 to 128 characters without
    /// spaces and dollars.
    #[schemars(length(min = 1, max = 128), regex(pattern = VISIBLE))]
    pub consumer_group: String,
    /// Whether it runs. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Where it begins while its group has come nowhere: `earliest`, `latest` or a time as in RFC
    /// 3339. Default: `latest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = OFFSET))]
    pub start_offset: Option<String>,
    /// Its keys, as `sluicegate explain connector NAME` lists them. A text may refer to a key of
    /// the Secret: `${secret:KEY}`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Keys>,
    /// Secret of this namespace with keys that the connector cannot do without and that are given
    /// nowhere else, and with those that `config` refers to. Optional; none is used without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub config_secret_ref: Option<String>,
    /// How many records it takes at most. Optional; as many as it can without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// The keys of an s3, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3: Option<Keys>,
    /// The keys of an http sink, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<Keys>,
    /// The keys of a stdout, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdout: Option<Keys>,
    /// The keys of an external-sink, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_sink: Option<Keys>,
    /// The keys of a gcs, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gcs: Option<Keys>,
    /// The keys of an azure-blob, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azure_blob: Option<Keys>,
    /// The keys of a snowflake, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snowflake: Option<Keys>,
    /// The keys of a bigquery, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bigquery: Option<Keys>,
    /// The keys of a redshift, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redshift: Option<Keys>,
    /// The keys of an iceberg, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iceberg: Option<Keys>,
    /// The keys of a delta-lake, beside or instead of `config`. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta_lake: Option<Keys>,
}

/// How a topic is made if there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TopicConfig {
    /// Its partitions, 1 to 1000. Left out: as settings.topic has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub partitions: Option<i32>,
    /// Copies of each partition, 1 to 10. Left out: as settings.topic has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10))]
    pub replication_factor: Option<i32>,
    /// Whether it is made at all. Left out: as settings.topic has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_create: Option<bool>,
}

/// How many records a sink takes at most.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RateLimit {
    /// Records a second, 0 to 1000000; 0 for as many as it can. Default: `0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1_000_000))]
    pub events_per_second: Option<i64>,
    /// Records at once after a pause, 0 to 100000. Left out: a tenth of a second's, at least 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100_000))]
    pub burst_capacity: Option<i64>,
}
