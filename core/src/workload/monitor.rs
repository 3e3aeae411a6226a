//! The ServiceMonitor: tells Prometheus where the metrics of pods are.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::{
    k8s::{
        api,
        monitoring::{Endpoint, NamespaceSelector, ServiceMonitor, ServiceMonitorSpec},
        selected,
    },
    label::Labels,
};

/// How Prometheus is told.
#[derive(Clone, Debug)]
pub struct Monitor {
    interval: String,
    labels: Labels,
}

impl Monitor {
    /// What a spec asks for; nothing where it asks for none.
    pub(crate) fn of(monitor: api::ServiceMonitor) -> Option<Self> {
        (monitor.enabled == Some(true)).then(|| Self {
            interval: monitor.interval.unwrap_or_else(|| "30s".to_owned()),
            labels: monitor.labels.unwrap_or_default(),
        })
    }

    /// The object: it scrapes `/metrics` at the port of this name of the Services that carry these
    /// labels, in its own namespace.
    pub(crate) fn object(
        &self,
        mut metadata: ObjectMeta,
        selector: &Labels,
        port: &str,
    ) -> ServiceMonitor {
        let mut labels = self.labels.clone();
        labels.extend(metadata.labels.unwrap_or_default());
        metadata.labels = Some(labels);
        let endpoint = Endpoint {
            port: port.to_owned(),
            path: "/metrics".to_owned(),
            interval: self.interval.clone(),
        };
        let match_names = metadata.namespace.iter().cloned().collect();
        ServiceMonitor::new(
            metadata,
            ServiceMonitorSpec {
                selector: selected(selector),
                namespace_selector: Some(NamespaceSelector { match_names }),
                endpoints: vec![endpoint],
            },
        )
    }
}
