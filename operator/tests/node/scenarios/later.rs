//! What no API server refuses in a StatefulSet and its pods cannot have all the same. `validate`
//! refuses it, so it is sent here without its leave: each case as the kubelet, or the API server
//! that is asked for the pod, answers it.

use serde_json::{Value, json};
use sluicegate_core::systems::rivven::cluster::unjudged;

use crate::{
    Scenario,
    kube::{EVENTS, PODS, SETS},
    say,
    scene::{LONG, Scene},
    wait::until,
};

pub(crate) const ALL: &[Scenario] =
    &[("what_is_refused_later_than_by_the_api_server_is_refused", later)];

const IMAGE: &str = "ghcr.io/hupe1980/rivvend:0.0.22";

/// The rule of ours, the spec that breaks it, and a word of what it comes to.
fn cases() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    let image = |image: &str| json!({ "image": image });
    let memory =
        |memory: &str| json!({ "image": IMAGE, "resources": { "limits": { "memory": memory } } });
    let key_twice = json!({
        "image": IMAGE,
        "podLabels": { "team": "a" },
        "affinity": { "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [{
            "topologyKey": "kubernetes.io/hostname",
            "labelSelector": { "matchExpressions": [{ "key": "team", "operator": "Exists" }] },
            "matchLabelKeys": ["team"],
        }] } },
    });
    let spread_twice = json!({
        "image": IMAGE,
        "podLabels": { "team": "a" },
        "topologySpreadConstraints": [{
            "maxSkew": 1, "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": { "matchExpressions": [{ "key": "team", "operator": "Exists" }] },
            "matchLabelKeys": ["team"],
        }],
    });
    vec![
        ("CLU-40", "key-twice", key_twice, "exists in both matchLabelKeys and labelSelector"),
        ("CLU-41", "spread-twice", spread_twice, "exists in both matchLabelKeys and labelSelector"),
        (
            "CLU-49",
            "capitals",
            image("registry.example/Streaming/rivvend:0.0.22"),
            "InvalidImageName",
        ),
        ("CLU-49", "short-digest", image("rivvend@sha256:abc"), "InvalidImageName"),
        ("CLU-50", "thousandths", memory("512m"), "sandbox"),
        ("CLU-50", "few-bytes", memory("512"), "sandbox"),
    ]
}

fn later() {
    let scene = Scene::new("later");
    let cases = cases();
    for (_, name, spec, _) in &cases {
        scene.kube().apply(SETS, &set(&scene, name, spec));
    }
    for (rule, name, _, word) in &cases {
        let (said, _) = until(&format!("{rule} {name} to be refused"), LONG, || {
            let pod = format!("rivven-{name}-0");
            let said = match scene.kube().get(PODS, &scene.namespace, &pod) {
                None => warned(&scene, &format!("rivven-{name}")),
                // Where not even its sandbox can be made, an event says so.
                Some(found) => waits(&found).unwrap_or_else(|| warned(&scene, &pod)),
            };
            if said.contains(word) { Ok(said) } else { Err(said) }
        });
        say(&format!("{rule}, {name}: {said}"));
    }
}

/// The StatefulSet that a spec comes to. Nobody owns it.
fn set(scene: &Scene, name: &str, spec: &Value) -> Value {
    let cluster = json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenCluster",
        "metadata": { "name": name, "namespace": scene.namespace },
        "spec": spec,
    });
    let cluster = serde_json::from_value(cluster).expect("it is well formed");
    let mut bodies = unjudged(&cluster).into_iter();
    let mut set = bodies.find(|body| body["kind"] == "StatefulSet").expect("it has one");
    set["metadata"].as_object_mut().expect("an object").remove("ownerReferences");
    set["spec"]["replicas"] = json!(1);
    // The ConfigMap that it would wait for is made by nobody here.
    let container = &mut set["spec"]["template"]["spec"]["containers"][0];
    container.as_object_mut().expect("an object").remove("envFrom");
    set
}

/// What warnings say of an object.
fn warned(scene: &Scene, name: &str) -> String {
    let events = scene.kube().list(EVENTS, &scene.namespace).into_iter();
    let warnings =
        events.filter(|one| one["type"] == "Warning" && one["regarding"]["name"] == name);
    let notes = warnings.filter_map(|one| one["note"].as_str().map(str::to_owned));
    notes.collect::<Vec<_>>().join("; ")
}

/// Why a container that was to start does not.
fn waits(pod: &Value) -> Option<String> {
    let state = &pod["status"]["containerStatuses"][0]["state"];
    let state = ["waiting", "terminated"].into_iter().find_map(|one| state.get(one))?;
    let reason = state["reason"].as_str().unwrap_or_default();
    let passes = ["ContainerCreating", "PodInitializing", "CrashLoopBackOff"].contains(&reason);
    (!passes).then(|| format!("{reason}: {}", state["message"].as_str().unwrap_or_default()))
}
