//! What objects are kept by.

use serde_json::Value;
use sluicegate_core::observed::{Ref, group_of, text};

/// What an object is found by. Unlike a [`Ref`] it leaves out the version and the plural, so that
/// an object that came as text is found as well.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) group: String,
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
}

impl Key {
    pub(super) fn of(target: &Ref) -> Self {
        Self {
            group: target.api.group.to_string(),
            kind: target.api.kind.to_string(),
            namespace: target.namespace.clone(),
            name: target.name.clone(),
        }
    }

    pub(super) fn of_object(object: &Value) -> Self {
        let group = group_of(text(object, "/apiVersion"));
        Self {
            group: group.to_owned(),
            kind: text(object, "/kind").to_owned(),
            namespace: text(object, "/metadata/namespace").to_owned(),
            name: text(object, "/metadata/name").to_owned(),
        }
    }

    /// An owner in the namespace of what it owns.
    pub(super) fn of_owner(owner: &Value, namespace: &str) -> Self {
        Self {
            group: group_of(text(owner, "/apiVersion")).to_owned(),
            kind: text(owner, "/kind").to_owned(),
            namespace: namespace.to_owned(),
            name: text(owner, "/name").to_owned(),
        }
    }

    /// An object of the core group.
    pub(super) fn core(kind: &str, namespace: &str, name: &str) -> Self {
        Self::in_group("", kind, namespace, name)
    }

    /// An object of a group.
    pub(super) fn in_group(group: &str, kind: &str, namespace: &str, name: &str) -> Self {
        let [group, kind, namespace, name] = [group, kind, namespace, name].map(str::to_owned);
        Self { group, kind, namespace, name }
    }
}
