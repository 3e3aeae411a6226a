//! Who the operator is, and what it may do.

use k8s_openapi::api::{
    core::v1::ServiceAccount,
    rbac::v1::{ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject},
};
use serde_json::Value;

use super::{
    base::{Install, NAME, labels, meta, object},
    rules,
};

/// What the role for the lease is called.
pub const ELECTION: &str = "sluicegate-leader-election";

/// The operator's account, and its roles: one for the whole cluster, or one in each namespace that
/// is looked after; and one where its lease is.
pub fn all(install: &Install) -> Vec<Value> {
    let home = &install.namespace;
    let mut all = vec![account(NAME, home)];
    if install.watch.is_empty() {
        all.extend(for_all(NAME, NAME, home, rules::everywhere()));
    }
    for namespace in &install.watch {
        all.extend(within(NAME, namespace, NAME, home, rules::in_namespace()));
    }
    all.extend(within(ELECTION, home, NAME, home, rules::election()));
    all
}

/// An account. Its token is mounted where a pod asks for it, and nowhere else.
pub fn account(name: &str, namespace: &str) -> Value {
    object(&ServiceAccount {
        metadata: meta(name, namespace),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    })
}

/// A role for the whole cluster, and its binding to an account.
pub fn for_all(name: &str, account: &str, home: &str, rules: Vec<PolicyRule>) -> [Value; 2] {
    let role =
        ClusterRole { metadata: meta(name, ""), rules: Some(rules), ..ClusterRole::default() };
    let binding = ClusterRoleBinding {
        metadata: meta(name, ""),
        role_ref: reference("ClusterRole", name),
        subjects: Some(vec![subject(account, home)]),
    };
    [object(&role), object(&binding)]
}

/// A role in one namespace, and its binding to an account.
pub fn within(
    name: &str,
    namespace: &str,
    account: &str,
    home: &str,
    rules: Vec<PolicyRule>,
) -> [Value; 2] {
    let role = Role { metadata: meta(name, namespace), rules: Some(rules) };
    let binding = RoleBinding {
        metadata: meta(name, namespace),
        role_ref: reference("Role", name),
        subjects: Some(vec![subject(account, home)]),
    };
    [object(&role), object(&binding)]
}

/// A role that another role of the cluster takes in by a label.
pub fn aggregated(name: &str, into: &[&str], rules: Vec<PolicyRule>) -> Value {
    let mut metadata = meta(name, "");
    let mut labels = labels();
    for role in into {
        let label = format!("rbac.authorization.k8s.io/aggregate-to-{role}");
        labels.insert(label, "true".to_owned());
    }
    metadata.labels = Some(labels);
    object(&ClusterRole { metadata, rules: Some(rules), ..ClusterRole::default() })
}

fn reference(kind: &str, name: &str) -> RoleRef {
    let group = "rbac.authorization.k8s.io".to_owned();
    RoleRef { api_group: group, kind: kind.to_owned(), name: name.to_owned() }
}

fn subject(account: &str, namespace: &str) -> Subject {
    Subject {
        kind: "ServiceAccount".to_owned(),
        name: account.to_owned(),
        namespace: Some(namespace.to_owned()),
        ..Subject::default()
    }
}
