//! The Services: one that clients use, one that gives each broker a name.

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};

use crate::{
    k8s,
    label::Labels,
    systems::rivven::{cluster::Valid, names},
};

/// The port of a broker's API, at the Service that gives every broker a name.
pub(in super::super) const API: &str = "api";

/// Leads clients to a broker. Where brokers run alone, to the first only: with more than one behind
/// it a client would see another truth at each connection.
pub(in super::super) fn client(cluster: &Valid) -> Service {
    let mut metadata = cluster.meta(names::client_service(&cluster.name));
    metadata.annotations = cluster.service_annotations.clone();
    let mut selector = cluster.selector.clone();
    if !cluster.release.clusters {
        selector.extend(first(cluster));
    }
    let mut ports = vec![ServicePort {
        port: cluster.service_port,
        ..k8s::service_port("client", i32::from(names::CLIENT_PORT))
    }];
    if cluster.metrics {
        ports.push(k8s::service_port("metrics", i32::from(cluster.api_port)));
    }
    Service {
        metadata,
        spec: Some(ServiceSpec {
            type_: Some(cluster.service_type.clone()),
            ports: Some(ports),
            selector: Some(selector),
            ..ServiceSpec::default()
        }),
        status: None,
    }
}

/// Gives every broker a name of its own, ready or not: brokers look for each other, and the
/// operator looks at them, before they are.
pub(in super::super) fn headless(cluster: &Valid) -> Service {
    let client = k8s::service_port("client", i32::from(names::CLIENT_PORT));
    // Called otherwise than the client Service's, so that a ServiceMonitor, which goes by labels
    // and the name of a port, finds every broker once.
    let api = k8s::service_port("metrics", i32::from(cluster.api_port));
    let api = ServicePort { name: Some(API.to_owned()), ..api };
    Service {
        metadata: cluster.meta(names::headless(&cluster.name)),
        spec: Some(ServiceSpec {
            cluster_ip: Some("None".to_owned()),
            publish_not_ready_addresses: Some(true),
            ports: Some(vec![client, api]),
            selector: Some(cluster.selector.clone()),
            ..ServiceSpec::default()
        }),
        status: None,
    }
}

fn first(cluster: &Valid) -> Labels {
    let label = "statefulset.kubernetes.io/pod-name".to_owned();
    Labels::from([(label, names::pod(&cluster.name, 0))])
}
