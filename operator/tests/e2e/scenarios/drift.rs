//! Somebody else changes what is ours, or has what would be ours.

use std::time::Instant;

use serde_json::{Value, json};

use crate::{
    Scenario,
    kube::{BUDGETS, CONFIG_MAPS, Kind, PODS, SERVICES, SETS},
    say,
    scene::{SOON, Scene, condition},
    wait::{seconds, throughout, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("a_child_that_is_deleted_by_hand_is_back_within_five_seconds", deleted),
    ("a_child_that_is_edited_by_hand_is_put_back_within_five_seconds", edited),
    ("what_is_ours_and_not_wanted_is_removed", unwanted),
    ("a_strangers_object_is_left_as_it_is_and_the_resource_says_so", stranger),
    ("strangers_of_every_kind_are_looked_at_and_left_as_they_are", strangers),
    ("of_two_resources_for_one_topic_the_older_has_it", two_for_one),
];

const CHILDREN: &[(Kind, &str)] = &[
    (CONFIG_MAPS, "rivven-trio-config"),
    (SERVICES, "rivven-trio-headless"),
    (SERVICES, "rivven-trio"),
    (SETS, "rivven-trio"),
    (BUDGETS, "rivven-trio-pdb"),
];

fn deleted() {
    let scene = Scene::new("deleted");
    let _operator = scene.operator();
    scene.settled("trio", &json!({ "replicas": 3 }));
    for (kind, name) in CHILDREN {
        let get = || scene.kube().get(*kind, &scene.namespace, name);
        let before = get().expect("it was created");
        scene.kube().delete(*kind, &scene.namespace, name);
        let (_, took) = until(&format!("{name} to be back"), seconds(5), || {
            let uid = get().map(|object| object["metadata"]["uid"].clone());
            match uid {
                Some(uid) if uid != before["metadata"]["uid"] => Ok(()),
                other => Err(format!("{other:?}")),
            }
        });
        say(&format!("deleted {}/{name}: back in {:.2} s", kind.plural, took.as_secs_f32()));
        scene.is_ready("trio");
    }
}

fn edited() {
    let scene = Scene::new("edited");
    let _operator = scene.operator();
    scene.settled("trio", &json!({ "replicas": 3 }));
    let stateful = json!({ "metadata": { "labels": { "app.kubernetes.io/managed-by": "me" } } });
    let edits: &[(Kind, &str, Value, &str)] = &[
        (CONFIG_MAPS, "rivven-trio-config", json!({ "data": { "RIVVEN_API_BIND": "x" } }), "/data"),
        (SERVICES, "rivven-trio", json!({ "spec": { "type": "NodePort" } }), "/spec/type"),
        (BUDGETS, "rivven-trio-pdb", json!({ "spec": { "maxUnavailable": 2 } }), "/spec"),
        (SETS, "rivven-trio", stateful, "/metadata/labels"),
    ];
    for (kind, name, edit, at) in edits {
        let get = || scene.kube().get(*kind, &scene.namespace, name).expect("it is there");
        let wanted = get().pointer(at).cloned();
        scene.kube().merge(*kind, &scene.namespace, name, edit);
        let (_, took) = until(&format!("{name} to be put back"), seconds(5), || {
            let is = get().pointer(at).cloned();
            if is == wanted { Ok(()) } else { Err(format!("{is:?}")) }
        });
        say(&format!("edited {}/{name}: put back in {:.2} s", kind.plural, took.as_secs_f32()));
    }
    scene.is_ready("trio");
}

fn unwanted() {
    let scene = Scene::new("unwanted");
    let _operator = scene.operator();
    scene.settled("small", &json!({ "replicas": 1 }));
    for (kind, name) in [(CONFIG_MAPS, "rivven-small-config"), (SERVICES, "rivven-small")] {
        let mut copy = scene.kube().get(kind, &scene.namespace, name).expect("it was created");
        let mut meta = json!({ "name": "copy", "namespace": scene.namespace });
        for part in ["labels", "ownerReferences"] {
            meta[part] = copy["metadata"][part].take();
        }
        copy["metadata"] = meta;
        if let Some(spec) = copy.get_mut("spec") {
            spec["clusterIP"].take();
            spec["clusterIPs"].take();
        }
        scene.kube().apply(kind, &copy);
        until(&format!("the copy of {name} to be gone"), seconds(10), || {
            let seen = scene.kube().get(kind, &scene.namespace, "copy");
            seen.map_or(Ok(()), |seen| Err(seen.to_string()))
        });
    }
    scene.is_ready("small");
}

fn stranger() {
    let scene = Scene::new("stranger");
    let _operator = scene.operator();
    let objects: [(Kind, Value); 2] = [
        (
            CONFIG_MAPS,
            json!({
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": { "name": "rivven-small-config", "namespace": scene.namespace },
                "data": { "mine": "and nobody else's" },
            }),
        ),
        (
            SERVICES,
            json!({
                "apiVersion": "v1", "kind": "Service",
                "metadata": {
                    "name": "rivven-small", "namespace": scene.namespace,
                    "labels": {
                        "app.kubernetes.io/name": "rivven",
                        "app.kubernetes.io/instance": "small",
                        "app.kubernetes.io/component": "broker",
                        "app.kubernetes.io/managed-by": "sluicegate",
                    },
                },
                "spec": { "ports": [{ "port": 1 }] },
            }),
        ),
    ];
    let theirs: Vec<Value> =
        objects.iter().map(|(kind, object)| scene.kube().apply(*kind, object)).collect();
    scene.cluster("small", &json!({ "replicas": 1 }));
    let seen = scene.told("small", "Accepted", "False", SOON);
    let said = condition(&seen, "Accepted");
    assert_eq!(said["reason"], "NameTaken", "{said}");
    throughout(seconds(5), || {
        for ((kind, object), before) in objects.iter().zip(&theirs) {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            let now = scene.kube().get(*kind, &scene.namespace, name).expect("it is there");
            assert_eq!(now.to_string(), before.to_string(), "it is the same, byte for byte");
        }
    });
    assert!(scene.kube().get(SETS, &scene.namespace, "rivven-small").is_none());
    let others: Vec<_> = scene.writes();
    assert!(others.iter().all(|entry| entry.subresource == "status"), "{others:?}");
    // When they are gone the name is free.
    for (kind, object) in &objects {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        scene.kube().delete(*kind, &scene.namespace, name);
    }
    let since = Instant::now();
    until("it to be noticed", seconds(5), || {
        let set = scene.kube().get(SETS, &scene.namespace, "rivven-small");
        set.map(drop).ok_or_else(|| "nothing was made".to_owned())
    });
    let noticed = since.elapsed();
    scene.is_ready("small");
    say(&format!("two names free: noticed in {noticed:.1?}, Ready in {:.1?}", since.elapsed()));
}

/// Somebody else's objects by the names, or with the labels, that a cluster's would have.
fn theirs(namespace: &str) -> [(Kind, Value); 4] {
    let meta = |name: &str| json!({ "name": name, "namespace": namespace });
    let labels = json!({
        "app.kubernetes.io/name": "rivven", "app.kubernetes.io/instance": "duo",
        "app.kubernetes.io/component": "broker",
    });
    let pod = json!({ "containers": [{ "name": "a", "image": "registry.test/a:1" }] });
    let mut labelled = meta("theirs");
    labelled["labels"] = labels;
    let template = json!({ "metadata": { "labels": { "a": "b" } }, "spec": pod });
    let set = json!({
        "replicas": 0, "serviceName": "a", "template": template,
        "selector": { "matchLabels": { "a": "b" } },
    });
    let of = |version: &str, kind: &str, metadata: Value, spec: Value| {
        let mut one = json!({ "apiVersion": version, "kind": kind });
        (one["metadata"], one["spec"]) = (metadata, spec);
        one
    };
    let ports = json!({ "ports": [{ "port": 1 }] });
    let budget = json!({ "maxUnavailable": 1, "selector": { "matchLabels": { "a": "b" } } });
    [
        (SERVICES, of("v1", "Service", meta("rivven-duo"), ports)),
        (SETS, of("apps/v1", "StatefulSet", meta("rivven-duo"), set)),
        (BUDGETS, of("policy/v1", "PodDisruptionBudget", meta("rivven-duo-pdb"), budget)),
        (PODS, of("v1", "Pod", labelled, pod)),
    ]
}

fn strangers() {
    let scene = Scene::new("strangers");
    let _operator = scene.operator();
    let objects = theirs(&scene.namespace);
    for (kind, object) in &objects {
        scene.kube().apply(*kind, object);
    }
    scene.cluster("duo", &json!({ "replicas": 2 }));
    let seen = scene.told("duo", "Accepted", "False", SOON);
    assert_eq!(condition(&seen, "Accepted")["reason"], "NameTaken");
    scene.is_quiet(seconds(2));
    // Little is kept of what is nobody's of ours, so each is read once, when it matters.
    for (kind, object) in &objects {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        let looks = scene.log();
        let looks = looks.iter().filter(|one| one.verb == "get" && one.resource == kind.plural);
        assert!(looks.clone().any(|one| one.name == name), "{}/{name}", kind.plural);
        let now = scene.kube().get(*kind, &scene.namespace, name).expect("it is there");
        assert!(now["metadata"]["ownerReferences"].is_null(), "it is theirs: {now}");
    }
    let others = scene.writes();
    assert!(others.iter().all(|entry| entry.subresource == "status"), "{others:?}");
}

fn two_for_one() {
    let scene = Scene::new("two-for-one");
    let _operator = scene.operator();
    scene.cluster("small", &json!({ "replicas": 1 }));
    scene.is_ready("small");
    let spec = |partitions| {
        let cluster = json!({ "name": "small" });
        json!({ "clusterRef": cluster, "topicName": "orders", "partitions": partitions })
    };
    scene.topic("first", &spec(3));
    scene.topic_told("first", "Ready", "True");
    // Ages are told apart by the second.
    std::thread::sleep(seconds(1));
    scene.topic("second", &spec(6));
    let second = scene.topic_told("second", "Ready", "False");
    until("the younger to say whose it is", SOON, || {
        let path = "second";
        let seen = scene.kube().get(crate::kube::TOPICS, &scene.namespace, path);
        let said = condition(&seen.unwrap_or_default(), "Ready");
        if said["message"].as_str().unwrap_or_default().contains("first") {
            Ok(())
        } else {
            Err(said.to_string())
        }
    });
    drop(second);
    scene.is_quiet(seconds(4));
    let broker = scene.brokers.broker("*");
    assert_eq!(broker.topics()["orders"].0, 3, "{:?}", broker.calls());
    // With the older gone it is the younger's.
    scene.kube().delete(crate::kube::TOPICS, &scene.namespace, "first");
    scene.topic_told("second", "Ready", "True");
    assert_eq!(broker.topics()["orders"].0, 6, "{:?}", broker.calls());
}
