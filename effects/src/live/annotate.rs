//! An annotation that a command sets for somebody, as `kubectl annotate` does.

use http::Method;
use serde_json::json;
use sluicegate_core::{label::SLUICEGATE, observed::Ref};

use super::{
    ApiServer, DEADLINE, Fence, Request,
    request::{path_of, request},
};
use crate::Error;

/// Sets an annotation of an object, or takes it off where there is no value.
///
/// # Errors
///
/// If the server refuses, cannot be reached, or there is no such object.
pub async fn annotate(
    server: &ApiServer,
    target: &Ref,
    key: &str,
    value: Option<&str>,
) -> Result<(), Error> {
    let path = format!("{}?fieldManager={SLUICEGATE}-command", path_of(target, ""));
    let body = json!({ "metadata": { "annotations": { key: value } } });
    let http = request(Method::PATCH, &path, Some(("application/merge-patch+json", &body)));
    let doing = match value {
        Some(_) => format!("set the annotation {key} of {target}"),
        None => format!("take the annotation {key} off {target}"),
    };
    let request = Request { doing, verb: "patch", deadline: DEADLINE, http };
    server.write(&Fence::open(), request).await.map(|_| ())
}
