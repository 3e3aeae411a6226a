//! The file that the processor reads: the flow, with references where there are secrets.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::{Map, Value, json};

use crate::{
    connector::{Role, said},
    systems::dataflow::{
        catalogue,
        flow::{Store, Valid, names},
    },
};

/// The ConfigMap with the file.
pub(in super::super) fn config_map(flow: &Valid, file: &str) -> ConfigMap {
    ConfigMap {
        metadata: flow.meta(names::spec(&flow.name)),
        data: Some(BTreeMap::from([(names::FILE.to_owned(), file.to_owned())])),
        ..ConfigMap::default()
    }
}

/// The ConfigMap in which the processor notes how far it is. It bears none of the labels that
/// objects are watched by: what is noted is nobody else's concern.
pub(in super::super) fn checkpoint(flow: &Valid) -> ConfigMap {
    ConfigMap { metadata: flow.bare(names::checkpoint(&flow.name)), ..ConfigMap::default() }
}

/// The file, as JSON.
pub(in super::super) fn file(flow: &Valid) -> String {
    let meaning = &flow.meaning;
    let mut source = meaning.source.config.clone();
    if flow.by_group && meaning.source.get("consumerGroupSecretRef").is_none() {
        let given = meaning.source.text("consumerGroup").is_some_and(|group| !group.is_empty());
        if !given {
            let group = format!("dataflow-{}.{}", flow.namespace, flow.name);
            source.insert("consumerGroup".to_owned(), Value::from(group));
        }
    }
    let mut routes = meaning.routes.iter();
    let steps: Vec<Value> =
        meaning.steps.iter().map(|(kind, config)| step(kind, config, &mut routes)).collect();
    let sink = |store: &Store| part(Role::Sink, store.kind, &store.config);
    let mut spec = json!({
        "source": part(Role::Source, meaning.source.kind, &source),
        "sink": sink(&meaning.sink),
        "transformations": steps,
        "channelBufferSize": flow.channel_buffer_size,
        "checkpointPersistence": flow.checkpoint,
        "delivery": flow.delivery,
        "onError": flow.on_error,
        "safetyLag": flow.safety_lag,
    });
    if let Some(errors) = &meaning.errors {
        spec["errors"] = sink(errors);
    }
    let mut text = serde_json::to_string_pretty(&spec).expect("it is JSON");
    text.push('\n');
    text
}

/// A part in the newer of its two spellings, as far as it says anything.
fn part(role: Role, kind: &str, config: &Map<String, Value>) -> Value {
    let keys = catalogue::find(role, kind).map_or(&[][..], |known| known.keys);
    json!({ "type": kind, "config": said(keys, config) })
}

/// A transformation; the sinks of a router are parts themselves.
fn step<'a>(
    kind: &str,
    config: &Map<String, Value>,
    routes: &mut impl Iterator<Item = &'a Store>,
) -> Value {
    let mut config = config.clone();
    if kind == "router" {
        let all = config.get_mut("routes").and_then(Value::as_array_mut);
        for route in all.into_iter().flatten() {
            if let Some(store) = routes.next() {
                route["sink"] = part(Role::Sink, store.kind, &store.config);
            }
        }
    }
    part(Role::Transformation, kind, &config)
}
