//! What of a connector's keys says anything.

use serde_json::{Map, Value};

use super::{Key, Takes, settle::is_default};

/// These keys without what is null, as an API server drops it, and without what says only what is
/// so anyway: that somebody writes a default down changes nothing.
pub fn said(keys: &[Key], fields: &Map<String, Value>) -> Map<String, Value> {
    let own = |(name, value): (&String, &Value)| {
        let key = keys.iter().find(|key| key.is(name));
        let idle = value.is_null() || key.is_some_and(|key| is_default(key, value));
        let value = match (key.map(|key| &key.takes), value) {
            (Some(Takes::Block(keys)), Value::Object(fields)) => Value::Object(said(keys, fields)),
            (_, Value::Object(fields)) => Value::Object(said(&[], fields)),
            (_, value) => value.clone(),
        };
        (!idle).then(|| (name.clone(), value))
    };
    fields.iter().filter_map(own).collect()
}
