//! Who asks an import of schemas to end finds the registry as it was before.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::registry::apply_as;
use crate::{
    Scenario,
    kube::REGISTRIES,
    operator::signal,
    ports,
    scene::{SOON, Scene},
    schema::Program,
    wait::until,
};

pub(crate) const REAL: &[Scenario] =
    &[("an_import_that_is_asked_to_end_leaves_no_pause", no_pause)];

fn no_pause() {
    let scene = Scene::new("interrupted");
    let program = Program::start(ports::free());
    // No operator runs, so that it waits for one to say that the resource is paused.
    apply_as(&scene, "schemas", &json!({ "clusterRef": { "name": "small" } }));
    let paused = || {
        let seen = scene.kube().get(REGISTRIES, &scene.namespace, "schemas").expect("it is there");
        seen["metadata"]["annotations"]["sluicegate/paused"].clone()
    };
    let host = format!("rivven-schema-schemas-headless.{}.svc.cluster.local", scene.namespace);
    let resolve = format!("{host}:8081={}", program.address);
    let kubeconfig = scene.plane.state().join("kubeconfig").display().to_string();
    for (name, sent) in [("SIGINT", "INT"), ("SIGTERM", "TERM")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluicegate"));
        command.args(["import", "schemas", "schemas", "-n", &scene.namespace]);
        command.args(["--kubeconfig", &kubeconfig, "--resolve", &resolve]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut stdin = child.stdin.take().expect("it has one");
        stdin.write_all(br#"{ "schemas": [] }"#).expect("it reads");
        drop(stdin);
        until("the resource to be paused", SOON, || {
            let seen = paused();
            if seen == "true" { Ok(()) } else { Err(seen.to_string()) }
        });
        signal(&child, sent);
        let done = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        let last = format!("error: asked to end by {name}\nNothing was imported.\n");
        assert!(done.status.code() == Some(1) && said.ends_with(&last), "{said}");
        assert_eq!(paused(), Value::Null);
    }
}
