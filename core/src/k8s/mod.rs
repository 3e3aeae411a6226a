//! Small words for Kubernetes objects. No policy: what to say is the builders' business.

use k8s_openapi::{
    api::{
        apps::v1::DeploymentStrategy,
        core::v1::{
            ConfigMapVolumeSource, ContainerPort, EnvVar, EnvVarSource, KeyToPath,
            ObjectFieldSelector, SecretKeySelector, SecretVolumeSource, ServicePort, Volume,
            VolumeMount,
        },
    },
    apimachinery::pkg::{
        apis::meta::v1::{LabelSelector, ObjectMeta, OwnerReference},
        util::intstr::IntOrString,
    },
};

use crate::label::Labels;

pub mod api;
pub mod builtin;
pub mod fixed;
pub mod metadata;
pub mod monitoring;
pub mod pod;
pub mod schema;

pub use crate::quantity;

/// Metadata of a child: placed, labelled and owned.
pub fn meta(owner: &OwnerReference, namespace: &str, name: String, labels: Labels) -> ObjectMeta {
    ObjectMeta {
        name: Some(name),
        namespace: Some(namespace.to_owned()),
        labels: Some(labels),
        owner_references: Some(vec![owner.clone()]),
        ..ObjectMeta::default()
    }
}

/// What carries these labels.
pub fn selected(labels: &Labels) -> LabelSelector {
    LabelSelector { match_labels: Some(labels.clone()), ..LabelSelector::default() }
}

/// That the old pod of a Deployment has ended before the new one starts.
pub fn recreate() -> DeploymentStrategy {
    DeploymentStrategy { type_: Some("Recreate".to_owned()), rolling_update: None }
}

/// An environment variable with a value.
pub fn env(name: &str, value: &(impl ToString + ?Sized)) -> EnvVar {
    EnvVar { name: name.to_owned(), value: Some(value.to_string()), value_from: None }
}

/// An environment variable that takes a field of its own pod.
pub fn env_from_field(name: &str, path: &str) -> EnvVar {
    let field = ObjectFieldSelector { api_version: None, field_path: path.to_owned() };
    let source = EnvVarSource { field_ref: Some(field), ..EnvVarSource::default() };
    EnvVar { name: name.to_owned(), value: None, value_from: Some(source) }
}

/// An environment variable that takes a key of a Secret.
pub fn env_from_secret(name: &str, secret: &str, key: &str) -> EnvVar {
    let key = SecretKeySelector { name: secret.to_owned(), key: key.to_owned(), optional: None };
    let source = EnvVarSource { secret_key_ref: Some(key), ..EnvVarSource::default() };
    EnvVar { name: name.to_owned(), value: None, value_from: Some(source) }
}

/// A TCP port of a container.
pub fn container_port(name: &str, port: i32) -> ContainerPort {
    ContainerPort {
        name: Some(name.to_owned()),
        container_port: port,
        protocol: Some("TCP".to_owned()),
        ..ContainerPort::default()
    }
}

/// Where a volume is mounted for reading.
pub fn read_only_mount(volume: &str, path: &str) -> VolumeMount {
    VolumeMount { read_only: Some(true), ..mount(volume, path) }
}

/// Where a volume is mounted.
pub fn mount(volume: &str, path: &str) -> VolumeMount {
    VolumeMount { name: volume.to_owned(), mount_path: path.to_owned(), ..VolumeMount::default() }
}

/// A volume that holds what a ConfigMap has.
pub fn config_map_volume(volume: &str, config_map: String) -> Volume {
    let source = ConfigMapVolumeSource { name: config_map, ..ConfigMapVolumeSource::default() };
    Volume { name: volume.to_owned(), config_map: Some(source), ..Volume::default() }
}

/// A volume that holds these keys of a Secret, each as a file of its name with this mode.
pub fn secret_volume<K: AsRef<str>>(
    volume: String,
    secret: &str,
    keys: &[K],
    mode: Option<i32>,
) -> Volume {
    let item = |key: &K| {
        let key = key.as_ref().to_owned();
        KeyToPath { path: key.clone(), key, mode: None }
    };
    let source = SecretVolumeSource {
        secret_name: Some(secret.to_owned()),
        items: Some(keys.iter().map(item).collect()),
        default_mode: mode,
        ..SecretVolumeSource::default()
    };
    Volume { name: volume, secret: Some(source), ..Volume::default() }
}

/// A TCP port of a service, which leads to the container port of the same name.
pub fn service_port(name: &str, port: i32) -> ServicePort {
    ServicePort {
        name: Some(name.to_owned()),
        port,
        protocol: Some("TCP".to_owned()),
        target_port: Some(IntOrString::String(name.to_owned())),
        ..ServicePort::default()
    }
}
