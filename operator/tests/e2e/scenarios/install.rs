//! How the operator is installed, upgraded and removed: the files that are handed out, applied with
//! the real kubectl to a control plane on which nothing is, and the program under the very account
//! that they make.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    Scenario,
    audit::Entry,
    cluster::root,
    control_plane::{ControlPlane, bare},
    granted,
    kube::{CLAIMS, CLUSTERS, DEFINITIONS, EVENTS, NAMESPACES, SETS},
    kubectl::{self, by, run},
    operator::{Start, program},
    readme, say,
    scene::{SOON, Scene, condition},
    wait::{seconds, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("what_is_handed_out_is_applied_in_every_way_and_again_without_a_change", applied),
    ("the_operator_works_by_the_account_that_is_installed", account),
    ("an_operator_of_one_namespace_has_no_right_outside_of_it", namespaced),
    ("a_planner_plans_and_changes_nothing", planner),
    ("an_upgrade_keeps_every_resource", upgraded),
    ("the_readme_installs_and_removes", newcomer),
];

/// The kinds that the manifests consist of.
const INSTALLED: &str = "namespace,serviceaccount,role,rolebinding,clusterrole,clusterrolebinding,\
                         deployment,service,poddisruptionbudget,networkpolicy,\
                         customresourcedefinition";

/// Every object of the installation, with its version.
fn versions(plane: &ControlPlane) -> BTreeMap<String, String> {
    let label = "app.kubernetes.io/part-of=sluicegate";
    let list = kubectl::json(plane, &["get", INSTALLED, "--all-namespaces", "-l", label]);
    let mut items = list["items"].as_array().cloned().unwrap_or_default();
    items.extend(plane.kube.list(DEFINITIONS, ""));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = |one: &Value| format!("{} {}", text(&one["kind"]), text(&one["metadata"]["name"]));
    let version = |one: &Value| text(&one["metadata"]["resourceVersion"]);
    items.iter().map(|one| (name(one), version(one))).collect()
}

fn rolled_out(plane: &ControlPlane) {
    let status = ["rollout", "status", "deployment/sluicegate", "--timeout", "60s"];
    run(plane, &[&["-n", "sluicegate"], &status[..]].concat());
}

/// A stream of the program, as kubectl takes it.
fn printed(args: &[&str]) -> String {
    let (code, out, err) = program(args);
    assert_eq!(code, 0, "{err}");
    let file = crate::operator::folder().join(format!("{}.yaml", args[0]));
    std::fs::write(&file, out).expect("the folder can be written");
    file.display().to_string()
}

fn applied() {
    let (_turn, plane) = bare();
    let (crds, manifests) = (printed(&["crd"]), printed(&["manifests"]));
    let ways: [(&str, [&[&str]; 2]); 4] = [
        ("-f", [&["-f", "deploy/crds/"], &["-f", "deploy/operator/"]]),
        ("-k", [&["-k", "deploy/crds/"], &["-k", "deploy/operator/"]]),
        ("one file", [&["-f", &crds], &["-f", &manifests]]),
        (
            "--server-side",
            [
                &["--server-side", "-f", "deploy/crds/"],
                &["--server-side", "-f", "deploy/operator/"],
            ],
        ),
    ];
    // All of them come to the same, so that one may be used after the other.
    let mut before = BTreeMap::new();
    for (nth, (way, steps)) in ways.iter().enumerate() {
        let apply = || {
            for step in steps {
                run(plane, &[&["apply"], *step].concat());
            }
            rolled_out(plane);
            versions(plane)
        };
        let first = apply();
        assert!(first.len() >= 14, "{first:?}");
        let second = apply();
        assert_eq!(first, second, "{way}, again");
        // The last way takes over the fields, which is noted in the object.
        if nth > 0 && *way != "--server-side" {
            assert_eq!(before, second, "{way}, after another");
        }
        before = second;
    }
    everything_is_taken(plane);
}

/// Every manifest, by the schemas of the server and none of its fields unknown.
fn everything_is_taken(plane: &ControlPlane) {
    plane.kube.apply(DEFINITIONS, &super::process::monitors());
    plane.established("servicemonitors.monitoring.coreos.com");
    let component = "deploy/components/service-monitor/service-monitor.yaml";
    for what in [
        ["-k", "deploy/crds"],
        ["-k", "deploy/operator"],
        ["-k", "deploy/overlays/namespaced"],
        ["-k", "deploy/overlays/planner"],
        ["-f", component],
    ] {
        let dry = ["apply", "--server-side", "--force-conflicts", "--dry-run=server"];
        let said = run(plane, &[&dry[..], &["--validate=strict"], &what].concat());
        assert!(said.lines().all(|line| line.ends_with("(server dry run)")), "{said}");
    }
}

/// Those that an account asked for and may not have.
fn forbidden(plane: &ControlPlane, user: &str) -> Vec<std::sync::Arc<Entry>> {
    plane.audit.of_user(user).into_iter().filter(|entry| entry.forbidden).collect()
}

fn account() {
    let (_turn, plane) = bare();
    // An operator of an earlier scenario may have been told that its rights were gone.
    let earlier = plane.audit.of_user(granted::ACCOUNT).len();
    readme::run(plane, "kubectl apply -f deploy/crds/ && kubectl apply -f deploy/operator/");
    let scene = Scene::of_installed(plane, "account");
    let operator = scene.run(&scene.installed());
    until("the operator to know that it may do everything", SOON, || {
        let said = operator.said();
        let knows = said.contains("may do everything that its plans need");
        if knows { Ok(()) } else { Err(said) }
    });
    scene.cluster("small", &json!({ "replicas": 1 }));
    scene.is_ready("small");
    scene.topic("events", &json!({ "clusterRef": { "name": "small" }, "partitions": 1 }));
    scene.topic_told("events", "Ready", "True");
    // To know whether a volume can grow it reads what belongs to the whole cluster.
    let larger = json!({ "replicas": 1, "storage": { "size": "20Gi" } });
    scene.cluster("small", &larger);
    scene.is_quiet(seconds(2));
    scene.is_ready("small");
    assert!(!plane.kube.list(EVENTS, &scene.namespace).is_empty(), "it tells what it does");
    may_use(plane, &scene.namespace);
    // Nor does it ask for what it may not have when all of that is taken away at once.
    plane.kube.delete(NAMESPACES, "", &scene.namespace);
    until("the namespace to be gone", seconds(60), || {
        let seen = plane.kube.get(NAMESPACES, "", &scene.namespace);
        seen.map_or(Ok(()), |seen| Err(seen["status"].to_string()))
    });
    let log = plane.audit.of_user(granted::ACCOUNT).split_off(earlier);
    assert!(log.iter().any(|entry| entry.resource == "leases" && entry.done()), "it leads");
    let refused: Vec<_> = log.iter().filter(|entry| entry.forbidden).collect();
    assert!(refused.is_empty(), "{refused:?}");
    say(&format!("by its own account: {} requests, none of them forbidden", log.len()));
}

/// Who may edit in a namespace may have clusters and topics in it, and leaves the status alone.
fn may_use(plane: &ControlPlane, namespace: &str) {
    let jane = ["-n", namespace, "create", "rolebinding", "jane", "--clusterrole=edit"];
    run(plane, &[&jane[..], &["--user=jane"]].concat());
    let may = |verb: &str, what: &str| {
        let (what, below) = what.split_once('/').unwrap_or((what, ""));
        let below = format!("--subresource={below}");
        let ask = ["-n", namespace, "auth", "can-i", verb, what, &below, "--as", "jane"];
        by(plane, &plane.kubeconfig(), &ask).code == Some(0)
    };
    until("the cluster's roles to take ours in", SOON, || {
        if may("create", "rivventopics") { Ok(()) } else { Err("they do not") }
    });
    assert!(may("watch", "rivvenclusters"));
    assert!(!may("update", "rivvenclusters/status"));
}

/// What an account may do in a namespace, as it is told itself.
fn rights_of(plane: &ControlPlane, start: &Start, namespace: &str) -> String {
    let list = ["auth", "can-i", "--list", "--no-headers", "-n", namespace];
    let done = by(plane, &start.kubeconfig(plane), &list);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let mut lines: Vec<&str> = done.out.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// An overlay of the user's own, as the pages show it, in a folder beside the others.
fn own_overlay() -> String {
    let folder = crate::operator::folder().join("overlay");
    std::fs::create_dir_all(&folder).expect("the folder can be written");
    let text = readme::blocks("overlay").concat();
    // From there to the top of the repository.
    let deep =
        |path: &std::path::Path| path.canonicalize().expect("it is there").components().count();
    let up = "../".repeat(deep(&folder) - deep(&root()));
    let text = text.replace("../sluicegate/", &up);
    std::fs::write(folder.join("kustomization.yaml"), text).expect("the folder can be written");
    folder.display().to_string()
}

fn namespaced() {
    let (_turn, plane) = bare();
    run(plane, &["apply", "-k", "deploy/crds"]);
    run(plane, &["create", "namespace", "team"]);
    run(plane, &["apply", "-k", &own_overlay()]);
    let of_cluster = ["get", "clusterrole,clusterrolebinding", "-o", "name"];
    let named = run(plane, &of_cluster);
    let ours: Vec<&str> = named.lines().filter(|line| line.contains("/sluicegate")).collect();
    assert!(ours.is_empty(), "{ours:?}");
    // Outside of its namespace it may do what anybody may.
    let start = Start::by_token(plane, "team", "sluicegate");
    run(plane, &["-n", "team", "create", "serviceaccount", "nobody"]);
    let nobody = Start::by_token(plane, "team", "nobody");
    let others = rights_of(plane, &start, "default");
    assert_eq!(others, rights_of(plane, &nobody, "default"));
    assert_ne!(others, rights_of(plane, &start, "team"));

    let user = start.user.clone();
    let scene = Scene { namespace: "team".to_owned(), user, ..Scene::on(plane, "namespaced") };
    let start = Start { namespaces: vec!["team".to_owned()], ..start };
    let operator = scene.run(&scene.reaching(start, &["*"]));
    scene.cluster("small", &json!({ "replicas": 1, "storage": { "size": "1Gi" } }));
    scene.is_ready("small");
    let said = operator.said();
    let line = said.lines().find(|line| line.contains("may not") && line.contains("storageclass"));
    say(&format!("of one namespace: {}", line.expect("it says what it cannot know")));
    // Whether a volume can grow is then for the server to say.
    scene.cluster("small", &json!({ "replicas": 1, "storage": { "size": "2Gi" } }));
    until("the larger volume to be asked for", seconds(40), || {
        let claims = plane.kube.list(CLAIMS, "team");
        let size = |one: &Value| one["spec"]["resources"]["requests"]["storage"] == "2Gi";
        let seen = scene.seen("small")["status"]["conditions"].to_string();
        if claims.iter().any(size) { Ok(()) } else { Err(seen) }
    });
    // A class is asked for when its claim is seen growing, or before it was bound.
    let others = forbidden(plane, &scene.user);
    let others: Vec<_> = others.iter().filter(|one| one.resource != "storageclasses").collect();
    assert!(others.is_empty(), "{others:?}");
}

fn planner() {
    let (_turn, plane) = bare();
    run(plane, &["apply", "-k", "deploy/crds"]);
    run(plane, &["apply", "-k", "deploy/overlays/planner"]);
    let scene = Scene::of_installed(plane, "planner");
    scene.cluster("small", &json!({ "replicas": 1 }));
    let start = Start::by_token(plane, "sluicegate", "sluicegate-planner");
    let config = start.kubeconfig(plane).display().to_string();
    let (code, out, err) = program(&["plan", "--all", "--kubeconfig", &config]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("StatefulSet rivven-small"), "{out}");
    let (code, out, err) = program(&["snapshot", "--kubeconfig", &config]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("name: small"), "{out}");
    let refused = forbidden(plane, &start.user);
    assert!(refused.is_empty(), "{refused:?}");
    let note = ["-n", &scene.namespace, "annotate", "rivvencluster/small", "a=b"];
    let done = by(plane, &start.kubeconfig(plane), &note);
    assert!(done.code != Some(0) && done.err.contains("cannot patch"), "{}", done.err);
}

/// What a version before would have installed: another image, and a definition that lacks a field.
fn older(plane: &ControlPlane) -> &'static str {
    run(plane, &["apply", "-k", "deploy/operator"]);
    let image = "operator=ghcr.io/sluicegate/sluicegate:0.0.9";
    run(plane, &["-n", "sluicegate", "set", "image", "deployment/sluicegate", image]);
    for mut definition in crate::control_plane::definitions() {
        let field = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties";
        let fields = definition.pointer_mut(field).and_then(Value::as_object_mut);
        fields.expect("it has a spec").remove("podAnnotations");
        let file = crate::operator::folder().join("older.json");
        std::fs::write(&file, definition.to_string()).expect("the folder can be written");
        run(plane, &["apply", "-f", &file.display().to_string()]);
        plane.established(definition["metadata"]["name"].as_str().unwrap_or_default());
    }
    "podAnnotations"
}

fn upgraded() {
    let (_turn, plane) = bare();
    let field = older(plane);
    let scene = Scene::of_installed(plane, "upgraded");
    let _operator = scene.run(&scene.installed());
    let file = scene.cluster_file("small", &json!({ "replicas": 1, (field): { "a": "b" } }));
    let refused = plane.kube.send(
        &http::Method::POST,
        &format!("{}?fieldValidation=Strict", CLUSTERS.path(&scene.namespace, "")),
        Some(("application/json", &file)),
    );
    assert!(refused.is_err_and(|refused| refused.message.contains(field)), "it is unknown");
    scene.settled("small", &json!({ "replicas": 1 }));
    let seen = || {
        let set = plane.kube.get(SETS, &scene.namespace, "rivven-small").unwrap_or_default();
        let of = |one: &Value| (one["metadata"]["uid"].clone(), one["spec"].clone());
        (of(&scene.seen("small")), of(&set))
    };
    let before = seen();
    for what in ["deploy/crds/", "deploy/operator/"] {
        run(plane, &["apply", "-f", what]);
    }
    rolled_out(plane);
    let image = ["-n", "sluicegate", "get", "deployment", "sluicegate"];
    let deployment = kubectl::json(plane, &image).to_string();
    let ours = concat!("sluicegate:", env!("CARGO_PKG_VERSION"), "\"");
    assert!(deployment.contains(ours), "{deployment}");
    scene.is_quiet(seconds(2));
    assert_eq!(before, seen(), "nothing of what runs has changed");
    // The new field is there to be used.
    scene.cluster("small", &json!({ "replicas": 1, (field): { "a": "b" } }));
    until("the new field to have its effect", SOON, || {
        let set = plane.kube.get(SETS, &scene.namespace, "rivven-small").unwrap_or_default();
        let notes = &set["spec"]["template"]["metadata"]["annotations"];
        if notes["a"] == "b" { Ok(()) } else { Err(notes.to_string()) }
    });
}

fn newcomer() {
    let typed = |plane: &ControlPlane, name: &str| {
        readme::blocks(name).iter().for_each(|block| drop(readme::run(plane, block)));
    };
    for way in ["install in short", "install with kubectl", "install with kustomize"] {
        let (_turn, plane) = bare();
        typed(plane, way);
        let scene =
            Scene { namespace: "default".to_owned(), ..Scene::of_installed(plane, "newcomer") };
        // No container runs here: the program is started beside, as what is installed.
        let installed = || scene.run(&scene.installed());
        let operator = installed();
        typed(plane, "first cluster");
        typed(plane, "upgrade");
        // The operator goes, and everything else stays and serves.
        drop(operator);
        typed(plane, "remove the operator");
        assert!(plane.kube.get(NAMESPACES, "", "sluicegate").is_none());
        assert_eq!(condition(&scene.seen("small"), "Ready")["status"], "True");
        assert!(plane.kube.get(SETS, "default", "rivven-small").is_some());
        // One that comes back goes on where the other left. Then everything goes, in order.
        typed(plane, way);
        let mut operator = Some(installed());
        scene.is_ready("small");
        for line in readme::blocks("remove everything").iter().flat_map(|block| block.lines()) {
            if line.contains("deploy/operator") {
                operator.take();
            }
            readme::run(plane, line);
        }
        until("the brokers to be gone", seconds(90), || {
            let set = plane.kube.get(SETS, "default", "rivven-small");
            set.map_or(Ok(()), |set| Err(set["metadata"]["ownerReferences"].to_string()))
        });
        assert!(plane.kube.list(DEFINITIONS, "").is_empty());
        assert!(!plane.kube.list(CLAIMS, "default").is_empty(), "the data is kept");
    }
}
