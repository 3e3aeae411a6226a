//! What a flow can say that changes nothing beside something else that it says.

use super::api::{DataFlow, StoreType};
use crate::{field::Path, inert::Idle};

const VERSION: (&str, &str) =
    ("spec.processorVersion", "spec.processorImage says what runs. Take one of the two out.");
const LAG: (&str, &str) =
    ("spec.safetyLag", "a topic of Kafka has its records in the order that they were written in.");
const CHECKPOINT: (&str, &str) =
    ("spec.checkpointPersistence", "Kafka keeps how far the consumer group of the flow is.");
const ON_ERROR: (&str, &str) = ("spec.onError", "spec.errors says where such records go.");

/// The fields without effect beside another, and why.
pub(super) const OVERRIDDEN: &[(&str, &str)] = &[VERSION, LAG, CHECKPOINT, ON_ERROR];

/// Those of a flow.
pub(super) fn told(flow: &DataFlow) -> Vec<Idle> {
    let spec = &flow.spec;
    let by_group = spec.source.kind == StoreType::Kafka;
    let all = [
        (VERSION, spec.processor_version.is_some() && spec.processor_image.is_some()),
        (LAG, spec.safety_lag.is_some() && by_group),
        (CHECKPOINT, spec.checkpoint_persistence == Some(true) && by_group),
        (ON_ERROR, spec.on_error.is_some() && spec.errors.is_some()),
    ];
    let told = all.into_iter().filter(|(_, told)| *told);
    told.map(|((path, why), _)| Idle { path: Path::dotted(path), why: why.into() }).collect()
}
