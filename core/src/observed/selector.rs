//! Which objects are listed.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Api, Ref, at};
use crate::label::Labels;

/// Every object of one API, in one namespace or in all, that carries these labels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Selector {
    /// Their API.
    pub api: Api,
    /// Their namespace; empty means every namespace.
    pub namespace: String,
    /// The labels they carry; none means all objects.
    pub labels: Labels,
    /// Their value in an index; none means any.
    pub indexed: Option<Indexed>,
}

/// What objects of an API are found by besides names and labels, as by the index of an informer:
/// who asks for one of ten thousand does not get them all.
#[derive(Clone, Copy, Debug)]
pub struct Index {
    /// Its name, unique among all.
    pub name: &'static str,
    /// The value of an object.
    pub value: fn(&Value) -> String,
}

/// A value in an index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Indexed {
    /// The index.
    pub index: &'static Index,
    /// The value.
    pub value: String,
}

impl PartialEq for Index {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Index {}

impl PartialOrd for Index {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Index {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(other.name)
    }
}

impl Selector {
    /// Every object of an API in a namespace; in an empty one, everywhere.
    pub fn all(api: Api, namespace: &str) -> Self {
        let namespace = namespace.to_owned();
        Self { api, namespace, labels: Labels::new(), indexed: None }
    }

    /// Whether an object has the value in the index that is asked for. Its name and labels are for
    /// [`Selector::selects`] to judge.
    pub fn has_value(&self, object: &Value) -> bool {
        self.indexed.as_ref().is_none_or(|one| (one.index.value)(object) == one.value)
    }

    /// Whether an object of this API, with this namespace and these labels, is among the selected.
    pub fn selects(&self, target: &Ref, labels: Option<&Value>) -> bool {
        self.api == target.api
            && (self.namespace.is_empty() || self.namespace == target.namespace)
            && self.are_carried(labels)
    }

    /// Whether an object of this API and namespace is among the selected.
    pub fn fits(&self, object: &Value) -> bool {
        self.are_carried(at(object, "/metadata/labels")) && self.has_value(object)
    }

    fn are_carried(&self, labels: Option<&Value>) -> bool {
        let carried = |(key, value): (&String, &String)| {
            labels.and_then(|labels| labels.get(key)).and_then(Value::as_str) == Some(value)
        };
        self.labels.iter().all(carried)
    }
}
