//! The process: how it ends, what it says, what it may not do, and what it only tells.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    Scenario,
    audit::{Class, of_class},
    control_plane::alone,
    kube::{CLUSTERS, DEFINITIONS, EVENTS, Kind, ROLE_BINDINGS, ROLES, SETS},
    operator::{Start, page},
    proxy::{Call, Fault, Proxy},
    say,
    scene::{SOON, Scene, condition},
    wait::{seconds, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("who_is_asked_to_end_finishes_the_action_in_hand", asked_to_end),
    ("a_dry_run_tells_and_writes_nothing", dry_run),
    ("a_right_that_is_missing_is_named_and_its_coming_noticed", rights),
    ("a_kind_that_is_not_installed_is_told_and_its_coming_noticed", monitor),
    ("a_hundred_clusters_at_once_are_all_served", hundred),
];

fn asked_to_end() {
    let scene = Scene::new("asked");
    let proxy = Proxy::before(scene.plane);
    let mut operator = scene.run(&scene.start().through(&proxy));
    let late = proxy.fail(1, Fault::Stopped, |call: &Call| {
        call.verb == "patch" && call.resource == "statefulsets"
    });
    scene.cluster("small", &json!({ "replicas": 1 }));
    late.has_fired(SOON);
    operator.signal("TERM");
    std::thread::sleep(Duration::from_millis(800));
    late.lift();
    let (status, took) = operator.ended(seconds(6));
    assert!(status.success(), "{status:?}: {}", operator.said());
    let set = scene.kube().get(SETS, &scene.namespace, "rivven-small");
    assert!(set.is_some(), "what was in hand was finished");
    let took = took + Duration::from_millis(800);
    say(&format!("asked to end within an action: ended after {:.2} s", took.as_secs_f32()));
    assert!(took <= seconds(4), "{took:?}");
    // The next one takes over where it left.
    let _next = scene.operator();
    scene.is_ready("small");
}

fn dry_run() {
    let scene = Scene::new("dry");
    let _operator = scene.run(&scene.start().with(&["--dry-run"]));
    scene.cluster("small", &json!({ "replicas": 1 }));
    until("an event that tells what it would do", SOON, || {
        let events = scene.kube().list(EVENTS, &scene.namespace);
        let notes: Vec<String> = events.iter().map(|one| one["note"].to_string()).collect();
        let told = notes.iter().any(|note| note.contains("StatefulSet"));
        if told { Ok(()) } else { Err(format!("{notes:?}")) }
    });
    std::thread::sleep(seconds(3));
    let log = scene.log();
    for class in [Class::Write, Class::Lease] {
        assert!(of_class(&log, class).is_empty(), "{:?}", of_class(&log, class));
    }
    assert!(scene.kube().get(SETS, &scene.namespace, "rivven-small").is_none());
}

/// Everything but one thing.
fn role(scene: &Scene, services: &[&str]) {
    let all = ["get", "list", "watch", "create", "patch", "update", "delete"];
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": { "name": "operator", "namespace": scene.namespace },
        "rules": [
            { "apiGroups": [""], "resources": ["services"], "verbs": services },
            {
                "apiGroups": [
                    "apps", "policy", "events.k8s.io", "coordination.k8s.io",
                    "rivven.hupe1980.github.io", "dataflow.dataflow.io",
                    "monitoring.coreos.com",
                ],
                "resources": ["*"], "verbs": all,
            },
            {
                "apiGroups": [""],
                "resources": [
                    "configmaps", "pods", "pods/eviction", "persistentvolumeclaims",
                ],
                "verbs": all,
            },
        ],
    });
    scene.kube().apply(ROLES, &role);
}

fn rights() {
    let scene = Scene::new("rights");
    role(&scene, &["get", "list", "watch"]);
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": { "name": "operator", "namespace": scene.namespace },
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "operator",
        },
        "subjects": [{
            "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": scene.user,
        }],
    });
    scene.kube().apply(ROLE_BINDINGS, &binding);
    let start = Start { groups: vec!["system:authenticated".to_owned()], ..scene.start() };
    let operator = scene.run(&start);
    until("the missing right to be named", SOON, || {
        let said = operator.said();
        let line = said.lines().find(|line| line.contains("may not") && line.contains("services"));
        line.map(|line| say(&format!("missing right: {line}"))).ok_or(said.clone())
    });
    scene.cluster("small", &json!({ "replicas": 1 }));
    std::thread::sleep(seconds(2));
    assert_ne!(condition(&scene.seen("small"), "Ready")["status"], "True");
    role(&scene, &["get", "list", "watch", "create", "patch", "update", "delete"]);
    scene.told("small", "Ready", "True", seconds(60));
    let forbidden: Vec<_> = scene.log().into_iter().filter(|one| one.code == 403).collect();
    let others: Vec<_> = forbidden
        .iter()
        .filter(|one| !["services", "storageclasses"].contains(&&*one.resource))
        .collect();
    assert!(others.is_empty(), "nothing else is tried that is forbidden: {others:?}");
}

/// The definition of the Prometheus operator, as far as it matters here.
pub(super) fn monitors() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "servicemonitors.monitoring.coreos.com" },
        "spec": {
            "group": "monitoring.coreos.com", "scope": "Namespaced",
            "names": {
                "kind": "ServiceMonitor", "plural": "servicemonitors", "singular": "servicemonitor",
            },
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": {
                    "type": "object", "x-kubernetes-preserve-unknown-fields": true,
                } },
            }],
        },
    })
}

fn monitor() {
    const MONITORS: Kind =
        Kind { prefix: "/apis/monitoring.coreos.com/v1", plural: "servicemonitors" };
    let (_turn, plane) = alone();
    plane.install();
    let name = "servicemonitors.monitoring.coreos.com";
    plane.kube.delete(DEFINITIONS, "", name);
    let scene = Scene::on(plane, "monitor");
    let operator = scene.operator();
    let spec = json!({ "replicas": 1, "metrics": { "serviceMonitor": { "enabled": true } } });
    scene.cluster("small", &spec);
    let seen = scene.is_ready("small");
    let said = condition(&seen, "Monitored");
    assert_eq!((&said["status"], &said["reason"]), (&json!("False"), &json!("NotInstalled")));
    plane.kube.apply(DEFINITIONS, &monitors());
    plane.established(name);
    let (_, took) = until("the monitor to be made", seconds(60), || {
        let seen = plane.kube.get(MONITORS, &scene.namespace, "rivven-small");
        seen.map(drop).ok_or("it is not there")
    });
    say(&format!("a kind is installed: noticed after {:.1} s", took.as_secs_f32()));
    scene.told("small", "Monitored", "True", SOON);
    // Somebody else's is left alone, and ours goes when nobody wants it.
    let theirs = json!({
        "apiVersion": "monitoring.coreos.com/v1", "kind": "ServiceMonitor",
        "metadata": { "name": "rivven-other", "namespace": scene.namespace },
    });
    plane.kube.apply(MONITORS, &theirs);
    scene.cluster("other", &spec);
    scene.told("other", "Accepted", "False", SOON);
    scene.cluster("small", &json!({ "replicas": 1 }));
    until("the monitor to be gone", SOON, || {
        let seen = plane.kube.get(MONITORS, &scene.namespace, "rivven-small");
        seen.map_or(Ok(()), |seen| Err(seen.to_string()))
    });
    // Taken away again, it stops nothing.
    plane.kube.delete(DEFINITIONS, "", name);
    scene.cluster("more", &json!({ "replicas": 1 }));
    scene.is_ready("more");
    assert_eq!(page(operator.health, "/livez").0, 200);
}

fn hundred() {
    let scene = Scene::new("hundred");
    let operator = scene.operator();
    let names: Vec<String> = (0..100).map(|number| format!("c{number}")).collect();
    let since = std::time::Instant::now();
    for name in &names {
        scene.cluster(name, &json!({ "replicas": 1 }));
    }
    until("all of them to be ready", seconds(120), || {
        let all = scene.kube().list(CLUSTERS, &scene.namespace);
        let ready = |one: &&Value| condition(one, "Ready")["status"] == "True";
        let count = all.iter().filter(ready).count();
        if count == names.len() { Ok(()) } else { Err(format!("{count} are")) }
    });
    let took = since.elapsed();
    scene.is_quiet(seconds(2));
    let writes = scene.writes();
    let status = writes.iter().filter(|one| one.subresource == "status").count();
    let failed = writes.iter().filter(|one| !one.done()).count();
    say(&format!(
        "100 clusters: ready after {:.1} s; {} writes, {status} of them of the status, {failed} \
         refused, {} reads; {}",
        took.as_secs_f32(),
        writes.len(),
        of_class(&scene.log(), Class::Read).len(),
        operator.cost(),
    ));
    assert_eq!(writes.len() - status, 400, "one write an object");
    assert!(status <= 300, "{status}");
}
