//! What of a RivvenConnect is taken as it is written, though something else may be meant:
//! connectors that the catalogue does not have, and variables that nothing defines.

use serde_json::Value;

use super::{api::RivvenConnect, connectors::wired, written};
use crate::{
    doubt::Doubt,
    field::{Errors, Path},
    workload::doubts::written_secrets,
};

/// Variables that every container has, by their names or how they begin.
const ALWAYS: [&str; 5] = ["KUBERNETES_", "HOSTNAME", "HOME", "PATH", "RUST_LOG"];

/// All of them.
pub(super) fn doubts(connect: &RivvenConnect) -> Vec<Doubt> {
    let unlisted = wired(connect, &mut Errors::default()).into_iter();
    let mut doubts: Vec<Doubt> = unlisted.filter_map(|one| one.unlisted).collect();
    let spec = &connect.spec;
    let known: Vec<&str> = spec.env.iter().flatten().map(|one| one.name.as_str()).collect();
    let sources = spec.sources.iter().flatten().enumerate();
    let sources = sources
        .map(|(index, source)| written::source(source, Path::dotted("spec.sources").index(index)));
    let sinks = spec.sinks.iter().flatten().enumerate();
    let sinks =
        sinks.map(|(index, sink)| written::sink(sink, Path::dotted("spec.sinks").index(index)));
    for one in sources.chain(sinks) {
        let config = one.config.map(|keys| ("config", keys));
        for (place, keys) in config.into_iter().chain(one.blocks) {
            for (name, value) in &keys.0 {
                undefined(value, &one.at.child(place).child(name), &known, &mut doubts);
            }
        }
    }
    doubts.extend(written_secrets(connect));
    doubts
}

/// The variables in a value that nothing defines. One with a value of its own needs none.
fn undefined(value: &Value, at: &Path, known: &[&str], doubts: &mut Vec<Doubt>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| undefined(value, &at.child(key), known, doubts));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| undefined(item, &at.index(index), known, doubts));
        }
        Value::String(text) => {
            let inside = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let names = inside.map(|(name, _)| name).filter(|name| name.chars().all(plain));
            let always = |name: &str| ALWAYS.iter().any(|one| name.starts_with(one));
            for name in names.filter(|name| !known.contains(name) && !always(name)) {
                doubts.push(Doubt {
                    path: at.clone(),
                    what: format!("nothing defines {name} for the worker"),
                    remedy: Some("add it to spec.env, or write ${secret:KEY}".to_owned()),
                });
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
