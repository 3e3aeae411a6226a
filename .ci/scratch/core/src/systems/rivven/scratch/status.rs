//! What is told of a scratch: from what was seen of its Deployment.

use k8s_openapi::api::apps::v1::Deployment;

use super::{RivvenScratchStatus, Valid, conditions as c};
use crate::{
    kind::Report,
    observed::{Observed, Ref, Seen, at},
    systems::rivven::Rivven,
};

/// The status and its conditions.
pub(super) fn report(valid: &Valid, seen: &Observed<Rivven>) -> Report<RivvenScratchStatus> {
    let target = Ref::to::<Deployment>(&valid.namespace, &valid.child());
    let deployment = match seen.raw(&target) {
        Seen::Present(deployment) => Some(deployment),
        Seen::Absent | Seen::Unknown(_) | Seen::Unread => None,
    };
    let number = |place| at(deployment?, place)?.as_i64();
    let current = number("/status/observedGeneration") == number("/metadata/generation");
    let ready = number("/status/readyReplicas").unwrap_or(0);
    let wanted = valid.replicas;
    let so_far = format!("{ready} of {wanted} pods ready");
    let condition = match current && deployment.is_some() && ready == i64::from(wanted) {
        true => c::READY_SERVING.yes(so_far),
        false => c::READY_STARTING.no(so_far),
    };
    let ready_replicas = i32::try_from(ready).unwrap_or(i32::MAX);
    let status = RivvenScratchStatus { ready_replicas, ..RivvenScratchStatus::default() };
    Report { status, conditions: vec![condition], synced: None }
}
