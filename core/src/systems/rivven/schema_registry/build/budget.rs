//! The PodDisruptionBudget: a drained node takes a registry away when nothing is lost by it.

use k8s_openapi::{
    api::policy::v1::PodDisruptionBudget, apimachinery::pkg::util::intstr::IntOrString,
};

use crate::{
    systems::rivven::{names, schema_registry::Valid},
    workload::budget::Budget,
};

/// Keeps a registry that holds schemas, ready or not.
pub(in super::super) fn budget(registry: &Valid, holds: bool) -> PodDisruptionBudget {
    let most = IntOrString::Int(i32::from(!holds));
    let metadata = registry.meta(names::registry_budget(&registry.name));
    let mut budget = Budget::MaxUnavailable(most).object(metadata, &registry.selector);
    if let Some(spec) = budget.spec.as_mut().filter(|_| holds) {
        spec.unhealthy_pod_eviction_policy = Some("IfHealthyBudget".to_owned());
    }
    budget
}
