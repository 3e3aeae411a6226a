//! Garbage: what belongs to nobody any more, and what has to go with its owner or its namespace.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sluicegate_core::observed::text;

use crate::memory::{
    index::By,
    key::Key,
    object::{has_finalizer, is_leaving, meta_mut, owners, remove_finalizer},
    store::Store,
};

pub(super) fn round(store: &mut Store) {
    namespaces(store);
    leaving_owners(store);
    unowned(store);
}

/// Empties the namespaces that are being deleted, and lets them go once they are empty.
fn namespaces(store: &mut Store) {
    for home in store.every("", "Namespace") {
        if !store.find(&home).is_some_and(is_leaving) {
            continue;
        }
        let inside = store.objects.iter().filter(|(key, _)| key.namespace() == home.name());
        let inside: Vec<(Key, bool)> =
            inside.map(|(key, object)| (key.clone(), is_leaving(object))).collect();
        if inside.is_empty() {
            store.update(&home, |home| home["spec"]["finalizers"] = json!([]));
            continue;
        }
        for (key, leaving) in inside {
            if !leaving {
                delete(store, &key, "is deleted with its namespace");
            }
        }
    }
}

/// Serves those who are held until their dependents are gone, or let go.
fn leaving_owners(store: &mut Store) {
    for owner in held(store, "orphan") {
        for dependent in dependents(store, &owner) {
            let uid = uid_of(store, &owner);
            store.update(&dependent, |object| disown(object, &BTreeSet::from([uid])));
            store.tell(&dependent, "was let go by its owner");
        }
        store.update(&owner, |owner| remove_finalizer(owner, "orphan"));
    }
    for owner in held(store, "foregroundDeletion") {
        let dependents = dependents(store, &owner);
        for dependent in &dependents {
            if !store.find(dependent).is_some_and(is_leaving) {
                delete(store, dependent, "is deleted before its owner");
            }
        }
        let uid = uid_of(store, &owner);
        let blocking = |key: &Key| {
            let references = store.find(key).into_iter().flat_map(owners);
            let mut ours = references.filter(|owner| text(owner, "/uid") == uid);
            ours.any(|owner| owner["blockOwnerDeletion"] == true)
        };
        if !dependents.iter().any(blocking) {
            store.update(&owner, |owner| remove_finalizer(owner, "foregroundDeletion"));
        }
    }
}

/// Deletes what only belongs to owners that are gone.
fn unowned(store: &mut Store) {
    let absent = |uid: &str| store.finder.all(By::Uid, uid).next().is_none();
    let (mut lost, mut orphans) = (BTreeSet::new(), BTreeSet::new());
    for (uid, key) in store.finder.every(By::Owner) {
        if lost.contains(uid) || absent(uid) {
            lost.insert(uid.to_owned());
            orphans.insert(key.clone());
        }
    }
    for key in orphans {
        let Some(object) = store.find(&key).filter(|object| !is_leaving(object)) else { continue };
        let is_gone = |owner: &&Value| {
            let uid = text(owner, "/uid");
            // One that was never loaded is gone if another bears its name.
            let replaced = || store.find(&Key::of_owner(owner, key.namespace())).is_some();
            lost.contains(uid) && (!store.beyond.contains(uid) || replaced())
        };
        let gone = owners(object).filter(is_gone).map(|owner| text(owner, "/uid").to_owned());
        let gone: BTreeSet<String> = gone.collect();
        if gone.is_empty() {
            continue;
        }
        if owners(object).count() > gone.len() {
            store.update(&key, |object| disown(object, &gone));
        } else {
            delete(store, &key, "is deleted after its owner");
        }
    }
}

fn delete(store: &mut Store, key: &Key, why: &str) {
    store.tell(key, why);
    store.begin_delete(key, None);
}

fn uid_of(store: &Store, key: &Key) -> String {
    store.find(key).map_or_else(String::new, |object| text(object, "/metadata/uid").to_owned())
}

fn dependents(store: &Store, owner: &Key) -> Vec<Key> {
    store.finder.all(By::Owner, &uid_of(store, owner)).cloned().collect()
}

/// What is being deleted and held by a finalizer.
fn held(store: &Store, name: &str) -> Vec<Key> {
    let leaving = store.finder.all(By::Leaving, "");
    let held = |key: &&Key| store.find(key).is_some_and(|object| has_finalizer(object, name));
    leaving.filter(held).cloned().collect()
}

fn disown(object: &mut Value, gone: &BTreeSet<String>) {
    let meta = meta_mut(object);
    let Some(owners) = meta.get_mut("ownerReferences").and_then(Value::as_array_mut) else {
        return;
    };
    owners.retain(|owner| !gone.contains(text(owner, "/uid")));
    if owners.is_empty() {
        meta.remove("ownerReferences");
    }
}
