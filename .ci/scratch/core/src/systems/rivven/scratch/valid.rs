//! A scratch whose fields have been checked.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube_core::ResourceExt as _;

use super::{api::RivvenScratch, labels};
use crate::{
    annotations::Control,
    field::Errors,
    k8s,
    label::{self, Labels},
    owner::owner,
    workload::parts::PodParts,
};

/// A scratch whose fields have been checked, every default filled in.
#[derive(Clone, Debug)]
pub struct Valid {
    pub(super) name: String,
    pub(super) namespace: String,
    owner: OwnerReference,
    pub(super) selector: Labels,
    pub(super) replicas: i32,
    pub(super) image: String,
    pub(super) pod: PodParts,
}

impl Valid {
    /// The name of its Deployment.
    pub(super) fn child(&self) -> String {
        format!("rivven-scratch-{}", self.name)
    }

    /// The metadata of its Deployment.
    pub(super) fn meta(&self) -> ObjectMeta {
        let labels = label::recommended(&self.selector);
        k8s::meta(&self.owner, &self.namespace, self.child(), labels)
    }
}

/// Checks what the schema cannot say.
pub(super) fn accept(scratch: &RivvenScratch) -> Result<Valid, Errors> {
    let mut errors = Errors::default();
    Control::of(&scratch.metadata, &[], &[], &mut errors);
    let (spec, name) = (&scratch.spec, scratch.name_any());
    let image = spec.image.clone().unwrap_or_else(|| "registry.example/scratch:1".to_owned());
    errors.or(Valid {
        namespace: scratch.namespace().unwrap_or_default(),
        owner: owner(scratch),
        selector: labels(&name),
        replicas: spec.replicas.unwrap_or(1),
        image,
        pod: PodParts { image_pull_policy: "IfNotPresent".to_owned(), ..PodParts::default() },
        name,
    })
}
