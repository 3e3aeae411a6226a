//! The values of the chart `sluicegate`: the operator itself.
//!
//! What its process is told stands under `operator`, by the names of Rivven's chart for its
//! operator where that has one. What is left empty is left to the program.

pub mod blocks;

use std::collections::BTreeMap;

use clap::Parser;
use k8s_openapi::api::core::v1::{
    Affinity, PodSecurityContext, SecurityContext, Toleration, TopologySpreadConstraint,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use sluicegate_core::{
    field::{Cause, Errors, Path},
    k8s::api::Resources,
    k8s::schema as k8s,
};

use self::blocks::{
    Budget, Crds, Image, NetworkPolicy, Operator, Rbac, Service, ServiceAccount, ServiceMonitor,
    Times, UpdateStrategy, Watch,
};
use super::{
    chart::{Chart, Named, decode, defaults},
    given, schema,
};
use crate::run::args::RunArgs;

/// The chart.
pub const CHART: Chart = Chart {
    name: "sluicegate",
    sections: &[
        ("The program", &["image", "imagePullSecrets", "operator", "watch"]),
        ("Definitions and rights", &["crds", "rbac", "serviceAccount"]),
        (
            "Pods",
            &[
                "replicaCount",
                "updateStrategy",
                "resources",
                "podSecurityContext",
                "securityContext",
                "livenessProbe",
                "readinessProbe",
                "podLabels",
                "podAnnotations",
                "nodeSelector",
                "tolerations",
                "affinity",
                "topologySpreadConstraints",
                "priorityClassName",
                "terminationGracePeriodSeconds",
                "podDisruptionBudget",
            ],
        ),
        ("Network and figures", &["networkPolicy", "service", "serviceMonitor"]),
        (
            "Names",
            &["nameOverride", "fullnameOverride", "commonLabels", "commonAnnotations", "global"],
        ),
        (
            "What this chart has no name for",
            &[
                "extraArgs",
                "extraEnv",
                "extraEnvFrom",
                "extraVolumes",
                "extraVolumeMounts",
                "extraContainers",
                "extraObjects",
            ],
        ),
    ],
    refused: &[
        ("installCRDs", "it is called crds.enabled here; set that"),
        ("crds.install", "it is called crds.enabled here; set that"),
        ("defaultCluster", FROM_OUTSIDE),
        ("defaultConnect", FROM_OUTSIDE),
        ("defaultSchemaRegistry", FROM_OUTSIDE),
        ("webhook", "there is none: the definitions hold every rule; leave it out"),
        ("processorImage", "it is called operator.processorImage here; set that"),
        ("processorLogLevel", "it is called operator.processorLogLevel here; set that"),
        ("logLevel", "it is called operator.logLevel here; set that"),
        ("health", "operator.healthAddr says where it answers probes; set that"),
        ("metrics", "its figures are always served; operator.metricsAddr says where"),
        (
            "sentry",
            "it reports to nobody: its log and its events say what goes wrong; leave it out",
        ),
        ("monitoring", "there are no dashboards and rules yet; leave it out"),
        ("gui", "there is none yet; leave it out"),
        (
            "rbac.extraRules",
            "the role is what plans need and no more; bind a role of your own to the account",
        ),
    ],
    notes: Vec::new,
    raw: schema::of::<Values>,
    defaults: defaults::<Values>,
    judge,
};

const FROM_OUTSIDE: &str =
    "no resource gets settings from outside of it; write them into the resource";

/// Values of the chart sluicegate: the operator, its rights, and the definitions of what it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Values {
    /// Values that a chart around this one shares with all its parts: `imageRegistry` takes the
    /// place of image.registry.
    pub global: Map<String, Value>,
    /// The image of the operator.
    pub image: Image,
    /// Secrets that open the registry: `- name: SECRET`.
    pub image_pull_secrets: Vec<Named>,
    /// What the process is told. What is left empty is as `sluicegate run --help` says.
    pub operator: Operator,
    /// What it looks after.
    pub watch: Watch,
    /// The definitions of the custom resources.
    pub crds: Crds,
    /// What it and others may do.
    pub rbac: Rbac,
    /// Who it is to Kubernetes.
    pub service_account: ServiceAccount,
    /// Number of pods. One acts, the others stand by for it.
    #[schemars(range(min = 0, max = 10))]
    pub replica_count: i32,
    /// How pods are replaced: the new one stands by before the old one is asked to end.
    pub update_strategy: UpdateStrategy,
    /// Processor time and memory. A thousand clusters took 68 MiB; a limit of processor time would
    /// only slow down the start.
    pub resources: Resources,
    /// Security context of the pods. No user is named: OpenShift gives each namespace its own, and
    /// the image names one.
    #[schemars(schema_with = "k8s::pod_security_context")]
    pub pod_security_context: PodSecurityContext,
    /// Security context of the container.
    #[schemars(schema_with = "k8s::security_context")]
    pub security_context: SecurityContext,
    /// When a process counts as stuck and is restarted.
    pub liveness_probe: Times,
    /// When a process counts as of use.
    pub readiness_probe: Times,
    /// More labels for the pods.
    #[schemars(schema_with = "k8s::labels")]
    pub pod_labels: BTreeMap<String, String>,
    /// Annotations of the pods.
    #[schemars(schema_with = "k8s::annotations")]
    pub pod_annotations: BTreeMap<String, String>,
    /// Labels that a node must have.
    #[schemars(schema_with = "k8s::labels")]
    pub node_selector: BTreeMap<String, String>,
    /// Taints of nodes that the pods put up with.
    #[schemars(schema_with = "k8s::tolerations")]
    pub tolerations: Vec<Toleration>,
    /// Which nodes they prefer or need.
    #[schemars(schema_with = "k8s::affinity")]
    pub affinity: Affinity,
    /// How evenly they are spread.
    #[schemars(schema_with = "k8s::topology_spread_constraints")]
    pub topology_spread_constraints: Vec<TopologySpreadConstraint>,
    /// The class of their priority.
    pub priority_class_name: String,
    /// Seconds that a pod has to end: it finishes what is in hand and gives up the lease.
    #[schemars(range(min = 10, max = 3600))]
    pub termination_grace_period_seconds: i64,
    /// How many pods a drain of nodes leaves.
    pub pod_disruption_budget: Budget,
    /// Who may speak to the operator, and to whom it may speak.
    pub network_policy: NetworkPolicy,
    /// The Service by which its figures are found.
    pub service: Service,
    /// How the Prometheus operator finds them.
    pub service_monitor: ServiceMonitor,
    /// What stands in place of the chart's name in names.
    #[schemars(length(max = 63), regex(pattern = "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"))]
    pub name_override: String,
    /// The name of everything. Left empty: the name of the release, with that of the chart if it
    /// is not in it.
    #[schemars(length(max = 46), regex(pattern = "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"))]
    pub fullname_override: String,
    /// More labels for every object.
    #[schemars(schema_with = "k8s::labels")]
    pub common_labels: BTreeMap<String, String>,
    /// Annotations of every object.
    #[schemars(schema_with = "k8s::annotations")]
    pub common_annotations: BTreeMap<String, String>,
    /// More arguments of `sluicegate run`.
    pub extra_args: Vec<String>,
    /// More variables of its environment.
    pub extra_env: Vec<Map<String, Value>>,
    /// ConfigMaps and Secrets with more variables.
    pub extra_env_from: Vec<Map<String, Value>>,
    /// More volumes for the pods.
    pub extra_volumes: Vec<Map<String, Value>>,
    /// Where the container has them.
    pub extra_volume_mounts: Vec<Map<String, Value>>,
    /// More containers for the pods.
    pub extra_containers: Vec<Map<String, Value>>,
    /// More objects for the release; texts in them are templates.
    pub extra_objects: Vec<Map<String, Value>>,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            global: Map::new(),
            image: Image::default(),
            image_pull_secrets: Vec::new(),
            operator: Operator::default(),
            watch: Watch::default(),
            crds: Crds::default(),
            rbac: Rbac::default(),
            service_account: ServiceAccount::default(),
            replica_count: 1,
            update_strategy: UpdateStrategy::default(),
            resources: known(json!({
                "requests": { "cpu": "50m", "memory": "64Mi" },
                "limits": { "memory": "256Mi" },
            })),
            pod_security_context: known(json!({
                "runAsNonRoot": true,
                "seccompProfile": { "type": "RuntimeDefault" },
            })),
            security_context: known(json!({
                "allowPrivilegeEscalation": false,
                "capabilities": { "drop": ["ALL"] },
                "readOnlyRootFilesystem": true,
            })),
            liveness_probe: Times { period_seconds: 10, timeout_seconds: 5 },
            readiness_probe: Times { period_seconds: 5, timeout_seconds: 5 },
            pod_labels: BTreeMap::new(),
            pod_annotations: BTreeMap::new(),
            node_selector: known(json!({ "kubernetes.io/os": "linux" })),
            tolerations: Vec::new(),
            affinity: Affinity::default(),
            topology_spread_constraints: Vec::new(),
            priority_class_name: String::new(),
            termination_grace_period_seconds: 30,
            pod_disruption_budget: Budget::default(),
            network_policy: NetworkPolicy::default(),
            service: Service::default(),
            service_monitor: ServiceMonitor::default(),
            name_override: String::new(),
            fullname_override: String::new(),
            common_labels: BTreeMap::new(),
            common_annotations: BTreeMap::new(),
            extra_args: Vec::new(),
            extra_env: Vec::new(),
            extra_env_from: Vec::new(),
            extra_volumes: Vec::new(),
            extra_volume_mounts: Vec::new(),
            extra_containers: Vec::new(),
            extra_objects: Vec::new(),
        }
    }
}

/// What the chart makes of values: the arguments of the program, and the namespaces it is told.
///
/// # Errors
///
/// Values that do not decode.
pub fn rendered(values: &Value) -> Result<Value, serde_json::Error> {
    let values: Values = decode(given::over_defaults(&CHART, values))?;
    let given = values.args().into_iter().map(|(_, arg)| arg);
    let args: Vec<String> = std::iter::once("run".to_owned()).chain(given).collect();
    let watched = values.namespaces().join(",");
    let watched = if watched.is_empty() { Value::Null } else { json!(watched) };
    Ok(json!({ "args": args, "watched": watched }))
}

/// A default, decoded.
fn known<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("it is written in this file")
}

impl Values {
    /// The arguments of the operator that the chart renders, each with the value it comes from.
    fn args(&self) -> Vec<(String, String)> {
        let operator = &self.operator;
        let number = |value: u32| if value == 0 { String::new() } else { value.to_string() };
        let given = [
            ("metrics-addr", "metricsAddr", operator.metrics_addr.clone()),
            ("health-addr", "healthAddr", operator.health_addr.clone()),
            ("log-level", "logLevel", operator.log_level.clone()),
            ("log-format", "logFormat", operator.log_format.clone()),
            ("cluster-domain", "clusterDomain", operator.cluster_domain.clone()),
            ("resync", "reconcileInterval", operator.reconcile_interval.clone()),
            ("workers", "maxConcurrentReconciles", number(operator.max_concurrent_reconciles)),
            ("api-qps", "apiQps", number(operator.api_qps)),
            ("api-burst", "apiBurst", number(operator.api_burst)),
            ("fleet-at-once", "fleetAtOnce", operator.fleet_at_once.clone()),
            ("processor-image", "processorImage", operator.processor_image.clone()),
            ("processor-log-level", "processorLogLevel", operator.processor_log_level.clone()),
        ];
        let mut all: Vec<(String, String)> = Vec::new();
        if !operator.leader_election {
            let arg = "--leader-election=false".to_owned();
            all.push(("operator.leaderElection".to_owned(), arg));
        }
        if operator.dry_run {
            all.push(("operator.dryRun".to_owned(), "--dry-run".to_owned()));
        }
        for (flag, key, value) in given.into_iter().filter(|(.., value)| !value.is_empty()) {
            all.push((format!("operator.{key}"), format!("--{flag}={value}")));
        }
        let extra = self.extra_args.iter().map(|arg| ("extraArgs".to_owned(), arg.clone()));
        all.into_iter().chain(extra).collect()
    }

    /// The namespaces that it looks after, each once; none means all.
    fn namespaces(&self) -> Vec<String> {
        let more = self.operator.watch_namespace.split(',').map(str::trim);
        let all = self.watch.namespaces.iter().map(String::as_str).chain(more);
        let mut all: Vec<String> = all.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        all.sort();
        all.dedup();
        all
    }
}

/// The arguments of `sluicegate run`, to hold values against them.
#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
struct Run {
    #[command(flatten)]
    _args: RunArgs,
}

/// What the schema cannot say. The chart's templates say the same.
fn judge(values: Value) -> Result<Errors, serde_json::Error> {
    let values: Values = decode(values)?;
    let mut errors = Errors::default();
    if values.replica_count > 1 && !values.operator.leader_election {
        let must = "more than one pod without leader election would act at the same time";
        let cause = Cause::Invalid(values.replica_count.to_string(), must.to_owned());
        let remedy = "set operator.leaderElection to true, or replicaCount to 1";
        errors.push(Path::root("replicaCount"), cause, remedy);
    }
    if !values.service_account.create && values.service_account.name.is_empty() {
        let must = "is needed where none is made".to_owned();
        let cause = Cause::Invalid("\"\"".to_owned(), must);
        let remedy = "name one that exists, or set serviceAccount.create to true";
        errors.push(Path::dotted("serviceAccount.name"), cause, remedy);
    }
    if values.image.repository.contains("dataflow-operator/") {
        let must = "must be the image of this operator, not of another".to_owned();
        let cause = Cause::Invalid(format!("{:?}", values.image.repository), must);
        errors.push(Path::dotted("image.repository"), cause, "leave it out, or name your own");
    }
    let watched = values
        .namespaces()
        .into_iter()
        .map(|name| ("watch.namespaces".to_owned(), format!("--namespace={name}")));
    for (path, arg) in values.args().into_iter().chain(watched) {
        // One that stands alone may be the value of the one before.
        if path == "extraArgs" {
            continue;
        }
        if let Err(error) = Run::try_parse_from([&arg]) {
            let text = error.to_string();
            let text = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
            let cause = Cause::Invalid(arg, text.to_owned());
            errors.push(Path::dotted(&path), cause, "see `sluicegate run --help`");
        }
    }
    Ok(errors)
}
