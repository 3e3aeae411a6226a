//! Connectors: their worker is made, started anew when its file changes, and goes; and what is
//! secret stays where it is.

use std::fs;

use serde_json::{Value, json};

use crate::{
    Scenario,
    audit::{Class, of_class},
    kube::{CONFIG_MAPS, CONNECTS, DEPLOYMENTS, EVENTS, PODS, SERVICES},
    operator::{Operator, Start, folder, page, plan},
    say,
    scene::{SOON, Scene, says},
    wait::{seconds, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("a_worker_is_made_changed_and_taken_away_with_few_writes", lived),
    ("a_deployment_that_is_theirs_is_left_and_one_too_many_goes", owned),
    ("a_secret_that_is_written_down_is_told_nowhere", kept),
];

pub(super) fn connect(scene: &Scene, name: &str, spec: &Value) -> Value {
    let connect = json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenConnect",
        "metadata": { "name": name, "namespace": scene.namespace },
        "spec": spec,
    });
    scene.kube().apply(CONNECTS, &connect)
}

pub(super) fn told(scene: &Scene, name: &str, condition: &str, status: &str) -> Value {
    let what = format!("{condition}={status} of {name}");
    let seen = || scene.kube().get(CONNECTS, &scene.namespace, name).unwrap_or_default();
    until(&what, SOON, || says(seen(), condition, status)).0
}

fn pipeline(rate: u32) -> Value {
    json!({
        "clusterRef": { "name": "small" },
        "sources": [{
            "name": "clicks", "connector": "datagen", "topic": "clicks",
            "datagen": { "eventsPerSecond": rate },
        }],
        "sinks": [{
            "name": "print", "connector": "stdout", "topics": ["clicks"], "consumerGroup": "print",
        }],
    })
}

/// What there is to tell of a worker that is started anew, each at most once: that changes are
/// made; that its Deployment has not looked at them; that the old pod is gone; that the new one is
/// there; and that it runs. Two that come within one look are told as one.
const TOLD: usize = 5;

/// How far its connectors are is told by numbers, and by no status.
fn numbers(scene: &Scene, operator: &Operator) {
    let of = format!(r#"namespace="{}",name="flow""#, scene.namespace);
    let (_, page) = page(operator.metrics, "/metrics");
    for (line, number) in [
        (r#"source_end_offset{OF,source="clicks",topic="clicks"}"#, 70),
        (r#"sink_committed_offset{OF,sink="print",topic="clicks"}"#, 0),
        (r#"sink_lag{OF,sink="print",topic="clicks"}"#, 70),
    ] {
        let line = format!("rivven_connect_{} {number}", line.replace("OF", &of));
        assert!(page.lines().any(|one| one == line), "{line} is not in {page}");
    }
}

fn lived() {
    let scene = Scene::new("connect");
    let operator = scene.operator();
    scene.settled("small", &json!({ "replicas": 1 }));
    scene.brokers.broker("*").hold("clicks", 1, 70);
    connect(&scene, "flow", &pipeline(1));
    let seen = told(&scene, "flow", "Ready", "True");
    assert_eq!(seen["status"]["sourcesRunning"], 1, "{seen}");
    numbers(&scene, &operator);
    scene.is_quiet(seconds(2));
    let before = scene.log().len();
    let worker = || {
        let pods = scene.kube().list(PODS, &scene.namespace);
        let of =
            |pod: &Value| pod["metadata"]["labels"]["app.kubernetes.io/component"] == "connect";
        pods.into_iter().find(of).map(|pod| pod["metadata"]["uid"].clone())
    };
    let old = worker();
    connect(&scene, "flow", &pipeline(5));
    until("another worker", SOON, || match worker() {
        Some(new) if Some(&new) != old.as_ref() => Ok(()),
        other => Err(format!("{other:?}")),
    });
    told(&scene, "flow", "Ready", "True");
    scene.is_quiet(seconds(3));
    let log = scene.log().split_off(before);
    let writes = of_class(&log, Class::Write);
    let status = writes.iter().filter(|entry| entry.subresource == "status").count();
    say(&format!("a change of a worker: {} writes, {status} of the status", writes.len()));
    assert!(writes.len() - status == 2 && status <= TOLD, "{writes:#?}");
    let before = scene.writes().len();
    std::thread::sleep(seconds(10));
    assert_eq!(scene.writes().len(), before, "it is as it should be");
    scene.kube().delete(CONNECTS, &scene.namespace, "flow");
    until("nothing of it to be left", SOON, || {
        let left: Vec<Value> = [DEPLOYMENTS, CONFIG_MAPS, SERVICES]
            .iter()
            .flat_map(|kind| scene.kube().list(*kind, &scene.namespace))
            .filter(|one| one["metadata"]["labels"]["app.kubernetes.io/component"] == "connect")
            .collect();
        if left.is_empty() { Ok(()) } else { Err(format!("{left:?}")) }
    });
}

fn owned() {
    let scene = Scene::new("deployments");
    let start = scene.start();
    let _operator = scene.run(&start);
    scene.settled("small", &json!({ "replicas": 1 }));
    let labels = json!({ "a": "b" });
    let theirs = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "rivven-connect-taken", "namespace": scene.namespace },
        "spec": {
            "replicas": 0, "selector": { "matchLabels": labels },
            "template": {
                "metadata": { "labels": labels },
                "spec": { "containers": [{ "name": "a", "image": "registry.test/a:1" }] },
            },
        },
    });
    scene.kube().apply(DEPLOYMENTS, &theirs);
    connect(&scene, "taken", &pipeline(1));
    told(&scene, "taken", "Accepted", "False");
    let get = |name: &str| scene.kube().get(DEPLOYMENTS, &scene.namespace, name);
    let kept = get("rivven-connect-taken").expect("it is there");
    assert!(kept["metadata"]["ownerReferences"].is_null(), "it is theirs: {kept}");
    connect(&scene, "flow", &pipeline(1));
    told(&scene, "flow", "Ready", "True");
    let mut copy = get("rivven-connect-flow").expect("it was created");
    let mut meta = json!({ "name": "copy", "namespace": scene.namespace });
    for part in ["labels", "ownerReferences"] {
        meta[part] = copy["metadata"][part].take();
    }
    (copy["metadata"], copy["status"]) = (meta, Value::Null);
    scene.kube().apply(DEPLOYMENTS, &copy);
    until("the copy to be gone", seconds(10), || {
        get("copy").map_or(Ok(()), |seen| Err(seen.to_string()))
    });
    let seen = told(&scene, "flow", "Ready", "True");
    may_be_planned(&scene, start, &seen);
}

/// Whoever may operate may plan, from what is there.
pub(super) fn may_be_planned(scene: &Scene, start: Start, seen: &Value) {
    let start = Start { user: format!("{}-plan", scene.user), ..start };
    let kubeconfig = start.kubeconfig(scene.plane).display().to_string();
    let path = folder().join(format!("{}.json", start.user));
    let wish = json!({
        "apiVersion": seen["apiVersion"], "kind": seen["kind"], "spec": seen["spec"],
        "metadata": { "name": seen["metadata"]["name"], "namespace": scene.namespace },
    });
    fs::write(&path, wish.to_string()).expect("the folder can be written");
    let file = path.display().to_string();
    let plan = plan(&["-f", &file, "--state", "live", "--kubeconfig", &kubeconfig]);
    assert_eq!(plan["resources"][0]["result"], "unchanged", "{plan}");
}

fn kept() {
    const CANARY: &str = "canary-in-a-coal-mine";
    let scene = Scene::new("canary");
    let operator = scene.operator();
    scene.settled("small", &json!({ "replicas": 1 }));
    let mut spec = pipeline(1);
    let source = |password: &str| {
        json!({
            "name": "orders", "connector": "mysql-cdc", "topic": "orders",
            "config": {
                "host": "db", "user": "app", "database": "shop",
                "password": password,
            },
        })
    };
    spec["sources"].as_array_mut().expect("it is a list").push(source(CANARY));
    connect(&scene, "flow", &spec);
    let seen = told(&scene, "flow", "Blocked", "True");
    assert_eq!(seen["status"]["sourcesTotal"], 2);
    until("the other source to run", SOON, || {
        let seen = scene.kube().get(CONNECTS, &scene.namespace, "flow").unwrap_or_default();
        let running = seen["status"]["sourcesRunning"] == 1;
        if running { Ok(()) } else { Err(seen["status"].to_string()) }
    });
    spec["sources"][1] = source(&format!("{CANARY}-2"));
    connect(&scene, "flow", &spec);
    scene.is_quiet(seconds(3));
    // That it would be found is seen where it stands.
    let own = scene.kube().get(CONNECTS, &scene.namespace, "flow").unwrap_or_default();
    assert!(own["spec"].to_string().contains(CANARY));
    let mut told = vec![own["status"].to_string(), operator.said()];
    for kind in [CONFIG_MAPS, DEPLOYMENTS, SERVICES, PODS, EVENTS] {
        told.extend(scene.kube().list(kind, &scene.namespace).iter().map(Value::to_string));
    }
    assert!(told.len() > 8, "{}", told.len());
    for text in told {
        assert!(!text.contains(CANARY), "{text}");
    }
}
