//! What a change rests on: the object to apply, and the one that it was decided on.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube_core::Resource;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    digest::digest,
    json::merge,
    label::DIGEST,
    observed::{Api, Ref, text},
};

/// A complete object to apply, erased from its type.
///
/// Made only by [`Manifest::of`] and [`Manifest::part`], so it was typed to the last moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Which object.
    pub target: Ref,
    /// The fields that this operator owns, and no others.
    pub body: Value,
    /// The digest of what is wished for in the end. The same as that of the body, except while a
    /// change is made in stages.
    pub intent: String,
}

/// The object that a change was decided on. There is no way to make one without having seen it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Precondition {
    uid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_version: Option<String>,
}

impl Manifest {
    /// Erases a typed object and signs it with the digest of what it says.
    ///
    /// # Panics
    ///
    /// If the object has no name, which is a mistake in a builder.
    pub fn of<K>(object: &K) -> Self
    where
        K: Resource<DynamicType = ()> + Serialize,
    {
        let body = serde_json::to_value(object).expect("Kubernetes objects are JSON");
        Self::sealed(Self::target_of::<K>(object.meta()), body)
    }

    /// Some fields of an object that another creates. Carries no digest: it is not ours alone.
    pub fn part(target: Ref, fields: &Value) -> Self {
        let mut body = json!({
            "apiVersion": target.api.api_version(),
            "kind": target.api.kind,
            "metadata": { "name": target.name, "namespace": target.namespace },
        });
        merge(&mut body, fields);
        let intent = digest(&body);
        Self { target, body, intent }
    }

    /// The same manifest as a stage on the way to another, which it is compared by.
    #[must_use]
    pub fn towards(mut self, goal: &Self) -> Self {
        self.intent.clone_from(&goal.intent);
        self
    }

    /// The digest that the body carries, if it carries one.
    pub fn digest(&self) -> Option<&str> {
        self.body.get("metadata")?.get("annotations")?.get(DIGEST)?.as_str()
    }

    fn sealed(target: Ref, mut body: Value) -> Self {
        let digest = digest(&body);
        merge(&mut body, &json!({ "metadata": { "annotations": { DIGEST: digest } } }));
        Self { target, body, intent: digest }
    }

    fn target_of<K: Resource<DynamicType = ()>>(meta: &ObjectMeta) -> Ref {
        let name = meta.name.clone().expect("a builder names its object");
        let namespace = meta.namespace.clone().unwrap_or_default();
        Ref { api: Api::of::<K>(), namespace, name }
    }
}

impl Precondition {
    /// The object as it was seen: this very one, and not changed since.
    ///
    /// An object that was never in a cluster has no uid: offline it gets a placeholder of its kind,
    /// namespace and name, which prints as `(known after apply)`.
    pub fn as_seen(target: &Ref, object: &Value) -> Self {
        let version = text(object, "/metadata/resourceVersion");
        let resource_version = (!version.is_empty()).then(|| version.to_owned());
        Self { uid: uid(target, object), resource_version }
    }

    /// The same object, however it has changed since.
    #[must_use]
    pub fn at_any_version(mut self) -> Self {
        self.resource_version = None;
        self
    }

    /// The uid that was seen.
    pub fn uid(&self) -> &str {
        &self.uid
    }

    /// The resourceVersion that was seen, where it matters.
    pub fn resource_version(&self) -> Option<&str> {
        self.resource_version.as_deref()
    }
}

/// How the placeholder of a uid begins that no API server has given yet.
pub const UID_PLACEHOLDER: &str = "unknown-uid-of:";

/// What stands for the uid of an object that no API server has given one yet.
pub fn uid_placeholder(kind: &str, namespace: &str, name: &str) -> String {
    format!("{UID_PLACEHOLDER}{kind}/{namespace}/{name}")
}

/// The uid of an object, or its placeholder.
pub fn uid(target: &Ref, object: &Value) -> String {
    match text(object, "/metadata/uid") {
        "" => uid_placeholder(&target.api.kind, &target.namespace, &target.name),
        uid => uid.to_owned(),
    }
}
