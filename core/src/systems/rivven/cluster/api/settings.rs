//! The blocks of a cluster's specification.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    k8s::{
        api::ServiceMonitor,
        quantity::Quantity,
        schema::{self, SUBDOMAIN},
    },
    words,
};

words! {
    /// Who may mount a volume.
    AccessMode {
        /// One node, to read and write. This is the default.
        ReadWriteOnce = "ReadWriteOnce",
        /// Many nodes, to read.
        ReadOnlyMany = "ReadOnlyMany",
        /// Many nodes, to read and write.
        ReadWriteMany = "ReadWriteMany",
        /// One pod, to read and write.
        ReadWriteOncePod = "ReadWriteOncePod",
    }
}

words! {
    /// What happens to the volumes when the cluster is deleted.
    DeletionPolicy {
        /// They stay, with all data. This is the default.
        Retain = "Retain",
        /// They go, with all data.
        Delete = "Delete",
    }
}

words! {
    /// How records are compressed.
    Compression {
        /// LZ4. This is the default.
        Lz4 = "lz4",
        /// Zstandard.
        Zstd = "zstd",
        /// Not at all.
        None = "none",
        /// Snappy.
        Snappy = "snappy",
        /// Gzip.
        Gzip = "gzip",
    }
}

words! {
    /// From where a Service can be reached.
    ServiceType {
        /// From within the Kubernetes cluster. This is the default.
        ClusterIp = "ClusterIP",
        /// Also through a port of every node.
        NodePort = "NodePort",
        /// Also through a load balancer of the cloud.
        LoadBalancer = "LoadBalancer",
    }
}

words! {
    /// How clients prove who they are.
    Mechanism {
        /// By a certificate.
        Mtls = "mtls",
        /// By a user name and a password.
        Scram = "scram",
        /// By a bearer token.
        Token = "token",
    }
}

/// Where each broker keeps its data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Storage {
    /// Size of each broker's volume, in bytes. May grow where the storage class allows it; never
    /// shrinks. Default: `10Gi`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Quantity>,
    /// Storage class of the volumes; cannot be changed afterwards. Left out or empty: the default
    /// class of the Kubernetes cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(max = 253),
        regex(pattern = r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$")
    )]
    pub storage_class_name: Option<String>,
    /// Who may mount the volumes, 1 to 3 modes. Default: `[ReadWriteOnce]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 3))]
    pub access_modes: Option<Vec<AccessMode>>,
    /// What happens to the volumes when the cluster is deleted. Default: `Retain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_policy: Option<DeletionPolicy>,
}

/// Settings of the brokers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BrokerConfig {
    /// Partitions of a topic that is created without a number, 1 to 1000. Default: `3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub default_partitions: Option<i32>,
    /// Copies of a topic that is created without a number, 1 to 10 and at most the number of
    /// brokers. 2 without it, or 1 for a single broker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10))]
    pub default_replication_factor: Option<i32>,
    /// Hours for which records are kept, 1 to 8760. Default: `168`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 8760))]
    pub log_retention_hours: Option<i32>,
    /// Bytes after which a new segment file is begun, 1 MiB to 10 GiB. Default: `1073741824`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1_048_576, max = 10_737_418_240_i64))]
    pub log_segment_bytes: Option<i64>,
    /// Bytes of the largest request that a broker takes, 1 KiB to 100 MiB. No client of release
    /// 0.0.22 sends more than 10 MiB. Default: `1048576`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1024, max = 104_857_600))]
    pub max_message_bytes: Option<i64>,
    /// Whether writing to a topic that does not exist creates it. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_create_topics: Option<bool>,
    /// Whether brokers compress what they store. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression_enabled: Option<bool>,
    /// How brokers compress. Default: `lz4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression_type: Option<Compression>,
    /// Milliseconds without a leader after which one is elected, 100 to 60000 and at least three
    /// heartbeats. Default: `1000`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 100, max = 60_000))]
    pub raft_election_timeout_ms: Option<i32>,
    /// Milliseconds between two signs of life of the leader, 10 to 10000. Default: `100`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 10, max = 10_000))]
    pub raft_heartbeat_interval_ms: Option<i32>,
    /// More settings by the broker's own names, at most 50, of up to 4096 characters each.
    /// Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::settings")]
    pub raw: Option<BTreeMap<String, String>>,
}

/// Encryption of the brokers' connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tls {
    /// Whether clients must encrypt. Broker 0.0.22 cannot: with it nothing is started (rule
    /// SEC-01). Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Secret with the certificate (`tls.crt`) and its key (`tls.key`). Required when `tls.enabled`
    /// is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub cert_secret_name: Option<String>,
    /// Whether clients must have a certificate too. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtls_enabled: Option<bool>,
    /// Secret with the authority (`ca.crt`) that signs the clients' certificates. Required
    /// when `tls.mtlsEnabled` is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub ca_secret_name: Option<String>,
}

/// Figures for Prometheus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metrics {
    /// Whether figures are offered. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Port they are offered on, 1024 to 65535 and not that of the clients (9292).
    /// Default: `9090`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1024, max = 65_535))]
    pub port: Option<i32>,
    /// How the Prometheus operator finds them. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_monitor: Option<ServiceMonitor>,
}

/// The Service that clients connect to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// From where it can be reached. Default: `ClusterIP`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<ServiceType>,
    /// Port that clients connect to, 1 to 65535. Default: `9292`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65_535))]
    pub port: Option<i32>,
    /// Annotations of the Service, such as a cloud's load balancer reads, at most 50 of 256 KiB
    /// each. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::annotations")]
    pub annotations: Option<BTreeMap<String, String>>,
}

/// How clients prove who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Auth {
    /// Whether they must at all. Broker 0.0.22 cannot tell them apart: with it nothing is started
    /// (rule SEC-01). Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// By what they prove it. Optional; none is chosen without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mechanism: Option<Mechanism>,
    /// Users and passwords, for the mechanism `scram`. Optional; the defaults of its fields apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scram: Option<Scram>,
}

/// Users and passwords.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Scram {
    /// Secret with a password for each user name. Required for the mechanism `scram`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub existing_secret: Option<String>,
}
