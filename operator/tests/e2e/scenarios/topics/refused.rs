//! What a broker does not do: told in its own words with what can be done, and asked for once.

use std::fs;

use serde_json::json;

use super::{has, is_set, real, seen, spec};
use crate::{
    Scenario,
    brokers::{self, Fault},
    kube::TOPICS,
    scene::condition,
    wait::{seconds, throughout, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("what_a_broker_says_went_wrong_is_told_and_tried_again", went_wrong),
    ("what_a_broker_refuses_is_asked_for_once_and_holds_up_nothing_else", once),
    ("what_no_broker_takes_is_refused_before_it_is_asked", beforehand),
];

/// This release takes every setting that passes our own rules: another one is spoken for.
const SEGMENT: &str = "INVALID_CONFIG: segment.bytes must be <= 1048576";
const COUNT: &str = "INVALID_PARTITION_COUNT: must be between 1 and 100, got 500";

fn once() {
    let (scene, broker) = real("rv-once");
    let _operator = scene.run(&brokers::start(&scene, &[&broker]));
    broker.link.fail_often("set orders segment.bytes", 9, Fault::Says(SEGMENT));
    broker.link.fail_often("create wide", 9, Fault::Says(COUNT));
    let orders = |bytes: u64| {
        spec(&json!({ "config": { "cleanupPolicy": "compact", "segmentBytes": bytes } }))
    };
    scene.topic("orders", &orders(2_097_152));
    scene.topic("wide", &spec(&json!({ "partitions": 500 })));
    let refused = |topic: &str, words: &str, remedy: &str| {
        let told = scene.topic_told(topic, "Synced", "False");
        let said = condition(&told, "Synced");
        let message = said["message"].as_str().unwrap_or_default();
        assert_eq!(said["reason"], "Refused", "{said}");
        assert!(message.contains(words) && message.contains(remedy), "{message}");
        assert_eq!(condition(&told, "Ready")["status"], "False", "{told}");
        told
    };
    let told = refused("orders", SEGMENT, "Change this setting in spec.config");
    assert_eq!(told["status"]["currentPartitions"], 3, "what is there is told: {told}");
    refused("wide", COUNT, "Set spec.partitions");
    is_set(&broker, "orders", "cleanup.policy", "compact");
    is_set(&broker, "orders", "compression.type", "lz4");
    // What the broker forgets is set again all the same; what it refused is left alone.
    broker.restart();
    is_set(&broker, "orders", "cleanup.policy", "compact");
    let asked = |start: &str| broker.link.asked(start).len();
    throughout(seconds(5), || {
        assert_eq!((asked("set orders segment.bytes"), asked("create wide")), (1, 1));
    });
    assert_eq!(asked("set wide"), 0, "what rests on it is not asked for");
    refused("orders", SEGMENT, "Change this setting in spec.config");
    // Another generation is asked for once more, and the next one that is taken is well.
    scene.topic("orders", &orders(3_145_728));
    refused("orders", SEGMENT, "Change this setting in spec.config");
    assert_eq!(asked("set orders segment.bytes"), 2);
    scene.topic("orders", &orders(1_073_741_824));
    scene.topic_told("orders", "Ready", "True");
    assert_eq!(asked("set orders segment.bytes"), 2, "the broker has it so by itself");
    assert_eq!(broker.topics(), ["orders"]);
}

fn beforehand() {
    let (scene, broker) = real("rv-beforehand");
    let _operator = scene.run(&brokers::start(&scene, &[&broker]));
    // By the API server.
    for (name, why) in [
        ("topic_metadata.json", "TOP-06"),
        ("topic_metadata.json.tmp", "TOP-06"),
        ("_hidden", "spec.topicName"),
        ("a..b", "spec.topicName"),
        ("a/b", "spec.topicName"),
    ] {
        let topic = json!({
            "apiVersion": "rivven.hupe1980.github.io/v1alpha1", "kind": "RivvenTopic",
            "metadata": { "name": "bad", "namespace": scene.namespace },
            "spec": spec(&json!({ "topicName": name })),
        });
        let refused = scene.kube().try_apply(TOPICS, &topic).expect_err(name);
        let said = if why == "TOP-06" { "keeps files of its own" } else { why };
        assert!(refused.code == 422 && refused.message.contains(said), "{name}: {refused:?}");
    }
    // By the operator, without a word to the broker.
    scene.topic("endless", &spec(&json!({ "config": { "custom": { "segment.ms": "-2" } } })));
    let told = scene.topic_told("endless", "Accepted", "False");
    let said = condition(&told, "Accepted")["message"].to_string();
    assert!(said.contains("segment.ms") && said.contains("-1 or more"), "{said}");
    scene.topic("wide", &spec(&json!({ "partitions": 1001 })));
    let told = scene.topic_told("wide", "Blocked", "True");
    let said = condition(&told, "Blocked")["message"].to_string();
    assert!(said.contains("TOP-33") && said.contains("1000"), "{said}");
    assert_eq!(broker.link.changes(), [""; 0]);
    // It is created with as many as there may be, and then has more.
    scene.topic("wide", &spec(&json!({ "partitions": 1000 })));
    has(&broker, "wide", 1000);
    scene.topic("wide", &spec(&json!({ "partitions": 1001 })));
    has(&broker, "wide", 1001);
    scene.topic_told("wide", "Ready", "True");
}

fn went_wrong() {
    let (scene, broker) = real("rv-wrong");
    let _operator = scene.run(&brokers::start(&scene, &[&broker]));
    let file = broker.process().data().join("orders");
    fs::write(&file, "where the folder of the topic would be").expect("it can be written");
    scene.topic("orders", &spec(&json!({ "partitions": 2 })));
    let (said, _) = until("the broker's words", seconds(60), || {
        let said = condition(&seen(&scene, "orders"), "Synced");
        if said["reason"] == "Failing" {
            Ok(said["message"].clone())
        } else {
            Err(said.to_string())
        }
    });
    let said = said.as_str().unwrap_or_default();
    assert!(said.contains("I/O error: Not a directory"), "{said}");
    assert!(said.contains("Look at the broker's volume"), "{said}");
    let asked = broker.link.asked("create orders").len();
    assert!(asked <= 3, "not in a hurry: {asked}");
    fs::remove_file(&file).expect("it is there");
    let (told, _) = until("the topic to be ready", seconds(60), || {
        let seen = seen(&scene, "orders");
        if condition(&seen, "Ready")["status"] == "True" { Ok(seen) } else { Err(seen.to_string()) }
    });
    assert_eq!(condition(&told, "Synced")["status"], "True", "{told}");
    has(&broker, "orders", 2);
}
