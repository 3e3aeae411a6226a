//! What runs is changed: images, numbers, volumes. The order is read from the audit log.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    Scenario,
    audit::{Class, Entry, of_class},
    kube::{CLAIMS, CLUSTERS, PODS, SETS},
    plans, say,
    scene::{SOON, Scene, condition},
    wait::{seconds, throughout, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("a_new_image_restarts_brokers_one_by_one_from_the_highest", rolled),
    ("a_spec_that_is_edited_six_times_in_a_row_restarts_each_broker_once", edited),
    ("a_bad_image_stops_at_the_first_broker_and_is_repaired", bad_image),
    ("brokers_that_cannot_be_asked_are_not_restarted", unreachable),
    ("more_brokers_come_at_once", more),
    ("fewer_brokers_go_one_by_one_and_only_when_they_hold_nothing", fewer),
    ("volumes_grow_and_nothing_is_refused", grown),
];

/// The host of a broker, as the operator looks for it.
fn host(scene: &Scene, cluster: &str, ordinal: u32) -> String {
    let namespace = &scene.namespace;
    format!("rivven-{cluster}-{ordinal}.rivven-{cluster}-headless.{namespace}.svc.cluster.local")
}

fn evictions(entries: &[Arc<Entry>]) -> Vec<String> {
    let of = entries.iter().filter(|entry| entry.subresource == "eviction" && entry.done());
    of.map(|entry| entry.name.clone()).collect()
}

fn rolled() {
    let scene = Scene::new("rolled");
    let _operator = scene.operator();
    scene.settled("trio", &json!({ "replicas": 3 }));
    let before = scene.log().len();
    let spec = json!({ "replicas": 3, "image": "registry.test/rivvend:2" });
    let printed = plans::printed(&scene, &scene.cluster_file("trio", &spec));
    scene.cluster("trio", &spec);
    let (_, took) = until("the new image to be everywhere", seconds(60), || {
        let seen = scene.told("trio", "Ready", "True", seconds(60));
        let pods = scene.kube().list(PODS, &scene.namespace);
        let image = |pod: &Value| pod["spec"]["containers"][0]["image"].clone();
        let images: Vec<Value> = pods.iter().map(image).collect();
        let new = images.len() == 3 && images.iter().all(|one| one == "registry.test/rivvend:2");
        if new && condition(&seen, "Ready")["status"] == "True" {
            Ok(())
        } else {
            Err(format!("{images:?}"))
        }
    });
    scene.is_quiet(seconds(3));
    let log = scene.log().split_off(before);
    let writes = of_class(&log, Class::Write);
    let dry = of_class(&log, Class::Dry);
    let status = writes.iter().filter(|entry| entry.subresource == "status").count();
    say(&format!(
        "roll of 3: {:.1} s, {} writes, {status} of them of the status, {} dry, {} events, {} reads",
        took.as_secs_f32(),
        writes.len(),
        dry.len(),
        of_class(&log, Class::Event).len(),
        of_class(&log, Class::Read).len(),
    ));
    assert_eq!(evictions(&writes), ["rivven-trio-2", "rivven-trio-1", "rivven-trio-0"]);
    assert_eq!(evictions(&dry), evictions(&writes), "each is judged first, once");
    plans::same(&printed, &writes);
    assert!(writes.iter().all(|entry| entry.done()), "{writes:?}");
}

fn edited() {
    let scene = Scene::new("edits");
    let _operator = scene.operator();
    scene.settled("trio", &json!({ "replicas": 3 }));
    for edit in 1..=6 {
        let edit = json!({ "edit": edit.to_string() });
        scene.cluster("trio", &json!({ "replicas": 3, "podAnnotations": edit }));
        std::thread::sleep(seconds(2));
    }
    until("the last edit to be everywhere", seconds(60), || {
        let pods = scene.kube().list(PODS, &scene.namespace);
        let edit = |pod: &Value| pod["metadata"]["annotations"]["edit"].clone();
        let edits: Vec<Value> = pods.iter().map(edit).collect();
        if edits == ["6", "6", "6"] { Ok(()) } else { Err(format!("{edits:?}")) }
    });
    scene.is_ready("trio");
    let gone = evictions(&of_class(&scene.log(), Class::Write));
    assert_eq!(gone, ["rivven-trio-2", "rivven-trio-1", "rivven-trio-0"]);
}

fn bad_image() {
    let scene = Scene::new("bad-image");
    let _operator = scene.operator();
    scene.settled("trio", &json!({ "replicas": 3 }));
    let before = scene.log().len();
    scene.cluster("trio", &json!({ "replicas": 3, "image": "registry.test/does-not-exist:1" }));
    let bad = |pod: &Value| pod.to_string().contains("ImagePullBackOff");
    until("the first broker to fail", SOON, || {
        let pods = scene.kube().list(PODS, &scene.namespace);
        let broken = pods.iter().filter(|pod| bad(pod)).count();
        if broken == 1 { Ok(()) } else { Err(format!("{broken} are broken")) }
    });
    throughout(seconds(6), || {
        let pods = scene.kube().list(PODS, &scene.namespace);
        assert!(pods.iter().filter(|pod| bad(pod)).count() <= 1, "one is lost, and no more");
    });
    let stuck = scene.seen("trio");
    let told = condition(&stuck, "Ready");
    let why =
        "rivven-trio-2: the image registry.test/does-not-exist:1 of its container cannot be pulled";
    assert!(told["message"].to_string().contains(why), "{told}");
    scene.cluster("trio", &json!({ "replicas": 3, "image": "registry.test/rivvend:2" }));
    scene.told("trio", "Ready", "True", seconds(60));
    scene.is_quiet(seconds(2));
    let writes = of_class(&scene.log().split_off(before), Class::Write);
    let wanted = ["rivven-trio-2", "rivven-trio-2", "rivven-trio-1", "rivven-trio-0"];
    assert_eq!(evictions(&writes), wanted, "the broken one is repaired first");
}

fn unreachable() {
    let scene = Scene::new("unreachable");
    let _operator = scene.run(&scene.blind().with(&["--resync", "5s"]));
    scene.cluster("duo", &json!({ "replicas": 2 }));
    scene.is_ready("duo");
    let seen = scene.told("duo", "BrokersReachable", "False", SOON);
    say(&format!("without --resolve: {}", condition(&seen, "BrokersReachable")["message"]));
    scene.is_quiet(seconds(2));
    let before = scene.log().len();
    scene.cluster("duo", &json!({ "replicas": 2, "image": "registry.test/rivvend:2" }));
    let seen = scene.told("duo", "Ready", "False", SOON);
    std::thread::sleep(seconds(12));
    let log = scene.log().split_off(before);
    assert!(evictions(&log).is_empty(), "{log:?}");
    let stale = scene.seen("duo");
    assert_eq!(condition(&stale, "RolledOut")["status"], "False");
    drop(seen);
    // A scale down waits for an answer as well.
    scene.cluster("duo", &json!({ "replicas": 1, "image": "registry.test/rivvend:2" }));
    throughout(seconds(8), || {
        let set = scene.kube().get(SETS, &scene.namespace, "rivven-duo").expect("it is there");
        assert_eq!(set["spec"]["replicas"], 2, "nobody says what the second broker holds");
    });
    // Its gate is passed by whoever takes the risk.
    let mut file = scene.cluster_file("duo", &json!({ "replicas": 1 }));
    file["metadata"]["annotations"] =
        json!({ "sluicegate/skip-gate": "broker-drained,brokers-healthy" });
    scene.kube().apply(CLUSTERS, &file);
    until("the second broker to go", SOON, || {
        let set = scene.kube().get(SETS, &scene.namespace, "rivven-duo").expect("it is there");
        if set["spec"]["replicas"] == 1 { Ok(()) } else { Err(set["spec"].to_string()) }
    });
}

fn more() {
    let scene = Scene::new("more");
    let _operator = scene.operator();
    scene.settled("grows", &json!({ "replicas": 1 }));
    let before = scene.log().len();
    let spec = json!({ "replicas": 3 });
    let printed = plans::printed(&scene, &scene.cluster_file("grows", &spec));
    scene.cluster("grows", &spec);
    scene.is_ready("grows");
    scene.is_quiet(seconds(3));
    assert_eq!(scene.seen("grows")["status"]["readyReplicas"], 3);
    let writes = of_class(&scene.log().split_off(before), Class::Write);
    plans::same(&printed, &writes);
    assert!(evictions(&writes).is_empty(), "{writes:?}");
}

fn fewer() {
    let scene = Scene::new("fewer");
    let hosts: Vec<String> = (0..3).map(|ordinal| host(&scene, "trio", ordinal)).collect();
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let _operator = scene.run(&scene.start_with(&hosts).with(&["--resync", "3s"]));
    scene.cluster("trio", &json!({ "replicas": 3 }));
    scene.is_ready("trio");
    scene.brokers.broker(hosts[1]).hold("payments", 1, 7);
    scene.is_quiet(seconds(2));
    let replicas = || {
        let set = scene.kube().get(SETS, &scene.namespace, "rivven-trio").expect("it is there");
        set["spec"]["replicas"].as_u64().unwrap_or_default()
    };
    scene.cluster("trio", &json!({ "replicas": 1 }));
    until("the empty broker to go", SOON, || match replicas() {
        2 => Ok(()),
        other => Err(format!("{other} are there")),
    });
    let seen = scene.told("trio", "Blocked", "True", SOON);
    let said = condition(&seen, "Blocked")["message"].to_string();
    assert!(said.contains("rivven-trio-1") && said.contains("payments"), "{said}");
    throughout(seconds(10), || assert_eq!(replicas(), 2, "one that holds records stays"));
    scene.brokers.broker(hosts[1]).lose("payments");
    scene.told("trio", "Ready", "True", seconds(30));
    assert_eq!(replicas(), 1);
    let applied = scene.writes();
    let sizes: Vec<u64> = applied
        .iter()
        .filter(|entry| entry.resource == "statefulsets")
        .filter_map(|entry| entry.body["spec"]["replicas"].as_u64())
        .collect();
    assert_eq!(sizes, [3, 2, 1], "one at a time");
}

fn grown() {
    let scene = Scene::new("grown");
    let _operator = scene.operator();
    let storage = |size| json!({ "replicas": 2, "storage": { "size": size } });
    scene.settled("duo", &storage("1Gi"));
    let uids = || -> Vec<Value> {
        let pods = scene.kube().list(PODS, &scene.namespace);
        pods.into_iter().map(|pod| pod["metadata"]["uid"].clone()).collect()
    };
    let (running, before) = (uids(), scene.log().len());
    let printed = plans::printed(&scene, &scene.cluster_file("duo", &storage("2Gi")));
    scene.cluster("duo", &storage("2Gi"));
    until("both claims to have grown", SOON, || {
        let claims = scene.kube().list(CLAIMS, &scene.namespace);
        let sizes: Vec<Value> =
            claims.iter().map(|claim| claim["status"]["capacity"]["storage"].clone()).collect();
        if sizes == ["2Gi", "2Gi"] { Ok(()) } else { Err(format!("{sizes:?}")) }
    });
    until("the template to follow", SOON, || {
        let set = scene.kube().get(SETS, &scene.namespace, "rivven-duo").unwrap_or_default();
        let size =
            &set["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"];
        if size == "2Gi" { Ok(()) } else { Err(size.to_string()) }
    });
    scene.is_ready("duo");
    scene.is_quiet(seconds(3));
    let log = scene.log().split_off(before);
    let refused: Vec<_> = log.iter().filter(|entry| entry.code == 422).collect();
    assert!(refused.is_empty(), "{refused:?}");
    assert_eq!(uids(), running, "no broker was stopped");
    plans::same(&printed, &of_class(&log, Class::Write));
}
