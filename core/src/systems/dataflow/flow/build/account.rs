//! Who the processor is, and what it may: to note how far it is in one ConfigMap, and nothing else.

use k8s_openapi::api::{
    core::v1::ServiceAccount,
    rbac::v1::{PolicyRule, Role, RoleBinding, RoleRef, Subject},
};

use crate::systems::dataflow::flow::{Valid, names};

/// Its account.
pub(in super::super) fn account(flow: &Valid) -> ServiceAccount {
    ServiceAccount {
        metadata: flow.meta(names::account(&flow.name)),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    }
}

/// What it may.
pub(in super::super) fn role(flow: &Valid) -> Role {
    let texts = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let note = PolicyRule {
        api_groups: Some(texts(&[""])),
        resources: Some(texts(&["configmaps"])),
        resource_names: Some(vec![names::checkpoint(&flow.name)]),
        verbs: texts(&["get", "patch"]),
        ..PolicyRule::default()
    };
    Role { metadata: flow.meta(names::account(&flow.name)), rules: Some(vec![note]) }
}

/// That it may.
pub(in super::super) fn binding(flow: &Valid) -> RoleBinding {
    let name = names::account(&flow.name);
    RoleBinding {
        metadata: flow.meta(name.clone()),
        role_ref: RoleRef {
            api_group: "rbac.authorization.k8s.io".to_owned(),
            kind: "Role".to_owned(),
            name: name.clone(),
        },
        subjects: Some(vec![Subject {
            kind: "ServiceAccount".to_owned(),
            name,
            namespace: Some(flow.namespace.clone()),
            ..Subject::default()
        }]),
    }
}
