//! What a chart is: its values, what they mean, and what is wrong with them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use sluicegate_core::{field::Errors, k8s::schema as k8s};

use super::schema;

/// A chart.
#[derive(Clone, Copy, Debug)]
pub struct Chart {
    /// What it is called: its folder under `deploy/helm/`.
    pub name: &'static str,
    /// The headings of `values.yaml`, each with its keys, in the order of reading.
    pub sections: &'static [(&'static str, &'static [&'static str])],
    /// Values that people bring from elsewhere and that nothing here could honour: where they
    /// stand, and what to do instead.
    pub refused: &'static [(&'static str, &'static str)],
    /// Values that change nothing today: where they stand, and why.
    pub(super) notes: fn() -> Vec<(String, &'static str)>,
    /// The JSON Schema of its values, as the types say it.
    pub(super) raw: fn() -> Value,
    /// Its values where nobody says anything.
    pub defaults: fn() -> Value,
    /// What is wrong with values though they fit the schema.
    pub(super) judge: fn(Value) -> Result<Errors, serde_json::Error>,
}

/// Something that is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Its name.
    #[schemars(length(min = 1, max = 253), regex(pattern = k8s::SUBDOMAIN))]
    pub name: String,
}

impl Chart {
    /// The JSON Schema that is published for its values.
    pub fn schema(&self) -> Value {
        schema::published((self.raw)(), &(self.notes)(), self.refused)
    }
}

/// The values of a chart where nobody says anything.
pub(super) fn defaults<T: Default + Serialize>() -> Value {
    serde_json::to_value(T::default()).expect("values are plain data")
}

/// Values, decoded.
pub(super) fn decode<T: DeserializeOwned>(values: Value) -> Result<T, serde_json::Error> {
    serde_json::from_value(values)
}
