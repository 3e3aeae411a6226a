//! What is handed out, held against the rules that it has to keep.

use serde_json::{Value, json};
use sluicegate_effects::yaml;

use super::*;
use crate::command::run;

/// What one may be allowed to do, and nobody is by these manifests: verbs and resources. Whoever
/// may make roles and neither `escalate` nor `bind` gives nobody more than it has itself.
const NEVER: &[&str] = &[
    "*",
    "bind",
    "clusterrolebindings",
    "clusterroles",
    "deletecollection",
    "escalate",
    "impersonate",
    "nodes",
    "pods/exec",
    "secrets",
];

fn install(watch: &[&str]) -> Install {
    Install { watch: watch.iter().map(|name| (*name).to_owned()).collect(), ..Install::default() }
}

/// Everything there is to install: for all namespaces or for these.
fn everything(watch: &[&str]) -> Vec<Value> {
    let install = install(watch);
    let mut all = objects::all(&install);
    all.extend(planner::all(&install));
    all.extend(kustomize::own_role(&install));
    all.push(network::monitor(&install));
    all
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn of_kind<'a>(all: &'a [Value], kind: &str) -> Vec<&'a Value> {
    all.iter().filter(|one| one["kind"] == kind).collect()
}

fn rule_lists(all: &[Value]) -> impl Iterator<Item = &Value> {
    all.iter().filter_map(|one| one["rules"].as_array()).flatten()
}

#[test]
fn nobody_is_given_more_than_is_used() {
    for all in [everything(&[]), everything(&["a", "b"])] {
        for rule in rule_lists(&all) {
            for list in ["apiGroups", "resources", "verbs"] {
                let named = texts(&rule[list]);
                assert!(!named.is_empty(), "{list}: {rule}");
                assert!(named.is_sorted(), "{list}: {rule}");
                assert!(!named.iter().any(|one| NEVER.contains(one)), "{rule}");
            }
        }
    }
}

#[test]
fn with_namespaces_to_look_after_nothing_is_allowed_outside_of_them() {
    let all = everything(&["a", "b"]);
    for one in &all {
        assert!(one["metadata"]["namespace"].is_string(), "{one}");
    }
    let roles: Vec<_> = of_kind(&all, "Role")
        .into_iter()
        .filter(|role| role["metadata"]["name"] == NAME)
        .filter_map(|role| role["metadata"]["namespace"].as_str())
        .collect();
    assert_eq!(roles[..2], ["a", "b"]);
    let deployment = of_kind(&all, "Deployment")[0];
    let variables = deployment["spec"]["template"]["spec"]["containers"][0]["env"].to_string();
    assert!(variables.contains(r#"{"name":"WATCH_NAMESPACE","value":"a,b"}"#), "{variables}");
}

#[test]
fn the_overlay_takes_away_everything_that_is_the_whole_clusters() {
    let away = kustomize::no_cluster_scope(&objects::all(&Install::default()));
    let kinds: Vec<_> = away.iter().filter_map(|one| one["kind"].as_str()).collect();
    let roles = ["ClusterRole", "ClusterRoleBinding", "ClusterRole", "ClusterRole"];
    assert_eq!(kinds, [&["Namespace"][..], &roles].concat());
}

#[test]
fn the_planner_only_looks_and_may_do_no_more_than_the_operator() {
    let operator = rules::everywhere();
    let allows = |of: &[k8s_openapi::api::rbac::v1::PolicyRule], resource: &str, verb: &str| {
        of.iter().any(|rule| {
            let named = rule.resources.iter().flatten().any(|one| one == resource);
            named && rule.verbs.iter().any(|one| one == verb)
        })
    };
    for rule in rules::planning(false) {
        for resource in rule.resources.iter().flatten() {
            for verb in &rule.verbs {
                assert!(["get", "list"].contains(&verb.as_str()), "{verb} {resource}");
                assert!(allows(&operator, resource, "watch"), "{verb} {resource}");
            }
        }
    }
}

#[test]
fn the_image_is_named_in_one_place() {
    let all = files::all();
    let naming: Vec<_> =
        all.iter().filter(|(_, text)| text.contains("ghcr.io/sluicegate")).collect();
    assert_eq!(naming.len(), 1);
    assert_eq!(naming[0].1.matches(IMAGE).count(), 1);
}

#[test]
fn products_have_the_labels_by_which_the_network_lets_them_be_reached() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/examples/");
    let of = |system: &str| {
        let example = format!("{examples}{system}");
        run(&["plan", "--state", "empty", "-o", "manifests", "-f", &example], b"").1
    };
    let text = format!("{}---\n{}", of("rivven"), of("dataflow"));
    let objects = yaml::flatten(yaml::parse("the plan", &text).expect("it is YAML"));
    let labels = objects.iter().map(|one| &one.value["spec"]["template"]["metadata"]["labels"]);
    let labels: Vec<_> = labels.filter(|labels| !labels.is_null()).collect();
    let peers = network::peers();
    assert!(!peers.is_empty());
    for peer in peers {
        let is = |labels: &&&Value| peer.iter().all(|(key, value)| labels[key] == json!(value));
        assert!(labels.iter().any(|labels| is(&labels)), "no pod has {peer:?}: {text}");
    }
}
