//! The StatefulSet: how many brokers, their volumes, and that it restarts none by itself.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::{
        apps::v1::{
            StatefulSet, StatefulSetPersistentVolumeClaimRetentionPolicy, StatefulSetSpec,
            StatefulSetUpdateStrategy,
        },
        core::v1::{PersistentVolumeClaim, PersistentVolumeClaimSpec, VolumeResourceRequirements},
    },
    apimachinery::pkg::{api::resource::Quantity, apis::meta::v1::ObjectMeta},
};

use super::pod::template;
use crate::{
    k8s::selected,
    label::MADE_FOR,
    systems::rivven::{
        cluster::{Valid, storage::Storage},
        names,
    },
};

/// Runs so many brokers.
pub(in super::super) fn stateful_set(
    cluster: &Valid,
    replicas: u32,
    claim: PersistentVolumeClaim,
) -> StatefulSet {
    let keep = || Some("Retain".to_owned());
    StatefulSet {
        metadata: cluster.meta(names::workload(&cluster.name)),
        spec: Some(StatefulSetSpec {
            replicas: i32::try_from(replicas).ok(),
            service_name: Some(names::headless(&cluster.name)),
            selector: selected(&cluster.selector),
            // Brokers do not wait for each other, so neither does the set: one that cannot start
            // must not keep the others from starting.
            pod_management_policy: Some("Parallel".to_owned()),
            // The operator chooses which broker is restarted, and when.
            update_strategy: Some(StatefulSetUpdateStrategy {
                type_: Some("OnDelete".to_owned()),
                rolling_update: None,
            }),
            persistent_volume_claim_retention_policy: Some(
                StatefulSetPersistentVolumeClaimRetentionPolicy {
                    when_deleted: keep(),
                    when_scaled: keep(),
                },
            ),
            template: template(cluster),
            volume_claim_templates: Some(vec![claim]),
            ..StatefulSetSpec::default()
        }),
        status: None,
    }
}

/// The volume of a broker.
///
/// Its labels are the few that never change, because nothing in a claim template can.
pub(in super::super) fn claim_template(
    cluster: &Valid,
    storage: &Storage,
) -> PersistentVolumeClaim {
    let size = Quantity(storage.size.canonical());
    PersistentVolumeClaim {
        metadata: ObjectMeta {
            name: Some(names::DATA.to_owned()),
            labels: Some(cluster.selector.clone()),
            annotations: Some(BTreeMap::from([(MADE_FOR.to_owned(), cluster.uid.clone())])),
            ..ObjectMeta::default()
        },
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(storage.access_modes.clone()),
            storage_class_name: storage.class.clone(),
            resources: Some(VolumeResourceRequirements {
                requests: Some(BTreeMap::from([("storage".to_owned(), size)])),
                ..VolumeResourceRequirements::default()
            }),
            ..PersistentVolumeClaimSpec::default()
        }),
        status: None,
    }
}
