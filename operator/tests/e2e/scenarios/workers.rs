//! Workers: connectors are shared among them and move without running twice, and a source that ends
//! runs once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::mpsc::{self, TryRecvError},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use super::connect::{connect, may_be_planned, told};
use crate::{
    Scenario,
    kube::{CONNECTS, DEPLOYMENTS, JOBS, PODS},
    kubectl,
    scene::{SOON, Scene},
    wait::{seconds, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("connectors_move_between_workers_and_run_on_one_at_a_time", scaled),
    ("a_source_that_ends_runs_once_in_a_job_of_its_own", once),
];

fn source(name: &str, more: &Value) -> Value {
    json!({ "name": name, "connector": "datagen", "topic": name, "datagen": more })
}

/// Where each connector is, as the status says.
fn places(seen: &Value) -> BTreeMap<String, String> {
    let of = |one: &Value| {
        let text = |field: &str| one[field].as_str().unwrap_or_default().to_owned();
        (text("name"), text("worker"))
    };
    seen["status"]["connectorStatuses"].as_array().into_iter().flatten().map(of).collect()
}

/// Which pods have each connector, those on their way out too.
fn having(scene: &Scene) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pod in scene.kube().list(PODS, &scene.namespace) {
        let names = pod["metadata"]["annotations"]["sluicegate/connectors"].as_str();
        for name in names.unwrap_or_default().split(',').filter(|name| !name.is_empty()) {
            let pod = pod["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            all.entry(name.to_owned()).or_default().push(pod);
        }
    }
    all
}

fn scaled() {
    let scene = Scene::new("workers");
    let _operator = scene.operator();
    scene.settled("small", &json!({ "replicas": 1 }));
    let slow = json!({ "sluicegate.test/pod": "slow", "sluicegate.test/ready-after-seconds": "1" });
    let names = ["clicks", "orders", "stock", "users"];
    let spec = json!({
        "clusterRef": { "name": "small" },
        "podAnnotations": slow,
        "sources": names.map(|name| source(name, &json!({ "eventsPerSecond": 1 }))),
    });
    connect(&scene, "flow", &spec);
    let before = places(&told(&scene, "flow", "Ready", "True"));
    assert!(before.values().all(|worker| worker == "rivven-connect-flow"), "{before:?}");
    thread::scope(|threads| {
        let scene = &scene;
        let (done, stop) = mpsc::channel::<()>();
        // Looked at all the time: a list of pods is one moment of the server's.
        let watch = threads.spawn(move || {
            let mut looks = 0;
            while stop.try_recv() == Err(TryRecvError::Empty) {
                let having = having(scene);
                assert!(having.values().all(|pods| pods.len() == 1), "{having:?}");
                looks += 1;
                thread::sleep(Duration::from_millis(20));
            }
            looks
        });
        let scale = |replicas: u32| {
            let replicas = format!("--replicas={replicas}");
            let name = "rivvenconnect/flow";
            kubectl::run(scene.plane, &["-n", &scene.namespace, "scale", name, &replicas]);
            until(&format!("{name} {replicas}"), SOON, || {
                let seen = told(scene, "flow", "Ready", "True");
                let places = places(&seen);
                let workers: BTreeSet<_> = places.values().cloned().collect();
                let wanted = seen["spec"]["replicas"].as_u64() == Some(workers.len() as u64);
                if wanted { Ok(places) } else { Err(seen["status"].to_string()) }
            })
            .0
        };
        let two = scale(2);
        let moved = two.values().filter(|worker| *worker == "rivven-connect-flow-w1").count();
        assert_eq!(moved, 2, "{two:?}");
        assert_eq!(scale(1), before);
        done.send(()).expect("it still looks");
        let looks = watch.join().expect("no connector ran twice");
        assert!(looks > 20, "{looks}");
    });
    let gone = || scene.kube().get(DEPLOYMENTS, &scene.namespace, "rivven-connect-flow-w1");
    assert!(gone().is_none(), "it is no longer asked for");
    scene.is_quiet(seconds(3));
    let before = scene.writes().len();
    thread::sleep(seconds(5));
    assert_eq!(scene.writes().len(), before, "it is as it should be");
}

fn once() {
    let scene = Scene::new("once");
    let start = scene.start();
    let _operator = scene.run(&start);
    scene.settled("small", &json!({ "replicas": 1 }));
    let made = |most: u32| {
        let spec = json!({
            "clusterRef": { "name": "small" },
            "sources": [
                source("orders", &json!({ "maxEvents": most })),
                source("clicks", &json!({})),
            ],
        });
        connect(&scene, "flow", &spec)
    };
    let jobs = || -> Vec<String> {
        let all = scene.kube().list(JOBS, &scene.namespace);
        all.iter().filter_map(|job| job["metadata"]["name"].as_str().map(str::to_owned)).collect()
    };
    let completed = || {
        until("the source to be through", SOON, || {
            let seen = told(&scene, "flow", "Ready", "True");
            let state = seen["status"]["connectorStatuses"][0]["state"].clone();
            let newest = seen["status"]["observedGeneration"] == seen["metadata"]["generation"];
            if newest && state == "completed" { Ok(seen) } else { Err(seen["status"].to_string()) }
        })
        .0
    };
    made(10);
    completed();
    let first = jobs();
    assert_eq!(first.len(), 1, "{first:?}");
    scene.is_quiet(seconds(2));
    made(20);
    until("another Job instead", SOON, || {
        let now = jobs();
        if now.len() == 1 && now != first { Ok(()) } else { Err(format!("{now:?}")) }
    });
    let seen = completed();
    scene.is_quiet(seconds(2));
    may_be_planned(&scene, start, &seen);
    // One of that name that is theirs is left alone.
    scene.kube().delete(CONNECTS, &scene.namespace, "flow");
    // Kubernetes would do so too, in its own time.
    jobs().iter().for_each(|name| scene.kube().delete(JOBS, &scene.namespace, name));
    until("its Jobs to be gone", SOON, || {
        let left = jobs();
        if left.is_empty() { Ok(()) } else { Err(format!("{left:?}")) }
    });
    let theirs = json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": { "name": first[0], "namespace": scene.namespace },
        "spec": {
            "suspend": true,
            "template": { "spec": {
                "restartPolicy": "Never",
                "containers": [{ "name": "a", "image": "registry.test/a:1" }],
            } },
        },
    });
    scene.kube().apply(JOBS, &theirs);
    made(10);
    told(&scene, "flow", "Accepted", "False");
    let kept = scene.kube().get(JOBS, &scene.namespace, &first[0]).expect("it is there");
    assert!(kept["metadata"]["ownerReferences"].is_null(), "it is theirs: {kept}");
}
