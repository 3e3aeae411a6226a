//! The Deployment of a worker.

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec};
use serde_json::Value;

use super::pod::{of_worker, template};
use crate::{
    digest::digest,
    k8s::{recreate, selected},
    label::{CONFIG, Labels},
    systems::rivven::connect::{Valid, task::Task},
};

/// Runs a worker. The old one has ended before the new one starts: two of them would do every
/// record twice, and a replication slot serves one.
pub(in super::super) fn deployment(connect: &Valid, task: &Task<'_>, file: &str) -> Deployment {
    let file = Labels::from([(CONFIG.to_owned(), digest(&Value::from(file)))]);
    Deployment {
        metadata: connect.meta(task.name.clone()),
        spec: Some(DeploymentSpec {
            replicas: Some(i32::from(!task.stopped)),
            selector: selected(&of_worker(&connect.selector, task)),
            strategy: Some(recreate()),
            template: template(connect, task, file),
            ..DeploymentSpec::default()
        }),
        status: None,
    }
}
