//! What of a connector's keys says anything.

use serde_json::{Map, Value};

use super::{Key, Takes, referred, settle::is_default};

/// These keys without what is null, as an API server drops it, without empty texts, and without
/// what says only what is so anyway: that somebody writes a default down changes nothing. Of a
/// Secret that is referred to only its name and its key say anything.
pub fn said(keys: &[Key], fields: &Map<String, Value>) -> Map<String, Value> {
    let own = |(name, value): (&String, &Value)| {
        let key = keys.iter().find(|key| key.is(name));
        let empty = value.is_null() || *value == "";
        let idle = empty || key.is_some_and(|key| is_default(key, value));
        let value = match (key.map(|key| &key.takes), value) {
            (Some(Takes::Block(keys)), Value::Object(fields)) => Value::Object(said(keys, fields)),
            (Some(Takes::Reference), Value::Object(fields)) => {
                let said = fields.iter().filter(|(name, _)| referred().any(|key| key.is(name)));
                said.map(|(name, value)| (name.clone(), value.clone())).collect()
            }
            (_, Value::Object(fields)) => Value::Object(said(&[], fields)),
            (_, value) => value.clone(),
        };
        (!idle).then(|| (name.clone(), value))
    };
    fields.iter().filter_map(own).collect()
}
