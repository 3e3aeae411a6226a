//! What the API server fills in where an object leaves it out, whatever else there is in the
//! cluster.

use serde_json::{Value, json};
use sluicegate_core::observed::text;

/// Fills in what every API server would have filled in, in an object of a file that leaves it out.
/// What depends on the cluster, such as the default storage class, is as the file has it.
pub(super) fn default_loaded(object: &mut Value) {
    if !object["spec"].is_object() {
        return;
    }
    match text(object, "/kind") {
        "StatefulSet" => complete_stateful_set(object),
        "PersistentVolumeClaim" => {
            fill(&mut object["spec"], &json!({ "volumeMode": "Filesystem" }))
        }
        _ => {}
    }
}

pub(super) fn complete_stateful_set(object: &mut Value) {
    let spec = &mut object["spec"];
    fill(
        spec,
        &json!({
            "replicas": 1,
            "revisionHistoryLimit": 10,
            "podManagementPolicy": "OrderedReady",
            "persistentVolumeClaimRetentionPolicy": {
                "whenDeleted": "Retain",
                "whenScaled": "Retain",
            },
            "updateStrategy": { "type": "RollingUpdate" },
        }),
    );
    complete_pod(&mut spec["template"]["spec"]);
    for claim in items_mut(spec, "volumeClaimTemplates") {
        fill(
            claim,
            &json!({
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "spec": { "volumeMode": "Filesystem" },
                "status": { "phase": "Pending" },
            }),
        );
    }
}

pub(super) fn complete_job(object: &mut Value) {
    let spec = &mut object["spec"];
    fill(
        spec,
        &json!({
            "backoffLimit": 6,
            "completionMode": "NonIndexed",
            "completions": 1,
            "manualSelector": false,
            "parallelism": 1,
            "podReplacementPolicy": "TerminatingOrFailed",
            "suspend": false,
        }),
    );
    complete_pod(&mut spec["template"]["spec"]);
}

/// The same for the spec of a pod.
pub(super) fn complete_pod(spec: &mut Value) {
    fill(
        spec,
        &json!({
            "restartPolicy": "Always",
            "dnsPolicy": "ClusterFirst",
            "schedulerName": "default-scheduler",
            "securityContext": {},
            "terminationGracePeriodSeconds": 30,
        }),
    );
    for container in items_mut(spec, "containers") {
        let pull =
            if text(container, "/image").ends_with(":latest") { "Always" } else { "IfNotPresent" };
        fill(
            container,
            &json!({
                "imagePullPolicy": pull,
                "resources": {},
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
            }),
        );
        for port in items_mut(container, "ports") {
            fill(port, &json!({ "protocol": "TCP" }));
        }
        for variable in items_mut(container, "env") {
            if let Some(field) = variable.pointer_mut("/valueFrom/fieldRef") {
                fill(field, &json!({ "apiVersion": "v1" }));
            }
        }
    }
}

pub(super) fn complete_service(object: &mut Value) {
    let address = format!("10.96.{}.{}", octet(object, 0), octet(object, 1));
    let spec = &mut object["spec"];
    fill(
        spec,
        &json!({
            "clusterIP": address,
            "internalTrafficPolicy": "Cluster",
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "sessionAffinity": "None",
            "type": "ClusterIP",
        }),
    );
    let addresses = json!([spec["clusterIP"]]);
    fill(spec, &json!({ "clusterIPs": addresses }));
    for port in items_mut(spec, "ports") {
        let target = port["port"].clone();
        fill(port, &json!({ "protocol": "TCP", "targetPort": target }));
    }
}

fn items_mut<'a>(value: &'a mut Value, name: &str) -> impl Iterator<Item = &'a mut Value> {
    value.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten()
}

/// An address that follows from the name.
fn octet(object: &Value, nth: usize) -> u8 {
    let hex = sluicegate_core::digest::digest(&json!([
        object["metadata"]["namespace"],
        object["metadata"]["name"],
    ]));
    u8::from_str_radix(&hex[2 * nth..2 * nth + 2], 16).expect("a digest is hexadecimal")
}

/// Adds what is not there, and nothing to what is there but objects.
pub(super) fn fill(into: &mut Value, defaults: &Value) {
    match (into, defaults) {
        (into @ Value::Null, defaults) => *into = defaults.clone(),
        (Value::Object(into), Value::Object(defaults)) => {
            for (name, value) in defaults {
                fill(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        _ => {}
    }
}
