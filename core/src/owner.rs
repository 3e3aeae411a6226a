//! Whose an object is: the resource itself as a reference and as an owner, and who controls what is
//! there.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube_core::Resource;
use serde_json::Value;

use crate::{
    kind::Kind,
    observed::{Ref, at},
    plan::uid_placeholder,
};

/// The resource, as a reference.
pub fn own_ref<K: Kind>(resource: &K::Resource) -> Ref {
    let meta = resource.meta();
    let namespace = meta.namespace.as_deref().unwrap_or_default();
    Ref::to::<K::Resource>(namespace, meta.name.as_deref().unwrap_or_default())
}

/// The uid of a resource, or a placeholder where no API server has given one yet.
pub fn own_uid<R: Resource<DynamicType = ()>>(resource: &R) -> String {
    let meta = resource.meta();
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let placeholder = || uid_placeholder(&R::kind(&()), &part(&meta.namespace), &part(&meta.name));
    meta.uid.clone().unwrap_or_else(placeholder)
}

/// The owner reference that its children carry: it controls them, and they go with it.
pub fn owner<R: Resource<DynamicType = ()>>(resource: &R) -> OwnerReference {
    OwnerReference {
        api_version: R::api_version(&()).into_owned(),
        kind: R::kind(&()).into_owned(),
        name: resource.meta().name.clone().unwrap_or_default(),
        controller: Some(true),
        block_owner_deletion: None,
        uid: own_uid(resource),
    }
}

/// Whether an object belongs to nobody.
pub fn is_nobodys(object: &Value) -> bool {
    let owners = at(object, "/metadata/ownerReferences").and_then(Value::as_array);
    owners.is_none_or(Vec::is_empty)
}

/// The controller of an object, if it has one: the uid in its controller owner reference.
pub fn controller(object: &Value) -> Option<&str> {
    controller_ref(object)?["uid"].as_str()
}

/// The owner reference that names the controller of an object. Kubernetes takes one at most.
pub fn controller_ref(object: &Value) -> Option<&Value> {
    let owners = at(object, "/metadata/ownerReferences")?.as_array()?;
    owners.iter().find(|owner| owner["controller"] == true)
}
