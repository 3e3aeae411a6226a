//! What should not be, and is: a resource that does not decode, definitions that are missing, a
//! namespace that nobody may write to, a kubeconfig that leads nowhere. Some of it needs a control
//! plane that nobody else uses.

use std::fs;

use serde_json::{Value, json};

use crate::{
    Scenario,
    control_plane::{alone, definitions},
    kube::{CLUSTERS, DEFINITIONS, EVENTS},
    operator::{Start, folder, page, program},
    say,
    scene::{SOON, Scene, condition},
    wait::{seconds, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("missing_definitions_are_named_and_waited_for", missing),
    ("a_resource_that_does_not_decode_stops_no_other", undecodable),
    ("what_the_definition_lets_through_is_refused_with_a_condition", invalid),
    ("a_server_that_cannot_be_reached_is_named", nowhere),
];

const CLUSTERS_NAME: &str = "rivvenclusters.rivven.hupe1980.github.io";

fn missing() {
    let (_turn, plane) = alone();
    for definition in definitions() {
        let name = definition["metadata"]["name"].as_str().unwrap_or_default();
        plane.kube.delete(DEFINITIONS, "", name);
        until("the definition to be gone", SOON, || {
            let seen = plane.kube.get(DEFINITIONS, "", name);
            seen.map_or(Ok(()), |seen| Err(seen["status"].to_string()))
        });
    }
    let scene = Scene::on(plane, "missing");
    let operator = scene.start().run(plane);
    until("the operator to say what is missing", SOON, || {
        let said = operator.said();
        let names = said.contains("rivvenclusters") && said.contains("deploy/crds");
        let (code, text) = page(operator.health, "/readyz");
        if names && code == 503 { Ok(()) } else { Err(format!("{code} {text}\n{said}")) }
    });
    let (live, text) = page(operator.health, "/livez");
    assert_eq!(live, 200, "{text}");
    plane.install();
    scene.cluster("small", &json!({ "replicas": 1 }));
    let (_, took) = until("it to go on by itself", seconds(25), || {
        crate::scene::says(scene.seen("small"), "Ready", "True")
    });
    say(&format!("definitions installed: ready after {:.1} s", took.as_secs_f32()));
    operator.ready();
}

/// A definition that lets everything pass.
fn lax(definition: &Value) -> Value {
    let mut lax = definition.clone();
    for version in lax["spec"]["versions"].as_array_mut().expect("it has versions") {
        version["schema"]["openAPIV3Schema"] = json!({
            "type": "object", "x-kubernetes-preserve-unknown-fields": true,
        });
    }
    lax
}

fn undecodable() {
    let (_turn, plane) = alone();
    plane.install();
    let scene = Scene::on(plane, "undecodable");
    let strict = definitions().into_iter().find(|one| one["metadata"]["name"] == CLUSTERS_NAME);
    let strict = strict.expect("it is shipped");
    plane.kube.apply(DEFINITIONS, &lax(&strict));
    let odd = scene.cluster_file("odd", &json!({ "replicas": 1, "imagePullPolicy": 7 }));
    // What a rule speaks of is refused on every write, so not even its status can be written.
    let worse = scene.cluster_file("worse", &json!({ "replicas": 1, "env": "none" }));
    until("the laxer definition to be served", SOON, || {
        plane.kube.try_apply(CLUSTERS, &odd).map_err(|refused| refused.message)
    });
    plane.kube.apply(CLUSTERS, &worse);
    plane.kube.apply(DEFINITIONS, &strict);
    let bad = scene.cluster_file("bad", &json!({ "replicas": 1, "env": "none" }));
    until("the strict one to be served again", SOON, || {
        match plane.kube.try_apply(CLUSTERS, &bad) {
            Err(_) => Ok(()),
            Ok(_) => {
                plane.kube.delete(CLUSTERS, &scene.namespace, "bad");
                Err("it is not yet".to_owned())
            }
        }
    });
    let operator = scene.operator();
    scene.cluster("good", &json!({ "replicas": 1 }));
    scene.is_ready("good");
    let seen = scene.told("odd", "Accepted", "False", SOON);
    let said = condition(&seen, "Accepted");
    assert!(said["message"].as_str().unwrap_or_default().contains("imagePullPolicy"), "{said}");
    say(&format!("does not decode: {}", said["message"]));
    assert_eq!(condition(&seen, "Ready")["status"], "False");
    until("an event about the one that cannot be told in its status", SOON, || {
        let events = scene.kube().list(EVENTS, &scene.namespace);
        let about = |one: &&Value| one["regarding"]["name"] == "worse";
        let notes: Vec<&Value> = events.iter().filter(about).map(|one| &one["note"]).collect();
        let named = notes.iter().any(|note| note.to_string().contains("spec.env"));
        if named { Ok(()) } else { Err(format!("{notes:?}")) }
    });
    // They can be repaired and go on.
    let repair = json!({ "spec": { "env": null, "imagePullPolicy": null } });
    for name in ["odd", "worse"] {
        scene.kube().merge(CLUSTERS, &scene.namespace, name, &repair);
        scene.is_ready(name);
    }
    let (live, text) = page(operator.health, "/livez");
    assert_eq!(live, 200, "{text}");
}

fn invalid() {
    let scene = Scene::new("invalid");
    let _operator = scene.operator();
    // Refused by the API server, by the rules in the definition.
    let refused =
        scene.kube().try_apply(CLUSTERS, &scene.cluster_file("no", &json!({ "replicas": -1 })));
    let refused = refused.expect_err("there is no such number");
    assert_eq!(refused.code, 422, "{refused:?}");
    assert!(refused.message.contains("spec.replicas"), "{refused:?}");
    // Passed by it, and refused by us.
    let odd = json!({ "replicas": 1, "env": [{ "name": "RIVVEN_BIND", "value": "x" }] });
    match scene.kube().try_apply(CLUSTERS, &scene.cluster_file("odd", &odd)) {
        Err(refused) => say(&format!("refused already by the definition: {}", refused.message)),
        Ok(_) => {
            let seen = scene.told("odd", "Accepted", "False", seconds(5));
            assert_eq!(condition(&seen, "Accepted")["reason"], "Invalid");
        }
    }
    scene.cluster("good", &json!({ "replicas": 1 }));
    scene.is_ready("good");
}

fn nowhere() {
    // A kubeconfig that is none.
    let (code, _, said) = program(&["run", "--kubeconfig", "/nowhere/config"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("/nowhere/config") && said.contains("remedy"), "{said}");
    // An address where nobody listens.
    let scene = Scene::new("nowhere");
    let silent = "127.0.0.1:9".parse().expect("an address");
    let start = Start { server: Some(silent), ..scene.start() };
    let operator = start.run(scene.plane);
    until("the operator to say that nobody answers", SOON, || {
        let said = operator.said();
        let (code, text) = page(operator.health, "/readyz");
        let names = said.contains("127.0.0.1:9") && said.contains("does not answer");
        if names && code == 503 { Ok(()) } else { Err(format!("{text}\n{said}")) }
    });
    // A password in a kubeconfig is nobody's to read.
    drop(operator);
    let secret = "correct-horse-battery-staple";
    let file = folder().join("secret.kubeconfig");
    let config = fs::read_to_string(start.kubeconfig(scene.plane)).expect("it was written");
    let mut config: Value = serde_json::from_str(&config).expect("it is JSON");
    config["users"][0]["user"]["token"] = json!(secret);
    fs::write(&file, config.to_string()).expect("the folder can be written");
    let start = Start { args: vec!["--log-level".to_owned(), "trace".to_owned()], ..start };
    let mut operator = start.run(scene.plane);
    std::thread::sleep(seconds(2));
    operator.stop();
    assert!(!operator.said().contains(secret));
}
