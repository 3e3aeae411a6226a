//! The end of clusters and topics, in every way in which it comes.

use serde_json::{Value, json};

use crate::{
    Scenario,
    kube::{CLAIMS, CLUSTERS, NAMESPACES, PODS, SETS, TOPICS},
    operator::page,
    proxy::{Fault, Proxy},
    scene::{SOON, Scene, condition},
    wait::{seconds, throughout, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("a_cluster_that_is_deleted_leaves_its_volumes", kept),
    ("a_cluster_with_policy_delete_takes_its_volumes_with_it", taken),
    ("a_namespace_is_deleted_whole_while_the_operator_runs", whole_namespace),
    ("the_finalizer_of_a_recreated_namesake_stays", namesake),
    ("a_topic_is_created_grown_configured_and_deleted", topic),
];

fn gone(scene: &Scene, name: &str) {
    until(&format!("cluster {name} to be gone"), seconds(40), || {
        let seen = scene.kube().get(CLUSTERS, &scene.namespace, name);
        seen.map_or(Ok(()), |seen| Err(condition(&seen, "Ready").to_string()))
    });
}

fn count(scene: &Scene, kind: crate::kube::Kind) -> usize {
    scene.kube().list(kind, &scene.namespace).len()
}

fn kept() {
    let scene = Scene::new("kept");
    let _operator = scene.operator();
    scene.cluster("duo", &json!({ "replicas": 2 }));
    let seen = scene.is_ready("duo");
    assert!(seen["metadata"]["finalizers"].is_null(), "nothing to wait for");
    scene.is_quiet(seconds(2));
    let before = scene.writes().len();
    scene.kube().delete(CLUSTERS, &scene.namespace, "duo");
    gone(&scene, "duo");
    // Kubernetes' own collector learns of new kinds only every half minute.
    until("its brokers to be gone", seconds(60), || {
        match (count(&scene, SETS), count(&scene, PODS)) {
            (0, 0) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
    throughout(seconds(4), || assert_eq!(count(&scene, CLAIMS), 2, "volumes stay"));
    // Its end may be heard of after that of a child: it is looked at before one is made once more.
    let after = scene.writes().split_off(before);
    assert!(after.is_empty(), "Kubernetes collects what it made: {after:?}");
    until("all of it to be collected", seconds(60), || {
        let left = scene.state(&scene.namespace);
        let names: Vec<String> = left.iter().map(crate::normal::name).collect();
        if names.iter().all(|name| name.starts_with("PersistentVolumeClaim")) {
            Ok(())
        } else {
            Err(format!("{names:?}"))
        }
    });
    // A cluster of that name gets them again.
    scene.cluster("duo", &json!({ "replicas": 2 }));
    scene.is_ready("duo");
    assert_eq!(count(&scene, CLAIMS), 2);
}

fn taken() {
    let scene = Scene::new("taken");
    let _operator = scene.operator();
    scene.cluster("duo", &json!({ "replicas": 2, "storage": { "deletionPolicy": "Delete" } }));
    let seen = scene.is_ready("duo");
    assert_eq!(seen["metadata"]["finalizers"].as_array().map(Vec::len), Some(1));
    scene.is_quiet(seconds(2));
    let before = scene.writes().len();
    // Somebody else's volume under our labels.
    let stranger = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": "data-rivven-duo-7", "namespace": scene.namespace,
            "labels": {
                "app.kubernetes.io/name": "rivven",
                "app.kubernetes.io/instance": "duo",
                "app.kubernetes.io/component": "broker",
            },
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": { "requests": { "storage": "1Gi" } },
        },
    });
    scene.kube().apply(CLAIMS, &stranger);
    scene.kube().delete(CLUSTERS, &scene.namespace, "duo");
    gone(&scene, "duo");
    let claims = scene.kube().list(CLAIMS, &scene.namespace);
    let alive: Vec<&Value> =
        claims.iter().filter(|one| one["metadata"]["deletionTimestamp"].is_null()).collect();
    let names: Vec<&Value> = alive.iter().map(|one| &one["metadata"]["name"]).collect();
    assert_eq!(names, ["data-rivven-duo-7"], "what was not made for it stays");
    let after = scene.writes().split_off(before);
    let lines: Vec<String> = after
        .iter()
        .filter(|entry| entry.subresource != "status")
        .map(|entry| entry.what())
        .collect();
    let wanted = [
        "delete statefulsets/rivven-duo",
        "delete persistentvolumeclaims/data-rivven-duo-0",
        "delete persistentvolumeclaims/data-rivven-duo-1",
        "patch rivvenclusters/duo",
    ];
    assert_eq!(lines, wanted);
}

fn whole_namespace() {
    let scene = Scene::new("whole");
    scene.make_namespace("e2e-whole-home");
    let start = scene.start();
    let start = crate::operator::Start { lease: Some("e2e-whole-home".to_owned()), ..start };
    let mut operator = scene.run(&start);
    scene.cluster("kept", &json!({ "replicas": 2 }));
    scene.cluster("taken", &json!({ "replicas": 2, "storage": { "deletionPolicy": "Delete" } }));
    scene.is_ready("kept");
    scene.is_ready("taken");
    let spec = json!({
        "clusterRef": { "name": "taken" }, "partitions": 3, "deleteOnRemove": true,
    });
    scene.topic("orders", &spec);
    scene.topic_told("orders", "Ready", "True");
    scene.kube().delete(NAMESPACES, "", &scene.namespace);
    until("the namespace to be gone", seconds(60), || {
        let seen = scene.kube().get(NAMESPACES, "", &scene.namespace);
        seen.map_or(Ok(()), |seen| Err(seen["status"].to_string()))
    });
    let before = scene.log().len();
    std::thread::sleep(seconds(5));
    let after = scene.log().split_off(before);
    let after: Vec<_> =
        after.iter().filter(|one| one.class() == crate::audit::Class::Write).collect();
    assert!(after.is_empty(), "{after:?}");
    let (code, text) = page(operator.health, "/livez");
    assert_eq!(code, 200, "{text}");
    assert!(operator.stop().0.success());
    // That nothing has a place any more is nothing that somebody has to look at.
    let said = operator.said();
    let warned: Vec<&str> = said.lines().filter(|line| line.contains(" WARN ")).collect();
    assert!(warned.is_empty(), "{warned:#?}");
}

fn namesake() {
    let scene = Scene::new("namesake");
    let proxy = Proxy::before(scene.plane);
    let _operator = scene.run(&scene.start().through(&proxy));
    let spec = json!({ "replicas": 1, "storage": { "deletionPolicy": "Delete" } });
    scene.settled("twin", &spec);
    let first = scene.seen("twin")["metadata"]["uid"].clone();
    // The write that takes the finalizer off is on its way, and late.
    let late = proxy.fail(1, Fault::Stopped, |call| {
        call.verb == "patch" && call.resource == "rivvenclusters" && call.subresource.is_empty()
    });
    scene.kube().delete(CLUSTERS, &scene.namespace, "twin");
    late.has_fired(SOON);
    scene.kube().merge(
        CLUSTERS,
        &scene.namespace,
        "twin",
        &json!({ "metadata": { "finalizers": null } }),
    );
    gone(&scene, "twin");
    let mut file = scene.cluster_file("twin", &spec);
    let name = "rivven.hupe1980.github.io/cluster-finalizer";
    file["metadata"]["finalizers"] = json!([name]);
    let second = scene.kube().apply(CLUSTERS, &file);
    assert_ne!(second["metadata"]["uid"], first);
    late.lift();
    throughout(seconds(6), || {
        let held = scene.seen("twin")["metadata"]["finalizers"].clone();
        assert_eq!(held, json!([name]));
    });
    // Once Kubernetes has collected what its namesake had: its collector hears of definitions that
    // are new within half a minute.
    scene.told("twin", "Ready", "True", seconds(90));
    assert_eq!(scene.seen("twin")["metadata"]["uid"], second["metadata"]["uid"]);
    let refused = scene.writes();
    let refused = refused.iter().find(|one| one.resource == "rivvenclusters" && one.code == 422);
    assert!(refused.is_some(), "the late write arrived, and was refused");
}

fn topic() {
    let scene = Scene::new("topic");
    let _operator = scene.run(&scene.start().with(&["--resync", "5s"]));
    let broker = scene.brokers.broker("*");
    let spec = |partitions, retention: Option<u64>| {
        json!({
            "clusterRef": { "name": "small" }, "partitions": partitions, "deleteOnRemove": true,
            "config": { "retentionMs": retention },
        })
    };
    // Its cluster comes later.
    let mut bare = spec(3, None);
    bare.as_object_mut().expect("it is one").remove("config");
    scene.topic("orders", &bare);
    let seen = scene.topic_told("orders", "Ready", "False");
    assert_eq!(condition(&seen, "Ready")["reason"], "WaitingForCluster");
    scene.cluster("small", &json!({ "replicas": 1 }));
    let seen = scene.topic_told("orders", "Ready", "True");
    assert_eq!(seen["status"]["currentPartitions"], 3);
    assert_eq!(broker.topics()["orders"].0, 3);
    scene.topic("orders", &spec(6, Some(3_600_000)));
    until("the topic to grow", SOON, || {
        let set = broker.count("set orders retention.ms=3600000");
        match broker.topics()["orders"].0 {
            6 if set == 1 => Ok(()),
            other => Err(format!("{other} partitions: {:?}", broker.calls())),
        }
    });
    scene.topic_told("orders", "Ready", "True");
    // A broker forgets settings when it restarts.
    broker.restart();
    until("what it has forgotten to be set again", SOON, || {
        match broker.count("set orders retention.ms=3600000") {
            2 => Ok(()),
            other => Err(format!("set {other} times")),
        }
    });
    assert_eq!(broker.count("create"), 1, "{:?}", broker.calls());
    scene.kube().delete(TOPICS, &scene.namespace, "orders");
    until("the topic to be gone", SOON, || {
        let seen = scene.kube().get(TOPICS, &scene.namespace, "orders");
        match (seen.is_none(), broker.topics().is_empty()) {
            (true, true) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
    assert_eq!(broker.count("delete"), 1, "{:?}", broker.calls());
}
