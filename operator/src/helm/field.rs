//! Where the fields of a resource come from, for a chart that makes one of values: a table. The
//! chart's template goes by it, and so does whoever judges values without Helm.

use serde::Serialize;
use serde_json::{Map, Value, json};
use sluicegate_core::field::Path;

/// Where a field comes from. One whose value is empty is left out.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Field {
    /// The field, below `spec`.
    pub(super) to: &'static str,
    /// The value.
    pub(super) from: &'static str,
    /// The value where that one is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) or: Option<&'static str>,
    /// What is taken of each item of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) each: Option<&'static str>,
    /// The values of which one has to be true, or else it is left out; none where it never is.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) when: &'static [&'static str],
}

impl Field {
    /// A field that is a value as it is given.
    pub(super) const fn of(to: &'static str, from: &'static str) -> Self {
        Self { to, from, or: None, each: None, when: &[] }
    }

    /// A field that is called as the value is.
    pub(super) const fn same(name: &'static str) -> Self {
        Self::of(name, name)
    }

    fn of_values(&self, values: &Value) -> Option<Value> {
        let at = |path: &str| values.pointer(&Path::dotted(path).pointer());
        if !self.when.is_empty() && !self.when.iter().any(|path| at(path) == Some(&json!(true))) {
            return None;
        }
        let given = [Some(self.from), self.or].into_iter().flatten().filter_map(at);
        let value = given.into_iter().find(|value| !is_empty(value))?;
        Some(match (self.each, value.as_array()) {
            (Some(each), Some(items)) => items.iter().map(|item| item[each].clone()).collect(),
            _ => value.clone(),
        })
    }
}

/// The specification that a table makes of values.
pub(super) fn spec(fields: &[Field], values: &Value) -> Value {
    let mut spec = json!({});
    for field in fields {
        let Some(value) = field.of_values(values) else { continue };
        let (above, last) = field.to.rsplit_once('.').unwrap_or(("", field.to));
        let mut at = &mut spec;
        for step in above.split('.').filter(|step| !step.is_empty()) {
            let below = at.as_object_mut().expect("a field has fields or a value");
            at = below.entry(step).or_insert_with(|| json!({}));
        }
        at[last] = value;
    }
    spec
}

/// Whether there is nothing to say: a number and a switch always say something.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => Map::is_empty(fields),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
