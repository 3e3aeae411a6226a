//! What changes many flows though nobody has changed them goes through them a part at a time.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    Scenario,
    kube::{DEPLOYMENTS, FLOWS},
    operator::{Operator, page, plan},
    scene::{self, SOON, Scene},
    wait::{seconds, until},
};

pub(crate) const ALL: &[Scenario] =
    &[("another_default_image_goes_through_flows_a_part_at_a_time", a_part_at_a_time)];

/// So many flows, of which a fifth are 2.
const FLOWS_THERE: usize = 10;

/// The flows that run this image, and the flows that are Ready.
fn seen(scene: &Scene, image: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let name = |object: &Value| object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    // First who is Ready: whoever is changed in between then counts as Ready still.
    let flows = scene.kube().list(FLOWS, &scene.namespace);
    let ready = flows.iter().filter(|flow| scene::condition(flow, "Ready")["status"] == "True");
    let ready: BTreeSet<String> = ready.map(name).collect();
    let runs = |one: &&Value| {
        one["spec"]["template"]["spec"]["containers"][0]["image"].as_str() == Some(image)
    };
    let deployments = scene.kube().list(DEPLOYMENTS, &scene.namespace);
    let run = deployments.iter().filter(runs).map(name);
    let run = run.map(|name| name.trim_start_matches("dataflow-").to_owned());
    (run.collect(), ready)
}

fn all_run(scene: &Scene, image: &str) {
    until("all flows to run the image", SOON, || {
        let (run, ready) = seen(scene, image);
        let told = format!("{} of {FLOWS_THERE} run it, {} are ready", run.len(), ready.len());
        if run.len() == FLOWS_THERE && ready.len() == FLOWS_THERE { Ok(()) } else { Err(told) }
    });
    scene.is_quiet(seconds(2));
}

fn says(operator: &Operator, metric: &str, value: usize) -> bool {
    let line = format!("{metric}{{kind=\"DataFlow\"}} {value}");
    page(operator.metrics, "/metrics").1.lines().any(|one| one == line)
}

fn a_part_at_a_time() {
    let scene = Scene::new("fleet");
    let image = |nth: usize| format!("registry.example/processor:{nth}");
    let start = |nth: usize| {
        let flag = format!("--processor-image={}", image(nth));
        scene.start().without_lease().with(&[&flag, "--fleet-at-once=20%"])
    };
    for nth in 0..FLOWS_THERE {
        let flow = json!({
            "apiVersion": "dataflow.dataflow.io/v1",
            "kind": "DataFlow",
            "metadata": { "name": format!("flow-{nth}"), "namespace": scene.namespace },
            "spec": {
                "source": { "type": "kafka", "config": { "brokers": ["a:9092"], "topic": "in" } },
                "sink": { "type": "kafka", "config": { "brokers": ["b:9092"], "topic": "out" } },
            },
        });
        scene.kube().apply(FLOWS, &flow);
    }
    let mut first = scene.run(&start(1));
    all_run(&scene, &image(1));
    first.stop();

    // It is shown beforehand.
    let kubeconfig = scene.start().kubeconfig(scene.plane).display().to_string();
    let flag = format!("--processor-image={}", image(2));
    let args = ["-n", &scene.namespace, "--kubeconfig", &kubeconfig, &flag];
    let shown = plan(&[&args[..], &["--fleet-at-once=20%", "--steps=next"]].concat());
    let resources = shown["resources"].as_array().expect("there are resources");
    let has = |one: &&Value, list: &str| !one[list].as_array().is_none_or(Vec::is_empty);
    assert_eq!(resources.iter().filter(|one| has(one, "actions")).count(), 2, "{shown}");
    assert_eq!(resources.iter().filter(|one| has(one, "waiting")).count(), 8, "{shown}");

    // Nothing that is started starts: it stops at the first two, and the others run on.
    scene.quota("q", "pods", 1);
    let mut second = scene.run(&start(2));
    until("two to be changed", SOON, || {
        let (run, ready) = seen(&scene, &image(2));
        let told = format!("{run:?} run it, {} are ready", ready.len());
        if run.len() == 2 && ready.len() == FLOWS_THERE - 2 { Ok(()) } else { Err(told) }
    });
    scene.is_quiet(seconds(3));
    let (run, ready) = seen(&scene, &image(2));
    assert_eq!((run.len(), ready.len()), (2, FLOWS_THERE - 2), "{run:?} {ready:?}");
    assert!(says(&second, "sluicegate_fleet_changing", 2));
    assert!(says(&second, "sluicegate_fleet_waiting", 8));

    // Whoever leads next counts those two, though it has let nobody go on.
    second.kill();
    let third = scene.run(&start(2));
    until("it to have counted", SOON, || {
        let waiting = says(&third, "sluicegate_fleet_waiting", 8);
        if waiting { Ok(()) } else { Err(String::new()) }
    });
    scene.is_quiet(seconds(2));
    assert_eq!(seen(&scene, &image(2)).0, run);

    // What they lack is there: they have their turn one after another.
    scene.quota("q", "pods", 100);
    until("all flows to run the next image", SOON, || {
        let (run, ready) = seen(&scene, &image(2));
        let changing = run.difference(&ready).count();
        assert!(changing <= 2, "{changing} at once: {run:?} {ready:?}");
        let told = format!("{} of {FLOWS_THERE} run it", run.len());
        if run.len() == FLOWS_THERE { Ok(()) } else { Err(told) }
    });
    all_run(&scene, &image(2));
    assert!(says(&third, "sluicegate_fleet_waiting", 0));
}
