//! The values that a person gives, as Helm takes them: over those of the chart.

use serde_json::{Map, Value};
use sluicegate_core::{field::Path, json::merge};

use super::chart::Chart;

/// Values laid over those of the chart, without what is refused.
pub(super) fn over_defaults(chart: &Chart, values: &Value) -> Value {
    let mut given = values.as_object().map(without_nulls).unwrap_or_default();
    for (path, _) in chart.refused {
        take_out(&mut given, path);
    }
    let mut whole = (chart.defaults)();
    merge(&mut whole, &given);
    whole
}

/// For Helm, null takes a value away.
pub(super) fn without_nulls(fields: &Map<String, Value>) -> Value {
    let given = fields.iter().filter(|(_, value)| !value.is_null());
    let below = |value: &Value| value.as_object().map_or_else(|| value.clone(), without_nulls);
    Value::Object(given.map(|(key, value)| (key.clone(), below(value))).collect())
}

/// Takes a refused value out. Whether it was there, and asked for something.
pub(super) fn take_out(values: &mut Value, path: &str) -> bool {
    let pointer = Path::dotted(path).pointer();
    let (parent, key) = pointer.rsplit_once('/').unwrap_or_default();
    let parent = values.pointer_mut(parent).and_then(Value::as_object_mut);
    parent.and_then(|fields| fields.remove(key)).is_some_and(|value| asks(&value))
}

/// Whether a value asks for something: `enabled: false` does not.
fn asks(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Object(fields) => !fields.is_empty() && fields.get("enabled") != Some(&false.into()),
        Value::Array(items) => !items.is_empty(),
        Value::String(text) => !text.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    }
}
