//! What all connectors of a RivvenConnect have in common.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    k8s::schema::{FOLDER, PAGE, SUBDOMAIN},
    words,
};

words! {
    /// How much a worker writes into its log.
    LogLevel {
        /// Everything.
        Trace = "trace",
        /// What helps to find a fault.
        Debug = "debug",
        /// What happens. This is the default.
        Info = "info",
        /// What may be wrong.
        Warn = "warn",
        /// What is wrong.
        Error = "error",
    }
}

/// Settings of the worker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkerConfig {
    /// Directory in which connectors keep their state, up to 255 characters.
    /// Default: `/data/connect-state`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255), regex(pattern = FOLDER))]
    pub state_dir: Option<String>,
    /// How much it writes into its log. Default: `info`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_level: Option<LogLevel>,
}

/// What all connectors have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// How topics are made. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Topics>,
    /// How often and how patiently the broker is tried again. Optional; the defaults of its fields
    /// apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Where the worker tells whether it lives. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// Figures for Prometheus. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Metrics>,
}

/// How topics are made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Topics {
    /// Whether a topic that does not exist is made. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_create: Option<bool>,
    /// Partitions of one that is made, 1 to 1000. Default: `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub default_partitions: Option<i32>,
    /// Copies of each partition of one that is made, 1 to 10. Default: `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10))]
    pub default_replication_factor: Option<i32>,
    /// Whether a connector ends where its topic does not exist and is not made. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_topic_exists: Option<bool>,
}

/// How often and how patiently the broker is tried again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Retry {
    /// How often, 0 to 100. Default: `10`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub max_retries: Option<i32>,
    /// Milliseconds before the first time, 10 to 60000. Default: `100`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 10, max = 60_000))]
    pub initial_backoff_ms: Option<i64>,
    /// Milliseconds before any time at most, 100 to 3600000. Default: `30000`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 100, max = 3_600_000))]
    pub max_backoff_ms: Option<i64>,
    /// How much longer each time takes than the one before, 1 to 10. Default: `2.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1.0, max = 10.0))]
    pub backoff_multiplier: Option<f64>,
}

/// Where the worker tells whether it lives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// Whether it tells it. The operator always asks, so it always does. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The port, 1024 to 65535. Default: `8080`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1024, max = 65_535))]
    pub port: Option<i32>,
    /// The page beside `/live`, up to 255 characters. Default: `/health`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255), regex(pattern = PAGE))]
    pub path: Option<String>,
}

/// Figures for Prometheus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metrics {
    /// Whether figures are offered. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The port, 1024 to 65535 and not that of health. Default: `9091`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1024, max = 65_535))]
    pub port: Option<i32>,
}

/// Encryption of the connections to the brokers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tls {
    /// Whether connections are encrypted. Broker 0.0.22 cannot: with it nothing is started (rule
    /// CON-52). Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Secret with the worker's certificate (`tls.crt`) and its key (`tls.key`). Optional; none is
    /// shown without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub cert_secret_name: Option<String>,
    /// Whether the worker shows a certificate of its own. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtls_enabled: Option<bool>,
    /// Secret with the authority (`ca.crt`) that signs the brokers' certificates. Optional; those
    /// of the system are trusted without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub ca_secret_name: Option<String>,
    /// Whether any certificate is taken. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insecure: Option<bool>,
}
