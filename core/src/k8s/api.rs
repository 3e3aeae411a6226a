//! Parts of specs and statuses that are the same for every kind that runs pods.
//!
//! One type for one thing: a probe of a broker and a probe of a registry are written alike.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};

use super::{
    quantity::Quantity,
    schema::{DURATION, LABEL, count_or_percent, few_labels},
};
use crate::words;

words! {
    /// When a node fetches an image.
    PullPolicy {
        /// Whenever a container starts.
        Always = "Always",
        /// When the node does not have it. This is the default.
        IfNotPresent = "IfNotPresent",
        /// Never: the node must have it.
        Never = "Never",
    }
}

words! {
    /// What has become of a resource that runs pods, in one word.
    #[derive(Default)]
    Phase {
        /// Seen, and nothing made yet.
        #[default]
        Pending = "Pending",
        /// Its objects are made; its pods are not yet ready for the first time.
        Provisioning = "Provisioning",
        /// As it was asked for.
        Running = "Running",
        /// On the way from one state that was asked for to the next.
        Updating = "Updating",
        /// Working with less than was asked for.
        Degraded = "Degraded",
        /// Not to be had as it was asked for.
        Failed = "Failed",
        /// On its way out.
        Terminating = "Terminating",
    }
}

/// What a container asks of its node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Resources {
    /// What is set aside for each container, by resource (`cpu` in cores, `memory` in bytes). At
    /// most 6, none above its limit. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 6))]
    pub requests: Option<BTreeMap<String, Quantity>>,
    /// What each container may not exceed, by resource (`cpu` in cores, `memory` in bytes). At
    /// most 6. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 6))]
    pub limits: Option<BTreeMap<String, Quantity>>,
}

/// Which connections to its pods a resource lets through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPolicy {
    /// Whether the ports alone that its programs serve can be reached, by a NetworkPolicy. Where
    /// its programs connect to is not bounded. The cluster's network has to enforce such policies.
    /// Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// How often and how patiently a container is asked for its health.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    /// Whether to ask at all. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Seconds between the start of the container and the first question, 0 to 3600.
    /// Default: `30`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 3600))]
    pub initial_delay_seconds: Option<i32>,
    /// Seconds between two questions, 1 to 300. Default: `10`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 300))]
    pub period_seconds: Option<i32>,
    /// Seconds to wait for an answer, 1 to 60. Default: `5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 60))]
    pub timeout_seconds: Option<i32>,
    /// Good answers in a row that count as healthy, 1 to 10; for liveness only 1.
    /// Default: `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10))]
    pub success_threshold: Option<i32>,
    /// Bad answers in a row that count as unhealthy, 1 to 30. Default: `3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 30))]
    pub failure_threshold: Option<i32>,
}

/// How many pods may be taken down on purpose at once, as when nodes are drained.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DisruptionBudget {
    /// Whether there is a budget. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Pods that must stay, as a count or as a percentage up to 100%. Excludes maxUnavailable.
    /// Optional; maxUnavailable counts without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "count_or_percent")]
    pub min_available: Option<IntOrString>,
    /// Pods that may be gone, as a count or as a percentage up to 100%. Excludes minAvailable,
    /// which takes its place when given. Default: `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "count_or_percent")]
    pub max_unavailable: Option<IntOrString>,
}

/// A ServiceMonitor, by which the Prometheus operator finds what to scrape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceMonitor {
    /// Whether to make one. The cluster must know the kind. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Where to make it. Optional; the namespace of this resource without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63), regex(pattern = LABEL))]
    pub namespace: Option<String>,
    /// Time between two scrapes, such as `15s` or `1m30s`. Default: `30s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 32), regex(pattern = DURATION))]
    pub interval: Option<String>,
    /// Labels by which a Prometheus selects it, at most 10. Default: `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "few_labels")]
    pub labels: Option<BTreeMap<String, String>>,
}

/// Decodes a part of a status, or gives its default: a status that another operator, or another
/// version of this one, left behind must never keep the resource from being read.
///
/// # Errors
///
/// Only if the input is not JSON at all.
pub fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// The same for a list: items that do not decode are left out.
///
/// # Errors
///
/// Only if the input is not JSON at all.
pub fn lenient_list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let items: Vec<serde_json::Value> = lenient(deserializer)?;
    Ok(items.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect())
}
