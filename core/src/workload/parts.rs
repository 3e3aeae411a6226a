//! What a spec says of pods, as it goes into them.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{
        Affinity, EnvVar, PodSecurityContext, ResourceRequirements, SecurityContext, Toleration,
        TopologySpreadConstraint,
    },
    apimachinery::pkg::api::resource,
};

use super::checks::HasPods;
use crate::{
    k8s::{
        api::{self, PullPolicy},
        quantity::Quantity,
    },
    label::Labels,
};

/// What goes into a pod as it is written.
#[derive(Clone, Debug, Default)]
pub struct PodParts {
    pub(crate) annotations: Labels,
    pub(crate) labels: Labels,
    pub(crate) image_pull_policy: String,
    pub(crate) image_pull_secrets: Vec<String>,
    pub(crate) resources: Option<ResourceRequirements>,
    pub(crate) affinity: Option<Affinity>,
    pub(crate) tolerations: Vec<Toleration>,
    pub(crate) spread: Option<Vec<TopologySpreadConstraint>>,
    pub(crate) env: Vec<EnvVar>,
    pub(crate) security_context: Option<PodSecurityContext>,
    pub(crate) container_security: Option<SecurityContext>,
    pub(crate) node_selector: Option<Labels>,
    pub(crate) service_account: Option<String>,
}

impl PodParts {
    /// What a resource says of its pods. What is left empty is as if it were left out.
    pub(crate) fn of(resource: &impl HasPods) -> Self {
        let pods = resource.pods();
        let policy = pods.pull_policy.map_or("IfNotPresent", PullPolicy::as_str);
        Self {
            annotations: pods.annotations.cloned().unwrap_or_default(),
            labels: pods.labels.cloned().unwrap_or_default(),
            image_pull_policy: policy.to_owned(),
            image_pull_secrets: pods.pull_secrets.to_vec(),
            resources: pods.resources.and_then(resources),
            affinity: pods.affinity.cloned(),
            tolerations: pods.tolerations.to_vec(),
            spread: pods.spread.map(<[_]>::to_vec),
            env: pods.env.to_vec(),
            security_context: pods.security_context.cloned(),
            container_security: pods.container_security_context.cloned(),
            node_selector: pods.node_selector.filter(|all| !all.is_empty()).cloned(),
            service_account: pods.service_account.filter(|name| !name.is_empty()).cloned(),
        }
    }
}

/// The amounts of a spec; nothing where it names none.
fn resources(resources: &api::Resources) -> Option<ResourceRequirements> {
    type Amounts = BTreeMap<String, Quantity>;
    let amounts = |amounts: &Option<Amounts>| {
        let amounts = amounts.as_ref().filter(|amounts| !amounts.is_empty())?;
        let amount = |(name, amount): (&String, &Quantity)| {
            (name.clone(), resource::Quantity(amount.canonical()))
        };
        Some(amounts.iter().map(amount).collect())
    };
    let (requests, limits) = (amounts(&resources.requests), amounts(&resources.limits));
    if requests.is_none() && limits.is_none() {
        return None;
    }
    Some(ResourceRequirements { limits, requests, ..ResourceRequirements::default() })
}
