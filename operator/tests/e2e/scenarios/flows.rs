//! Flows: what they are made of, what their processor notes, and what upstream's operator has left.
//! Their processor is not there: the pods have no container.

use serde_json::{Value, json};

use crate::{
    Scenario,
    audit::{Class, of_class},
    kube::{
        ACCOUNTS, BUDGETS, CONFIG_MAPS, DEPLOYMENTS, FLOWS, NETWORK_POLICIES, ROLE_BINDINGS, ROLES,
    },
    kubectl,
    operator::plan,
    scene::{self, SOON, Scene, says},
    wait::{seconds, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("a_flow_is_made_changed_stopped_and_taken_away", lived),
    ("what_upstreams_operator_has_left_is_taken_over", taken_over),
    ("a_position_that_an_earlier_flow_has_left_is_taken_over", left_behind),
    ("a_secret_that_a_flow_has_written_down_goes_nowhere", literal),
    ("an_account_that_is_somebody_elses_is_given_nothing", strangers),
];

/// The account of its processor, its role and the binding of both.
const ACCOUNT: &str = "dataflow-orders-processor";
/// What a processor has noted.
const POSITION: &str = "{\"lastReadID\":7}";

fn spec() -> Value {
    let url = json!({ "name": "shop-db", "key": "url" });
    json!({
        "source": {
            "type": "postgresql",
            "config": { "connectionStringSecretRef": url, "table": "orders" },
        },
        "sink": { "type": "kafka", "config": { "brokers": ["kafka:9092"], "topic": "orders" } },
    })
}

/// Applies a flow called `orders`.
fn apply(scene: &Scene, spec: &Value) -> Value {
    let flow = json!({
        "apiVersion": "dataflow.dataflow.io/v1",
        "kind": "DataFlow",
        "metadata": { "name": "orders", "namespace": scene.namespace },
        "spec": spec,
    });
    scene.kube().apply(FLOWS, &flow)
}

fn told(scene: &Scene, condition: &str, status: &str, reason: &str) -> Value {
    let what = format!("{condition}={status} {reason} of the flow in {}", scene.namespace);
    let seen = || scene.kube().get(FLOWS, &scene.namespace, "orders").unwrap_or_default();
    until(&what, SOON, || {
        let seen = says(seen(), condition, status)?;
        let is = scene::condition(&seen, condition)["reason"] == reason;
        if is { Ok(seen) } else { Err(seen["status"].to_string()) }
    })
    .0
}

fn config_map(scene: &Scene, name: &str) -> Value {
    scene.kube().get(CONFIG_MAPS, &scene.namespace, name).unwrap_or_default()
}

fn deployment(scene: &Scene) -> Value {
    scene.kube().get(DEPLOYMENTS, &scene.namespace, "dataflow-orders").unwrap_or_default()
}

fn policy(scene: &Scene) -> Option<Value> {
    scene.kube().get(NETWORK_POLICIES, &scene.namespace, "dataflow-orders")
}

/// Who may speak to processors is put back where somebody has changed it.
fn network_is_put_back(scene: &Scene) {
    let open = json!({ "spec": { "ingress": [{}] } });
    scene.kube().merge(NETWORK_POLICIES, &scene.namespace, "dataflow-orders", &open);
    until("the policy to be put back", SOON, || {
        let seen = policy(scene).unwrap_or_default()["spec"]["ingress"].clone();
        let ports = json!([{ "ports": [{ "port": 9090, "protocol": "TCP" }] }]);
        if seen == ports { Ok(()) } else { Err(seen.to_string()) }
    });
}

fn lived() {
    let scene = Scene::new("flow");
    let _operator = scene.operator();
    apply(&scene, &spec());
    let seen = told(&scene, "Ready", "True", "Running");
    assert_eq!(seen["status"]["phase"], "Running", "{seen}");
    assert_eq!(deployment(&scene)["spec"]["strategy"], json!({ "type": "Recreate" }));
    scene.is_quiet(seconds(2));

    // What the processor notes is nobody's concern: it costs neither a write nor a look.
    let before = scene.log().len();
    let noted = json!({ "data": { "checkpoint.json": "{\"lastReadID\":7}" } });
    scene.kube().merge(CONFIG_MAPS, &scene.namespace, "dataflow-orders-checkpoint", &noted);
    std::thread::sleep(seconds(3));
    let since = scene.log().split_off(before);
    let looked = [Class::Read, Class::Write].map(|class| of_class(&since, class));
    assert!(looked.iter().all(Vec::is_empty), "{looked:?}");

    // A source that is not polled: the strategy changes with it, both ways.
    let mut from_kafka = spec();
    from_kafka["source"] = from_kafka["sink"].take();
    from_kafka["sink"] = json!({ "type": "postgresql", "config": {
        "connectionStringSecretRef": { "name": "shop-db", "key": "url" }, "table": "orders",
    } });
    from_kafka["replicas"] = json!(2);
    from_kafka["networkPolicy"] = json!({ "enabled": true });
    apply(&scene, &from_kafka);
    until("two processors", SOON, || {
        let seen = says(told(&scene, "Ready", "True", "Running"), "RolledOut", "True")?;
        let budget = scene.kube().get(BUDGETS, &scene.namespace, "dataflow-orders");
        match seen["status"]["readyReplicas"].as_i64() {
            Some(2) if budget.is_some() => Ok(()),
            _ => Err(seen["status"].to_string()),
        }
    });
    assert_eq!(deployment(&scene)["spec"]["strategy"]["rollingUpdate"]["maxSurge"], 0);
    network_is_put_back(&scene);
    apply(&scene, &spec());
    until("the strategy of before, and no policy", SOON, || {
        let strategy = deployment(&scene)["spec"]["strategy"].clone();
        let is = strategy == json!({ "type": "Recreate" }) && policy(&scene).is_none();
        if is { Ok(()) } else { Err(format!("{strategy} {:?}", policy(&scene))) }
    });

    let mut stopped = spec();
    stopped["replicas"] = json!(0);
    apply(&scene, &stopped);
    let seen = told(&scene, "Ready", "False", "StoppedAsAsked");
    assert_eq!(seen["status"]["phase"], "Stopped", "{seen}");
    let kept = config_map(&scene, "dataflow-orders-checkpoint");
    assert_eq!(kept["data"], noted["data"], "{kept}");

    // What is made once more rests on its flow, which is looked at first.
    scene.kube().delete(ROLES, &scene.namespace, ACCOUNT);
    until("the role to be made once more", SOON, || {
        let there = scene.kube().get(ROLES, &scene.namespace, ACCOUNT);
        there.map(|_| ()).ok_or(String::new())
    });

    // Made once more where it was deleted, when its flow is next looked at.
    scene.kube().delete(CONFIG_MAPS, &scene.namespace, "dataflow-orders-checkpoint");
    apply(&scene, &spec());
    until("the checkpoint to be made once more", SOON, || {
        let there = config_map(&scene, "dataflow-orders-checkpoint");
        if there.is_object() { Ok(()) } else { Err(there.to_string()) }
    });

    scene.kube().delete(FLOWS, &scene.namespace, "orders");
    until("nothing of it to be left", SOON, || {
        let left: Vec<Value> = [DEPLOYMENTS, CONFIG_MAPS, ROLES, ROLE_BINDINGS, BUDGETS]
            .iter()
            .flat_map(|kind| scene.kube().list(*kind, &scene.namespace))
            .filter(|one| one["metadata"]["name"].to_string().contains("dataflow-orders"))
            .collect();
        if left.is_empty() { Ok(()) } else { Err(format!("{left:?}")) }
    });
}

/// Makes what upstream's operator makes of a flow: a Deployment whose strategy it has left to
/// Kubernetes, a file with a password, a checkpoint, an account.
fn upstream(scene: &Scene, uid: &Value) {
    let labels = json!({
        "app": "dataflow-processor",
        "dataflow.dataflow.io/name": "orders",
        "dataflow.dataflow.io/owned": "true",
    });
    let meta = |name: &str| {
        let owner = json!({
            "apiVersion": "dataflow.dataflow.io/v1", "kind": "DataFlow", "name": "orders",
            "uid": uid, "controller": true, "blockOwnerDeletion": true,
        });
        json!({
            "name": name, "namespace": scene.namespace, "labels": labels,
            "ownerReferences": [owner],
        })
    };
    let file = |name: &str, key: &str, text: &str| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": meta(name), "data": { key: text },
        })
    };
    let secret = "{\"connectionString\":\"postgres://u:hunter2@db/shop\"}";
    for one in [
        file("dataflow-orders-spec", "spec.json", secret),
        file("dataflow-orders-checkpoint", "checkpoint.json", POSITION),
    ] {
        scene.kube().apply(CONFIG_MAPS, &one);
    }
    let container = json!({
        "name": "processor", "image": "ghcr.io/dataflow-operator/dataflow:v1.0.10",
        "command": ["/processor", "--spec-path=/etc/dataflow/spec.json"],
    });
    let template =
        json!({ "metadata": { "labels": labels }, "spec": { "containers": [container] } });
    let theirs = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta("dataflow-orders"),
        "spec": { "replicas": 1, "selector": { "matchLabels": labels }, "template": template },
    });
    scene.kube().apply(DEPLOYMENTS, &theirs);
    let rbac = "rbac.authorization.k8s.io";
    let (mut account, mut role, mut binding) = (json!({}), json!({}), json!({}));
    for (one, version, kind) in [
        (&mut account, "v1".to_owned(), "ServiceAccount"),
        (&mut role, format!("{rbac}/v1"), "Role"),
        (&mut binding, format!("{rbac}/v1"), "RoleBinding"),
    ] {
        one["apiVersion"] = json!(version);
        one["kind"] = json!(kind);
        one["metadata"] = meta(ACCOUNT);
    }
    binding["roleRef"] = json!({ "apiGroup": rbac, "kind": "Role", "name": ACCOUNT });
    scene.kube().apply(ACCOUNTS, &account);
    scene.kube().apply(ROLES, &role);
    scene.kube().apply(ROLE_BINDINGS, &binding);
}

fn taken_over() {
    let scene = Scene::new("flow-taken-over");
    let flow = apply(&scene, &spec());
    let held = json!({ "metadata": { "finalizers": ["dataflow.dataflow.io/finalizer"] } });
    scene.kube().merge(FLOWS, &scene.namespace, "orders", &held);
    upstream(&scene, &flow["metadata"]["uid"]);
    let _operator = scene.operator();
    told(&scene, "Ready", "True", "Running");
    let taken = deployment(&scene);
    let container = &taken["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(taken["spec"]["strategy"], json!({ "type": "Recreate" }), "{taken}");
    assert_eq!(container["command"], json!(["/processor"]), "{container}");
    assert_eq!(container["args"].as_array().map(Vec::len), Some(3), "{container}");
    let file = config_map(&scene, "dataflow-orders-spec");
    assert!(!file.to_string().contains("hunter2"), "{file}");
    let kept = config_map(&scene, "dataflow-orders-checkpoint");
    assert_eq!(kept["data"]["checkpoint.json"], POSITION, "{kept}");
    scene.is_quiet(seconds(2));
    let seen = scene.kube().get(FLOWS, &scene.namespace, "orders").unwrap_or_default();
    assert!(seen["metadata"]["finalizers"].is_null(), "nobody would take it off: {seen}");
    let role = scene.kube().get(ROLES, &scene.namespace, ACCOUNT).unwrap_or_default();
    assert_eq!(role["rules"][0]["verbs"], json!(["get", "patch"]), "{role}");
    // Whoever plans with the same rights finds nothing left to do.
    let kubeconfig = scene.start().kubeconfig(scene.plane).display().to_string();
    let left = plan(&["-n", &scene.namespace, "dataflow/orders", "--kubeconfig", &kubeconfig]);
    assert_eq!(left["resources"][0]["actions"], json!([]), "{left}");
}

fn left_behind() {
    let scene = Scene::new("flow-left-behind");
    let _operator = scene.operator();
    apply(&scene, &spec());
    told(&scene, "Ready", "True", "Running");
    let noted = json!({ "data": { "checkpoint.json": POSITION } });
    scene.kube().merge(CONFIG_MAPS, &scene.namespace, "dataflow-orders-checkpoint", &noted);
    let delete = ["-n", &scene.namespace, "delete", "dataflow", "orders", "--cascade=orphan"];
    kubectl::run(scene.plane, &delete);

    // It is told what is there, and nothing is touched.
    let mut flow = apply(&scene, &spec());
    let seen = told(&scene, "Accepted", "False", "NotAdopted");
    let message = scene::condition(&seen, "Accepted")["message"].to_string();
    assert!(message.contains("ConfigMap dataflow-orders-checkpoint"), "{message}");
    let left = config_map(&scene, "dataflow-orders-checkpoint");
    assert!(left["metadata"]["ownerReferences"].is_null(), "{left}");

    let adopt = json!({ "metadata": { "annotations": { "sluicegate/adopt": "true" } } });
    scene.kube().merge(FLOWS, &scene.namespace, "orders", &adopt);
    told(&scene, "Ready", "True", "Running");
    scene.is_quiet(seconds(2));
    let taken = config_map(&scene, "dataflow-orders-checkpoint");
    let uid = flow["metadata"]["uid"].take();
    assert_eq!(taken["metadata"]["ownerReferences"][0]["uid"], uid, "{taken}");
    assert_eq!(taken["data"]["checkpoint.json"], POSITION, "{taken}");
}

fn literal() {
    let scene = Scene::new("flow-literal");
    let operator = scene.operator();
    let mut spec = spec();
    spec["source"]["config"] =
        json!({ "connectionString": "postgres://u:hunter2@db/shop", "table": "orders" });
    apply(&scene, &spec);
    let seen = told(&scene, "SpecResolved", "False", "LiteralSecret");
    assert_eq!(seen["status"]["phase"], "Error", "{seen}");
    scene.is_quiet(seconds(2));
    assert!(deployment(&scene).is_null(), "nothing is started");
    let files = scene.kube().list(CONFIG_MAPS, &scene.namespace);
    let said = [
        seen["status"].to_string(),
        scene.notes().join("\n"),
        files.iter().map(Value::to_string).collect(),
        operator.said(),
    ];
    let said = said.join("\n");
    assert!(said.contains("spec.source.config.connectionString"), "it says where");
    assert!(!said.contains("hunter2"), "{said}");
}

fn strangers() {
    let scene = Scene::new("flow-strangers");
    let _operator = scene.operator();
    let rbac = "rbac.authorization.k8s.io";
    let meta = json!({ "name": ACCOUNT, "namespace": scene.namespace });
    let reference = json!({ "apiGroup": rbac, "kind": "Role", "name": ACCOUNT });
    let policy = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": { "name": "dataflow-orders", "namespace": scene.namespace },
        "spec": { "podSelector": {}, "policyTypes": ["Ingress"] },
    });
    let theirs = [
        (NETWORK_POLICIES, policy),
        (ACCOUNTS, json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta })),
        (ROLES, json!({ "apiVersion": format!("{rbac}/v1"), "kind": "Role", "metadata": meta })),
        (
            ROLE_BINDINGS,
            json!({
                "apiVersion": format!("{rbac}/v1"), "kind": "RoleBinding", "metadata": meta,
                "roleRef": reference,
            }),
        ),
    ];
    for (kind, object) in &theirs {
        scene.kube().apply(*kind, object);
    }
    let mut spec = spec();
    spec["networkPolicy"] = json!({ "enabled": true });
    apply(&scene, &spec);
    told(&scene, "Accepted", "False", "NameTaken");
    scene.is_quiet(seconds(2));
    for (kind, object) in &theirs {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        let now = scene.kube().get(*kind, &scene.namespace, name).expect("it is there");
        assert!(now["metadata"]["ownerReferences"].is_null(), "it is theirs: {now}");
        assert!(now["rules"].is_null() && now["subjects"].is_null(), "it is theirs: {now}");
    }
    assert!(deployment(&scene).is_null(), "nothing is started");
}
