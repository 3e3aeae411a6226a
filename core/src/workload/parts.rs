//! What a spec says of pods, as it goes into them.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{
        Affinity, EnvVar, PodSecurityContext, ResourceRequirements, SecurityContext, Toleration,
        TopologySpreadConstraint,
    },
    apimachinery::pkg::api::resource,
};

use crate::{
    k8s::{api, quantity::Quantity},
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

/// The amounts of a spec; nothing where it names none.
pub(crate) fn resources(resources: &api::Resources) -> Option<ResourceRequirements> {
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
