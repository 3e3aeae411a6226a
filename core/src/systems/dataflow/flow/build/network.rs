//! The NetworkPolicy of processors, where one is asked for: they are asked how they are and how
//! far, and nothing else.

use k8s_openapi::api::networking::v1::NetworkPolicy;

use crate::{
    systems::dataflow::flow::{Valid, names},
    workload::network,
};

/// Lets through who asks for their figures.
pub(in super::super) fn network_policy(flow: &Valid) -> NetworkPolicy {
    let metadata = flow.meta(names::deployment(&flow.name));
    network::to_ports(metadata, &names::pod_labels(&flow.name), &[names::METRICS_PORT])
}
