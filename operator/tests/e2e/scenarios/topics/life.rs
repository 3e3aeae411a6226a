//! What becomes of a topic while its resource is there.

use serde_json::{Value, json};

use super::{has, is_set, real, seen, spec};
use crate::{
    Scenario, brokers,
    scene::{SOON, condition},
    wait::{seconds, throughout, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("a_topic_is_made_grown_and_set_on_a_real_broker", life),
    ("topics_that_a_broker_has_are_adopted_as_they_are", adopted),
    ("what_somebody_else_changes_in_a_broker_is_put_back", drift),
    ("what_a_restarted_broker_has_forgotten_is_set_again_and_told", forgotten),
    ("a_topic_that_vanished_is_made_again_and_told", vanished),
];

fn life() {
    let (scene, broker) = real("rv-life");
    let _operator = scene.run(&brokers::start(&scene, &[&broker]));
    scene.topic("orders", &spec(&json!({ "partitions": 3 })));
    scene.topic_told("orders", "Ready", "True");
    let topic = broker.topic("orders").expect("it was created");
    assert_eq!((topic.partitions, topic.records), (3, 0));
    // Of the spec's own defaults one is not the broker's.
    assert_eq!(broker.link.changes(), ["create orders 3", "set orders compression.type=lz4"]);

    // All eight settings, and more partitions.
    let config = json!({
        "cleanupPolicy": "delete,compact", "compressionType": "zstd", "maxMessageBytes": 2_097_152,
        "minInsyncReplicas": 2, "retentionBytes": 1_073_741_824, "retentionMs": 3_600_000,
        "segmentBytes": 1_048_576, "custom": { "segment.ms": "+060000" },
    });
    scene.topic("orders", &spec(&json!({ "partitions": 6, "config": config })));
    let told = scene.topic_told("orders", "Ready", "True");
    assert_eq!(told["status"]["currentPartitions"], 6);
    let topic = broker.topic("orders").expect("it is there");
    let configs: Vec<_> = topic.configs.iter().map(|(key, it)| (&**key, &**it)).collect();
    let wanted = [
        ("cleanup.policy", "compact,delete"),
        ("compression.type", "zstd"),
        ("max.message.bytes", "2097152"),
        ("min.insync.replicas", "2"),
        ("retention.bytes", "1073741824"),
        ("retention.ms", "3600000"),
        ("segment.bytes", "1048576"),
        ("segment.ms", "60000"),
    ];
    assert_eq!((topic.partitions, &*configs), (6, &wanted[..]));
    let changes = broker.link.changes();
    assert_eq!(changes.len(), 2 + 1 + 8, "each once: {changes:?}");

    // Fewer partitions are refused by the rule, and what else is asked for is done.
    scene.topic(
        "orders",
        &spec(&json!({ "partitions": 2, "config": { "retentionMs": 7_200_000 } })),
    );
    let told = scene.topic_told("orders", "Blocked", "True");
    let said = condition(&told, "Blocked")["message"].as_str().unwrap_or_default().to_owned();
    assert!(said.contains("TOP-31") && said.contains("6 partitions"), "{said}");
    is_set(&broker, "orders", "retention.ms", "7200000");
    // What was taken out of the spec is back at what the spec documents.
    is_set(&broker, "orders", "segment.ms", "604800000");
    is_set(&broker, "orders", "cleanup.policy", "delete");
    is_set(&broker, "orders", "compression.type", "lz4");
    scene.topic("orders", &spec(&json!({ "partitions": 6 })));
    scene.topic_told("orders", "Ready", "True");
    assert_eq!(broker.topic("orders").map(|topic| topic.partitions), Some(6));
    is_set(&broker, "orders", "retention.ms", "604800000");

    // Then nothing more is changed, however often it is looked at.
    let (changes, looks) = (broker.link.changes(), broker.link.asked("metadata orders").len());
    let stored = seen(&scene, "orders")["metadata"]["resourceVersion"].clone();
    throughout(seconds(7), || assert_eq!(broker.link.changes(), changes));
    assert!(broker.link.asked("metadata orders").len() > looks, "it was looked at");
    assert_eq!(seen(&scene, "orders")["metadata"]["resourceVersion"], stored);
}

fn adopted() {
    let (scene, broker) = real("rv-adopted");
    for (topic, partitions) in [("same", 3), ("fewer", 2), ("more", 5)] {
        broker.create(topic, partitions);
        broker.produce(topic, 7);
    }
    let _operator = scene.run(&brokers::start(&scene, &[&broker]));
    let three = spec(&json!({ "partitions": 3, "config": { "compressionType": "producer" } }));
    for topic in ["same", "fewer", "more"] {
        scene.topic(topic, &three);
    }
    for topic in ["same", "fewer"] {
        let told = scene.topic_told(topic, "Ready", "True");
        assert_eq!(told["status"]["currentPartitions"], 3, "{topic}");
        assert!(condition(&told, "RecordsReturned").is_null(), "nothing came back: {told}");
    }
    let told = scene.topic_told("more", "Blocked", "True");
    let said = condition(&told, "Blocked")["message"].to_string();
    assert!(said.contains("TOP-31") && said.contains("has 5 partitions"), "{said}");
    assert_eq!(told["status"]["currentPartitions"], 5, "what is there is told: {told}");
    let partitions = |topic: &str| broker.topic(topic).map(|it| (it.partitions, it.records));
    assert_eq!(partitions("same"), Some((3, 7)));
    assert_eq!(partitions("fewer"), Some((3, 7)));
    assert_eq!(partitions("more"), Some((5, 7)));
    assert_eq!(broker.link.changes(), ["grow fewer 3"], "nothing else was changed");
}

fn drift() {
    let (scene, broker) = real("rv-drift");
    let _operator = scene.run(&brokers::start(&scene, &[&broker]));
    scene.topic("orders", &spec(&json!({ "config": { "retentionMs": 3_600_000 } })));
    scene.topic_told("orders", "Ready", "True");
    broker.set("orders", "retention.ms", "5");
    broker.set("orders", "segment.ms", "5");
    is_set(&broker, "orders", "retention.ms", "3600000");
    is_set(&broker, "orders", "segment.ms", "604800000");
    scene.topic_told("orders", "Ready", "True");
    assert_eq!(broker.link.count("set orders retention.ms="), 2);
    assert_eq!(broker.link.count("set orders segment.ms="), 1);
    // Partitions that somebody has added cannot be taken away again: that is told.
    broker.grow("orders", 8);
    let told = scene.topic_told("orders", "Blocked", "True");
    let said = condition(&told, "Blocked")["message"].to_string();
    assert!(said.contains("TOP-31") && said.contains("set it back to 8"), "{said}");
    assert_eq!(told["status"]["currentPartitions"], 8);
    assert_eq!(broker.link.count("grow"), 0);
}

fn forgotten() {
    let (scene, broker) = real("rv-forgotten");
    let _operator = scene.run(&brokers::start(&scene, &[&broker]));
    let config = json!({ "cleanupPolicy": "compact", "retentionMs": 3_600_000 });
    scene.topic("orders", &spec(&json!({ "config": config })));
    scene.topic_told("orders", "Ready", "True");
    broker.produce("orders", 5);
    let before = seen(&scene, "orders")["status"].clone();
    // Times are told by the second.
    std::thread::sleep(seconds(1));
    // It forgets, for no longer than the operator takes to look: that it was set again shows it.
    broker.restart();
    is_set(&broker, "orders", "retention.ms", "3600000");
    is_set(&broker, "orders", "cleanup.policy", "compact");
    let (after, _) = until("the status to tell when", SOON, || {
        let status = seen(&scene, "orders")["status"].clone();
        let told = status["lastSyncTime"] != before["lastSyncTime"];
        let ready = condition(&json!({ "status": status }), "Ready")["status"] == "True";
        if told && ready { Ok(status) } else { Err(status.to_string()) }
    });
    let since = |status: &Value| {
        condition(&json!({ "status": status }), "ConfigApplied")["lastTransitionTime"].clone()
    };
    assert_ne!(since(&after), since(&before), "and of what: {after}");
    let topic = broker.topic("orders").expect("it is there");
    assert_eq!((topic.partitions, topic.records), (3, 5));
    let count = |start: &str| broker.link.count(start);
    assert_eq!((count("create"), count("set orders cleanup.policy=compact")), (1, 2));
    assert_eq!(count("set orders retention.ms=3600000"), 2);
}

fn vanished() {
    let (scene, broker) = real("rv-vanished");
    let _operator = scene.run(&brokers::start(&scene, &[&broker]));
    scene.topic("orders", &spec(&json!({ "config": { "retentionMs": 3_600_000 } })));
    scene.topic_told("orders", "Ready", "True");
    broker.produce("orders", 5);
    // Somebody deletes it: this release has kept its records.
    broker.delete("orders");
    has(&broker, "orders", 3);
    let told = scene.topic_told("orders", "RecordsReturned", "True");
    let said = condition(&told, "RecordsReturned")["message"].to_string();
    assert!(said.contains("5 records"), "{said}");
    scene.topic_told("orders", "Ready", "True");
    assert_eq!(broker.topic("orders").map(|topic| topic.records), Some(5));
    // Its volume is lost: it is made again, empty.
    {
        let mut process = broker.process();
        process.kill();
        process.wipe();
        process.revive();
    }
    has(&broker, "orders", 3);
    is_set(&broker, "orders", "retention.ms", "3600000");
    let told = scene.topic_told("orders", "RecordsReturned", "False");
    assert_eq!(condition(&told, "RecordsReturned")["reason"], "Empty");
    scene.topic_told("orders", "Ready", "True");
    assert_eq!(broker.link.count("create orders"), 3, "{:?}", broker.link.changes());
    let notes = scene.notes();
    let vanished: Vec<_> = notes.iter().filter(|note| note.contains("was there")).collect();
    assert!(!vanished.is_empty(), "{notes:?}");
}
