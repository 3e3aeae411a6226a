//! The Service: where workers are asked whether they live, and for their figures.

use k8s_openapi::api::core::v1::{Service, ServiceSpec};

use crate::{
    k8s,
    systems::rivven::{connect::Valid, names},
};

/// Leads to the workers.
pub(in super::super) fn service(connect: &Valid) -> Service {
    let mut ports = vec![k8s::service_port("http", i32::from(connect.health_port))];
    if let Some(port) = connect.metrics_port {
        ports.push(k8s::service_port("metrics", i32::from(port)));
    }
    Service {
        metadata: connect.meta(names::workers(&connect.name)),
        spec: Some(ServiceSpec {
            ports: Some(ports),
            selector: Some(connect.selector.clone()),
            ..ServiceSpec::default()
        }),
        status: None,
    }
}
