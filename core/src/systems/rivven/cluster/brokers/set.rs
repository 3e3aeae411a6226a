//! A cluster's StatefulSet as it was seen.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    altered, compare,
    k8s::quantity::Quantity,
    observed::{Ref, at, text},
    plan::{Change, Precondition},
};

/// Where the claim template of a broker stands in a StatefulSet.
const CLAIM_TEMPLATE: &str = "/spec/volumeClaimTemplates/0";

/// The finalizers by which Kubernetes deletes what belongs to an object first, or lets it go.
const KUBERNETES_OWN: [&str; 2] = ["foregroundDeletion", "orphan"];

/// The StatefulSet.
#[derive(Clone, Debug)]
pub(in super::super) struct Set {
    pub(in super::super) target: Ref,
    pub(in super::super) at: Precondition,
    pub(in super::super) replicas: u32,
    /// Whether its status speaks of what is written in it now.
    pub(in super::super) observed: bool,
    pub(in super::super) update_revision: String,
    pub(in super::super) deleting: bool,
    /// The finalizers that are neither Kubernetes' own nor ours: they may hold its end for good.
    pub(in super::super) held_by: Vec<String>,
    /// How many pods its controller has made of those that are asked for.
    pub(in super::super) made: u32,
    pub(in super::super) size: Option<Quantity>,
    pub(in super::super) class: Option<String>,
    pub(in super::super) access_modes: Vec<String>,
    object: Arc<Value>,
}

impl Set {
    pub(super) fn of(target: Ref, set: &Arc<Value>) -> Self {
        let number = |pointer: &str| at(set, pointer).and_then(Value::as_i64);
        let claim = at(set, CLAIM_TEMPLATE).unwrap_or(&Value::Null);
        let modes = at(claim, "/spec/accessModes").and_then(Value::as_array);
        let replicas = number("/spec/replicas").unwrap_or(1);
        let made = number("/status/replicas").unwrap_or(0);
        let held_by = at(set, "/metadata/finalizers").and_then(Value::as_array);
        let held_by = held_by.into_iter().flatten().filter_map(Value::as_str);
        Self {
            at: Precondition::as_seen(&target, set),
            target,
            replicas: u32::try_from(replicas).unwrap_or_default(),
            observed: number("/status/observedGeneration") >= number("/metadata/generation"),
            update_revision: text(set, "/status/updateRevision").to_owned(),
            deleting: at(set, "/metadata/deletionTimestamp").is_some(),
            held_by: held_by
                .filter(|one| !KUBERNETES_OWN.contains(one))
                .map(str::to_owned)
                .collect(),
            made: u32::try_from(made).unwrap_or_default(),
            size: text(claim, "/spec/resources/requests/storage").parse::<Quantity>().ok(),
            class: at(claim, "/spec/storageClassName").and_then(Value::as_str).map(str::to_owned),
            access_modes: modes
                .map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
                .unwrap_or_default(),
            object: Arc::clone(set),
        }
    }

    /// Whether its controller has looked at what is written in it and could not make every pod.
    pub(in super::super) fn lacks_pods(&self) -> bool {
        self.observed && !self.deleting && self.made < self.replicas
    }

    /// In what its claim template is not as wished for, but for what the API server itself is known
    /// to make of it: one that is made anew would get that again.
    pub(in super::super) fn claim_changes(&self, wish: &Value) -> Vec<Change> {
        let template = at(&self.object, CLAIM_TEMPLATE).unwrap_or(&Value::Null);
        let changes = compare::within(template, wish).into_iter();
        let placed = changes
            .map(|change| Change { path: format!("{CLAIM_TEMPLATE}{}", change.path), ..change });
        altered::partition(&self.object, placed.collect()).1
    }
}
