//! What all of the operator's own objects have in common: the names, the labels, the image.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;
use serde_json::Value;
use sluicegate_core::label::Labels;
use sluicegate_effects::yaml;

/// What everything is called.
pub const NAME: &str = "sluicegate";
/// The namespace that it is installed into where none is asked for.
pub const NAMESPACE: &str = "sluicegate";
/// The image of this version, and the only place that names it.
pub const IMAGE: &str = concat!("ghcr.io/sluicegate/sluicegate:", env!("CARGO_PKG_VERSION"));

/// What is installed, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Install {
    /// The namespace that the operator runs in.
    pub namespace: String,
    /// The namespaces that it looks after; none for all.
    pub watch: Vec<String>,
    /// Its image.
    pub image: String,
}

impl Default for Install {
    fn default() -> Self {
        Self { namespace: NAMESPACE.to_owned(), watch: Vec::new(), image: IMAGE.to_owned() }
    }
}

/// Objects as one YAML stream.
pub fn stream(objects: &[Value]) -> String {
    let texts: Vec<String> = objects.iter().map(yaml::to_string).collect();
    texts.join("---\n")
}

/// An object as it is applied: nobody applies a status.
pub(super) fn object(object: &impl Serialize) -> Value {
    let mut value = serde_json::to_value(object).expect("an object of Kubernetes is JSON");
    if let Some(fields) = value.as_object_mut() {
        fields.remove("status");
    }
    value
}

/// The labels of every object.
pub(super) fn labels() -> Labels {
    let label = |key: &str, value: &str| (format!("app.kubernetes.io/{key}"), value.to_owned());
    Labels::from([label("name", NAME), label("part-of", NAME)])
}

/// What the operator's pods are selected by. It never changes: selectors are immutable.
pub fn selector() -> Labels {
    let label = |key: &str, value: &str| (format!("app.kubernetes.io/{key}"), value.to_owned());
    Labels::from([label("component", "operator"), label("name", NAME)])
}

/// Metadata of an object of this name.
pub(super) fn meta(name: &str, namespace: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
        labels: Some(labels()),
        ..ObjectMeta::default()
    }
}
