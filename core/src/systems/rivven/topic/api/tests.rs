//! The definition of a topic, and what decodes.

use serde_json::json;

use super::{
    super::{Topic, checks::CHECKS},
    *,
};
use crate::{crd, kind::Kind as _};

#[test]
fn the_definition_is_structural_and_small() {
    let crd = Topic::crd();
    let schema = crd::tests::check(&crd);
    crd::tests::described(&schema);
    assert_eq!(schema["properties"]["spec"]["required"], json!(["clusterRef"]));
}

#[test]
fn rule_ids_are_unique_and_in_order() {
    assert!(CHECKS.is_sorted_by(|one, next| one.terms.id < next.terms.id));
}

#[test]
fn published_examples_decode() {
    let spec: RivvenTopicSpec = serde_json::from_value(json!({
        "clusterRef": { "name": "production" },
        "partitions": 12,
        "replicationFactor": 3,
        "config": {
            "retentionMs": 604_800_000,
            "cleanupPolicy": "delete",
            "compressionType": "lz4",
            "minInsyncReplicas": 2
        },
        "acls": [
            { "principal": "user:order-service", "operations": ["Read", "Write"] },
            { "principal": "user:analytics", "operations": ["Read"] }
        ],
        "deleteOnRemove": false,
        "topicLabels": { "team": "orders", "environment": "production" }
    }))
    .unwrap();
    assert_eq!(spec.acls.unwrap()[0].operations, [Operation::Read, Operation::Write]);
    assert_eq!(spec.config.unwrap().cleanup_policy, Some(CleanupPolicy::Delete));
}

#[test]
fn a_foreign_status_decodes() {
    let status: RivvenTopicStatus = serde_json::from_value(json!({
        "phase": "Syncing",
        "topicExists": true,
        "partitionInfo": [{ "partition": 0, "leader": -1, "replicas": [], "isr": [] }, {}]
    }))
    .unwrap();
    assert_eq!((status.phase, status.topic_exists), (TopicPhase::Pending, true));
    assert_eq!(status.partition_info.len(), 1);
}
