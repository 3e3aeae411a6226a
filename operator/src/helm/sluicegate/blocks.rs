//! The blocks of the operator's values.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sluicegate_core::k8s::schema as k8s;

use crate::install;

/// The image of the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Image {
    /// The registry. Left empty: the container runtime's.
    pub registry: String,
    /// Where in the registry.
    pub repository: String,
    /// The tag. Left empty: the version of the program that this chart was made with.
    pub tag: String,
    /// The digest, `sha256:…`: it takes the place of the tag.
    #[schemars(regex(pattern = "^(sha256:[0-9a-f]{64})?$"))]
    pub digest: String,
    /// When nodes fetch it. Left empty: when they do not have it.
    #[schemars(extend("enum" = ["", "Always", "IfNotPresent", "Never"]))]
    pub pull_policy: String,
}

impl Default for Image {
    fn default() -> Self {
        let (registry, rest) = install::IMAGE.split_once('/').unwrap_or_default();
        let repository = rest.split(':').next().unwrap_or_default();
        Self {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            tag: String::new(),
            digest: String::new(),
            pull_policy: String::new(),
        }
    }
}

/// What the process is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Operator {
    /// Whether it acts only while it holds the lease, so that several may run.
    pub leader_election: bool,
    /// Whether it only tells by events and figures what it would do.
    pub dry_run: bool,
    /// The namespaces that it looks after, separated by commas: the same as watch.namespaces.
    pub watch_namespace: String,
    /// Where it serves its figures, such as `0.0.0.0:8080`.
    #[schemars(regex(pattern = "^(.*:[0-9]{1,5})?$"))]
    pub metrics_addr: String,
    /// Where it answers probes, such as `0.0.0.0:8081`.
    #[schemars(regex(pattern = "^(.*:[0-9]{1,5})?$"))]
    pub health_addr: String,
    /// How much it tells: `error`, `warn`, `info`, `debug`, `trace`, or directives.
    pub log_level: String,
    /// The form of what it tells: `text` or `json`.
    #[schemars(extend("enum" = ["", "text", "json"]))]
    pub log_format: String,
    /// The cluster's DNS domain.
    pub cluster_domain: String,
    /// How often it looks at everything though nothing has changed, such as `10m`.
    pub reconcile_interval: String,
    /// How many resources of a kind it works on at the same time; 0 leaves it to the program.
    #[schemars(range(max = 256))]
    pub max_concurrent_reconciles: u32,
    /// How many requests a second may go to the API server; 0 leaves it to the program.
    #[schemars(range(max = 10_000))]
    pub api_qps: u32,
    /// How many requests may go to the API server at once after a quiet time; 0 leaves it to the
    /// program.
    #[schemars(range(max = 10_000))]
    pub api_burst: u32,
    /// How many resources of a kind undergo at once what changes all of them, such as another
    /// default image: a number in quotes, or a share such as `10%`.
    #[schemars(regex(pattern = "^(([1-9][0-9]{0,8}|(100|[1-9][0-9]?)%))?$"))]
    pub fleet_at_once: String,
    /// The image of a DataFlow's processor, where the flow names none.
    pub processor_image: String,
    /// How much a DataFlow's processor writes into its log: `error`, `warn`, `info`, `debug` or
    /// `trace`.
    #[schemars(extend("enum" = ["", "error", "warn", "info", "debug", "trace"]))]
    pub processor_log_level: String,
}

impl Default for Operator {
    fn default() -> Self {
        Self {
            leader_election: true,
            dry_run: false,
            watch_namespace: String::new(),
            metrics_addr: String::new(),
            health_addr: String::new(),
            log_level: String::new(),
            log_format: String::new(),
            cluster_domain: String::new(),
            reconcile_interval: String::new(),
            max_concurrent_reconciles: 0,
            api_qps: 0,
            api_burst: 0,
            fleet_at_once: String::new(),
            processor_image: String::new(),
            processor_log_level: String::new(),
        }
    }
}

/// What the operator looks after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Watch {
    /// The namespaces, which must exist: it then has rights in these and nowhere else. Left empty:
    /// all.
    #[schemars(inner(length(min = 1, max = 63), regex(pattern = k8s::LABEL)))]
    pub namespaces: Vec<String>,
}

/// The definitions of the custom resources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Crds {
    /// Whether the release has them, so that an upgrade of it upgrades them.
    pub enabled: bool,
    /// Whether they stay when the release is uninstalled. Without them all resources go, too.
    pub keep: bool,
    /// More annotations for them.
    #[schemars(schema_with = "k8s::annotations")]
    pub annotations: BTreeMap<String, String>,
}

impl Default for Crds {
    fn default() -> Self {
        Self { enabled: true, keep: true, annotations: BTreeMap::new() }
    }
}

/// What the operator and others may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Rbac {
    /// Whether the operator gets its roles. In the whole cluster, or, with watch.namespaces, in
    /// these and its own.
    pub create: bool,
    /// Whether the cluster's roles view, edit and admin take in our resources. Only without
    /// watch.namespaces: it is a right in the whole cluster.
    pub aggregate_cluster_roles: bool,
    /// Whether to make an account that may plan and read, and change nothing.
    pub planner: bool,
}

impl Default for Rbac {
    fn default() -> Self {
        Self { create: true, aggregate_cluster_roles: true, planner: false }
    }
}

/// Who the operator is to Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ServiceAccount {
    /// Whether to make an account.
    pub create: bool,
    /// Its name. Left empty: that of everything.
    #[schemars(length(max = 253))]
    pub name: String,
    /// Its annotations.
    #[schemars(schema_with = "k8s::annotations")]
    pub annotations: BTreeMap<String, String>,
}

impl Default for ServiceAccount {
    fn default() -> Self {
        Self { create: true, name: String::new(), annotations: BTreeMap::new() }
    }
}

/// How pods are replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UpdateStrategy {
    /// `RollingUpdate`, or `Recreate`: the old ones end before the new ones start.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["RollingUpdate", "Recreate"]))]
    pub type_: String,
    /// How many at a time, with `RollingUpdate`.
    pub rolling_update: Rolling,
}

/// How many pods are replaced at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Rolling {
    /// Pods that may be there in addition, as a count or a percentage.
    #[schemars(schema_with = "amount")]
    pub max_surge: Value,
    /// Pods that may be missing, as a count or a percentage.
    #[schemars(schema_with = "amount")]
    pub max_unavailable: Value,
}

impl Default for UpdateStrategy {
    fn default() -> Self {
        Self { type_: "RollingUpdate".to_owned(), rolling_update: Rolling::default() }
    }
}

impl Default for Rolling {
    fn default() -> Self {
        Self { max_surge: json!(1), max_unavailable: json!(0) }
    }
}

/// How often and how patiently a process is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Times {
    /// Seconds between two questions.
    #[schemars(range(min = 1, max = 300))]
    pub period_seconds: i32,
    /// Seconds to wait for an answer.
    #[schemars(range(min = 1, max = 60))]
    pub timeout_seconds: i32,
}

/// How many pods a drain of nodes leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Budget {
    /// Whether there is a budget.
    pub enabled: bool,
    /// Pods that must stay, as a count or a percentage; it takes the place of maxUnavailable. Left
    /// empty: maxUnavailable counts.
    #[schemars(schema_with = "amount")]
    pub min_available: Value,
    /// Pods that may be gone, as a count or a percentage.
    #[schemars(schema_with = "amount")]
    pub max_unavailable: Value,
    /// Whether pods that are not ready may go all the same: `AlwaysAllow` or `IfHealthyBudget`.
    #[schemars(extend("enum" = ["AlwaysAllow", "IfHealthyBudget"]))]
    pub unhealthy_pod_eviction_policy: String,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            enabled: true,
            min_available: json!(""),
            max_unavailable: json!(1),
            unhealthy_pod_eviction_policy: "AlwaysAllow".to_owned(),
        }
    }
}

fn amount(_: &mut SchemaGenerator) -> Schema {
    let pattern = "^((100|[1-9]?[0-9])%)?$";
    json_schema!({ "type": ["integer", "string"], "pattern": pattern, "minimum": 0 })
}

/// Who may speak to the operator, and to whom it may speak.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NetworkPolicy {
    /// Whether there is a policy: to figures and probes; from it to DNS, API servers and brokers.
    pub enabled: bool,
    /// Ports of API servers, as they listen behind their Service.
    #[schemars(inner(range(min = 1, max = 65_535)))]
    pub api_server_ports: Vec<i32>,
    /// More rules of who may speak to it.
    pub extra_ingress: Vec<Map<String, Value>>,
    /// More rules of to whom it may speak.
    pub extra_egress: Vec<Map<String, Value>>,
}

impl Default for NetworkPolicy {
    fn default() -> Self {
        Self {
            enabled: true,
            api_server_ports: vec![443, 6443, 8443, 16443],
            extra_ingress: Vec::new(),
            extra_egress: Vec::new(),
        }
    }
}

/// The Service by which figures are found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Service {
    /// Whether there is one.
    pub enabled: bool,
    /// Its annotations.
    #[schemars(schema_with = "k8s::annotations")]
    pub annotations: BTreeMap<String, String>,
}

impl Default for Service {
    fn default() -> Self {
        Self { enabled: true, annotations: BTreeMap::new() }
    }
}

/// How the Prometheus operator finds the figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ServiceMonitor {
    /// Whether to make a ServiceMonitor. The cluster must know the kind, and service.enabled must
    /// be true.
    pub enabled: bool,
    /// Time between two scrapes.
    #[schemars(regex(pattern = k8s::DURATION))]
    pub interval: String,
    /// Time that a scrape may take. Left empty: Prometheus' own.
    pub scrape_timeout: String,
    /// Labels by which a Prometheus selects it.
    #[schemars(schema_with = "k8s::labels")]
    pub labels: BTreeMap<String, String>,
    /// Changes to the labels of what is scraped.
    pub relabelings: Vec<Map<String, Value>>,
    /// Changes to the figures that are scraped.
    pub metric_relabelings: Vec<Map<String, Value>>,
}

impl Default for ServiceMonitor {
    fn default() -> Self {
        Self {
            enabled: false,
            interval: "30s".to_owned(),
            scrape_timeout: String::new(),
            labels: BTreeMap::new(),
            relabelings: Vec::new(),
            metric_relabelings: Vec::new(),
        }
    }
}
