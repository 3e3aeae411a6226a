//! Workers on a node: connectors move between them while records flow.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sluicegate_core::json::merge;

use crate::{
    Scenario,
    hook::{Hook, Post},
    kube::{CONNECTS, NODES, PODS, SECRETS, TOPICS},
    kubectl,
    numbers::Numbers,
    say,
    scene::{LONG, Scene, acknowledged},
    wait::until,
};

pub(crate) const ALL: &[Scenario] = &[
    ("connectors_that_move_run_on_one_worker_and_lose_no_record", moved),
    ("a_connector_without_its_secret_stops_no_other", apart),
];

/// How many records are written each time: the program notes how far it has come every 100.
const RECORDS: u64 = 250;

fn moved() {
    let scene = Scene::new("workers");
    let _operator = scene.operator(&[]);
    let watch = scene.watch();
    broker(&scene);
    scene.topic("orders", &json!({ "clusterRef": { "name": "solo" } }));
    scene.is_ready("solo");
    scene.told(TOPICS, "orders", "Ready", "True");
    let hook = Hook::start(&address(&scene));
    let source = |name: &str| {
        json!({
            "name": name, "connector": "datagen", "topic": name,
            "datagen": { "eventsPerSecond": 5 },
        })
    };
    let sink = |name: &str| {
        json!({
            "name": name, "connector": "http-webhook", "topics": ["orders"],
            "consumerGroup": name, "startOffset": "earliest",
            "http": { "url": format!("{}/{name}", hook.url()) },
        })
    };
    let (sources, sinks) = (["clicks", "users"].map(source), ["audit", "mail", "store"].map(sink));
    let cluster = json!({ "name": "solo" });
    let spec = json!({ "clusterRef": cluster, "sources": sources, "sinks": sinks });
    scene.connect("flow", &spec);
    scene.told(CONNECTS, "flow", "Ready", "True");
    let pods = written_while_scaled(&scene);
    let mut written = Numbers::default();
    for pod in &pods {
        written.merge(&acknowledged(&scene.finished(pod)));
    }
    ["audit", "mail", "store"].iter().for_each(|name| all_arrive(&hook, name, &written));
    let most = watch.most_at_once();
    say(&format!("the pods that had a connector at one time, at most: {most:?}"));
    assert!(most.len() == 5 && most.values().all(|pods| *pods == 1), "{most:?}");
    scene.nothing_was_refused();
}

fn apart() {
    let scene = Scene::new("apart");
    let _operator = scene.operator(&[]);
    broker(&scene);
    scene.is_ready("solo");
    let hook = Hook::start(&address(&scene));
    let secret = |name: &str, token: &str| {
        let meta = json!({ "name": name, "namespace": scene.namespace });
        let data = json!({ "token": token });
        json!({ "apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": data })
    };
    // It stands between single quotes in the file.
    scene.kube().apply(SECRETS, &secret("quoted", "canary-in-a-coal-mine's"));
    let sink = |name: &str, more: Value| {
        let mut sink = json!({
            "name": name, "connector": "http-webhook", "topics": ["clicks"],
            "consumerGroup": name, "startOffset": "earliest",
            "http": { "url": format!("{}/{name}", hook.url()) },
        });
        merge(&mut sink, &more);
        sink
    };
    let with = |secret: &str, name: &str| {
        let header = json!({ "headers": { "Authorization": "${secret:token}" } });
        sink(name, json!({ "configSecretRef": secret, "config": header }))
    };
    let datagen = json!({ "eventsPerSecond": 5 });
    let source =
        json!({ "name": "clicks", "connector": "datagen", "topic": "clicks", "datagen": datagen });
    // The release's own check passes over a mysql-cdc, and the program tries it again for ever.
    scene.kube().apply(SECRETS, &database(&scene.namespace));
    let shop = json!({
        "name": "shop", "connector": "mysql-cdc", "topic": "shop", "configSecretRef": "shop",
        "config": { "port": "${secret:port}" },
    });
    let sinks = [sink("plain", json!({})), with("gone", "mail"), with("quoted", "store")];
    let (cluster, sources) = (json!({ "name": "solo" }), [source, shop]);
    scene.connect("flow", &json!({ "clusterRef": cluster, "sources": sources, "sinks": sinks }));
    let states = || {
        let seen = scene.seen(CONNECTS, "flow");
        let all = seen["status"]["connectorStatuses"].as_array().cloned().unwrap_or_default();
        let text = |one: &Value, field: &str| one[field].as_str().unwrap_or_default().to_owned();
        all.iter().map(|one| [text(one, "state"), text(one, "message")]).collect::<Vec<_>>()
    };
    let (_, took) = until("the good ones to run and the others to be named", LONG, || {
        let all = states();
        let is = |nth: usize, state: &str, why: &str| {
            all.get(nth).is_some_and(|[is, says]| is == state && says.contains(why))
        };
        let named = is(3, "failed", "\"gone\" not found") && is(4, "failed", "exit code 1");
        let run = (0..3).all(|nth| is(nth, "running", ""));
        if named && run { Ok(()) } else { Err(format!("{all:?}")) }
    });
    say(&format!("two connectors set apart after {:.1} s", took.as_secs_f32()));
    scene.kube().apply(SECRETS, &secret("gone", "canary-in-a-coal-mine"));
    scene.kube().apply(SECRETS, &secret("quoted", "canary-in-a-coal-mine, too"));
    let again = json!({ "metadata": { "annotations": {
        "sluicegate/restart-connector": "store=1",
    } } });
    scene.kube().merge(CONNECTS, &scene.namespace, "flow", &again);
    scene.told(CONNECTS, "flow", "Ready", "True");
    until("records to reach all", LONG, || {
        let paths: BTreeSet<String> = hook.seen().iter().map(|post| path(&post.head)).collect();
        if paths.len() == 3 { Ok(()) } else { Err(format!("{paths:?}")) }
    });
    assert_eq!(restarts(&scene), 0, "a configuration that is wrong ends nobody");
}

/// A Secret for a mysql-cdc with a port that is none.
fn database(namespace: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": "shop", "namespace": namespace },
        "stringData": { "host": "shop", "port": "none", "user": "u", "password": "p" },
    })
}

/// How often containers of the first worker have been started again.
fn restarts(scene: &Scene) -> u64 {
    let pods = scene.kube().list(PODS, &scene.namespace);
    let first = |pod: &&Value| {
        pod["metadata"]["ownerReferences"][0]["name"].as_str().is_some_and(|owner| {
            owner.starts_with("rivven-connect-flow-") && !owner.contains("-apart-")
        })
    };
    let of = |pod: &Value| pod["status"]["containerStatuses"][0]["restartCount"].as_u64();
    pods.iter().filter(first).filter_map(of).sum()
}

/// Where it was posted to.
fn path(head: &str) -> String {
    head.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// A cluster of one, whose broker is asked whether it is ready from the beginning.
fn broker(scene: &Scene) {
    let probe = json!({ "initialDelaySeconds": 0, "periodSeconds": 1 });
    scene.cluster("solo", &json!({ "replicas": 1, "readinessProbe": probe }));
}

/// Records are written while the workers become more and fewer: the pods that do so.
fn written_while_scaled(scene: &Scene) -> Vec<String> {
    let write = |turn: u64| {
        let (service, first) = (scene.service("solo"), turn * RECORDS);
        let pod = format!("writes-{first}");
        let args = [first, RECORDS, 10, 20, 1].map(|number| number.to_string());
        let args = args.iter().map(String::as_str);
        let args: Vec<&str> = ["write", &service, "orders"].into_iter().chain(args).collect();
        scene.client(&pod, &args);
        pod
    };
    let mut pods = vec![write(0)];
    for (turn, replicas) in [(1, 2), (2, 3), (3, 1)] {
        pods.push(write(turn));
        let replicas = format!("--replicas={replicas}");
        let name = "rivvenconnect/flow";
        kubectl::run(scene.plane, &["-n", &scene.namespace, "scale", name, &replicas]);
        let took = scene.told(CONNECTS, "flow", "Ready", "True");
        say(&format!("scaled by {replicas}: Ready after {:.1} s", took.as_secs_f32()));
    }
    pods
}

/// Every record that was written comes to the sink of this name.
fn all_arrive(hook: &Hook, name: &str, written: &Numbers) {
    let path = format!("POST /in/{name} ");
    let posts = || -> Vec<Post> {
        hook.seen().into_iter().filter(|post| post.head.starts_with(&path)).collect()
    };
    let (_, took) = until(&format!("all records to reach {name}"), LONG, || {
        let (posts, mut arrived) = (posts(), Numbers::default());
        for number in posts.iter().flat_map(|post| numbers(&post.body)) {
            arrived.add(number, number);
        }
        let lost = written.without(&arrived);
        let one = hook.seen().first().cloned();
        if lost.count() == 0 { Ok(()) } else { Err(format!("without {lost}; {one:?}")) }
    });
    let (all, came) = (written.count(), posts().len());
    say(&format!("{name}: {all} records came by {came} requests, after {took:.1?}"));
}

/// The records in what the program posts: one, or a list of them.
fn numbers(body: &str) -> Vec<u64> {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let all = body.as_array().cloned().unwrap_or_else(|| vec![body]);
    all.iter().filter_map(|one| one["data"].as_u64()).collect()
}

/// Where pods reach this program.
fn address(scene: &Scene) -> String {
    let nodes = scene.kube().list(NODES, "");
    let addresses = nodes[0]["status"]["addresses"].as_array().cloned().unwrap_or_default();
    let own = addresses.iter().find(|one| one["type"] == "InternalIP");
    own.and_then(|one| one["address"].as_str()).expect("a node has an address").to_owned()
}
