//! Which object: its API and its place in it; and what stands at a place of an object.

use std::{borrow::Cow, fmt};

use kube_core::Resource;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An API that a plan reads or writes. Holds the plural, so that no discovery is needed later.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Api {
    /// API group, empty for the core group.
    pub group: Cow<'static, str>,
    /// API version, such as `v1`.
    pub version: Cow<'static, str>,
    /// Kind, such as `StatefulSet`.
    pub kind: Cow<'static, str>,
    /// Plural, such as `statefulsets`.
    pub plural: Cow<'static, str>,
}

/// One object, whether it exists or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ref {
    /// Its API.
    pub api: Api,
    /// Its namespace, empty for an object of the whole cluster.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl Api {
    /// The API of a type known at compile time.
    pub fn of<K: Resource<DynamicType = ()>>() -> Self {
        Self {
            group: K::group(&()),
            version: K::version(&()),
            kind: K::kind(&()),
            plural: K::plural(&()),
        }
    }

    /// The API of a type that is not known at compile time.
    pub fn new(group: &str, version: &str, kind: &str, plural: &str) -> Self {
        let [group, version, kind, plural] =
            [group, version, kind, plural].map(|word| Cow::Owned(word.to_owned()));
        Self { group, version, kind, plural }
    }

    /// Group and version as `apiVersion` writes them: `apps/v1`, `v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }
}

/// The group of an `apiVersion`: `apps` of `apps/v1`, empty for `v1`.
pub fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

impl Ref {
    /// A reference to an object of a type known at compile time.
    pub fn to<K: Resource<DynamicType = ()>>(namespace: &str, name: &str) -> Self {
        Self { api: Api::of::<K>(), namespace: namespace.to_owned(), name: name.to_owned() }
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.api.kind, self.name)
        } else {
            write!(f, "{} {}/{}", self.api.kind, self.namespace, self.name)
        }
    }
}

/// The value at a JSON pointer that has no escapes in it.
///
/// `Value::pointer` allocates two strings a step to undo escapes, which was a third of the cost of
/// a steady step.
pub fn at<'a>(object: &'a Value, pointer: &str) -> Option<&'a Value> {
    debug_assert!(!pointer.contains('~'), "{pointer} has an escape");
    pointer.split('/').skip(1).try_fold(object, |value, key| match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        Value::Object(fields) => fields.get(key),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

/// An annotation of an object, or of the template of one.
pub(crate) fn annotation<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    at(object, "/metadata/annotations")?.get(key)?.as_str()
}

/// Text at a JSON pointer of an object, empty where there is none.
pub fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    at(object, pointer).and_then(Value::as_str).unwrap_or_default()
}
