//! What of a RivvenConnect is taken as it is written, though something else may be meant:
//! connectors that the catalogue does not have, and variables that nothing defines.

use serde_json::Value;

use super::{
    api::{RivvenConnect, Sink},
    catalogue::{self, CONNECTORS},
    pattern::matches,
    written::{self, Written},
};
use crate::{
    connector::Role, doubt::Doubt, field::Path, schema::nearest, workload::doubts::written_secrets,
};

/// Variables that every container has, by their names or how they begin.
const ALWAYS: [&str; 5] = ["KUBERNETES_", "HOSTNAME", "HOME", "PATH", "RUST_LOG"];

/// All of them.
pub(super) fn doubts(connect: &RivvenConnect) -> Vec<Doubt> {
    let spec = &connect.spec;
    let known: Vec<&str> = spec.env.iter().flatten().map(|one| one.name.as_str()).collect();
    let all: Vec<Written<'_>> = written::all(spec).collect();
    let not_known = |one: &&Written<'_>| catalogue::find(one.role, one.connector).is_none();
    let mut doubts: Vec<Doubt> = all.iter().filter(not_known).map(unlisted).collect();
    for one in all {
        let config = one.config.map(|keys| ("config", keys));
        for (place, keys) in config.into_iter().chain(one.blocks) {
            for (name, value) in &keys.0 {
                undefined(value, &one.at.child(place).child(name), &known, &mut doubts);
            }
        }
    }
    doubts.extend(shared_groups(connect));
    doubts.extend(written_secrets(connect));
    doubts
}

/// Sinks that read the same topic as the same group: the broker keeps one place for both.
fn shared_groups(connect: &RivvenConnect) -> Vec<Doubt> {
    let sinks = connect.spec.sinks.as_deref().unwrap_or_default();
    let meets = |own: &[String], others: &[String]| {
        own.iter().any(|own| others.iter().any(|other| matches(own, other) || matches(other, own)))
    };
    let of = |(index, sink): (usize, &Sink)| {
        let other = sinks[..index].iter().find(|other| {
            other.consumer_group == sink.consumer_group && meets(&other.topics, &sink.topics)
        })?;
        let (group, name) = (&sink.consumer_group, &other.name);
        Some(Doubt {
            path: Path::dotted("spec.sinks").index(index).child("consumerGroup"),
            what: format!(
                "the sink {name} reads the same topic as the group {group}: each notes how far it \
                 has come in the place of the other, and goes on from there when it starts anew"
            ),
            remedy: Some("give each sink a group of its own".to_owned()),
        })
    };
    sinks.iter().enumerate().filter_map(of).collect()
}

/// That the catalogue does not have a connector, which the program may have all the same.
pub(super) fn unlisted(written: &Written<'_>) -> Doubt {
    let (role, name) = (written.role, written.connector);
    let of = |role: Role| CONNECTORS.iter().filter(move |one| one.role == role).map(|one| one.name);
    let other = match role {
        Role::Source => Role::Sink,
        Role::Sink | Role::Transformation => Role::Source,
    };
    let remedy = match nearest(name, of(role)) {
        Some(meant) => Some(format!("did you mean {meant}?")),
        None if of(other).any(|known| known == name) => Some(format!(
            "it has {name} as a {}: list it under spec.{}s",
            other.as_str(),
            other.as_str()
        )),
        None => None,
    };
    let what = format!(
        "the catalogue has no {} {name}: it and its keys are passed on as they are written",
        role.as_str()
    );
    Doubt { path: written.at.child("connector"), what, remedy }
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
