//! A world as a file that `plan` reads: what is asked for, then what exists and was answered.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sluicegate_core::{
    observed::{Observed, text},
    system::System,
};
use sluicegate_effects::{
    file::{Entry, Question, Reply, World},
    yaml,
};

use crate::kinds;

/// Keeps what was answered last.
pub(super) fn remember<S: System>(seen: &Observed<S>, answers: &mut BTreeMap<Question, Reply>) {
    for (probe, answer) in seen.answers() {
        answers.insert(Question::of::<S>(probe), Reply::of::<S>(answer));
    }
}

/// A resource without the secrets that it has written down.
fn shown(resource: &Value) -> Value {
    kinds::veiled(resource, kinds::SENSITIVE).into_owned()
}

/// The world as YAML.
pub(super) fn render(
    world: &World,
    entries: &[Entry],
    answers: &BTreeMap<Question, Reply>,
) -> String {
    let mut documents: Vec<Value> = entries.iter().map(|entry| shown(entry.value())).collect();
    documents.push(json!({ "observed": { "ends": true, "now": world.now().to_string() } }));
    let told = |object: &Value| text(object, "/kind") == "Event";
    let objects = world.memory().objects().into_iter().filter(|object| !told(object));
    documents.extend(objects.map(|object| shown(&object)));
    documents.extend(answers.iter().map(|(question, reply)| question.document(reply)));
    documents.push(json!({ "end": "observed" }));
    documents.iter().map(yaml::to_string).collect::<Vec<_>>().join("---\n")
}
