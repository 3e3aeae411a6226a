//! The two ways to write a part of a flow: its `type` and what it takes below `config`, or below
//! its own name, as earlier releases wrote it.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::{
    connector::fits::kind_of,
    field::{Cause, Errors, Path},
    schema::did_you_mean,
};

/// A part of a flow as it was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spelled<'a> {
    /// What it is called.
    pub(super) kind: &'a str,
    /// The field that has what it takes.
    pub(super) place: &'a str,
    /// What it takes.
    pub(super) config: &'a Map<String, Value>,
}

/// Reads a part that is one of these. What is wrong with how it is written is added to the errors.
pub(super) fn spelled<'a>(
    given: &'a Value,
    at: &Path,
    names: &[&str],
    errors: &mut Errors,
) -> Option<Spelled<'a>> {
    let Some(fields) = given.as_object() else {
        let cause = Cause::Type(kind_of(given).to_owned(), "an object".to_owned());
        errors.push(at.clone(), cause, "write its type and its config");
        return None;
    };
    let kind = kind(fields, at, names, errors)?;
    for name in fields.keys().filter(|name| !["type", "config", kind].contains(&name.as_str())) {
        let remedy = match names.contains(&name.as_str()) {
            true => format!("leave it out, or write type: {name}"),
            false => format!("write what {kind} takes below config"),
        };
        errors.push(at.child(name), Cause::Unknown, remedy);
    }
    let written = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let (place, config) = match (written("config"), written(kind)) {
        (Some(_), Some(_)) => {
            let cause = Cause::Forbidden("config is there too".to_owned());
            errors.push(at.child(kind), cause, "write all of it below config");
            return None;
        }
        (None, Some(config)) => (kind, config),
        (Some(config), None) => ("config", config),
        (None, None) => {
            // Some can do without.
            static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
            return Some(Spelled { kind, place: "config", config: &NOTHING });
        }
    };
    if config.as_object().is_none() {
        let cause = Cause::Type(kind_of(config).to_owned(), "an object".to_owned());
        errors.push(at.child(place), cause, "write its keys below each other");
    }
    Some(Spelled { kind, place, config: config.as_object()? })
}

/// What it is called, if it is one of these.
fn kind<'a>(
    fields: &'a Map<String, Value>,
    at: &Path,
    names: &[&str],
    errors: &mut Errors,
) -> Option<&'a str> {
    let at = at.child("type");
    let (cause, remedy) = match fields.get("type") {
        Some(Value::String(kind)) if names.contains(&kind.as_str()) => return Some(kind),
        Some(Value::String(kind)) => {
            let all = names.iter().map(|name| (*name).to_owned()).collect();
            let remedy = did_you_mean(kind, names.iter().copied());
            (Cause::NotSupported(kind.chars().take(60).collect(), all), remedy)
        }
        Some(Value::Null) | None => (Cause::Required, None),
        Some(other) => (Cause::Type(kind_of(other).to_owned(), "a string".to_owned()), None),
    };
    let remedy = remedy.unwrap_or_else(|| format!("write one of: {}", names.join(", ")));
    errors.push(at, cause, remedy);
    None
}
