//! The examples, all of them and as they are.

use std::fs;

use serde_json::Value;

use crate::{
    Scenario,
    cluster::root,
    control_plane::documents,
    kube::{CONNECTS, REGISTRIES, TOPICS},
    kubectl, program,
    registry::register,
    say,
    scenarios::registry,
    scene::{LONG, Scene, acknowledged, condition},
    wait::until,
};

pub(crate) const ALL: &[Scenario] =
    &[("the_examples_run_as_they_are_and_serve_clients", as_they_are)];

fn as_they_are() {
    let scene = Scene::within("default");
    // One of them has a topic in a namespace of its own.
    let _operator = scene.operator(&["--namespace", "team-orders"]);
    let folder = root().join("deploy/examples/rivven");
    kubectl::run(scene.plane, &["apply", "-f", folder.to_str().expect("it is a path")]);
    let files = fs::read_dir(&folder).expect("the folder is there");
    let files = files.map(|file| file.expect("it can be read").path());
    // As kubectl does: what lies in folders below is of others, and a page is no manifest.
    let files = files.filter(|file| file.extension().is_some_and(|end| end == "yaml"));
    let all: Vec<Value> = files.flat_map(|file| documents(&file)).collect();
    let of = |kind: &'static str| all.iter().filter(move |one| one["kind"] == kind);
    let clusters: Vec<&str> = of("RivvenCluster").map(|one| text(one, "/metadata/name")).collect();
    assert!(clusters.len() > 3 && of("RivvenTopic").count() > 3, "{clusters:?}");
    let small = scene.is_ready("small");
    say(&format!("the smallest example: Ready after {:.1} s", small.as_secs_f32()));
    for cluster in clusters {
        scene.is_ready(cluster);
    }
    of("RivvenTopic").for_each(|topic| serves(&scene, topic));
    connects(&scene);
    registries(&scene);
    scene.nothing_was_refused();
}

/// The smallest registry takes a schema, and refuses one at the level that its resource asks for.
fn registries(scene: &Scene) {
    if program::schema().is_none() {
        say(&format!("the registry was NOT RUN: {}", program::NO_SCHEMA));
        return;
    }
    scene.told(REGISTRIES, "small", "Ready", "True");
    let address = registry::address(scene, "small");
    let post = |fields: &[&str]| register(address, "orders-value", "Orders", fields);
    let taken = |fields: &[&str]| post(fields).expect("it answers");
    assert_eq!((taken(&["a", "b"]), taken(&["a"]), taken(&["a", "b"])), (200, 409, 200));
}

/// The smallest pipeline moves records, and the one with a database says which Secret it lacks.
fn connects(scene: &Scene) {
    if program::connect().is_none() {
        say(&format!("the pipelines were NOT RUN: {}", program::NO_CONNECT));
        return;
    }
    let took = scene.told(CONNECTS, "small", "Ready", "True");
    say(&format!("the smallest pipeline: Ready after {:.1} s more", took.as_secs_f32()));
    let logs = ["-n", &scene.namespace, "logs", "deployment/rivven-connect-small"];
    until("records to be printed", LONG, || {
        let said = kubectl::run(scene.plane, &logs);
        let records = said.lines().filter(|line| line.starts_with('{')).count();
        if records >= 20 { Ok(()) } else { Err(format!("{records} records\n{said}")) }
    });
    scene.told(CONNECTS, "shop", "Ready", "False");
    let ready = condition(&scene.seen(CONNECTS, "shop"), "Ready");
    let message = text(&ready, "/message");
    assert!(message.contains("secret \"shop-") && message.contains("not found"), "{ready}");
}

/// Looks at a topic as its client: what is written into it is read back.
fn serves(scene: &Scene, resource: &Value) {
    let name = text(resource, "/metadata/name");
    let namespace = text(resource, "/metadata/namespace").to_owned();
    Scene { plane: scene.plane, namespace }.told(TOPICS, name, "Ready", "True");
    let cluster = text(resource, "/spec/clusterRef/name");
    let topic = resource["spec"]["topicName"].as_str().unwrap_or(name);
    let said = scene.write(&format!("write-{name}"), cluster, topic, 1000);
    let (found, how) = scene.read(&format!("read-{name}"), cluster, topic);
    assert_eq!(found, acknowledged(&said), "{topic}: {how}");
    assert_eq!(found.count(), 1000);
}

fn text<'a>(value: &'a Value, place: &str) -> &'a str {
    value.pointer(place).and_then(Value::as_str).unwrap_or_default()
}
