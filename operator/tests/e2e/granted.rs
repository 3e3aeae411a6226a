//! What operators under test may do: what the manifests that are handed out allow, and no more.
//!
//! Whatever a scenario does, it does under these roles. At the end it is counted over all of them:
//! nothing was asked for that is forbidden, and nothing is allowed that nobody asked for.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    control_plane::{documents, root, used},
    kube::{CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, Kube, ROLE_BINDINGS, ROLES},
    say,
};

/// The group of operators.
pub(crate) const OPERATORS: &str = "e2e:operators";
/// The group of those who only plan.
pub(crate) const PLANNERS: &str = "e2e:planners";

/// Who is forbidden something, since that is what the scenario is about.
const REFUSED: &[(&str, &str)] = &[("e2e-rights", "it lacks a right until it is given")];

/// What is allowed and never asked for, with the reason.
const UNASKED: &[(&str, &str, &str)] = &[(
    "rivvenclusters/finalizers",
    "update",
    "an admission plugin looks whether it is allowed when an owner is named",
)];

/// The roles that are handed out, by names of their own: what a scenario installs is not these.
fn roles() -> Vec<Value> {
    let folder = root().join("deploy");
    let files = ["operator/1-roles.yaml", "overlays/planner/planner.yaml"];
    let mut all: Vec<Value> = files.iter().flat_map(|file| documents(&folder.join(file))).collect();
    for one in &mut all {
        one["metadata"]["name"] = json!(format!("e2e-{}", text(&one["metadata"]["name"])));
    }
    all
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Gives both groups what is allowed in the whole cluster.
pub(crate) fn everywhere(kube: &Kube) {
    for role in roles().iter().filter(|one| one["kind"] == "ClusterRole") {
        kube.apply(CLUSTER_ROLES, role);
        let name = text(&role["metadata"]["name"]);
        let group = if name == "e2e-sluicegate" { OPERATORS } else { PLANNERS };
        let mut binding = binding("ClusterRole", name, group);
        binding["kind"] = json!("ClusterRoleBinding");
        kube.apply(CLUSTER_ROLE_BINDINGS, &binding);
    }
}

/// Gives operators what is allowed where a lease is.
pub(crate) fn in_namespace(kube: &Kube, namespace: &str) {
    for role in roles().iter_mut().filter(|one| one["kind"] == "Role") {
        role["metadata"]["namespace"] = json!(namespace);
        kube.apply(ROLES, role);
        let name = text(&role["metadata"]["name"]);
        let mut binding = binding("Role", name, OPERATORS);
        binding["metadata"]["namespace"] = json!(namespace);
        kube.apply(ROLE_BINDINGS, &binding);
    }
}

fn binding(kind: &str, role: &str, group: &str) -> Value {
    let api = "rbac.authorization.k8s.io";
    json!({
        "apiVersion": format!("{api}/v1"), "kind": "RoleBinding",
        "metadata": { "name": role },
        "roleRef": { "apiGroup": api, "kind": kind, "name": role },
        "subjects": [{ "apiGroup": api, "kind": "Group", "name": group }],
    })
}

/// What was asked for and is forbidden; and if all was played, what is allowed and was not asked
/// for.
pub(crate) fn wrong(whole: bool) -> Vec<String> {
    let mut asked = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut count = 0;
    for plane in used() {
        for user in plane.audit.users() {
            for entry in plane.audit.of_user(&user) {
                count += 1;
                if entry.forbidden && !REFUSED.iter().any(|(refused, _)| *refused == user) {
                    wrong.push(format!("{user} may not {entry:?}"));
                }
                let below = if entry.subresource.is_empty() { "" } else { "/" };
                let resource = format!("{}{below}{}", entry.resource, entry.subresource);
                asked.insert((entry.group.clone(), resource, entry.verb.clone()));
            }
        }
    }
    say(&format!("e2e: {count} requests, {} of them forbidden unexpectedly", wrong.len()));
    if !whole {
        return wrong;
    }
    for (group, resource, verb) in allowed() {
        let known = UNASKED.iter().any(|(one, by, _)| (*one, *by) == (&*resource, &*verb));
        if !known && !asked.contains(&(group.clone(), resource.clone(), verb.clone())) {
            wrong.push(format!("{verb} {resource} is allowed, and nobody asked for it"));
        }
    }
    wrong
}

/// What the operator's roles allow: group, resource and verb.
fn allowed() -> BTreeSet<(String, String, String)> {
    let array = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let texts = |value: &Value| -> Vec<String> {
        array(value).iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let mut all = BTreeSet::new();
    for rule in roles().iter().flat_map(|role| array(&role["rules"])) {
        for group in texts(&rule["apiGroups"]) {
            for resource in texts(&rule["resources"]) {
                for verb in texts(&rule["verbs"]) {
                    all.insert((group.clone(), resource.clone(), verb));
                }
            }
        }
    }
    all
}
