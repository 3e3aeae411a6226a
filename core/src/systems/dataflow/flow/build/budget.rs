//! The PodDisruptionBudget of several processors: a drained node takes one at a time.

use k8s_openapi::{
    api::policy::v1::PodDisruptionBudget, apimachinery::pkg::util::intstr::IntOrString,
};

use crate::{
    systems::dataflow::flow::{Valid, names},
    workload::budget::Budget,
};

/// Lets one of several go.
pub(in super::super) fn budget(flow: &Valid) -> PodDisruptionBudget {
    let metadata = flow.meta(names::deployment(&flow.name));
    let one = Budget::MaxUnavailable(IntOrString::Int(1));
    one.object(metadata, &names::pod_labels(&flow.name))
}
