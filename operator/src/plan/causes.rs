//! Why something is done at all: what has changed about the resource since it was last asked for.

use std::borrow::Cow;

use serde_json::Value;
use sluicegate_core::{field::Path, label::OURS};

use super::{
    hidden,
    model::{Action, Cause, CauseCode, Drift},
};
use crate::kinds;

/// The causes of a resource's actions, given the resource as it was before.
pub(super) fn of(
    before: Option<&Value>,
    now: &Value,
    actions: &[Action],
    drift: &[Drift],
) -> Vec<Cause> {
    let mut causes = Vec::new();
    if now.pointer("/metadata/deletionTimestamp").is_some() {
        causes.push(plain(CauseCode::Deleted));
    }
    let known = |value: &Value| {
        let uid = value.pointer("/metadata/uid").and_then(Value::as_str);
        uid.is_some_and(|uid| !uid.starts_with(sluicegate_core::plan::UID_PLACEHOLDER))
    };
    match before {
        Some(before) => {
            let (was, is) = veiled(before, now);
            differ(&Path::root("spec"), was.get("spec"), is.get("spec"), &mut causes);
            requests(before, now, &mut causes);
        }
        None if !known(now) => causes.push(plain(CauseCode::Created)),
        None => {}
    }
    for drift in drift {
        let own = now["kind"] == drift.target.kind.as_str();
        let path = if own {
            drift.path.trim_start_matches('/').to_owned()
        } else {
            format!("{} {}", drift.target.kind, drift.target.name)
        };
        if !causes.iter().any(|cause: &Cause| cause.path == path) {
            causes.push(Cause { code: CauseCode::Drift, path, before: None, after: None });
        }
    }
    if causes.is_empty() && actions.iter().any(|action| !action.op.only_tells()) {
        causes.push(plain(CauseCode::Reconciled));
    }
    causes
}

fn plain(code: CauseCode) -> Cause {
    Cause { code, path: String::new(), before: None, after: None }
}

/// Both of them without the secrets that they have written down. That one of them has changed is
/// seen all the same.
fn veiled<'a>(before: &'a Value, now: &'a Value) -> (Cow<'a, Value>, Cow<'a, Value>) {
    let same = |path: &Path| {
        let (was, is) = (before.pointer(&path.pointer()), now.pointer(&path.pointer()));
        // A snapshot does not say what it was.
        was == is || was.is_some_and(|was| *was == hidden::SENSITIVE)
    };
    let kept = kinds::secrets_of(now).iter().all(same);
    let word = if kept { hidden::SENSITIVE } else { hidden::AFTER };
    let was = if kept { hidden::SENSITIVE } else { hidden::BEFORE };
    (kinds::veiled(before, was), kinds::veiled(now, word))
}

/// Annotations by which a person asks for something.
fn requests(before: &Value, now: &Value, causes: &mut Vec<Cause>) {
    let annotations = |value: &Value| {
        let all = value.pointer("/metadata/annotations").and_then(Value::as_object).cloned();
        let mut all = all.unwrap_or_default();
        all.retain(|key, _| key.starts_with(OURS));
        Value::from(all)
    };
    let mut found = Vec::new();
    let path = Path::root("metadata").child("annotations");
    differ(&path, Some(&annotations(before)), Some(&annotations(now)), &mut found);
    for cause in &mut found {
        cause.code = CauseCode::UserRequest;
    }
    causes.extend(found);
}

/// The items of a list by their names, if each has one of its own and it is no list of variables:
/// those are told as one.
fn by_name(items: &[Value]) -> Option<Vec<(&str, &Value)>> {
    let named = |item| {
        let item: &Value = item;
        let variable = item.get("value").or_else(|| item.get("valueFrom")).is_some();
        item.get("name")?.as_str().filter(|_| !variable).map(|name| (name, item))
    };
    items.iter().map(named).collect()
}

/// Whether the items of two lists stand for each other, one by one: as many, each of the type that
/// it was.
fn by_place(was: &[Value], is: &[Value]) -> bool {
    let typed = |(was, is): (&Value, &Value)| was["type"].is_string() && was["type"] == is["type"];
    was.len() == is.len() && was.iter().zip(is).all(typed)
}

/// The fields that differ, each by its own path. A list that differs is one field, unless its items
/// have names, or types that stay.
fn differ(path: &Path, before: Option<&Value>, now: Option<&Value>, causes: &mut Vec<Cause>) {
    if before == now {
        return;
    }
    let nothing = serde_json::Map::new();
    let fields = match (before, now) {
        (Some(Value::Object(was)), Some(Value::Object(is))) => Some((was, is)),
        (None, Some(Value::Object(is))) if !is.is_empty() => Some((&nothing, is)),
        (Some(Value::Object(was)), None) if !was.is_empty() => Some((was, &nothing)),
        _ => None,
    };
    if let (Some(Value::Array(was)), Some(Value::Array(is))) = (before, now)
        && let (Some(old), Some(new)) = (by_name(was), by_name(is))
    {
        let gone = old.iter().filter(|(name, _)| !new.iter().any(|(one, _)| one == name));
        for (at, (name, now)) in new.iter().enumerate() {
            let before = old.iter().find(|(one, _)| one == name).map(|(_, value)| *value);
            match before {
                Some(_) => differ(&path.index(at), before, Some(now), causes),
                None => whole(&path.index(at), None, Some(now), causes),
            }
        }
        for (name, before) in gone {
            whole(&path.child(&format!("name={name}")), Some(before), None, causes);
        }
        return;
    }
    if let (Some(Value::Array(was)), Some(Value::Array(is))) = (before, now)
        && by_place(was, is)
    {
        for (at, (was, is)) in was.iter().zip(is).enumerate() {
            differ(&path.index(at), Some(was), Some(is), causes);
        }
        return;
    }
    if let Some((was, is)) = fields {
        let mut keys: Vec<&String> = was.keys().chain(is.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            differ(&path.child(key), was.get(key), is.get(key), causes);
        }
        return;
    }
    whole(path, before, now, causes);
}

/// Something that differs as a whole.
fn whole(path: &Path, before: Option<&Value>, now: Option<&Value>, causes: &mut Vec<Cause>) {
    let (path, mut before, mut after) = (path.to_string(), before.cloned(), now.cloned());
    hidden::hide_both(&path, before.as_mut(), after.as_mut());
    causes.push(Cause { code: CauseCode::SpecChanged, path, before, after });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_changed_field_and_an_annotation_are_causes_by_their_paths() {
        let before = json!({ "metadata": { "uid": "u" }, "spec": { "a": { "b": 1 }, "c": 2 } });
        let now = json!({ "metadata": { "uid": "u", "annotations": { "sluicegate/restart": "x" } },
            "spec": { "a": { "b": 3 }, "c": 2 } });
        let causes = of(Some(&before), &now, &[], &[]);
        let told: Vec<(CauseCode, &str)> =
            causes.iter().map(|cause| (cause.code, &*cause.path)).collect();
        assert_eq!(
            told,
            [
                (CauseCode::SpecChanged, "spec.a.b"),
                (CauseCode::UserRequest, "metadata.annotations[\"sluicegate/restart\"]"),
            ]
        );
    }

    #[test]
    fn a_resource_without_a_uid_is_new() {
        let causes = of(None, &json!({ "metadata": {}, "spec": {} }), &[], &[]);
        assert_eq!(causes.len(), 1);
        assert_eq!(causes[0].code, CauseCode::Created);
    }
}
