//! Objects without what differs from one time to the next, so that two ends can be compared.

use serde_json::Value;

/// Fields of which every object has its own.
const OWN: &[&str] = &[
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "managedFields",
    "lastTransitionTime",
    "lastUpdated",
    "startTime",
    "startedAt",
    "clusterIP",
    "clusterIPs",
    "nodeName",
    "hostIP",
    "hostIPs",
    "podIP",
    "podIPs",
    "volumeName",
    "currentRevision",
    "updateRevision",
    "controller-revision-hash",
    "sluicegate/digest",
    "sluicegate/made-for",
    "volumes",
    "volumeMounts",
    "ownerReferences",
    "observedGeneration",
    "collisionCount",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
];

/// Takes them out, and writes `NS` for the namespace.
pub(crate) fn normalise(value: &mut Value, namespace: &str) {
    match value {
        Value::Object(fields) => {
            // Kubernetes counts for itself, and late.
            if fields.get("kind").is_some_and(|kind| kind == "PodDisruptionBudget") {
                fields.remove("status");
            }
            fields.retain(|name, _| !OWN.contains(&name.as_str()));
            // That something had failed before is told, and is no difference.
            if let Some(Value::Array(conditions)) = fields.get_mut("conditions") {
                conditions.retain(|one| !(one["type"] == "Synced" && one["status"] == "True"));
            }
            fields.values_mut().for_each(|field| normalise(field, namespace));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| normalise(item, namespace)),
        Value::String(text) => *text = text.replace(namespace, "NS"),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What an object is called, with its kind.
pub(crate) fn name(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!("{} {}", text(&object["kind"]), text(&object["metadata"]["name"]))
}

/// How two states differ, in a few words; nothing if they do not.
pub(crate) fn difference(expected: &[Value], found: &[Value]) -> Option<String> {
    let names = |all: &[Value]| all.iter().map(name).collect::<Vec<_>>();
    if names(expected) != names(found) {
        return Some(format!("expected {:?}\n   found {:?}", names(expected), names(found)));
    }
    let pair = expected.iter().zip(found).find(|(expected, found)| expected != found)?;
    let mut paths = Vec::new();
    differing(pair.0, pair.1, "", &mut paths);
    Some(format!("{}: {}", name(pair.0), paths.join("; ")))
}

fn differing(expected: &Value, found: &Value, path: &str, paths: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) => {
            let mut keys: Vec<&String> = left.keys().chain(right.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let (left, right) = (left.get(key), right.get(key));
                let (left, right) = (left.unwrap_or(&Value::Null), right.unwrap_or(&Value::Null));
                differing(left, right, &format!("{path}/{key}"), paths);
            }
        }
        _ if expected == found => {}
        _ => paths.push(format!("{path}: expected {expected}, found {found}")),
    }
}
