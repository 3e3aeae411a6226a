//! Schema registries: what they are made of, and, with the real program, what is in force in them.

use serde_json::{Value, json};

use crate::{
    Scenario,
    audit::Class,
    granted,
    kube::{BUDGETS, DEPLOYMENTS, EVENTS, REGISTRIES, SERVICES},
    operator::{Start, program},
    ports,
    registry::{register, send},
    say,
    scene::{SOON, Scene, says},
    schema::Program,
    wait::{seconds, until},
};

pub(crate) const ALL: &[Scenario] = &[("a_registry_is_made_changed_and_taken_away", lived)];

/// Those with the real program.
pub(crate) const REAL: &[Scenario] = &[("what_a_registry_is_told_is_in_force", in_force)];

impl Program {
    pub(crate) fn level(&self, subject: &str) -> Value {
        let path = format!("/config{subject}");
        let (_, said) = send(self.address, "GET", &path, &Value::Null).expect("it answers");
        said["compatibilityLevel"].clone()
    }

    fn is_open(&self) -> bool {
        let asked = send(self.address, "GET", "/contexts/sluicegate", &Value::Null);
        asked.expect("it answers").0 == 200
    }
}

/// Applies a registry called `schemas`.
fn apply(scene: &Scene, spec: &Value) -> Value {
    apply_as(scene, "schemas", spec)
}

/// Applies a registry of this name.
pub(super) fn apply_as(scene: &Scene, name: &str, spec: &Value) -> Value {
    let registry = json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenSchemaRegistry",
        "metadata": { "name": name, "namespace": scene.namespace },
        "spec": spec,
    });
    scene.kube().apply(REGISTRIES, &registry)
}

/// Waits for a condition of the registry called `schemas`.
fn told(scene: &Scene, condition: &str, status: &str) -> Value {
    told_of(scene, "schemas", condition, status)
}

/// Waits for a condition of the registry of this name.
pub(super) fn told_of(scene: &Scene, name: &str, condition: &str, status: &str) -> Value {
    let what = format!("{condition}={status} of {name}");
    let seen = || scene.kube().get(REGISTRIES, &scene.namespace, name).unwrap_or_default();
    until(&what, SOON, || says(seen(), condition, status)).0
}

/// Whether its program is to listen on the port that it had first, and the port of its Service.
fn ports_of(scene: &Scene) -> (bool, Value) {
    let service = scene.kube().get(SERVICES, &scene.namespace, "rivven-schema-schemas");
    let deployment = deployment(scene);
    let args = &deployment["spec"]["template"]["spec"]["containers"][0]["args"];
    let port = service.unwrap_or_default()["spec"]["ports"][0]["port"].clone();
    (args.to_string().contains("8081"), port)
}

fn deployment(scene: &Scene) -> Value {
    let name = "rivven-schema-schemas";
    scene.kube().get(DEPLOYMENTS, &scene.namespace, name).unwrap_or_default()
}

fn lived() {
    let scene = Scene::new("registry");
    let _operator = scene.operator();
    apply(&scene, &json!({ "clusterRef": { "name": "small" } }));
    told(&scene, "Ready", "False");
    scene.settled("small", &json!({ "replicas": 1 }));
    // Nobody answers for it here: its pod has no container.
    let seen = told(&scene, "Ready", "Unknown");
    assert_eq!(seen["status"]["readyReplicas"], 1, "{seen}");
    scene.is_quiet(seconds(2));
    let more = json!({ "clusterRef": { "name": "small" }, "server": { "port": 8082 } });
    apply(&scene, &more);
    // What it holds is not known, so that its pod is left alone, and clients find it where it is.
    until("a change to wait", SOON, || {
        let seen = scene.kube().get(REGISTRIES, &scene.namespace, "schemas").unwrap_or_default();
        let waits = seen["status"].to_string().contains("SchemasHeld");
        if waits { Ok(()) } else { Err(seen["status"].to_string()) }
    });
    assert_eq!(ports_of(&scene), (true, json!(8081)));
    let skip = json!({ "metadata": { "annotations": { "sluicegate/skip-gate": "schemas-kept" } } });
    scene.kube().merge(REGISTRIES, &scene.namespace, "schemas", &skip);
    until("it to go through", SOON, || match ports_of(&scene) {
        (false, port) if port == 8082 => Ok(()),
        seen => Err(format!("{seen:?}")),
    });
    scene.kube().delete(REGISTRIES, &scene.namespace, "schemas");
    until("nothing of it to be left", SOON, || {
        let left: Vec<Value> = [DEPLOYMENTS, SERVICES, BUDGETS]
            .iter()
            .flat_map(|kind| scene.kube().list(*kind, &scene.namespace))
            .filter(|one| {
                one["metadata"]["labels"]["app.kubernetes.io/component"] == "schema-registry"
            })
            .collect();
        if left.is_empty() { Ok(()) } else { Err(format!("{left:?}")) }
    });
}

/// What it holds can be had as a file, and who asks for that writes nothing.
fn exported(scene: &Scene, resolve: &str) {
    let (user, groups) = (format!("{}-export", scene.user), vec![granted::PLANNERS.to_owned()]);
    let start = Start { user: user.clone(), groups, ..scene.blind() };
    let kubeconfig = start.kubeconfig(scene.plane).display().to_string();
    let export = |name: &str, resolve: &str| {
        let of = ["export", "schemas", name, "-n", &scene.namespace];
        program(&[&of[..], &["--kubeconfig", &kubeconfig, "--resolve", resolve]].concat())
    };
    let (code, out, said) = export("schemas", resolve);
    assert_eq!((code, said.as_str()), (0, "note: 3 schemas\n"));
    let file: Value = serde_json::from_str(&out).expect("it is JSON");
    let subject = |one: &Value| one["versions"][0]["subject"].clone();
    let all = file["schemas"].as_array().into_iter().flatten();
    let subjects: Vec<_> = all.map(subject).collect();
    assert_eq!(subjects, ["orders-value", "free-value", "free-value"], "{out}");
    let (code, out, said) = export("schema", resolve);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(said.contains("did you mean schemas?"), "{said}");
    let (host, _) = resolve.split_once('=').expect("a host and an address");
    let (code, _, said) = export("schemas", &format!("{host}=127.0.0.1:1"));
    assert!(code == 1 && said.contains("port-forward deployment/rivven-schema-schemas"), "{said}");
    let asked = scene.plane.audit.of_user(&user);
    let written = asked.iter().filter(|one| matches!(one.class(), Class::Write | Class::Event));
    assert!(written.count() == 0 && !asked.is_empty(), "{asked:?}");
}

fn in_force() {
    let scene = Scene::new("levels");
    let address = ports::free();
    let host = format!("rivven-schema-schemas-headless.{}.svc.cluster.local", scene.namespace);
    let program = Program::start(address);
    let resolve = format!("{host}:8081={address}");
    let start = scene.start().with(&["--resolve", &resolve, "--resync", "2s"]);
    let _operator = scene.run(&start);
    scene.settled("small", &json!({ "replicas": 1 }));
    let spec = json!({
        "clusterRef": { "name": "small" },
        "compatibility": { "defaultLevel": "FULL", "perSubject": { "free-value": "NONE" } },
        "contexts": { "enabled": true, "predefined": [{ "name": "team-a" }] },
    });
    apply(&scene, &spec);
    let seen = told(&scene, "Ready", "True");
    assert_eq!(seen["status"]["compatibilityLevel"], "FULL", "{seen}");
    assert_eq!((program.level(""), program.level("/free-value")), (json!("FULL"), json!("NONE")));
    assert!(program.is_open());
    let register = |subject: &str, fields: &[&str]| {
        register(address, subject, &subject.replace('-', "_"), fields).expect("it answers")
    };
    assert_eq!(register("orders-value", &["a"]), 200);
    assert_eq!(register("orders-value", &["a", "b"]), 409, "FULL takes no field without a default");
    assert_eq!((register("free-value", &["a"]), register("free-value", &["b"])), (200, 200));
    scene.is_quiet(seconds(3));
    exported(&scene, &resolve);
    // Somebody else sets another level: it is put back, with an event.
    let body = json!({ "compatibility": "NONE" });
    send(address, "PUT", "/config", &body).expect("it answers");
    until("the level to be put back", SOON, || match program.level("") {
        level if level == "FULL" => Ok(()),
        level => Err(level.to_string()),
    });
    until("an event to tell of it", SOON, || {
        let events = scene.kube().list(EVENTS, &scene.namespace);
        let told = events.iter().any(|event| event["reason"] == "SetAgain");
        if told { Ok(()) } else { Err(format!("{} others", events.len())) }
    });
    // It holds schemas, so that a change of its pod waits, and a drain does.
    let mut other = spec.clone();
    other["image"] = json!("registry.example/rivven-schema:0.0.22");
    apply(&scene, &other);
    let budget = || {
        let name = "rivven-schema-schemas-pdb";
        scene.kube().get(BUDGETS, &scene.namespace, name).unwrap_or_default()
    };
    until("a drain to wait", SOON, || match &budget()["spec"]["maxUnavailable"] {
        most if *most == 0 => Ok(()),
        most => Err(most.to_string()),
    });
    std::thread::sleep(seconds(3));
    let image = deployment(&scene)["spec"]["template"]["spec"]["containers"][0]["image"].clone();
    assert_eq!(image, "ghcr.io/hupe1980/rivven-schema:0.0.22");
    // It ends and starts anew: everything is set again before it is opened.
    drop(program);
    told(&scene, "Ready", "Unknown");
    let program = Program::start(address);
    let since = std::time::Instant::now();
    until("it to be open again", SOON, || {
        if program.is_open() { Ok(()) } else { Err("closed".to_owned()) }
    });
    assert_eq!((program.level(""), program.level("/free-value")), (json!("FULL"), json!("NONE")));
    say(&format!("a registry that started anew was open after {:.1?}", since.elapsed()));
    told(&scene, "Ready", "True");
}
