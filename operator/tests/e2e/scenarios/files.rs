//! A file that is applied again to what others have changed since: what is planned for it is what
//! applying it comes to.

use std::fs;

use serde_json::{Value, json};

use crate::{Scenario, kubectl, operator::folder, plans::printed, scene::Scene, wait::seconds};

pub(crate) const ALL: &[Scenario] = &[
    ("what_others_have_set_stays_when_a_file_is_applied", client_side),
    ("what_others_have_set_stays_when_a_file_is_applied_by_the_server", server_side),
];

fn client_side() {
    again("files", &["apply"]);
}

fn server_side() {
    again("files-server", &["apply", "--server-side"]);
}

fn again(name: &str, apply: &[&str]) {
    let scene = Scene::new(name);
    let _operator = scene.operator();
    let home = ["-n", &scene.namespace];
    let kubectl = |args: &[&str]| kubectl::run(scene.plane, &[&home, args].concat());
    let apply = |file: &Value| {
        let path = folder().join(format!("{name}.json")).display().to_string();
        fs::write(&path, file.to_string()).expect("the folder can be written");
        kubectl(&[apply, &["-f", &path]].concat());
    };
    let mut file = scene.cluster_file("duo", &json!({ "version": "0.0.22" }));
    file["metadata"]["annotations"] = json!({ "team": "a" });
    apply(&file);
    kubectl(&["scale", "rivvencluster/duo", "--replicas=2"]);
    let seen = scene.is_ready("duo");
    assert_eq!(seen["status"]["readyReplicas"], 2);
    scene.is_quiet(seconds(2));
    assert_eq!(printed(&scene, &file), [], "who has scaled it is not gone against");

    // Of what the file had and no longer says nothing stays. A pause does.
    kubectl(&["annotate", "rivvencluster/duo", "sluicegate/paused=true"]);
    file["metadata"]["annotations"] = json!({ "squad": "b" });
    file["spec"]["podAnnotations"] = json!({ "a": "b" });
    assert_eq!(printed(&scene, &file), [], "nothing is done while it is paused");
    apply(&file);
    let seen = scene.seen("duo");
    let of = |key: &str| seen["metadata"]["annotations"].get(key).cloned();
    let annotations = ["team", "squad", "sluicegate/paused"].map(of);
    assert_eq!(annotations, [None, Some(json!("b")), Some(json!("true"))]);
    let spec = json!({ "replicas": 2, "version": "0.0.22", "podAnnotations": { "a": "b" } });
    assert_eq!(seen["spec"], spec);
}
