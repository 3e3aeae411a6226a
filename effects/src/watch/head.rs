//! What is known of an object without decoding it.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash as _, Hasher as _},
};

use serde_json::Value;
use sluicegate_core::{
    label::Labels,
    observed::{at, text},
};

/// The label by which a store finds the objects of one resource without looking at all.
pub(crate) const INSTANCE: &str = "app.kubernetes.io/instance";

/// What is known of an object without decoding it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its uid.
    pub uid: String,
    /// Its resourceVersion as a number, which may be compared within one API; 0 for none.
    pub version: u64,
    /// Whether it is being deleted.
    pub leaving: bool,
    /// Its labels.
    pub labels: Labels,
    /// Its owners.
    pub owners: Vec<Owner>,
    /// A digest of everything but its status: the same as long as what it asks for is.
    pub asked: u64,
}

/// An owner of an object, in the object's own namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its API group and version, as `apiVersion` writes them.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
}

impl Head {
    pub(super) fn of(object: &Value) -> Self {
        let map = at(object, "/metadata/labels").and_then(Value::as_object);
        let labels = map.into_iter().flatten();
        let labels = labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.into())));
        let owners = at(object, "/metadata/ownerReferences").and_then(Value::as_array);
        let owner = |owner: &Value| Owner {
            api_version: text(owner, "/apiVersion").to_owned(),
            kind: text(owner, "/kind").to_owned(),
            name: text(owner, "/name").to_owned(),
        };
        Self {
            uid: text(object, "/metadata/uid").to_owned(),
            version: number(text(object, "/metadata/resourceVersion")),
            leaving: at(object, "/metadata/deletionTimestamp").is_some(),
            labels: labels.collect(),
            owners: owners.into_iter().flatten().map(owner).collect(),
            asked: asked(object),
        }
    }
}

/// A digest of what an object asks for. One without a generation may ask for something else with
/// each version.
fn asked(object: &Value) -> u64 {
    let mut digest = DefaultHasher::new();
    let generation = at(object, "/metadata/generation").map(Value::to_string);
    generation
        .unwrap_or_else(|| text(object, "/metadata/resourceVersion").to_owned())
        .hash(&mut digest);
    for part in ["uid", "labels", "annotations", "ownerReferences", "deletionTimestamp"] {
        object["metadata"].get(part).map(Value::to_string).hash(&mut digest);
    }
    digest.finish()
}

/// A resourceVersion as a number. Those of one API may be compared.
pub(crate) fn number(version: &str) -> u64 {
    version.parse().unwrap_or(0)
}
