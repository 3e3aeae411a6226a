//! The Services: one that clients use, one by which the operator reaches the pod before it is
//! ready.

use k8s_openapi::api::core::v1::{Service, ServiceSpec};

use crate::{
    k8s,
    systems::rivven::{names, schema_registry::Valid},
};

/// Leads clients to the registry when it is ready.
pub(in super::super) fn client(registry: &Valid, port: u16) -> Service {
    service(registry, port, names::registry(&registry.name), ServiceSpec::default())
}

/// Leads the operator to its pod, ready or not.
pub(in super::super) fn headless(registry: &Valid, port: u16) -> Service {
    let spec = ServiceSpec {
        cluster_ip: Some("None".to_owned()),
        publish_not_ready_addresses: Some(true),
        ..ServiceSpec::default()
    };
    service(registry, port, names::registry_headless(&registry.name), spec)
}

fn service(registry: &Valid, port: u16, name: String, spec: ServiceSpec) -> Service {
    Service {
        metadata: registry.meta(name),
        spec: Some(ServiceSpec {
            ports: Some(vec![k8s::service_port("http", i32::from(port))]),
            selector: Some(registry.selector.clone()),
            ..spec
        }),
        status: None,
    }
}
