//! What is told of a scratch: from what was seen of its Deployment.

use k8s_openapi::api::apps::v1::Deployment;

use super::{RivvenScratchStatus, Valid, conditions as c};
use crate::{
    kind::Report,
    observed::{Observed, Ref, Seen},
    systems::rivven::Rivven,
    workload::deployment::DeploymentSeen,
};

/// The status and its conditions.
pub(super) fn report(valid: &Valid, seen: &Observed<Rivven>) -> Report<RivvenScratchStatus> {
    let target = Ref::to::<Deployment>(&valid.namespace, &valid.child());
    let deployment = match seen.raw(&target) {
        Seen::Present(deployment) => Some(deployment),
        Seen::Absent | Seen::Unknown(_) | Seen::Unread => None,
    };
    let seen = deployment.map(|deployment| DeploymentSeen::of(deployment)).unwrap_or_default();
    let (ready, wanted) = (seen.ready, i64::from(valid.replicas));
    let so_far = format!("{ready} of {wanted} pods ready");
    let condition = match seen.is_rolled_out(wanted) && ready == wanted {
        true => c::READY_SERVING.yes(so_far),
        false => c::READY_STARTING.no(so_far),
    };
    let ready_replicas = i32::try_from(ready).unwrap_or(i32::MAX);
    let status = RivvenScratchStatus { ready_replicas, ..RivvenScratchStatus::default() };
    Report { status, conditions: vec![condition], synced: None }
}
