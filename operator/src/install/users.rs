//! What people may do with our resources: the cluster's own roles `view`, `edit` and `admin` take
//! these in, so that who works in a namespace may work with what is in it.

use std::collections::BTreeMap;

use k8s_openapi::api::rbac::v1::PolicyRule;
use serde_json::Value;

use super::roles::aggregated;
use crate::kinds;

/// The role for those who look.
pub const VIEW: &str = "sluicegate-view";
/// The role for those who change.
pub const EDIT: &str = "sluicegate-edit";

/// Both roles. The status is nobody's to write but the operator's.
pub fn all() -> [Value; 2] {
    [
        aggregated(VIEW, &["view", "edit", "admin"], rules(&["get", "list", "watch"])),
        aggregated(EDIT, &["edit", "admin"], rules(&["create", "delete", "patch", "update"])),
    ]
}

fn rules(verbs: &[&str]) -> Vec<PolicyRule> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for kind in kinds::all() {
        groups.entry(kind.api.group.to_string()).or_default().push(kind.api.plural.to_string());
    }
    let rule = |(group, mut resources): (String, Vec<String>)| {
        resources.sort();
        PolicyRule {
            api_groups: Some(vec![group]),
            resources: Some(resources),
            verbs: verbs.iter().map(|verb| (*verb).to_owned()).collect(),
            ..PolicyRule::default()
        }
    };
    groups.into_iter().map(rule).collect()
}
