//! Who may speak to the operator, and to whom it speaks.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::{
        core::v1::{Service, ServiceSpec},
        networking::v1::{
            NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer,
            NetworkPolicyPort, NetworkPolicySpec,
        },
    },
    apimachinery::pkg::{apis::meta::v1::LabelSelector, util::intstr::IntOrString},
};
use serde_json::Value;
use sluicegate_core::{
    k8s::{
        monitoring::{Endpoint, ServiceMonitor, ServiceMonitorSpec},
        selected, service_port,
    },
    label::Labels,
};

use super::{
    Install, NAME,
    deployment::{HEALTH, METRICS},
    labels, meta, object, selector,
};

/// Where names are looked up: the port of every cluster, and the one that OpenShift's pods have.
const DNS: [u16; 2] = [53, 5353];
/// Where API servers listen: managed clusters; kubeadm and most others; minikube; MicroK8s. A
/// policy sees the port of the server itself, not that of the Service in front of it.
const API_SERVER: [u16; 4] = [443, 6443, 8443, 16443];

/// The Service, to scrape the numbers of every process.
pub fn service(install: &Install) -> Value {
    let (name, port) = METRICS;
    object(&Service {
        metadata: monitored(install),
        spec: Some(ServiceSpec {
            selector: Some(selector()),
            ports: Some(vec![service_port(name, port.into())]),
            ..ServiceSpec::default()
        }),
        status: None,
    })
}

/// The ServiceMonitor for it. It can only be applied where the Prometheus operator is installed.
pub fn monitor(install: &Install) -> Value {
    let endpoint = Endpoint {
        port: METRICS.0.to_owned(),
        path: "/metrics".to_owned(),
        interval: "30s".to_owned(),
    };
    let spec = ServiceMonitorSpec {
        selector: selected(&selector()),
        namespace_selector: None,
        endpoints: vec![endpoint],
    };
    object(&ServiceMonitor::new(meta(NAME, &install.namespace), spec))
}

/// Metadata by which a ServiceMonitor finds the Service.
fn monitored(install: &Install) -> k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta {
    let mut metadata = meta(NAME, &install.namespace);
    let mut all = labels();
    all.extend(selector());
    metadata.labels = Some(all);
    metadata
}

/// What is let through: to its two ports; and from it to the cluster's DNS, to the API server, and
/// to brokers. A broker's ports are its owner's to choose, so brokers are told by their labels.
pub fn policy(install: &Install) -> Value {
    let dns = DNS.iter().flat_map(|number| [port("UDP", *number), port("TCP", *number)]);
    let servers = API_SERVER.iter().map(|number| port("TCP", *number));
    let to =
        |ports: Vec<NetworkPolicyPort>| NetworkPolicyEgressRule { ports: Some(ports), to: None };
    let brokers = NetworkPolicyPeer {
        namespace_selector: Some(LabelSelector::default()),
        pod_selector: Some(selected(&brokers())),
        ..NetworkPolicyPeer::default()
    };
    let spec = NetworkPolicySpec {
        pod_selector: Some(selected(&selector())),
        policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
        ingress: Some(vec![NetworkPolicyIngressRule {
            ports: Some(vec![port("TCP", METRICS.1), port("TCP", HEALTH.1)]),
            from: None,
        }]),
        egress: Some(vec![
            to(dns.collect()),
            to(servers.collect()),
            NetworkPolicyEgressRule { ports: None, to: Some(vec![brokers]) },
        ]),
    };
    object(&NetworkPolicy { metadata: meta(NAME, &install.namespace), spec: Some(spec) })
}

/// The labels of every broker.
pub(super) fn brokers() -> Labels {
    let label = |key: &str, value: &str| (format!("app.kubernetes.io/{key}"), value.to_owned());
    BTreeMap::from([label("component", "broker"), label("name", "rivven")])
}

fn port(protocol: &str, number: u16) -> NetworkPolicyPort {
    NetworkPolicyPort {
        port: Some(IntOrString::Int(number.into())),
        protocol: Some(protocol.to_owned()),
        end_port: None,
    }
}
