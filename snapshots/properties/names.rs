//! No two resources ever make an object of the same kind and name.

use std::collections::BTreeSet;

use proptest::{prelude::*, sample::select};
use sluicegate_core::{
    step::accept,
    systems::rivven::{
        cluster::{Cluster, RivvenCluster, RivvenClusterSpec, children},
        names,
    },
};

use crate::{cases, regressions};

/// The same, whether a cluster may be called so or not.
fn any_name() -> impl Strategy<Value = String> {
    select(vec!["a", "config", "pdb", "headless", "a-headless", "a-config", "connect", "0"])
        .prop_map(str::to_owned)
}

/// Names made from what could be taken for a part of another name.
fn name() -> impl Strategy<Value = String> {
    let part = select(vec![
        "a",
        "b",
        "config",
        "pdb",
        "headless",
        "connect",
        "schema",
        "data",
        "rivven",
        "0",
        "1",
        "10",
        "x-config",
        "x-headless",
    ]);
    let name = proptest::collection::vec(part, 1..4).prop_map(|parts| parts.join("-"));
    name.prop_filter("a name of a cluster", |name| accepted(name))
}

/// Whether a cluster may be called so.
fn accepted(name: &str) -> bool {
    accept::<Cluster>(&RivvenCluster::new(name, RivvenClusterSpec::default())).is_ok()
}

/// Everything that comes about because of a cluster: its children, their pods and claims.
fn everything(cluster: &str) -> BTreeSet<(&'static str, String)> {
    let mut all = children(cluster);
    for ordinal in [0, 1, 10, 99] {
        all.insert(("Pod", names::pod(cluster, ordinal)));
        all.insert(("PersistentVolumeClaim", names::claim(cluster, ordinal)));
    }
    all
}

/// Everything that a resource of another kind makes, in every way that the seeds name it.
fn others(kind: &str, name: &str) -> BTreeSet<(&'static str, String)> {
    let stem = format!("rivven-{kind}-{name}");
    let kinds = ["ConfigMap", "Deployment", "Service", "PodDisruptionBudget", "ServiceMonitor"];
    let endings = ["", "-config", "-pdb", "-headless"];
    let of = |kind| endings.map(|ending| (kind, format!("{stem}{ending}")));
    kinds.into_iter().flat_map(of).collect()
}

proptest! {
    #![proptest_config(cases(4096, regressions!("names")))]

    #[test]
    fn two_clusters_never_make_an_object_of_the_same_name(one in name(), other in name()) {
        prop_assume!(one != other);
        let (one, other) = (everything(&one), everything(&other));
        let both: Vec<_> = one.intersection(&other).collect();
        prop_assert!(both.is_empty(), "{:?}", both);
    }

    #[test]
    fn a_cluster_and_another_kind_never_make_an_object_of_the_same_name(
        cluster in name(),
        kind in select(vec!["connect", "schema"]),
        other in any_name(),
    ) {
        let (one, other) = (everything(&cluster), others(kind, &other));
        let both: Vec<_> = one.intersection(&other).collect();
        prop_assert!(both.is_empty(), "cluster {}: {:?}", cluster, both);
    }

    #[test]
    fn the_number_of_a_pod_is_that_of_no_other_cluster(one in name(), other in name()) {
        prop_assume!(one != other);
        for ordinal in [0, 1, 10] {
            prop_assert_eq!(names::ordinal(&one, &names::pod(&one, ordinal)), Some(ordinal));
            let pod = names::pod(&other, ordinal);
            let taken = names::ordinal(&one, &pod);
            prop_assert_eq!(taken, None, "{} is taken for a pod of {}", pod, one);
        }
    }
}
