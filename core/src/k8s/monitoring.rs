//! `ServiceMonitor` of the Prometheus operator: the few fields that are set here.
//!
//! A struct of our own and not a dependency: the crates that carry the whole API are many times the
//! size of these fields. Its definition may not be installed in a cluster.

use std::borrow::Cow;

use k8s_openapi::{
    NamespaceResourceScope,
    apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta},
};
use kube_core::Resource;
use serde::{Deserialize, Serialize};

/// Tells Prometheus to scrape the pods behind a Service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceMonitor {
    /// Always [`ServiceMonitor::API_VERSION`].
    pub api_version: String,
    /// Always `ServiceMonitor`.
    pub kind: String,
    /// Its metadata.
    pub metadata: ObjectMeta,
    /// What is scraped.
    pub spec: ServiceMonitorSpec,
}

/// What is scraped.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceMonitorSpec {
    /// The Services.
    pub selector: LabelSelector,
    /// The namespaces to look for them in; its own where left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<NamespaceSelector>,
    /// Their ports.
    pub endpoints: Vec<Endpoint>,
}

/// The namespaces in which Services are looked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceSelector {
    /// Their names.
    pub match_names: Vec<String>,
}

/// One port that is scraped.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// Its name.
    pub port: String,
    /// The path.
    pub path: String,
    /// How often, such as `30s`.
    pub interval: String,
}

impl ServiceMonitor {
    /// The only version there is.
    pub const API_VERSION: &str = "monitoring.coreos.com/v1";

    /// A ServiceMonitor of this name for these Services.
    pub fn new(metadata: ObjectMeta, spec: ServiceMonitorSpec) -> Self {
        let (api_version, kind) = (Self::API_VERSION.to_owned(), "ServiceMonitor".to_owned());
        Self { api_version, kind, metadata, spec }
    }
}

impl Resource for ServiceMonitor {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        "ServiceMonitor".into()
    }

    fn group((): &()) -> Cow<'_, str> {
        "monitoring.coreos.com".into()
    }

    fn version((): &()) -> Cow<'_, str> {
        "v1".into()
    }

    fn plural((): &()) -> Cow<'_, str> {
        "servicemonitors".into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}
