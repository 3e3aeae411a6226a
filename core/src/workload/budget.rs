//! The PodDisruptionBudget: how many pods a drained node may take away at once.

use k8s_openapi::{
    api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec},
    apimachinery::pkg::{apis::meta::v1::ObjectMeta, util::intstr::IntOrString},
};

use crate::{
    k8s::{api::DisruptionBudget, selected},
    label::Labels,
};

/// How many pods may be away at once when nodes are drained.
#[derive(Clone, Debug)]
pub enum Budget {
    /// At least so many stay.
    MinAvailable(IntOrString),
    /// At most so many go.
    MaxUnavailable(IntOrString),
}

impl Budget {
    /// What a spec asks for: one at a time, unless it says otherwise; nothing where it asks for no
    /// budget.
    pub(crate) fn of(budget: Option<&DisruptionBudget>) -> Option<Self> {
        let Some(budget) = budget else { return Some(Self::MaxUnavailable(IntOrString::Int(1))) };
        if budget.enabled == Some(false) {
            return None;
        }
        Some(match (&budget.min_available, &budget.max_unavailable) {
            (Some(least), _) => Self::MinAvailable(plain(least)),
            (None, Some(most)) => Self::MaxUnavailable(plain(most)),
            (None, None) => Self::MaxUnavailable(IntOrString::Int(1)),
        })
    }

    /// The number or percentage.
    pub(crate) fn value(&self) -> &IntOrString {
        match self {
            Self::MinAvailable(value) | Self::MaxUnavailable(value) => value,
        }
    }

    /// The field that has it.
    pub(crate) fn field(&self) -> &'static str {
        match self {
            Self::MinAvailable(_) => "minAvailable",
            Self::MaxUnavailable(_) => "maxUnavailable",
        }
    }

    /// How many of so many pods it lets be away at once, as Kubernetes computes it: of a percentage
    /// it rounds up.
    pub(crate) fn allows(&self, replicas: u32) -> u32 {
        match self {
            Self::MaxUnavailable(most) => scaled(most, replicas).min(replicas),
            Self::MinAvailable(least) => replicas.saturating_sub(scaled(least, replicas)),
        }
    }

    /// The object, for the pods that carry these labels.
    pub fn object(&self, metadata: ObjectMeta, selector: &Labels) -> PodDisruptionBudget {
        let (min_available, max_unavailable) = match self {
            Self::MinAvailable(least) => (Some(least.clone()), None),
            Self::MaxUnavailable(most) => (None, Some(most.clone())),
        };
        PodDisruptionBudget {
            metadata,
            spec: Some(PodDisruptionBudgetSpec {
                max_unavailable,
                min_available,
                selector: Some(selected(selector)),
                // A broken pod must not stand in the way of its own repair.
                unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
            }),
            status: None,
        }
    }
}

/// Kubernetes takes a number, or a text that ends in `%`: a number in quotes is refused.
fn plain(value: &IntOrString) -> IntOrString {
    match value {
        IntOrString::String(text) => text.parse().map_or_else(|_| value.clone(), IntOrString::Int),
        IntOrString::Int(_) => value.clone(),
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
