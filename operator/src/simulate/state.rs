//! A world as a file that `plan` reads: what is asked for, then what exists and was answered.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sluicegate_core::{
    observed::{Observed, text},
    system::System,
    systems::rivven::{Answer, Probe},
};
use sluicegate_effects::{
    file::{Entry, World},
    yaml,
};

/// Keeps what was answered last.
pub(super) fn remember<S: System>(seen: &Observed<S>, answers: &mut BTreeMap<Probe, Answer>) {
    for probe in seen.reads().probes {
        let pair = seen.answer(&probe).map(|answer| (json!(probe), json!(answer)));
        let Some((probe, answer)) = pair else { continue };
        if let (Ok(probe), Ok(answer)) =
            (serde_json::from_value(probe), serde_json::from_value(answer))
        {
            answers.insert(probe, answer);
        }
    }
}

/// The world as YAML.
pub(super) fn render(
    world: &World,
    entries: &[Entry],
    answers: &BTreeMap<Probe, Answer>,
) -> String {
    let mut documents: Vec<Value> = entries.iter().map(|entry| entry.value().clone()).collect();
    documents.push(json!({ "observed": { "now": world.now().to_string() } }));
    let told = |object: &Value| text(object, "/kind") == "Event";
    documents.extend(world.memory().objects().into_iter().filter(|object| !told(object)));
    for (probe, answer) in answers {
        documents.push(json!({ "probe": probe, "answer": answer }));
    }
    documents.iter().map(yaml::to_string).collect::<Vec<_>>().join("---\n")
}
