//! The ServiceMonitor: tells Prometheus where the brokers' metrics are.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::{
    k8s::{
        self,
        monitoring::{Endpoint, NamespaceSelector, ServiceMonitor, ServiceMonitorSpec},
    },
    systems::rivven::{
        cluster::{Monitor, Valid},
        names,
    },
};

/// Scrapes every broker through the Service that gives each a name: the one for clients leads to
/// the first only.
pub(in super::super) fn monitor(cluster: &Valid, monitor: &Monitor) -> ServiceMonitor {
    let mut labels = monitor.labels.clone();
    labels.extend(cluster.labels.clone());
    let metadata =
        k8s::meta(&cluster.owner, &cluster.namespace, names::monitor(&cluster.name), labels);
    let endpoint = Endpoint {
        port: super::services::API.to_owned(),
        path: "/metrics".to_owned(),
        interval: monitor.interval.clone(),
    };
    let namespace_selector = NamespaceSelector { match_names: vec![cluster.namespace.clone()] };
    ServiceMonitor::new(
        metadata,
        ServiceMonitorSpec {
            selector: LabelSelector {
                match_labels: Some(cluster.selector.clone()),
                ..LabelSelector::default()
            },
            namespace_selector: Some(namespace_selector),
            endpoints: vec![endpoint],
        },
    )
}
