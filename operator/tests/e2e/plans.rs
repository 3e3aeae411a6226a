//! What a plan prints and what was written after it, in the same form, so that they can be compared
//! in order and body.

use std::{fs, sync::Arc};

use serde_json::{Value, json};

use crate::{
    audit::{Class, Entry},
    granted,
    operator::{Start, folder, plan},
    scene::Scene,
};

/// A write: what, and its body where it has one.
pub(crate) type Line = (String, Value);

/// Plans for a resource from what is there, as its user would, who asks by another name.
///
/// # Panics
///
/// If planning has written anything.
pub(crate) fn printed(scene: &Scene, resource: &Value) -> Vec<Line> {
    let user = format!("{}-plan", scene.user);
    let groups = vec![granted::PLANNERS.to_owned()];
    let start = Start { user: user.clone(), groups, ..scene.start() };
    let kubeconfig = start.kubeconfig(scene.plane).display().to_string();
    let path = folder().join(format!("{user}.json"));
    fs::write(&path, resource.to_string()).expect("the folder can be written");
    let file = path.display().to_string();
    let mut args = vec!["-f", &file, "--state", "live", "--kubeconfig", &kubeconfig];
    args.extend(start.args.iter().map(String::as_str));
    let plan = plan(&args);
    let asked = scene.plane.audit.of_user(&user);
    let written: Vec<_> = asked
        .iter()
        .filter(|one| !matches!(one.class(), Class::Read | Class::Watch | Class::Own))
        .collect();
    assert!(written.is_empty(), "a plan writes nothing: {written:?}");
    assert!(!asked.is_empty(), "it has looked");
    lines(&plan)
}

/// The writes of a plan. Calls to a product and events are none; the status follows from what is
/// seen on the way.
fn lines(plan: &Value) -> Vec<Line> {
    let array = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let resources = array(&plan["resources"]);
    resources.iter().flat_map(|one| array(&one["actions"])).filter_map(|one| line(&one)).collect()
}

fn line(action: &Value) -> Option<Line> {
    let text = |pointer| action.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let target = format!("{}/{}", plural(text("/target/kind")), text("/target/name"));
    match text("/op") {
        "create" | "update" | "recreate" => {
            Some((format!("patch {target}"), body(action["object"].clone())))
        }
        "delete" | "replace" => Some((format!("delete {target}"), Value::Null)),
        "restart" => Some((format!("create {target}/eviction"), Value::Null)),
        "finalizers" => Some((format!("patch {target}"), action["object"]["finalizers"].clone())),
        "call" | "event" | "status" => None,
        other => panic!("a plan has an action of an unknown kind: {other}"),
    }
}

/// The same of what the log says. The status is left out.
pub(crate) fn written(entries: &[Arc<Entry>]) -> Vec<Line> {
    let line = |entry: &Arc<Entry>| {
        let body = match (&*entry.verb, &entry.body) {
            ("patch", Value::Array(patch)) => {
                patch.last().map(|last| last["value"].clone()).unwrap_or_default()
            }
            ("patch", whole) => body(whole.clone()),
            _ => Value::Null,
        };
        (entry.what(), body)
    };
    entries.iter().filter(|entry| entry.subresource != "status").map(line).collect()
}

/// A body without what is only known once its resource is stored: its uid, what bears it, and the
/// version that was seen.
fn body(mut object: Value) -> Value {
    if let Some(meta) = object["metadata"].as_object_mut() {
        meta.remove("uid");
        meta.remove("resourceVersion");
        for owner in
            meta.get_mut("ownerReferences").and_then(Value::as_array_mut).into_iter().flatten()
        {
            owner["uid"] = json!("");
        }
        if let Some(notes) = meta.get_mut("annotations").and_then(Value::as_object_mut) {
            notes.remove("sluicegate/digest");
        }
    }
    let claims = object.pointer_mut("/spec/volumeClaimTemplates").and_then(Value::as_array_mut);
    for claim in claims.into_iter().flatten() {
        claim["metadata"]["annotations"]["sluicegate/made-for"] = json!("");
    }
    object
}

/// Holds a printed plan against what was written.
///
/// # Panics
///
/// If they differ, with both.
pub(crate) fn same(printed: &[Line], entries: &[Arc<Entry>]) {
    let written = written(entries);
    let names = |lines: &[Line]| lines.iter().map(|(what, _)| what.clone()).collect::<Vec<_>>();
    assert_eq!(names(printed), names(&written), "printed, and then written");
    for ((what, printed), (_, written)) in printed.iter().zip(&written) {
        assert_eq!(printed, written, "the body of {what}");
    }
}

fn plural(kind: &str) -> &'static str {
    match kind {
        "ConfigMap" => "configmaps",
        "Service" => "services",
        "StatefulSet" => "statefulsets",
        "PodDisruptionBudget" => "poddisruptionbudgets",
        "PersistentVolumeClaim" => "persistentvolumeclaims",
        "Pod" => "pods",
        "RivvenCluster" => "rivvenclusters",
        "RivvenTopic" => "rivventopics",
        "" => "",
        other => panic!("a kind that the suite does not know: {other}"),
    }
}
