//! A cluster comes about, and what that costs.

use std::fs;

use serde_json::json;

use crate::{
    Scenario,
    audit::{Class, of_class},
    operator::{folder, plan},
    plans, say,
    scene::Scene,
    wait::seconds,
};

pub(crate) const ALL: &[Scenario] = &[
    ("a_cluster_is_created_by_the_writes_that_its_plan_prints", created),
    ("three_brokers_are_created_by_the_writes_that_their_plan_prints", three),
    ("a_file_without_a_namespace_is_planned_where_kubectl_would_apply_it", nowhere),
];

fn created() {
    let scene = Scene::new("create");
    let _operator = scene.operator();
    let printed = plans::printed(&scene, &scene.cluster_file("small", &json!({ "replicas": 1 })));
    scene.cluster("small", &json!({ "replicas": 1 }));
    scene.is_ready("small");
    scene.is_quiet(seconds(3));
    plans::same(&printed, &scene.writes());
    cost(&scene, 4, 1);
}

fn three() {
    let scene = Scene::new("create-three");
    let _operator = scene.operator();
    let spec = json!({ "replicas": 3, "storage": { "size": "1Gi" } });
    let printed = plans::printed(&scene, &scene.cluster_file("trio", &spec));
    scene.cluster("trio", &spec);
    scene.is_ready("trio");
    scene.is_quiet(seconds(3));
    plans::same(&printed, &scene.writes());
    cost(&scene, 5, 3);
}

fn nowhere() {
    let scene = Scene::new("create-nowhere");
    let kubeconfig = scene.start().kubeconfig(scene.plane).display().to_string();
    let mut file = scene.cluster_file("small", &json!({ "replicas": 1 }));
    file["metadata"].as_object_mut().expect("it has metadata").remove("namespace");
    let path = folder().join("create-nowhere.json").display().to_string();
    fs::write(&path, file.to_string()).expect("the folder can be written");
    let place = |more: &[&str]| {
        let args = ["-f", &path, "--state", "live", "--kubeconfig", &kubeconfig];
        plan(&[&args, more].concat())["resources"][0]["cr"]["namespace"].clone()
    };
    assert_eq!(place(&[]), scene.namespace, "that of the context");
    assert_eq!(place(&["-n", "default"]), "default", "the one that is named");
}

/// One write an object; one of the status at first, and at most two for each broker: it is there,
/// it is ready; two events; no look at what a watch has told; quiet half a second after it is
/// ready.
fn cost(scene: &Scene, objects: usize, brokers: usize) {
    let log = scene.log();
    let writes = scene.writes();
    let (status, others): (Vec<_>, Vec<_>) =
        writes.iter().partition(|entry| entry.subresource == "status");
    let events = of_class(&log, Class::Event);
    let reads = of_class(&log, Class::Read);
    let last = writes.last().expect("it has written");
    let ready = status.iter().find(|entry| {
        let conditions = entry.body["status"]["conditions"].as_array();
        conditions.is_some_and(|all| {
            all.iter().any(|one| one["type"] == "Ready" && one["status"] == "True")
        })
    });
    let ready = ready.expect("it has said that it is ready");
    let after = last.answered.duration_since(ready.answered).as_secs_f64();
    say(&format!(
        "create, {brokers} brokers: {} objects by {} writes, {} of the status, {} events, {} \
         reads, {} watches; last write {after:.3} s after Ready",
        objects,
        others.len(),
        status.len(),
        events.len(),
        reads.len(),
        of_class(&log, Class::Watch).len(),
    ));
    assert!(writes.iter().all(|entry| entry.done()), "{writes:?}");
    assert_eq!(others.len(), objects, "one write an object: {others:?}");
    assert!(status.len() <= 1 + 2 * brokers, "{status:?}: {:#?}", bodies(&status));
    assert!(events.len() <= 2, "{events:?}");
    assert!(reads.is_empty(), "{reads:?}");
    assert!(after <= 0.5, "written {after} s after it was ready: {last:?}");
}

fn bodies(status: &[&std::sync::Arc<crate::audit::Entry>]) -> Vec<String> {
    status.iter().map(|entry| format!("{} {}", entry.at, entry.body["status"])).collect()
}
