//! The end of a topic, and whose end is nobody's.

use serde_json::{Value, json};

use super::{real, seen, spec};
use crate::{
    Scenario,
    brokers::{self, Broker},
    kube::TOPICS,
    scene::{SOON, Scene, condition},
    wait::{seconds, throughout, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("a_topic_goes_with_its_resource_only_where_that_was_asked", policy),
    ("a_deletion_waits_for_a_broker_that_is_away", away),
    ("topics_of_one_name_on_two_clusters_are_two", clusters),
    ("the_younger_of_two_resources_takes_no_topic_with_it", younger),
];

fn is_gone(scene: &Scene, topic: &str) {
    until(&format!("resource {topic} to be gone"), SOON, || {
        let seen = seen(scene, topic);
        if seen.is_null() { Ok(()) } else { Err(seen["status"].to_string()) }
    });
}

fn policy() {
    let (scene, broker) = real("rv-policy");
    let _operator = scene.run(&brokers::start(&scene, &[&broker]));
    scene.topic("kept", &spec(&json!({})));
    scene.topic("taken", &spec(&json!({ "deleteOnRemove": true })));
    let kept = scene.topic_told("kept", "Ready", "True");
    assert!(kept["metadata"]["finalizers"].is_null(), "nothing is held up: {kept}");
    scene.topic_told("taken", "Ready", "True");
    broker.produce("kept", 3);
    broker.produce("taken", 5);
    for topic in ["kept", "taken"] {
        scene.kube().delete(TOPICS, &scene.namespace, topic);
        is_gone(&scene, topic);
    }
    assert_eq!(broker.topics(), ["kept"]);
    assert_eq!(broker.topic("kept").map(|topic| topic.records), Some(3));
    assert_eq!(broker.link.count("delete"), 1);
    // The same once more: one is adopted, and of the other the records are back, which is told.
    scene.topic("kept", &spec(&json!({})));
    scene.topic("taken", &spec(&json!({ "deleteOnRemove": true })));
    let kept = scene.topic_told("kept", "Ready", "True");
    assert!(condition(&kept, "RecordsReturned").is_null(), "it was never gone: {kept}");
    let taken = scene.topic_told("taken", "RecordsReturned", "True");
    let said = condition(&taken, "RecordsReturned")["message"].to_string();
    assert!(said.contains("5 records"), "{said}");
    assert_eq!(broker.topic("taken").map(|topic| topic.records), Some(5));
    assert_eq!(broker.link.count("create kept"), 1);
}

fn away() {
    let (scene, broker) = real("rv-away");
    let _operator = scene.run(&brokers::start(&scene, &[&broker]));
    scene.topic("orders", &spec(&json!({ "deleteOnRemove": true })));
    scene.topic_told("orders", "Ready", "True");
    broker.process().kill();
    broker.link.down();
    scene.kube().delete(TOPICS, &scene.namespace, "orders");
    let (said, _) = until("the resource to say what it waits for", SOON, || {
        let said = condition(&seen(&scene, "orders"), "Ready");
        if said["reason"] == "CannotDelete" { Ok(said) } else { Err(said.to_string()) }
    });
    let message = said["message"].as_str().unwrap_or_default();
    assert!(message.contains("connection refused"), "{message}");
    throughout(seconds(4), || assert!(!seen(&scene, "orders").is_null(), "it waits"));
    broker.link.up();
    broker.process().revive();
    // It is asked again after half a minute at the latest, and a resync makes that sooner.
    is_gone(&scene, "orders");
    assert!(broker.topics().is_empty(), "{:?}", broker.topics());
    assert_eq!(broker.link.count("delete"), 1);
}

fn clusters() {
    let (scene, broker) = real("rv-clusters");
    let other = Broker::start(&scene, "other", 0);
    scene.cluster("other", &json!({ "replicas": 1 }));
    let _operator = scene.run(&brokers::start(&scene, &[&broker, &other]));
    let orders = |more: Value| {
        let mut spec = spec(&more);
        spec["topicName"] = json!("orders");
        spec["deleteOnRemove"] = json!(true);
        spec
    };
    scene.topic("here", &orders(json!({ "partitions": 2 })));
    scene.topic("there", &orders(json!({ "clusterRef": { "name": "other" }, "partitions": 5 })));
    for topic in ["here", "there"] {
        scene.topic_told(topic, "Ready", "True");
    }
    let partitions = |broker: &Broker| broker.topic("orders").map(|topic| topic.partitions);
    assert_eq!((partitions(&broker), partitions(&other)), (Some(2), Some(5)));
    scene.kube().delete(TOPICS, &scene.namespace, "here");
    is_gone(&scene, "here");
    assert_eq!((partitions(&broker), partitions(&other)), (None, Some(5)));
    scene.topic_told("there", "Ready", "True");
}

fn younger() {
    let (scene, broker) = real("rv-younger");
    let _operator = scene.run(&brokers::start(&scene, &[&broker]));
    let orders = |partitions: u32| {
        spec(&json!({ "topicName": "orders", "partitions": partitions, "deleteOnRemove": true }))
    };
    scene.topic("first", &orders(3));
    scene.topic_told("first", "Ready", "True");
    // Ages are told apart by the second.
    std::thread::sleep(seconds(1));
    scene.topic("second", &orders(6));
    let (said, _) = until("the younger to say whose it is", SOON, || {
        let said = condition(&seen(&scene, "second"), "Ready");
        if said["reason"] == "TopicTaken" || said["message"].to_string().contains("TOP-34") {
            Ok(said["message"].to_string())
        } else {
            Err(said.to_string())
        }
    });
    assert!(said.contains("first"), "{said}");
    scene.kube().delete(TOPICS, &scene.namespace, "second");
    is_gone(&scene, "second");
    let before = broker.topic("orders").expect("it is the older's");
    assert_eq!((before.partitions, broker.link.count("delete")), (3, 0));
    scene.topic_told("first", "Ready", "True");
    // Nor does the end of the older while a younger is there, which then has it.
    scene.topic("third", &orders(6));
    until("the third to wait", SOON, || {
        let said = condition(&seen(&scene, "third"), "Ready")["message"].to_string();
        if said.contains("TOP-34") { Ok(()) } else { Err(said) }
    });
    broker.produce("orders", 4);
    scene.kube().delete(TOPICS, &scene.namespace, "first");
    is_gone(&scene, "first");
    scene.topic_told("third", "Ready", "True");
    let after = broker.topic("orders").expect("it was handed on");
    assert_eq!((after.partitions, after.records), (6, 4));
    assert_eq!((broker.link.count("delete"), broker.link.count("create")), (0, 1));
}
