//! What a resource is after a file was applied: what those who apply files have put there and the
//! file no longer says is gone, what others have set beside it stays.

use serde_json::{Map, Value, json};
use sluicegate_core::{compare::fields_of, json::merge_patch, label::SLUICEGATE, observed::text};

/// Who applies files without server-side apply, by the names under which they are known to it.
/// They remember what they gave (kubectl and Argo CD in an annotation, Helm 3 in its release).
const APPLIERS: [&str; 3] = ["kubectl-client-side-apply", "argocd-controller", "helm"];

/// A resource as it is after it was applied over what is there.
///
/// Whose a field is, `metadata.managedFields` says. A state that lacks them has been written by
/// hand: there everything is taken to have come from the file as it was before.
pub(super) fn applied(desired: &Value, before: Option<&Value>) -> Value {
    let Some(before) = before else { return desired.clone() };
    let owned = owned(before);
    let mut after = before.clone();
    for part in ["labels", "annotations"] {
        let kept = before["metadata"].get(part).and_then(|old| {
            let owned = owned.as_ref()?;
            left(old, &owned["f:metadata"][format!("f:{part}")])
        });
        let Some(metadata) = after["metadata"].as_object_mut() else { continue };
        metadata.remove(part);
        metadata.extend(kept.map(|kept| (part.to_owned(), kept)));
    }
    merge_patch(&mut after["metadata"], &desired["metadata"]);
    let kept = owned.as_ref().and_then(|owned| left(&before["spec"], &owned["f:spec"]));
    after["spec"] = laid_over(kept, &desired["spec"]);
    if desired.get("status").is_some() {
        after["status"] = desired["status"].clone();
    }
    let generation = before.pointer("/metadata/generation").and_then(Value::as_i64);
    let given = desired.pointer("/metadata/generation").is_some();
    if before["spec"] != after["spec"] && !given {
        after["metadata"]["generation"] = json!(generation.unwrap_or(1) + 1);
    }
    after
}

/// The fields that appliers own, all of them in one tree as Kubernetes writes it (`fieldsV1`).
/// Nothing if it is not told whose any field is but those of the operator.
fn owned(object: &Value) -> Option<Value> {
    let entries = object.pointer("/metadata/managedFields")?.as_array()?;
    let of_users = |entry: &&Value| {
        text(entry, "/subresource").is_empty() && text(entry, "/manager") != SLUICEGATE
    };
    let of_users: Vec<&Value> = entries.iter().filter(of_users).collect();
    if of_users.is_empty() {
        return None;
    }
    let applies = |entry: &&Value| {
        text(entry, "/operation") == "Apply" || APPLIERS.contains(&text(entry, "/manager"))
    };
    let mut all = json!({});
    for entry in of_users.into_iter().filter(applies) {
        merge_patch(&mut all, &fields_of(entry));
    }
    Some(all)
}

/// What is left of a value without what is owned. A list is one thing.
fn left(value: &Value, owned: &Value) -> Option<Value> {
    match (value, owned) {
        (Value::Null, _) => None,
        (_, Value::Null) => Some(value.clone()),
        // A map that is owned as a whole.
        (Value::Object(_), Value::Object(owned)) if owned.is_empty() => None,
        (Value::Object(fields), _) => {
            let left = |(key, value): (&String, &Value)| {
                Some((key.clone(), left(value, &owned[format!("f:{key}")])?))
            };
            let all: Map<String, Value> = fields.iter().filter_map(left).collect();
            (!all.is_empty()).then_some(Value::Object(all))
        }
        (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_), _) => None,
    }
}

/// What a file says, beside what is kept.
fn laid_over(kept: Option<Value>, desired: &Value) -> Value {
    match kept {
        Some(mut kept) => {
            merge_patch(&mut kept, desired);
            kept
        }
        None => desired.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A resource that was applied by one, and changed by another since.
    fn there(applier: &Value) -> Value {
        let mut ours = applier.clone();
        ours["fieldsV1"] = json!({
            "f:metadata": { "f:annotations": { ".": {}, "f:team": {}, "f:old": {} } },
            "f:spec": { "f:version": {}, "f:storage": { ".": {}, "f:size": {} } },
        });
        json!({
            "metadata": {
                "name": "small",
                "generation": 7,
                "annotations": { "team": "a", "old": "b", "sluicegate/paused": "true" },
                "managedFields": [ours, {
                    "manager": "kubectl-annotate", "operation": "Update",
                    "fieldsV1": {
                        "f:metadata": { "f:annotations": { "f:sluicegate/paused": {} } },
                    },
                }, {
                    "manager": "kubectl", "operation": "Update", "subresource": "scale",
                    "fieldsV1": { "f:spec": { "f:replicas": {} } },
                }],
            },
            "spec": { "replicas": 5, "version": "0.0.22", "storage": { "size": "10Gi" } },
        })
    }

    #[test]
    fn what_others_have_set_stays_and_what_the_file_had_goes() {
        for applier in [
            json!({ "manager": "kubectl-client-side-apply", "operation": "Update" }),
            json!({ "manager": "kustomize-controller", "operation": "Apply" }),
        ] {
            let file = json!({
                "metadata": { "name": "small", "annotations": { "team": "c" } },
                "spec": { "version": "0.0.23" },
            });
            let after = applied(&file, Some(&there(&applier)));
            let annotations = json!({ "team": "c", "sluicegate/paused": "true" });
            assert_eq!(after["metadata"]["annotations"], annotations);
            assert_eq!(after["metadata"]["generation"], 8);
            assert_eq!(after["spec"], json!({ "replicas": 5, "version": "0.0.23" }));
        }
    }

    #[test]
    fn what_was_never_applied_is_kept_whole() {
        let before = there(&json!({ "manager": "kubectl-create", "operation": "Update" }));
        let after = applied(&json!({ "metadata": {}, "spec": { "replicas": 1 } }), Some(&before));
        assert_eq!(after["metadata"]["annotations"], before["metadata"]["annotations"]);
        let spec = json!({ "replicas": 1, "version": "0.0.22", "storage": { "size": "10Gi" } });
        assert_eq!(after["spec"], spec);
    }

    #[test]
    fn a_state_that_names_no_owners_is_replaced() {
        let mut before = there(&json!({}));
        before["metadata"].as_object_mut().expect("an object").remove("managedFields");
        let after = applied(&json!({ "metadata": {}, "spec": { "replicas": 1 } }), Some(&before));
        assert_eq!(after["metadata"].get("annotations"), None);
        assert_eq!(after["spec"], json!({ "replicas": 1 }));
    }

    #[test]
    fn a_list_is_one_thing() {
        let owned = json!({ "f:topics": {} });
        assert_eq!(
            left(&json!({ "topics": ["a"], "more": ["b"] }), &owned),
            Some(json!({ "more": ["b"] }))
        );
        assert_eq!(left(&json!({ "topics": ["a"] }), &owned), None);
    }
}
