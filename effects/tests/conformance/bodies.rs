//! What is written: a few variants of each kind. Some add fields, some leave them out again, some
//! cannot be stored.

use serde_json::{Value, json};
use sluicegate_core::observed::{Api, Ref};

/// A kind that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Cluster,
    Topic,
    ConfigMap,
    Service,
    Budget,
    Claim,
    StatefulSet,
    Deployment,
    Connect,
    Pod,
}

pub(crate) const KINDS: &[Kind] = &[
    Kind::Cluster,
    Kind::Topic,
    Kind::ConfigMap,
    Kind::Service,
    Kind::Budget,
    Kind::Claim,
    Kind::StatefulSet,
    Kind::Deployment,
    Kind::Connect,
    Kind::Pod,
];

/// How many variants each kind has.
pub(crate) const VARIANTS: usize = 6;

const RIVVEN: &str = "rivven.hupe1980.github.io";

impl Kind {
    pub(crate) fn api(self) -> Api {
        match self {
            Self::Cluster => Api::new(RIVVEN, "v1alpha1", "RivvenCluster", "rivvenclusters"),
            Self::Topic => Api::new(RIVVEN, "v1alpha1", "RivvenTopic", "rivventopics"),
            Self::ConfigMap => Api::new("", "v1", "ConfigMap", "configmaps"),
            Self::Service => Api::new("", "v1", "Service", "services"),
            Self::Budget => Api::new("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"),
            Self::Claim => Api::new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
            Self::StatefulSet => Api::new("apps", "v1", "StatefulSet", "statefulsets"),
            Self::Deployment => Api::new("apps", "v1", "Deployment", "deployments"),
            Self::Connect => Api::new(RIVVEN, "v1alpha1", "RivvenConnect", "rivvenconnects"),
            Self::Pod => Api::new("", "v1", "Pod", "pods"),
        }
    }

    /// Whether everything that is stored was written by somebody: the server adds nothing.
    pub(crate) fn as_written(self) -> bool {
        matches!(self, Self::Cluster | Self::Topic | Self::Connect | Self::ConfigMap)
    }

    /// A variant of the kind, without a name.
    pub(crate) fn body(self, variant: usize) -> Value {
        let (meta, body) = match self {
            Self::Cluster => (meta(variant), json!({ "spec": cluster(variant) })),
            Self::Topic => (meta(variant), json!({ "spec": topic(variant) })),
            Self::ConfigMap => (meta(variant), config_map(variant)),
            Self::Service => (meta(variant), json!({ "spec": service(variant) })),
            Self::Budget => (meta(variant), json!({ "spec": budget(variant) })),
            Self::Claim => (meta(variant), json!({ "spec": claim(variant) })),
            Self::StatefulSet => (meta(variant), json!({ "spec": stateful_set(variant) })),
            Self::Deployment => (meta(variant), json!({ "spec": deployment(variant) })),
            Self::Connect => (meta(variant), json!({ "spec": connect(variant) })),
            Self::Pod => (json!({ "labels": { "app": "a", "x": variant.to_string() } }), pod()),
        };
        let mut object = body;
        object["apiVersion"] = json!(self.api().api_version());
        object["kind"] = json!(&*self.api().kind);
        object["metadata"] = meta;
        object
    }

    /// A status as its controller writes it; the last is none that can be stored.
    pub(crate) fn status(self, variant: usize) -> Value {
        match (self, variant) {
            (Self::Cluster | Self::Topic | Self::Connect, 4) => json!({ "zz": 1 }),
            (Self::Cluster | Self::Topic | Self::Connect, 5) => {
                json!({ "observedGeneration": "text" })
            }
            (Self::Connect, _) => json!({ "phase": "Running", "observedGeneration": variant }),
            (Self::Cluster, _) => {
                json!({ "phase": "Running", "observedGeneration": variant })
            }
            (Self::Topic, _) => json!({ "phase": "Ready", "observedGeneration": variant }),
            (Self::Budget, _) => json!({
                "observedGeneration": 9,
                "disruptionsAllowed": variant % 3,
                "currentHealthy": 2,
                "desiredHealthy": 1,
                "expectedPods": 2,
            }),
            (Self::Claim, _) => json!({
                "phase": "Bound",
                "capacity": { "storage": (["512Mi", "512Mi", "1Gi", "2Gi"][variant.min(3)]) },
                "accessModes": ["ReadWriteOnce"],
            }),
            (Self::StatefulSet | Self::Deployment, _) => {
                json!({ "replicas": 0, "observedGeneration": variant + 1 })
            }
            (Self::Pod, _) => json!({
                "phase": if variant == 5 { "Succeeded" } else { "Running" },
                "conditions": [{
                    "type": "Ready",
                    "status": if variant == 4 { "False" } else { "True" },
                }],
            }),
            (Self::ConfigMap | Self::Service, _) => json!({}),
        }
    }
}

/// Where an object of a kind and name is.
pub(crate) fn target(kind: Kind, namespace: &str, name: usize) -> Ref {
    Ref { api: kind.api(), namespace: namespace.to_owned(), name: format!("n{name}") }
}

fn meta(variant: usize) -> Value {
    match variant {
        0 => json!({}),
        1 => json!({ "labels": { "a": "1" } }),
        2 => json!({ "labels": { "a": "2", "b": "1" }, "annotations": { "x/y": "1" } }),
        3 => json!({ "annotations": { "x/y": "2" }, "finalizers": ["sluicegate/hold"] }),
        4 => json!({ "labels": { "b": "2" } }),
        _ => json!({ "labels": { "b": "2" }, "annotations": { "x/z": "1" } }),
    }
}

fn cluster(variant: usize) -> Value {
    match variant {
        0 => json!({ "replicas": 1 }),
        1 => json!({ "replicas": 1, "config": { "defaultPartitions": 6 } }),
        2 => json!({ "replicas": 1, "topicNamespaces": ["a", "b"] }),
        3 => json!({ "replicas": 1, "config": { "raw": { "unknown": "1" } } }),
        4 => json!({ "replicas": 1, "storage": { "size": "20Gi" } }),
        _ => json!({ "replicas": 1, "metrics": { "serviceMonitor": { "enabled": true } } }),
    }
}

fn topic(variant: usize) -> Value {
    let mut spec = json!({ "clusterRef": { "name": "prod" }, "partitions": 3 });
    match variant {
        0 => {}
        1 => spec["config"] = json!({ "custom": { "flush.ms": "10" } }),
        2 => spec["config"] = json!({ "retentionMs": 7_200_000 }),
        3 => spec["partitions"] = json!(4),
        4 => spec["deleteOnRemove"] = json!(true),
        _ => spec["deleteOnRemove"] = json!(false),
    }
    spec
}

fn config_map(variant: usize) -> Value {
    match variant {
        0 => json!({ "data": { "a": "1" } }),
        1 => json!({ "data": { "a": "2", "b": "1" } }),
        2 => json!({ "data": { "b": "1" }, "immutable": false }),
        3 => json!({}),
        4 => json!({ "data": { "c": "1" }, "binaryData": { "d": "YQ==" } }),
        _ => json!({ "data": { "a": "1" }, "zz": 1 }),
    }
}

fn service(variant: usize) -> Value {
    let port = |name: &str, port: u16| json!({ "name": name, "port": port, "protocol": "TCP" });
    match variant {
        0 => json!({ "ports": [port("a", 80)], "selector": { "app": "a" } }),
        1 => json!({ "ports": [port("a", 80), port("b", 81)], "selector": { "app": "a" } }),
        2 => json!({ "ports": [port("b", 81)], "selector": { "app": "b" } }),
        3 => json!({ "ports": [port("a", 80)], "selector": { "app": "a", "x": "1" },
                     "publishNotReadyAddresses": true }),
        4 => json!({ "ports": [port("a", 80)], "clusterIP": "None", "selector": { "app": "a" } }),
        _ => json!({ "ports": [{ "name": "a", "port": 80, "protocol": "TCP", "zz": 1 }] }),
    }
}

fn budget(variant: usize) -> Value {
    let selector = json!({ "matchLabels": { "app": "a" } });
    match variant {
        0 => json!({ "minAvailable": 1, "selector": selector }),
        1 => json!({ "maxUnavailable": 1, "selector": selector }),
        2 => json!({ "maxUnavailable": 0, "selector": { "matchLabels": { "app": "b" } } }),
        3 => json!({ "minAvailable": "50%", "selector": selector }),
        4 => json!({ "minAvailable": 1, "maxUnavailable": 1, "selector": selector }),
        _ => json!({ "maxUnavailable": 1, "selector": selector,
                     "unhealthyPodEvictionPolicy": "AlwaysAllow" }),
    }
}

fn claim(variant: usize) -> Value {
    let size = |size: &str| json!({ "requests": { "storage": size } });
    let modes = json!(["ReadWriteOnce"]);
    match variant {
        0 | 1 => json!({ "accessModes": modes, "resources": size("1Gi") }),
        2 | 3 => json!({ "accessModes": modes, "resources": size("2Gi") }),
        4 => json!({ "accessModes": ["ReadWriteMany"], "resources": size("1Gi") }),
        _ => json!({ "accessModes": modes, "resources": size("1Gi"), "storageClassName": "fixed" }),
    }
}

fn stateful_set(variant: usize) -> Value {
    let claim = |size: &str| {
        json!([{
            "metadata": { "name": "data" },
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": { "requests": { "storage": size } },
            },
        }])
    };
    let mut spec = json!({
        "replicas": 0,
        "serviceName": "a",
        "selector": { "matchLabels": { "app": "s" } },
        "template": {
            "metadata": { "labels": { "app": "s" } },
            "spec": { "containers": [{ "name": "c", "image": "i:1" }] },
        },
        "volumeClaimTemplates": claim("1Gi"),
    });
    match variant {
        0 => {}
        1 => spec["template"]["spec"]["containers"][0]["image"] = json!("i:2"),
        2 => spec["template"]["metadata"]["annotations"] = json!({ "z": "1" }),
        3 => spec["volumeClaimTemplates"] = claim("2Gi"),
        4 => spec["minReadySeconds"] = json!(5),
        _ => {
            spec["template"]["spec"]["containers"][0]["env"] =
                json!([{ "name": "E", "value": "1" }])
        }
    }
    spec
}

fn deployment(variant: usize) -> Value {
    let mut spec = json!({
        "replicas": 0,
        "selector": { "matchLabels": { "app": "d" } },
        "strategy": { "type": "Recreate" },
        "template": {
            "metadata": { "labels": { "app": "d" } },
            "spec": { "containers": [{ "name": "c", "image": "i:1" }] },
        },
    });
    let pod = &mut spec["template"]["spec"];
    match variant {
        0 => {}
        1 => pod["containers"][0]["image"] = json!("i:2"),
        2 => pod["initContainers"] = json!([{ "name": "before", "image": "i:1" }]),
        3 => pod["volumes"] = json!([{ "name": "v", "configMap": { "name": "a" } }]),
        // A selector is final.
        4 => spec["selector"]["matchLabels"]["app"] = json!("other"),
        _ => spec["minReadySeconds"] = json!(5),
    }
    spec
}

fn connect(variant: usize) -> Value {
    let mut spec = json!({
        "clusterRef": { "name": "prod" },
        "sources": [{ "name": "a", "connector": "datagen", "topic": "a" }],
    });
    let source = &mut spec["sources"][0];
    match variant {
        0 => {}
        // Whatever stands in there is kept as it is.
        1 => source["config"] = json!({ "any": [{ "thing": 1 }, null, "x"] }),
        2 => source["datagen"] = json!({ "eventsPerSecond": 5 }),
        3 => source["topic"] = json!("b"),
        4 => source["enabled"] = json!(false),
        _ => spec["settings"] = json!({ "retry": { "backoffMultiplier": 2.5 } }),
    }
    spec
}

fn pod() -> Value {
    json!({ "spec": {
        "nodeName": "somewhere",
        "automountServiceAccountToken": false,
        "containers": [{ "name": "c", "image": "i:1" }],
    } })
}
