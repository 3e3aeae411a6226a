//! Where pods run beside each other.

use k8s_openapi::api::core::v1::{
    Affinity, PodAffinityTerm, PodAntiAffinity, TopologySpreadConstraint, WeightedPodAffinityTerm,
};

use crate::{k8s::selected, label::Labels};

/// Two pods on one node are lost together, so they keep apart where there is room.
pub(crate) fn apart(selector: &Labels) -> Affinity {
    let term = PodAffinityTerm {
        label_selector: Some(selected(selector)),
        topology_key: "kubernetes.io/hostname".to_owned(),
        ..PodAffinityTerm::default()
    };
    Affinity {
        pod_anti_affinity: Some(PodAntiAffinity {
            preferred_during_scheduling_ignored_during_execution: Some(vec![
                WeightedPodAffinityTerm { pod_affinity_term: term, weight: 100 },
            ]),
            ..PodAntiAffinity::default()
        }),
        ..Affinity::default()
    }
}

/// As evenly over zones as there is room.
pub(crate) fn across_zones(selector: &Labels) -> TopologySpreadConstraint {
    TopologySpreadConstraint {
        label_selector: Some(selected(selector)),
        max_skew: 1,
        topology_key: "topology.kubernetes.io/zone".to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        ..TopologySpreadConstraint::default()
    }
}
