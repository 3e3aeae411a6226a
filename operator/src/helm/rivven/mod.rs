//! The values of the chart `rivven`: a cluster of brokers, as one custom resource.
//!
//! The names are those that Rivven's documentation gives for a chart; what it has no name for is
//! called as in the resource.

pub mod blocks;

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Affinity, EnvVar, PodSecurityContext, SecurityContext, Toleration, TopologySpreadConstraint,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sluicegate_core::{
    field::{Cause, Errors, Path, Segment},
    k8s::schema as k8s,
    systems::rivven::cluster::api::{
        BrokerConfig, DisruptionBudget, Metrics, Probe, Resources, Service,
    },
};

use self::blocks::{Account, Auth, Cluster, Image, Mtls, Persistence, Storage, Tls};
use super::{
    chart::{Chart, Named, decode, defaults},
    field::{self, Field},
    given, schema,
};
use crate::kinds;

/// The chart.
pub const CHART: Chart = Chart {
    name: "rivven",
    sections: &[
        ("The cluster", &["cluster", "image", "imagePullSecrets", "config"]),
        ("Data", &["storage", "persistence"]),
        ("Clients", &["service", "tls", "mtls", "auth", "topicNamespaces"]),
        (
            "Where and how brokers run",
            &[
                "resources",
                "affinity",
                "topologySpreadConstraints",
                "tolerations",
                "nodeSelector",
                "podDisruptionBudget",
                "livenessProbe",
                "readinessProbe",
                "podLabels",
                "podAnnotations",
                "env",
                "serviceAccount",
                "securityContext",
                "containerSecurityContext",
            ],
        ),
        ("Figures", &["metrics"]),
        ("Names", &["fullnameOverride", "commonLabels", "commonAnnotations", "global"]),
    ],
    refused: &[
        (
            "tls.certManager",
            "no certificate is asked for here; let cert-manager write a Secret by a Certificate \
             of your own, and name that in tls.existingSecret",
        ),
        (
            "auth.rbac",
            "rivvend has no roles to be configured; leave it out, and name who may use a topic in \
             spec.acls of its RivvenTopic",
        ),
        (
            "autoscaling",
            "a broker takes its data along only by hand; leave it out, and change cluster.replicas",
        ),
        (
            "ingress",
            "brokers speak no HTTP to their clients; leave it out, and set service.type to \
             LoadBalancer or NodePort",
        ),
        ("replicaCount", "the number of brokers is cluster.replicas; set that"),
    ],
    notes,
    raw: schema::of::<Values>,
    defaults: defaults::<Values>,
    judge,
};

/// The image that Rivven's documentation names.
const NEVER_PUBLISHED: &str = "ghcr.io/hupe1980/rivven";

/// Values of the chart rivven: one cluster of Rivven brokers. The operator, sluicegate, makes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Values {
    /// Values that a chart around this one shares with all its parts. None is read here.
    pub global: Map<String, Value>,
    /// The cluster.
    pub cluster: Cluster,
    /// The image of the brokers.
    pub image: Image,
    /// Secrets that open the registry: `- name: SECRET`, at most 10.
    #[schemars(length(max = 10))]
    pub image_pull_secrets: Vec<Named>,
    /// Settings of the brokers, as in a RivvenCluster.
    pub config: BrokerConfig,
    /// Where each broker keeps its data.
    pub storage: Storage,
    /// The same by another name, for values that call it so. What both give must be alike.
    pub persistence: Persistence,
    /// The Service that clients connect to, as in a RivvenCluster.
    pub service: Service,
    /// Encryption of the brokers' connections. rivvend 0.0.22 is released without it: with it on, a
    /// new cluster gets no brokers and a running one does not change.
    pub tls: Tls,
    /// Certificates of the clients.
    pub mtls: Mtls,
    /// How clients prove who they are. rivvend 0.0.22 cannot ask them: with it on, a new cluster
    /// gets no brokers and a running one does not change.
    pub auth: Auth,
    /// Namespaces besides the release's whose RivvenTopics may be on this cluster, at most 100; `*`
    /// means all.
    #[schemars(length(max = 100))]
    pub topic_namespaces: Vec<String>,
    /// Processor time and memory of each broker. Left empty: nothing is asked for and nothing is
    /// limited.
    pub resources: Resources,
    /// Which nodes the brokers prefer or need. Left empty: they keep apart where there is room.
    #[schemars(schema_with = "k8s::affinity")]
    pub affinity: Affinity,
    /// How evenly they are spread over zones or nodes, at most 16 constraints. Left empty: over
    /// zones, where there is room.
    #[schemars(schema_with = "k8s::topology_spread_constraints")]
    pub topology_spread_constraints: Vec<TopologySpreadConstraint>,
    /// Taints of nodes that they put up with, at most 20.
    #[schemars(schema_with = "k8s::tolerations")]
    pub tolerations: Vec<Toleration>,
    /// Labels that a node must have, at most 20.
    #[schemars(schema_with = "k8s::labels")]
    pub node_selector: BTreeMap<String, String>,
    /// Brokers that may be taken down on purpose at once, as in a RivvenCluster.
    pub pod_disruption_budget: DisruptionBudget,
    /// When a broker counts as stuck and is restarted, as in a RivvenCluster.
    pub liveness_probe: Probe,
    /// When a broker counts as able to serve clients, as in a RivvenCluster.
    pub readiness_probe: Probe,
    /// More labels for the pods, at most 20.
    #[schemars(schema_with = "k8s::labels")]
    pub pod_labels: BTreeMap<String, String>,
    /// More annotations for the pods, at most 50.
    #[schemars(schema_with = "k8s::annotations")]
    pub pod_annotations: BTreeMap<String, String>,
    /// More environment for the brokers, at most 100 variables, none of them `RIVVEN_*`.
    #[schemars(schema_with = "k8s::env")]
    pub env: Vec<EnvVar>,
    /// Who the pods are to Kubernetes; they get no token either way.
    pub service_account: Account,
    /// Security context of the pods, laid over one that satisfies the restricted Pod Security
    /// Standard. What would loosen it is refused.
    #[schemars(schema_with = "k8s::pod_security_context")]
    pub security_context: PodSecurityContext,
    /// The same of the containers.
    #[schemars(schema_with = "k8s::security_context")]
    pub container_security_context: SecurityContext,
    /// Figures for Prometheus, as in a RivvenCluster.
    pub metrics: Metrics,
    /// The name of the RivvenCluster, up to 45 characters without dots. Left empty: the name of
    /// the release.
    #[schemars(length(max = 45), regex(pattern = "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"))]
    pub fullname_override: String,
    /// More labels for the RivvenCluster.
    #[schemars(schema_with = "k8s::labels")]
    pub common_labels: BTreeMap<String, String>,
    /// Annotations of the RivvenCluster, such as those that steer it: `sluicegate/paused: "true"`.
    #[schemars(schema_with = "k8s::annotations")]
    pub common_annotations: BTreeMap<String, String>,
}

/// The specification of the cluster that the chart makes of values.
///
/// # Errors
///
/// Values that do not decode.
pub fn rendered(values: &Value) -> Result<Value, serde_json::Error> {
    decode::<Values>(given::over_defaults(&CHART, values)).map(|values| values.spec())
}

impl Values {
    /// The specification of the cluster that the chart renders.
    fn spec(&self) -> Value {
        let values = serde_json::to_value(self).expect("values are plain data");
        field::spec(FIELDS, &values)
    }
}

const EITHER_TLS: &[&str] = &["tls.enabled", "mtls.enabled"];
const AUTH: &[&str] = &["auth.enabled"];

/// Where each field of the resource comes from. The template goes by the same table.
pub(super) const FIELDS: &[Field] = &[
    Field::of("replicas", "cluster.replicas"),
    Field::of("version", "image.tag"),
    Field::of("image", "image.repository"),
    Field::of("imagePullPolicy", "image.pullPolicy"),
    Field { each: Some("name"), ..Field::same("imagePullSecrets") },
    Field { or: Some("persistence.size"), ..Field::of("storage.size", "storage.size") },
    Field {
        or: Some("persistence.storageClass"),
        ..Field::of("storage.storageClassName", "storage.storageClass")
    },
    Field::of("storage.accessModes", "storage.accessModes"),
    Field::of("storage.deletionPolicy", "storage.deletionPolicy"),
    Field { when: EITHER_TLS, ..Field::of("tls.enabled", "tls.enabled") },
    Field { when: EITHER_TLS, ..Field::of("tls.certSecretName", "tls.existingSecret") },
    Field { when: EITHER_TLS, ..Field::of("tls.mtlsEnabled", "mtls.enabled") },
    Field { when: EITHER_TLS, ..Field::of("tls.caSecretName", "mtls.clientCA.secretName") },
    Field { when: AUTH, ..Field::of("auth.enabled", "auth.enabled") },
    Field { when: AUTH, ..Field::of("auth.mechanism", "auth.mechanism") },
    Field { when: AUTH, ..Field::of("auth.scram.existingSecret", "auth.scram.existingSecret") },
    Field::of("serviceAccount", "serviceAccount.name"),
    // What the resource calls as the chart does.
    Field::same("affinity"),
    Field::same("config"),
    Field::same("containerSecurityContext"),
    Field::same("env"),
    Field::same("livenessProbe"),
    Field::same("metrics"),
    Field::same("nodeSelector"),
    Field::same("podAnnotations"),
    Field::same("podDisruptionBudget"),
    Field::same("podLabels"),
    Field::same("readinessProbe"),
    Field::same("resources"),
    Field::same("securityContext"),
    Field::same("service"),
    Field::same("tolerations"),
    Field::same("topicNamespaces"),
    Field::same("topologySpreadConstraints"),
];

/// What the resource takes without effect, by the names of the chart.
fn notes() -> Vec<(String, &'static str)> {
    let kinds = kinds::all();
    let kind = kinds::named(kinds, "RivvenCluster").expect("it is a kind of ours");
    let here =
        |(path, reason): &(&str, &'static str)| (renamed(&Path::dotted(path)).to_string(), *reason);
    kind.inert.iter().map(here).collect()
}

/// What the chart and the resource refuse, by the names of the chart.
fn judge(values: Value) -> Result<Errors, serde_json::Error> {
    let values: Values = decode(values)?;
    let mut errors = Errors::default();
    let (storage, persistence) = (&values.storage, &values.persistence);
    let pairs = [
        ("size", &storage.size, &persistence.size),
        ("storageClass", &json!(storage.storage_class), &json!(persistence.storage_class)),
    ];
    for (key, one, other) in pairs {
        if *one != json!("") && *other != json!("") && one != other {
            let must = format!("storage.{key} and persistence.{key} say different things");
            let cause = Cause::Invalid(other.to_string(), must);
            errors.push(Path::root("persistence").child(key), cause, "leave one of them out");
        }
    }
    if values.image.repository == NEVER_PUBLISHED {
        let cause = Cause::Invalid(NEVER_PUBLISHED.to_owned(), "was never published".to_owned());
        let remedy = "leave image.repository empty, or name a mirror";
        errors.push(Path::dotted("image.repository"), cause, remedy);
    }
    let name = match values.fullname_override.as_str() {
        "" => "rivven",
        name => name,
    };
    let resource = json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenCluster",
        "metadata": { "name": name, "namespace": "default" },
        "spec": values.spec(),
    });
    let kinds = kinds::all();
    let kind = kinds::named(kinds, "RivvenCluster").expect("it is a kind of ours");
    for error in (kind.check)(&resource).err().unwrap_or_default().iter() {
        errors.push(renamed(&error.path), error.cause.clone(), error.remedy.clone());
    }
    Ok(errors)
}

/// Where the chart has what the resource has there.
fn renamed(path: &Path) -> Path {
    let text = path.to_string();
    if text == "metadata.name" {
        return Path::root("fullnameOverride");
    }
    let (steps, spec) = (path.segments(), Path::root("spec"));
    let below = |field: &&Field| {
        let at = Path::dotted(&format!("spec.{}", field.to));
        steps.starts_with(at.segments())
    };
    // The longest is the one that is meant.
    let known = FIELDS.iter().filter(below).max_by_key(|field| field.to.len());
    match known {
        Some(field) => {
            let rest = &steps[1 + field.to.split('.').count()..];
            let mut path = Path::dotted(field.from);
            path.extend(rest);
            if let (Some(each), [Segment::Index(_)]) = (field.each, rest) {
                path = path.child(each);
            }
            path
        }
        None => steps.strip_prefix(spec.segments()).unwrap_or(steps).iter().cloned().collect(),
    }
}
