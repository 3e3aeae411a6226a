//! Topics: what is asked of a broker, and what is told of it.

use serde_json::{Value, json};
use sluicegate_core::{
    kind::Kind as _,
    observed::Ref,
    step::accept,
    systems::rivven::{
        Answer, Call, Probe, Rivven, SeenTopic,
        topic::{RivvenTopic, Topic},
    },
};
use sluicegate_effects::memory::{Product as _, reference};

use crate::rig::{Rig, broker, cluster, orders, prod, topic, topic_in};

fn one() -> Value {
    cluster(&json!({ "replicas": 1 }))
}

/// What the broker itself says of a topic.
fn on_broker(rig: &Rig, name: &str) -> Option<SeenTopic> {
    let probe = Probe::Topic { broker: broker(0), name: name.to_owned() };
    let answer =
        rig.world.memory().product::<Rivven, _>(|product, store| product.ask(store, &probe));
    if let Answer::Topic(topic) = answer { Some(topic) } else { None }
}

fn call(rig: &Rig, call: &Call) {
    rig.world
        .memory()
        .product::<Rivven, _>(|product, store| product.call(store, call))
        .expect("it is reached");
}

/// Lets no broker answer any more.
fn silence(rig: &Rig, name: &str) {
    let probe = Probe::Topic { broker: broker(0), name: name.to_owned() };
    rig.world.memory().answer::<Rivven>(probe, Answer::Unreachable("it is down".to_owned()));
}

fn elsewhere(name: &str, spec: &Value) -> (Ref, Value) {
    let object = topic_in("elsewhere", name, spec);
    (reference(&object), object)
}

#[test]
fn a24_r34_a_topic_of_another_namespace_needs_the_clusters_leave() {
    let mine = topic(&json!({ "topicName": "orders" }));
    let (target, other) =
        elsewhere("theft", &json!({ "topicName": "orders", "deleteOnRemove": true }));
    let mut rig = Rig::with(&[one(), mine, other]);
    assert_eq!(rig.condition(&target, "Ready"), "False NotPermitted");
    assert_eq!(rig.did(&target), Vec::<&str>::new());
    rig.delete(&target);
    rig.settle();
    assert_eq!(rig.get(&target), None, "it is let go");
    assert!(on_broker(&rig, "orders").is_some(), "and takes nothing along");
}

#[test]
fn a24_with_that_leave_the_older_resource_keeps_the_topic() {
    let open = cluster(&json!({ "replicas": 1, "topicNamespaces": ["elsewhere"] }));
    let mut rig = Rig::with(&[open, topic(&json!({}))]);
    let (target, other) = elsewhere(
        "theft",
        &json!({ "topicName": "orders", "partitions": 9, "deleteOnRemove": true }),
    );
    rig.create(&other);
    rig.settle();
    assert_eq!(rig.condition(&target, "Ready"), "False TopicTaken");
    rig.delete(&target);
    rig.settle();
    assert_eq!(rig.get(&target), None);
    assert_eq!(on_broker(&rig, "orders").map(|topic| topic.partitions), Some(3));
}

#[test]
fn a25_r34_a_topic_that_cannot_be_deleted_keeps_its_resource() {
    let mut rig = Rig::with(&[one(), topic(&json!({ "deleteOnRemove": true }))]);
    silence(&rig, "orders");
    rig.delete(&orders());
    rig.settle();
    assert!(rig.get(&orders()).is_some(), "the finalizer holds it");
    assert_eq!(rig.condition(&orders(), "Ready"), "False CannotDelete");
    let probe = Probe::Topic { broker: broker(0), name: "orders".to_owned() };
    rig.world.memory().let_answer::<Rivven>(&probe);
    rig.settle();
    assert_eq!((rig.get(&orders()), on_broker(&rig, "orders")), (None, None));
}

#[test]
fn a25_a_call_that_the_broker_refuses_keeps_it_too() {
    use sluicegate_effects::{
        ApiError,
        memory::{Fault, How},
    };
    let mut rig = Rig::with(&[one(), topic(&json!({ "deleteOnRemove": true }))]);
    let nth = rig.world.memory().tried() + 1;
    let error = ApiError::new(500, "", "a broker's disk is full");
    rig.world.memory().inject(Fault { nth, how: How::Refused(error) });
    rig.delete(&orders());
    rig.settle_while(|rig| {
        assert!(rig.get(&orders()).is_some() || on_broker(rig, "orders").is_none());
    });
    assert_eq!(rig.get(&orders()), None);
}

#[test]
fn r34_a_topic_outlives_its_resource_unless_asked() {
    let mut rig = Rig::with(&[one(), topic(&json!({}))]);
    rig.delete(&orders());
    rig.settle();
    assert_eq!(rig.get(&orders()), None);
    assert!(on_broker(&rig, "orders").is_some());
}

#[test]
fn r34_a_topic_may_have_a_name_that_a_resource_may_not() {
    let rig = Rig::with(&[one(), topic(&json!({ "topicName": "Orders_V2" }))]);
    assert!(on_broker(&rig, "Orders_V2").is_some());
    assert_eq!(rig.condition(&orders(), "Ready"), "True InSync");
}

#[test]
fn a26_r31_partitions_are_those_that_the_broker_has() {
    let mut rig = Rig::with(&[one(), topic(&json!({ "partitions": 3 }))]);
    let grow = Call::GrowTopic { broker: broker(0), name: "orders".to_owned(), partitions: 8 };
    call(&rig, &grow);
    rig.settle();
    let status = rig.status(&orders());
    assert_eq!(status["currentPartitions"], 8, "not what the spec says");
    assert!(rig.condition(&orders(), "Ready").starts_with("False "));
    rig.edit(&orders(), |one| one["spec"]["partitions"] = json!(12));
    rig.settle();
    assert_eq!(on_broker(&rig, "orders").map(|topic| topic.partitions), Some(12));
    assert_eq!(rig.condition(&orders(), "Ready"), "True InSync");
}

#[test]
fn a26_r32_settings_are_sent_before_they_are_called_applied() {
    let config = json!({ "retentionMs": 3_600_000 });
    let mut rig = Rig::with(&[one()]);
    rig.create(&topic(&json!({ "config": config })));
    rig.settle_while(|rig| {
        let configs = on_broker(rig, "orders").map(|topic| topic.configs).unwrap_or_default();
        let there = configs.get("retention.ms").is_some_and(|value| value == "3600000");
        let told = rig.condition(&orders(), "ConfigApplied").starts_with("True ");
        assert!(there || !told, "it is told and not there");
    });
    assert_eq!(rig.condition(&orders(), "ConfigApplied"), "True Stored");
}

#[test]
fn a26_r32_access_rules_and_copies_that_cannot_be_are_not_called_applied() {
    let acls = json!([{ "principal": "user:a", "operations": ["Read"] }]);
    let spec = json!({ "acls": acls, "replicationFactor": 3, "topicLabels": { "a": "b" } });
    let rig = Rig::with(&[one(), topic(&spec)]);
    assert_eq!(rig.condition(&orders(), "ACLsApplied"), "False NotSupported");
    assert!(rig.condition(&orders(), "ReplicationApplied").starts_with("False "));
    assert_eq!(rig.condition(&orders(), "SpecEffective"), "False FieldsWithoutEffect");
    assert_eq!(rig.status(&orders()).get("currentReplicationFactor"), None);
}

#[test]
fn a30_r19_a_broker_is_looked_for_in_the_namespace_of_its_cluster() {
    let mut object = one();
    object["metadata"]["namespace"] = json!("streaming");
    let mut resource = topic(&json!({ "clusterRef": { "name": "prod" } }));
    resource["metadata"]["namespace"] = json!("streaming");
    let target = reference(&resource);
    let rig = Rig::with(&[object, resource]);
    let calls = rig.did(&target);
    assert!(!calls.is_empty());
    assert!(calls.iter().all(|call| call.contains("streaming/rivven-prod-0")), "{calls:?}");
    assert_eq!(rig.condition(&target, "Ready"), "True InSync");
}

#[test]
fn r10_a_topic_without_a_block_of_settings_is_valid() {
    let decoded: RivvenTopic = serde_json::from_value(topic(&json!({}))).expect("it decodes");
    accept::<Topic>(&decoded).expect("it is valid");
}

#[test]
fn r15_items_of_lists_are_judged() {
    let acls = json!([{ "principal": "nonsense", "operations": ["Read"] }]);
    let object = topic(&json!({ "acls": acls }));
    let decoded: RivvenTopic = serde_json::from_value(object).expect("it decodes");
    let errors = accept::<Topic>(&decoded).expect_err("it is refused");
    assert!(errors.to_string().contains("spec.acls[0].principal"), "{errors}");
    assert!(Topic::CHECKS.iter().any(|check| check.terms.path == "spec.acls"));
}

#[test]
fn r35_a_topic_whose_broker_does_not_answer_is_not_ready() {
    let mut rig = Rig::with(&[one(), topic(&json!({}))]);
    assert_eq!(rig.condition(&orders(), "Ready"), "True InSync");
    silence(&rig, "orders");
    rig.settle();
    assert_eq!(rig.condition(&orders(), "Ready"), "Unknown BrokerUnreachable");
}

#[test]
fn r27_a_topic_that_was_there_before_its_cluster_is_made_when_the_cluster_is() {
    let mut rig = Rig::with(&[topic(&json!({}))]);
    assert_eq!(rig.condition(&orders(), "Ready"), "False WaitingForCluster");
    rig.create(&one());
    rig.settle();
    assert_eq!(rig.condition(&orders(), "Ready"), "True InSync");
    assert_eq!(rig.condition(&prod(), "Ready"), "True Serving");
}
