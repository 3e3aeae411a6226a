//! A plan, folded into what was seen: what would be seen next, had nobody else done anything.
//!
//! Only our own writes are in it. What Kubernetes and the product then do by themselves, such as
//! starting pods, belongs to the embedded Kubernetes of `sluicegate-effects`; a test holds the two
//! against each other.

use std::sync::Arc;

use kube_core::Resource;
use serde_json::{Value, json};

use crate::{
    compare,
    kind::Kind,
    label::SLUICEGATE,
    observed::{List, Look, Observed, Ref, Seen, at, text},
    plan::{Manifest, Plan, Verb, merge},
    system::System,
};

/// The resource and what is seen of its surroundings after a plan was carried out. The resource is
/// gone when its last finalizer was removed while it was being deleted.
pub fn fold<K: Kind>(
    resource: &K::Resource,
    seen: &Observed<K::System>,
    plan: &Plan<K::System>,
) -> (Option<K::Resource>, Observed<K::System>) {
    let mut own = serde_json::to_value(resource).expect("a resource is JSON");
    let mut seen = seen.clone();
    for action in &plan.actions {
        match &action.verb {
            Verb::Create(manifest) => put(&mut seen, manifest, true),
            Verb::Apply(manifest, _) => put(&mut seen, manifest, false),
            Verb::Delete(target, ..) | Verb::Restart(target, _) => take(&mut seen, target),
            Verb::Call(call) => drop(K::System::fold(call, seen.answers_mut())),
            Verb::SetStatus(_, _, status) => own["status"] = status.clone(),
            Verb::SetFinalizers(_, _, names) => own["metadata"]["finalizers"] = json!(names),
            Verb::Tell(_) => {}
        }
    }
    let resource: K::Resource = serde_json::from_value(own).expect("a resource stays one");
    let meta = resource.meta();
    let held = meta.finalizers.as_ref().is_some_and(|names| !names.is_empty());
    let gone = meta.deletion_timestamp.is_some() && !held;
    ((!gone).then_some(resource), seen)
}

/// Puts a manifest over what is seen of its object, by name and in every list that selects it.
fn put<S: System>(seen: &mut Observed<S>, manifest: &Manifest, new: bool) {
    let mut after = json!({});
    if let (Seen::Present(object), false) = (seen.raw(&manifest.target), new) {
        after = (**object).clone();
        // What is ours and no longer wished for goes; what others set stays.
        for gone in compare::removed(object, manifest, SLUICEGATE) {
            remove(&mut after, &gone.path);
        }
    }
    merge(&mut after, &manifest.body);
    place(seen, &manifest.target, Some(&Arc::new(after)));
}

/// Takes a field out. What is within a list needs no taking: lists are put whole.
fn remove(object: &mut Value, path: &str) {
    let Some((above, name)) = path.rsplit_once('/') else { return };
    let Some(above) = object.pointer_mut(above).and_then(Value::as_object_mut) else { return };
    above.remove(&name.replace("~1", "/").replace("~0", "~"));
}

fn take<S: System>(seen: &mut Observed<S>, target: &Ref) {
    place(seen, target, None);
}

fn place<S: System>(seen: &mut Observed<S>, target: &Ref, object: Option<&Arc<Value>>) {
    let (objects, lists) = seen.parts_mut();
    if let Some(look) = objects.get_mut(target) {
        *look = object.map_or(Look::Absent, |object| Look::Found(Arc::clone(object)));
    }
    for (selector, list) in lists {
        let List::Items(items) = list else { continue };
        let labels = object.and_then(|object| at(object, "/metadata/labels"));
        let at = items.iter().position(|item| {
            selector.api == target.api
                && text(item, "/metadata/name") == target.name
                && text(item, "/metadata/namespace") == target.namespace
        });
        let selected =
            |object: &&Arc<Value>| selector.selects(target, labels) && selector.has_value(object);
        match (object.filter(selected), at) {
            (Some(object), Some(at)) => items[at] = Arc::clone(object),
            (Some(object), None) => {
                let after = |item: &Arc<Value>| key(item) > key(object);
                let at = items.iter().position(after).unwrap_or(items.len());
                items.insert(at, Arc::clone(object));
            }
            (None, Some(at)) => drop(items.remove(at)),
            (None, None) => {}
        }
    }
}

/// What lists are in the order of.
fn key(object: &Value) -> (&str, &str) {
    (text(object, "/metadata/namespace"), text(object, "/metadata/name"))
}
