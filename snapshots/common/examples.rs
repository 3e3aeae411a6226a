//! Full examples: every field of every kind is set, those that exclude each other in two variants.

use serde_json::{Value, json};
use sluicegate_core::kind::Kind;

use crate::schema;

/// What cannot be found out from the schema alone: `(kind, path, value)`. `null` leaves it out.
pub(crate) fn said(kind: &str) -> Vec<(&'static str, Value)> {
    match kind {
        "RivvenCluster" => cluster(),
        "RivvenTopic" => vec![
            ("spec.clusterRef", json!({ "name": "prod", "namespace": "streaming" })),
            ("spec.topicName", json!("orders")),
            ("spec.partitions", json!(12)),
            ("spec.config.retentionMs", json!(7_200_000)),
            ("spec.config.retentionBytes", json!(2_097_152)),
            ("spec.config.cleanupPolicy", json!("compact")),
            ("spec.config.compressionType", json!("zstd")),
            ("spec.config.minInsyncReplicas", json!(2)),
            ("spec.config.custom", json!({ "segment.ms": "3600000", "flush.ms": "10" })),
            ("spec.acls[].principal", json!("user:a")),
        ],
        other => panic!("say here what an example of {other} needs"),
    }
}

const SPREAD_KEYS: &str = "spec.topologySpreadConstraints[].matchLabelKeys";

/// What a variable takes its value from: one of these.
fn sources() -> Vec<Value> {
    let of = |name: &str| json!({ "name": name, "key": "a", "optional": true });
    vec![
        json!({ "configMapKeyRef": of("a") }),
        json!({ "secretKeyRef": of("a") }),
        json!({ "fieldRef": { "apiVersion": "v1", "fieldPath": "metadata.name" } }),
        json!({ "resourceFieldRef": {
            "containerName": "rivven", "resource": "limits.cpu", "divisor": "1",
        } }),
    ]
}

/// The keys whose values a term about pods takes from the pod itself: each once.
fn pod_terms() -> Vec<(&'static str, Value)> {
    macro_rules! term {
        ($at:literal) => {
            [
                (concat!($at, ".matchLabelKeys"), json!(["b"])),
                (concat!($at, ".mismatchLabelKeys"), json!(["c"])),
            ]
        };
    }
    let all = [
        term!("spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[]"),
        term!("spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[]"),
        term!(
            "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[]\
             .podAffinityTerm"
        ),
        term!(
            "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[]\
             .podAffinityTerm"
        ),
    ];
    all.concat()
}

fn cluster() -> Vec<(&'static str, Value)> {
    let mut said = cluster_alone();
    said.extend(pod_terms());
    said
}

fn cluster_alone() -> Vec<(&'static str, Value)> {
    vec![
        ("spec.replicas", json!(3)),
        ("spec.version", json!("0.0.22")),
        ("spec.image", json!("registry.example/rivvend")),
        ("spec.storage.size", json!("20Gi")),
        ("spec.storage.deletionPolicy", json!("Retain")),
        ("spec.tls.enabled", json!(false)),
        ("spec.tls.mtlsEnabled", json!(false)),
        ("spec.auth.enabled", json!(false)),
        ("spec.config.defaultPartitions", json!(6)),
        ("spec.config.raftElectionTimeoutMs", json!(2000)),
        ("spec.config.raftHeartbeatIntervalMs", json!(200)),
        ("spec.config.raw", json!({ "rate-limit-per-ip": "1", "unknown": "1" })),
        ("spec.metrics.port", json!(9191)),
        ("spec.metrics.serviceMonitor.interval", json!("15s")),
        ("spec.podDisruptionBudget.minAvailable", Value::Null),
        ("spec.service.port", json!(9393)),
        ("spec.topicNamespaces", json!(["team"])),
        ("spec.resources.requests", json!({ "cpu": 1 })),
        ("spec.resources.limits", json!({ "cpu": 2 })),
        ("spec.tolerations[].operator", json!("Equal")),
        ("spec.env[].valueFrom", Value::Null),
        (SPREAD_KEYS, json!(["b"])),
        ("spec.securityContext.windowsOptions", Value::Null),
        ("spec.securityContext.seLinuxOptions.type", json!("container_t")),
        ("spec.securityContext.seLinuxOptions.user", json!("")),
        ("spec.securityContext.seLinuxOptions.role", json!("")),
        ("spec.securityContext.seccompProfile.type", json!("Localhost")),
        ("spec.securityContext.appArmorProfile.type", json!("Localhost")),
        ("spec.securityContext.sysctls[].name", json!("net.ipv4.tcp_fin_timeout")),
        ("spec.containerSecurityContext.windowsOptions", Value::Null),
        ("spec.containerSecurityContext.privileged", json!(false)),
        ("spec.containerSecurityContext.allowPrivilegeEscalation", json!(false)),
        ("spec.containerSecurityContext.procMount", json!("Default")),
        ("spec.containerSecurityContext.capabilities.add", json!(["NET_BIND_SERVICE"])),
        ("spec.containerSecurityContext.capabilities.drop", json!(["ALL"])),
        ("spec.containerSecurityContext.seLinuxOptions.type", json!("container_t")),
        ("spec.containerSecurityContext.seLinuxOptions.user", json!("")),
        ("spec.containerSecurityContext.seLinuxOptions.role", json!("")),
        ("spec.containerSecurityContext.seccompProfile.type", json!("Localhost")),
        ("spec.containerSecurityContext.appArmorProfile.type", json!("Localhost")),
    ]
}

/// What else the fields of the full example may be: where the neighbours of a value are no words,
/// or where another field has to change along.
pub(crate) fn words(path: &str) -> Vec<Value> {
    match path.rsplit('.').next().unwrap_or_default() {
        "interval" => vec![json!("1m")],
        "type" if path.ends_with("seLinuxOptions.type") => vec![json!("container_kvm_t")],
        "type" if path.contains("ontext.") => vec![json!("RuntimeDefault")],
        "name" if path.ends_with("sysctls[].name") => vec![json!("net.ipv4.tcp_syncookies")],
        "size" => vec![json!("21Gi")],
        "limits" => vec![json!({ "cpu": 1, "example.com/a": 2 })],
        "requests" => vec![json!({ "cpu": "500m" })],
        "resource" => vec![json!("requests.memory")],
        "fieldPath" => vec![json!("metadata.labels['example.com/a']")],
        "drop" => vec![json!(["ALL", "MKNOD"])],
        "replicas" => vec![json!(5)],
        "retentionMs" | "retentionBytes" => vec![json!(4_194_304)],
        _ => Vec::new(),
    }
}

/// The full example of a kind, and its variants where fields exclude each other.
pub(crate) fn full<K: Kind>() -> Vec<Value> {
    let first = example::<K>(&[]);
    let mut all = vec![first];
    if kind::<K>() == "RivvenCluster" {
        for (at, source) in sources().into_iter().enumerate() {
            let mut variant =
                vec![("spec.env[].value", Value::Null), ("spec.env[].valueFrom", source)];
            if at == 0 {
                variant.extend([
                    ("spec.podDisruptionBudget.minAvailable", json!(2)),
                    ("spec.podDisruptionBudget.maxUnavailable", Value::Null),
                    ("spec.tolerations[].tolerationSeconds", Value::Null),
                    ("spec.topologySpreadConstraints[].minDomains", Value::Null),
                ]);
            }
            all.push(example::<K>(&variant));
        }
    }
    all
}

fn example<K: Kind>(more: &[(&str, Value)]) -> Value {
    let kind = kind::<K>();
    let said = said(&kind);
    let table = |path: &str| {
        let here = |(at, _): &&(&str, Value)| *at == path;
        let found = more.iter().find(here).or_else(|| said.iter().find(here));
        found.map(|(_, value)| value.clone())
    };
    let schema = schema::of::<K>();
    resource::<K>(&schema::example(&schema["properties"]["spec"], "spec", &table))
}

/// A resource of a kind, as the API server would have stored it.
pub(crate) fn resource<K: Kind>(spec: &Value) -> Value {
    use kube_core::Resource as _;
    json!({
        "apiVersion": K::Resource::api_version(&()),
        "kind": kind::<K>(),
        "metadata": {
            "name": "prod",
            "namespace": "streaming",
            "uid": format!("uid-of-{}", kind::<K>()),
            "generation": 1,
            "resourceVersion": "1",
            "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": spec,
    })
}

/// The least that a resource of a kind has to say.
pub(crate) fn least<K: Kind>() -> Value {
    let schema = schema::of::<K>();
    let full = &full::<K>()[0];
    let required = schema.pointer("/properties/spec/required").and_then(Value::as_array);
    let mut spec = json!({});
    for key in required.into_iter().flatten().filter_map(Value::as_str) {
        spec[key] = full["spec"][key].clone();
    }
    resource::<K>(&spec)
}

pub(crate) fn kind<K: Kind>() -> String {
    use kube_core::Resource as _;
    K::Resource::kind(&()).into_owned()
}
