//! The charts, by the real Helm, on a control plane on which nothing is: installed, tested,
//! upgraded, rolled back and removed. The operator runs by the account that its chart makes.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};
use sluicegate::kinds;

use crate::{
    Scenario,
    cluster::root,
    control_plane::{ControlPlane, bare, documents},
    helm::{self, by, run},
    kube::{CLAIMS, CLUSTERS, DEFINITIONS, EVENTS, SETS},
    kubectl,
    operator::{Start, folder, program},
    readme,
    scene::{Scene, condition},
    wait::{seconds, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("what_a_release_renders_is_taken_by_the_server", taken),
    ("a_release_of_the_operator_is_upgraded_rolled_back_and_removed", operator),
    ("a_release_for_some_namespaces_has_no_right_in_the_whole_cluster", namespaced),
    ("a_release_of_a_cluster_scales_and_leaves_its_data", cluster),
    ("what_kubectl_applied_is_taken_over_by_a_release", adopted),
    ("the_readme_installs_and_removes_a_release", newcomer),
];

const CHART: &str = "deploy/helm/sluicegate";
/// Where the operator is, and its release.
const RELEASE: &[&str] = &["sluicegate", CHART, "--namespace", "sluicegate"];

/// The account of a release for some namespaces.
const LIMITED: &str = "limited";

/// Everything of a release, with its version.
fn versions(plane: &ControlPlane, release: &str, namespace: &str) -> BTreeMap<String, String> {
    let manifest = run(plane, &["get", "manifest", release, "--namespace", namespace]);
    let file = folder().join(format!("{release}-manifest.yaml"));
    fs::write(&file, manifest).expect("the folder can be written");
    let file = file.display().to_string();
    let list = kubectl::json(plane, &["get", "--namespace", namespace, "-f", &file]);
    let items = list["items"].as_array().cloned().unwrap_or_else(|| vec![list.clone()]);
    let name = |one: &Value| format!("{} {}", one["kind"], one["metadata"]["name"]);
    items.iter().map(|one| (name(one), one["metadata"]["resourceVersion"].to_string())).collect()
}

/// What `helm test` starts, really run, by the account that it is run by. Here nobody runs pods:
/// that the Job succeeds only tells that it is one that can be made.
fn tested(plane: &ControlPlane, account: &str) {
    let said = run(plane, &["test", "sluicegate", "--namespace", "sluicegate", "--timeout", "60s"]);
    assert!(said.contains("Phase:          Succeeded"), "{said}");
    let hooks = run(plane, &["get", "hooks", "sluicegate", "--namespace", "sluicegate"]);
    let file = folder().join("hooks.yaml");
    fs::write(&file, hooks).expect("the folder can be written");
    let job = documents(&file).remove(0);
    let account = Start::by_token(plane, "sluicegate", account);
    let config = account.kubeconfig(plane).display().to_string();
    let containers = job["spec"]["template"]["spec"]["containers"].as_array().cloned();
    for container in containers.expect("the Job has containers") {
        let args = container["args"].as_array().cloned().unwrap_or_default();
        let args: Vec<&str> = args.iter().filter_map(Value::as_str).collect();
        let (code, out, err) = program(&[&args[..], &["--kubeconfig", &config]].concat());
        assert_eq!(code, 0, "{args:?}: {out}{err}");
    }
}

/// The chart as a version before may have been: it names another program, and a definition lacks a
/// field. Returns its folder and the field.
fn older() -> (String, &'static str) {
    let to = folder().join("older");
    drop(fs::remove_dir_all(&to));
    copy(&root().join(CHART), &to);
    let about = to.join("Chart.yaml");
    let text = fs::read_to_string(&about).expect("it was copied");
    let ours = env!("CARGO_PKG_VERSION");
    fs::write(
        &about,
        text.replace(&format!("ersion: {ours}"), "ersion: 0.0.9")
            .replace(&format!("appVersion: \"{ours}\""), "appVersion: \"0.0.9\""),
    )
    .expect("it can be written");
    let name = "files/crds/rivvenclusters.rivven.hupe1980.github.io.yaml";
    let mut definition = documents(&to.join(name)).remove(0);
    let fields = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties";
    let fields = definition.pointer_mut(fields).and_then(Value::as_object_mut);
    fields.expect("it has a spec").remove("podAnnotations");
    fs::write(to.join(name), definition.to_string()).expect("it can be written");
    (to.display().to_string(), "podAnnotations")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder can be made");
    for entry in fs::read_dir(from).expect("the chart is there") {
        let path = entry.expect("it can be listed").path();
        let to = to.join(path.file_name().expect("it has a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("it can be copied");
        }
    }
}

fn image(plane: &ControlPlane) -> String {
    let get = ["--namespace", "sluicegate", "get", "deployment", "sluicegate"];
    let deployment = kubectl::json(plane, &get);
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    container["image"].as_str().unwrap_or_default().to_owned()
}

/// Whether the definition of clusters has a field.
fn knows(plane: &ControlPlane, field: &str) -> bool {
    let name = "rivvenclusters.rivven.hupe1980.github.io";
    let seen = plane.kube.get(DEFINITIONS, "", name).unwrap_or_default();
    let spec = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties";
    seen.pointer(spec).is_some_and(|fields| fields.get(field).is_some())
}

fn taken() {
    let (_turn, plane) = bare();
    plane.install();
    plane.kube.apply(DEFINITIONS, &super::process::monitors());
    plane.established("servicemonitors.monitoring.coreos.com");
    for namespace in ["streaming", "team-a", "team-b", "team-c"] {
        kubectl::run(plane, &["create", "namespace", namespace]);
    }
    for chart in ["sluicegate", "rivven"] {
        for case in helm::cases(chart) {
            let (folder_, case) = (format!("deploy/helm/{chart}"), case.display().to_string());
            let namespace = ["--namespace", "streaming"];
            let args = ["template", chart, &folder_, "-f", &case, "--kube-version", "1.33.0"];
            let rendered = run(plane, &[&args[..], &namespace].concat());
            let file = folder().join("rendered.yaml");
            fs::write(&file, rendered).expect("the folder can be written");
            let dry = ["apply", "--server-side", "--force-conflicts", "--dry-run=server"];
            let what = ["--validate=strict", "-f", &file.display().to_string()];
            let said = kubectl::run(plane, &[&dry[..], &what].concat());
            assert!(said.lines().all(|line| line.ends_with("(server dry run)")), "{case}: {said}");
        }
    }
}

fn operator() {
    let (_turn, plane) = bare();
    let (before, field) = older();
    let place = ["--namespace", "sluicegate"];
    let first = ["install", "sluicegate", &before, "--create-namespace", "--wait"];
    let values = ["--set", "operator.logLevel=debug", "--set", "replicaCount=2"];
    run(plane, &[&first[..], &place, &values].concat());
    assert!(image(plane).ends_with(":0.0.9") && !knows(plane, field));
    let scene = Scene::of_installed(plane, "release");
    let operator = scene.run(&scene.installed());
    scene.cluster("small", &json!({ "replicas": 1 }));
    let made = scene.is_ready("small");

    // The values stay, the definitions follow, and so does the program; what runs does not notice.
    let keep = ["--reset-then-reuse-values", "--wait"];
    run(plane, &[&["upgrade"], RELEASE, &keep].concat());
    let kept = helm::json(plane, &[&["get", "values", "sluicegate"], &place[..]].concat());
    assert_eq!(kept, json!({ "operator": { "logLevel": "debug" }, "replicaCount": 2 }));
    let ours = concat!(":", env!("CARGO_PKG_VERSION"));
    assert!(image(plane).ends_with(ours) && knows(plane, field), "{}", image(plane));
    assert_eq!(made["metadata"], scene.seen("small")["metadata"]);
    tested(plane, "sluicegate");

    // The same once more changes nothing.
    let seen = versions(plane, "sluicegate", "sluicegate");
    assert!(seen.len() >= 13, "{seen:?}");
    run(plane, &[&["upgrade"], RELEASE, &keep].concat());
    assert_eq!(seen, versions(plane, "sluicegate", "sluicegate"));

    // Back, as it should be done: the program of before, by the definitions of now.
    let back = ["--reset-then-reuse-values", "--wait", "--set", "image.tag=0.0.9"];
    run(plane, &[&["upgrade"], RELEASE, &back].concat());
    assert!(image(plane).ends_with(":0.0.9") && knows(plane, field));

    // Back as a whole: the definitions of before, too, and the resource as it was.
    run(plane, &[&["rollback", "sluicegate", "1", "--wait"], &place[..]].concat());
    assert!(image(plane).ends_with(":0.0.9") && !knows(plane, field));
    assert_eq!(made["metadata"], scene.seen("small")["metadata"]);

    // Away: the definitions stay, and the resources, and what runs.
    // It ends with its account: what it asked for after that would be refused.
    drop(operator);
    let said = run(plane, &[&["uninstall", "sluicegate", "--wait"], &place[..]].concat());
    assert!(said.contains("kept due to the resource policy"), "{said}");
    assert_eq!(plane.kube.list(DEFINITIONS, "").len(), kinds::all().len());
    assert_eq!(made["metadata"], scene.seen("small")["metadata"]);
    assert!(plane.kube.get(SETS, &scene.namespace, "rivven-small").is_some());
    let left =
        ["get", "all,serviceaccounts,roles,clusterroles,networkpolicies", "-A", "-o", "name"];
    let of = ["-l", "app.kubernetes.io/managed-by=Helm"];
    let left = kubectl::run(plane, &[&left[..], &of].concat());
    assert_eq!(left.trim(), "", "nothing else of it stays");

    // And again, onto what stayed.
    run(plane, &[&["install"], RELEASE, &["--wait"]].concat());
    assert!(knows(plane, field));
}

fn namespaced() {
    let (_turn, plane) = bare();
    let scene = Scene::of_installed(plane, "some");
    let watch = format!("watch.namespaces={{{}}}", scene.namespace);
    // By an account of its own, for what it is refused: it may read no storage class.
    let account = format!("serviceAccount.name={LIMITED}");
    let install = ["--create-namespace", "--wait", "--set", &watch, "--set", &account];
    run(plane, &[&["install"], RELEASE, &install].concat());
    let named = kubectl::run(plane, &["get", "clusterrole,clusterrolebinding", "-o", "name"]);
    let ours: Vec<&str> = named.lines().filter(|line| line.contains("/sluicegate")).collect();
    assert!(ours.is_empty(), "{ours:?}");
    tested(plane, LIMITED);
    let start = Start::by_token(plane, "sluicegate", LIMITED);
    let others = ["auth", "can-i", "get", "rivvenclusters", "--namespace", "default"];
    let asked = kubectl::by(plane, &start.kubeconfig(plane), &others);
    assert_eq!(asked.out.trim(), "no", "{}", asked.err);
    let namespaces = vec![scene.namespace.clone()];
    let _operator = scene.run(&scene.reaching(Start { namespaces, ..start }, &["*"]));
    scene.cluster("small", &json!({ "replicas": 1 }));
    scene.is_ready("small");
}

fn cluster() {
    let (_turn, plane) = bare();
    run(plane, &[&["install"], RELEASE, &["--create-namespace", "--wait"]].concat());
    let scene = Scene::of_installed(plane, "data");
    let _operator = scene.run(&scene.installed());
    let release = ["rivven", "deploy/helm/rivven", "--namespace", &scene.namespace];
    let asked = ["--set", "cluster.replicas=1", "--set", "storage.size=100Gi"];
    run(plane, &[&["install"], &release[..], &asked].concat());
    scene.is_ready("rivven");
    let claims = || {
        let all = plane.kube.list(CLAIMS, &scene.namespace);
        let of = |one: &Value| (one["metadata"]["name"].clone(), one["metadata"]["uid"].clone());
        let size = |one: &Value| one["spec"]["resources"]["requests"]["storage"] == "100Gi";
        assert!(all.iter().all(size), "{all:?}");
        all.iter().map(of).collect::<Vec<_>>()
    };

    let more = ["--reuse-values", "--set", "cluster.replicas=3"];
    run(plane, &[&["upgrade"], &release[..], &more].concat());
    let seen = scene.is_ready("rivven");
    assert_eq!(seen["status"]["readyReplicas"], 3);
    scene.is_quiet(seconds(2));
    let before = versions(plane, "rivven", &scene.namespace);
    run(plane, &[&["upgrade"], &release[..], &["--reuse-values"]].concat());
    assert_eq!(before, versions(plane, "rivven", &scene.namespace));

    // What somebody else has changed since is not overwritten unasked.
    let scale = ["--namespace", &scene.namespace, "scale", "rivvencluster/rivven", "--replicas=2"];
    kubectl::run(plane, &scale);
    let refused = by(plane, &[&["upgrade"], &release[..], &["--reuse-values"]].concat());
    assert!(refused.code != Some(0) && refused.err.contains("conflict"), "{}", refused.err);
    let force = ["--reuse-values", "--force-conflicts"];
    run(plane, &[&["upgrade"], &release[..], &force].concat());
    assert_eq!(scene.seen("rivven")["spec"]["replicas"], 3);
    scene.is_ready("rivven");

    // What nobody can honour is refused before anything is sent.
    let wish = ["--reuse-values", "--set", "tls.certManager.enabled=true"];
    let refused = by(plane, &[&["upgrade"], &release[..], &wish].concat());
    assert!(refused.err.contains("tls.existingSecret"), "{}", refused.err);

    let kept = claims();
    assert_eq!(kept.len(), 3);
    run(plane, &["uninstall", "rivven", "--namespace", &scene.namespace]);
    until("the cluster to be gone", seconds(60), || {
        let left = plane.kube.get(CLUSTERS, &scene.namespace, "rivven");
        left.map_or(Ok(()), |one| Err(one["status"].to_string()))
    });
    assert_eq!(kept, claims(), "the volumes stay");
    run(plane, &[&["install"], &release[..], &asked].concat());
    // Once Kubernetes has collected what the earlier one had: its collector hears of definitions as
    // new as these within half a minute.
    scene.told("rivven", "Ready", "True", seconds(90));
    assert_eq!(kept, claims(), "and are used again");
    let events = plane.kube.list(EVENTS, &scene.namespace);
    let taken = events.iter().find(|one| one["reason"] == "NameTaken");
    assert_eq!(taken, None, "what the earlier one left was waited for");
}

fn adopted() {
    let (_turn, plane) = bare();
    for folder in ["deploy/crds/", "deploy/operator/"] {
        kubectl::run(plane, &["apply", "-f", folder]);
    }
    let refused = by(plane, &[&["install"], RELEASE, &["--wait"]].concat());
    assert!(refused.code != Some(0), "{}", refused.out);
    assert!(refused.err.contains("cannot be imported"), "{}", refused.err);
    let over = ["--take-ownership", "--force-conflicts", "--wait"];
    run(plane, &[&["install"], RELEASE, &over].concat());
    let seen = versions(plane, "sluicegate", "sluicegate");
    run(plane, &[&["upgrade"], RELEASE, &["--wait"]].concat());
    assert_eq!(seen, versions(plane, "sluicegate", "sluicegate"));
    let owners = plane.kube.list(DEFINITIONS, "");
    let owner = |one: &Value| one["metadata"]["annotations"]["meta.helm.sh/release-name"].clone();
    assert!(owners.iter().all(|one| owner(one) == "sluicegate"), "{owners:?}");
}

fn newcomer() {
    let (_turn, plane) = bare();
    let typed = |name: &str| {
        readme::blocks(name).iter().for_each(|block| drop(readme::run(plane, block)));
    };
    typed("install with helm");
    let scene = Scene { namespace: "rivven".to_owned(), ..Scene::of_installed(plane, "newcomer") };
    // No container runs here: the program is started beside, as what is installed.
    let operator = scene.run(&scene.installed());
    typed("cluster with helm");
    typed("upgrade with helm");
    assert!(image(plane).starts_with("registry.example/sluicegate:"), "{}", image(plane));
    // Its rights go with its release. It asks for nothing that it may not do.
    drop(operator);
    typed("remove with helm");
    let seen = scene.seen("rivven");
    assert_eq!(condition(&seen, "Ready")["status"], "True");
}
