//! From text to [`File`]: every document in its place, or a sentence about why it has none.

use std::sync::Arc;

use serde_json::Value;
use sluicegate_core::{
    field::Path,
    k8s::builtin,
    observed::{Ref, text},
};

use super::{Entry, File, Patch, Problem, Said, Source, State, place};
use crate::{
    memory::reference,
    own,
    yaml::{self, Document},
};

/// The keys under `observed:`.
const HEADER: &[&str] = &["absent", "denied", "ends", "now", "served", "settled"];

/// Reads a file, and what is wrong with it. In one that is only about what exists, every document
/// is, unless it has a header: then, as ever, what stands before that is asked for. What is no YAML
/// is no file.
pub(super) fn file(source: &Source, only_state: bool) -> (Option<File>, Vec<Problem>) {
    let Source { name, text } = source;
    // What exists is written down by oneself, and is as large as the cluster is.
    let read = if only_state { yaml::parse_own } else { yaml::parse };
    let documents = match read(name, text) {
        Ok(documents) => documents,
        Err(error) => return (None, vec![error.into()]),
    };
    let comment = documents.first().and_then(Document::first_comment).map(str::to_owned);
    let (desired, present) = (Vec::new(), Vec::new());
    let mut file = File { name: name.clone(), comment, desired, present, state: None };
    let mut problems = Vec::new();
    let (mut headed, mut ends) = (false, false);
    if only_state && documents.is_empty() {
        problems.push(no_state(name));
    }
    let documents = yaml::flatten(documents);
    let is_header = |document: &Document| document.value.get("observed").is_some();
    if only_state && !documents.iter().any(is_header) {
        file.state = Some(State::default());
    }
    for document in documents {
        let is_header = is_header(&document);
        if is_header && headed {
            let what = "observed: stands in this file twice";
            problems.push(problem(name, &document, "observed", what, "merge the two into one"));
        } else if is_header {
            headed = true;
            ends = document.value["observed"]["ends"] == true;
            let state = file.state.get_or_insert_default();
            header(name, &document, state, &mut problems);
        } else if headed && document.value.get("end").is_some() {
            ends = false;
        } else if let Some(state) = &mut file.state {
            file.present.extend(observed(name, document, state, &mut problems));
        } else {
            file.desired.extend(entry(name, document, &mut problems));
        }
    }
    if ends {
        problems.push(cut_off(name, text));
    }
    (Some(file), problems)
}

/// A file that says nothing is what a command leaves behind that failed, and no empty cluster.
fn no_state(name: &str) -> Problem {
    Problem {
        file: name.to_owned(),
        line: 1,
        path: String::new(),
        what: "it is empty: it does not say what exists".to_owned(),
        remedy: "write it anew with `sluicegate snapshot`; a fresh cluster is --state empty"
            .to_owned(),
    }
}

/// What was to have an end, and has none.
fn cut_off(name: &str, text: &str) -> Problem {
    Problem {
        file: name.to_owned(),
        line: text.lines().count().max(1),
        path: String::new(),
        what: "it is cut off: what says that it ends, `end: observed`, is missing".to_owned(),
        remedy: "write it anew with `sluicegate snapshot`".to_owned(),
    }
}

fn entry(name: &str, mut document: Document, problems: &mut Vec<Problem>) -> Option<Entry> {
    if !is_object(name, &document, problems) {
        return None;
    }
    let says_namespace = !text(&document.value, "/metadata/namespace").is_empty();
    place(Arc::make_mut(&mut document.value));
    let target = reference(&document.value);
    Some(Entry { file: name.to_owned(), document, target, says_namespace })
}

/// Whether a document is a Kubernetes object, or what it lacks.
fn is_object(name: &str, document: &Document, problems: &mut Vec<Problem>) -> bool {
    let before = problems.len();
    for (path, remedy) in [
        ("apiVersion", "begin the document with apiVersion: GROUP/VERSION"),
        ("kind", "add kind: KIND"),
        ("metadata.name", "add metadata.name: NAME"),
    ] {
        let at = Path::dotted(path);
        match document.value.pointer(&at.pointer()) {
            Some(Value::String(text)) if !text.is_empty() => {}
            None => problems.push(problem(name, document, path, "Required value", remedy)),
            Some(other) => {
                let scalar = other.is_number() || other.is_boolean();
                let remedy = if scalar { "put it in quotes" } else { remedy };
                let what = format!("Invalid value: {other}: must be a text");
                problems.push(problem(name, document, path, &what, remedy));
            }
        }
    }
    problems.len() == before
}

fn header(name: &str, document: &Document, state: &mut State, problems: &mut Vec<Problem>) {
    let fields = match &document.value["observed"] {
        Value::Null => return,
        Value::Object(fields) => fields,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            let remedy = format!("leave it empty, or give it some of: {}", HEADER.join(", "));
            problems.push(problem(name, document, "observed", "Invalid type", &remedy));
            return;
        }
    };
    for (key, value) in fields {
        let path = format!("observed.{key}");
        let mut wrong = |what: &str, remedy: &str| {
            problems.push(problem(name, document, &path, what, remedy));
        };
        match key.as_str() {
            "served" => match serde_json::from_value(value.clone()) {
                Ok(served) => state.served = served,
                Err(_) => wrong("Invalid type", "write a list such as [monitoring.coreos.com/v1]"),
            },
            "now" => match value.as_str().and_then(|time| time.parse().ok()) {
                Some(now) => state.now = Some(now),
                None => wrong("not a time", "write it as 2026-01-01T00:00:00Z"),
            },
            "ends" if value.is_boolean() => {}
            "ends" => wrong("Invalid type", "write true or false"),
            "absent" | "denied" => {
                let named = value.as_array().into_iter().flatten().map(named);
                if key == "absent" { &mut state.absent } else { &mut state.denied }.extend(named);
            }
            "settled" => {
                let objects = value.as_array().cloned().unwrap_or_default();
                let list = Path::dotted(&path);
                let line = |nth| document.line(&list.clone().index(nth)).unwrap_or(1);
                let whole = |object: &Value| {
                    let says = |at: &str| !text(object, at).is_empty();
                    says("/apiVersion") && says("/kind") && says("/metadata/name")
                };
                if !value.is_array() || !objects.iter().all(whole) {
                    wrong(
                        "Invalid type",
                        "write a list of resources with apiVersion, kind and name",
                    );
                } else {
                    let objects = objects.into_iter().enumerate().map(|(nth, mut object)| {
                        place(&mut object);
                        (object, line(nth))
                    });
                    state.settled.extend(objects);
                }
            }
            _ => wrong("Unknown field", &format!("known are: {}", HEADER.join(", "))),
        }
    }
}

/// The object that `{kind, namespace, name}` speaks of, whatever its API's group.
pub fn named(named: &Value) -> Ref {
    let mut object = serde_json::json!({
        "apiVersion": api_version_of(text(named, "/kind")),
        "kind": text(named, "/kind"),
        "metadata": { "name": text(named, "/name") },
    });
    if !text(named, "/namespace").is_empty() {
        object["metadata"]["namespace"] = named["namespace"].clone();
    }
    if !text(named, "/apiVersion").is_empty() {
        object["apiVersion"] = named["apiVersion"].clone();
    }
    place(&mut object);
    reference(&object)
}

/// The API of a kind, for those that are named without one.
fn api_version_of(kind: &str) -> String {
    if let Some(api) = own::api(kind) {
        return api.api_version();
    }
    match (builtin::by_kind(kind), kind) {
        (Some(one), _) if one.group.is_empty() => one.version.to_owned(),
        (Some(one), _) => format!("{}/{}", one.group, one.version),
        (None, "ServiceMonitor") => "monitoring.coreos.com/v1".to_owned(),
        (None, _) => "v1".to_owned(),
    }
}

fn observed(
    name: &str,
    document: Document,
    state: &mut State,
    problems: &mut Vec<Problem>,
) -> Option<Entry> {
    let value = &document.value;
    if let Some(probe) = value.get("probe").filter(|_| value.get("kind").is_none()) {
        match value.get("answer") {
            Some(answer) => state.answers.push(Said {
                system: value.get("system").and_then(Value::as_str).map(str::to_owned),
                probe: probe.clone(),
                answer: answer.clone(),
                line: document.line(&Path::dotted("probe")).unwrap_or(1),
            }),
            None => {
                let remedy = "add answer: beside probe:";
                problems.push(problem(name, &document, "answer", "Required value", remedy));
            }
        }
    } else if let Some(patched) = value.get("patch") {
        let delete = value["delete"] == true;
        let merge = value.get("merge").cloned().filter(|_| !delete);
        if merge.is_none() && !delete {
            let remedy = "add merge: {…} or delete: true beside patch:";
            problems.push(problem(name, &document, "merge", "Required value", remedy));
        }
        let target = named(patched);
        let Ref { api, namespace, name } = target;
        let api_version = api.api_version();
        state.patches.push(Patch {
            api_version,
            kind: api.kind.into_owned(),
            namespace,
            name,
            merge,
        });
    } else {
        let entry = entry(name, document, problems)?;
        state.objects.push(Arc::clone(&entry.document.value));
        return Some(entry);
    }
    None
}

fn problem(file: &str, document: &Document, path: &str, what: &str, remedy: &str) -> Problem {
    Problem {
        file: file.to_owned(),
        line: document.line(&Path::dotted(path)).unwrap_or(1),
        path: path.to_owned(),
        what: what.to_owned(),
        remedy: remedy.to_owned(),
    }
}
