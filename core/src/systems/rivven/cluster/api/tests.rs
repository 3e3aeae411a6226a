//! The definition of a cluster, and what decodes.

use serde_json::{Value, json};

use super::{
    super::{Cluster, checks::CHECKS},
    *,
};
use crate::{check, crd, kind::Kind as _};

fn spec(value: Value) -> RivvenClusterSpec {
    serde_json::from_value(value).unwrap()
}

#[test]
fn the_definition_is_structural_and_small() {
    let crd = Cluster::crd();
    let schema = crd::tests::check(&crd);
    let spec = &schema["properties"]["spec"];
    assert_eq!(spec["properties"]["replicas"]["minimum"], json!(1.0));
    assert_eq!(
        spec["properties"]["storage"]["properties"]["deletionPolicy"]["enum"],
        json!(["Retain", "Delete"])
    );
    assert_eq!(spec["properties"]["imagePullSecrets"]["items"]["maxLength"], json!(253));
    assert!(spec["required"].is_null(), "everything may be left out");
}

#[test]
fn every_field_is_described() {
    let crd = Cluster::crd();
    crd::tests::described(&crd::tests::check(&crd));
}

#[test]
fn rule_ids_are_unique_and_in_order() {
    assert!(CHECKS.is_sorted_by(|one, next| one.terms.id < next.terms.id));
}

#[test]
fn an_empty_specification_is_one() {
    assert_eq!(spec(json!({})), RivvenClusterSpec::default());
    assert_eq!(serde_json::to_value(RivvenClusterSpec::default()).unwrap(), json!({}));
}

#[test]
fn published_examples_decode() {
    let decoded = spec(json!({
        "replicas": 3,
        "version": "0.0.1",
        "storage": { "size": "100Gi", "storageClassName": "fast-ssd" },
        "resources": {
            "requests": { "cpu": "1", "memory": "2Gi" },
            "limits": { "cpu": 4, "memory": "8Gi" }
        },
        "config": {
            "defaultPartitions": 3, "defaultReplicationFactor": 2, "logRetentionHours": 168
        },
        "tls": { "enabled": true, "certSecretName": "rivven-tls" },
        "metrics": { "enabled": true, "port": 9090 }
    }));
    assert_eq!(decoded.storage.unwrap().size.unwrap().to_string(), "100Gi");
    assert_eq!(decoded.resources.unwrap().limits.unwrap()["cpu"].to_string(), "4");
    let budget = spec(json!({ "podDisruptionBudget": { "maxUnavailable": "1" } }));
    assert!(budget.pod_disruption_budget.unwrap().max_unavailable.is_some());
}

#[test]
fn a_foreign_status_decodes() {
    let status: RivvenClusterStatus = serde_json::from_value(json!({
        "phase": "Scaling",
        "replicas": null,
        "readyReplicas": 2,
        "conditions": [
            { "type": "StorageReady", "status": "True" },
            { "type": "Ready", "status": "Partial", "reason": 7 }
        ],
        "brokerEndpoints": null,
        "leader": null,
        "lastUpdated": "yesterday",
        "endpoints": { "client": "x" }
    }))
    .unwrap();
    assert_eq!((status.phase, status.ready_replicas), (Phase::Pending, 2));
    assert_eq!(status.last_updated, None);
}

#[test]
fn an_empty_storage_class_is_the_default_one_and_so_is_none() {
    let cluster = |class: Option<&str>| {
        let storage = class.map(|class| json!({ "storageClassName": class }));
        RivvenCluster::new("prod", spec(json!({ "storage": storage })))
    };
    let change = |old, new| check::changed(CHECKS, &cluster(old), &cluster(new));
    assert!(change(None, Some("")).is_ok() && change(Some(""), None).is_ok());
    assert!(change(None, Some("fast")).is_err() && change(Some("fast"), Some("")).is_err());
}
