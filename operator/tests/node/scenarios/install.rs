//! The operator as it is installed: a pod of its own, under the account, the role and the profile
//! that the manifests give it, by the pages' own commands, on a node that has nothing of ours.
//!
//! It looks after all namespaces, so these scenarios have the node to themselves, one by one.

use std::{
    net::ToSocketAddrs as _,
    time::{Duration, Instant},
};

use rivven_protocol::{Request, Response};
use serde_json::{Value, json};

use crate::{
    Scenario,
    cluster::root,
    control_plane::{ControlPlane, documents, started},
    granted::ACCOUNT,
    kube::{CLAIMS, CLUSTERS, DEFINITIONS, NAMESPACES, PODS, TOPICS},
    kubectl,
    operator::page,
    plain::Client,
    readme, say,
    scene::{LONG, Scene, condition},
    tier::CLIENT,
    wait::until,
    watch::is_ready,
};

pub(crate) const ALL: &[Scenario] =
    &[("installed_with_kubectl_by_the_readme_it_works_in_its_pod", with_kubectl)];

pub(crate) const WITH_HELM: &[Scenario] =
    &[("installed_with_helm_by_the_readme_it_works_in_its_pod", with_helm)];

/// Where the pages' commands put the operator.
const OWN: &str = "sluicegate";

fn with_kubectl() {
    let scene = on_nothing("default");
    let before = asked(scene.plane).len();
    let since = Instant::now();
    typed(scene.plane, "install with kubectl");
    let installed = since.elapsed();
    typed(scene.plane, "first cluster");
    took("kubectl", installed, since.elapsed());
    works(&scene, "small", before);
    typed(scene.plane, "remove everything");
    assert!(scene.kube().get(NAMESPACES, "", OWN).is_none());
    assert!(scene.kube().list(DEFINITIONS, "").is_empty());
    until("the broker to end", LONG, || {
        let pod = scene.seen(PODS, "rivven-small-0");
        if pod.is_null() { Ok(()) } else { Err(pod["status"].to_string()) }
    });
    assert!(!scene.kube().list(CLAIMS, &scene.namespace).is_empty(), "the data is kept");
}

fn with_helm() {
    let scene = on_nothing("rivven");
    let before = asked(scene.plane).len();
    let since = Instant::now();
    let said = typed(scene.plane, "install with helm");
    // Its pod has planned for all there is, by this very program.
    assert!(said.contains("Succeeded"), "{said}");
    let installed = since.elapsed();
    typed(scene.plane, "cluster with helm");
    took("Helm and its test", installed, since.elapsed());
    works(&scene, "rivven", before);
    typed(scene.plane, "remove with helm");
    until("the operator's pod to end", LONG, || match operators(scene.plane).len() {
        0 => Ok(()),
        some => Err(format!("{some} are left")),
    });
    assert!(is_ready(&scene.seen(PODS, "rivven-rivven-0")), "the broker goes on");
    let ready = condition(&scene.seen(CLUSTERS, "rivven"), "Ready");
    assert_eq!(ready["status"], "True", "its resource is kept: {ready}");
}

/// A node as if it were new, and a namespace that lets in restricted pods only.
fn on_nothing(namespace: &str) -> Scene {
    let plane = started();
    plane.clear();
    Scene::on(plane, namespace)
}

/// Types what the pages have by this name.
fn typed(plane: &ControlPlane, name: &str) -> String {
    readme::blocks(name).iter().map(|block| readme::run(plane, block)).collect()
}

fn took(way: &str, installed: Duration, ready: Duration) {
    let (installed, ready) = (installed.as_secs_f32(), ready.as_secs_f32());
    say(&format!(
        "from nothing by {way}: the operator runs after {installed:.1} s, \
         a cluster is Ready after {ready:.1} s"
    ));
}

/// What the operator's account has asked for so far, and whether it was forbidden.
fn asked(plane: &ControlPlane) -> Vec<(String, bool)> {
    let entries = plane.audit.of_user(ACCOUNT);
    entries.iter().map(|entry| (format!("{entry:?}"), entry.forbidden)).collect()
}

fn operators(plane: &ControlPlane) -> Vec<Value> {
    let operator =
        |pod: &Value| pod["metadata"]["labels"]["app.kubernetes.io/component"] == "operator";
    plane.kube.list(PODS, OWN).into_iter().filter(operator).collect()
}

/// Looks at all that a pod can and a program beside the cluster cannot show.
fn works(scene: &Scene, cluster: &str, before: usize) {
    // By the broker's name, which the pod asks the cluster's DNS for.
    scene.told(CLUSTERS, cluster, "BrokersReachable", "True");
    topics(scene, cluster);
    runs_as_it_should(scene.plane);
    tells_its_numbers();
    let own = Scene { plane: scene.plane, namespace: OWN.to_owned() };
    own.nothing_was_refused();
    scene.nothing_was_refused();
    let asked = asked(scene.plane).split_off(before);
    let forbidden: Vec<_> = asked.iter().filter(|(_, forbidden)| *forbidden).collect();
    assert!(forbidden.is_empty(), "{forbidden:#?}");
    assert!(asked.iter().any(|(what, _)| what.contains("leases/")), "it leads: {asked:#?}");
    say(&format!("in its pod: {} requests, none of them forbidden", asked.len()));
}

/// The topics of the examples, on the cluster that is there, as its broker has them.
fn topics(scene: &Scene, cluster: &str) {
    let examples = documents(&root().join("deploy/examples/rivven/topics.yaml"));
    assert!(!examples.is_empty());
    for mut topic in examples {
        topic["metadata"]["namespace"] = json!(scene.namespace);
        topic["spec"]["clusterRef"]["name"] = json!(cluster);
        scene.kube().apply(TOPICS, &topic);
        let name = topic["metadata"]["name"].as_str().expect("it has a name");
        scene.told(TOPICS, name, "Ready", "True");
        let called = topic["spec"]["topicName"].as_str().unwrap_or(name).to_owned();
        let mut broker =
            Client::connect((&*scene.host(cluster, 0), 9292)).expect("it is reached by its name");
        let answer = broker.ask(&Request::GetMetadata { topic: called }).expect("it answers");
        let Response::Metadata { partitions, .. } = answer else { panic!("{answer:?}") };
        assert_eq!(topic["spec"]["partitions"], partitions, "{name}");
    }
}

/// That the server tells of a pod that the profile keeps out.
fn one_that_is_not_is_told(plane: &ControlPlane) {
    let loose = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": "loose", "namespace": "kube-public" },
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "containers": [{ "name": "a", "image": CLIENT }],
        },
    });
    plane.kube.apply(PODS, &loose);
    assert!(!is_restricted(plane, "kube-public"), "nothing is told");
    plane.kube.delete(PODS, "kube-public", "loose");
}

/// One pod, never restarted, by the account and under the rules that are handed out.
fn runs_as_it_should(plane: &ControlPlane) {
    one_that_is_not_is_told(plane);
    assert!(is_restricted(plane, OWN));
    let policy = ["-n", OWN, "get", "networkpolicy", "sluicegate"];
    let policy = kubectl::json(plane, &policy);
    assert_eq!(policy["spec"]["policyTypes"], json!(["Ingress", "Egress"]));
    // One that a rollout has replaced may still be ending.
    let (pod, _) = until("one pod of the operator", LONG, || {
        let mut pods = operators(plane);
        let last = if pods.len() == 1 { pods.pop() } else { None };
        last.ok_or_else(|| format!("{} pods", pods.len()))
    });
    assert!(is_ready(&pod), "{}", pod["status"]);
    assert_eq!(pod["spec"]["serviceAccountName"], "sluicegate");
    let container = &pod["status"]["containerStatuses"][0];
    assert_eq!(container["restartCount"], 0, "{container}");
    let image = container["image"].as_str().unwrap_or_default();
    assert!(image.contains("/sluicegate:"), "{container}");
    let name = pod["metadata"]["name"].as_str().expect("it has a name");
    let said = kubectl::run(plane, &["-n", OWN, "logs", name]);
    assert!(said.contains("may do everything that its plans need"), "{said}");
}

/// Whether what runs in a namespace is let in by the profile `restricted`, by the server's word:
/// it warns who would demand it of pods that it keeps out. Helm makes the namespace without a
/// label; the manifests' own has it already.
fn is_restricted(plane: &ControlPlane, namespace: &str) -> bool {
    let label = ["label", "namespace", namespace, "--overwrite", "--dry-run=server"];
    let profile = ["pod-security.kubernetes.io/enforce=restricted"];
    let done = kubectl::by(plane, &plane.kubeconfig(), &[&label[..], &profile].concat());
    assert_eq!(done.code, Some(0), "{}", done.err);
    !done.err.contains("violate")
}

/// By the name of its Service.
fn tells_its_numbers() {
    let host = format!("sluicegate.{OWN}.svc.cluster.local");
    let address = (&*host, 8080).to_socket_addrs().expect("it has a name").next();
    let (code, text) = page(address.expect("and an address"), "/metrics");
    assert_eq!(code, 200, "{text}");
    assert!(text.contains("\n# HELP "), "{text}");
}
