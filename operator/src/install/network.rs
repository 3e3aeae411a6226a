//! Who may speak to the operator, and to whom it speaks.

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
    system::System,
    systems::{self, Visitor},
};

use super::{
    base::{Install, NAME, labels, meta, object, selector},
    deployment::{HEALTH, METRICS},
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
/// to products. A product's ports are its owner's to choose, so it is told by the labels of pods.
pub fn policy(install: &Install) -> Value {
    let dns = DNS.iter().flat_map(|number| [port("UDP", *number), port("TCP", *number)]);
    let servers = API_SERVER.iter().map(|number| port("TCP", *number));
    let to =
        |ports: Vec<NetworkPolicyPort>| NetworkPolicyEgressRule { ports: Some(ports), to: None };
    let pods = |labels: Labels| NetworkPolicyPeer {
        namespace_selector: Some(LabelSelector::default()),
        pod_selector: Some(selected(&labels)),
        ..NetworkPolicyPeer::default()
    };
    let products: Vec<_> = peers().into_iter().map(pods).collect();
    let mut egress = vec![to(dns.collect()), to(servers.collect())];
    // No peer at all would be every peer.
    if !products.is_empty() {
        egress.push(NetworkPolicyEgressRule { ports: None, to: Some(products) });
    }
    let spec = NetworkPolicySpec {
        pod_selector: Some(selected(&selector())),
        policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
        ingress: Some(vec![NetworkPolicyIngressRule {
            ports: Some(vec![port("TCP", METRICS.1), port("TCP", HEALTH.1)]),
            from: None,
        }]),
        egress: Some(egress),
    };
    object(&NetworkPolicy { metadata: meta(NAME, &install.namespace), spec: Some(spec) })
}

/// The labels of the pods in which products are asked.
pub(super) fn peers() -> Vec<Labels> {
    let mut peers = Peers(Vec::new());
    systems::visit(&mut peers);
    peers.0
}

struct Peers(Vec<Labels>);

impl<S: System> Visitor<S> for Peers {
    fn system(&mut self) {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        self.0.extend(S::PEERS.iter().map(|labels| labels.iter().map(owned).collect()));
    }
}

fn port(protocol: &str, number: u16) -> NetworkPolicyPort {
    NetworkPolicyPort {
        port: Some(IntOrString::Int(number.into())),
        protocol: Some(protocol.to_owned()),
        end_port: None,
    }
}
