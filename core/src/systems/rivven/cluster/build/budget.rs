//! The PodDisruptionBudget: how many brokers a drained node may take away at once.

use k8s_openapi::{
    api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec},
    apimachinery::pkg::{apis::meta::v1::LabelSelector, util::intstr::IntOrString},
};

use crate::{
    k8s,
    systems::rivven::{
        cluster::{Budget, Valid},
        names,
    },
};

/// One broker at a time may be moved, unless the spec says otherwise.
pub(in super::super) fn budget(cluster: &Valid, budget: &Budget) -> PodDisruptionBudget {
    let (min_available, max_unavailable) = match budget {
        Budget::MinAvailable(least) => (Some(least.clone()), None),
        Budget::MaxUnavailable(most) => (None, Some(most.clone())),
    };
    PodDisruptionBudget {
        metadata: k8s::meta(
            &cluster.owner,
            &cluster.namespace,
            names::budget(&cluster.name),
            cluster.labels.clone(),
        ),
        spec: Some(PodDisruptionBudgetSpec {
            max_unavailable,
            min_available,
            selector: Some(LabelSelector {
                match_labels: Some(cluster.selector.clone()),
                ..LabelSelector::default()
            }),
            // A broken broker must not stand in the way of its own repair.
            unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
        }),
        status: None,
    }
}

/// How many of so many brokers a budget lets be away at once, as Kubernetes computes it: of a
/// percentage it rounds up.
pub(in super::super) fn allowed(budget: &Budget, replicas: u32) -> u32 {
    match budget {
        Budget::MaxUnavailable(most) => scaled(most, replicas).min(replicas),
        Budget::MinAvailable(least) => replicas.saturating_sub(scaled(least, replicas)),
    }
}

fn scaled(value: &IntOrString, total: u32) -> u32 {
    match value {
        IntOrString::Int(count) => u32::try_from(*count).unwrap_or_default(),
        IntOrString::String(text) => {
            let percent: u32 = text.trim_end_matches('%').parse().unwrap_or_default();
            let exact = u64::from(total) * u64::from(percent);
            u32::try_from(exact.div_ceil(100)).unwrap_or(u32::MAX)
        }
    }
}
