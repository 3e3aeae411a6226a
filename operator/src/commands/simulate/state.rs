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

/// Keeps what was answered last.
pub(super) fn remember<S: System>(seen: &Observed<S>, answers: &mut BTreeMap<Question, Reply>) {
    for (probe, answer) in seen.answers() {
        answers.insert(Question::of::<S>(probe), Reply::of::<S>(answer));
    }
}

/// The world as YAML.
pub(super) fn render(
    world: &World,
    entries: &[Entry],
    answers: &BTreeMap<Question, Reply>,
) -> String {
    let mut documents: Vec<Value> = entries.iter().map(|entry| entry.value().clone()).collect();
    documents.push(json!({ "observed": { "ends": true, "now": world.now().to_string() } }));
    let told = |object: &Value| text(object, "/kind") == "Event";
    documents.extend(world.memory().objects().into_iter().filter(|object| !told(object)));
    documents.extend(answers.iter().map(|(question, reply)| question.document(reply)));
    documents.push(json!({ "end": "observed" }));
    documents.iter().map(yaml::to_string).collect::<Vec<_>>().join("---\n")
}
