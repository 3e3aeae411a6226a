//! The operator has gone first: what hangs then, and how it is let go.

use serde_json::{Value, json};

use crate::{
    Scenario,
    audit::Class,
    kube::{CLAIMS, CLUSTERS, NAMESPACES, TOPICS},
    operator::{Start, program},
    say,
    scene::Scene,
    wait::{seconds, throughout, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("what_hangs_is_unstuck_only_when_no_operator_is_at_work", refused_then_let_go),
    ("a_namespace_deleted_without_an_operator_hangs_until_it_is_unstuck", whole_namespace),
];

const HOLD: &str = "example.com/hold";
const OURS: &str = "rivven.hupe1980.github.io/cluster-finalizer";

/// The user's own account, and the program as that.
struct User<'a> {
    scene: &'a Scene,
    name: String,
    kubeconfig: String,
}

impl<'a> User<'a> {
    fn of(scene: &'a Scene) -> Self {
        let name = format!("{}-user", scene.user);
        let groups = vec!["system:masters".to_owned()];
        let start = Start { user: name.clone(), groups, ..scene.start() };
        let kubeconfig = start.kubeconfig(scene.plane).display().to_string();
        Self { scene, name, kubeconfig }
    }

    fn unstick(&self, args: &[&str]) -> (i32, String, String) {
        let own = ["unstick", "--kubeconfig", &self.kubeconfig];
        program(&[&own, args].concat())
    }

    fn writes(&self) -> Vec<String> {
        let log = self.scene.plane.audit.of_user(&self.name);
        let writes = log.iter().filter(|one| one.class() == Class::Write);
        writes.map(|one| one.what()).collect()
    }
}

fn finalizers(resource: &Value) -> Value {
    resource["metadata"]["finalizers"].clone()
}

fn deleting_policy(replicas: u8) -> Value {
    json!({ "replicas": replicas, "storage": { "deletionPolicy": "Delete" } })
}

fn refused_then_let_go() {
    let scene = Scene::new("unstick");
    let mut operator = scene.operator();
    for name in ["held", "alive"] {
        scene.cluster(name, &deleting_policy(1));
        scene.is_ready(name);
    }
    let topic =
        json!({ "clusterRef": { "name": "alive" }, "partitions": 1, "deleteOnRemove": true });
    scene.topic("orders", &topic);
    scene.topic_told("orders", "Ready", "True");
    // Paused, so that the operator itself keeps its hands off; and held by somebody else too.
    let meta = json!({
        "annotations": { "sluicegate/paused": "true" }, "finalizers": [HOLD, OURS],
    });
    scene.kube().merge(CLUSTERS, &scene.namespace, "held", &json!({ "metadata": meta }));
    scene.kube().delete(CLUSTERS, &scene.namespace, "held");
    let meta = json!({ "annotations": { "sluicegate/paused": "true" } });
    scene.kube().merge(TOPICS, &scene.namespace, "orders", &json!({ "metadata": meta }));
    scene.kube().delete(TOPICS, &scene.namespace, "orders");
    let user = User::of(&scene);
    let chosen = ["-n", &scene.namespace, "--lease-namespace", &scene.namespace];
    let acts = [&chosen[..], &["--yes"]].concat();
    for args in [&chosen[..], &acts] {
        let (code, out, err) = user.unstick(args);
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        assert!(err.contains("an operator is at work") && err.contains("Retain"), "{err}");
        assert!(err.ends_with("Nothing was changed.\n"), "{err}");
    }
    // Killed, it leaves a lease that nobody renews any more.
    operator.kill();
    let since = std::time::Instant::now();
    let (code, out, err) = user.unstick(&chosen);
    say(&format!("unstick: sure after {:.1} s that nobody leads", since.elapsed().as_secs_f32()));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("delete PersistentVolumeClaim data-rivven-held-0"), "{out}");
    // Its broker answers the operator alone, by --resolve; this command cannot reach it.
    assert!(out.contains("delete topic orders with its records"), "{out}");
    assert!(!out.contains("StatefulSet"), "Kubernetes collects it: {out}");
    assert!(out.contains(HOLD) && out.contains("not ours"), "{out}");
    assert!(out.contains("1 resource not being deleted, left alone"), "{out}");
    assert!(out.contains("Nothing was written."), "{out}");
    assert_eq!(user.writes(), Vec::<String>::new());
    assert_eq!(finalizers(&scene.seen("held")), json!([HOLD, OURS]));
    // One that is named and not being deleted is as safe.
    let (code, out, err) = user.unstick(&[&acts[..], &["rivvencluster/alive"]].concat());
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("state: ") && out.contains("Nothing hangs"), "{out}");
    let (code, out, err) = user.unstick(&acts);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(user.writes(), ["patch rivvenclusters/held", "patch rivventopics/orders"]);
    assert!(scene.kube().get(TOPICS, &scene.namespace, "orders").is_none());
    assert!(scene.brokers.broker("*").topics().contains_key("orders"), "the topic stays");
    assert_eq!(finalizers(&scene.seen("held")), json!([HOLD]), "somebody else's stays");
    assert_eq!(finalizers(&scene.seen("alive")), json!([OURS]));
    let (code, out, err) = user.unstick(&acts);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("1 resource being deleted, held by others alone"), "{out}");
    let none = json!({ "metadata": { "finalizers": null } });
    scene.kube().merge(CLUSTERS, &scene.namespace, "held", &none);
    throughout(seconds(3), || {
        let claims = scene.kube().list(CLAIMS, &scene.namespace);
        let named = |claim: &Value| claim["metadata"]["name"] == "data-rivven-held-0";
        assert!(claims.iter().any(named), "its volume stays: that was left undone");
    });
}

fn whole_namespace() {
    let scene = Scene::new("hangs");
    let mut operator = scene.operator();
    scene.cluster("small", &deleting_policy(1));
    scene.is_ready("small");
    let spec =
        json!({ "clusterRef": { "name": "small" }, "partitions": 3, "deleteOnRemove": true });
    scene.topic("orders", &spec);
    scene.topic_told("orders", "Ready", "True");
    let before = scene.kube().get(TOPICS, &scene.namespace, "orders").unwrap_or_default();
    assert_eq!(finalizers(&before).as_array().map(Vec::len), Some(1), "{before}");
    assert!(operator.stop().0.success());
    scene.kube().delete(NAMESPACES, "", &scene.namespace);
    until("the namespace to hang", seconds(60), || {
        let seen = scene.kube().get(NAMESPACES, "", &scene.namespace).unwrap_or_default();
        let conditions = seen["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let hangs =
            |one: &Value| one["type"] == "NamespaceFinalizersRemaining" && one["status"] == "True";
        if conditions.iter().any(hangs) { Ok(()) } else { Err(json!(conditions).to_string()) }
    });
    let user = User::of(&scene);
    let chosen = ["-n", &scene.namespace, "--lease-namespace", &scene.namespace];
    let (code, out, err) = user.unstick(&chosen);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("2 resources hang on a finalizer of Sluicegate's."), "{out}");
    // Who has stopped has given its lease back. One that never had any would look the same.
    assert!(err.contains("nobody holds a lease rivven-operator-leader"), "{err}");
    // The volumes go with the namespace, and the topic with its cluster.
    assert_eq!(out.matches("nothing is left undone").count(), 2, "{out}");
    assert_eq!(user.writes(), Vec::<String>::new());
    let (code, out, err) = user.unstick(&[&chosen[..], &["--yes"]].concat());
    assert_eq!(code, 0, "{out}{err}");
    let (_, took) = until("the namespace to be gone", seconds(60), || {
        let seen = scene.kube().get(NAMESPACES, "", &scene.namespace);
        seen.map_or(Ok(()), |seen| Err(seen["status"].to_string()))
    });
    say(&format!("unstick: the namespace is gone {:.1} s later", took.as_secs_f32()));
    let mut writes = user.writes();
    writes.sort();
    assert_eq!(writes, ["patch rivvenclusters/small", "patch rivventopics/orders"]);
    let (code, out, err) = user.unstick(&[&chosen[..], &["--yes"]].concat());
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("Nothing hangs on a finalizer of Sluicegate's."), "{out}");
}
