//! The Job of a source that comes to an end: it runs once, and stays as the sign that it did. A
//! Deployment would start it again.

use k8s_openapi::api::batch::v1::{Job, JobSpec};
use serde_json::json;

use super::pod::template;
use crate::{
    digest::digest,
    label::{Labels, RUN},
    plan::Manifest,
    systems::rivven::{
        connect::{Valid, running::Running, task::Task},
        names,
    },
};

/// Runs a source until it has come to its end, however often it fails before.
pub(in super::super) fn job(connect: &Valid, task: &Task<'_>) -> Job {
    let mut template = template(connect, task, Labels::new());
    if let Some(spec) = &mut template.spec {
        spec.restart_policy = Some("OnFailure".to_owned());
    }
    let mut metadata = connect.meta(task.name.clone());
    let run = task.running.first().map(|one| (RUN.to_owned(), one.wired.run(&connect.cluster)));
    metadata.annotations = Some(run.into_iter().collect());
    Job {
        metadata,
        spec: Some(JobSpec {
            // As in a Deployment, the kubelet starts it again for as long as it fails.
            backoff_limit: Some(i32::MAX),
            // Never two at once: the next pod is made when the last one has ended.
            pod_replacement_policy: Some("Failed".to_owned()),
            template,
            ..JobSpec::default()
        }),
        status: None,
    }
}

/// What the Job of a source is called. What a Job runs is final: one that is to run something else
/// has another name.
pub(in super::super) fn once(connect: &Valid, running: &Running<'_>) -> String {
    let task = Task { running: vec![running.clone()], ..Task::default() };
    let pod = Manifest::of(&job(connect, &task)).body["spec"].take();
    names::once(&connect.name, &digest(&json!([running.wired.run(&connect.cluster), pod])))
}
