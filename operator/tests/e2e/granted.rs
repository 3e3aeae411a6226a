//! What operators under test may do: what the manifests that are handed out allow, and no more.
//!
//! Whatever a scenario does, it does under these roles. At the end it is counted over all of them:
//! nothing was asked for that is forbidden, and nothing is allowed that nobody asked for.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};

use crate::{
    audit::Entry,
    cluster::root,
    control_plane::{documents, used},
    kube::{CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, Kube, ROLE_BINDINGS, ROLES},
    say,
    wait::{seconds, until},
};

/// The group of operators.
pub(crate) const OPERATORS: &str = "e2e:operators";
/// The group of those who only plan.
pub(crate) const PLANNERS: &str = "e2e:planners";

/// Who is forbidden something, since that is what the scenario is about.
const REFUSED: &[(&str, &str)] = &[
    ("e2e-rights", "it lacks a right until it is given"),
    ("e2e-fewer-rights", "it lacks rights that its resources do not need"),
    ("system:serviceaccount:sluicegate:sluicegate-planner", "it tries to write, in vain"),
    ("system:serviceaccount:team:sluicegate", "it may read no storage class"),
    ("system:serviceaccount:sluicegate:limited", "it may read no storage class"),
];

/// The account that the manifests make for the operator.
pub(crate) const ACCOUNT: &str = "system:serviceaccount:sluicegate:sluicegate";

/// What is allowed and never asked for, with the reason.
const UNASKED: &[(&str, &str, &str)] = &[
    ("dataflows/finalizers", "update", LOOKED),
    ("rivvenclusters/finalizers", "update", LOOKED),
    ("rivvenconnects/finalizers", "update", LOOKED),
    ("rivvenschemaregistries/finalizers", "update", LOOKED),
];

const LOOKED: &str =
    "the server looks whether it is allowed when an owner is named, and logs no such look";

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
    for group in [OPERATORS, PLANNERS] {
        let clusters = json!({
            "group": "rivven.hupe1980.github.io", "resource": "rivvenclusters", "verb": "list",
        });
        in_force(kube, "anybody", &[group], &clusters);
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
    may_lead(kube, "anybody", &[OPERATORS], namespace);
}

/// Waits until somebody may hold a lease there.
pub(crate) fn may_lead(kube: &Kube, user: &str, groups: &[&str], namespace: &str) {
    let lease = json!({
        "namespace": namespace, "group": "coordination.k8s.io", "resource": "leases",
        "name": "rivven-operator-leader", "verb": "update",
    });
    in_force(kube, user, groups, &lease);
}

/// Waits until what was given is in force: the server hears of its own roles a moment later.
fn in_force(kube: &Kube, user: &str, groups: &[&str], what: &Value) {
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
        "spec": { "user": user, "groups": groups, "resourceAttributes": what },
    });
    let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    until("what was given to be in force", seconds(60), || {
        let asked = kube.send(&Method::POST, path, Some(("application/json", &review)));
        let status = asked.expect("the suite may ask")["status"].clone();
        if status["allowed"] == true { Ok(()) } else { Err(status) }
    });
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
/// for by any operator.
pub(crate) fn wrong(whole: bool) -> Vec<String> {
    let (mut asked, mut wrong, mut count) = (BTreeSet::new(), Vec::new(), 0);
    for plane in used() {
        for (user, groups) in plane.audit.users() {
            let operates = groups.contains(OPERATORS) || user == ACCOUNT;
            let refused = REFUSED.iter().any(|(refused, _)| *refused == user);
            for entry in plane.audit.of_user(&user) {
                count += 1;
                if entry.forbidden && !refused {
                    wrong.push(format!("{user} may not {entry:?}"));
                }
                if operates && !entry.forbidden {
                    asked.extend(uses(&entry));
                }
            }
        }
    }
    say(&format!("e2e: {count} requests, {} of them forbidden and not meant to be", wrong.len()));
    if whole {
        let known =
            |of: &Right| UNASKED.iter().any(|(one, verb, _)| (*one, *verb) == (&*of.1, &*of.2));
        let spare = allowed().into_iter().filter(|right| !known(right) && !asked.contains(right));
        wrong.extend(spare.map(|(group, resource, verb)| {
            format!("{verb} {resource}.{group} is allowed, and no operator asked for it")
        }));
    }
    wrong
}

/// Group, resource and verb.
type Right = (String, String, String);

/// The rights that a request takes. Who applies what is not there yet has to be allowed to create.
fn uses(entry: &Entry) -> Vec<Right> {
    let mut resource = entry.resource.clone();
    if !entry.subresource.is_empty() {
        resource += &format!("/{}", entry.subresource);
    }
    let right = |verb: &str| (entry.group.clone(), resource.clone(), verb.to_owned());
    let mut all = vec![right(&entry.verb)];
    if entry.verb == "patch" && entry.code == 201 {
        all.push(right("create"));
    }
    all
}

/// What the operator's roles allow.
fn allowed() -> BTreeSet<Right> {
    let texts = |value: &Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items.filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let roles = roles();
    let operators = roles.iter().filter(|one| one["metadata"]["name"] != "e2e-sluicegate-planner");
    let mut all = BTreeSet::new();
    for rule in operators.filter_map(|role| role["rules"].as_array()).flatten() {
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
