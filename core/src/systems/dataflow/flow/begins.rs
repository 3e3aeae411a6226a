//! Where a changed flow begins: what its file says of the source now, beside what it is to say.

use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::Value;

use super::{Valid, checkpoint::Checkpoint, list, names};
use crate::{
    observed::{Api, Observed, text},
    systems::dataflow::DataFlows,
};

/// Where it begins, if not where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begins {
    /// At the first record again.
    Again,
    /// In other rows at the place where it was in those of before.
    Elsewhere,
}

/// What says which rows a polled source reads, in which order.
const ROWS: [&str; 12] = [
    "connectionString",
    "connectionStringSecretRef",
    "serverURL",
    "catalog",
    "schema",
    "baseURL",
    "branch",
    "namespace",
    "table",
    "tableSecretRef",
    "query",
    "changeTrackingColumn",
];

/// By the file that is there, beside this one that is to be; nothing where there is none of ours.
pub(super) fn begins(
    valid: &Valid,
    checkpoint: &Checkpoint,
    file: &str,
    seen: &Observed<DataFlows>,
) -> Option<Begins> {
    let source = |file: &str| {
        let mut file: Value = serde_json::from_str(file).ok()?;
        Some(file["source"].take())
    };
    let list = list(Api::of::<ConfigMap>(), &valid.namespace, &valid.name);
    let is = |one: &&std::sync::Arc<Value>| text(one, "/metadata/name") == names::spec(&valid.name);
    let there = seen.items(&list).iter().find(is)?;
    let was = there["data"][names::FILE].as_str()?;
    if was == file {
        // As in nearly every step: what keeps no position begins again even so.
        return (!valid.by_group && !valid.checkpoint).then_some(Begins::Again);
    }
    let (was, now) = (source(was)?, source(file)?);
    let differs = |name: &str| was["config"][name] != now["config"][name];
    let other = was["type"] != now["type"];
    if valid.by_group {
        let groups = ["consumerGroup", "consumerGroupSecretRef"];
        let again = !other && groups.into_iter().any(differs);
        return again.then_some(Begins::Again);
    }
    match valid.checkpoint {
        false => Some(Begins::Again),
        // Where no place is known there is none to begin at in other rows.
        true if *checkpoint == Checkpoint::Missing => None,
        true if other || ROWS.into_iter().any(differs) => Some(Begins::Elsewhere),
        true => None,
    }
}
