//! What stands in the way lies outside of the resource: a policy, a quota, a right, an owner that
//! has gone.

use std::time::Instant;

use serde_json::{Value, json};

use crate::{
    Scenario,
    audit::Class,
    kube::{
        BUDGETS, CLAIMS, CLUSTERS, CONFIG_MAPS, PODS, POLICIES, POLICY_BINDINGS, QUOTAS,
        ROLE_BINDINGS, ROLES, SERVICES, SETS,
    },
    kubectl,
    operator::Start,
    say,
    scene::{SOON, Scene, condition},
    wait::{seconds, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("what_a_policy_makes_of_images_is_taken_as_it_is_and_not_fought", mirrored),
    ("what_a_quota_refuses_is_told_at_once_and_tried_again", quota),
    ("objects_that_have_lost_their_owner_are_taken_over_when_asked_to", orphaned),
    ("a_right_that_a_resource_does_not_need_does_not_stop_it", fewer_rights),
];

const MIRROR: &str = "registry.example/rivvend:0.0.22";

/// A policy that changes the image of every StatefulSet of a namespace, and what puts it in force.
fn mirror(scene: &Scene) -> [(crate::kube::Kind, Value); 2] {
    let name = format!("mirror-of-{}", scene.namespace);
    let expression = format!(
        "[JSONPatch{{op: \"replace\", path: \"/spec/template/spec/containers/0/image\", \
         value: \"{MIRROR}\"}}]"
    );
    let rules = json!([{
        "apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"],
        "resources": ["statefulsets"],
    }]);
    let here = json!({ "matchLabels": { "kubernetes.io/metadata.name": scene.namespace } });
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicy",
        "metadata": { "name": name },
        "spec": {
            "matchConstraints": { "namespaceSelector": here, "resourceRules": rules },
            "failurePolicy": "Fail", "reinvocationPolicy": "Never",
            "mutations": [{
                "patchType": "JSONPatch", "jsonPatch": { "expression": expression },
            }],
        },
    });
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": { "name": name }, "spec": { "policyName": name },
    });
    [(POLICIES, policy), (POLICY_BINDINGS, binding)]
}

/// The image that the StatefulSet has.
fn image(scene: &Scene) -> String {
    let set = scene.kube().get(SETS, &scene.namespace, "rivven-small").unwrap_or_default();
    let at = "/spec/template/spec/containers/0/image";
    set.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn mirrored() {
    let scene = Scene::new("mirror");
    let policy = mirror(&scene);
    for (kind, object) in &policy {
        scene.kube().apply(*kind, object);
    }
    // The server hears of its own policies a moment later.
    until("the policy to be in force", SOON, || {
        let probe = json!({
            "apiVersion": "apps/v1", "kind": "StatefulSet",
            "metadata": { "name": "probe", "namespace": scene.namespace },
            "spec": {
                "replicas": 0, "serviceName": "probe",
                "selector": { "matchLabels": { "a": "b" } },
                "template": {
                    "metadata": { "labels": { "a": "b" } },
                    "spec": { "containers": [{ "name": "a", "image": "a:1" }] },
                },
            },
        });
        let made = scene.kube().apply(SETS, &probe);
        scene.kube().delete(SETS, &scene.namespace, "probe");
        let image = made.pointer("/spec/template/spec/containers/0/image").cloned();
        if image == Some(json!(MIRROR)) { Ok(()) } else { Err(format!("{image:?}")) }
    });
    let start = scene.start();
    let mut operator = scene.run(&start);
    scene.cluster("small", &json!({ "replicas": 1, "version": "0.0.22" }));
    let seen = scene.told("small", "Synced", "True", SOON);
    let said = condition(&seen, "Synced");
    let names = said["message"].as_str().is_some_and(|message| message.contains(MIRROR));
    assert!(said["reason"] == "Admitted" && names, "{said}");
    scene.is_ready("small");
    scene.is_quiet(seconds(10));
    // One that meets a write of Kubernetes' own controller changes nothing and is made once more.
    let patches = || {
        let writes = scene.writes();
        let of_set = writes.iter().filter(|one| one.resource == "statefulsets" && one.done());
        of_set.filter(|one| one.verb == "patch").count()
    };
    say(&format!("a policy that changes images: {} writes of the StatefulSet", patches()));
    assert!(patches() <= 3, "{:#?}", scene.writes());
    let blames = |note: &String| note.starts_with("DriftCorrected");
    assert!(!scene.notes().iter().any(blames), "{:?}", scene.notes());
    // A restart has learned nothing anew, and writes nothing.
    let before = scene.writes().len();
    operator.stop();
    let _operator = scene.run(&start);
    scene.is_quiet(seconds(5));
    assert_eq!(scene.writes().len(), before, "{:#?}", scene.writes());
    // What somebody else makes of it is put back, to what the policy makes of it.
    let edit = json!({ "spec": { "replicas": 0 } });
    scene.kube().merge(SETS, &scene.namespace, "rivven-small", &edit);
    until("it to be put back", seconds(10), || {
        let set = scene.kube().get(SETS, &scene.namespace, "rivven-small").unwrap_or_default();
        if set["spec"]["replicas"] == 1 { Ok(()) } else { Err(set["spec"].to_string()) }
    });
    assert_eq!(image(&scene), MIRROR);
    // The policy goes. It is noticed with the next change of the resource, at the latest.
    for (kind, object) in policy.iter().rev() {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        scene.kube().delete(*kind, "", name);
    }
    std::thread::sleep(seconds(3));
    let nudge = json!({ "metadata": { "annotations": { "nudge": "1" } } });
    scene.kube().merge(CLUSTERS, &scene.namespace, "small", &nudge);
    until("what was asked for", seconds(20), || {
        let image = image(&scene);
        if image == MIRROR { Err(image) } else { Ok(()) }
    });
    until("the condition to go", SOON, || {
        let said = condition(&scene.seen("small"), "Synced");
        if said["reason"] == "Done" { Ok(()) } else { Err(said.to_string()) }
    });
}

fn quota() {
    let scene = Scene::new("quota");
    scene.quota("q", "count/statefulsets.apps", 0);
    until("the quota to be counted", SOON, || {
        let seen = scene.kube().get(QUOTAS, &scene.namespace, "q").unwrap_or_default();
        if seen["status"]["hard"].is_object() { Ok(()) } else { Err(seen.to_string()) }
    });
    let _operator = scene.operator();
    let began = Instant::now();
    scene.cluster("small", &json!({ "replicas": 1 }));
    let seen = scene.told("small", "Synced", "False", SOON);
    let said = condition(&seen, "Synced");
    let names = said["message"].as_str().is_some_and(|message| message.contains("quota"));
    assert!(said["reason"] == "Refused" && names, "{said}");
    assert!(began.elapsed() < seconds(10), "told after {:?}", began.elapsed());
    assert_eq!(condition(&seen, "Stalled")["status"], "True");
    scene.quota("q", "count/statefulsets.apps", 5);
    let since = Instant::now();
    let seen = scene.told("small", "Ready", "True", seconds(90));
    let took = since.elapsed();
    say(&format!("room made in a quota: Ready after {:.1} s", took.as_secs_f32()));
    assert!(took <= seconds(45), "{took:?}");
    assert_eq!(condition(&seen, "Stalled")["status"], "False");
    assert_eq!(condition(&seen, "Synced")["status"], "True");
}

fn orphaned() {
    let scene = Scene::new("orphaned");
    let _operator = scene.operator();
    let spec = json!({ "replicas": 3 });
    scene.settled("trio", &spec);
    let uids = |kind: crate::kube::Kind| {
        let all = scene.kube().list(kind, &scene.namespace);
        let uid = |one: Value| (one["metadata"]["name"].clone(), one["metadata"]["uid"].clone());
        let mut all: Vec<_> = all.into_iter().map(uid).collect();
        all.sort_by_key(|(name, _)| name.to_string());
        all
    };
    let (pods, claims) = (uids(PODS), uids(CLAIMS));
    kubectl::run(
        scene.plane,
        &["-n", &scene.namespace, "delete", "rivvencluster", "trio", "--cascade=orphan"],
    );
    let set = || scene.kube().get(SETS, &scene.namespace, "rivven-trio").unwrap_or_default();
    until("the objects to be let go", SOON, || {
        let owners = set()["metadata"]["ownerReferences"].clone();
        if owners.is_null() { Ok(()) } else { Err(owners.to_string()) }
    });
    scene.cluster("trio", &spec);
    let seen = scene.told("trio", "Accepted", "False", SOON);
    let said = condition(&seen, "Accepted")["message"].as_str().unwrap_or_default().to_owned();
    for name in ["StatefulSet rivven-trio", "Service rivven-trio", "rivven-trio-pdb", "adopt"] {
        assert!(said.contains(name), "{name} is not in: {said}");
    }
    let ask = json!({ "metadata": { "annotations": { "sluicegate/adopt": "true" } } });
    scene.kube().merge(CLUSTERS, &scene.namespace, "trio", &ask);
    scene.is_ready("trio");
    scene.is_quiet(seconds(2));
    let uid = scene.seen("trio")["metadata"]["uid"].clone();
    let children = [
        (CONFIG_MAPS, "rivven-trio-config"),
        (SERVICES, "rivven-trio-headless"),
        (SERVICES, "rivven-trio"),
        (SETS, "rivven-trio"),
        (BUDGETS, "rivven-trio-pdb"),
    ];
    for (kind, name) in children {
        let object = scene.kube().get(kind, &scene.namespace, name).unwrap_or_default();
        assert_eq!(object["metadata"]["ownerReferences"][0]["uid"], uid, "{name}: {object}");
    }
    assert_eq!(uids(PODS), pods, "no pod was restarted");
    assert_eq!(uids(CLAIMS), claims, "every claim is there");
    let told = scene.notes().iter().any(|note| note.starts_with("Adopted"));
    assert!(told, "{:?}", scene.notes());
}

fn fewer_rights() {
    let scene = Scene::new("fewer-rights");
    let all = json!(["get", "list", "watch", "create", "patch", "update", "delete"]);
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": { "name": "operator", "namespace": scene.namespace },
        "rules": [
            {
                "apiGroups": [
                    "apps", "policy", "events.k8s.io", "coordination.k8s.io",
                    "rivven.hupe1980.github.io", "dataflow.dataflow.io",
                ],
                "resources": ["*"], "verbs": all,
            },
            {
                "apiGroups": [""],
                "resources": [
                    "configmaps", "services", "pods", "pods/eviction", "persistentvolumeclaims",
                ],
                "verbs": all,
            },
        ],
    });
    let of = "rbac.authorization.k8s.io";
    let binding = json!({
        "apiVersion": format!("{of}/v1"), "kind": "RoleBinding",
        "metadata": { "name": "operator", "namespace": scene.namespace },
        "roleRef": { "apiGroup": of, "kind": "Role", "name": "operator" },
        "subjects": [{ "apiGroup": of, "kind": "User", "name": scene.user }],
    });
    scene.kube().apply(ROLES, &role);
    scene.kube().apply(ROLE_BINDINGS, &binding);
    let start = Start { groups: vec!["system:authenticated".to_owned()], ..scene.start() };
    let operator = scene.run(&start);
    scene.cluster("small", &json!({ "replicas": 1 }));
    scene.is_ready("small");
    let metrics = json!({ "serviceMonitor": { "enabled": true } });
    scene.cluster("watched", &json!({ "replicas": 1, "metrics": metrics }));
    scene.is_ready("watched");
    let said = condition(&scene.seen("watched"), "Monitored");
    assert!(said["status"] == "False" && said["reason"] == "NotAllowed", "{said}");
    let said = operator.said();
    let named = said.lines().any(|line| line.contains("may not") && line.contains("monitors"));
    assert!(named, "the missing right is named: {said}");
    let others: Vec<_> = scene.log().into_iter().filter(|one| one.forbidden).collect();
    let meant = ["servicemonitors", "storageclasses"];
    let others: Vec<_> = others.iter().filter(|one| !meant.contains(&&*one.resource)).collect();
    assert!(others.is_empty(), "nothing else is tried that is forbidden: {others:?}");
    assert!(scene.log().iter().any(|one| one.class() == Class::Write));
}
