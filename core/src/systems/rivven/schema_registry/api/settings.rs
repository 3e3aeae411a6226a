//! What a registry is told: how it listens, what it takes, and what it keeps.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    k8s::schema::{ADDRESS, DURATION, PAGE, TAG, VISIBLE},
    words,
};

words! {
    /// Which new versions of a schema are taken beside those that there are.
    Level {
        /// Any.
        None = "NONE",
        /// Those that can read what the last version has written. This is the default.
        Backward = "BACKWARD",
        /// Those that can read what any version has written.
        BackwardTransitive = "BACKWARD_TRANSITIVE",
        /// Those whose records the last version can read.
        Forward = "FORWARD",
        /// Those whose records every version can read.
        ForwardTransitive = "FORWARD_TRANSITIVE",
        /// Both, of the last version.
        Full = "FULL",
        /// Both, of all versions.
        FullTransitive = "FULL_TRANSITIVE",
    }
}

words! {
    /// Where schemas are kept.
    StorageMode {
        /// In a topic of the cluster. This is the default; release 0.0.22 cannot.
        Broker = "broker",
        /// In the memory of the registry.
        Memory = "memory",
    }
}

words! {
    /// What a rule looks at.
    ValidationType {
        /// The text of the schema.
        Regex = "regex",
        /// Whether a field is there.
        FieldExists = "field_exists",
        /// The type of a field.
        FieldType = "field_type",
        /// What fields are called.
        NamingConvention = "naming_convention",
        /// Whether the schema says what it is for.
        Documentation = "documentation",
    }
}

words! {
    /// A kind of schema.
    SchemaType {
        /// Avro.
        Avro = "AVRO",
        /// JSON Schema.
        Json = "JSON",
        /// Protobuf.
        Protobuf = "PROTOBUF",
    }
}

words! {
    /// What becomes of a schema that breaks a rule.
    Weight {
        /// It is refused. This is the default.
        Error = "error",
        /// It is taken, with a warning.
        Warning = "warning",
        /// It is taken.
        Info = "info",
    }
}

/// How the registry listens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Server {
    /// Its port, 1024 to 65535. Default: `8081`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1024, max = 65_535))]
    pub port: Option<i32>,
    /// The IP address that it listens on, not one of its own loopback. Default: `0.0.0.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 45), regex(pattern = ADDRESS))]
    pub bind_address: Option<String>,
    /// Milliseconds for one request, 1000 to 300000. Default: `30000`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1000, max = 300_000))]
    pub request_timeout_ms: Option<i32>,
    /// Bytes of one request, 1 KiB to 100 MiB. Default: `10485760`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1024, max = 104_857_600))]
    pub max_request_size: Option<i64>,
    /// Whether pages of other origins may use it. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cors_enabled: Option<bool>,
    /// Those origins, at most 50. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 50), inner(length(min = 1, max = 253), regex(pattern = VISIBLE)))]
    pub cors_allowed_origins: Option<Vec<String>>,
}

/// Where schemas are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Storage {
    /// In a topic or in memory. Default: `broker`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<StorageMode>,
    /// The topic, 1 to 255 characters. Default: `_schemas`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255), regex(pattern = TAG))]
    pub topic: Option<String>,
    /// Copies of the topic, 1 to 10. Default: `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10))]
    pub replication_factor: Option<i32>,
    /// Partitions of the topic, 1 to 100. Default: `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub partitions: Option<i32>,
    /// Whether schemas are written in one form before they are compared. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalize: Option<bool>,
}

/// Which new versions of a schema are taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Compatibility {
    /// The level of subjects that have none of their own. Default: `BACKWARD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_level: Option<Level>,
    /// Whether subjects that are not named here may have a level of their own. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_overrides: Option<bool>,
    /// Levels by subject, at most 1000, each subject 1 to 255 characters. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 1000))]
    pub per_subject: Option<BTreeMap<String, Level>>,
}

/// Which kinds of schema are taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Formats {
    /// Avro. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avro: Option<bool>,
    /// JSON Schema. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_schema: Option<bool>,
    /// Protobuf. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protobuf: Option<bool>,
    /// Whether schemas are read strictly. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict_validation: Option<bool>,
}

/// Contexts, by which subjects are kept apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Contexts {
    /// Whether those of `predefined` are made. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The most contexts, 0 to 10000; 0 for any number. Default: `0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10_000))]
    pub max_contexts: Option<i32>,
    /// Contexts that are made, at most 100. One that is taken out stays until the registry starts
    /// anew. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub predefined: Option<Vec<Context>>,
}

/// A context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    /// Its name: 1 to 128 letters, digits, dots, dashes and underscores, and not `sluicegate`.
    #[schemars(length(min = 1, max = 128), regex(pattern = TAG))]
    pub name: String,
    /// What it is for, up to 512 characters. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512))]
    pub description: Option<String>,
    /// Whether it may be used. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// What schemas are checked for beyond compatibility.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Validation {
    /// Whether they are. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Bytes of a schema, 1 KiB to 10 MiB. Default: `1048576`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1024, max = 10_485_760))]
    pub max_schema_size: Option<i64>,
    /// Rules, at most 100. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub rules: Option<Vec<ValidationRule>>,
}

/// A rule that schemas are checked by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValidationRule {
    /// Its name, 1 to 128 letters, digits, dots, dashes and underscores.
    #[schemars(length(min = 1, max = 128), regex(pattern = TAG))]
    pub name: String,
    /// What it looks at.
    pub rule_type: ValidationType,
    /// What must be found there, 1 to 4096 characters: a regular expression, of `field_exists` the
    /// name of a field, of `field_type` `FIELD:TYPE`.
    #[schemars(length(min = 1, max = 4096))]
    pub pattern: String,
    /// The subjects that it is for, at most 100; all where there are none. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), inner(length(min = 1, max = 255)))]
    pub subjects: Option<Vec<String>>,
    /// The kinds of schema that it is for, at most 3; all where there are none. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 3))]
    pub schema_types: Option<Vec<SchemaType>>,
    /// What becomes of a schema that breaks it. Default: `error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Weight>,
    /// What it is for, up to 512 characters. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 512))]
    pub description: Option<String>,
}

/// Figures for Prometheus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metrics {
    /// Whether there are any. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Their port, 1024 to 65535. Default: `9090`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1024, max = 65_535))]
    pub port: Option<i32>,
    /// Their page, up to 255 characters. Default: `/metrics`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255), regex(pattern = PAGE))]
    pub path: Option<String>,
    /// Whether Prometheus is told of them. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_monitor_enabled: Option<bool>,
    /// Time between two looks, such as `15s`. Default: `30s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 32), regex(pattern = DURATION))]
    pub scrape_interval: Option<String>,
}
