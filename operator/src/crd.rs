//! The definitions of the custom resources, as they are applied.

use serde_json::Value;
use sluicegate_effects::yaml;

use crate::kinds::KindInfo;

/// The definition of a kind as YAML: what `deploy/crds/` holds.
pub fn text(kind: &KindInfo) -> String {
    yaml::to_string(&definition(kind))
}

/// What keeps tools from taking a definition away, and with it every resource of its kind; and has
/// Argo CD apply it on the server, where its size does not matter.
const NOTES: &[(&str, &str)] = &[
    ("argocd.argoproj.io/sync-options", "Delete=false,Prune=false,ServerSideApply=true"),
    ("helm.sh/resource-policy", "keep"),
    ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
];

/// The definition of a kind, as it is applied.
pub fn definition(kind: &KindInfo) -> Value {
    let mut crd = kind.crd.clone();
    let notes = NOTES.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    crd.metadata.annotations.get_or_insert_default().extend(notes);
    without_status(serde_json::to_value(&crd).expect("a definition is JSON"))
}

/// Nobody applies a status.
fn without_status(mut crd: Value) -> Value {
    if let Some(fields) = crd.as_object_mut() {
        fields.remove("status");
    }
    crd
}
